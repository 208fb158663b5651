//! The one place from which statements are sent (I3): inside a transaction that names its tenant, checked before it
//! commits (I6).

use diesel::deserialize::FromSqlRow;
use diesel::pg::Pg;
use diesel::query_builder::{AsQuery, QueryFragment, QueryId};
use diesel::query_dsl::CompatibleType;
use diesel_async::{AsyncConnectionCore, AsyncPgConnection};
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, TryStreamExt};

use super::db::TenantDb;
use super::options::TransactionOptions;
use super::transaction::TransactionState;
use crate::context::ContextInner;
use crate::error::{Error, Result};
use crate::tenant::TenantKey;

/// A connection as a statement sees it: it can be written to by this module and by nobody else (I1).
#[derive(Clone, Copy)]
#[allow(
    unnameable_types,
    reason = "nobody outside of this crate may name it, or write a trait's method that gets one"
)]
pub struct Wire<'c>(&'c AsyncPgConnection);

/// The half of [`LoadsAs`] that nobody else can implement: it gets the connection.
#[allow(
    unnameable_types,
    reason = "sealed: an implementation of one's own would be a way to the connection (I1)"
)]
pub trait Loads<U>: Send {
    fn load_from(self, wire: Wire<'_>) -> BoxFuture<'_, Result<Vec<U>>>;
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
    Q: AsQuery + Send,
    Q::Query: QueryFragment<Pg> + QueryId,
    Q::SqlType: CompatibleType<U, Pg, SqlType = ST>,
    U: FromSqlRow<ST, Pg> + Send + 'static,
    ST: 'static,
{
    fn load_from(self, wire: Wire<'_>) -> BoxFuture<'_, Result<Vec<U>>> {
        // diesel-async turns the statement into bytes before it returns, so the future does not hold the query.
        let mut connection = wire.0;
        let rows = AsyncConnectionCore::load(&mut connection, self);
        Box::pin(async move {
            let rows = rows.await?;
            rows.map(|row| U::build_from_row(&row?).map_err(diesel::result::Error::DeserializationError))
                .try_collect()
                .await
                .map_err(Error::from)
        })
    }
}

/// A statement whose rows are a tenant's key, which is checked and taken off, and what can be read as `U`.
#[diagnostic::on_unimplemented(
    message = "what this query selects cannot be loaded as `{U}`",
    note = "`{U}` has to fit the selected columns: a tuple, or a struct with `#[derive(Queryable)]`, whose fields have the columns' types in their order"
)]
pub trait LoadsColumnsAs<K, U>: LoadsAs<(K, U)> {}

#[diagnostic::do_not_recommend]
impl<Q, K, U> LoadsColumnsAs<K, U> for Q where Q: LoadsAs<(K, U)> {}

/// Sends a statement and reads its rows.
pub(crate) fn load<'c, Q, U>(wire: Wire<'c>, query: Q) -> BoxFuture<'c, Result<Vec<U>>>
where
    Q: LoadsAs<U>,
{
    query.load_from(wire)
}

/// Sends a statement and counts the rows that it touched.
pub(crate) fn execute<'c, Q>(wire: Wire<'c>, query: Q) -> BoxFuture<'c, Result<usize>>
where
    Q: QueryFragment<Pg> + QueryId + Send,
{
    let mut connection = wire.0;
    let answer = AsyncConnectionCore::execute_returning_count(&mut connection, query);
    Box::pin(async move { answer.await.map_err(Error::from) })
}

/// Where a repository's statements run: each in a transaction of its own, or in one that is open.
pub(crate) enum Source<'a, K: TenantKey> {
    Pool { db: &'a TenantDb, context: &'a ContextInner<K> },
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

    /// As [`run`](Self::run). `foreign` says that the statement holds SQL which this crate did not write: it may leave
    /// something with the session, so the tenant is named again afterwards, and the session is reset in the end (I7).
    pub(crate) fn run_with<T, W>(self, foreign: bool, work: W) -> BoxFuture<'a, Result<T>>
    where
        W: for<'c> FnOnce(Wire<'c>) -> BoxFuture<'c, Result<T>> + Send + 'a,
        T: Send + 'a,
    {
        if !foreign {
            return self.run(work);
        }
        match self {
            Self::Pool { db, context } => Box::pin(in_a_transaction_of_its_own(db, context, work, true)),
            Self::Transaction(state) => Box::pin(async move {
                state.session().expect_foreign_statement();
                let value = self.run(work).await?;
                state.restore_tenant().await?;
                Ok(value)
            }),
        }
    }

    /// Runs `work` on a connection whose tenant is set. An error from `work` means that nothing of it is committed:
    /// on its own it is rolled back, in an open transaction it poisons the transaction.
    pub(crate) fn run<T, W>(self, work: W) -> BoxFuture<'a, Result<T>>
    where
        W: for<'c> FnOnce(Wire<'c>) -> BoxFuture<'c, Result<T>> + Send + 'a,
        T: Send + 'a,
    {
        match self {
            Self::Pool { db, context } => Box::pin(in_a_transaction_of_its_own(db, context, work, false)),
            Self::Transaction(state) => Box::pin(async move {
                let statement = state.start_statement()?;
                let outcome = work(Wire(state.session().wire())).await;
                statement.finish(outcome)
            }),
        }
    }
}

async fn in_a_transaction_of_its_own<K, T, W>(
    db: &TenantDb,
    context: &ContextInner<K>,
    work: W,
    foreign: bool,
) -> Result<T>
where
    K: TenantKey,
    W: for<'c> FnOnce(Wire<'c>) -> BoxFuture<'c, Result<T>> + Send,
{
    let mut session = db.checkout(context, &TransactionOptions::new()).await?;
    if foreign {
        session.expect_foreign_statement();
    }
    match work(Wire(session.wire())).await {
        Ok(value) => {
            session.commit().await?;
            Ok(value)
        }
        Err(error) => {
            if !matches!(error, Error::ConnectionLost) {
                session.rollback().await;
            }
            Err(error)
        }
    }
}
