//! [`TenantDb`]: the pool, and the ways to use it with a context.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::config::TenantDbBuilder;
use super::observe::Observed;
use super::options::TransactionOptions;
use super::pool::{Lease, Pool, PoolState};
use super::transaction::{Transaction, TransactionFn, TransactionFnOnce};
use crate::context::{ContextInner, TenantContext};
use crate::database::{DatabaseConfig, quote_ident};
use crate::error::{Error, Result};
use crate::query::Paging;
use crate::tenant::TenantKey;

/// A PostgreSQL database with many tenants. Clones are cheap and share the pool.
///
/// # Isolation
///
/// Nothing here hands out a connection (I1), and nothing here runs without a [`TenantContext`].
///
#[doc = include_str!("observability.md")]
#[derive(Clone)]
pub struct TenantDb {
    inner: Arc<Inner>,
}

struct Inner {
    pool: Pool,
    /// The setting that carries the tenant, quoted.
    setting: String,
    /// The setting that carries the principal, quoted, where the database is to know it.
    principal: Option<String>,
    /// Settings that each transaction has to make for itself, because the session is not its own.
    set_local: String,
    /// Every transaction is read-only.
    read_only: bool,
    paging: Arc<Paging>,
    replica: Option<TenantDb>,
}

impl Inner {
    fn new(
        pool: Pool,
        database: &DatabaseConfig,
        set_local: String,
        paging: Arc<Paging>,
        read_only: bool,
    ) -> Self {
        let setting = quoted(database.setting());
        let principal = database.principal_setting().map(quoted);
        Self { pool, setting, principal, set_local, read_only, paging, replica: None }
    }
}

