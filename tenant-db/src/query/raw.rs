//! SQL that a program puts into a query by itself: `diesel::dsl::sql("…")` in a filter, an order or a selection.
//!
//! It stands between parentheses, under the tenant predicate. That holds only for text that stays between its
//! parentheses, so the text is read before it is sent.

use diesel::pg::{Pg, PgQueryBuilder};
use diesel::query_builder::{QueryBuilder, QueryFragment};

use super::inspection::{Inspection, inspect};
use super::predicate::Tenant;
use crate::error::{Error, Result};

/// What a query knows of the SQL in it that this crate and diesel did not write.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct RawSql {
    /// Why the query must not be sent.
    fault: Option<&'static str>,
    /// Whether there is any: then the session is reset afterwards, as for `danger::sql`.
    present: bool,
}

/// Where an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Between parentheses of ours: a filter.
    Parentheses,
    /// Among others, with nothing around it: a selection, an order.
    List,
}

impl RawSql {
    /// Reads an expression's text. Diesel's own operators always pass; a fragment of a program's own may call itself one
    /// of them (by a `#[derive(QueryId)]`), so all are read. Scoped sub-queries in it are for the same tenant, or refused.
    pub(crate) fn look_at(&mut self, expression: &impl QueryFragment<Pg>, place: Place, tenant: &Tenant) {
        // Text that is written by hand says of itself that it may be anything.
        self.present |= !expression.is_safe_to_cache_prepared(&Pg).unwrap_or(false);
        let mut builder = PgQueryBuilder::default();
        let (written, inspection) = inspect(|| expression.to_sql(&mut builder, &Pg));
        self.add(&inspection, tenant);
        match written {
            Err(_) => self.refuse("a part of it cannot be written as SQL"),
            Ok(()) => {
                if let Some(reason) = fault_in(&builder.finish(), place) {
                    self.refuse(reason);
                }
            }
        }
    }

    /// What sub-queries know becomes what the query knows.
    fn add(&mut self, inspection: &Inspection, tenant: &Tenant) {
        for inner in &inspection.sub_queries {
            if &inner.tenant != tenant {
                self.refuse("a sub-query acts for another tenant than the query that it is part of");
            }
            self.merge(inner.raw);
        }
    }

    /// What another query knows.
    pub(crate) fn merge(&mut self, other: Self) {
        self.present |= other.present;
        if let Some(reason) = other.fault {
            self.refuse(reason);
        }
    }

    /// The query must not be sent. The first reason counts.
    pub(crate) fn refuse(&mut self, reason: &'static str) {
        self.fault.get_or_insert(reason);
    }

    /// Whether the session has to be reset, or why the query must not be sent.
    pub(crate) fn verdict(self) -> Result<bool> {
        self.fault.map_or(Ok(self.present), |reason| Err(Error::InvalidQuery { reason }))
    }
}

/// What keeps a fragment from being put into a query, if anything does.
///
/// PostgreSQL's own rules for quotes are many. Text that would need the odd ones (dollar quotes, escape strings, names
/// that are not ASCII and not quoted) is refused rather than understood.
fn fault_in(sql: &str, place: Place) -> Option<&'static str> {
    let mut rest = sql;
    let mut depth = 0_usize;
    let mut after_word = false;
    while let Some(character) = rest.chars().next() {
        let mut length = character.len_utf8();
        let mut is_word = false;
        match character {
            '(' => depth += 1,
            ')' => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return Some("a raw SQL fragment closes a parenthesis that it did not open"),
            },
            ';' => return Some("a raw SQL fragment contains a semicolon"),
            '-' if rest.starts_with("--") => return Some("a raw SQL fragment contains a comment"),
            '/' if rest.starts_with("/*") => return Some("a raw SQL fragment contains a comment"),
            '\'' if after_word => {
                return Some(
                    "a raw SQL fragment contains a string with a prefix, such as E'…'; bind the value instead",
                );
            }
            '\'' | '"' => match quoted(rest, character) {
                Some(end) => length = end,
                None => {
                    return Some(
                        "a raw SQL fragment has a quote that is not closed, or a backslash before a quote",
                    );
                }
            },
            '$' => match parameter(rest) {
                Some(end) if !after_word => length = end,
                _ => {
                    return Some(
                        "a raw SQL fragment contains a `$` that is no parameter; bind the value instead",
                    );
                }
            },
            _ if character.is_ascii_alphanumeric() || character == '_' => {
                let word = word(rest);
                if let Some(fault) = fault_of(word, place, depth) {
                    return Some(fault);
                }
                length = word.len();
                is_word = true;
            }
            _ if !character.is_ascii() => {
                return Some("a raw SQL fragment contains a character that is not ASCII, outside of quotes");
            }
            _ if character.is_ascii_control() && !matches!(character, '\t' | '\n' | '\r') => {
                return Some("a raw SQL fragment contains a control character");
            }
            _ => {}
        }
        // `U&'…'` has its prefix before the ampersand.
        after_word = is_word || (after_word && character == '&');
        rest = &rest[length..];
    }
    (depth > 0).then_some("a raw SQL fragment opens a parenthesis that it does not close")
}

