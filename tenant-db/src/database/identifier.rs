//! Names and values as SQL: the only place where [`database`](super) turns text into a piece of a statement.

use crate::error::{Error, Result};

/// The longest name that PostgreSQL keeps whole, in bytes. It cuts longer ones silently, so two names could become one.
pub(crate) const MAX_IDENTIFIER: usize = 63;

/// `name` as a quoted identifier. Always quoted, so that case, keywords and any Unicode survive.
pub(crate) fn quote_ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `value` as a string literal that reads the same under either setting of `standard_conforming_strings`.
pub(crate) fn quote_literal(value: &str) -> String {
    let doubled = value.replace('\'', "''");
    if doubled.contains('\\') {
        format!("E'{}'", doubled.replace('\\', "\\\\"))
    } else {
        format!("'{doubled}'")
    }
}

/// `body` between dollar quotes whose tag does not occur in it, so that no name in the body can end it.
pub(crate) fn dollar_quote(body: &str) -> String {
    let mut tag = String::from("$tenant_db$");
    let mut attempt = 0_u32;
    while body.contains(&tag) {
        attempt += 1;
        tag = format!("$tenant_db_{attempt}$");
    }
    format!("{tag}{body}{tag}")
}

/// `schema.table`, quoted.
pub(crate) fn qualified(schema: &str, table: &str) -> String {
    format!("{}.{}", quote_ident(schema), quote_ident(table))
}

/// Refuses names that PostgreSQL cannot keep as they are. `what` says what is named.
pub(crate) fn check_identifier(what: &str, name: &str) -> Result<()> {
    let problem = if name.is_empty() {
        "is empty"
    } else if name.contains('\0') {
        "contains a NUL character"
    } else if name.len() > MAX_IDENTIFIER {
        "is longer than 63 bytes, and PostgreSQL would cut it"
    } else {
        return Ok(());
    };
    Err(Error::invalid_configuration(format!("the name of {what} {problem}: {name:?}")))
}

/// `<prefix><stem><suffix>`, shortened with a hash of `stem` where it would be longer than 63 bytes, so that the names
/// for two tables stay two names.
pub(crate) fn derived_name(prefix: &str, stem: &str, suffix: &str) -> String {
    let whole = format!("{prefix}{stem}{suffix}");
    if whole.len() <= MAX_IDENTIFIER {
        return whole;
    }
    let hash = format!("_{:016x}", fnv1a(stem));
    let room = MAX_IDENTIFIER.saturating_sub(prefix.len() + suffix.len() + hash.len());
    let end = (0..=room.min(stem.len())).rev().find(|&at| stem.is_char_boundary(at)).unwrap_or(0);
    format!("{prefix}{}{hash}{suffix}", &stem[..end])
}

/// FNV-1a, 64 bits. The names in a database must be the same in every release, which std's hasher does not promise.
pub(crate) fn fnv1a(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_in_names_and_values_are_doubled() {
        assert_eq!(quote_ident(r#"Ta"ble"#), r#""Ta""ble""#);
        assert_eq!(quote_literal("o'neil"), "'o''neil'");
        assert_eq!(quote_literal(r"a\'b"), r"E'a\\''b'");
    }

    #[test]
    fn a_name_cannot_end_the_dollar_quote_around_it() {
        assert_eq!(dollar_quote("x"), "$tenant_db$x$tenant_db$");
        assert_eq!(dollar_quote("a$tenant_db$b"), "$tenant_db_1$a$tenant_db$b$tenant_db_1$");
    }

    #[test]
    fn derived_names_fit_and_stay_apart() {
        assert_eq!(derived_name("IDX_", "users", "_tenant_rls"), "IDX_users_tenant_rls");
        let (one, two) = ("ä".repeat(30) + "a", "ä".repeat(30) + "b");
        let names =
            [derived_name("", &one, "_tenant_isolation"), derived_name("", &two, "_tenant_isolation")];
        assert!(names.iter().all(|name| name.len() <= MAX_IDENTIFIER && name.ends_with("_tenant_isolation")));
        assert_ne!(names[0], names[1]);
    }

    #[test]
    fn names_that_postgresql_would_change_are_refused() {
        assert!(check_identifier("a table", &"x".repeat(63)).is_ok());
        assert!(check_identifier("a table", &"x".repeat(64)).is_err());
        assert!(check_identifier("a table", "").is_err());
        assert!(check_identifier("a table", "a\0b").is_err());
    }
}
