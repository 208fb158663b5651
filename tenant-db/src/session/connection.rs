//! [`Session`]: a connection, and what the engine knows about it.

use std::collections::HashSet;
use std::future::ready;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use diesel::connection::CacheSize;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel_async::pooled_connection::PoolableConnection;
use diesel_async::{AsyncConnection, AsyncConnectionCore, AsyncPgConnection, SimpleAsyncConnection};
use futures_util::future::BoxFuture;
use tokio::task::unconstrained;

use super::connect::{Canceller, Driver, Hold, Link, Switch, Traffic};
use super::epoch::Epoch;
use super::guards::Guard;
use super::statement::TypeName;
use crate::database::quote_literal;
use crate::database_error::DatabaseErrorKind;
use crate::error::{Error, Result};

/// A connection, and whether anything is open on it.
pub(crate) struct Session {
    connection: AsyncPgConnection,
    driver: Driver,
    canceller: Canceller,
    traffic: Arc<Traffic>,
    batching: Switch,
    /// Whether statements may be prepared under a name that outlives their transaction.
    prepares: bool,
    /// How long a statement may wait for another one of its transaction.
    patience: Option<Duration>,
    /// Empty, or for a pooler what [`RESET`] makes it forget: it passes our settings on to each server connection.
    restore: String,
    /// Set before the first byte of a transaction is sent, cleared after the answer to its COMMIT or ROLLBACK. A
    /// connection that comes back dirty (a dropped future, a panic, a lost answer) is rolled back, or closed.
    dirty: AtomicBool,
    /// Whether the current transaction's BEGIN has been sent.
    begun: Mutex<bool>,
    /// Whether a statement that this crate did not write has run: it may have left a lock or a setting with the session.
    foreign: AtomicBool,
    /// Whether it must not be used again although it is clean. The server refuses a statement that it has prepared, as it
    /// does after a change of the schema, or has lost one.
    outdated: AtomicBool,
    /// Whether others of the pool have met a change of the schema since this one was opened.
    epoch: Epoch,
    /// Types whose numbers diesel-async has looked up here.
    types: Mutex<HashSet<TypeName>>,
    /// Statements that are remembered although diesel says that their number has no bound.
    unbounded: Mutex<HashSet<String>>,
    /// How often work was dropped here. Each time may have left a prepared statement whose name nobody knows.
    abandoned: AtomicU32,
}

/// How many statements of unbounded number a session remembers, and how long they may be. A prepared statement costs the
/// server some kilobytes, and diesel's cache never forgets one.
const MAX_UNBOUNDED: usize = 128;
const MAX_UNBOUNDED_BYTES: usize = 128 * 1024;

/// After so many dropped pieces of work a session is replaced, with whatever they left prepared on the server.
const MAX_ABANDONED: u32 = 1_000;

/// Takes back what a statement can leave with a session rather than with its transaction. `DISCARD ALL` would throw the
/// prepared statements away as well, of which only those are not the driver's that SQL has made. The time zone is
/// diesel-async's own setting.
const RESET: &str = "CLOSE ALL; UNLISTEN *; SELECT pg_catalog.pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES; \
                     RESET ALL; SET TIME ZONE 'UTC'; RESET ROLE; \
                     DO $$ DECLARE prepared pg_catalog.text; BEGIN \
                     FOR prepared IN SELECT name FROM pg_catalog.pg_prepared_statements WHERE from_sql \
                     LOOP EXECUTE pg_catalog.format('DEALLOCATE %I', prepared); END LOOP; END $$";

/// In a transaction that has failed unnoticed COMMIT would be a ROLLBACK, and outside of any it would only warn. A
/// savepoint fails in both, and stops the message.
const ENSURE_OPEN: &str = "SAVEPOINT tenant_db_end";

impl Session {
    /// Takes over a new connection.
    ///
    /// # Errors
    ///
    /// [`Error::ConnectionLost`].
    pub(super) async fn new(
        link: Link,
        prepares: bool,
        patience: Option<Duration>,
        epoch: Epoch,
    ) -> Result<Self> {
        let Link { mut connection, driver, canceller, traffic, batching, application_name } = link;
        if !Guard::StatementCache.is_up() {
            connection.set_prepared_statement_cache_size(CacheSize::Disabled);
        }
        let restore = if prepares {
            String::new()
        } else {
            let name = quote_literal(&application_name);
            format!("; SET client_encoding = 'UTF8'; SET application_name = {name}")
        };
        let session = Self {
            connection,
            driver,
            canceller,
            traffic,
            batching,
            prepares,
            patience,
            restore,
            // Until it is set up: one that is given up half-way is closed.
            dirty: AtomicBool::new(true),
            begun: Mutex::new(false),
            foreign: AtomicBool::new(false),
            outdated: AtomicBool::new(false),
            epoch,
            types: Mutex::default(),
            unbounded: Mutex::default(),
            abandoned: AtomicU32::new(0),
        };
        if prepares {
            // COMMIT is prepared here, once, so that it can wait in line behind a statement; see `commit_in_line`. The
            // transaction around it spares the server's log a warning.
            session.send("BEGIN").await?;
            // Everything that was sent before is answered now.
            session.batching.turn_on();
            session.commit_in_line().await?;
        }
        session.dirty.store(false, Ordering::Release);
        Ok(session)
    }

