//! Streams: all rows, a few at a time, and nothing left behind, wherever they are dropped.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::time::Duration;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use futures_util::{StreamExt as _, TryStreamExt as _};
use tenant_db::prelude::*;
use tenant_db::testing::Proxy;
use tenant_db::{DatabaseErrorKind, Error, Result, RowStream, danger};
use tenant_db_tests::World;
use tenant_db_tests::models::*;
use tenant_db_tests::poll::{Moment, poll_times};
use tokio::time::timeout;

const MOMENT: Duration = Duration::from_millis(200);

diesel::define_sql_function! {
    /// Takes its time from a certain limit on.
    fn takes_its_time(credit_limit: BigInt) -> Bool;
}

const TAKES_ITS_TIME: &str = "
    CREATE FUNCTION takes_its_time(credit_limit bigint) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
            IF credit_limit >= 6 THEN PERFORM pg_sleep(5); END IF;
            RETURN true;
        END $$;";

#[derive(Debug, QueryableByName)]
struct Cursors {
    #[diesel(sql_type = BigInt)]
    open: i64,
}

/// Customers 0 to 9, whose names are their limits, and some of somebody else's.
async fn ten(world: &World, db: &TenantDb) -> TenantContext<Manager> {
    let (own, other) = (world.manager(), world.manager());
    for context in [&own, &other] {
        let rows = (0..10).map(|number| NewCustomer { name: number.to_string(), credit_limit: number });
        db.scoped::<Customer>(context).insert_many(rows).await.unwrap();
    }
    own
}

async fn single(world: &World) -> TenantDb {
    world.builder().pool_size(1).connect().await.unwrap()
}

fn by_name<'a>(
    customers: TenantScoped<'a, Customer, Manager>,
) -> tenant_db::ScopedQuery<'a, Customer, Manager, tenant_db::query::WholeRow, tenant_db::query::Arranged> {
    customers.order(customers::name.asc())
}

async fn names(stream: RowStream<'_, Customer>) -> Result<String> {
    stream.map_ok(|customer| customer.name).try_collect().await
}

/// The cursors of a transaction.
async fn open_cursors(tx: &Transaction<Manager>) -> i64 {
    let sql = "SELECT COUNT(*) AS open FROM pg_cursors WHERE name LIKE 'tenant_db%'";
    danger::sql(tx, "a test", sql).load::<Cursors>().await.unwrap()[0].open
}

async fn terminate(world: &World) {
    let role = world.config().runtime_role();
    let sql = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE usename = '{role}' AND datname = current_database()"
    );
    assert!(!world.truth(&sql).await.is_empty(), "a session was there to be ended");
}

#[tokio::test]
async fn every_row_comes_once_and_in_order_whatever_the_size_of_a_batch() {
    let world = World::new().await;
    let db = world.connect().await;
    let own = ten(&world, &db).await;
    let tx = db.begin(&own).await.unwrap();
    for repositories in [db.scoped::<Customer>(&own), tx.scoped::<Customer>()] {
        for batch in [1, 3, 5, 9, 10, 11, u32::MAX] {
            let stream = by_name(repositories).stream_in_batches(batch);
            assert_eq!(names(stream).await.unwrap(), "0123456789", "{batch} at a time");
        }
        assert_eq!(names(by_name(repositories).stream()).await.unwrap(), "0123456789");
        assert_eq!(repositories.stream().count().await, 10);
        let none = repositories.filter(customers::name.eq("none")).stream();
        assert_eq!(names(none).await.unwrap(), "");
        let some = by_name(repositories).filter(customers::name.gt("6")).limit(2);
        let some = some.select((customers::name, customers::credit_limit)).stream_in_batches(1);
        let some: Vec<(String, i64)> = some.try_collect().await.unwrap();
        assert_eq!(some, [("7".to_owned(), 7), ("8".to_owned(), 8)]);
        let totals: Vec<i64> =
            repositories.select(diesel::dsl::count_star()).stream::<i64>().try_collect().await.unwrap();
        assert_eq!(totals, [10]);
        let mut rows = by_name(repositories).stream_in_batches(4);
        for number in 0..10 {
            assert_eq!(rows.next().await.unwrap().unwrap().credit_limit, number);
        }
        assert!(rows.next().await.is_none() && rows.next().await.is_none());
    }
    tx.commit().await.unwrap();
    let nothing = db.scoped::<Customer>(&own).query().stream_in_batches(0).next().await;
    assert!(matches!(nothing, Some(Err(Error::InvalidQuery { .. }))), "{nothing:?}");
    let raw = db.scoped::<Customer>(&own).filter(sql::<Bool>("true) OR (true")).stream().next().await;
    assert!(matches!(raw, Some(Err(Error::InvalidQuery { .. }))), "{raw:?}");
}

