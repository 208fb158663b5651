//! The planner takes the tenant's index for what the query builder writes, under the policies and as the role that serves
//! requests, whether it plans for the parameters or for any.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use diesel::dsl::{count_star, sum};
use diesel::prelude::*;
use serde_json::Value;
use tenant_db::danger;
use tenant_db::dsl::exists;
use tenant_db::prelude::*;
use tenant_db_tests::models::Manager;
use tenant_db_tests::{World, runtime_session};
use tokio_postgres::SimpleQueryMessage;
use uuid::Uuid;

#[allow(missing_docs, reason = "`table!` writes items that nobody can document")]
mod schema {
    diesel::table! {
        buyers (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            region -> Integer,
        }
    }

    diesel::table! {
        purchases (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            buyer_id -> Uuid,
            placed -> BigInt,
            state -> Integer,
            amount -> Integer,
        }
    }

    diesel::table! {
        remarks (id) {
            id -> Uuid,
            buyer_id -> Uuid,
            words -> Text,
        }
    }

    diesel::allow_tables_to_appear_in_same_query!(buyers, purchases, remarks);
}

use schema::{buyers, purchases, remarks};

const TABLES: &str = "
    CREATE TABLE buyers (
        tenant_id uuid NOT NULL, id uuid NOT NULL, region integer NOT NULL,
        PRIMARY KEY (tenant_id, id)
    );
    CREATE TABLE purchases (
        tenant_id uuid NOT NULL, id uuid NOT NULL, buyer_id uuid NOT NULL, placed bigint NOT NULL,
        state integer NOT NULL, amount integer NOT NULL,
        PRIMARY KEY (tenant_id, id),
        FOREIGN KEY (tenant_id, buyer_id) REFERENCES buyers (tenant_id, id)
    );
    CREATE INDEX purchases_in_order ON purchases (tenant_id, placed, id);
    CREATE INDEX purchases_of_a_buyer ON purchases (tenant_id, buyer_id);
    CREATE TABLE remarks (
        id uuid PRIMARY KEY, buyer_id uuid NOT NULL, words text NOT NULL
    );
    CREATE INDEX remarks_of_a_buyer ON remarks (buyer_id);";

#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = buyers)]
struct Buyer {
    id: Uuid,
    region: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = purchases, references(Buyer, buyer_id))]
struct Purchase {
    id: Uuid,
    buyer_id: Uuid,
    placed: i64,
    state: i32,
    amount: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = remarks, through(parent = Buyer, foreign_key = buyer_id))]
struct Remark {
    id: Uuid,
    buyer_id: Uuid,
    words: String,
}

const TENANTS: u64 = 100;
const BUYERS: u64 = 100;
/// Of each table but that of the buyers.
const ROWS: u64 = 1_000;

const fn tenant(n: u64) -> Uuid {
    Uuid::from_u64_pair(n, 0)
}

/// The one that asks.
const OWN: Uuid = tenant(7);

const fn row(tenant: u64, n: u64) -> Uuid {
    Uuid::from_u64_pair(tenant, n)
}

/// The rows of all tenants lie in among each other, as those of tenants do who work at the same time.
async fn fill(world: &World) {
    let id = |n: &str| format!("(lpad(to_hex(tenant), 16, '0') || lpad(to_hex({n}), 16, '0'))::uuid");
    let (tenant, n, buyer) = (id("0"), id("n"), id(&format!("n % {BUYERS} + 1")));
    let everybody = format!("generate_series(1, {TENANTS}) tenant ORDER BY n, tenant");
    world
        .execute(&format!(
            "INSERT INTO buyers SELECT {tenant}, {n}, n % 10 FROM generate_series(1, {BUYERS}) n, {everybody};
             INSERT INTO purchases SELECT {tenant}, {n}, {buyer}, n * 10, n % 5, n
             FROM generate_series(1, {ROWS}) n, {everybody};
             INSERT INTO remarks SELECT {n}, {buyer}, 'Remark ' || n FROM generate_series(1, {ROWS}) n, {everybody}"
        ))
        .await;
    for table in ["buyers", "purchases", "remarks"] {
        world.execute(&format!("VACUUM (ANALYZE) {table}")).await;
    }
}

/// A statement as it was sent.
#[derive(Debug, QueryableByName)]
struct Prepared {
    #[diesel(sql_type = diesel::sql_types::Text)]
    statement: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    types: String,
}

