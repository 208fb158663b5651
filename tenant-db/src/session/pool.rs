//! [`Pool`]: connections, permits, and what becomes of a connection that comes back.

use std::fmt;
use std::io;
use std::ops::Deref;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bb8::{PooledConnection, QueueStrategy, RunError};
use futures_util::future::{Either, select};
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

use super::connect::Connector;
use super::connection::Session;
use super::manager::{LastFailure, Manager};
use super::permits::{Occupancy, Permit, Permits};
use super::settings::{PoolSettings, SessionSettings};
use crate::error::{Error, Result};

/// Connections to one server.
pub(super) struct Pool {
    connections: bb8::Pool<Manager>,
    permits: Arc<Permits>,
    size: u32,
    acquire_timeout: Duration,
    last_failure: LastFailure,
    counts: Arc<Counts>,
    /// Where dropped work is cleaned up after, which may happen outside of any runtime.
    runtime: Handle,
}

#[derive(Debug, Default)]
struct Counts {
    recovered: AtomicU64,
    closed: AtomicU64,
    timeouts: AtomicU64,
}

/// A pool at one moment.
///
/// ```no_run
/// # fn example(db: &tenant_db::TenantDb) {
/// let pool = db.pool_state();
/// println!("{} of {} connections in use, {} operations wait", pool.in_use, pool.size, pool.waiting);
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolState {
    /// The largest number of connections.
    pub size: u32,
    /// Connections that are open.
    pub connections: u32,
    /// Open connections that nobody uses.
    pub idle: u32,
    /// Permits that operations and transactions hold, those included whose connection is being cleaned up.
    pub in_use: u32,
    /// Operations and transactions that wait for a permit.
    pub waiting: u32,
    /// Connections that came back in the middle of something, since the start, and were cleaned up and kept.
    pub recovered: u64,
    /// Connections that came back in the middle of something, since the start, and had to be closed.
    pub closed: u64,
    /// Operations and transactions, since the start, for which no connection became free in time.
    pub timeouts: u64,
}

impl Pool {
    /// Connects on demand.
    pub(super) fn new(connector: Connector, session: &SessionSettings, settings: &PoolSettings) -> Self {
        let PoolSettings { size, acquire_timeout, idle_timeout, max_lifetime, permits_per_tenant } =
            *settings;
        let manager = Manager::new(connector, session.prepared_statements, session.statement_timeout);
        let last_failure = manager.last_failure();
        // The check on checkout would cost a round trip each time; connections that were closed meanwhile are noticed
        // without one. The connection that was used last is used next: its statements are prepared, its caches warm.
        let connections = bb8::Pool::builder()
            .max_size(size)
            .connection_timeout(acquire_timeout)
            .idle_timeout(idle_timeout)
            .max_lifetime(max_lifetime)
            .queue_strategy(QueueStrategy::Lifo)
            .error_sink(Box::new(last_failure.clone()))
            .test_on_check_out(false)
            .build_unchecked(manager);
        Self {
            connections,
            permits: Permits::new(size, permits_per_tenant.unwrap_or(size.div_ceil(2))),
            size,
            acquire_timeout,
            last_failure,
            counts: Arc::default(),
            runtime: Handle::current(),
        }
    }

    /// A clean connection for `tenant`.
    ///
    /// # Errors
    ///
    /// [`Error::PoolTimeout`], [`Error::Connect`].
    pub(super) async fn acquire(&self, tenant: &str) -> Result<Lease> {
        let start = Instant::now();
        let permit = match self.permits.request(tenant) {
            Ok(permit) => permit,
            Err(turn) => match timeout(self.acquire_timeout, turn).await {
                Ok(permit) => permit,
                Err(_) => return Err(self.timed_out(tenant, start)),
            },
        };
        loop {
            let left = self.acquire_timeout.saturating_sub(start.elapsed());
            let mut session = match timeout(left, self.connections.get_owned()).await {
                Ok(Ok(session)) => session,
                Ok(Err(RunError::User(error))) => return Err(error),
                Err(_) | Ok(Err(RunError::TimedOut)) => {
                    // There is a permit, so there is room for a connection; it could not be opened.
                    return Err(self.last_failure.take().unwrap_or_else(|| self.timed_out(tenant, start)));
                }
            };
            if session.is_unusable() {
                // Closed while it waited in the pool. Dropping it makes the pool open another one.
                continue;
            }
            #[cfg(feature = "metrics")]
            metrics::histogram!("tenant_db_pool_wait_seconds").record(start.elapsed());
            return Ok(Lease {
                held: Some(Held { session, _permit: permit }),
                counts: Arc::clone(&self.counts),
                runtime: self.runtime.clone(),
            });
        }
    }

