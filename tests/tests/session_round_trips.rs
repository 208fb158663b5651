//! How often an operation goes to the server and back: counted by a proxy on the way, not measured by a clock.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use futures_util::future::{join_all, try_join3};
use tenant_db::prelude::*;
use tenant_db::testing::Proxy;
use tenant_db::{Result, TenantContext, danger};
use tenant_db_tests::World;
use tenant_db_tests::models::*;
use uuid::Uuid;

/// Longer than anybody needs to send what belongs together, so that it is one flight.
const ROUND_TRIP: Duration = Duration::from_millis(20);

/// A program with one connection, and a proxy between it and the server.
struct Counted {
    proxy: Proxy,
    db: TenantDb,
    own: TenantContext<Manager>,
    world: World,
}

impl Counted {
    async fn new() -> Self {
        let world = World::new().await;
        let proxy = Proxy::start(&world.runtime_url()).unwrap();
        let own = world.manager();
        let db = TenantDb::builder(proxy.url()).database(world.config().clone()).pool_size(1);
        let counted = Self { db: db.connect().await.unwrap(), proxy, own, world };
        // The connection is open, and has been used.
        let plain = counted.world.plain_context::<i64>(1);
        counted.db.scoped::<Reading>(&plain).count().await.unwrap();
        counted.proxy.set_round_trip(ROUND_TRIP);
        counted
    }

    /// The flights of `work`.
    async fn flights<T>(&self, work: impl Future<Output = Result<T>>) -> u64 {
        let before = self.proxy.flights();
        work.await.unwrap();
        self.proxy.flights() - before
    }

    fn customers(&self) -> TenantScoped<'_, Customer, Manager> {
        self.db.scoped::<Customer>(&self.own)
    }
}

fn named(name: impl Into<String>) -> NewCustomer {
    NewCustomer { name: name.into(), credit_limit: 1 }
}

fn with_limit(limit: i64) -> CustomerChanges {
    CustomerChanges { name: None, credit_limit: Some(limit), note: None }
}

#[tokio::test]
async fn an_operation_of_one_statement_takes_one_round_trip_and_two_the_first_time() {
    let counted = Counted::new().await;
    let customers = counted.customers();
    let mut ids = Vec::new();
    for (time, expected) in [(0, 2), (1, 1), (2, 1)] {
        let row = async {
            ids.push(customers.insert(named(format!("one {time}"))).await?.id);
            Ok(())
        };
        assert_eq!(counted.flights(row).await, expected, "insert");
    }
    let id = ids[0];
    let batch = |time: i32| (0..100).map(move |row| named(format!("many {time} {row}")));
    let greater = || customers.filter(customers::credit_limit.gt(0));
    for (time, expected) in [(1, 2), (2, 1), (3, 1)] {
        let of = async |name: &str, work: futures_util::future::BoxFuture<'_, Result<()>>| {
            assert_eq!(counted.flights(work).await, expected, "{name}, time {time}");
        };
        of("find", Box::pin(async { customers.find(id).await.map(drop) })).await;
        of("find_many", Box::pin(async { customers.find_many([id]).await.map(drop) })).await;
        of("load", Box::pin(async { greater().load().await.map(drop) })).await;
        of("first", Box::pin(async { greater().first().await.map(drop) })).await;
        of("count", Box::pin(async { greater().count().await.map(drop) })).await;
        of("exists", Box::pin(async { greater().exists().await.map(drop) })).await;
        let names = customers.select(customers::name);
        of("select", Box::pin(async { names.load::<String>().await.map(drop) })).await;
        of("insert_many", Box::pin(async { customers.insert_many(batch(time)).await.map(drop) })).await;
        of("update", Box::pin(async { customers.update(id, with_limit(7)).await.map(drop) })).await;
        of("bulk update", Box::pin(async { greater().update(with_limit(8)).await.map(drop) })).await;
        let last = ids.pop().unwrap();
        of("delete", Box::pin(async { customers.delete(last).await })).await;
        let gone = customers.filter(customers::name.eq("nobody"));
        of("bulk delete", Box::pin(async { gone.delete().await.map(drop) })).await;
        if ids.is_empty() {
            break;
        }
    }
}

#[tokio::test]
async fn a_batch_of_another_size_is_another_statement_that_is_remembered_too() {
    let counted = Counted::new().await;
    let customers = counted.customers();
    for size in [3, 4, 5] {
        for (time, expected) in [(1, 2), (2, 1)] {
            let batch = (0..size).map(|row| named(format!("{size} {time} {row}")));
            assert_eq!(counted.flights(customers.insert_many(batch)).await, expected, "{size} rows");
        }
    }
}

