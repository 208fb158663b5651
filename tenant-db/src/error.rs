//! [`Error`]: what went wrong, by what the caller can do about it.

use std::fmt;

use crate::database_error::DatabaseError;
use crate::doctor::Report;
use crate::query::CursorFault;

/// The result of everything in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, by what the caller can do about it.
///
/// # Isolation
///
/// No message, and no `Debug` output, shows SQL literals, values of rows or another tenant's data (I10). A row of
/// another tenant is [`NotFound`](Self::NotFound), as if it did not exist (I8).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No such row for this tenant: it does not exist, or belongs to somebody else. The two look the same (I8).
    #[error("no such {model}")]
    #[non_exhaustive]
    NotFound {
        /// The model that was asked for.
        model: &'static str,
    },

    /// A unique, foreign-key, check, not-null or exclusion constraint refused the row. The transaction, if there is
    /// one, can only be rolled back.
    #[error("refused by {0}")]
    Conflict(#[source] DatabaseError),

    /// The context does not carry the role or the permission, or the database refused the statement (SQLSTATE 42501).
    #[error("forbidden: {reason}")]
    #[non_exhaustive]
    Forbidden {
        /// What was missing, without data.
        reason: String,
    },

    /// The context's time is over: authenticate again.
    #[error("the tenant context has expired; authenticate again")]
    ContextExpired,

    /// The authenticator did not accept the credentials.
    #[error("not authenticated: {reason}")]
    #[non_exhaustive]
    Unauthenticated {
        /// Why, in words that may be shown to whoever sent them.
        reason: String,
    },

    /// No connection became free in time.
    ///
    /// Where `held` is `share`, the tenant itself has all that it may have at a time; see
    /// [`TenantDbBuilder::permits_per_tenant`](crate::TenantDbBuilder::permits_per_tenant).
    ///
    /// A task that uses the database inside of its own transaction waits for itself: use the transaction's repositories.
    #[error("no connection became free within {} ms (pool: {in_use} of {size} in use, {waiting} more waiting; this tenant: {held} of {share} in use)", waited.as_millis())]
    #[non_exhaustive]
    PoolTimeout {
        /// How long the caller waited.
        waited: std::time::Duration,
        /// Connections that were in use, by all tenants.
        in_use: u32,
        /// Others that were waiting then.
        waiting: u32,
        /// The largest number of connections that the pool may open.
        size: u32,
        /// Connections that this tenant was using.
        held: u32,
        /// The largest number of connections that one tenant may use.
        share: u32,
    },

    /// The database cannot be reached.
    #[error("cannot connect to the database: {reason}")]
    #[non_exhaustive]
    Connect {
        /// Why, without the URL and its password.
        reason: String,
    },

    /// The connection broke while COMMIT was on its way: the change is there wholly or not at all, and only a look at
    /// the data can tell. Never retried by this crate.
    #[error("the connection was lost during COMMIT; the change was made wholly or not at all")]
    CommitUnknown,

    /// The change was made and committed, but what came back of it could not be read: a column does not hold what its type
    /// in `table!` says, or a row was withheld. Do not try again.
    #[error("the change was committed, but its answer could not be read: {0}")]
    CommittedUnread(#[source] Box<Error>),

    /// The connection broke before anything was committed. Nothing was changed; it is safe to try again.
    #[error("the connection was lost before COMMIT; nothing was changed")]
    ConnectionLost,

    /// The database asks to run the whole transaction again (deadlock or serialization failure).
    #[error("the transaction can be run again: {0}")]
    Retryable(#[source] DatabaseError),

    /// A statement in this transaction failed before, or was cancelled, so PostgreSQL can only roll it back. Seen when a
    /// closure swallows an error and goes on, or returns `Ok`.
    #[error("the transaction was rolled back because of an earlier statement in it: {cause}")]
    #[non_exhaustive]
    TransactionAborted {
        /// What that statement's error said.
        cause: String,
    },

    /// The query cannot be sent as it is: a raw SQL fragment that does not keep to its place, a negative limit.
    #[error("the query cannot be sent: {reason}")]
    #[non_exhaustive]
    InvalidQuery {
        /// What is wrong, and what to do instead.
        reason: &'static str,
    },

    /// The row has been changed since it was read: it has another version than the one that the change was made from. Read
    /// it again, and see whether the change still makes sense.
    #[error("the {model} has been changed since it was read")]
    #[non_exhaustive]
    Stale {
        /// The model.
        model: &'static str,
    },

    /// A cursor of a page cannot be used here. Whether it was forged or is another tenant's is not told (I8).
    #[error("the cursor cannot be used: {reason}")]
    #[non_exhaustive]
    InvalidCursor {
        /// Why.
        reason: CursorFault,
    },

    /// A page is to have no row, or more than [`max_page_size`](crate::TenantDbBuilder::max_page_size) allows.
    #[error("a page has at least one row and at most {max}")]
    #[non_exhaustive]
    InvalidPageSize {
        /// The largest page.
        max: i64,
    },

    /// An update that changes nothing.
    #[error("the update sets no column")]
    NoChanges,

    /// The tenant's key cannot be used.
    #[error("the tenant key cannot be used: {reason}")]
    #[non_exhaustive]
    InvalidTenant {
        /// What is wrong with it, without its value.
        reason: &'static str,
    },

    /// A door of [`danger`](crate::danger) was opened without a reason.
    #[error("a reason is required: say in a few words why `{door}` is needed here")]
    #[non_exhaustive]
    ReasonRequired {
        /// The door.
        door: &'static str,
    },

    /// A row of another tenant arrived although predicate and policies should have kept it away (I6). Nothing of it is
    /// shown. Treat it as an incident. A change of one statement outside of a transaction has been committed by then, and is
    /// reported as [`CommittedUnread`](Self::CommittedUnread).
    #[error("a row of {model} does not belong to the tenant of the context; it was withheld")]
    #[non_exhaustive]
    ForeignRow {
        /// The model that was read.
        model: &'static str,
    },

    /// The database, or the configuration, is not what the models promise. The report says how to mend it.
    #[error("{0}")]
    Misconfigured(Box<Report>),

    /// A setting of the builder or the URL cannot be used.
    #[error("invalid configuration: {reason}")]
    #[non_exhaustive]
    InvalidConfiguration {
        /// What is wrong, and what to write instead.
        reason: String,
    },

    /// A migration could not be applied or reverted. Nothing of it was kept; those before it were.
    #[error("migration {migration} failed: {reason}")]
    #[non_exhaustive]
    Migration {
        /// The migration.
        migration: String,
        /// Why, in the words of PostgreSQL.
        reason: String,
    },

    /// Any other error of the database.
    #[error("database error: {0}")]
    Database(#[source] DatabaseError),
}

impl Error {
    pub(crate) fn invalid_tenant(reason: &'static str) -> Self {
        Self::InvalidTenant { reason }
    }

    pub(crate) fn invalid_configuration(reason: impl Into<String>) -> Self {
        Self::InvalidConfiguration { reason: reason.into() }
    }

    pub(crate) fn migration(migration: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Migration { migration: migration.into(), reason: reason.into() }
    }

    pub(crate) fn forbidden(reason: impl fmt::Display) -> Self {
        Self::Forbidden { reason: reason.to_string() }
    }

    /// A refusal by an [`Authenticator`](crate::Authenticator). `reason` may be shown to whoever sent the credentials.
    #[must_use]
    pub fn unauthenticated(reason: impl Into<String>) -> Self {
        Self::Unauthenticated { reason: reason.into() }
    }

    /// A word for the variant, for logs and numbers.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not_found",
            Self::Conflict(_) => "conflict",
            Self::Forbidden { .. } => "forbidden",
            Self::ContextExpired => "context_expired",
            Self::Unauthenticated { .. } => "unauthenticated",
            Self::PoolTimeout { .. } => "pool_timeout",
            Self::Connect { .. } => "connect",
            Self::CommitUnknown => "commit_unknown",
            Self::CommittedUnread(_) => "committed_unread",
            Self::ConnectionLost => "connection_lost",
            Self::Retryable(_) => "retryable",
            Self::TransactionAborted { .. } => "transaction_aborted",
            Self::InvalidQuery { .. } => "invalid_query",
            Self::Stale { .. } => "stale",
            Self::InvalidCursor { .. } => "invalid_cursor",
            Self::InvalidPageSize { .. } => "invalid_page_size",
            Self::NoChanges => "no_changes",
            Self::InvalidTenant { .. } => "invalid_tenant",
            Self::ReasonRequired { .. } => "reason_required",
            Self::ForeignRow { .. } => "foreign_row",
            Self::Misconfigured(_) => "misconfigured",
            Self::InvalidConfiguration { .. } => "invalid_configuration",
            Self::Migration { .. } => "migration",
            Self::Database(_) => "database",
        }
    }

    /// The HTTP status that fits the error.
    ///
    /// ```
    /// assert_eq!(tenant_db::Error::ContextExpired.http_status(), 401);
    /// ```
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match self {
            Self::NotFound { .. } => 404,
            Self::Conflict(_) | Self::Stale { .. } => 409,
            Self::Forbidden { .. } => 403,
            Self::ContextExpired | Self::Unauthenticated { .. } => 401,
            Self::NoChanges
            | Self::InvalidTenant { .. }
            | Self::InvalidQuery { .. }
            | Self::InvalidCursor { .. }
            | Self::InvalidPageSize { .. } => 400,
            Self::PoolTimeout { .. } | Self::Connect { .. } | Self::ConnectionLost | Self::Retryable(_) => {
                503
            }
            _ => 500,
        }
    }

    /// Whether running the whole operation again is safe and may succeed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Retryable(_) | Self::ConnectionLost | Self::PoolTimeout { .. })
    }
}

/// Turns [`Error::NotFound`] into `None`, as diesel's extension of the same name does.
pub trait OptionalExtension<T> {
    /// `Ok(None)` where nothing was found.
    ///
    /// # Errors
    ///
    /// Every error but [`Error::NotFound`].
    fn optional(self) -> Result<Option<T>>;
}

impl<T> OptionalExtension<T> for Result<T> {
    fn optional(self) -> Result<Option<T>> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
