//! (a) diesel-async with nothing around it: what the same statements cost when the tenant is nobody's concern.
//!
//! Row-level security is enforced, and asks for a tenant, so each connection is bound to one when it is opened: no
//! program with several tenants could work like this. Statements are sent on their own (autocommit), prepared and
//! cached by diesel-async; only [`Contestant::raise`] is a transaction. The pool does not check connections on checkout.

use diesel::prelude::*;
use diesel_async::pooled_connection::bb8::{Pool, PooledConnection};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures_util::FutureExt;
use uuid::Uuid;

use super::{Contestant, NOTE};
use crate::models::{Customer, NewOrder, Order, customers, orders};
use crate::{PAGE, Result, Target, tenant_id};

/// diesel-async alone.
#[derive(Clone)]
#[allow(missing_debug_implementations, reason = "a pool of diesel-async has none")]
pub struct Raw {
    pool: Pool<AsyncPgConnection>,
}

impl Raw {
    async fn connection(&self) -> Result<PooledConnection<'_, AsyncPgConnection>> {
        Ok(self.pool.get().await?)
    }
}

impl Contestant for Raw {
    const NAME: &'static str = "raw";
    type Tenant = Uuid;

    async fn connect(target: &Target, connections: u32) -> Result<Self> {
        let bind = format!("SET {} = '{}'", target.setting(), tenant_id(0));
        let mut config = ManagerConfig::default();
        config.custom_setup = Box::new(move |url| {
            let (url, bind) = (url.to_owned(), bind.clone());
            async move {
                let mut connection = AsyncPgConnection::establish(&url).await?;
                connection.batch_execute(&bind).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(connection)
            }
            .boxed()
        });
        Ok(Self { pool: pool(target, connections, config).await? })
    }

    fn tenant(&self, id: Uuid) -> Result<Uuid> {
        if id == tenant_id(0) {
            Ok(id)
        } else {
            Err("these connections are bound to the first tenant".into())
        }
    }

    async fn find(&self, tenant: &Uuid, id: Uuid) -> Result<Customer> {
        Ok(find(&mut *self.connection().await?, *tenant, id).await?)
    }

    async fn page(&self, tenant: &Uuid, after: Uuid) -> Result<Vec<Customer>> {
        Ok(page(&mut *self.connection().await?, *tenant, after).await?)
    }

    async fn insert(&self, tenant: &Uuid, order: NewOrder) -> Result<Order> {
        Ok(insert(&mut *self.connection().await?, *tenant, order).await?)
    }

    async fn insert_many(&self, tenant: &Uuid, orders: Vec<NewOrder>) -> Result<Vec<Order>> {
        Ok(insert_many(&mut *self.connection().await?, *tenant, orders).await?)
    }

    async fn update(&self, tenant: &Uuid, id: Uuid, credit_limit: i64) -> Result<Customer> {
        Ok(update(&mut *self.connection().await?, *tenant, id, credit_limit).await?)
    }

    async fn raise(&self, tenant: &Uuid, id: Uuid) -> Result<Order> {
        let tenant = *tenant;
        let mut connection = self.connection().await?;
        let order = connection.transaction(async |connection| raise(connection, tenant, id).await).await;
        Ok(order?)
    }

    async fn visible(&self, _tenant: &Uuid) -> Result<u64> {
        Ok(visible(&mut *self.connection().await?).await?)
    }
}

/// A pool without the check on checkout, which would cost everybody who has one a round trip more.
pub(crate) async fn pool(
    target: &Target,
    connections: u32,
    config: ManagerConfig<AsyncPgConnection>,
) -> Result<Pool<AsyncPgConnection>> {
    let manager = AsyncDieselConnectionManager::new_with_config(target.url.clone(), config);
    Ok(Pool::builder().max_size(connections).test_on_check_out(false).build(manager).await?)
}

/// An order as diesel inserts it. An insert that can take `DEFAULT` for `None` would be prepared anew each time.
#[derive(Insertable)]
#[diesel(table_name = orders, treat_none_as_default_value = false)]
struct Row {
    tenant_id: Uuid,
    id: Uuid,
    customer_id: Uuid,
    amount: i64,
    note: String,
}

impl Row {
    fn new(tenant_id: Uuid, NewOrder { customer_id, amount, note }: NewOrder) -> Self {
        Self { tenant_id, id: Uuid::now_v7(), customer_id, amount, note }
    }
}

pub(super) async fn find(
    connection: &mut AsyncPgConnection,
    tenant: Uuid,
    id: Uuid,
) -> QueryResult<Customer> {
    customers::table.find((tenant, id)).select(Customer::as_select()).get_result(connection).await
}

pub(super) async fn page(
    connection: &mut AsyncPgConnection,
    tenant: Uuid,
    after: Uuid,
) -> QueryResult<Vec<Customer>> {
    customers::table
        .filter(customers::tenant_id.eq(tenant))
        .filter(customers::id.gt(after))
        .order(customers::id.asc())
        .limit(i64::try_from(PAGE).unwrap_or(i64::MAX))
        .select(Customer::as_select())
        .load(connection)
        .await
}

pub(super) async fn insert(
    connection: &mut AsyncPgConnection,
    tenant: Uuid,
    order: NewOrder,
) -> QueryResult<Order> {
    diesel::insert_into(orders::table)
        .values(Row::new(tenant, order))
        .returning(Order::as_returning())
        .get_result(connection)
        .await
}

pub(super) async fn insert_many(
    connection: &mut AsyncPgConnection,
    tenant: Uuid,
    orders: Vec<NewOrder>,
) -> QueryResult<Vec<Order>> {
    let rows: Vec<Row> = orders.into_iter().map(|order| Row::new(tenant, order)).collect();
    diesel::insert_into(orders::table)
        .values(rows)
        .returning(Order::as_returning())
        .get_results(connection)
        .await
}

pub(super) async fn update(
    connection: &mut AsyncPgConnection,
    tenant: Uuid,
    id: Uuid,
    credit_limit: i64,
) -> QueryResult<Customer> {
    diesel::update(customers::table.find((tenant, id)))
        .set(customers::credit_limit.eq(credit_limit))
        .returning(Customer::as_returning())
        .get_result(connection)
        .await
}

pub(super) async fn raise(connection: &mut AsyncPgConnection, tenant: Uuid, id: Uuid) -> QueryResult<Order> {
    let customer = find(connection, tenant, id).await?;
    let raised = update(connection, tenant, id, customer.credit_limit + 1).await?;
    let order = NewOrder { customer_id: raised.id, amount: raised.credit_limit, note: NOTE.to_owned() };
    insert(connection, tenant, order).await
}

pub(super) async fn visible(connection: &mut AsyncPgConnection) -> QueryResult<u64> {
    let rows: i64 = customers::table.count().get_result(connection).await?;
    Ok(rows.unsigned_abs())
}
