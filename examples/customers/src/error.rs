//! What can go wrong on the way.

/// What can go wrong on the way.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The library, or the database through it.
    #[error(transparent)]
    TenantDb(#[from] tenant_db::Error),
    /// The operator's own look at the database.
    #[error("cannot look at the database: {0}")]
    Look(#[from] tokio_postgres::Error),
    /// The throw-away server of the demo.
    #[error(transparent)]
    Server(#[from] tenant_db::testing::LaunchError),
    /// There is no model of this table.
    #[error("no model is kept in {table:?}; there are {}", crate::adoption::names().collect::<Vec<_>>().join(", "))]
    UnknownTable {
        /// What was asked for.
        table: String,
    },
    /// Rows are not what they were.
    #[error(
        "rows of {table} are not what they were ({before} before, {after} after): either somebody wrote to it meanwhile, \
         or this is a bug; `customers revert {table}` gives it back"
    )]
    RowsChanged {
        /// The table.
        table: String,
        /// Number and sum before.
        before: crate::adoption::Checksum,
        /// Number and sum after.
        after: crate::adoption::Checksum,
    },
    /// The program's own claim was wrong.
    #[error("the demo expected otherwise: {0}")]
    Unexpected(String),
}

/// The result of everything here.
pub type Result<T, E = Error> = std::result::Result<T, E>;