    pub(super) fn state(&self) -> PoolState {
        let Occupancy { held, waiting } = self.permits.occupancy();
        let connections = self.connections.state();
        let [recovered, closed, timeouts] =
            [&self.counts.recovered, &self.counts.closed, &self.counts.timeouts]
                .map(|count| count.load(Ordering::Relaxed));
        PoolState {
            size: self.size,
            connections: connections.connections,
            idle: connections.idle_connections,
            in_use: held,
            waiting,
            recovered,
            closed,
            timeouts,
        }
    }

    fn timed_out(&self, tenant: &str, start: Instant) -> Error {
        self.counts.timeouts.fetch_add(1, Ordering::Relaxed);
        let PoolState { size, in_use, waiting, .. } = self.state();
        #[cfg(feature = "metrics")]
        metrics::counter!("tenant_db_pool_timeouts_total").increment(1);
        let (held, share) = self.permits.share_of(tenant);
        Error::PoolTimeout { waited: start.elapsed(), in_use, waiting, size, held, share }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state().fmt(f)
    }
}

/// A connection on loan. One that is dropped in the middle of something is cleaned up before anybody else gets it (I7).
pub(super) struct Lease {
    held: Option<Held>,
    counts: Arc<Counts>,
    runtime: Handle,
}

/// In this order: the connection is back before the permit is.
struct Held {
    session: PooledConnection<'static, Manager>,
    _permit: Permit,
}

/// How long what was dropped may take to end by itself before the server is told to cancel it. Most of it ends sooner, and
/// a cancel request needs a connection of its own.
const GRACE: Duration = Duration::from_millis(20);

/// How long cleaning up may take; then the connection is closed.
const RECOVERY: Duration = Duration::from_secs(5);

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(mut held) = self.held.take() else { return };
        // The pool may want to open another connection, for which it needs a runtime.
        let _runtime = self.runtime.enter();
        if !held.session.is_dirty() {
            drop(held);
            return;
        }
        let counts = Arc::clone(&self.counts);
        self.runtime.spawn(async move {
            if !held.session.is_lost() && held.recover().await {
                counts.recovered.fetch_add(1, Ordering::Relaxed);
                #[cfg(feature = "metrics")]
                metrics::counter!("tenant_db_connections_recovered_total").increment(1);
            } else {
                counts.closed.fetch_add(1, Ordering::Relaxed);
                #[cfg(feature = "metrics")]
                metrics::counter!("tenant_db_connections_closed_total").increment(1);
            }
            drop(held);
        });
    }
}

impl Held {
    /// Ends what runs, and rolls back. Whether the connection is clean now.
    async fn recover(&mut self) -> bool {
        timeout(RECOVERY, async {
            let Ok(mut rolled_back) = self.roll_back().await else { return false };
            // The signal, or somebody else's, may have hit the ROLLBACK or the reset after it instead.
            while rolled_back.is_err() && !self.session.is_lost() {
                rolled_back = self.session.recover().await;
            }
            rolled_back.is_ok()
        })
        .await
        .unwrap_or(false)
    }

    /// ROLLBACK, behind what still runs; that is cancelled where it takes too long.
    ///
    /// # Errors
    ///
    /// It could not be cancelled: see [`Canceller::cancel`](super::connect::Canceller::cancel).
    async fn roll_back(&self) -> io::Result<Result<()>> {
        let rolled_back = pin!(self.session.recover());
        match select(rolled_back, pin!(sleep(GRACE))).await {
            Either::Left((outcome, _)) => Ok(outcome),
            Either::Right(((), rolled_back)) => {
                // Returns when the server has sent the signal: it cannot hit a later statement.
                self.session.canceller().cancel().await?;
                Ok(rolled_back.await)
            }
        }
    }
}

impl Deref for Lease {
    type Target = Session;

    /// A lease holds its connection until it is dropped.
    fn deref(&self) -> &Session {
        match &self.held {
            Some(held) => &held.session,
            None => unreachable!("only dropping a lease takes its connection"),
        }
    }
}
