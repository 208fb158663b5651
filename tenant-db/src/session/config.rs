//! [`TenantDbBuilder`]: how to connect.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretSlice, SecretString};

use super::connect::{Connector, RootCertificate, SslMode, StartupOptions, Target};
use super::db::TenantDb;
use super::pool::Pool;
use super::settings::{Choices, PoolSettings, SessionSettings};
use crate::danger::SkipVerification;
use crate::database::DatabaseConfig;
use crate::doctor;
use crate::error::{Error, Result};
use crate::meta::registered_models;
use crate::public_view::registered_views;
use crate::query::Paging;

/// How to connect; made by [`TenantDb::builder`].
///
/// ```no_run
/// # async fn connect() -> tenant_db::Result<()> {
/// use std::time::Duration;
/// use tenant_db::{SslMode, TenantDb};
///
/// let db = TenantDb::builder(std::env::var("DATABASE_URL").unwrap_or_default())
///     .pool_size(20)
///     .acquire_timeout(Duration::from_secs(3))
///     .statement_timeout(None) // the server's own
///     .ssl_mode(SslMode::VerifyFull)
///     .connect()
///     .await?;
/// # Ok(())
/// # }
/// ```
///
/// # The URL
///
/// `postgresql://user:password@host:5432/database?name=value&…`, several hosts with commas between them, or libpq's
/// key-value form (`host=… user=…`). Special characters are percent-encoded: a `@` in a password is `%40`.
///
/// Every setting has a parameter of the URL as well; what the program says wins. Durations are whole numbers with a unit
/// (`500ms`, `30s`, `5min`, `2h`, `1d`); `0` is no limit. Each may be given once.
///
/// | parameter | default |
/// |---|---|
/// | `pool_size` | 10 connections |
/// | `acquire_timeout` | `5s` |
/// | `idle_timeout` | `10min` |
/// | `max_lifetime` | `30min` |
/// | `permits_per_tenant` | half of the pool, rounded up |
/// | `statement_timeout` | `30s` |
/// | `lock_timeout` | `10s` |
/// | `idle_in_transaction_timeout` | `60s` |
/// | `client_connection_check_interval` | `1s` |
/// | `application_name` | `tenant-db` |
/// | `prepared_statements` | `true` |
/// | `max_page_size` | 1000 rows |
/// | `cursor_lifetime` | none |
/// | `sslmode` | `prefer` |
/// | `sslrootcert` | none; a file in PEM, or `system` |
/// | `sslnegotiation` | `postgres`; `direct` for PostgreSQL 17 and later |
///
/// libpq's `user`, `password`, `dbname`, `host`, `hostaddr`, `port`, `options`, `target_session_attrs` (`any`, `read-write`,
/// `read-only`), `load_balance_hosts`, `channel_binding`, `keepalives`, `keepalives_idle`, `keepalives_interval`,
/// `keepalives_retries` and `tcp_user_timeout` mean what they mean there. So does `connect_timeout`, in seconds: for each
/// address, from the first packet to a session that can be used; 10 unless it is given, and `0` waits for ever.
///
/// `options` are written `-c name=value`. Such that set the tenant, the role or row security are refused. A limit that is
/// set there has no default here.
#[must_use = "a builder does nothing until `connect`"]
pub struct TenantDbBuilder {
    url: SecretString,
    replica: Option<SecretString>,
    choices: Choices,
    cursor_key: Option<SecretSlice<u8>>,
    database: DatabaseConfig,
    verification: Option<SkipVerification>,
}

/// One database server, or several of which one will do, and everything that was chosen for its sessions.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) target: Target,
    pub(super) pool: PoolSettings,
    pub(super) session: SessionSettings,
}

/// What a builder describes.
#[derive(Debug)]
pub(super) struct Endpoints {
    pub(super) primary: Endpoint,
    pub(super) replica: Option<Endpoint>,
    pub(super) paging: Arc<Paging>,
}

impl TenantDbBuilder {
    pub(super) fn new(url: String) -> Self {
        Self {
            url: SecretString::from(url),
            replica: None,
            choices: Choices::default(),
            cursor_key: None,
            database: DatabaseConfig::default(),
            verification: None,
        }
    }