/// What the connection of `tx` has prepared for the tables of this test since the last look.
async fn sent(tx: &tenant_db::Transaction<Manager>) -> Prepared {
    let look = "SELECT statement, array_to_string(parameter_types, ', ') AS types FROM pg_prepared_statements
                WHERE statement ~ '^SELECT .*\"(buyers|purchases|remarks)\"' ORDER BY prepare_time DESC LIMIT 1";
    let mut found: Vec<Prepared> = danger::sql(tx, "how is it sent?", look).load().await.unwrap();
    found.pop().expect("a prepared statement")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Planned {
    /// For the values of the parameters.
    ForValues,
    /// For any values, once and for all: what a prepared statement gets after a while.
    ForAny,
}

/// What the planner makes of a statement for the tenant, and what came of it.
async fn explain(world: &World, sent: &Prepared, tenant: Uuid, others: &[&str], planned: Planned) -> Value {
    let Prepared { statement, types } = sent;
    let mut others = others.iter();
    let parameters: Vec<String> = (1..=types.split(", ").filter(|name| !name.is_empty()).count())
        .map(|n| {
            let is_tenant = statement
                .split(&format!("\"tenant_id\" = ${n}"))
                .skip(1)
                .any(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()));
            let value =
                if is_tenant { tenant.to_string() } else { others.next().expect("a value").to_string() };
            format!("'{value}'")
        })
        .collect();
    assert_eq!(others.next(), None, "{statement}");
    let mode = match planned {
        Planned::ForValues => "force_custom_plan",
        Planned::ForAny => "force_generic_plan",
    };
    let (setting, parameters) = (world.config().setting(), parameters.join(", "));
    let session = runtime_session(world).await;
    session
        .batch_execute(&format!(
            "BEGIN; SET LOCAL {setting} = '{tenant}'; SET LOCAL plan_cache_mode = {mode};
             PREPARE statement ({types}) AS {statement}"
        ))
        .await
        .unwrap();
    let explain = format!("EXPLAIN (ANALYZE, BUFFERS off, FORMAT JSON) EXECUTE statement ({parameters})");
    let answer = session.simple_query(&explain).await.unwrap();
    let rows: String = answer
        .iter()
        .filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        })
        .collect();
    let mut plan: Value = serde_json::from_str(&rows).unwrap();
    plan[0]["Plan"].take()
}

fn text<'p>(node: &'p Value, field: &str) -> &'p str {
    node[field].as_str().unwrap_or_default()
}

fn number(node: &Value, field: &str) -> f64 {
    node[field].as_f64().unwrap()
}

fn below(node: &Value) -> impl Iterator<Item = &Value> {
    node["Plans"].as_array().into_iter().flatten()
}

/// A node of a plan, and the nodes below it.
fn nodes(plan: &Value) -> Vec<&Value> {
    std::iter::once(plan).chain(below(plan).flat_map(nodes)).collect()
}

/// The indexes whose first column is the tenant.
const BY_TENANT: [&str; 4] = ["buyers_pkey", "purchases_pkey", "purchases_in_order", "purchases_of_a_buyer"];
/// Of the table that has no such column: its rows are reached from their parents or by their keys, and the parents'
/// tenants are looked up by their keys.
const BY_PARENT: [&str; 3] = ["remarks_of_a_buyer", "remarks_pkey", "buyers_without_tenant_key"];

/// Every table is read by an index that leads to the tenant's rows, and by nothing else.
fn assert_indexed(statement: &str, plan: &Value) {
    let mut scans = 0;
    for node in nodes(plan) {
        assert_ne!(text(node, "Node Type"), "Seq Scan", "{statement}\n{plan:#}");
        let (index, condition) = (text(node, "Index Name"), text(node, "Index Cond"));
        if index.is_empty() {
            continue;
        }
        scans += 1;
        let leads = (BY_TENANT.contains(&index) && condition.contains("tenant_id ="))
            || (BY_PARENT.contains(&index) && condition.contains("id =") && statement.contains("remarks"));
        assert!(leads, "{index} is searched for {condition}: {statement}\n{plan:#}");
    }
    assert!(scans > 0, "{statement}\n{plan:#}");
}

/// What is expected of each scan, and of each join, is right within a factor of ten.
fn assert_estimated(statement: &str, plan: &Value) {
    for node in nodes(plan) {
        let kind = text(node, "Node Type");
        if !(kind.ends_with("Scan") || ["Nested Loop", "Hash Join", "Merge Join"].contains(&kind)) {
            continue;
        }
        let (expected, found) = (number(node, "Plan Rows").max(1.0), number(node, "Actual Rows").max(1.0));
        let wrong = (expected / found).max(found / expected);
        assert!(wrong <= 10.0, "{kind}: {expected} rows were expected, {found} found\n{statement}\n{plan:#}");
    }
}

/// What a test asks, of the same rows.
struct Asked {
    world: World,
    tx: tenant_db::Transaction<Manager>,
}

