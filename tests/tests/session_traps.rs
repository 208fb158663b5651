//! What a program may do wrong, and what must not follow from it for anybody else: futures that are forgotten or not polled,
//! contexts that run out, floods, functions that write where only is read.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::future::poll_fn;
use std::mem;
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

use diesel::prelude::*;
use diesel::sql_types::Text;
use futures_util::StreamExt;
use futures_util::future::{BoxFuture, join, join_all};
use futures_util::stream::FuturesUnordered;
use tenant_db::prelude::*;
use tenant_db::{DatabaseErrorKind, Error, Identity, Result, danger};
use tenant_db_tests::World;
use tenant_db_tests::models::*;
use tokio::time::timeout;

const LONG: Duration = Duration::from_secs(10);

fn named(name: &str) -> NewCustomer {
    NewCustomer { name: name.into(), credit_limit: 1 }
}

/// Starts it, and leaves it at that.
async fn start<T>(work: &mut BoxFuture<'_, T>) {
    poll_fn(|context| {
        assert!(work.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
}

#[tokio::test]
async fn a_statement_that_was_forgotten_harms_its_own_transaction_alone() {
    let world = World::new().await;
    let db = world.builder().pool_size(1).connect().await.unwrap();
    let (own, other) = (world.manager(), world.manager());
    let tx = db.begin(&own).await.unwrap();
    tx.scoped::<Customer>().insert(named("gone")).await.unwrap();
    let mut forgotten = tx.scoped::<Customer>().filter(customers::name.eq("x")).load();
    start(&mut forgotten).await;
    mem::forget(forgotten);
    let committed = timeout(LONG, tx.commit()).await.unwrap();
    assert!(matches!(committed, Err(Error::TransactionAborted { .. })), "{committed:?}");
    // It may hold a lock of the connection for ever, so that is not used again.
    for _ in 0..3 {
        let count = timeout(LONG, db.scoped::<Customer>(&other).count()).await.unwrap();
        assert_eq!(count.unwrap(), 0);
    }
    assert!(world.truth("SELECT id FROM customers").await.is_empty());
}

#[tokio::test]
async fn statements_behind_one_that_is_not_polled_fail_in_time() {
    let world = World::new().await;
    let builder = world.builder().pool_size(1).statement_timeout(Duration::from_millis(500));
    let db = builder.connect().await.unwrap();
    let own = world.manager();
    let begun = Instant::now();
    let outcome = db.transaction(&own, async |tx| {
        let (one, two) = (tx.scoped::<Customer>(), tx.scoped::<Customer>());
        let mut all = FuturesUnordered::new();
        all.push(one.filter(customers::name.eq("x")).load());
        all.push(two.filter(customers::name.ne("x")).load());
        let mut rows = 0;
        while let Some(some) = all.next().await {
            rows += some?.len();
            // The other one has been started, and waits to be polled.
            tx.scoped::<Customer>().count().await?;
        }
        Ok(rows)
    });
    let outcome = timeout(Duration::from_secs(30), outcome).await.expect("an end");
    let Err(Error::TransactionAborted { cause, .. }) = outcome else { panic!("{outcome:?}") };
    assert!(cause.contains("join them"), "{cause}");
    assert!(begun.elapsed() >= Duration::from_secs(5), "it was given the time of a statement, and some more");
    assert_eq!(db.scoped::<Customer>(&own).count().await.unwrap(), 0, "the connection is free again");
}

#[tokio::test]
async fn a_context_that_expired_while_it_waited_writes_nothing() {
    let world = World::new().await;
    let db = world.builder().pool_size(2).permits_per_tenant(1).connect().await.unwrap();
    let own = world.manager();
    let end = SystemTime::now() + Duration::from_millis(300);
    let identity = Identity::new(*own.tenant(), "test").with_role("manager").expiring_at(end);
    let short = danger::context("a test has no users", identity).unwrap().as_role::<Manager>().unwrap();
    let tx = db.begin(&own).await.unwrap();
    let late = tokio::spawn({
        let (db, short) = (db.clone(), short.clone());
        async move { db.scoped::<Customer>(&short).insert(named("late")).await.map(drop) }
    });
    let late_transaction = tokio::spawn({
        let (db, short) = (db.clone(), short.clone());
        async move { db.begin(&short).await.map(drop) }
    });
    tokio::time::sleep(Duration::from_millis(600)).await;
    drop(tx);
    let outcomes: [Result<()>; 2] = [late.await.unwrap(), late_transaction.await.unwrap()];
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(Error::ContextExpired))), "{outcomes:?}");
    assert!(world.truth("SELECT id FROM customers").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_that_floods_the_pool_in_vain_costs_others_nothing() {
    let world = World::new().await;
    let builder = world.builder().pool_size(4).permits_per_tenant(1);
    let db = builder.acquire_timeout(Duration::from_millis(500)).connect().await.unwrap();
    let (noisy, quiet) = (world.manager(), world.manager());
    db.scoped::<Customer>(&quiet).count().await.unwrap();
    let tx = db.begin(&noisy).await.unwrap();
    for _ in 0..3 {
        let flood = (0..5_000).map(|_| {
            let (db, noisy) = (db.clone(), noisy.clone());
            tokio::spawn(async move { db.scoped::<Customer>(&noisy).count().await.is_err() })
        });
        let flood: Vec<_> = flood.collect();
        // As many as there is time for: none of them may wait for the flood, which takes half a second.
        let quiet_ones = async {
            for _ in 0..20 {
                db.scoped::<Customer>(&quiet).count().await.unwrap();
            }
        };
        timeout(Duration::from_secs(20), quiet_ones).await.expect("the others go on");
        assert!(join_all(flood).await.into_iter().all(|refused| refused.unwrap()));
    }
    let pool = db.pool_state();
    assert_eq!((pool.in_use, pool.waiting, pool.timeouts), (1, 0, 15_000));
    drop(tx);
}

diesel::define_sql_function! {
    /// Writes, although it looks like a value.
    fn note_read() -> BigInt;
}

#[tokio::test]
async fn what_only_reads_cannot_write_so_that_it_can_be_run_again() {
    let world = World::with(
        "CREATE TABLE reads (n bigint);
         CREATE FUNCTION note_read() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
             AS $$ INSERT INTO public.reads VALUES (1) RETURNING n $$;
         GRANT EXECUTE ON FUNCTION note_read() TO PUBLIC",
    )
    .await;
    let db = world.connect_unverified().await;
    let own = world.manager();
    db.scoped::<Customer>(&own).insert(named("mine")).await.unwrap();
    let refused = db.scoped::<Customer>(&own).filter(note_read().eq(1_i64)).load().await;
    let Err(Error::Database(error)) = &refused else { panic!("{refused:?}") };
    assert_eq!(error.kind(), DatabaseErrorKind::ReadOnlyTransaction);
    assert!(world.truth("SELECT n FROM reads").await.is_empty());
    let noted =
        db.transaction(&own, async |tx| tx.scoped::<Customer>().filter(note_read().eq(1_i64)).load().await);
    assert_eq!(noted.await.unwrap().len(), 1, "a transaction may do both");
    assert_eq!(world.truth("SELECT n FROM reads").await.len(), 1);
    let locked = db.scoped::<Customer>(&own).for_update().load().await;
    assert_eq!(locked.unwrap().len(), 1, "to lock is not only to read");
}

#[derive(Debug, QueryableByName)]
struct Value {
    #[diesel(sql_type = Text)]
    _value: String,
}

#[tokio::test]
async fn nothing_runs_beside_sql_that_could_change_the_tenant() {
    let world = World::new().await;
    // As where it could not be revoked.
    world.execute("GRANT EXECUTE ON FUNCTION set_config(text, text, boolean) TO PUBLIC").await;
    let db = world.connect().await;
    let (own, other) = (world.manager(), world.manager());
    for number in 0..5 {
        db.scoped::<Customer>(&other).insert(named(&format!("theirs {number}"))).await.unwrap();
    }
    db.scoped::<Customer>(&own).insert(named("mine")).await.unwrap();
    let tx = db.begin(&own).await.unwrap();
    assert_eq!(tx.scoped::<Customer>().load().await.unwrap().len(), 1);
    let switch = format!("SELECT set_config('app.current_tenant', '{}', true) AS _value", other.tenant());
    for _ in 0..3 {
        let repository = tx.scoped::<Customer>();
        let evil = danger::sql(&tx, "an attacker switches the tenant", switch.clone()).load::<Value>();
        let (evil, rows) = join(evil, repository.load()).await;
        evil.unwrap();
        assert_eq!(rows.unwrap().len(), 1, "as if it had been alone");
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_session_that_has_lost_its_statements_is_replaced() {
    let world = World::with(
        "CREATE FUNCTION run(statement text) RETURNS text LANGUAGE plpgsql
             AS $$ BEGIN EXECUTE statement; RETURN 'done'; END $$;
         GRANT EXECUTE ON FUNCTION run(text) TO PUBLIC",
    )
    .await;
    let skip = danger::skip_verification("the test declares a function that runs anything");
    let db = world.builder().pool_size(1).verification(skip).connect().await.unwrap();
    let (own, other) = (world.manager(), world.manager());
    db.scoped::<Customer>(&other).count().await.unwrap();
    let tx = db.begin(&own).await.unwrap();
    let statement = "SELECT run('DEALLOCATE ALL') AS _value";
    danger::sql(&tx, "a test breaks the session", statement).load::<Value>().await.unwrap();
    tx.commit().await.unwrap();
    let mut failed = 0;
    for _ in 0..6 {
        failed += usize::from(db.scoped::<Customer>(&other).count().await.is_err());
    }
    assert!(failed <= 1, "{failed} of 6");
}

#[tokio::test]
async fn a_session_whose_statement_the_schema_has_outrun_is_replaced() {
    let world = World::new().await;
    let db = world.builder().pool_size(1).connect().await.unwrap();
    let own = world.manager();
    db.scoped::<Customer>(&own).insert(named("Ada")).await.unwrap();
    assert_eq!(db.scoped::<Customer>(&own).load().await.unwrap().len(), 1);
    world.execute("ALTER TABLE customers ALTER COLUMN note TYPE varchar(200)").await;
    let mut failed = 0;
    for _ in 0..6 {
        failed += usize::from(db.scoped::<Customer>(&own).load().await.is_err());
    }
    assert_eq!(failed, 0, "a statement that the server refuses to run is sent once more, as it is now");
}
