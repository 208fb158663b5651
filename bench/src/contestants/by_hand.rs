//! (b) What programs with row-level security write by hand: a transaction of diesel-async whose first statement is
//! `set_config`. `BEGIN`, `set_config`, the statement and `COMMIT` each wait for their answer.
//!
//! `set_config` is called through a typed function, so that diesel-async prepares it once; as `sql_query` it would be
//! prepared each time, which costs a round trip more.

use diesel::prelude::*;
use diesel_async::pooled_connection::ManagerConfig;
use diesel_async::pooled_connection::bb8::Pool;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::{Contestant, raw};
use crate::models::{Customer, NewOrder, Order};
use crate::{Result, Target};

#[diesel::declare_sql_function]
extern "SQL" {
    /// Sets a setting, for the transaction if the last argument is true.
    fn set_config(
        setting: diesel::sql_types::Text,
        value: diesel::sql_types::Text,
        local: diesel::sql_types::Bool,
    ) -> diesel::sql_types::Text;
}

/// diesel-async with `set_config` in each transaction.
#[derive(Clone)]
#[allow(missing_debug_implementations, reason = "a pool of diesel-async has none")]
pub struct ByHand {
    pool: Pool<AsyncPgConnection>,
    setting: String,
}

impl ByHand {
    async fn scoped<T, F>(&self, tenant: Uuid, work: F) -> Result<T>
    where
        F: for<'c> FnOnce(&'c mut AsyncPgConnection) -> Work<'c, T> + Send,
        T: Send,
    {
        let mut connection = self.pool.get().await?;
        let outcome = connection
            .transaction(async |connection| {
                set_tenant(connection, &self.setting, tenant).await?;
                work(connection).await
            })
            .await;
        Ok(outcome?)
    }
}

type Work<'c, T> = futures_util::future::BoxFuture<'c, QueryResult<T>>;

async fn set_tenant(connection: &mut AsyncPgConnection, setting: &str, tenant: Uuid) -> QueryResult<()> {
    let query = diesel::select(set_config(setting, tenant.to_string(), true));
    query.execute(connection).await.map(drop)
}

impl Contestant for ByHand {
    const NAME: &'static str = "by hand";
    type Tenant = Uuid;

    async fn connect(target: &Target, connections: u32) -> Result<Self> {
        let pool = raw::pool(target, connections, ManagerConfig::default()).await?;
        Ok(Self { pool, setting: target.setting().to_owned() })
    }

    fn tenant(&self, id: Uuid) -> Result<Uuid> {
        Ok(id)
    }

    async fn find(&self, tenant: &Uuid, id: Uuid) -> Result<Customer> {
        let tenant = *tenant;
        self.scoped(tenant, move |connection| Box::pin(raw::find(connection, tenant, id))).await
    }

    async fn page(&self, tenant: &Uuid, after: Uuid) -> Result<Vec<Customer>> {
        let tenant = *tenant;
        self.scoped(tenant, move |connection| Box::pin(raw::page(connection, tenant, after))).await
    }

    async fn insert(&self, tenant: &Uuid, order: NewOrder) -> Result<Order> {
        let tenant = *tenant;
        self.scoped(tenant, move |connection| Box::pin(raw::insert(connection, tenant, order))).await
    }

    async fn insert_many(&self, tenant: &Uuid, orders: Vec<NewOrder>) -> Result<Vec<Order>> {
        let tenant = *tenant;
        self.scoped(tenant, move |connection| Box::pin(raw::insert_many(connection, tenant, orders))).await
    }

    async fn update(&self, tenant: &Uuid, id: Uuid, credit_limit: i64) -> Result<Customer> {
        let tenant = *tenant;
        self.scoped(tenant, move |connection| Box::pin(raw::update(connection, tenant, id, credit_limit)))
            .await
    }

    async fn raise(&self, tenant: &Uuid, id: Uuid) -> Result<Order> {
        let tenant = *tenant;
        self.scoped(tenant, move |connection| Box::pin(raw::raise(connection, tenant, id))).await
    }

    async fn visible(&self, tenant: &Uuid) -> Result<u64> {
        self.scoped(*tenant, |connection| Box::pin(raw::visible(connection))).await
    }
}
