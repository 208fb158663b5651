//! [`TenantDb`]: the pool, and the ways to use it with a context.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bb8::{Pool, PooledConnection, RunError};
use futures_util::future::BoxFuture;

use super::config::TenantDbBuilder;
use super::manager::{LastFailure, Manager};
use super::options::TransactionOptions;
use super::transaction::{Transaction, TransactionFn, TransactionFnOnce};
use crate::context::{ContextInner, TenantContext};
use crate::database::DatabaseConfig;
use crate::error::{Error, Result};
use crate::tenant::TenantKey;

/// A PostgreSQL database with many tenants. Clones are cheap and share the pool.
///
/// # Isolation
///
/// Nothing here hands out a connection (I1), and nothing here runs without a [`TenantContext`].
#[derive(Clone)]
pub struct TenantDb {
    inner: Arc<Inner>,
}

struct Inner {
    pool: Pool<Manager>,
    limits: PoolLimits,
    last_failure: LastFailure,
    /// The setting that carries the tenant.
    setting: String,
}

/// What the pool may do.
#[derive(Debug, Clone, Copy)]
pub(super) struct PoolLimits {
    pub(super) size: u32,
    pub(super) acquire_timeout: Duration,
}

impl TenantDb {
    /// Starts to describe a connection to `url`.
    pub fn builder(url: impl Into<String>) -> TenantDbBuilder {
        TenantDbBuilder::new(url.into())
    }

    /// Connects with the default settings: as [`TenantDbBuilder::connect`].
    ///
    /// # Errors
    ///
    /// Those of [`TenantDbBuilder::connect`].
    pub async fn connect(url: impl Into<String>) -> Result<Self> {
        Self::builder(url).connect().await
    }

    pub(super) fn new(
        pool: Pool<Manager>,
        limits: PoolLimits,
        last_failure: LastFailure,
        database: &DatabaseConfig,
    ) -> Self {
        let setting = database.setting().to_owned();
        Self { inner: Arc::new(Inner { pool, limits, last_failure, setting }) }
    }

