//! [`DatabaseError`]: what PostgreSQL said, without the data that it said it with.

use std::fmt;

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind as DieselKind, Error as DieselError};

use crate::database::columns_of;
use crate::db_enum::UnknownLabel;
use crate::error::Error;
use crate::meta::registered_models;

/// What PostgreSQL complained about.
///
/// # Isolation
///
/// PostgreSQL quotes values in messages and details. Neither details nor hints are kept, and of the message only
/// wording that names objects of the schema; other messages have everything in quotes taken out (I10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseError {
    kind: DatabaseErrorKind,
    message: String,
    // Small, because every result of this crate is as large as its error.
    constraint: Option<Box<str>>,
    table: Option<Box<str>>,
    column: Option<Box<str>>,
    columns: Box<[&'static str]>,
}

/// The kinds of database error that a program may want to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DatabaseErrorKind {
    /// A primary key or unique constraint.
    UniqueViolation,
    /// A foreign key.
    ForeignKeyViolation,
    /// A NOT NULL column.
    NotNullViolation,
    /// A CHECK constraint.
    CheckViolation,
    /// An exclusion constraint.
    ExclusionViolation,
    /// Two transactions waited for each other; this one was chosen to end.
    Deadlock,
    /// A serializable or repeatable-read transaction met a concurrent change.
    SerializationFailure,
    /// A write in a read-only transaction.
    ReadOnlyTransaction,
    /// SQLSTATE 42501: a grant, a policy or a missing tenant.
    InsufficientPrivilege,
    /// The statement ran into a timeout or was cancelled.
    Cancelled,
    /// The program and the database disagree about a type: a column could not be read or written.
    Conversion,
    /// A column holds a label that the program's [`DbEnum`](macro@crate::DbEnum) does not have.
    UnknownLabel,
    /// A type, a table or a plan was changed under a connection that had made use of it. Connections that may be out of date
    /// are not used again, so the next operation sees the database as it is.
    SchemaChanged,
    /// Anything else.
    Other,
}

impl DatabaseError {
    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> DatabaseErrorKind {
        self.kind
    }

