//! The one place from which statements are sent (I3): inside a transaction that names its tenant, and checked before
//! anybody sees their rows (I6).
//!
//! An operation of one statement is one round trip: `BEGIN; SET LOCAL …`, the statement and COMMIT are sent before the
//! first answer has come. See [`pipeline`](super::pipeline) for what keeps them in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use diesel::deserialize::FromSqlRow;
use diesel::pg::Pg;
use diesel::query_builder::{Query, QueryFragment};
use diesel::query_dsl::CompatibleType;
use diesel::row::Row;
use diesel_async::AsyncConnectionCore;
use futures_util::TryStreamExt;
use futures_util::future::{BoxFuture, join};
use tokio::task::unconstrained;
use tokio::time::timeout;

use super::connection::Session;
use super::db::TenantDb;
use super::observe::{Observed, Operation};
use super::pipeline;
use super::statement::{Statement, TypeName};
use super::transaction::TransactionState;
use crate::context::ContextInner;
use crate::error::{Error, Result};
use crate::query::Paging;
use crate::tenant::TenantKey;

/// A connection as a statement sees it: it can be written to by this module and by nobody else (I1).
#[derive(Clone, Copy)]
#[allow(
    unnameable_types,
    reason = "nobody outside of this crate may name it, or write a trait's method that gets one"
)]
pub struct Wire<'c> {
    session: &'c Session,
    progress: &'c Progress,
}

/// How far a piece of work has come.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Something has to be asked of the server before the statement can be sent.
    looks_up: AtomicBool,
    /// The server has carried out the statement, whatever becomes of its rows here.
    carried_out: AtomicBool,
    /// The connection was closed before anything was sent.
    unsent: AtomicBool,
    rows: AtomicU64,
}

impl Progress {
    pub(super) fn never_sent(&self) {
        self.unsent.store(true, Ordering::Relaxed);
    }

    pub(super) fn was_never_sent(&self) -> bool {
        self.unsent.load(Ordering::Relaxed)
    }

    pub(super) fn looks_up(&self) -> bool {
        self.looks_up.load(Ordering::Relaxed)
    }

    pub(super) fn is_carried_out(&self) -> bool {
        self.carried_out.load(Ordering::Relaxed)
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    fn carried_out(&self, rows: usize) {
        self.carried_out.store(true, Ordering::Relaxed);
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
    }
}

impl<'c> Wire<'c> {
    pub(super) fn new(session: &'c Session, progress: &'c Progress) -> Self {
        Self { session, progress }
    }

    /// Writes a statement down for this connection.
    fn prepare<'q, Q: QueryFragment<Pg>>(self, query: &'q Q) -> (Statement<'q, Q>, Vec<TypeName>) {
        let mut statement = Statement::new(query, self.session);
        let types = statement.types();
        if !self.session.knows(&types) {
            self.progress.looks_up.store(true, Ordering::Relaxed);
        }
        (statement, types)
    }

    /// Notes that the server has answered.
    fn answered(self, rows: usize, types: Vec<TypeName>) {
        self.session.learn(types);
        self.progress.carried_out(rows);
    }

    fn failed(self, error: diesel::result::Error) -> Error {
        let error = Error::from(error);
        self.session.observe(&error);
        error
    }
}

/// The half of [`LoadsAs`] that nobody else can implement: it gets the connection.
#[allow(
    unnameable_types,
    reason = "sealed: an implementation of one's own would be a way to the connection (I1)"
)]
pub trait Loads<U>: Send {
    fn load_from<'c>(&self, wire: Wire<'c>) -> BoxFuture<'c, Result<Vec<U>>>;
}

/// A statement whose rows can be read as `U`. Implemented for every query of diesel that fits, and for nothing else.
#[diagnostic::on_unimplemented(
    message = "this query cannot be loaded as `{U}`",
    note = "the columns that it selects, in their order and with their types, must be the fields of `{U}`"
)]
pub trait LoadsAs<U>: Loads<U> {}