#[cfg(target_os = "linux")]
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_nobody_has_asked_for_stays_on_the_server() {
    let world = World::new().await;
    let proxy = Proxy::start(&world.runtime_url()).unwrap();
    let own = world.manager();
    world
        .execute(&format!(
            "INSERT INTO customers (tenant_id, id, name, credit_limit, note)
             SELECT '{}', gen_random_uuid(), n, n, repeat(md5(n::text), 64) FROM generate_series(1, 50000) AS n",
            own.tenant()
        ))
        .await;
    let db = TenantDb::builder(proxy.url()).database(world.config().clone()).connect().await.unwrap();
    let whole = 50_000 * 64 * 32;
    let customers = db.scoped::<Customer>(&own);
    // Whatever is made once is there before anything is measured.
    assert_eq!(customers.query().limit(1_000).stream().count().await, 1_000);

    let tx = db.begin(&own).await.unwrap();
    let before = proxy.server_bytes();
    let mut rows = tx.scoped::<Customer>().stream();
    rows.next().await.unwrap().unwrap();
    tokio::time::sleep(MOMENT).await;
    let sent = proxy.server_bytes() - before;
    assert!(sent < whole / 50, "{sent} bytes were sent for the first row");
    drop(rows);
    tx.commit().await.unwrap();

    let (before, mut most, mut count) = (resident_bytes(), 0, 0);
    let mut rows = customers.stream();
    while let Some(row) = rows.next().await {
        assert_eq!(row.unwrap().note.unwrap().len(), 2_048);
        count += 1;
        if count % 1_000 == 0 {
            most = most.max(resident_bytes().saturating_sub(before));
        }
    }
    assert_eq!(count, 50_000);
    assert!(most < whole / 5, "{most} bytes were held of {whole}");
}

