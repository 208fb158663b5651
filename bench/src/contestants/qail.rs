//! (d) qail-pg 3 with its pool and its path for row-level security.
//!
//! A single statement travels with `BEGIN` and `set_config` before it (`fetch_all_with_rls`), prepared and cached by the
//! driver; giving the connection back is a second round trip, which commits and takes back what the session could have
//! kept. This is a round trip less than `acquire_with_rls`. Its queries get the tenant predicate by `with_rls`. It has no
//! insert of several rows, and `COPY` is not for tables with row-level security, so a batch is a pipeline of one prepared
//! insert.

use std::sync::OnceLock;

use qail_core::Qail as Query;
use qail_core::ast::{Operator, Value};
use qail_core::rls::{RlsContext, init_scope_registries_from_tables};
use qail_pg::protocol::AstEncoder;
use qail_pg::{PgPool, PgRow, PoolConfig, PooledConnection, QailRow, TlsMode, rls_sql_with_timeout};
use uuid::Uuid;

use super::{Contestant, NOTE};
use crate::models::{Customer, NewOrder, Order};
use crate::{PAGE, Result, Target};

/// qail-pg.
#[derive(Clone)]
#[allow(missing_debug_implementations, reason = "qail's pool has none")]
pub struct Qail {
    pool: PgPool,
}

/// A request's tenant.
#[derive(Debug, Clone)]
#[allow(unnameable_types, reason = "only contestants make one")]
pub struct Tenant {
    scope: RlsContext,
    /// `BEGIN` and the settings, as qail writes them; without a time limit for statements, which nobody else has.
    begin: String,
}

impl QailRow for Customer {
    fn columns() -> &'static [&'static str] {
        &["id", "name", "email", "credit_limit"]
    }

    fn from_row(row: &PgRow) -> Self {
        Self {
            id: row.try_get(0).unwrap_or_default(),
            name: row.try_get(1).unwrap_or_default(),
            email: row.try_get(2).unwrap_or_default(),
            credit_limit: row.try_get(3).unwrap_or_default(),
        }
    }
}

impl QailRow for Order {
    fn columns() -> &'static [&'static str] {
        &["id", "customer_id", "amount", "note"]
    }

    fn from_row(row: &PgRow) -> Self {
        Self {
            id: row.try_get(0).unwrap_or_default(),
            customer_id: row.try_get(1).unwrap_or_default(),
            amount: row.try_get(2).unwrap_or_default(),
            note: row.try_get(3).unwrap_or_default(),
        }
    }
}

fn find(tenant: &Tenant, id: Uuid) -> Result<Query> {
    let query = Query::get("customers").columns(Customer::columns()).eq("id", id);
    Ok(query.with_rls(&tenant.scope)?)
}

fn insert(tenant: &Tenant, NewOrder { customer_id, amount, note }: NewOrder) -> Result<Query> {
    let query = Query::add("orders")
        .set_value("id", Uuid::now_v7())
        .set_value("customer_id", customer_id)
        .set_value("amount", amount)
        .set_value("note", note)
        .returning(Order::columns());
    Ok(query.with_rls(&tenant.scope)?)
}

fn update(tenant: &Tenant, id: Uuid, credit_limit: i64) -> Result<Query> {
    let query = Query::set("customers")
        .set_value("credit_limit", credit_limit)
        .filter("id", Operator::Eq, Value::Uuid(id))
        .returning(Customer::columns());
    Ok(query.with_rls(&tenant.scope)?)
}

fn single<T: QailRow>(rows: &[PgRow]) -> Result<T> {
    rows.first().map(T::from_row).ok_or_else(|| "no such row".into())
}

impl Qail {
    /// One statement, in a transaction of its own.
    async fn run(&self, tenant: &Tenant, query: Result<Query>) -> Result<Vec<PgRow>> {
        let query = query?;
        let mut connection = self.pool.acquire_raw().await?;
        let rows = connection.fetch_all_with_rls(&query, &tenant.begin).await;
        close(connection, rows.map_err(Into::into)).await
    }
}

/// Commits after `Ok`, rolls back after `Err`.
async fn close<T>(connection: PooledConnection, outcome: Result<T>) -> Result<T> {
    match outcome {
        Ok(value) => {
            connection.release_checked().await?;
            Ok(value)
        }
        Err(error) => {
            connection.rollback_and_release().await?;
            Err(error)
        }
    }
}

