//! (e) sqlx 0.9, as its users do row-level security: a transaction whose first statement is `set_config`.
//!
//! `BEGIN`, `set_config`, the statement and `COMMIT` each wait for their answer. The pool does not test connections
//! before it hands them out; that it does so after they were given back is not up to its users, and nobody waits for it.

use sqlx::postgres::PgPoolOptions;
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use uuid::Uuid;

use super::sql::{self, statements};
use super::{Contestant, NOTE};
use crate::models::{Customer, NewOrder, Order};
use crate::{Result, Target};

statements!(sqlx);

/// sqlx with `set_config` in each transaction.
#[derive(Debug, Clone)]
pub struct Sqlx {
    pool: PgPool,
    setting: String,
}

impl Sqlx {
    async fn begin(&self, tenant: Uuid) -> Result<Transaction<'static, Postgres>> {
        let mut transaction = self.pool.begin().await?;
        let query = sqlx::query(sql::SET_TENANT).bind(&self.setting).bind(tenant.to_string());
        query.execute(&mut *transaction).await?;
        Ok(transaction)
    }
}

impl Contestant for Sqlx {
    const NAME: &'static str = "sqlx";
    type Tenant = Uuid;

    async fn connect(target: &Target, connections: u32) -> Result<Self> {
        let options = PgPoolOptions::new().max_connections(connections).test_before_acquire(false);
        let pool = options.connect(&target.url).await?;
        Ok(Self { pool, setting: target.setting().to_owned() })
    }

    fn tenant(&self, id: Uuid) -> Result<Uuid> {
        Ok(id)
    }

    async fn find(&self, tenant: &Uuid, id: Uuid) -> Result<Customer> {
        let mut transaction = self.begin(*tenant).await?;
        let customer = find(&mut transaction, *tenant, id).await?;
        transaction.commit().await?;
        Ok(customer)
    }

    async fn page(&self, tenant: &Uuid, after: Uuid) -> Result<Vec<Customer>> {
        let mut transaction = self.begin(*tenant).await?;
        let customers = page(&mut transaction, *tenant, after).await?;
        transaction.commit().await?;
        Ok(customers)
    }

    async fn insert(&self, tenant: &Uuid, order: NewOrder) -> Result<Order> {
        let mut transaction = self.begin(*tenant).await?;
        let order = insert(&mut transaction, *tenant, order).await?;
        transaction.commit().await?;
        Ok(order)
    }

    async fn insert_many(&self, tenant: &Uuid, orders: Vec<NewOrder>) -> Result<Vec<Order>> {
        let mut transaction = self.begin(*tenant).await?;
        let orders = insert_many(&mut transaction, *tenant, orders).await?;
        transaction.commit().await?;
        Ok(orders)
    }

    async fn update(&self, tenant: &Uuid, id: Uuid, credit_limit: i64) -> Result<Customer> {
        let mut transaction = self.begin(*tenant).await?;
        let customer = update(&mut transaction, *tenant, id, credit_limit).await?;
        transaction.commit().await?;
        Ok(customer)
    }

    async fn raise(&self, tenant: &Uuid, id: Uuid) -> Result<Order> {
        let mut transaction = self.begin(*tenant).await?;
        let order = raise(&mut transaction, *tenant, id).await?;
        transaction.commit().await?;
        Ok(order)
    }

    async fn visible(&self, tenant: &Uuid) -> Result<u64> {
        let mut transaction = self.begin(*tenant).await?;
        let count = visible(&mut transaction).await?;
        transaction.commit().await?;
        Ok(count)
    }
}