    /// Runs `work` in a transaction: committed when it returns `Ok`, rolled back when it returns `Err`.
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use tenant_db::{Result, TenantContext, TenantDb};
    /// # async fn example(db: TenantDb, context: TenantContext<Manager>, id: uuid::Uuid) -> Result<()> {
    /// let raised = db
    ///     .transaction(&context, async |tx| {
    ///         let customers = tx.scoped::<Customer>();
    ///         let customer = customers.find(id).await?;
    ///         let limit = Some(customer.credit_limit * 2);
    ///         customers.update(id, CustomerChanges { name: None, credit_limit: limit }).await
    ///     })
    ///     .await?;
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `work`, and those of [`begin`](Self::begin) and [`Transaction::commit`].
    ///
    /// # Isolation
    ///
    /// When a statement failed inside and `work` returns `Ok` all the same, the answer is
    /// [`Error::TransactionAborted`]: PostgreSQL has rolled back, and success would be a lie.
    pub fn transaction<'a, R, K, T, F>(
        &'a self,
        context: &'a TenantContext<R, K>,
        work: F,
    ) -> BoxFuture<'a, Result<T>>
    where
        for<'r> F: AsyncFnOnce(&'r mut Transaction<R, K>) -> Result<T>
            + TransactionFnOnce<&'r mut Transaction<R, K>, Result<T>, Fut: Send>
            + Send
            + 'a,
        R: Send + 'static,
        K: TenantKey,
        T: Send + 'a,
    {
        self.try_transaction(context, work)
    }

    /// As [`transaction`](Self::transaction), for a closure with an error type of its own, from which it can return to
    /// roll back.
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use tenant_db::{TenantContext, TenantDb};
    /// enum OrderError {
    ///     CreditExceeded,
    ///     Database(tenant_db::Error),
    /// }
    ///
    /// impl From<tenant_db::Error> for OrderError {
    ///     fn from(error: tenant_db::Error) -> Self {
    ///         Self::Database(error)
    ///     }
    /// }
    ///
    /// # async fn example(db: TenantDb, context: TenantContext<Manager>, id: uuid::Uuid) -> Result<(), OrderError> {
    /// db.try_transaction(&context, async |tx| {
    ///     let customer = tx.scoped::<Customer>().find(id).await?;
    ///     if customer.credit_limit < 100 { Err(OrderError::CreditExceeded) } else { Ok(()) }
    /// })
    /// .await
    /// # }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`transaction`](Self::transaction).
    pub fn try_transaction<'a, R, K, T, E, F>(
        &'a self,
        context: &'a TenantContext<R, K>,
        work: F,
    ) -> BoxFuture<'a, Result<T, E>>
    where
        for<'r> F: AsyncFnOnce(&'r mut Transaction<R, K>) -> Result<T, E>
            + TransactionFnOnce<&'r mut Transaction<R, K>, Result<T, E>, Fut: Send>
            + Send
            + 'a,
        R: Send + 'static,
        K: TenantKey,
        T: Send + 'a,
        E: From<Error> + Send + 'a,
    {
        Box::pin(async move {
            let mut transaction = self.begin(context).await?;
            let id = transaction.id();
            let outcome = work(&mut transaction).await;
            transaction.ensure_is(id)?;
            conclude(&mut transaction, outcome).await
        })
    }

    /// As [`transaction`](Self::transaction), with options. `work` is run again as often as the options say when the
    /// database reports a deadlock or a serialization failure, so it may borrow what it needs, but not consume it.
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use tenant_db::{Result, TenantContext, TenantDb, TransactionOptions};
    /// # async fn example(db: TenantDb, context: TenantContext<Manager>) -> Result<()> {
    /// let options = TransactionOptions::new().serializable().retries(3);
    /// let count = db.transaction_with(&context, options, async |tx| tx.scoped::<Customer>().count().await).await?;
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`transaction`](Self::transaction); [`Error::Retryable`] when the last retry failed as well.
    pub fn transaction_with<'a, R, K, T, F>(
        &'a self,
        context: &'a TenantContext<R, K>,
        options: TransactionOptions,
        work: F,
    ) -> BoxFuture<'a, Result<T>>
    where
        for<'r> F: AsyncFn(&'r mut Transaction<R, K>) -> Result<T>
            + TransactionFn<&'r mut Transaction<R, K>, Result<T>, Fut: Send>
            + Send
            + Sync
            + 'a,
        R: Send + 'static,
        K: TenantKey,
        T: Send + 'a,
    {
        self.try_transaction_with(context, options, work)
    }

    /// As [`transaction_with`](Self::transaction_with), for a closure with an error type of its own.
    ///
    /// # Errors
    ///
    /// As for [`transaction_with`](Self::transaction_with).
    pub fn try_transaction_with<'a, R, K, T, E, F>(
        &'a self,
        context: &'a TenantContext<R, K>,
        options: TransactionOptions,
        work: F,
    ) -> BoxFuture<'a, Result<T, E>>
    where
        for<'r> F: AsyncFn(&'r mut Transaction<R, K>) -> Result<T, E>
            + TransactionFn<&'r mut Transaction<R, K>, Result<T, E>, Fut: Send>
            + Send
            + Sync
            + 'a,
        R: Send + 'static,
        K: TenantKey,
        T: Send + 'a,
        E: From<Error> + Send + 'a,
    {
        Box::pin(async move {
            let mut retries = options.max_retries();
            loop {
                let mut transaction = self.open(context, options).await?;
                let id = transaction.id();
                let outcome = work(&mut transaction).await;
                transaction.ensure_is(id)?;
                let mut again = transaction.asks_for_retry();
                let outcome = match outcome {
                    Ok(value) => match transaction.finish().await {
                        Ok(()) => Ok(value),
                        Err(error) => {
                            again |= matches!(error, Error::Retryable(_));
                            Err(E::from(error))
                        }
                    },
                    Err(error) => {
                        transaction.undo().await;
                        Err(error)
                    }
                };
                if outcome.is_ok() || !again || retries == 0 {
                    return outcome;
                }
                retries -= 1;
            }
        })
    }

    /// Begins a transaction and hands it out. Dropped, it rolls back.
    ///
    /// # Errors
    ///
    /// [`Error::ContextExpired`], [`Error::PoolTimeout`], [`Error::Connect`].
    pub fn begin<'a, R, K>(
        &'a self,
        context: &'a TenantContext<R, K>,
    ) -> BoxFuture<'a, Result<Transaction<R, K>>>
    where
        R: Send + 'static,
        K: TenantKey,
    {
        self.begin_with(context, TransactionOptions::new())
    }

    /// As [`begin`](Self::begin), with options.
    ///
    /// # Errors
    ///
    /// Those of [`begin`](Self::begin); [`Error::InvalidConfiguration`] for options with
    /// [`retries`](TransactionOptions::retries), because a guard has nothing to run again.
    pub fn begin_with<'a, R, K>(
        &'a self,
        context: &'a TenantContext<R, K>,
        options: TransactionOptions,
    ) -> BoxFuture<'a, Result<Transaction<R, K>>>
    where
        R: Send + 'static,
        K: TenantKey,
    {
        Box::pin(async move {
            if options.max_retries() > 0 {
                return Err(Error::invalid_configuration(
                    "a transaction guard cannot be retried; use `transaction_with`, which has a closure to run again",
                ));
            }
            self.open(context, options).await
        })
    }

    async fn open<R, K>(
        &self,
        context: &TenantContext<R, K>,
        options: TransactionOptions,
    ) -> Result<Transaction<R, K>>
    where
        R: 'static,
        K: TenantKey,
    {
        let session = self.checkout(&context.inner, &options).await?;
        let set_tenant = self.set_tenant(&context.inner);
        Ok(Transaction::new(session, Arc::clone(&context.inner), set_tenant))
    }

    /// Takes a connection out of the pool and begins a transaction for the tenant of `context` on it.
    pub(super) async fn checkout<K: TenantKey>(
        &self,
        context: &ContextInner<K>,
        options: &TransactionOptions,
    ) -> Result<PooledConnection<'static, Manager>> {
        context.ensure_valid()?;
        let begin = format!("{}; {}", options.begin_sql(), self.set_tenant(context));
        loop {
            let mut session = self.inner.pool.get_owned().await.map_err(|error| self.pool_error(error))?;
            if session.is_unusable() {
                // Closed while it waited in the pool. Dropping it makes the pool open another one.
                continue;
            }
            session.begin(&begin).await?;
            return Ok(session);
        }
    }

    /// `SET LOCAL app.current_tenant = '…'`. It takes no parameters, so the tenant is a literal that
    /// [`TenantValue`](crate::TenantValue) has quoted.
    fn set_tenant<K: TenantKey>(&self, context: &ContextInner<K>) -> String {
        format!("SET LOCAL {} = {}", self.inner.setting, context.tenant_literal())
    }

    fn pool_error(&self, error: RunError<Error>) -> Error {
        match error {
            RunError::User(error) => error,
            RunError::TimedOut => {
                let PoolLimits { size, acquire_timeout } = self.inner.limits;
                let state = self.inner.pool.state();
                let in_use = state.connections.saturating_sub(state.idle_connections);
                // A pool that is not full and has none to give could not open one.
                let failure = if state.connections < size { self.inner.last_failure.take() } else { None };
                failure.unwrap_or(Error::PoolTimeout { waited: acquire_timeout, in_use, size })
            }
        }
    }
}

/// Commits after `Ok`, rolls back after `Err`.
async fn conclude<R, K, T, E>(transaction: &mut Transaction<R, K>, outcome: Result<T, E>) -> Result<T, E>
where
    R: Send + 'static,
    K: TenantKey,
    E: From<Error>,
{
    match outcome {
        Ok(value) => transaction.finish().await.map(|()| value).map_err(E::from),
        Err(error) => {
            transaction.undo().await;
            Err(error)
        }
    }
}

impl fmt::Debug for TenantDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.inner.pool.state();
        f.debug_struct("TenantDb")
            .field("connections", &state.connections)
            .field("idle", &state.idle_connections)
            .finish_non_exhaustive()
    }
}
