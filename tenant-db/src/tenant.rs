//! Which tenant: [`TenantKey`], the type of a tenant's identifier.

use std::borrow::Cow;
use std::fmt::{self, Debug, Display};
use std::hash::Hash;

use uuid::Uuid;

use crate::error::Error;

/// The type that identifies a tenant: `Uuid`, `i64`, or a newtype around one of them or around `String`.
///
/// Newtypes get everything they need from `#[derive(TenantKey)]`:
///
/// ```
/// use tenant_db::TenantKey;
///
/// #[derive(Debug, Clone, PartialEq, Eq, Hash, TenantKey)]
/// pub struct CustomerId(String);
///
/// let id = CustomerId::from("YSPlLRE6ND".to_owned());
/// assert_eq!(id.to_string(), "YSPlLRE6ND");
/// ```
///
/// # Isolation
///
/// A key only says *which* tenant; it proves nothing. The proof is a [`TenantContext`](crate::TenantContext). The
/// value of a key is quoted by this crate and by nobody else, so an implementation cannot smuggle SQL into a session.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot identify a tenant",
    label = "not a tenant key",
    note = "a tenant key is a `Uuid`, an `i64`, or a newtype with `#[derive(TenantKey)]` around a `String`, a `Uuid` or an `i64`"
)]
pub trait TenantKey: Clone + Debug + Display + Eq + Hash + Send + Sync + 'static {
    /// How PostgreSQL stores the key. It picks the function that the policies call.
    const KIND: KeyKind;

    /// The key as a value that this crate can quote.
    fn to_value(&self) -> TenantValue<'_>;
}

/// How PostgreSQL stores a tenant key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// `uuid`, read by `tenant_db.tenant_uuid()`.
    Uuid,
    /// `text` or `varchar`, read by `tenant_db.tenant_text()`.
    Text,
    /// `bigint`, read by `tenant_db.tenant_bigint()`.
    BigInt,
}

impl KeyKind {
    /// The function of schema `tenant_db` that returns the current tenant in this type, or raises 42501.
    #[must_use]
    pub const fn function(self) -> &'static str {
        match self {
            Self::Uuid => "tenant_uuid",
            Self::Text => "tenant_text",
            Self::BigInt => "tenant_bigint",
        }
    }

    /// The name of the PostgreSQL type.
    #[must_use]
    pub const fn sql_type(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Text => "text",
            Self::BigInt => "bigint",
        }
    }
}

/// A tenant key on its way to the database.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TenantValue<'a> {
    /// A UUID.
    Uuid(Uuid),
    /// Text.
    Text(Cow<'a, str>),
    /// A 64-bit integer.
    BigInt(i64),
}

/// The longest text key, in bytes. A longer one cannot be a sensible identifier, and it would be sent with every
/// transaction.
pub(crate) const MAX_TEXT_KEY: usize = 1024;

impl TenantValue<'_> {
    /// The key as an SQL literal: the only place where a tenant's identifier becomes part of a statement.
    ///
    /// `SET LOCAL` takes no parameters, so this has to be a literal. Quotes are doubled; a value with a backslash is
    /// written as an escape string, which reads the same under either setting of `standard_conforming_strings`.
    pub(crate) fn to_literal(&self) -> Result<String, Error> {
        match self {
            Self::Uuid(uuid) => Ok(format!("'{uuid}'")),
            Self::BigInt(number) => Ok(format!("'{number}'")),
            Self::Text(text) => quote_text(text),
        }
    }
}

fn quote_text(text: &str) -> Result<String, Error> {
    if text.is_empty() {
        return Err(Error::invalid_tenant("it is empty"));
    }
    if text.len() > MAX_TEXT_KEY {
        return Err(Error::invalid_tenant("it is longer than 1024 bytes"));
    }
    if text.contains('\0') {
        return Err(Error::invalid_tenant("it contains a NUL character"));
    }
    let mut literal = String::with_capacity(text.len() + 3);
    literal.push_str(if text.contains('\\') { "E'" } else { "'" });
    for character in text.chars() {
        if matches!(character, '\'' | '\\') {
            literal.push(character);
        }
        literal.push(character);
    }
    literal.push('\'');
    Ok(literal)
}

impl TenantKey for Uuid {
    const KIND: KeyKind = KeyKind::Uuid;

    fn to_value(&self) -> TenantValue<'_> {
        TenantValue::Uuid(*self)
    }
}

impl TenantKey for i64 {
    const KIND: KeyKind = KeyKind::BigInt;

    fn to_value(&self) -> TenantValue<'_> {
        TenantValue::BigInt(*self)
    }
}

impl Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sql_type())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Result<String, Error> {
        TenantValue::Text(Cow::Borrowed(value)).to_literal()
    }

    #[test]
    fn quotes_and_backslashes_cannot_end_the_literal() {
        assert_eq!(text("acme").unwrap(), "'acme'");
        assert_eq!(text("o'neil").unwrap(), "'o''neil'");
        assert_eq!(text(r"a\'; reset role; --").unwrap(), r"E'a\\''; reset role; --'");
    }

    #[test]
    fn a_text_key_must_be_a_usable_identifier() {
        assert!(text("").is_err());
        assert!(text("a\0b").is_err());
        assert!(text(&"x".repeat(MAX_TEXT_KEY + 1)).is_err());
        assert!(text(&"x".repeat(MAX_TEXT_KEY)).is_ok());
    }
}
