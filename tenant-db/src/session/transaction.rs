//! [`Transaction`]: several statements for one tenant, committed together or not at all.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::{BoxFuture, join};
use tokio::sync::RwLock;
use uuid::Uuid;

use super::connection::Session;
use super::cursors::Cursors;
use super::engine::Source;
use super::health::{Health, StatementGuard};
use super::observe::{Observed, Operation};
use super::pipeline::together;
use super::pool::Lease;
use crate::context::ContextInner;
use crate::error::{Error, Result};
use crate::model::{Joinable, TenantModel};
use crate::permission::AnyRole;
use crate::query::{Global, Paging, ScopedQuery, Sources};
use crate::scoped::TenantScoped;
use crate::tenant::TenantKey;

/// An open transaction, whose tenant is that of the context it was begun with.
///
/// [`TenantDb::transaction`](crate::TenantDb::transaction) hands it to a closure;
/// [`TenantDb::begin`](crate::TenantDb::begin) hands it out as a guard. Dropped, it rolls back.
///
/// # Isolation
///
/// The tenant is set in the transaction, never on the connection (I3), and cannot be changed: a transaction has no
/// method that takes a context. A statement that failed or was cancelled poisons the transaction: nothing of it can be
/// committed any more. Repositories borrow the transaction, so none of them outlives it.
///
/// # Several statements at a time
///
/// Statements whose futures are polled together, as `join!` and `try_join!` do, share round trips. One that was started
/// and is then not polled any more keeps the others waiting, because they are answered in order: after the statement
/// timeout and five seconds they fail, and the transaction with them.
#[must_use = "a transaction that is dropped rolls back"]
pub struct Transaction<R = AnyRole, K: TenantKey = Uuid> {
    state: TransactionState<K>,
    role: PhantomData<fn() -> R>,
}

/// What a transaction is made of, apart from the role that its type carries.
pub(crate) struct TransactionState<K: TenantKey> {
    session: Lease,
    context: Arc<ContextInner<K>>,
    /// What begins the transaction and names its tenant; sent with the first statement.
    begin: String,
    /// What names the tenant, to say it again.
    set_tenant: String,
    health: Health,
    paging: Arc<Paging>,
    cursors: Cursors,
    /// Statements that this crate did not write have the transaction for themselves until its tenant is certain again.
    order: RwLock<()>,
    savepoints: u32,
    /// Tells transactions of this process apart.
    id: u64,
    statements: AtomicU64,
    /// Of the session, before the transaction.
    round_trips_before: u64,
}

impl<K: TenantKey> TransactionState<K> {
    pub(super) fn context(&self) -> &ContextInner<K> {
        &self.context
    }

    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    pub(super) fn cursors(&self) -> &Cursors {
        &self.cursors
    }

    pub(super) fn paging(&self) -> &Paging {
        &self.paging
    }

    pub(super) fn begin_sql(&self) -> &str {
        &self.begin
    }

    pub(super) fn order(&self) -> &RwLock<()> {
        &self.order
    }

    /// Whether another statement was started that is neither finished nor dropped.
    pub(super) fn has_open_statements(&self) -> bool {
        self.health.has_open_statements()
    }

