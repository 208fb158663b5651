//! The statements of those who write SQL.

pub(super) const SET_TENANT: &str = "SELECT set_config($1, $2, true)";

pub(super) const FIND: &str =
    "SELECT id, name, email, credit_limit FROM customers WHERE tenant_id = $1 AND id = $2";

pub(super) const PAGE: &str = "SELECT id, name, email, credit_limit FROM customers \
                               WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3";

pub(super) const INSERT: &str = "INSERT INTO orders (tenant_id, id, customer_id, amount, note) \
                                 VALUES ($1, $2, $3, $4, $5) RETURNING id, customer_id, amount, note";

/// What sqlx's own questions and answers advise: one text however many rows, so that it is prepared once.
pub(super) const INSERT_MANY: &str = "INSERT INTO orders (tenant_id, id, customer_id, amount, note) \
                                      SELECT $1, * FROM UNNEST($2::uuid[], $3::uuid[], $4::bigint[], $5::text[]) \
                                      RETURNING id, customer_id, amount, note";

pub(super) const UPDATE: &str = "UPDATE customers SET credit_limit = $3 WHERE tenant_id = $1 AND id = $2 \
                                 RETURNING id, name, email, credit_limit";

pub(super) const VISIBLE: &str = "SELECT count(*) FROM customers";

/// The statements as functions on a connection of sqlx, for each of the releases that contestants need.
macro_rules! statements {
    ($sqlx:ident) => {
        type CustomerRow = (Uuid, String, String, i64);
        type OrderRow = (Uuid, Uuid, i64, String);

        fn customer((id, name, email, credit_limit): CustomerRow) -> Customer {
            Customer { id, name, email, credit_limit }
        }

        fn order((id, customer_id, amount, note): OrderRow) -> Order {
            Order { id, customer_id, amount, note }
        }

        async fn find(connection: &mut PgConnection, tenant: Uuid, id: Uuid) -> $sqlx::Result<Customer> {
            let query = $sqlx::query_as(sql::FIND).bind(tenant).bind(id);
            query.fetch_one(connection).await.map(customer)
        }

        async fn page(
            connection: &mut PgConnection,
            tenant: Uuid,
            after: Uuid,
        ) -> $sqlx::Result<Vec<Customer>> {
            let page = i64::try_from(crate::PAGE).unwrap_or(i64::MAX);
            let query = $sqlx::query_as(sql::PAGE).bind(tenant).bind(after).bind(page);
            Ok(query.fetch_all(connection).await?.into_iter().map(customer).collect())
        }

        async fn insert(connection: &mut PgConnection, tenant: Uuid, new: NewOrder) -> $sqlx::Result<Order> {
            let query = $sqlx::query_as(sql::INSERT)
                .bind(tenant)
                .bind(Uuid::now_v7())
                .bind(new.customer_id)
                .bind(new.amount)
                .bind(new.note);
            query.fetch_one(connection).await.map(order)
        }

        async fn insert_many(
            connection: &mut PgConnection,
            tenant: Uuid,
            new: Vec<NewOrder>,
        ) -> $sqlx::Result<Vec<Order>> {
            let ids: Vec<Uuid> = new.iter().map(|_| Uuid::now_v7()).collect();
            let customers: Vec<Uuid> = new.iter().map(|order| order.customer_id).collect();
            let amounts: Vec<i64> = new.iter().map(|order| order.amount).collect();
            let notes: Vec<String> = new.into_iter().map(|order| order.note).collect();
            let query = $sqlx::query_as(sql::INSERT_MANY)
                .bind(tenant)
                .bind(ids)
                .bind(customers)
                .bind(amounts)
                .bind(notes);
            Ok(query.fetch_all(connection).await?.into_iter().map(order).collect())
        }

        async fn update(
            connection: &mut PgConnection,
            tenant: Uuid,
            id: Uuid,
            credit_limit: i64,
        ) -> $sqlx::Result<Customer> {
            let query = $sqlx::query_as(sql::UPDATE).bind(tenant).bind(id).bind(credit_limit);
            query.fetch_one(connection).await.map(customer)
        }

        async fn raise(connection: &mut PgConnection, tenant: Uuid, id: Uuid) -> $sqlx::Result<Order> {
            let customer = find(connection, tenant, id).await?;
            let raised = update(connection, tenant, id, customer.credit_limit + 1).await?;
            let note = NOTE.to_owned();
            insert(connection, tenant, NewOrder { customer_id: raised.id, amount: raised.credit_limit, note })
                .await
        }

        async fn visible(connection: &mut PgConnection) -> $sqlx::Result<u64> {
            let count: i64 = $sqlx::query_scalar(sql::VISIBLE).fetch_one(connection).await?;
            Ok(count.unsigned_abs())
        }
    };
}

pub(super) use statements;