    /// The largest number of connections. Default: 10. Zero is refused.
    pub fn pool_size(mut self, connections: u32) -> Self {
        self.choices.pool_size = Some(connections);
        self
    }

    /// How long an operation waits for a connection before it fails with [`Error::PoolTimeout`]. Default: 5 seconds. Zero
    /// is refused.
    pub fn acquire_timeout(mut self, limit: Duration) -> Self {
        self.choices.acquire_timeout = Some(limit);
        self
    }

    /// How long a connection is kept that nobody uses. Default: 10 minutes. `None` keeps it.
    pub fn idle_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.choices.idle_timeout = Some(limit.into());
        self
    }

    /// How old a connection gets, so that a server that comes back, or a new one, gets its share. Default: 30 minutes.
    /// `None` keeps it as long as it works.
    pub fn max_lifetime(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.choices.max_lifetime = Some(limit.into());
        self
    }

    /// How many connections one tenant may use at a time. Default: half of the pool, rounded up. Zero, and more than the
    /// pool has, are refused.
    pub fn permits_per_tenant(mut self, connections: u32) -> Self {
        self.choices.permits_per_tenant = Some(connections);
        self
    }

    /// After what time the server cancels a statement. Default: 30 seconds. `None` leaves that to the server's own setting.
    pub fn statement_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.choices.statement_timeout = Some(limit.into());
        self
    }

    /// After what time the server cancels a statement that waits for a lock. Default: 10 seconds. `None` leaves that to the
    /// server's own setting.
    pub fn lock_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.choices.lock_timeout = Some(limit.into());
        self
    }

    /// After what time the server closes a session whose transaction is open and does nothing
    /// (`idle_in_transaction_session_timeout`). Default: 60 seconds. `None` leaves that to the server's own setting.
    pub fn idle_in_transaction_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.choices.idle_in_transaction_timeout = Some(limit.into());
        self
    }

    /// How often the server looks, while a statement runs, whether the program is still there. If it is not, the statement
    /// ends, with its locks. Default: 1 second, where the server can. `None` leaves that to the server's own setting.
    pub fn client_connection_check_interval(mut self, interval: impl Into<Option<Duration>>) -> Self {
        self.choices.client_connection_check_interval = Some(interval.into());
        self
    }

    /// What the server calls the sessions, in `pg_stat_activity` and its log. Default: `tenant-db`.
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.choices.application_name = Some(name.into());
        self
    }

    /// Whether sessions keep prepared statements and settings. Default: true.
    ///
    /// False is for every pooler in transaction mode, such as PgBouncer's: what a session keeps would stay with a server
    /// connection that is somebody else's next. Limits are then set in each transaction, which takes three round trips.
    pub fn prepared_statements(mut self, kept: bool) -> Self {
        self.choices.prepared_statements = Some(kept);
        self
    }

    /// Whether connections are encrypted, and how the server is recognised. Default: [`SslMode::VerifyFull`] where a root
    /// certificate is given, else [`SslMode::Prefer`].
    ///
    /// Stricter modes than that need the feature `tls`, which is on by default.
    pub fn ssl_mode(mut self, mode: SslMode) -> Self {
        self.choices.ssl_mode = Some(mode);
        self
    }

    /// A file with the certificates, in PEM, of the authorities that are believed. It is read by
    /// [`connect`](Self::connect). Default: none, and for [`SslMode::VerifyFull`] those that the system trusts.
    pub fn root_certificate(mut self, path: impl Into<PathBuf>) -> Self {
        self.choices.root_certificate = Some(RootCertificate::File(path.into()));
        self
    }

    /// As [`root_certificate`](Self::root_certificate), for certificates that are at hand.
    pub fn root_certificate_pem(mut self, certificates: impl Into<Vec<u8>>) -> Self {
        self.choices.root_certificate = Some(RootCertificate::Pem(certificates.into()));
        self
    }

    /// The URL of a server that follows the first one, for reading. Default: none. It gets a pool of its own, with the same
    /// settings, but for what its URL says.
    pub fn read_replica(mut self, url: impl Into<String>) -> Self {
        self.replica = Some(SecretString::from(url.into()));
        self
    }

    /// The key with which the cursors of pages are encrypted: 32 random bytes or more, kept as other secrets are. Default: a
    /// random one for each connection that is made here, so that cursors end with the program, and those of one instance
    /// are nothing to another. Give one where several serve the same clients, or where cursors should outlast a restart.
    pub fn cursor_key(mut self, key: impl Into<SecretSlice<u8>>) -> Self {
        self.cursor_key = Some(key.into());
        self
    }

    /// How old a cursor may get before it is [`CursorFault::Expired`](crate::CursorFault::Expired). Default: `None`, any
    /// age.
    pub fn cursor_lifetime(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.choices.cursor_lifetime = Some(limit.into());
        self
    }

    /// The largest page that may be asked for. Default: 1000 rows. Zero is refused.
    pub fn max_page_size(mut self, rows: u32) -> Self {
        self.choices.max_page_size = Some(rows);
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
        let Endpoints { primary, replica, paging } = self.endpoints()?;
        if let Some(skip) = &self.verification {
            skip.audit()?;
        }
        let db = self.open(primary, Arc::clone(&paging), TenantDb::new).await?;
        match replica {
            None => Ok(db),
            Some(replica) => Ok(db.with_replica(self.open(replica, paging, TenantDb::new_replica).await?)),
        }
    }

    /// As [`connect`](Self::connect), for public views: another role, other checks, and every transaction only reads.
    pub(crate) async fn connect_public(self, pool_size: u32) -> Result<TenantDb> {
        let (target, mut choices) = Target::parse(self.url.expose_secret(), &self.choices)?;
        choices.pool_size.get_or_insert(pool_size);
        // There is one reader, everybody, who may have all of them.
        choices.permits_per_tenant = choices.pool_size;
        let options = StartupOptions::read(target.options(), self.database.setting())?;
        let session = choices.session(|name| options.set(name))?;
        let pool = choices.pool()?;
        let set_local = if session.prepared_statements { String::new() } else { session.set_local_sql() };
        let connector = Connector::new(target, session.clone())?;
        let mut link = connector.connect().await?;
        let report = doctor::verify_public(&mut link.connection, &registered_views(), &self.database).await?;
        refuse_or_warn(report)?;
        let paging = Arc::new(Paging::new(None, None, None)?);
        Ok(TenantDb::new_replica(Pool::new(connector, &session, &pool), &self.database, set_local, paging))
    }

    /// A replica is verified as well: its URL could name any database.
    async fn open(
        &self,
        endpoint: Endpoint,
        paging: Arc<Paging>,
        make: fn(Pool, &DatabaseConfig, String, Arc<Paging>) -> TenantDb,
    ) -> Result<TenantDb> {
        let Endpoint { target, pool, session } = endpoint;
        let set_local = if session.prepared_statements { String::new() } else { session.set_local_sql() };
        let connector = Connector::new(target, session.clone())?;
        if self.verification.is_none() {
            verify(&connector, &self.database).await?;
        }
        Ok(make(Pool::new(connector, &session, &pool), &self.database, set_local, paging))
    }

    /// Reads the URLs, and settles what has been chosen.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`].
    pub(super) fn endpoints(&self) -> Result<Endpoints> {
        let read = |url: &SecretString| Target::parse(url.expose_secret(), &self.choices);
        let endpoint = |(target, choices): (Target, Choices)| -> Result<Endpoint> {
            let options = StartupOptions::read(target.options(), self.database.setting())?;
            let session = choices.session(|name| options.set(name))?;
            Ok(Endpoint { target, pool: choices.pool()?, session })
        };
        let (target, choices) = read(&self.url)?;
        // A cursor of the one is good for the other.
        let paging = Arc::new(choices.paging(self.cursor_key.as_ref())?);
        let replica = self.replica.as_ref().map(|url| read(url).and_then(endpoint)).transpose()?;
        Ok(Endpoints { primary: endpoint((target, choices))?, replica, paging })
    }
}

impl std::fmt::Debug for TenantDbBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TenantDbBuilder")
            .field("choices", &self.choices)
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

async fn verify(connector: &Connector, database: &DatabaseConfig) -> Result<()> {
    let mut link = connector.connect().await?;
    let report = doctor::verify(&mut link.connection, &registered_models(), database).await?;
    refuse_or_warn(report)
}

fn refuse_or_warn(report: doctor::Report) -> Result<()> {
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