#[tokio::test]
async fn a_transaction_of_n_statements_takes_one_round_trip_more_than_n() {
    let counted = Counted::new().await;
    let id = counted.customers().insert(named("Ada")).await.unwrap().id;
    let transaction = async |statements: usize| {
        let work = counted.db.transaction(&counted.own, async |tx| {
            for _ in 0..statements {
                let limit = tx.scoped::<Customer>().find(id).await?.credit_limit;
                assert!(limit > 0);
            }
            Ok(())
        });
        counted.flights(work).await
    };
    transaction(1).await;
    for statements in [1, 2, 3, 7] {
        assert_eq!(transaction(statements).await, statements as u64 + 1);
    }
    assert_eq!(transaction(0).await, 0, "a transaction in which nothing happens is not begun");
}

#[tokio::test]
async fn joined_reads_share_a_round_trip() {
    let counted = Counted::new().await;
    counted.customers().insert(named("Ada")).await.unwrap();
    let work = || {
        counted.db.transaction(&counted.own, async |tx| {
            let customers = tx.scoped::<Customer>();
            let rich = customers.filter(customers::credit_limit.gt(100)).load();
            let (all, rich, any) = try_join3(customers.load(), rich, customers.exists()).await?;
            assert_eq!((all.len(), rich.len(), any), (1, 0, true));
            Ok(())
        })
    };
    counted.flights(work()).await;
    assert_eq!(counted.flights(work()).await, 2, "BEGIN and three reads, and COMMIT");
}

#[tokio::test]
async fn hand_written_code_pays_four_round_trips() {
    let counted = Counted::new().await;
    let mut connection = AsyncPgConnection::establish(&counted.proxy.url()).await.unwrap();
    let tenant = counted.own.tenant();
    for expected in [5, 4] {
        let before = counted.proxy.flights();
        let number = connection
            .transaction::<_, diesel::result::Error, _>(async |connection| {
                connection.batch_execute(&format!("SET LOCAL app.current_tenant = '{tenant}'")).await?;
                let query = customers::table.filter(customers::tenant_id.eq(tenant)).count();
                diesel_async::RunQueryDsl::get_result::<i64>(query, connection).await
            })
            .await;
        assert_eq!(number.unwrap(), 0);
        assert_eq!(counted.proxy.flights() - before, expected, "BEGIN, SET LOCAL, the statement, COMMIT");
    }
}

#[tokio::test]
async fn a_handwritten_statement_is_prepared_each_time_and_cleaned_up_after() {
    let counted = Counted::new().await;
    let work = || {
        counted.db.transaction(&counted.own, async |tx| {
            danger::sql(tx, "a test counts its flights", "SELECT FROM customers").execute().await
        })
    };
    for _ in 0..2 {
        // BEGIN, whose answer is awaited, PREPARE, the statement, the tenant once more, COMMIT, and the reset of the session.
        assert_eq!(counted.flights(work()).await, 6);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thousands_of_tasks_on_a_few_connections_get_their_own_rows() {
    const TENANTS: usize = 20;
    const TASKS: usize = 4_000;
    let world = World::new().await;
    let builder = world.builder().pool_size(4).acquire_timeout(Duration::from_secs(60));
    let db = builder.connect().await.unwrap();
    let mut tenants = Vec::new();
    for number in 0..TENANTS {
        let context = world.manager();
        let own = (0..=number).map(|row| named(format!("{number} {row}")));
        db.scoped::<Customer>(&context).insert_many(own).await.unwrap();
        tenants.push(context);
    }
    let tasks = (0..TASKS).map(|task| {
        let (db, number) = (db.clone(), task % TENANTS);
        let context = tenants[number].clone();
        tokio::spawn(async move {
            let customers = db.scoped::<Customer>(&context);
            // Statements that are prepared, that are not yet, and that are prepared each time.
            let names: Vec<String> = match task % 3 {
                0 => customers.load().await?.into_iter().map(|customer| customer.name).collect(),
                1 => customers.limit(i64::MAX).select(customers::name).load().await?,
                _ => {
                    let any = diesel::dsl::sql::<diesel::sql_types::Bool>(&format!("{task} = {task}"));
                    customers.filter(any).select(customers::name).load().await?
                }
            };
            let own = format!("{number} ");
            let foreign = names.iter().filter(|name| !name.starts_with(&own)).count();
            Ok::<_, tenant_db::Error>((number, names.len(), foreign))
        })
    });
    for task in join_all(tasks).await {
        let (number, rows, foreign) = task.unwrap().unwrap();
        assert_eq!((rows, foreign), (number + 1, 0));
    }
}

#[tokio::test]
async fn a_read_finds_nothing_of_a_tenant_that_does_not_exist() {
    let counted = Counted::new().await;
    let stranger = counted.world.context::<Manager, _>(Uuid::now_v7());
    counted.customers().insert(named("Ada")).await.unwrap();
    for _ in 0..3 {
        assert_eq!(counted.db.scoped::<Customer>(&stranger).count().await.unwrap(), 0);
        assert_eq!(counted.customers().count().await.unwrap(), 1);
    }
}