/// What a keyword would do where it stands.
fn fault_of(word: &str, place: Place, depth: usize) -> Option<&'static str> {
    let is_one_of = |words: &[&str]| words.iter().any(|other| word.eq_ignore_ascii_case(other));
    if is_one_of(&["select", "table", "values", "with"]) {
        return Some(
            "a raw SQL fragment contains a sub-query, which would carry no tenant predicate; send the whole statement by \
             danger::sql",
        );
    }
    let ends_a_list = [
        "from",
        "into",
        "where",
        "join",
        "group",
        "having",
        "window",
        "order",
        "union",
        "intersect",
        "except",
        "limit",
        "offset",
        "fetch",
        "for",
        "returning",
        "as",
        "on",
        "using",
    ];
    if place == Place::List && depth == 0 && is_one_of(&ends_a_list) {
        return Some(
            "a raw SQL fragment in a selection or an order contains a clause of its own; put an expression into parentheses",
        );
    }
    None
}

/// The length of a quoted text with its quotes. A doubled quote does not end it. What a backslash before a quote means
/// depends on the server's settings, so such text is not understood.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        let next_is_quote = characters.peek().is_some_and(|(_, next)| *next == quote);
        if character == '\\' && quote == '\'' && next_is_quote {
            return None;
        }
        if character == quote && !next_is_quote {
            return Some(at + 1);
        }
        if character == quote {
            characters.next();
        }
    }
    None
}

/// The length of `$1`, where it is nothing but that.
fn parameter(text: &str) -> Option<usize> {
    let digits = text[1..].bytes().take_while(u8::is_ascii_digit).count();
    let after = text[1 + digits..].chars().next();
    let ends = after
        .is_none_or(|next| next.is_ascii() && !next.is_ascii_alphanumeric() && next != '_' && next != '$');
    (digits > 0 && ends).then_some(1 + digits)
}

fn word(text: &str) -> &str {
    let end = text.find(|character: char| !(character.is_ascii_alphanumeric() || character == '_'));
    &text[..end.unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(sql: &str) -> Option<&'static str> {
        fault_in(sql, Place::Parentheses)
    }

    #[test]
    fn text_that_stays_between_its_parentheses_is_let_through() {
        for sql in [
            "1 = 1 OR 1 = 1",
            "lower(name) = 'o''neil) -- '",
            r#""odd )column ü" > $1 AND note ~ 'it''s (fine'"#,
            "selected AND tables IS NULL AND length(name) > 3",
            "note IS DISTINCT FROM $12",
            r#"data -> 'a' #>> '{b,c}' = '\d' AND tags && ARRAY['x']"#,
        ] {
            assert_eq!(filter(sql), None, "{sql}");
        }
    }

    #[test]
    fn text_that_would_leave_its_parentheses_is_not() {
        for sql in [
            "true)) OR ((true",
            "true)) -- ",
            "true /* ",
            "(true",
            "name = 'x",
            r"name = 'x\') OR (true",
            r"name = E'\') OR ('",
            "U&'x'",
            "\"name",
            "$a$ $b$",
            "extract(a$$ from null::date) is null or true)) or ((true or extract(a$$ from null::date) is null",
            "$😀$'$😀$ is null)) or ((true or $😀$'$😀$ is null",
            "a$1",
            "$1$2$",
            "true; DROP TABLE customers",
        ] {
            assert!(filter(sql).is_some(), "{sql}");
        }
        for sql in [
            "id IN (SELECT id FROM secrets)",
            "EXISTS (table secrets)",
            "(sElEcT 1) = 1",
            "1 IN (VALUES (1))",
        ] {
            assert!(filter(sql).is_some_and(|fault| fault.contains("sub-query")), "{sql}");
        }
    }

    #[test]
    fn a_selection_or_an_order_brings_no_clause_of_its_own() {
        let list = |sql| fault_in(sql, Place::List);
        for sql in [
            "name DESC NULLS LAST, lower(name)",
            "(a IS DISTINCT FROM b)",
            "extract(day FROM created)",
            "count(*)",
        ] {
            assert_eq!(list(sql), None, "{sql}");
        }
        for sql in [
            "s.name FROM customers AS s JOIN customers ON NULL::customers IS DISTINCT",
            "name INTO t",
            "id FOR UPDATE",
            "name LIMIT 0",
            "name OFFSET 5 FETCH FIRST 1 ROW ONLY",
            "name UNION (x)",
        ] {
            assert!(list(sql).is_some(), "{sql}");
        }
    }
}
