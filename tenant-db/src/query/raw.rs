//! SQL that a program puts into a query by itself: `diesel::dsl::sql("…")` in a filter, an order or a selection.
//!
//! It stands between parentheses, under the tenant predicate. That holds only for text that stays between its
//! parentheses, so the text is read before it is sent.

use diesel::pg::{Pg, PgQueryBuilder};
use diesel::query_builder::{QueryBuilder, QueryFragment, QueryId};

use crate::error::{Error, Result};

/// What a query knows of the SQL in it that this crate and diesel did not write.
#[derive(Debug, Default)]
pub(super) struct RawSql {
    /// Why the query must not be sent.
    fault: Option<Error>,
    /// Whether there is any: then the session is reset afterwards, as for `danger::sql`.
    present: bool,
}

impl RawSql {
    /// Looks at an expression. Those that always have the same text come from diesel's own operators.
    pub(super) fn look_at<E>(&mut self, expression: &E)
    where
        E: QueryFragment<Pg> + QueryId,
    {
        if E::HAS_STATIC_QUERY_ID {
            return;
        }
        self.present = true;
        if let Err(error) = check(expression) {
            self.refuse(error);
        }
    }

    /// The query must not be sent. The first reason counts.
    pub(super) fn refuse(&mut self, error: Error) {
        self.fault.get_or_insert(error);
    }

    /// Whether the session has to be reset, or why the query must not be sent.
    pub(super) fn verdict(self) -> Result<bool> {
        self.fault.map_or(Ok(self.present), Err)
    }
}

fn check<E: QueryFragment<Pg>>(expression: &E) -> Result<()> {
    let mut builder = PgQueryBuilder::default();
    expression.to_sql(&mut builder, &Pg)?;
    match fault_in(&builder.finish()) {
        None => Ok(()),
        Some(reason) => Err(Error::InvalidQuery { reason }),
    }
}

/// What keeps a fragment from being put into a query, if anything does.
fn fault_in(sql: &str) -> Option<&'static str> {
    let mut rest = sql;
    let mut depth = 0_usize;
    while let Some(character) = rest.chars().next() {
        let skipped = match character {
            '(' => {
                depth += 1;
                1
            }
            ')' => match depth.checked_sub(1) {
                Some(less) => {
                    depth = less;
                    1
                }
                None => return Some("a raw SQL fragment closes a parenthesis that it did not open"),
            },
            ';' => return Some("a raw SQL fragment contains a semicolon"),
            '\'' => quoted(rest, '\'', false)?,
            '"' => quoted(rest, '"', false)?,
            '-' if rest.starts_with("--") => return Some("a raw SQL fragment contains a comment"),
            '/' if rest.starts_with("/*") => return Some("a raw SQL fragment contains a comment"),
            '$' => match dollar_quoted(rest) {
                Dollar::No => 1,
                Dollar::Closed(length) => length,
                Dollar::Open => return Some(OPEN_QUOTE),
            },
            _ if character.is_alphanumeric() || character == '_' => {
                let word = word(rest);
                if ["select", "table"].iter().any(|verb| word.eq_ignore_ascii_case(verb)) {
                    return Some(SUB_QUERY);
                }
                let after = &rest[word.len()..];
                if word.eq_ignore_ascii_case("e") && after.starts_with('\'') {
                    word.len() + quoted(after, '\'', true)?
                } else {
                    word.len()
                }
            }
            _ => character.len_utf8(),
        };
        if skipped == OPEN {
            return Some(OPEN_QUOTE);
        }
        rest = &rest[skipped..];
    }
    (depth > 0).then_some("a raw SQL fragment opens a parenthesis that it does not close")
}

const OPEN_QUOTE: &str = "a raw SQL fragment opens a quote that it does not close";
const SUB_QUERY: &str = "a raw SQL fragment contains a sub-query, which would carry no tenant predicate; send the whole statement by danger::sql";

/// The length of text whose quote is never closed.
const OPEN: usize = usize::MAX;

/// The length of a quoted text with its quotes, or [`OPEN`]. A doubled quote does not end it; after a backslash nothing
/// does, in an escape string. Elsewhere a backslash before a quote could mean either, depending on the server's setting.
fn quoted(text: &str, quote: char, escapes: bool) -> Option<usize> {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character == '\\' && quote == '\'' {
            let ambiguous = !escapes && characters.peek().is_some_and(|(_, next)| *next == '\'');
            if ambiguous {
                return Some(OPEN);
            }
            if escapes {
                characters.next();
            }
        } else if character == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return Some(at + quote.len_utf8());
        }
    }
    Some(OPEN)
}

enum Dollar {
    No,
    Closed(usize),
    Open,
}

/// `$tag$ … $tag$`. A tag does not begin with a digit, so `$1` is none.
fn dollar_quoted(text: &str) -> Dollar {
    let after = &text[1..];
    let tag = word(after);
    if tag.starts_with(|character: char| character.is_ascii_digit()) || !after[tag.len()..].starts_with('$') {
        return Dollar::No;
    }
    let opening = &text[..tag.len() + 2];
    match text[opening.len()..].find(opening) {
        Some(at) => Dollar::Closed(at + 2 * opening.len()),
        None => Dollar::Open,
    }
}

fn word(text: &str) -> &str {
    let end = text.find(|character: char| !(character.is_alphanumeric() || character == '_'));
    &text[..end.unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_stays_between_its_parentheses_is_let_through() {
        for sql in [
            "1 = 1 OR 1 = 1",
            "lower(name) = 'o''neil)'",
            r#""odd )column" > $1 AND note ~ $$it's (fine$$"#,
            r"name = E'\') OR ('",
            "selected AND tables IS NULL AND length(name) > 3",
            "$tag$ -- no comment $tag$ = name",
        ] {
            assert_eq!(fault_in(sql), None, "{sql}");
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
            "\"name",
            "$a$ $b$",
            "true; DROP TABLE customers",
        ] {
            assert!(fault_in(sql).is_some(), "{sql}");
        }
        for sql in ["id IN (SELECT id FROM secrets)", "EXISTS (table secrets)", "(sElEcT 1) = 1"] {
            assert_eq!(fault_in(sql), Some(SUB_QUERY), "{sql}");
        }
    }
}
