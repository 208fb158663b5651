//! A server for tests.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::database::TestDatabase;
use super::launch::{Cluster, ClusterOptions, LaunchError, Listen, Programs, ServerUrl, ServerVersion};
use super::setup::DatabaseSetup;
use super::sql::Session;

/// Names an existing server.
const URL_VARIABLE: &str = "TENANT_DB_TEST_URL";
/// Set by whoever throws the server of [`URL_VARIABLE`] away afterwards, so that tests may leave templates there.
const THROWAWAY_VARIABLE: &str = "TENANT_DB_TEST_THROWAWAY";

/// A PostgreSQL server for tests.
///
/// ```
/// use tenant_db::testing::Postgres;
///
/// # async fn example() -> Result<(), tenant_db::testing::LaunchError> {
/// let postgres = Postgres::start().await?;
/// println!("PostgreSQL {} at {}", postgres.version(), postgres.admin_url());
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
/// ```
///
/// Dropping a server that the launcher started stops it and removes its folder before `drop` returns, which takes
/// some hundred milliseconds.
#[derive(Debug)]
pub struct Postgres {
    url: ServerUrl,
    admin_url: String,
    version: ServerVersion,
    source: ServerSource,
    /// None if the server is not ours.
    cluster: Option<Arc<Cluster>>,
}

/// Where a [`Postgres`] comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerSource {
    /// `TENANT_DB_TEST_URL` names it.
    #[non_exhaustive]
    FromEnvironment {
        /// `TENANT_DB_TEST_THROWAWAY` says that it goes away after the tests.
        throwaway: bool,
    },
    /// Started from an installed server's programs.
    #[non_exhaustive]
    Installed {
        /// Their folder.
        bin_dir: PathBuf,
    },
    /// Started from the programs inside crates.
    Embedded,
}

impl Postgres {
    /// Starts a server of one's own, which lives as long as the value.
    ///
    /// # Errors
    ///
    /// [`LaunchError::NotFound`] if no server is installed, and whatever keeps an installed one from starting.
    pub async fn start() -> Result<Self, LaunchError> {
        Self::builder().start().await
    }

    /// Options for a server of one's own.
    pub fn builder() -> PostgresBuilder {
        PostgresBuilder { bin_dir: None, listen: Listen::Socket, settings: Vec::new() }
    }