#[tokio::test]
async fn other_statements_go_on_between_two_rows_and_beside_them() {
    let world = World::new().await;
    let db = single(&world).await;
    let own = ten(&world, &db).await;
    db.transaction(&own, async |tx| {
        let customers = tx.scoped::<Customer>();
        let (mut one, mut two) =
            (by_name(customers).stream_in_batches(2), by_name(customers).stream_in_batches(3));
        let mut seen = String::new();
        while let Some(row) = one.next().await {
            let row = row?;
            seen.push_str(&row.name);
            if let Some(other) = two.next().await {
                seen.push_str(&other?.name);
            }
            // The rows are those of the moment in which they were first asked for.
            let changes =
                CustomerChanges { name: Some(format!("{} changed", row.name)), ..Default::default() };
            customers.update(row.id, changes).await?;
            customers.insert(NewCustomer { name: format!("{} new", row.name), credit_limit: 1 }).await?;
        }
        assert_eq!(seen, "00112233445566778899");
        assert_eq!(customers.count().await?, 20);
        // The same query once more, at the same time as others.
        let (all, count) = tokio::join!(names(by_name(customers).stream_in_batches(4)), customers.count());
        assert_eq!((all?.matches("new").count(), count?), (10, 20));
        assert_eq!(open_cursors(tx).await, 0);
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(db.scoped::<Customer>(&own).count().await.unwrap(), 20);
}

#[tokio::test]
async fn a_stream_may_be_dropped_at_any_row_and_leaves_nothing_open() {
    let world = World::new().await;
    let db = single(&world).await;
    let own = ten(&world, &db).await;
    for stop in 0..=11 {
        let mut tx = db.begin(&own).await.unwrap();
        let mut rows = by_name(tx.scoped::<Customer>()).stream_in_batches(3);
        for _ in 0..stop {
            let _ = rows.next().await.transpose().unwrap();
        }
        drop(rows);
        assert_eq!(open_cursors(&tx).await, 0, "after {stop}");
        // Again, in a savepoint and after it: under the same name, which is free.
        let inside = tx.savepoint(async |tx| {
            let mut rows = by_name(tx.scoped::<Customer>()).stream_in_batches(3);
            rows.next().await.transpose()?;
            Ok(())
        });
        inside.await.unwrap();
        assert_eq!(names(by_name(tx.scoped::<Customer>()).stream_in_batches(3)).await.unwrap().len(), 10);
        let new = NewCustomer { name: format!("after {stop}"), credit_limit: 1 };
        tx.scoped::<Customer>().insert(new).await.unwrap();
        tx.commit().await.unwrap();

        let mut rows = by_name(db.scoped::<Customer>(&own)).stream_in_batches(3);
        for _ in 0..stop {
            let _ = rows.next().await.transpose().unwrap();
        }
        drop(rows);
        // With one connection: it is back, and nobody is in a transaction.
        assert_eq!(db.scoped::<Customer>(&own).count().await.unwrap(), 11);
        db.scoped::<Customer>(&own).filter(customers::name.like("after%")).delete().await.unwrap();
    }
    assert_eq!(db.pool_state().closed, 0, "no connection had to be closed");
}

#[tokio::test]
async fn a_stream_may_be_dropped_at_any_step_and_its_transaction_goes_on() {
    let world = World::new().await;
    let own = ten(&world, &world.connect().await).await;
    for moment in [Moment::AtOnce, Moment::WhenWoken] {
        // On a connection that knows the statements, and on one that does not; as the first statement, and as a later one.
        for (known, first) in [(false, false), (false, true), (true, false), (true, true)] {
            let mut finished = false;
            for steps in 1.. {
                assert!(steps < 100, "the stream does not end");
                let db = single(&world).await;
                if known {
                    names(by_name(db.scoped::<Customer>(&own)).stream_in_batches(4)).await.unwrap();
                }
                let tx = db.begin(&own).await.unwrap();
                if !first {
                    tx.scoped::<Customer>().exists().await.unwrap();
                }
                let read = names(by_name(tx.scoped::<Customer>()).stream_in_batches(4));
                let what = format!("{moment:?}, known {known}, first {first}, {steps} steps");
                finished = poll_times(read, steps, moment).await.is_some();
                let new = NewCustomer { name: what.clone(), credit_limit: 1 };
                tx.scoped::<Customer>().insert(new).await.expect(&what);
                assert_eq!(open_cursors(&tx).await, 0, "{what}");
                let again = names(by_name(tx.scoped::<Customer>()).stream_in_batches(4)).await;
                assert!(again.expect(&what).starts_with("0123456789"), "{what}");
                tx.commit().await.expect(&what);
                let own = db.scoped::<Customer>(&own);
                assert_eq!(own.filter(customers::name.eq(&what)).delete().await.unwrap(), 1, "{what}");
                if finished {
                    break;
                }
            }
            assert!(finished);
        }
    }
}

#[tokio::test]
async fn a_stream_on_its_own_may_be_dropped_at_any_step_and_its_connection_comes_back() {
    let world = World::new().await;
    let db = single(&world).await;
    let own = ten(&world, &db).await;
    for moment in [Moment::AtOnce, Moment::WhenWoken] {
        for steps in 1.. {
            assert!(steps < 100, "the stream does not end");
            let read = names(by_name(db.scoped::<Customer>(&own)).stream_in_batches(4));
            let finished = poll_times(read, steps, moment).await.is_some();
            let count = db.scoped::<Customer>(&own).count().await;
            assert_eq!(count.unwrap(), 10, "{moment:?}, {steps} steps");
            if finished {
                break;
            }
        }
    }
    let role = world.config().runtime_role();
    let open = format!(
        "SELECT pid FROM pg_stat_activity
         WHERE usename = '{role}' AND datname = current_database() AND xact_start IS NOT NULL"
    );
    assert!(world.truth(&open).await.is_empty(), "a transaction stayed open");
    assert_eq!(db.pool_state().closed, 0, "no connection had to be closed");
}

#[tokio::test]
async fn a_lost_connection_ends_a_stream_with_that_error() {
    let world = World::new().await;
    let db = single(&world).await;
    let own = ten(&world, &db).await;
    let tx = db.begin(&own).await.unwrap();
    let mut rows = by_name(tx.scoped::<Customer>()).stream_in_batches(4);
    rows.next().await.unwrap().unwrap();
    terminate(&world).await;
    let rest: Vec<_> = rows.collect().await;
    assert_eq!(rest.len(), 4, "what was there, and the error: {rest:?}");
    assert!(matches!(rest.last(), Some(Err(Error::ConnectionLost))), "{rest:?}");
    let commit = tx.commit().await;
    assert!(matches!(commit, Err(Error::ConnectionLost)), "{commit:?}");

    let mut rows = by_name(db.scoped::<Customer>(&own)).stream_in_batches(4);
    rows.next().await.unwrap().unwrap();
    terminate(&world).await;
    let rest: Vec<_> = rows.collect().await;
    assert!(matches!(rest.last(), Some(Err(Error::ConnectionLost))), "{rest:?}");
    // A connection that was lost while nobody used it is exchanged, as for any other read.
    assert_eq!(db.scoped::<Customer>(&own).count().await.unwrap(), 10);
    terminate(&world).await;
    assert_eq!(names(by_name(db.scoped::<Customer>(&own)).stream()).await.unwrap(), "0123456789");
}

#[tokio::test]
async fn a_statement_timeout_ends_a_stream_with_that_error() {
    let world = World::with(TAKES_ITS_TIME).await;
    let limit = Duration::from_secs(1);
    let db = world.builder().pool_size(1).statement_timeout(limit).connect().await.unwrap();
    let own = ten(&world, &world.connect().await).await;
    let tx = db.begin(&own).await.unwrap();
    // Without an order: with one, everything would be looked at before the first row.
    let slow = tx.scoped::<Customer>().filter(takes_its_time(customers::credit_limit));
    let rows: Vec<_> = slow.stream_in_batches(2).collect().await;
    let Some((Err(Error::Database(error)), before)) = rows.split_last() else { panic!("{rows:?}") };
    assert_eq!(error.kind(), DatabaseErrorKind::Cancelled, "{error:?}");
    assert!((1..=9).contains(&before.len()) && before.iter().all(Result::is_ok), "{rows:?}");
    let next = tx.scoped::<Customer>().count().await;
    assert!(matches!(next, Err(Error::TransactionAborted { .. })), "{next:?}");
    assert!(matches!(tx.commit().await, Err(Error::TransactionAborted { .. })));
    let slow = db.scoped::<Customer>(&own).filter(takes_its_time(customers::credit_limit));
    let rows: Vec<_> = slow.stream_in_batches(2).collect().await;
    assert!(matches!(rows.last(), Some(Err(Error::Database(_)))), "{rows:?}");
    assert_eq!(db.scoped::<Customer>(&own).count().await.unwrap(), 10);
}

#[tokio::test]
async fn a_stream_whose_next_batch_takes_long_may_be_dropped_while_it_waits() {
    let world = World::with(TAKES_ITS_TIME).await;
    let db = single(&world).await;
    let own = ten(&world, &db).await;
    let slow = db.scoped::<Customer>(&own).filter(takes_its_time(customers::credit_limit));
    let read = slow.stream_in_batches(2).collect::<Vec<_>>();
    let start = std::time::Instant::now();
    assert!(timeout(MOMENT, read).await.is_err());
    assert_eq!(db.scoped::<Customer>(&own).count().await.unwrap(), 10);
    assert!(start.elapsed() < Duration::from_secs(4), "what nobody waits for was waited for");
}

#[tokio::test]
async fn a_foreign_row_ends_a_stream_and_is_not_shown() {
    let world = World::new().await;
    let db = world.connect().await;
    let own = ten(&world, &db).await;
    // A table that lies: every seventh time its tenant column says somebody else to whoever reads it.
    world
        .execute(
            "CREATE SEQUENCE questions;
             CREATE FUNCTION lie(owner uuid, name text) RETURNS uuid IMMUTABLE LANGUAGE plpgsql SECURITY DEFINER AS $$
                 BEGIN
                     RETURN CASE WHEN name = '7' AND nextval('questions') % 2 = 0 THEN gen_random_uuid() ELSE owner END;
                 END $$;
             ALTER TABLE customers RENAME TO truth;
             CREATE VIEW customers AS
                 SELECT lie(tenant_id, name) AS tenant_id, id, name, credit_limit, note FROM truth;
             GRANT SELECT ON customers TO PUBLIC",
        )
        .await;
    let tx = db.begin(&own).await.unwrap();
    let rows: Vec<_> = tx.scoped::<Customer>().query().stream_in_batches(2).collect().await;
    assert!(matches!(rows.last(), Some(Err(Error::ForeignRow { model: "Customer", .. }))), "{rows:?}");
    assert!(rows.iter().flatten().all(|row| row.name != "7"), "{rows:?}");
    assert!(matches!(tx.commit().await, Err(Error::TransactionAborted { .. })));
}

#[tokio::test]
async fn sql_by_hand_in_a_stream_is_held_to_the_tenant_and_poisons_where_it_is_cut_short() {
    let world = World::with(TAKES_ITS_TIME).await;
    world.execute("GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC").await;
    let db = single(&world).await;
    let (own, other) = (ten(&world, &db).await, ten(&world, &db).await);
    let switch = format!("set_config('app.current_tenant', '{}', true) IS NOT NULL", other.tenant());
    for repository_of in [true, false] {
        let tx = db.begin(&own).await.unwrap();
        let repository = tx.scoped::<Customer>();
        let mut rows = repository.filter(sql::<Bool>(&switch)).stream_in_batches(3);
        while let Some(row) = rows.next().await {
            row.unwrap();
            if repository_of {
                assert_eq!(repository.count().await.unwrap(), 10, "the tenant is what it was");
            }
        }
        drop(rows);
        assert_eq!(repository.count().await.unwrap(), 10);
        tx.commit().await.unwrap();
    }
    let stream = db.scoped::<Customer>(&own).filter(sql::<Bool>(&switch)).stream_in_batches(3);
    let ids: Vec<_> = stream.map_ok(|row| row.id).try_collect().await.unwrap();
    assert_eq!(ids.len(), db.scoped::<Customer>(&own).find_many(ids.clone()).await.unwrap().len());

    let tx = db.begin(&own).await.unwrap();
    let raw = sql::<Bool>("takes_its_time(credit_limit)");
    let cut = tx.scoped::<Customer>().filter(raw).stream_in_batches(2).collect::<Vec<_>>();
    assert!(timeout(MOMENT, cut).await.is_err());
    let next = tx.scoped::<Customer>().count().await;
    assert!(matches!(next, Err(Error::TransactionAborted { .. })), "{next:?}");
}

#[tokio::test]
async fn rows_are_locked_as_they_are_read_and_an_expired_context_reads_no_more() {
    let world = World::new().await;
    let db = world.connect().await;
    let own = ten(&world, &db).await;
    let tx = db.begin(&own).await.unwrap();
    let mut rows = by_name(tx.scoped::<Customer>()).for_update().stream_in_batches(2);
    rows.next().await.unwrap().unwrap();
    let others = db.begin(&own).await.unwrap();
    let free = by_name(others.scoped::<Customer>()).for_update().skip_locked().stream_in_batches(3);
    assert!(names(free).await.unwrap().len() <= 8);
    drop((rows, others));
    tx.commit().await.unwrap();

    let soon = std::time::SystemTime::now() + Duration::from_millis(700);
    let identity = tenant_db::Identity::new(*own.tenant(), "test").with_role("manager").expiring_at(soon);
    let brief = danger::context("a test has no users", identity).unwrap().as_role::<Manager>().unwrap();
    let mut rows = by_name(db.scoped::<Customer>(&brief)).stream_in_batches(2);
    rows.next().await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_millis(900)).await;
    let rest: Vec<_> = rows.collect().await;
    assert!(matches!(rest.as_slice(), [Ok(_), Err(Error::ContextExpired)]), "{rest:?}");
}

#[tokio::test]
async fn a_stream_is_the_tenants_by_the_query_builder_alone() {
    let world = World::new().await;
    let own = ten(&world, &world.connect().await).await;
    world.execute("ALTER TABLE customers DISABLE ROW LEVEL SECURITY").await;
    let db = world.connect_unverified().await;
    assert_eq!(names(by_name(db.scoped::<Customer>(&own)).stream_in_batches(3)).await.unwrap(), "0123456789");
    let wider =
        db.scoped::<Customer>(&own).filter(customers::name.eq("0")).or_filter(customers::name.ne("0"));
    assert_eq!(wider.stream().count().await, 10);
}

#[tokio::test]
async fn behind_a_pooler_a_stream_keeps_to_its_transaction() {
    let world = World::new().await;
    let db = world.builder().pool_size(1).prepared_statements(false).connect().await.unwrap();
    let own = ten(&world, &db).await;
    assert_eq!(names(by_name(db.scoped::<Customer>(&own)).stream_in_batches(3)).await.unwrap(), "0123456789");
    let tx = db.begin(&own).await.unwrap();
    let mut rows = by_name(tx.scoped::<Customer>()).stream_in_batches(3);
    for number in 0..4 {
        assert_eq!(rows.next().await.unwrap().unwrap().credit_limit, number);
        assert_eq!(tx.scoped::<Customer>().count().await.unwrap(), 10);
    }
    drop(rows);
    assert_eq!(open_cursors(&tx).await, 0);
    tx.commit().await.unwrap();
}
