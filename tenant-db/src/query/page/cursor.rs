//! [`Cursor`]: where a page begins, as text that only this library can read.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::seal;
use crate::error::{Error, Result};
use crate::query::fragments::Types;

/// The place between two rows of an ordered query on `M`, as a string that can be handed to whoever asks for pages: a
/// browser, another service.
///
/// ```no_run
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
/// # use diesel::prelude::*;
/// # use tenant_db::prelude::*;
/// # async fn example(db: tenant_db::TenantDb, context: tenant_db::TenantContext<Manager>, from_url: Option<&str>) -> tenant_db::Result<()> {
/// use tenant_db::Cursor;
///
/// let cursor: Option<Cursor<Customer>> = from_url.map(str::parse).transpose()?;
/// let customers = db.scoped::<Customer>(&context);
/// let page = customers.page_by(customers::name.asc()).page(cursor.as_ref(), 20).await?;
/// let next_url = page.next.map(|cursor| format!("/customers?after={cursor}"));
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
///
/// # Isolation
///
/// It holds values of the row that it points at, encrypted (XChaCha20-Poly1305): nobody can read or change them, only their
/// length shows. It is good for the tenant that it was made for, and for the same query: the same tables, filters and
/// order; what filters compare with may be another value. Of anything else it is
/// [`Error::InvalidCursor`](crate::Error::InvalidCursor). That a cursor is another tenant's cannot be told from its being
/// forged.
///
/// It gives no access by itself: a page is read with the permissions of who reads it.
pub struct Cursor<M> {
    token: String,
    model: Types<M>,
}

impl<M> Cursor<M> {
    pub(super) fn sealed(token: String) -> Self {
        Self { token, model: PhantomData }
    }

    /// The text: letters, digits, `-` and `_`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.token
    }
}

/// Why a cursor was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CursorFault {
    /// It is no cursor: too short, too long, with characters that none has, or of a version that is not known.
    Malformed,
    /// It is not this tenant's, was changed, or was made with another key.
    Unrecognised,
    /// It was made by a query with other tables, filters, or another order.
    OtherQuery,
    /// It is older than [`cursor_lifetime`](crate::TenantDbBuilder::cursor_lifetime) allows.
    Expired,
}

impl fmt::Display for CursorFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "it is malformed",
            Self::Unrecognised => "it is not recognised",
            Self::OtherQuery => "it was made by another query",
            Self::Expired => "it has expired",
        })
    }
}

/// As text.
impl<M> fmt::Display for Cursor<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.token)
    }
}

impl<M> FromStr for Cursor<M> {
    type Err = Error;

    /// Takes text that looks like a cursor. Whether it is one is found out when it is used.
    fn from_str(text: &str) -> Result<Self> {
        seal::decoded(text)?;
        Ok(Self::sealed(text.to_owned()))
    }
}

impl<M> Serialize for Cursor<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.token)
    }
}

impl<'de, M> Deserialize<'de> for Cursor<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<M>(Types<M>);

        impl<M> Visitor<'_> for Text<M> {
            type Value = Cursor<M>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a cursor")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Cursor<M>, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text(PhantomData)).map_err(D::Error::custom)
    }
}

impl<M> Clone for Cursor<M> {
    fn clone(&self) -> Self {
        Self::sealed(self.token.clone())
    }
}

impl<M> PartialEq for Cursor<M> {
    fn eq(&self, other: &Self) -> bool {
        self.token == other.token
    }
}

impl<M> Eq for Cursor<M> {}

impl<M> fmt::Debug for Cursor<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cursor").field(&self.token).finish()
    }
}
