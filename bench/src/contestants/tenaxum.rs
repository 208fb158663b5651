//! (f) tenaxum 0.2, the way that it recommends for requests: hooks of sqlx's pool set the tenant on a connection when it
//! is taken out, for the session, and reset it when it is given back.
//!
//! A statement on its own waits twice: for `set_config`, and for its answer. `RESET` and sqlx's own test happen after the
//! connection was given back; nobody waits for them unless the pool is short of connections. What it does in exchange is
//! weaker than a setting for the transaction: a connection keeps its tenant until somebody resets it.

use sqlx_08 as sqlx;
use sqlx_08::postgres::PgPoolOptions;
use sqlx_08::{PgConnection, PgPool};
use tenaxum::pool::scope_tenant;
use tenaxum::{Tenancy, TenantId};
use uuid::Uuid;

use super::sql::{self, statements};
use super::{Contestant, NOTE};
use crate::models::{Customer, NewOrder, Order};
use crate::{Result, Target};

statements!(sqlx);

/// tenaxum's hooks around the pool of sqlx.
#[derive(Debug, Clone)]
pub struct Tenaxum {
    pool: PgPool,
}

/// A tenant as the middleware leaves it with the request, and as queries name it.
#[derive(Debug, Clone)]
#[allow(unnameable_types, reason = "only contestants make one")]
pub struct Tenant {
    id: Uuid,
    scope: TenantId,
}

impl Tenant {
    /// Does `work` as a handler behind the middleware does it.
    async fn scoped<T>(&self, work: impl Future<Output = sqlx::Result<T>> + Send) -> Result<T> {
        Ok(scope_tenant(self.scope.clone(), work).await?)
    }
}

impl Contestant for Tenaxum {
    const NAME: &'static str = "tenaxum";
    type Tenant = Tenant;

    async fn connect(target: &Target, connections: u32) -> Result<Self> {
        let options = PgPoolOptions::new().max_connections(connections).test_before_acquire(false);
        let tenancy = Tenancy::new().guc(target.setting().to_owned());
        Ok(Self { pool: tenancy.with_tenant_hooks(options).connect(&target.url).await? })
    }

    fn tenant(&self, id: Uuid) -> Result<Tenant> {
        Ok(Tenant { id, scope: TenantId::from(id) })
    }

    async fn find(&self, tenant: &Tenant, id: Uuid) -> Result<Customer> {
        tenant.scoped(async { find(&mut *self.pool.acquire().await?, tenant.id, id).await }).await
    }

    async fn page(&self, tenant: &Tenant, after: Uuid) -> Result<Vec<Customer>> {
        tenant.scoped(async { page(&mut *self.pool.acquire().await?, tenant.id, after).await }).await
    }

    async fn insert(&self, tenant: &Tenant, order: NewOrder) -> Result<Order> {
        tenant.scoped(async { insert(&mut *self.pool.acquire().await?, tenant.id, order).await }).await
    }

    async fn insert_many(&self, tenant: &Tenant, orders: Vec<NewOrder>) -> Result<Vec<Order>> {
        tenant.scoped(async { insert_many(&mut *self.pool.acquire().await?, tenant.id, orders).await }).await
    }

    async fn update(&self, tenant: &Tenant, id: Uuid, credit_limit: i64) -> Result<Customer> {
        let work = async { update(&mut *self.pool.acquire().await?, tenant.id, id, credit_limit).await };
        tenant.scoped(work).await
    }

    async fn raise(&self, tenant: &Tenant, id: Uuid) -> Result<Order> {
        let work = async {
            let mut transaction = self.pool.begin().await?;
            let order = raise(&mut transaction, tenant.id, id).await?;
            transaction.commit().await?;
            Ok(order)
        };
        tenant.scoped(work).await
    }

    async fn visible(&self, tenant: &Tenant) -> Result<u64> {
        tenant.scoped(async { visible(&mut *self.pool.acquire().await?).await }).await
    }
}