#[diagnostic::do_not_recommend]
impl<Q, U> LoadsAs<U> for Q where Q: Loads<U> {}

impl<Q, U, ST> Loads<U> for Q
where
    Q: Query + QueryFragment<Pg> + Send,
    Q::SqlType: CompatibleType<U, Pg, SqlType = ST>,
    U: FromSqlRow<ST, Pg> + Send + 'static,
    ST: 'static,
{
    fn load_from<'c>(&self, wire: Wire<'c>) -> BoxFuture<'c, Result<Vec<U>>> {
        // diesel-async turns the statement into bytes before it returns, so the future does not hold the query.
        let (statement, types) = wire.prepare(self);
        let mut connection = wire.session.connection();
        let answer = AsyncConnectionCore::load(&mut connection, statement);
        Box::pin(async move {
            let mut rows = answer.await.map_err(|error| wire.failed(error))?;
            let (mut values, mut unreadable) = (Vec::new(), None);
            // To the last row, also when one cannot be read: only then it is known that the statement was carried out.
            while let Some(row) = rows.try_next().await.map_err(|error| wire.failed(error))? {
                match U::build_from_row(&row) {
                    Ok(value) => values.push(value),
                    Err(error) => unreadable = Some(diesel::result::Error::DeserializationError(error)),
                }
            }
            wire.answered(values.len(), types);
            unreadable.map_or(Ok(values), |error| Err(Error::from(error)))
        })
    }
}

/// How a row is taken apart, and checked (I6).
pub(crate) trait ReadRow {
    type Out: Send + 'static;

    fn read<'r>(&self, row: &impl Row<'r, Pg>) -> Result<Self::Out>;
}

/// Sends a statement and reads its rows by `reader`.
pub(crate) fn load_rows<'c, Q, D>(wire: Wire<'c>, query: &Q, reader: D) -> BoxFuture<'c, Result<Vec<D::Out>>>
where
    Q: Query + QueryFragment<Pg>,
    D: ReadRow + Send + 'static,
{
    // diesel-async turns the statement into bytes before it returns, so the future does not hold the query.
    let (statement, types) = wire.prepare(query);
    let mut connection = wire.session.connection();
    let answer = AsyncConnectionCore::load(&mut connection, statement);
    Box::pin(async move {
        let mut rows = answer.await.map_err(|error| wire.failed(error))?;
        let (mut values, mut refused) = (Vec::new(), None);
        // To the last row, also when one cannot be read: only then it is known that the statement was carried out.
        while let Some(row) = rows.try_next().await.map_err(|error| wire.failed(error))? {
            match reader.read(&row) {
                Ok(value) => values.push(value),
                Err(error) => refused = Some(error),
            }
        }
        wire.answered(values.len(), types);
        refused.map_or(Ok(values), Err)
    })
}

/// Sends a statement and reads its rows.
pub(crate) fn load<'c, Q, U>(wire: Wire<'c>, query: &Q) -> BoxFuture<'c, Result<Vec<U>>>
where
    Q: LoadsAs<U>,
{
    query.load_from(wire)
}

/// Sends a statement and counts the rows that it touched.
pub(crate) fn execute<'c, Q>(wire: Wire<'c>, query: &Q) -> BoxFuture<'c, Result<usize>>
where
    Q: QueryFragment<Pg>,
{
    let (statement, types) = wire.prepare(query);
    let mut connection = wire.session.connection();
    let answer = AsyncConnectionCore::execute_returning_count(&mut connection, statement);
    Box::pin(async move {
        let touched = answer.await.map_err(|error| wire.failed(error))?;
        wire.answered(touched, types);
        Ok(touched)
    })
}

/// Where a repository's statements run: each in a transaction of its own, or in one that is open.
pub(crate) enum Source<'a, K: TenantKey> {
    Pool { db: &'a TenantDb, context: &'a Arc<ContextInner<K>> },
    Transaction(&'a TransactionState<K>),
}

