//! [`Harness`]: diesel's migration harness, with PostgreSQL's hints in its errors.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::Connection;
use diesel::connection::{InstrumentationEvent, SimpleConnection, TransactionManager};
use diesel::migration::{Migration as DieselMigration, MigrationVersion};
use diesel::pg::Pg;
use diesel::result::Error as DieselError;
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_migrations::MigrationHarness;

use crate::error::{Error, Result};

/// Two programs that start at once must not migrate at once: the key of the advisory lock between them.
const LOCK: i64 = 0x7465_6e61_6e74_6462;

type Manager = <AsyncConnectionWrapper<AsyncPgConnection> as Connection>::TransactionManager;

/// A connection on a thread that may block.
pub(super) struct Harness {
    connection: AsyncConnectionWrapper<AsyncPgConnection>,
    /// diesel puts a migration's error into a string and loses the hint, which says what to do. So it is kept here.
    complaint: Arc<Mutex<Option<String>>>,
}

impl Harness {
    /// Waits until no other program migrates this database.
    pub(super) fn new(connection: AsyncPgConnection) -> Result<Self> {
        let mut connection = AsyncConnectionWrapper::from(connection);
        let complaint = Arc::new(Mutex::new(None));
        let heard = Arc::clone(&complaint);
        connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::FinishQuery { error: Some(error), .. } = event {
                *heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason(error));
            }
        });
        connection.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
        Ok(Self { connection, complaint })
    }

    /// The versions that have been applied, last first.
    pub(super) fn applied(&mut self) -> Result<Vec<MigrationVersion<'static>>> {
        let applied = self.connection.applied_migrations();
        applied.map_err(|error| self.error("__diesel_schema_migrations", &error.to_string()))
    }

    /// Applies those of `all` that have not been applied, in this order.
    pub(super) fn run_pending(&mut self, all: &[Box<dyn DieselMigration<Pg>>]) -> Result<Vec<String>> {
        let applied = self.applied()?;
        let pending = all.iter().filter(|migration| !applied.contains(&migration.name().version()));
        pending.map(|migration| self.run(migration)).collect()
    }

    /// As [`run_pending`](Self::run_pending), and then everything is rolled back.
    pub(super) fn rehearse(&mut self, all: &[Box<dyn DieselMigration<Pg>>]) -> Result<Vec<String>> {
        // Inside of it, each migration's own transaction is a savepoint.
        self.undoing(|harness| harness.run_pending(all))
    }

    /// The names of those of `all` that have not been applied.
    pub(super) fn pending(&mut self, all: &[Box<dyn DieselMigration<Pg>>]) -> Result<Vec<String>> {
        // To look, diesel makes its table where there is none.
        let applied = self.undoing(Self::applied)?;
        let names = all.iter().map(|migration| migration.name());
        Ok(names.filter(|name| !applied.contains(&name.version())).map(ToString::to_string).collect())
    }

    fn undoing<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        Manager::begin_transaction(&mut self.connection)?;
        let outcome = work(self);
        Manager::rollback_transaction(&mut self.connection)?;
        outcome
    }

    fn run(&mut self, migration: &dyn DieselMigration<Pg>) -> Result<String> {
        let name = migration.name().to_string();
        match self.connection.run_migration(migration) {
            Ok(_) => Ok(name),
            Err(error) => Err(self.error(&name, &error.to_string())),
        }
    }

    pub(super) fn revert(&mut self, migration: &dyn DieselMigration<Pg>) -> Result<String> {
        let name = migration.name().to_string();
        match self.connection.revert_migration(migration) {
            Ok(_) => Ok(name),
            Err(error) => Err(self.error(&name, &error.to_string())),
        }
    }

    fn error(&self, migration: &str, text: &str) -> Error {
        let complaint = self.complaint.lock().unwrap_or_else(PoisonError::into_inner).take();
        Error::migration(migration, complaint.unwrap_or_else(|| text.to_owned()))
    }
}

/// PostgreSQL's message, and our own hints. Details, which quote rows, are left out, and so is what stands in quotes in
/// messages that may quote a value (I10).
fn reason(error: &DieselError) -> String {
    let DieselError::DatabaseError(_, information) = error else { return error.to_string() };
    let message = information.message();
    if message.starts_with("tenant_db:") {
        return match information.hint() {
            Some(hint) => format!("{message} ({hint})"),
            None => message.to_owned(),
        };
    }
    let told = if SCHEMA_ONLY.iter().any(|beginning| message.starts_with(beginning)) {
        message.to_owned()
    } else {
        without_data(message)
    };
    if REFUSALS.iter().any(|beginning| message.starts_with(beginning)) {
        return format!("{told}; run it as the administrator or as the migrator role");
    }
    told
}

/// Beginnings of the messages of SQLSTATE 42501, which diesel does not tell from others: the role has no right to do it.
const REFUSALS: [&str; 2] = ["permission denied", "must be owner of"];

/// Beginnings of messages that quote the migration's own text, or names of the schema.
const SCHEMA_ONLY: [&str; 14] = [
    "syntax error",
    "unterminated",
    "cannot ",
    "table \"",
    "constraint \"",
    "index \"",
    "sequence \"",
    "trigger \"",
    "policy \"",
    "view \"",
    "database \"",
    "extension \"",
    "language \"",
    "could not create unique index",
];

/// As the errors of queries are told.
fn without_data(message: &str) -> String {
    let bare =
        DieselError::DatabaseError(diesel::result::DatabaseErrorKind::Unknown, Box::new(message.to_owned()));
    match Error::from(bare) {
        Error::Database(error) | Error::Conflict(error) | Error::Retryable(error) => {
            error.message().to_owned()
        }
        Error::Forbidden { reason, .. } => reason,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(message: &str) -> String {
        let kind = diesel::result::DatabaseErrorKind::Unknown;
        reason(&DieselError::DatabaseError(kind, Box::new(message.to_owned())))
    }

    #[test]
    fn names_of_the_schema_are_told_and_values_are_withheld() {
        for message in [
            "syntax error at or near \"CRATE\"",
            "relation \"x\" already exists",
            "table \"x\" does not exist",
        ] {
            assert_eq!(told(message), message);
        }
        let own = "tenant_db: the table \"x\" is in the way";
        assert_eq!(told(own), own);
        assert!(!told("invalid input syntax for type uuid: \"secret\"").contains("secret"));
    }
}
