//! [`Statement`] and [`Migration`]: DDL, with the reason for each step.

use std::fmt;

use super::identifier::dollar_quote;

/// One statement of DDL.
///
/// `Display` writes it with the description as a comment before it and a semicolon after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    description: String,
    sql: String,
}

impl Statement {
    pub(crate) fn new(description: impl Into<String>, sql: impl AsRef<str>) -> Self {
        Self {
            description: description.into().replace(char::is_control, " "),
            sql: sql.as_ref().trim().trim_end_matches(';').to_owned(),
        }
    }

    /// An anonymous block of PL/pgSQL.
    pub(crate) fn block(description: impl Into<String>, body: &str) -> Self {
        Self::new(description, format!("DO {}", dollar_quote(&format!("\n{}\n", body.trim()))))
    }

    /// What the statement does, in one line.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The SQL, without a semicolon at its end.
    #[must_use]
    pub fn sql(&self) -> &str {
        &self.sql
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "-- {}\n{};", self.description, self.sql)
    }
}

/// A step of the database's schema, and its way back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Migration {
    /// A name for files and for the table of applied migrations: lower-case letters, digits and `_`.
    pub name: String,
    /// What applies it, in order. Meant to run in one transaction.
    pub up: Vec<Statement>,
    /// What takes it back, in order. Meant to run in one transaction.
    pub down: Vec<Statement>,
}

impl Migration {
    /// The text of `up.sql`.
    #[must_use]
    pub fn up_sql(&self) -> String {
        script(&self.up)
    }

    /// The text of `down.sql`.
    #[must_use]
    pub fn down_sql(&self) -> String {
        script(&self.down)
    }
}

fn script(statements: &[Statement]) -> String {
    let mut text = statements.iter().map(Statement::to_string).collect::<Vec<_>>().join("\n\n");
    text.push('\n');
    text
}