impl<K: TenantKey> Clone for Source<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: TenantKey> Copy for Source<'_, K> {}

impl<'a, K: TenantKey> Source<'a, K> {
    pub(crate) fn context(self) -> &'a ContextInner<K> {
        match self {
            Self::Pool { context, .. } => context,
            Self::Transaction(state) => state.context(),
        }
    }

    pub(crate) fn tenant(self) -> &'a K {
        self.context().tenant()
    }

    /// How pages are read.
    pub(crate) fn paging(self) -> &'a Paging {
        match self {
            Self::Pool { db, .. } => db.paging(),
            Self::Transaction(state) => state.paging(),
        }
    }

    /// Runs `work` on a connection whose tenant is set. An error from the database means that nothing of it is committed:
    /// on its own it is rolled back, in an open transaction it poisons the transaction.
    pub(crate) fn run<T, W>(self, operation: Operation, work: W) -> BoxFuture<'a, Result<T>>
    where
        W: for<'c> Fn(Wire<'c>) -> BoxFuture<'c, Result<T>> + Send + 'a,
        T: Send + 'a,
    {
        match self {
            Self::Pool { db, context } => Box::pin(async move {
                let observed = Observed::new(operation, context);
                let outcome = observed.watch(pipeline::alone(db, context, operation, &observed, work)).await;
                observed.end(outcome)
            }),
            Self::Transaction(state) => Box::pin(async move {
                let observed = Observed::new(operation, state.context());
                let outcome = observed.watch(in_transaction(state, operation, &observed, work)).await;
                observed.end(outcome)
            }),
        }
    }
}

/// One more statement of an open transaction. The first one takes its BEGIN along.
async fn in_transaction<K, T, W>(
    state: &TransactionState<K>,
    operation: Operation,
    observed: &Observed,
    work: W,
) -> Result<T>
where
    K: TenantKey,
    W: for<'c> Fn(Wire<'c>) -> BoxFuture<'c, Result<T>> + Send,
{
    let others = state.has_open_statements();
    let session = state.session();
    let work = one_more(state, operation, observed, work);
    match session.patience() {
        Some(patience) if others => timeout(patience, work).await.unwrap_or_else(|_| {
            Err(Error::TransactionAborted {
                cause: "another statement of it was started and then not polled any more; join them"
                    .to_owned(),
            })
        }),
        _ => work.await,
    }
}

async fn one_more<K, T, W>(
    state: &TransactionState<K>,
    operation: Operation,
    observed: &Observed,
    work: W,
) -> Result<T>
where
    K: TenantKey,
    W: for<'c> Fn(Wire<'c>) -> BoxFuture<'c, Result<T>> + Send,
{
    // SQL that this crate did not write may change the tenant: nobody else may be under way until it is certain again.
    let (alone, shared) = if operation.is_foreign() {
        (Some(unconstrained(state.order().write()).await), None)
    } else {
        (None, Some(unconstrained(state.order().read()).await))
    };
    let guard = state.start_statement()?.forgivable(operation.is_forgivable());
    let session = state.session();
    let (before, progress) = (session.round_trips(), Progress::default());
    if operation.is_foreign() {
        session.expect_foreign_statement();
    }
    let statement = work(Wire::new(session, &progress));
    let outcome = unconstrained(pipeline::together(session, async {
        let begun = session.begin(state.begin_sql())?;
        let (begun, statement) = join(begun, statement).await;
        begun.and(statement)
    }));
    let mut outcome = guard.finish(outcome.await);
    if outcome.is_ok() && operation.is_foreign() {
        // The statement may have changed the tenant.
        outcome = state.restore_tenant().await.and(outcome);
    }
    drop((alone, shared));
    observed.saw(&progress, session.round_trips() - before);
    outcome
}