    /// The constraint that was violated.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        self.constraint.as_deref()
    }

    /// The table that the error is about.
    #[must_use]
    pub fn table(&self) -> Option<&str> {
        self.table.as_deref()
    }

    /// The column that the error is about.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        self.column.as_deref()
    }

    /// The columns that the violated constraint is about, as the model names them: without the tenant's. Empty where no
    /// model knows the constraint, and for conditions on a whole row.
    ///
    /// They are looked up by the name of the constraint among those that models declare and primary keys, never read
    /// from the server's detail, which holds data.
    ///
    /// ```
    /// # use tenant_db::Error;
    /// fn explain(error: &Error) -> Option<&'static str> {
    ///     match error {
    ///         Error::Conflict(conflict) if conflict.columns().contains(&"email") => Some("this address is taken"),
    ///         _ => None,
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn columns(&self) -> &[&'static str] {
        &self.columns
    }

    /// PostgreSQL's message, without data.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    fn other(kind: DatabaseErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            constraint: None,
            table: None,
            column: None,
            columns: Box::default(),
        }
    }

    fn from_server(kind: DieselKind, information: &(dyn DatabaseErrorInformation + Send + Sync)) -> Self {
        let message = information.message();
        let columns = match (information.table_name(), information.constraint_name()) {
            (Some(table), Some(constraint)) => columns_of(&registered_models(), table, constraint),
            _ => Vec::new(),
        };
        Self {
            kind: classify(&kind, message),
            message: without_data(message),
            constraint: information.constraint_name().map(Box::from),
            table: information.table_name().map(Box::from),
            column: information.column_name().map(Box::from),
            columns: columns.into(),
        }
    }
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.constraint, self.kind) {
            (Some(constraint), DatabaseErrorKind::UniqueViolation) => {
                write!(f, "unique constraint `{constraint}`")
            }
            (Some(constraint), DatabaseErrorKind::ForeignKeyViolation) => {
                write!(f, "foreign key `{constraint}`")
            }
            (Some(constraint), DatabaseErrorKind::CheckViolation) => {
                write!(f, "check constraint `{constraint}`")
            }
            (Some(constraint), DatabaseErrorKind::ExclusionViolation) => {
                write!(f, "exclusion constraint `{constraint}`")
            }
            _ => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for DatabaseError {}

/// diesel-async keeps the SQLSTATE to itself, so the kinds that diesel does not name are told by their message. The
/// base migration pins `lc_messages` for the runtime role, which keeps the wording English.
fn classify(kind: &DieselKind, message: &str) -> DatabaseErrorKind {
    match kind {
        DieselKind::UniqueViolation => DatabaseErrorKind::UniqueViolation,
        DieselKind::ForeignKeyViolation | DieselKind::RestrictViolation => {
            DatabaseErrorKind::ForeignKeyViolation
        }
        DieselKind::NotNullViolation => DatabaseErrorKind::NotNullViolation,
        DieselKind::CheckViolation => DatabaseErrorKind::CheckViolation,
        DieselKind::ExclusionViolation => DatabaseErrorKind::ExclusionViolation,
        DieselKind::SerializationFailure => DatabaseErrorKind::SerializationFailure,
        DieselKind::ReadOnlyTransaction => DatabaseErrorKind::ReadOnlyTransaction,
        _ if message.starts_with("deadlock detected") => DatabaseErrorKind::Deadlock,
        _ if message.starts_with("could not serialize access") => DatabaseErrorKind::SerializationFailure,
        _ if ["cached plan must not change", "cache lookup failed for type", "type with OID "]
            .iter()
            .any(|beginning| message.starts_with(beginning)) =>
        {
            DatabaseErrorKind::SchemaChanged
        }
        _ if message.starts_with("canceling statement") => DatabaseErrorKind::Cancelled,
        _ if message.starts_with("permission denied")
            || message.starts_with("must be owner")
            || message.starts_with("tenant_db:")
            || message.starts_with("new row violates row-level security policy") =>
        {
            DatabaseErrorKind::InsufficientPrivilege
        }
        _ => DatabaseErrorKind::Other,
    }
}

/// Beginnings of messages that name nothing but objects of the schema.
const NAMES_ONLY_OBJECTS: [&str; 24] = [
    "relation \"",
    "column \"",
    "function ",
    "type \"",
    "schema \"",
    "role \"",
    "operator does not exist",
    "prepared statement \"",
    "permission denied",
    "must be owner",
    "tenant_db:",
    "new row violates row-level security policy",
    "new row for relation",
    "null value in column",
    "duplicate key value violates",
    "insert or update on table",
    "update or delete on table",
    "conflicting key value violates",
    "there is no unique or exclusion constraint",
    "ON CONFLICT DO UPDATE command cannot affect",
    "cannot execute ",
    "deadlock detected",
    "could not serialize access",
    "canceling statement",
];

/// Beginnings of the server's own messages that quote a value, or none: shown without what stands in quotes, and without
/// numbers. Any other message may be a `RAISE` of somebody's own, with data anywhere in it.
const MAY_QUOTE_VALUES: [&str; 36] = [
    "invalid input syntax",
    "invalid input value",
    "invalid byte sequence",
    "invalid regular expression",
    "invalid value",
    "invalid name syntax",
    "invalid hexadecimal",
    "syntax error",
    "unterminated quoted",
    "value ",
    "integer out of range",
    "smallint out of range",
    "bigint out of range",
    "numeric field overflow",
    "division by zero",
    "date/time field value",
    "timestamp out of range",
    "malformed ",
    "LIMIT must not be negative",
    "OFFSET must not be negative",
    "more than one row returned",
    "current transaction is aborted",
    "lock not available",
    "could not obtain lock",
    "could not determine",
    "could not find",
    "column reference ",
    "missing FROM-clause",
    "aggregate functions",
    "argument of ",
    "SELECT DISTINCT",
    "cached plan must not change",
    "cache lookup failed for type",
    "type with OID ",
    "out of memory",
    "the database system is",
];

fn without_data(message: &str) -> String {
    if NAMES_ONLY_OBJECTS.iter().any(|beginning| message.starts_with(beginning)) {
        return message.to_owned();
    }
    if !MAY_QUOTE_VALUES.iter().any(|beginning| message.starts_with(beginning)) {
        return "the server's message is withheld, because it may hold data; see the server's log".to_owned();
    }
    let mut clean = String::with_capacity(message.len());
    let mut pieces = message.split('"');
    clean.push_str(&without_digits(pieces.next().unwrap_or_default()));
    // Whatever stands between the first quote and the last one may be data: a value may hold quotes of its own.
    if let Some(last) = pieces.next_back() {
        clean.push_str("\"…\"");
        clean.push_str(&without_digits(last));
    }
    clean
}

fn without_digits(text: &str) -> String {
    text.chars().map(|character| if character.is_ascii_digit() { '#' } else { character }).collect()
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(DieselKind::ClosedConnection | DieselKind::UnableToSendCommand, _) => {
                Self::ConnectionLost
            }
            // The server's last words on a session that an administrator or a crash has ended.
            DieselError::DatabaseError(_, information)
                if information.message().starts_with("terminating connection") =>
            {
                Self::ConnectionLost
            }
            DieselError::DatabaseError(kind, information) => {
                from_database(DatabaseError::from_server(kind, &*information))
            }
            DieselError::QueryBuilderError(error) if error.to_string().contains("no changes to save") => {
                Self::NoChanges
            }
            DieselError::DeserializationError(error) => Self::Database(match UnknownLabel::find(&*error) {
                Some(unknown) => DatabaseError::other(DatabaseErrorKind::UnknownLabel, unknown.to_string()),
                None => DatabaseError::other(
                    DatabaseErrorKind::Conversion,
                    "a column does not hold what its type in `table!` says",
                ),
            }),
            DieselError::SerializationError(_) => Self::Database(DatabaseError::other(
                DatabaseErrorKind::Conversion,
                "a value cannot be written as the type of its column",
            )),
            DieselError::InvalidCString(_) => Self::Database(DatabaseError::other(
                DatabaseErrorKind::Conversion,
                "a value contains a NUL character",
            )),
            other => Self::Database(DatabaseError::other(DatabaseErrorKind::Other, diesel_text(&other))),
        }
    }
}