    pub(super) fn start_statement(&self) -> Result<StatementGuard<'_>> {
        self.context.ensure_valid()?;
        let guard = self.start_control()?;
        self.statements.fetch_add(1, Ordering::Relaxed);
        Ok(guard)
    }

    /// As [`start_statement`](Self::start_statement), for what ends or marks work that was begun in time.
    fn start_control(&self) -> Result<StatementGuard<'_>> {
        self.health.check()?;
        Ok(self.health.guard())
    }

    /// Waits until the server has begun the transaction, unless it is known to have done so. BEGIN can be cancelled, and a
    /// statement that this crate did not write may do something outside of a transaction, which nothing would undo.
    async fn ensure_open(&self) -> Result<()> {
        if self.health.has_answered() {
            return Ok(());
        }
        self.context.ensure_valid()?;
        self.control("SAVEPOINT tenant_db_open; RELEASE SAVEPOINT tenant_db_open").await
    }

    /// Names the tenant again: a statement that this crate did not write may have changed it. The savepoint fails where
    /// it has ended the transaction, in which `SET LOCAL` would do nothing.
    pub(super) async fn restore_tenant(&self) -> Result<()> {
        let again =
            format!("SAVEPOINT tenant_db_again; RELEASE SAVEPOINT tenant_db_again; {}", self.set_tenant);
        self.control(&again).await
    }

    async fn commit(&self) -> Result<()> {
        self.end(Operation::COMMIT, self.session.commit()).await
    }

    async fn rollback(&self) {
        let rolled_back = async {
            self.session.rollback().await;
            Ok(())
        };
        // Whether it was cannot be told from here; the session knows.
        let _ = self.end(Operation::ROLLBACK, rolled_back).await;
    }

    /// Watches an end, unless there is nothing to end.
    async fn end(&self, operation: Operation, work: impl Future<Output = Result<()>>) -> Result<()> {
        if !self.session.has_begun() {
            return Ok(());
        }
        let observed = Observed::new(operation, self.context());
        let before = self.session.round_trips();
        let outcome = observed.watch(work).await;
        observed.cost(0, self.session.round_trips() - before);
        observed.end(outcome)
    }

    /// Sends transaction-control statements of this module, behind BEGIN if need be.
    async fn control(&self, statements: &str) -> Result<()> {
        let guard = self.start_control()?;
        let outcome = together(&self.session, async {
            let begun = self.session.begin(&self.begin)?;
            let (begun, outcome) = join(begun, self.session.send(statements)).await;
            begun.and(outcome)
        });
        guard.finish(outcome.await)
    }
}

impl<K: TenantKey> Drop for TransactionState<K> {
    fn drop(&mut self) {
        // One that was forgotten may hold a lock of the connection for ever.
        if self.has_open_statements() {
            self.session.discard();
        }
    }
}

impl<K: TenantKey> Source<'_, K> {
    /// See [`TransactionState::ensure_open`]. A statement of the pool's is not written by hand.
    pub(crate) async fn ensure_open(self) -> Result<()> {
        match self {
            Self::Pool { .. } => Ok(()),
            Self::Transaction(state) => state.ensure_open().await,
        }
    }
}

