//! The database: its names, its migrations.

use std::path::{Path, PathBuf};

use tenant_db::Result;
use tenant_db::database::{DatabaseConfig, Migrator};

/// The prefix of the roles' names.
pub const ROLES: &str = "identity";

/// What things are called. The check functions read both settings.
///
/// # Errors
///
/// [`Error::InvalidConfiguration`](tenant_db::Error::InvalidConfiguration) for a prefix that makes no names.
pub fn config(role_prefix: &str) -> Result<DatabaseConfig> {
    DatabaseConfig::default().with_role_prefix(role_prefix)?.with_principal_setting("app.current_user")
}

/// The migrations that create the tables. What isolates tenants is generated from the models and comes after them.
#[must_use]
pub fn tables() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/tables")
}

/// The migrations that add this service's own functions and policies. They come last: the functions belong to whom the tables
/// belong to once they are isolated.
#[must_use]
pub fn policies() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/policies")
}

/// Applies all of them, as a role that may.
///
/// # Errors
///
/// Those of [`Migrator::run`].
pub async fn migrate(url: &str, config: &DatabaseConfig) -> Result<Vec<String>> {
    let mut applied = Migrator::new(url).folder(tables()).isolation(config.clone()).run().await?;
    applied.extend(Migrator::new(url).folder(policies()).run().await?);
    Ok(applied)
}
