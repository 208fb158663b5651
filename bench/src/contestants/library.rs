//! (c) tenant-db, through its ordinary methods and with nothing about it changed but names and the size of the pool.

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db::{Identity, danger};
use uuid::Uuid;

use super::{Contestant, NOTE};
use crate::models::{Customer, CustomerChanges, NewOrder, Order, customers};
use crate::{PAGE, Result, Target};

/// tenant-db.
#[derive(Debug, Clone)]
pub struct Library {
    db: TenantDb,
}

impl Library {
    /// The library itself.
    #[must_use]
    pub fn db(&self) -> &TenantDb {
        &self.db
    }
}

impl Contestant for Library {
    const NAME: &'static str = "tenant-db";
    type Tenant = TenantContext;

    async fn connect(target: &Target, connections: u32) -> Result<Self> {
        let builder = TenantDb::builder(target.url.clone()).database(target.config.clone());
        Ok(Self { db: builder.pool_size(connections).connect().await? })
    }

    fn tenant(&self, id: Uuid) -> Result<TenantContext> {
        Ok(danger::context("a benchmark has no users", Identity::new(id, "bench"))?)
    }

    async fn find(&self, tenant: &TenantContext, id: Uuid) -> Result<Customer> {
        Ok(self.db.scoped::<Customer>(tenant).find(id).await?)
    }

    async fn page(&self, tenant: &TenantContext, after: Uuid) -> Result<Vec<Customer>> {
        let page = i64::try_from(PAGE).unwrap_or(i64::MAX);
        let customers = self.db.scoped::<Customer>(tenant);
        Ok(customers.filter(customers::id.gt(after)).order(customers::id.asc()).limit(page).load().await?)
    }

    async fn insert(&self, tenant: &TenantContext, order: NewOrder) -> Result<Order> {
        Ok(self.db.scoped::<Order>(tenant).insert(order).await?)
    }

    async fn insert_many(&self, tenant: &TenantContext, orders: Vec<NewOrder>) -> Result<Vec<Order>> {
        Ok(self.db.scoped::<Order>(tenant).insert_many(orders).await?)
    }

    async fn update(&self, tenant: &TenantContext, id: Uuid, credit_limit: i64) -> Result<Customer> {
        Ok(self.db.scoped::<Customer>(tenant).update(id, CustomerChanges { credit_limit }).await?)
    }

    async fn raise(&self, tenant: &TenantContext, id: Uuid) -> Result<Order> {
        let order = self.db.transaction(tenant, async |tx| {
            let customers = tx.scoped::<Customer>();
            let customer = customers.find(id).await?;
            let changes = CustomerChanges { credit_limit: customer.credit_limit + 1 };
            let raised = customers.update(id, changes).await?;
            let note = NOTE.to_owned();
            let order = NewOrder { customer_id: raised.id, amount: raised.credit_limit, note };
            tx.scoped::<Order>().insert(order).await
        });
        Ok(order.await?)
    }

    /// There is no query without the predicate; this one has nothing but that.
    async fn visible(&self, tenant: &TenantContext) -> Result<u64> {
        Ok(self.db.scoped::<Customer>(tenant).count().await?.unsigned_abs())
    }
}