impl<R: 'static, K: TenantKey> Transaction<R, K> {
    pub(super) fn new(
        session: Lease,
        context: Arc<ContextInner<K>>,
        begin: String,
        set_tenant: String,
        paging: Arc<Paging>,
    ) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let round_trips_before = session.round_trips();
        let state = TransactionState {
            session,
            context,
            begin,
            set_tenant,
            health: Health::default(),
            paging,
            cursors: Cursors::default(),
            order: RwLock::default(),
            savepoints: 0,
            id,
            statements: AtomicU64::new(0),
            round_trips_before,
        };
        Self { state, role: PhantomData }
    }

    pub(super) fn id(&self) -> u64 {
        self.state.id
    }

    /// A closure has its transaction on loan and may not leave another one in its place: what it did would be committed,
    /// or rolled back, by somebody else.
    pub(super) fn ensure_is(&self, id: u64) -> Result<()> {
        if self.state.id == id {
            return Ok(());
        }
        Err(Error::TransactionAborted {
            cause: "the closure exchanged its transaction for another one".to_owned(),
        })
    }

    /// The tenant for which the transaction acts.
    #[must_use]
    pub fn tenant(&self) -> &K {
        self.state.context.tenant()
    }

    /// The repository of `M` in this transaction.
    pub fn scoped<M>(&self) -> TenantScoped<'_, M, R>
    where
        M: TenantModel<Key = K>,
    {
        TenantScoped::new(Source::Transaction(&self.state))
    }

    /// The rows of the global table of `G`, read in this transaction.
    pub fn global<G>(&self) -> ScopedQuery<'_, Global<G, K>, R>
    where
        G: Joinable<K>,
        Global<G, K>: Sources<Key = K>,
    {
        ScopedQuery::of_global(Source::Transaction(&self.state))
    }

    pub(crate) fn source(&self) -> Source<'_, K> {
        Source::Transaction(&self.state)
    }

    /// Begins the transaction on the server now, with its tenant, and waits for the answer. Without this it begins with
    /// its first statement, in the same round trip; so it is for who has to know at once whether the tenant can be set.
    ///
    /// # Errors
    ///
    /// [`Error::ContextExpired`], [`Error::ConnectionLost`], and whatever keeps the database from setting the tenant. The
    /// transaction can only be rolled back then.
    pub fn ensure_open(&self) -> BoxFuture<'_, Result<()>>
    where
        R: Sync,
    {
        Box::pin(self.source().ensure_open())
    }

    /// Commits.
    ///
    /// # Errors
    ///
    /// [`Error::TransactionAborted`] where a statement had failed: then everything was rolled back.
    /// [`Error::CommitUnknown`] where the connection was lost on the way. [`Error::Conflict`] or [`Error::Retryable`]
    /// where the database refused to commit.
    pub fn commit(mut self) -> BoxFuture<'static, Result<()>>
    where
        R: Send,
    {
        Box::pin(async move { self.finish().await })
    }

    /// Rolls back, and waits until it is done. Dropping the transaction does the same in the background.
    pub fn rollback(self) -> BoxFuture<'static, ()>
    where
        R: Send,
    {
        Box::pin(async move { self.state.rollback().await })
    }

    /// COMMIT, or ROLLBACK where the transaction is poisoned: the server would turn a COMMIT into one without a word.
    pub(super) async fn finish(&mut self) -> Result<()> {
        if self.state.has_open_statements() {
            self.undo().await;
            return Err(Error::TransactionAborted {
                cause: "a statement of it was neither finished nor dropped".to_owned(),
            });
        }
        match self.state.health.check() {
            Ok(()) => self.state.commit().await,
            Err(error) => {
                self.undo().await;
                Err(error)
            }
        }
    }

    pub(super) async fn undo(&mut self) {
        if !self.state.health.is_lost() {
            self.state.rollback().await;
        }
    }

    /// Adds what has happened so far to what is known of a transaction, which this may be a further attempt of.
    pub(super) fn report(&self, observed: &Observed) {
        let round_trips = self.state.session.round_trips() - self.state.round_trips_before;
        observed.cost(self.state.statements.load(Ordering::Relaxed), round_trips);
    }

    /// Whether the database asked to run the whole again.
    pub(super) fn asks_for_retry(&self) -> bool {
        self.state.health.asks_for_retry()
    }

    /// Runs `work` in a savepoint: what it did is undone when it returns an error, and the transaction goes on.
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use tenant_db::{Error, Result, TenantContext, TenantDb};
    /// # async fn example(db: TenantDb, context: TenantContext<Manager>, new: NewCustomer) -> Result<()> {
    /// db.transaction(&context, async |tx| {
    ///     let added = tx.savepoint(async |tx| tx.scoped::<Customer>().insert(new).await).await;
    ///     if let Err(Error::Conflict(conflict)) = added {
    ///         println!("already there: {:?}", conflict.constraint());
    ///     }
    ///     tx.scoped::<Customer>().count().await
    /// })
    /// .await?;
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `work`; [`Error::TransactionAborted`] where a statement in it had failed although it returned `Ok`:
    /// then its changes were undone.
    pub fn savepoint<'a, T, F>(&'a mut self, work: F) -> BoxFuture<'a, Result<T>>
    where
        for<'r> F: AsyncFnOnce(&'r mut Transaction<R, K>) -> Result<T>
            + TransactionFnOnce<&'r mut Transaction<R, K>, Result<T>, Fut: Send>
            + Send
            + 'a,
        T: Send + 'a,
        R: Send,
    {
        self.try_savepoint(work)
    }

    /// As [`savepoint`](Self::savepoint), for a closure with an error type of its own.
    ///
    /// # Errors
    ///
    /// As for [`savepoint`](Self::savepoint).
    pub fn try_savepoint<'a, T, E, F>(&'a mut self, work: F) -> BoxFuture<'a, Result<T, E>>
    where
        for<'r> F: AsyncFnOnce(&'r mut Transaction<R, K>) -> Result<T, E>
            + TransactionFnOnce<&'r mut Transaction<R, K>, Result<T, E>, Fut: Send>
            + Send
            + 'a,
        T: Send + 'a,
        E: From<Error> + Send + 'a,
        R: Send,
    {
        Box::pin(async move {
            self.state.savepoints += 1;
            let name = format!("tenant_db_{}", self.state.savepoints);
            self.state.control(&format!("SAVEPOINT {name}")).await?;
            let guard = SavepointGuard { transaction: self, finished: false };
            let outcome = guard.run(&name, work).await;
            match outcome {
                Ok(value) => value,
                Err(error) => Err(E::from(error)),
            }
        })
    }
}

