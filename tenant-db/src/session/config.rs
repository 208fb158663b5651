//! [`TenantDbBuilder`]: how to connect.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::db::{PoolLimits, TenantDb};
use super::manager::Manager;
use crate::danger::SkipVerification;
use crate::database::DatabaseConfig;
use crate::doctor;
use crate::error::{Error, Result};
use crate::model::registered_models;

/// How to connect; made by [`TenantDb::builder`].
///
/// ```no_run
/// # async fn connect() -> tenant_db::Result<()> {
/// use std::time::Duration;
/// use tenant_db::TenantDb;
///
/// let db = TenantDb::builder(std::env::var("DATABASE_URL").unwrap_or_default())
///     .pool_size(20)
///     .acquire_timeout(Duration::from_secs(3))
///     .connect()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a builder does nothing until `connect`"]
pub struct TenantDbBuilder {
    url: SecretString,
    pool_size: u32,
    acquire_timeout: Duration,
    database: DatabaseConfig,
    verification: Option<SkipVerification>,
}

impl TenantDbBuilder {
    pub(super) fn new(url: String) -> Self {
        Self {
            url: SecretString::from(url),
            pool_size: 10,
            acquire_timeout: Duration::from_secs(5),
            database: DatabaseConfig::default(),
            verification: None,
        }
    }

    /// The largest number of connections. Default: 10. Zero is refused.
    pub fn pool_size(mut self, connections: u32) -> Self {
        self.pool_size = connections;
        self
    }

    /// How long an operation waits for a connection before it fails with [`Error::PoolTimeout`]. Default: 5 seconds.
    pub fn acquire_timeout(mut self, limit: Duration) -> Self {
        self.acquire_timeout = limit;
        self
    }

    /// Names of roles and of the setting that carries the tenant, where they are not the default ones. They must be
    /// those that the migrations were made with.
    pub fn database(mut self, config: DatabaseConfig) -> Self {
        self.database = config;
        self
    }

    /// Connects to a database that has not been compared with the models. See
    /// [`danger::skip_verification`](crate::danger::skip_verification).
    pub fn verification(mut self, skip: SkipVerification) -> Self {
        self.verification = Some(skip);
        self
    }

    /// Connects, compares the database with every model of the program, and opens the pool.
    ///
    /// Must be called in a tokio runtime with time and I/O enabled.
    ///
    /// # Errors
    ///
    /// [`Error::Misconfigured`] lists everything about the database that is not what the models promise, each with the
    /// SQL that mends it. [`Error::InvalidConfiguration`] for settings that cannot be used, [`Error::Connect`] where
    /// there is no such database, [`Error::ReasonRequired`] where verification is skipped without a reason.
    ///
    /// # Isolation
    ///
    /// No statement on tenant data is sent before the database has been found to enforce isolation.
    pub async fn connect(self) -> Result<TenantDb> {
        if self.pool_size == 0 {
            return Err(Error::invalid_configuration("the pool needs at least one connection: pool_size(1)"));
        }
        let config = url_options(self.url.expose_secret(), &self.database)?;
        let manager = Manager::new(config);
        match &self.verification {
            None => verify(&manager, &self.database).await?,
            Some(skip) => skip.audit()?,
        }
        // `build_unchecked` opens connections on demand; the check on checkout would cost a round trip each time, and
        // connections that were closed meanwhile are noticed without one.
        let last_failure = manager.last_failure();
        let pool = bb8::Pool::builder()
            .max_size(self.pool_size)
            .connection_timeout(self.acquire_timeout)
            .error_sink(Box::new(last_failure.clone()))
            .test_on_check_out(false)
            .build_unchecked(manager);
        let limits = PoolLimits { size: self.pool_size, acquire_timeout: self.acquire_timeout };
        Ok(TenantDb::new(pool, limits, last_failure, &self.database))
    }
}

impl std::fmt::Debug for TenantDbBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TenantDbBuilder")
            .field("pool_size", &self.pool_size)
            .field("acquire_timeout", &self.acquire_timeout)
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

async fn verify(manager: &Manager, database: &DatabaseConfig) -> Result<()> {
    let mut session = manager.open().await?;
    let report = doctor::verify(session.connection_mut(), &registered_models(), database).await?;
    for warning in report.warnings() {
        tracing::warn!(
            target: "tenant_db::doctor",
            code = warning.code,
            object = %warning.object,
            "{}",
            warning.problem
        );
    }
    if report.is_ok() { Ok(()) } else { Err(Error::Misconfigured(Box::new(report))) }
}

/// Parses the URL and refuses start-up options that would name a tenant for the whole session: the tenant is set per
/// transaction, and a session that starts with one would hide a transaction that forgot it (I3, I4).
pub(crate) fn url_options(url: &str, database: &DatabaseConfig) -> Result<tokio_postgres::Config> {
    // What exactly is wrong is not told: it could be a piece of the password (I10).
    let mut config: tokio_postgres::Config = url.parse().map_err(|_| {
        Error::invalid_configuration(
            "the database URL cannot be read; its form is postgresql://user:password@host:5432/database, with special \
             characters percent-encoded",
        )
    })?;
    if config.get_hosts().is_empty() {
        return Err(Error::invalid_configuration(
            "the database URL names no host; its form is postgresql://user:password@host:5432/database",
        ));
    }
    if let Some(options) = config.get_options() {
        // A backslash or a quote could hide the name, and no sensible option needs one.
        let plain = options.replace(['\\', '\'', '"', ' '], "").to_ascii_lowercase().replace('-', "_");
        let setting = database.setting().to_ascii_lowercase().replace('-', "_");
        if plain.contains(&setting) {
            return Err(Error::invalid_configuration(format!(
                "the URL's options set `{}`; remove that, the tenant comes from the context of each transaction",
                database.setting()
            )));
        }
    }
    if config.get_application_name().is_none() {
        config.application_name("tenant-db");
    }
    Ok(config)
}