/// Three statements, of which the first opens the transaction.
async fn raise(connection: &mut PooledConnection, tenant: &Tenant, id: Uuid) -> Result<Order> {
    let rows = connection.fetch_all_with_rls(&find(tenant, id)?, &tenant.begin).await?;
    let customer: Customer = single(&rows)?;
    let rows = connection.fetch_all_cached(&update(tenant, id, customer.credit_limit + 1)?).await?;
    let raised: Customer = single(&rows)?;
    let order = NewOrder { customer_id: raised.id, amount: raised.credit_limit, note: NOTE.to_owned() };
    single(&connection.fetch_all_cached(&insert(tenant, order)?).await?)
}

/// One insert, prepared once and sent as often as there are rows, without waiting in between.
async fn pipeline(
    connection: &mut PooledConnection,
    tenant: &Tenant,
    orders: Vec<NewOrder>,
) -> Result<Vec<Order>> {
    let mut statement = None;
    let mut parameters = Vec::with_capacity(orders.len());
    for order in orders {
        let (sql, values) = AstEncoder::encode_cmd_sql(&insert(tenant, order)?)?;
        statement.get_or_insert(sql);
        parameters.push(values);
    }
    let Some(sql) = statement else { return Ok(Vec::new()) };
    let connection = connection.get_mut()?;
    let statement = connection.prepare(&sql).await?;
    let results = connection.pipeline_execute_prepared_rows(&statement, &parameters).await?;
    results.iter().flatten().map(|columns| decoded(columns)).collect()
}

/// The columns as PostgreSQL writes them, which is what a pipeline returns.
fn decoded(columns: &[Option<Vec<u8>>]) -> Result<Order> {
    let [Some(id), Some(customer_id), Some(amount), Some(note)] = columns else {
        return Err("a column is missing".into());
    };
    Ok(Order {
        id: Uuid::try_parse_ascii(id)?,
        customer_id: Uuid::try_parse_ascii(customer_id)?,
        amount: std::str::from_utf8(amount)?.parse()?,
        note: std::str::from_utf8(note)?.to_owned(),
    })
}

impl Contestant for Qail {
    const NAME: &'static str = "qail-pg";
    type Tenant = Tenant;

    async fn connect(target: &Target, connections: u32) -> Result<Self> {
        static TABLES: OnceLock<Result<(), String>> = OnceLock::new();
        let tables = [("customers", "tenant_id"), ("orders", "tenant_id")];
        TABLES
            .get_or_init(|| {
                let registered = init_scope_registries_from_tables(&tables, &[]);
                registered.map(drop).map_err(|error| error.to_string())
            })
            .clone()?;
        let config = PoolConfig::from_url(&target.url)?
            .max_connections(usize::try_from(connections)?)
            .tls_mode(TlsMode::Disable);
        Ok(Self { pool: PgPool::connect(config).await? })
    }

    fn tenant(&self, id: Uuid) -> Result<Tenant> {
        let scope = RlsContext::tenant(&id.to_string());
        let begin = rls_sql_with_timeout(&scope, 0);
        Ok(Tenant { scope, begin })
    }

    async fn find(&self, tenant: &Tenant, id: Uuid) -> Result<Customer> {
        single(&self.run(tenant, find(tenant, id)).await?)
    }

    async fn page(&self, tenant: &Tenant, after: Uuid) -> Result<Vec<Customer>> {
        let query = Query::get("customers")
            .columns(Customer::columns())
            .gt("id", after)
            .order_asc("id")
            .limit(i64::try_from(PAGE)?)
            .with_rls(&tenant.scope)?;
        Ok(self.run(tenant, Ok(query)).await?.iter().map(Customer::from_row).collect())
    }

    async fn insert(&self, tenant: &Tenant, order: NewOrder) -> Result<Order> {
        single(&self.run(tenant, insert(tenant, order)).await?)
    }

    async fn insert_many(&self, tenant: &Tenant, orders: Vec<NewOrder>) -> Result<Vec<Order>> {
        let mut connection = self.pool.acquire_with_rls(tenant.scope.clone()).await?;
        let inserted = pipeline(&mut connection, tenant, orders).await;
        close(connection, inserted).await
    }

    async fn update(&self, tenant: &Tenant, id: Uuid, credit_limit: i64) -> Result<Customer> {
        single(&self.run(tenant, update(tenant, id, credit_limit)).await?)
    }

    async fn raise(&self, tenant: &Tenant, id: Uuid) -> Result<Order> {
        let mut connection = self.pool.acquire_raw().await?;
        let order = raise(&mut connection, tenant, id).await;
        close(connection, order).await
    }

    async fn visible(&self, tenant: &Tenant) -> Result<u64> {
        let query = Query::get("customers").columns(["id"]);
        Ok(self.run(tenant, Ok(query)).await?.len() as u64)
    }
}