    /// The connection, for the engine alone.
    pub(super) fn connection(&self) -> &AsyncPgConnection {
        &self.connection
    }

    pub(super) fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// Round trips since the connection was opened.
    pub(super) fn round_trips(&self) -> u64 {
        self.traffic.flights()
    }

    /// Whether statements stay prepared here, so that COMMIT may wait in line behind them.
    pub(super) fn prepares(&self) -> bool {
        self.prepares
    }

    pub(super) fn patience(&self) -> Option<Duration> {
        self.patience
    }

    /// Has it closed when it comes back to the pool.
    pub(super) fn discard(&self) {
        self.outdated.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_dirty(&self) -> bool {
        self.dirty.load(Ordering::Acquire)
    }

    /// Whether the pool must not hand it out again.
    pub(super) fn is_unusable(&mut self) -> bool {
        *self.dirty.get_mut()
            || *self.outdated.get_mut()
            || self.epoch.is_over()
            || *self.abandoned.get_mut() >= MAX_ABANDONED
            || self.connection.is_broken()
    }

    /// Whether the server, or the network, has ended it.
    pub(super) fn is_lost(&mut self) -> bool {
        self.connection.is_broken()
    }

    /// What is sent as long as this lives leaves together.
    pub(super) fn hold(&self) -> Hold<'_> {
        self.batching.hold()
    }

    /// Sends `BEGIN; SET LOCAL …` (I3), unless that has been done. The bytes are on their way when this returns, before
    /// those of any other statement; the future waits for the answer.
    ///
    /// # Errors
    ///
    /// [`Error::ConnectionLost`] where the connection was closed before: then nothing was sent at all.
    pub(super) fn begin<'s>(&'s self, statement: &'s str) -> Result<BoxFuture<'s, Result<()>>> {
        // Held while the bytes are queued: another thread that finds it true must not be quicker than them.
        let mut begun = lock(&self.begun);
        if *begun {
            return Ok(Box::pin(ready(Ok(()))));
        }
        *begun = true;
        self.dirty.store(true, Ordering::Release);
        let mut answer: BoxFuture<'s, _> = Box::pin(self.send(statement));
        match send_now(answer.as_mut()) {
            Poll::Ready(Err(error)) => Err(error),
            Poll::Ready(Ok(())) => Ok(Box::pin(ready(Ok(())))),
            Poll::Pending => Ok(answer),
        }
    }

    /// Whether the current transaction's BEGIN has been sent.
    pub(super) fn has_begun(&self) -> bool {
        *lock(&self.begun)
    }