/// A setting's name for `SET`, which takes the words of SQL for nothing else: `app.current_user` would be a syntax error.
fn quoted(setting: &str) -> String {
    setting.split('.').map(quote_ident).collect::<Vec<_>>().join(".")
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

    pub(super) fn new(pool: Pool, database: &DatabaseConfig, set_local: String, paging: Arc<Paging>) -> Self {
        #[cfg(feature = "metrics")]
        super::observe::describe();
        Self { inner: Arc::new(Inner::new(pool, database, set_local, paging, false)) }
    }

    /// As [`new`](Self::new), for a pool of connections to a read replica.
    pub(super) fn new_replica(
        pool: Pool,
        database: &DatabaseConfig,
        set_local: String,
        paging: Arc<Paging>,
    ) -> Self {
        Self { inner: Arc::new(Inner::new(pool, database, set_local, paging, true)) }
    }

    pub(super) fn with_replica(self, replica: Self) -> Self {
        match Arc::try_unwrap(self.inner) {
            Ok(inner) => Self { inner: Arc::new(Inner { replica: Some(replica), ..inner }) },
            Err(inner) => Self { inner },
        }
    }

    /// The read replica: as this, on its own pool, and every transaction is read-only.
    ///
    /// What is read there may be older than what was written here a moment ago: replication takes its time.
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use tenant_db::{Result, TenantContext, TenantDb, prelude::*};
    /// # async fn example(url: &str, replica: &str, context: TenantContext<Manager>) -> Result<()> {
    /// let db = TenantDb::builder(url).read_replica(replica).connect().await?;
    /// let report = db.read_replica()?.scoped::<Customer>(&context).load().await?;
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`] where [`TenantDbBuilder::read_replica`] has named none.
    pub fn read_replica(&self) -> Result<&Self> {
        self.inner.replica.as_ref().ok_or_else(|| {
            Error::invalid_configuration(
                "there is no read replica; name one with `TenantDb::builder(url).read_replica(url)`",
            )
        })
    }

    /// How many connections there are, how many are in use, and who waits, at this moment.
    #[must_use]
    pub fn pool_state(&self) -> PoolState {
        self.inner.pool.state()
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
            let observed = Observed::transaction(&context.inner);
            let attempt = async {
                let mut transaction = self.begin(context).await?;
                let id = transaction.id();
                let answer = work(&mut transaction).await;
                transaction.ensure_is(id)?;
                let outcome = conclude(&mut transaction, answer).await;
                transaction.report(&observed);
                outcome
            };
            let outcome = observed.watch(attempt).await;
            observed.end_transaction(outcome)
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
            let observed = Observed::transaction(&context.inner);
            let attempts = async {
                let mut retries = options.max_retries();
                loop {
                    let mut transaction = self.open(&context.inner, options).await?;
                    let id = transaction.id();
                    let answer = work(&mut transaction).await;
                    transaction.ensure_is(id)?;
                    let asked = transaction.asks_for_retry();
                    let outcome = conclude(&mut transaction, answer).await;
                    transaction.report(&observed);
                    let again = match &outcome {
                        Ok(Ok(_)) => false,
                        Ok(Err(_)) => asked,
                        Err(error) => asked || matches!(error, Error::Retryable(_)),
                    };
                    if !again || retries == 0 {
                        return outcome;
                    }
                    retries -= 1;
                    observed.retries();
                }
            };
            let outcome = observed.watch(attempts).await;
            observed.end_transaction(outcome)
        })
    }

    /// Begins a transaction and hands it out. Dropped, it rolls back.
    ///
    /// It takes a connection, and sends nothing before its first statement: until then no limit of the server's applies to it.
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
            self.open(&context.inner, options).await
        })
    }

    pub(super) async fn open<R, K>(
        &self,
        context: &Arc<ContextInner<K>>,
        options: TransactionOptions,
    ) -> Result<Transaction<R, K>>
    where
        R: 'static,
        K: TenantKey,
    {
        context.ensure_valid()?;
        let session = self.acquire(context).await?;
        // It may have waited.
        context.ensure_valid()?;
        let begin = self.begin_sql(context, &options)?;
        let mut set_tenant = String::new();
        self.write_set_tenant(&mut set_tenant, context)?;
        let paging = Arc::clone(&self.inner.paging);
        Ok(Transaction::new(session, Arc::clone(context), begin, set_tenant, paging))
    }

    pub(super) fn paging(&self) -> &Paging {
        &self.inner.paging
    }

    /// A clean connection. Nothing is sent on it yet.
    pub(super) async fn acquire<K: TenantKey>(&self, context: &ContextInner<K>) -> Result<Lease> {
        self.inner.pool.acquire(context.tenant_literal()).await
    }

    /// What begins a transaction for the tenant of `context`, in one message (I3).
    pub(super) fn begin_sql<K: TenantKey>(
        &self,
        context: &ContextInner<K>,
        options: &TransactionOptions,
    ) -> Result<String> {
        let options = if self.inner.read_only { options.read_only() } else { *options };
        let mut sql = options.begin_sql();
        sql.push_str("; ");
        sql.push_str(&self.inner.set_local);
        self.write_set_tenant(&mut sql, context)?;
        Ok(sql)
    }

    /// `SET LOCAL "app"."current_tenant" = '…'`, and the principal where the database is to know it. Settings take no
    /// parameters, so these are literals that [`TenantValue`](crate::TenantValue) has quoted.
    fn write_set_tenant<K: TenantKey>(&self, sql: &mut String, context: &ContextInner<K>) -> Result<()> {
        for piece in ["SET LOCAL ", &self.inner.setting, " = ", context.tenant_literal()] {
            sql.push_str(piece);
        }
        if let Some(setting) = &self.inner.principal {
            for piece in ["; SET LOCAL ", setting, " = ", &context.principal_literal()?] {
                sql.push_str(piece);
            }
        }
        Ok(())
    }
}

/// Commits after `Ok`, rolls back after `Err`. The closure's own answer is inside; outside is what keeps it from being obeyed.
async fn conclude<R, K, T, E>(
    transaction: &mut Transaction<R, K>,
    answer: Result<T, E>,
) -> Result<Result<T, E>>
where
    R: Send + 'static,
    K: TenantKey,
{
    match answer {
        Ok(value) => transaction.finish().await.map(|()| Ok(value)),
        Err(error) => {
            transaction.undo().await;
            Ok(Err(error))
        }
    }
}

impl fmt::Debug for TenantDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantDb").field("pool", &self.inner.pool).finish_non_exhaustive()
    }
}
