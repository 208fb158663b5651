//! The pool's view of a connection: opened here, and kept only while it is provably clean (I7).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bb8::ManageConnection;
use tokio::time::timeout;

use super::connect::Connector;
use super::connection::Session;
use super::epoch::Epoch;
use crate::error::{Error, Result};

/// Opens connections for the pool.
pub(super) struct Manager {
    connector: Connector,
    prepares: bool,
    patience: Option<Duration>,
    last_failure: LastFailure,
    epoch: Epoch,
}

/// How much longer than the server's own limit a statement may take.
const GRACE: Duration = Duration::from_secs(5);

impl Manager {
    pub(super) fn new(connector: Connector, prepares: bool, statement_timeout: Option<Duration>) -> Self {
        let patience = statement_timeout.map(|limit| limit.saturating_add(GRACE));
        Self { connector, prepares, patience, last_failure: LastFailure::default(), epoch: Epoch::default() }
    }

    /// Why the last attempt to connect failed, if it did.
    pub(super) fn last_failure(&self) -> LastFailure {
        self.last_failure.clone()
    }
}

impl ManageConnection for Manager {
    type Connection = Session;
    type Error = Error;

    async fn connect(&self) -> Result<Session> {
        let epoch = self.epoch.now();
        let link = self.connector.connect().await?;
        let set_up = Session::new(link, self.prepares, self.patience, epoch);
        // A server or a pooler may answer the login and nothing after it.
        let set_up = match self.connector.limit() {
            Some(limit) => timeout(limit, set_up).await.unwrap_or(Err(Error::ConnectionLost)),
            None => set_up.await,
        };
        let session = set_up.map_err(|_| Error::Connect {
            reason: "the connection was lost, or did not answer, while it was set up".to_owned(),
        })?;
        self.last_failure.take();
        Ok(session)
    }

    /// Never called: the check on checkout costs a round trip, so the pool is built without it.
    async fn is_valid(&self, _session: &mut Session) -> Result<()> {
        Ok(())
    }

    fn has_broken(&self, session: &mut Session) -> bool {
        session.is_unusable()
    }
}

/// Why the pool could not open a connection the last time: it would otherwise only be seen as a pool that stays empty.
#[derive(Debug, Clone, Default)]
pub(super) struct LastFailure(Arc<Mutex<Option<String>>>);

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