    /// COMMIT as a prepared statement. diesel-async's statement cache is behind a fair lock, which a statement holds
    /// until it is prepared, and gives up in the same breath in which it is sent: so a COMMIT that is polled after a
    /// statement cannot be sent before it, prepared or not.
    pub(super) fn commit_in_line(&self) -> BoxFuture<'_, Result<()>> {
        let mut connection = &self.connection;
        let answer = AsyncConnectionCore::execute_returning_count(&mut connection, Commit);
        Box::pin(async move { self.observed(answer.await.map(|_| ()).map_err(Error::from)) })
    }

    /// COMMIT as it would be without a line to wait in: for the tests that see it overtake.
    pub(super) fn commit_at_once(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.send("COMMIT"))
    }

    /// Commits, after everything else was answered. The connection stays dirty unless the server answered.
    pub(super) async fn commit(&self) -> Result<()> {
        if !self.has_begun() {
            return Ok(());
        }
        let end = match self.reset_with_the_end() {
            // Deferred constraints are checked first: their triggers need the tenant, which RESET takes away.
            Some(reset) => format!("{ENSURE_OPEN}; SET CONSTRAINTS ALL IMMEDIATE; {reset}; COMMIT"),
            None => format!("{ENSURE_OPEN}; COMMIT"),
        };
        match self.send(&end).await {
            Ok(()) => {
                self.ended().await;
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

    /// Rolls back. Where that cannot be confirmed the connection stays dirty.
    pub(super) async fn rollback(&self) {
        if self.has_begun() && self.send_rollback().await.is_ok() {
            self.ended().await;
        }
    }

    async fn send_rollback(&self) -> Result<()> {
        match self.reset_with_the_end() {
            Some(reset) => self.send(&format!("ROLLBACK; {reset}")).await,
            None => self.send("ROLLBACK").await,
        }
    }

    /// What has to be sent in one message with the end of the transaction: behind a pooler the server connection belongs
    /// to somebody else as soon as that is answered.
    fn reset_with_the_end(&self) -> Option<String> {
        let foreign = self.foreign.load(Ordering::Relaxed);
        (foreign && !self.prepares).then(|| format!("{RESET}{}", self.restore))
    }

    /// As [`rollback`](Self::rollback), whatever was begun, and whatever still runs before it.
    pub(super) async fn recover(&self) -> Result<()> {
        self.abandoned.fetch_add(1, Ordering::Relaxed);
        self.send_rollback().await?;
        self.ended().await;
        if self.is_dirty() { Err(Error::ConnectionLost) } else { Ok(()) }
    }

    /// After the transaction's end: the session is clean, or made clean, or left dirty.
    pub(super) async fn ended(&self) {
        *lock(&self.begun) = false;
        if self.foreign.load(Ordering::Relaxed) {
            // Behind a pooler that has been done: the next message may go to another server connection.
            if self.prepares && self.send(RESET).await.is_err() {
                return;
            }
            self.foreign.store(false, Ordering::Relaxed);
        }
        self.dirty.store(false, Ordering::Release);
    }

    /// Notes that a statement which this crate did not write is about to run.
    pub(super) fn expect_foreign_statement(&self) {
        self.foreign.store(true, Ordering::Relaxed);
        // It could look at what is prepared here, and that names tenants.
        self.batching.forget_tenants();
    }

    /// Whether a statement is prepared for good. `bounded` is what diesel says: that there are only so many of its kind.
    pub(super) fn remembers(&self, sql: Option<&str>, bounded: bool) -> bool {
        if bounded || !self.prepares {
            return self.prepares;
        }
        let Some(sql) = sql else { return false };
        if self.foreign.load(Ordering::Relaxed) || sql.len() > MAX_UNBOUNDED_BYTES {
            return false;
        }
        let mut unbounded = lock(&self.unbounded);
        unbounded.contains(sql) || (unbounded.len() < MAX_UNBOUNDED && unbounded.insert(sql.to_owned()))
    }

    /// Whether the numbers of these types are known here.
    pub(super) fn knows(&self, types: &[TypeName]) -> bool {
        types.is_empty() || {
            let known = lock(&self.types);
            types.iter().all(|name| known.contains(name))
        }
    }

    /// Notes that a statement with these types was carried out.
    pub(super) fn learn(&self, types: Vec<TypeName>) {
        if !types.is_empty() {
            lock(&self.types).extend(types);
        }
    }

    /// Notes what an error says about the session itself, and about the others of the pool.
    pub(super) fn observe(&self, error: &Error) {
        let Error::Database(error) = error else { return };
        if error.kind() == DatabaseErrorKind::SchemaChanged {
            self.discard();
            self.epoch.end();
        } else if error.message().starts_with("prepared statement \"") {
            self.discard();
        }
    }

    fn observed<T>(&self, outcome: Result<T>) -> Result<T> {
        outcome.inspect_err(|error| self.observe(error))
    }

    /// Sends statements without parameters in one message.
    pub(super) async fn send(&self, statements: &str) -> Result<()> {
        let mut connection = &self.connection;
        let outcome = unconstrained(connection.batch_execute(statements)).await;
        self.observed(outcome.map_err(Error::from))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Whatever is open on it ends with the socket; a clean one says good-bye.
        if *self.dirty.get_mut() {
            self.driver.kill();
        }
    }
}

impl Session {
    /// Sends statements whose answer nobody waits for. They are carried out before anything that is sent later.
    pub(super) fn tell(&self, statements: &str) {
        let mut answer: BoxFuture<'_, _> = Box::pin(self.send(statements));
        // What it says of a connection that is lost everybody else hears as well.
        let _ = send_now(answer.as_mut());
    }

    /// Notes that a statement was dropped which may have left a prepared one behind.
    pub(super) fn abandon(&self) {
        self.abandoned.fetch_add(1, Ordering::Relaxed);
    }
}

/// Queues a message: diesel-async and tokio-postgres do that when a future is polled for the first time.
fn send_now<T>(answer: Pin<&mut (dyn Future<Output = T> + Send + '_)>) -> Poll<T> {
    answer.poll(&mut Context::from_waker(Waker::noop()))
}

/// A panic while one of these locks was held cannot have left anything half-written.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `COMMIT`, remembered by its text.
struct Commit;

impl QueryId for Commit {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for Commit {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("COMMIT");
        Ok(())
    }
}