/// Poisons the transaction when a savepoint's future is dropped half-way.
struct SavepointGuard<'t, R: 'static, K: TenantKey> {
    transaction: &'t mut Transaction<R, K>,
    finished: bool,
}

impl<R: Send + 'static, K: TenantKey> SavepointGuard<'_, R, K> {
    async fn run<T, E, F>(mut self, name: &str, work: F) -> Result<Result<T, E>>
    where
        for<'r> F: AsyncFnOnce(&'r mut Transaction<R, K>) -> Result<T, E>
            + TransactionFnOnce<&'r mut Transaction<R, K>, Result<T, E>, Fut: Send>,
    {
        let id = self.transaction.id();
        let result = work(self.transaction).await;
        self.transaction.ensure_is(id)?;
        let state = &self.transaction.state;
        let health = state.health.check();
        let ended = if state.health.is_lost() {
            Err(Error::ConnectionLost)
        } else if result.is_ok() && health.is_ok() {
            state.control(&format!("RELEASE SAVEPOINT {name}")).await
        } else {
            // PostgreSQL takes this even after an error; it is what makes the transaction usable again.
            let undo = format!("ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}");
            let guard = state.health.guard();
            let undone = guard.finish(state.session.send(&undo).await);
            if undone.is_ok() {
                state.health.heal();
            }
            undone
        };
        self.finished = true;
        match result {
            Err(error) => Ok(Err(error)),
            Ok(value) => health.and(ended).map(|()| Ok(value)),
        }
    }
}

impl<R: 'static, K: TenantKey> Drop for SavepointGuard<'_, R, K> {
    fn drop(&mut self) {
        if !self.finished {
            drop(self.transaction.state.health.guard());
        }
    }
}

impl<R, K: TenantKey> fmt::Debug for Transaction<R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").field("tenant", self.state.context.tenant()).finish_non_exhaustive()
    }
}

/// An async closure that is called once and whose future is `Send`. Implemented by the compiler's own async closures.
///
/// `AsyncFnOnce` cannot say yet that the future is `Send`; naming the future as an associated type can.
pub trait TransactionFnOnce<T, R>:
    AsyncFnOnce(T) -> R + FnOnce(T) -> <Self as TransactionFnOnce<T, R>>::Fut
{
    /// The closure's future.
    type Fut: Future<Output = R>;
}

impl<F, T, Fut, R> TransactionFnOnce<T, R> for F
where
    F: AsyncFnOnce(T) -> R + FnOnce(T) -> Fut,
    Fut: Future<Output = R>,
{
    type Fut = Fut;
}

/// As [`TransactionFnOnce`], for closures that may be called again.
pub trait TransactionFn<T, R>: AsyncFn(T) -> R + Fn(T) -> <Self as TransactionFn<T, R>>::Fut {
    /// The closure's future.
    type Fut: Future<Output = R>;
}

impl<F, T, Fut, R> TransactionFn<T, R> for F
where
    F: AsyncFn(T) -> R + Fn(T) -> Fut,
    Fut: Future<Output = R>,
{
    type Fut = Fut;
}
