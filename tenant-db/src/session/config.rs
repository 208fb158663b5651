//! [`TenantDbBuilder`]: how to connect.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::connect::{Connector, Target};
use super::db::TenantDb;
use super::pool::Pool;
use super::settings::{PoolSettings, SessionSettings};
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
        let target = Target::parse(self.url.expose_secret())?;
        refuse_tenant_in_options(&target, &self.database)?;
        let mut session = SessionSettings::default();
        if let Some(name) = target.application_name() {
            session.application_name = name.to_owned();
        }
        let prepares = session.prepared_statements;
        let set_local = if prepares { String::new() } else { session.set_local_sql() };
        let connector = Connector::new(target, session)?;
        match &self.verification {
            None => verify(&connector, &self.database).await?,
            Some(skip) => skip.audit()?,
        }
        let settings = PoolSettings {
            size: self.pool_size,
            acquire_timeout: self.acquire_timeout,
            ..PoolSettings::default()
        };
        Ok(TenantDb::new(Pool::new(connector, prepares, &settings), &self.database, set_local))
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

async fn verify(connector: &Connector, database: &DatabaseConfig) -> Result<()> {
    let mut link = connector.connect().await?;
    let report = doctor::verify(&mut link.connection, &registered_models(), database).await?;
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

/// Refuses start-up options that would name a tenant for the whole session: the tenant is set per transaction, and a
/// session that starts with one would hide a transaction that forgot it (I3, I4).
fn refuse_tenant_in_options(target: &Target, database: &DatabaseConfig) -> Result<()> {
    let Some(options) = target.options() else { return Ok(()) };
    // A backslash or a quote could hide the name, and no sensible option needs one.
    let plain = options.replace(['\\', '\'', '"', ' '], "").to_ascii_lowercase().replace('-', "_");
    if plain.contains(&database.setting().to_ascii_lowercase().replace('-', "_")) {
        return Err(Error::invalid_configuration(format!(
            "the URL's options set `{}`; remove that, the tenant comes from the context of each transaction",
            database.setting()
        )));
    }
    Ok(())
}