fn from_database(error: DatabaseError) -> Error {
    if error.message.starts_with("invalid byte sequence") {
        return Error::InvalidQuery {
            reason: "a text contains a character that PostgreSQL cannot hold, such as NUL",
        };
    }
    if error.message.starts_with("ON CONFLICT DO UPDATE command cannot affect row a second time") {
        return Error::InvalidQuery {
            reason: "two rows of one upsert have the same key; keep the one that is meant",
        };
    }
    match error.kind {
        DatabaseErrorKind::UniqueViolation
        | DatabaseErrorKind::ForeignKeyViolation
        | DatabaseErrorKind::NotNullViolation
        | DatabaseErrorKind::CheckViolation
        | DatabaseErrorKind::ExclusionViolation => Error::Conflict(error),
        DatabaseErrorKind::Deadlock | DatabaseErrorKind::SerializationFailure => Error::Retryable(error),
        DatabaseErrorKind::InsufficientPrivilege => Error::forbidden(error.message),
        _ => Error::Database(error),
    }
}

/// Text of diesel's own errors, which are about programs rather than data.
fn diesel_text(error: &DieselError) -> &'static str {
    match error {
        DieselError::NotFound => "a row was expected, and none came",
        DieselError::QueryBuilderError(_) => "the query cannot be written as SQL",
        _ => "diesel refused the statement",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_messages_are_withheld_and_names_are_kept() {
        assert_eq!(
            without_data("invalid input syntax for type integer: \"4111 1111\""),
            "invalid input syntax for type integer: \"…\""
        );
        assert_eq!(without_data("value 4111 is out of range"), "value #### is out of range");
        assert_eq!(
            without_data("invalid value \"a\" or \"b\" here"),
            "invalid value \"…\" here",
            "a value may hold quotes of its own"
        );
        let raised = without_data("customer Ada Lovelace is on the sanctions list");
        assert!(!raised.contains("Ada"), "{raised}");
        assert_eq!(
            without_data("relation \"customers2\" does not exist"),
            "relation \"customers2\" does not exist"
        );
    }

    #[test]
    fn what_a_program_can_react_to_is_told_apart() {
        let kind = |message| classify(&DieselKind::Unknown, message);
        assert_eq!(kind("deadlock detected"), DatabaseErrorKind::Deadlock);
        assert_eq!(
            kind("permission denied for function set_config"),
            DatabaseErrorKind::InsufficientPrivilege
        );
        assert_eq!(kind("canceling statement due to statement timeout"), DatabaseErrorKind::Cancelled);
        assert_eq!(kind("cached plan must not change result type"), DatabaseErrorKind::SchemaChanged);
        assert_eq!(kind("cache lookup failed for type 16999"), DatabaseErrorKind::SchemaChanged);
        assert_eq!(kind("division by zero"), DatabaseErrorKind::Other);
    }
}
