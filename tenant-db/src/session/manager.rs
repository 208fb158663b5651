//! The pool's view of a connection: opened here, and kept only while it is provably clean (I7).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bb8::ManageConnection;
use diesel_async::pooled_connection::PoolableConnection;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use tokio_postgres::NoTls;
use tokio_postgres::config::Host;
use tokio_postgres::error::SqlState;

use crate::error::{Error, Result};

/// Opens connections for the pool.
pub(crate) struct Manager {
    config: tokio_postgres::Config,
    last_failure: LastFailure,
}

/// A connection, and whether anything is open on it.
pub(crate) struct Session {
    connection: AsyncPgConnection,
    /// Set before the first byte of a transaction is sent, cleared after the answer to its COMMIT or ROLLBACK. A
    /// connection that comes back dirty (a dropped future, a panic, a lost answer) is closed.
    dirty: bool,
    /// Whether a statement that this crate did not write has run: it may have left a lock or a setting with the session.
    foreign: AtomicBool,
}

/// Takes back what a statement can leave with a session rather than with its transaction. `DISCARD ALL` would throw the
/// prepared statements away as well. The time zone is diesel-async's own setting.
const RESET: &str = "CLOSE ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES; \
                     RESET ALL; SET TIME ZONE 'UTC'; RESET ROLE";

/// Makes a statement whose client has gone away end within a second, with its locks, instead of when it is done.
/// Servers on some platforms cannot, and refuse it.
const NOTICE_LOST_CLIENTS: &str = "SET client_connection_check_interval = '1s'";

impl Manager {
    pub(crate) fn new(config: tokio_postgres::Config) -> Self {
        Self { config, last_failure: LastFailure::default() }
    }

    pub(crate) async fn open(&self) -> Result<Session> {
        let (client, connection) =
            self.config.connect(NoTls).await.map_err(|error| self.connect_error(&error))?;
        let connection = AsyncPgConnection::try_from_client_and_connection(client, connection)
            .await
            .map_err(|_| Error::Connect { reason: "the session could not be set up".to_owned() })?;
        let session = Session { connection, dirty: false, foreign: AtomicBool::new(false) };
        session.notice_lost_clients().await.map_err(|_| Error::Connect {
            reason: "the connection was lost while it was set up".to_owned(),
        })?;
        self.last_failure.take();
        Ok(session)
    }

    /// Why the last attempt to connect failed, if it did.
    pub(super) fn last_failure(&self) -> LastFailure {
        self.last_failure.clone()
    }

    /// The server's own words where it answered: they name a role or a database, never a password. Anything else is told
    /// by the operating system's error and the address.
    fn connect_error(&self, error: &tokio_postgres::Error) -> Error {
        use std::error::Error as _;
        let mut reason = match (error.as_db_error(), error.source()) {
            (Some(answer), _) => answer.message().to_owned(),
            (None, Some(source)) => format!("{error} at {}: {source}", self.address()),
            (None, None) => format!("{error} at {}", self.address()),
        };
        if error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION)
            && reason.contains("does not exist")
        {
            reason += "; the isolation migrations make the roles, see `tenant_db::database`";
        }
        Error::Connect { reason }
    }

    fn address(&self) -> String {
        let ports = self.config.get_ports();
        let hosts = self.config.get_hosts().iter().enumerate().map(|(at, host)| {
            let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
            match host {
                Host::Tcp(name) => format!("{name}:{port}"),
                #[cfg(unix)]
                Host::Unix(folder) => format!("{} (port {port})", folder.display()),
            }
        });
        hosts.collect::<Vec<_>>().join(", ")
    }
}

impl ManageConnection for Manager {
    type Connection = Session;
    type Error = Error;

    async fn connect(&self) -> Result<Session> {
        self.open().await
    }

    /// Never called: the check on checkout costs a round trip, so the pool is built without it.
    async fn is_valid(&self, _session: &mut Session) -> Result<()> {
        Ok(())
    }

    fn has_broken(&self, session: &mut Session) -> bool {
        session.is_unusable()
    }
}

impl Session {
    /// The connection, for the engine alone.
    pub(super) fn wire(&self) -> &AsyncPgConnection {
        &self.connection
    }

    pub(crate) fn connection_mut(&mut self) -> &mut AsyncPgConnection {
        &mut self.connection
    }

    pub(super) fn is_unusable(&mut self) -> bool {
        self.dirty || self.connection.is_broken()
    }

    /// Starts a transaction and names its tenant in one message (I3).
    pub(super) async fn begin(&mut self, statement: &str) -> Result<()> {
        self.dirty = true;
        let outcome = self.send(statement).await;
        if let Err(error) = &outcome
            && !matches!(error, Error::ConnectionLost)
        {
            // BEGIN may have been carried out although what came after it failed.
            self.rollback().await;
        }
        outcome
    }

    /// Commits. The connection stays dirty, and will be closed, unless the server answered.
    pub(super) async fn commit(&mut self) -> Result<()> {
        // In a transaction that has failed unnoticed COMMIT would be a ROLLBACK, and outside of any it would only warn. A
        // savepoint fails in both, and stops the message.
        match self.send("SAVEPOINT tenant_db_end; COMMIT").await {
            Ok(()) => {
                self.clean().await;
                Ok(())
            }
            Err(Error::ConnectionLost) => Err(Error::CommitUnknown),
            Err(error) => {
                // A COMMIT that is refused (a deferred constraint, a serialization failure) has rolled back; one that
                // was cancelled before it ran has not.
                self.rollback().await;
                Err(error)
            }
        }
    }

    /// Rolls back. Where that cannot be confirmed the connection stays dirty and is closed, which rolls back as well.
    pub(super) async fn rollback(&mut self) {
        if self.send("ROLLBACK").await.is_ok() {
            self.clean().await;
        }
    }

    /// Notes that a statement which this crate did not write is about to run.
    pub(super) fn expect_foreign_statement(&self) {
        self.foreign.store(true, Ordering::Relaxed);
    }

    /// # Errors
    ///
    /// [`Error::ConnectionLost`]. A server that cannot do it is none.
    async fn notice_lost_clients(&self) -> Result<()> {
        match self.send(NOTICE_LOST_CLIENTS).await {
            Err(Error::ConnectionLost) => Err(Error::ConnectionLost),
            _ => Ok(()),
        }
    }

    /// After the transaction's end: the session is clean, or made clean, or left dirty.
    async fn clean(&mut self) {
        if *self.foreign.get_mut() {
            if self.send(RESET).await.is_err() || self.notice_lost_clients().await.is_err() {
                return;
            }
            *self.foreign.get_mut() = false;
        }
        self.dirty = false;
    }

    async fn send(&self, statement: &str) -> Result<()> {
        let mut connection = &self.connection;
        connection.batch_execute(statement).await.map_err(Error::from)
    }

    pub(super) async fn batch(&self, statement: &str) -> Result<()> {
        self.send(statement).await
    }
}

/// Why the pool could not open a connection the last time: it would otherwise only be seen as a pool that stays empty.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastFailure(Arc<Mutex<Option<String>>>);

impl LastFailure {
    pub(super) fn take(&self) -> Option<Error> {
        let reason = self.0.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some(Error::Connect { reason })
    }
}

impl bb8::ErrorSink<Error> for LastFailure {
    fn sink(&self, error: Error) {
        if let Error::Connect { reason } = error {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
        }
    }

    fn boxed_clone(&self) -> Box<dyn bb8::ErrorSink<Error>> {
        Box::new(self.clone())
    }
}