impl Asked {
    async fn new() -> Self {
        let world = World::with(TABLES).await;
        fill(&world).await;
        let db = world.builder().pool_size(1).connect().await.unwrap();
        let tx = db.begin(&world.context::<Manager, _>(OWN)).await.unwrap();
        Self { world, tx }
    }

    /// What was sent last is read by indexes, whichever way it is planned. `others` are the values of the parameters that
    /// are not the tenant.
    async fn indexed(&self, others: &[&str]) -> Vec<(String, Value)> {
        let sent = sent(&self.tx).await;
        let mut plans = Vec::new();
        for planned in [Planned::ForValues, Planned::ForAny] {
            let plan = explain(&self.world, &sent, OWN, others, planned).await;
            let statement = format!("{planned:?}: {}", sent.statement);
            assert_indexed(&statement, &plan);
            plans.push((statement, plan));
        }
        plans
    }

    /// The same, and the planner expects what there is. Not for statements with a limit, which are not carried out wholly.
    async fn estimated(&self, others: &[&str]) {
        for (statement, plan) in self.indexed(others).await {
            assert_estimated(&statement, &plan);
        }
    }
}

#[tokio::test]
async fn pages_joins_and_aggregates_read_the_tenants_index() {
    let asked = Asked::new().await;
    let purchases = asked.tx.scoped::<Purchase>();

    let after = row(7, 500);
    let page = purchases
        .filter(purchases::placed.ge(5_000))
        .filter(purchases::placed.gt(5_000).or(purchases::id.gt(after)))
        .order((purchases::placed.asc(), purchases::id.asc()))
        .limit(50);
    assert_eq!(page.load().await.unwrap()[0].id, row(7, 501));
    asked.indexed(&["5000", "5000", &after.to_string(), "50"]).await;

    assert_eq!(purchases.load().await.unwrap().len(), 1_000);
    asked.estimated(&[]).await;

    let joined = purchases.inner_join::<Buyer>().filter(purchases::state.eq(1));
    assert_eq!(joined.order(purchases::placed.asc()).limit(50).load().await.unwrap().len(), 50);
    asked.indexed(&["1", "50"]).await;

    assert_eq!(purchases.inner_join::<Buyer>().load().await.unwrap().len(), 1_000);
    asked.estimated(&[]).await;

    let all = asked.tx.scoped::<Buyer>().left_join::<Purchase>().load().await.unwrap();
    assert_eq!(all.len(), 1_000);
    // Of a left join whose tenant is given PostgreSQL expects as many rows as there are on the left.
    asked.indexed(&[]).await;

    let states: Vec<(i32, Option<i64>, i64)> = purchases
        .group_by(purchases::state)
        .select((purchases::state, sum(purchases::amount), count_star()))
        .load()
        .await
        .unwrap();
    assert_eq!(states.iter().map(|(.., count)| count).collect::<Vec<_>>(), [&200; 5]);
    asked.estimated(&[]).await;

    let regions: Vec<(i32, i64)> = purchases
        .inner_join::<Buyer>()
        .group_by(buyers::region)
        .select((buyers::region, count_star()))
        .load()
        .await
        .unwrap();
    assert_eq!(regions.len(), 10);
    asked.estimated(&[]).await;

    let of_them = purchases.query().inside::<Buyer>().filter(purchases::buyer_id.eq(buyers::id));
    let some = asked.tx.scoped::<Buyer>().filter(exists(of_them.filter(purchases::state.eq(2))));
    assert_eq!(some.count().await.unwrap(), 20);
    asked.indexed(&["2"]).await;

    let few = asked.tx.scoped::<Buyer>().filter(buyers::region.eq(3)).select(buyers::id);
    assert_eq!(purchases.filter(purchases::buyer_id.eq_any(few)).count().await.unwrap(), 100);
    asked.indexed(&["3"]).await;
}

#[tokio::test]
async fn rows_of_a_parent_are_read_by_its_index() {
    let asked = Asked::new().await;
    let remarks = asked.tx.scoped::<Remark>();

    let one = row(7, 9);
    assert_eq!(remarks.find(one).await.unwrap().words, "Remark 9");
    asked.estimated(&[&one.to_string()]).await;

    assert_eq!(remarks.filter(remarks::buyer_id.eq(one)).load().await.unwrap().len(), 10);
    asked.estimated(&[&one.to_string()]).await;

    assert_eq!(remarks.count().await.unwrap(), 1_000);
    asked.estimated(&[]).await;

    let joined = remarks.inner_join::<Buyer>().filter(buyers::region.eq(3));
    assert_eq!(joined.load().await.unwrap().len(), 100);
    // The parent is in there twice, and the planner takes the two for independent.
    asked.indexed(&["3"]).await;
}
