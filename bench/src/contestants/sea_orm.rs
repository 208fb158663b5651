//! (g) sea-orm 2 with entities and active models, in a transaction whose first statement is `set_config`.
//!
//! It runs on sqlx, so what [`super::Sqlx`] says about round trips and the pool holds here too. Logging is off.

use sea_orm::entity::prelude::*;
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbBackend, QueryOrder, QuerySelect,
    Set, Statement, TransactionTrait, Unchanged,
};

use super::{Contestant, NOTE, sql};
use crate::models::{Customer, NewOrder, Order};
use crate::{PAGE, Result, Target};

#[allow(
    missing_docs,
    unreachable_pub,
    unnameable_types,
    clippy::exhaustive_enums,
    reason = "`DeriveEntityModel` writes items as it likes"
)]
mod customers {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "customers")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub name: String,
        pub email: String,
        pub credit_limit: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[allow(
    missing_docs,
    unreachable_pub,
    unnameable_types,
    clippy::exhaustive_enums,
    reason = "`DeriveEntityModel` writes items as it likes"
)]
mod orders {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "orders")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub customer_id: Uuid,
        pub amount: i64,
        pub note: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// sea-orm with `set_config` in each transaction.
#[derive(Debug, Clone)]
pub struct SeaOrm {
    db: DatabaseConnection,
    setting: String,
}

impl SeaOrm {
    async fn begin(&self, tenant: Uuid) -> Result<DatabaseTransaction> {
        let transaction = self.db.begin().await?;
        let values = [self.setting.as_str().into(), tenant.to_string().into()];
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql::SET_TENANT, values);
        transaction.execute_raw(statement).await?;
        Ok(transaction)
    }
}

impl From<customers::Model> for Customer {
    fn from(customers::Model { id, name, email, credit_limit, .. }: customers::Model) -> Self {
        Self { id, name, email, credit_limit }
    }
}

impl From<orders::Model> for Order {
    fn from(orders::Model { id, customer_id, amount, note, .. }: orders::Model) -> Self {
        Self { id, customer_id, amount, note }
    }
}

fn new_order(tenant: Uuid, NewOrder { customer_id, amount, note }: NewOrder) -> orders::ActiveModel {
    orders::ActiveModel {
        tenant_id: Set(tenant),
        id: Set(Uuid::now_v7()),
        customer_id: Set(customer_id),
        amount: Set(amount),
        note: Set(note),
    }
}

async fn find(transaction: &DatabaseTransaction, tenant: Uuid, id: Uuid) -> Result<Customer> {
    let customer = customers::Entity::find_by_id((tenant, id)).one(transaction).await?;
    Ok(customer.ok_or("no such customer")?.into())
}

async fn update(
    transaction: &DatabaseTransaction,
    tenant: Uuid,
    id: Uuid,
    credit_limit: i64,
) -> Result<Customer> {
    let changes = customers::ActiveModel {
        tenant_id: Unchanged(tenant),
        id: Unchanged(id),
        credit_limit: Set(credit_limit),
        ..Default::default()
    };
    Ok(changes.update(transaction).await?.into())
}

impl Contestant for SeaOrm {
    const NAME: &'static str = "sea-orm";
    type Tenant = Uuid;

    async fn connect(target: &Target, connections: u32) -> Result<Self> {
        let mut options = ConnectOptions::new(target.url.clone());
        options.max_connections(connections).sqlx_logging(false).test_before_acquire(false);
        Ok(Self { db: Database::connect(options).await?, setting: target.setting().to_owned() })
    }

    fn tenant(&self, id: Uuid) -> Result<Uuid> {
        Ok(id)
    }

    async fn find(&self, tenant: &Uuid, id: Uuid) -> Result<Customer> {
        let transaction = self.begin(*tenant).await?;
        let customer = find(&transaction, *tenant, id).await?;
        transaction.commit().await?;
        Ok(customer)
    }

    async fn page(&self, tenant: &Uuid, after: Uuid) -> Result<Vec<Customer>> {
        let transaction = self.begin(*tenant).await?;
        let query = customers::Entity::find()
            .filter(customers::Column::TenantId.eq(*tenant))
            .filter(customers::Column::Id.gt(after))
            .order_by_asc(customers::Column::Id)
            .limit(PAGE as u64);
        let customers = query.all(&transaction).await?;
        transaction.commit().await?;
        Ok(customers.into_iter().map(Customer::from).collect())
    }

    async fn insert(&self, tenant: &Uuid, order: NewOrder) -> Result<Order> {
        let transaction = self.begin(*tenant).await?;
        let order = new_order(*tenant, order).insert(&transaction).await?;
        transaction.commit().await?;
        Ok(order.into())
    }

    async fn insert_many(&self, tenant: &Uuid, orders: Vec<NewOrder>) -> Result<Vec<Order>> {
        let transaction = self.begin(*tenant).await?;
        let orders = orders.into_iter().map(|order| new_order(*tenant, order));
        let inserted = orders::Entity::insert_many(orders).exec_with_returning(&transaction).await?;
        transaction.commit().await?;
        Ok(inserted.into_iter().map(Order::from).collect())
    }

    async fn update(&self, tenant: &Uuid, id: Uuid, credit_limit: i64) -> Result<Customer> {
        let transaction = self.begin(*tenant).await?;
        let customer = update(&transaction, *tenant, id, credit_limit).await?;
        transaction.commit().await?;
        Ok(customer)
    }

    async fn raise(&self, tenant: &Uuid, id: Uuid) -> Result<Order> {
        let transaction = self.begin(*tenant).await?;
        let customer = find(&transaction, *tenant, id).await?;
        let raised = update(&transaction, *tenant, id, customer.credit_limit + 1).await?;
        let order = NewOrder { customer_id: raised.id, amount: raised.credit_limit, note: NOTE.to_owned() };
        let order = new_order(*tenant, order).insert(&transaction).await?;
        transaction.commit().await?;
        Ok(order.into())
    }

    async fn visible(&self, tenant: &Uuid) -> Result<u64> {
        let transaction = self.begin(*tenant).await?;
        let count = customers::Entity::find().count(&transaction).await?;
        transaction.commit().await?;
        Ok(count)
    }
}