    /// The server of this process: that of `TENANT_DB_TEST_URL`, else one that is started at first use and stopped
    /// when the process ends, however it ends. Whoever asks meanwhile waits for it.
    ///
    /// # Errors
    ///
    /// As [`Postgres::start`]; and [`LaunchError::InvalidUrl`] or [`LaunchError::Connect`] for the variable's server.
    pub async fn shared() -> Result<&'static Self, LaunchError> {
        static SHARED: OnceCell<Postgres> = OnceCell::const_new();
        SHARED
            .get_or_try_init(async || match env::var(URL_VARIABLE) {
                Ok(url) if !url.is_empty() => Self::connect(&url).await,
                _ => Self::start().await,
            })
            .await
    }

    async fn connect(url: &str) -> Result<Self, LaunchError> {
        let url = ServerUrl::parse(url)?;
        let session = Session::open(&url.admin()).await?;
        let rows = session.rows("SHOW server_version").await?;
        let version = rows.first().and_then(|row| ServerVersion::parse(row.first()?.as_deref()?));
        let throwaway = env::var_os(THROWAWAY_VARIABLE).is_some_and(|value| value == "1");
        Ok(Self {
            admin_url: url.admin(),
            url,
            version: version.unwrap_or(ServerVersion::OLDEST),
            source: ServerSource::FromEnvironment { throwaway },
            cluster: None,
        })
    }

    /// A new database, dropped with the value that is returned.
    ///
    /// Any number may be asked for at the same time, by tests in any number of threads and processes.
    ///
    /// # Errors
    ///
    /// [`LaunchError::Connect`], [`LaunchError::Statement`] if a statement of `setup` fails, and
    /// [`LaunchError::RoleExists`] on a server that is not ours.
    pub async fn create_database(&self, setup: &DatabaseSetup) -> Result<TestDatabase, LaunchError> {
        if matches!(self.source, ServerSource::FromEnvironment { throwaway: false }) {
            TestDatabase::build(&self.url, setup).await
        } else {
            TestDatabase::copy(&self.url, self.version, setup).await
        }
    }

    /// The administrator's URL, for the database `postgres` unless `TENANT_DB_TEST_URL` names another.
    #[must_use]
    pub fn admin_url(&self) -> &str {
        &self.admin_url
    }

    /// The URL of `user` for `database`, without a password: the private socket asks for none.
    #[must_use]
    pub fn url(&self, user: &str, database: &str) -> String {
        self.url.of(user, None, database)
    }

    /// The URL of `user` on the port of this machine that [`PostgresBuilder::tcp`] asked for; none without it.
    ///
    /// Everybody on this machine can reach a port, so here a role needs a password, and has one only if the test
    /// gave it one: `ALTER ROLE app PASSWORD 'secret'`.
    #[must_use]
    pub fn tcp_url(&self, user: &str, password: &str, database: &str) -> Option<String> {
        Some(self.cluster.as_ref()?.port_url()?.of(user, Some(password), database))
    }

    /// The port, if [`PostgresBuilder::tcp`] asked for one.
    #[must_use]
    pub fn tcp_port(&self) -> Option<u16> {
        self.cluster.as_ref()?.port()
    }

    /// The server's version.
    #[must_use]
    pub fn version(&self) -> ServerVersion {
        self.version
    }

    /// Where the server comes from.
    #[must_use]
    pub fn source(&self) -> &ServerSource {
        &self.source
    }

    /// The server's process; none while it is stopped, and for a server that is not ours.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.cluster.as_ref()?.pid()
    }

    /// The folder with the server's data, socket and log; none for a server that is not ours.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        Some(self.cluster.as_ref()?.folder())
    }

    /// Stops the server and starts it again on the same data and the same URL. Connections break.
    ///
    /// # Errors
    ///
    /// [`LaunchError::NotOurs`], and [`LaunchError::Start`] if it does not come up again.
    pub async fn restart(&self) -> Result<(), LaunchError> {
        self.stop().await?;
        self.resume().await
    }

    /// Stops the server. The data stays, for [`Postgres::resume`].
    ///
    /// # Errors
    ///
    /// [`LaunchError::NotOurs`]; [`LaunchError::Gone`] if somebody killed the shell that guards it.
    pub async fn stop(&self) -> Result<(), LaunchError> {
        let cluster = self.cluster.clone().ok_or(LaunchError::NotOurs)?;
        blocking(move || cluster.stop()).await
    }

    /// Starts the server after [`Postgres::stop`], or after its process was killed.
    ///
    /// # Errors
    ///
    /// [`LaunchError::NotOurs`]; [`LaunchError::Start`] with the end of its log.
    pub async fn resume(&self) -> Result<(), LaunchError> {
        let cluster = self.cluster.clone().ok_or(LaunchError::NotOurs)?;
        blocking(move || cluster.resume()).await
    }
}

/// Options for a server of one's own.
///
/// ```
/// use tenant_db::testing::Postgres;
///
/// # async fn example() -> Result<(), tenant_db::testing::LaunchError> {
/// let postgres = Postgres::builder().tcp().setting("log_statement", "all").start().await?;
/// assert!(postgres.tcp_port().is_some());
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct PostgresBuilder {
    bin_dir: Option<PathBuf>,
    listen: Listen,
    settings: Vec<(String, String)>,
}

impl PostgresBuilder {
    /// Uses the programs in this folder and no others.
    pub fn bin_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.bin_dir = Some(folder.into());
        self
    }

    /// Listens on a free port of 127.0.0.1 besides the private socket, for tests with a proxy in between.
    pub fn tcp(mut self) -> Self {
        self.listen = Listen::SocketAndPort;
        self
    }

    /// Sets a server setting, over the launcher's own choice if it has one.
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// Starts the server.
    ///
    /// # Errors
    ///
    /// As [`Postgres::start`].
    pub async fn start(self) -> Result<Postgres, LaunchError> {
        blocking(move || {
            let programs = match &self.bin_dir {
                Some(folder) => Programs::at(folder)?,
                None => Programs::locate()?,
            };
            let (version, embedded) = (programs.version, programs.embedded);
            let options = ClusterOptions { programs, listen: self.listen, settings: self.settings };
            let cluster = Cluster::start(&options)?;
            let source = if embedded {
                ServerSource::Embedded
            } else {
                ServerSource::Installed { bin_dir: cluster.bin_dir().to_owned() }
            };
            let url = cluster.url();
            Ok(Postgres { admin_url: url.admin(), url, version, source, cluster: Some(Arc::new(cluster)) })
        })
        .await
    }
}

/// Runs `work` where it may wait for processes. A caller that goes away leaves nothing behind: the outcome, if it is
/// a server, is dropped and so stopped.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LaunchError> + Send + 'static,
) -> Result<T, LaunchError> {
    // It fails only if `work` panicked or the runtime shuts down.
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(LaunchError::Gone))
}
