//! Dropped futures: whatever an operation was doing, nothing of it is half done, and nothing is left to the next tenant.
//!
//! Each operation is polled once and dropped, polled twice and dropped, and so on until it finishes, on a pool of one
//! connection, which a [`Tap`] asks what it carries.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![allow(clippy::semicolon_if_nothing_returned, reason = "a case ends with its answer, whatever that is")]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use diesel::dsl::sql;
use diesel::sql_types::Bool;
use tenant_db::danger;
use tenant_db::prelude::*;
use tenant_db_tests::models::*;
use tenant_db_tests::operations::{ADA, BOB, Case, Running, limit, named, single_statements, transactions};
use tenant_db_tests::poll::{Moment, poll_times};
use tenant_db_tests::{Tap, World, cases};
use tokio::time::{sleep, timeout};
use tokio_postgres::{Client, NoTls};

/// A lock whose holder was dropped is to be free within this time.
const FREE_WITHIN: Duration = Duration::from_secs(1);

/// What a session may carry from one tenant to the next, and its number.
const CARRIED: &str = "
    SELECT pg_backend_pid(), current_setting('app.current_tenant', true), current_user = session_user,
           pg_my_temp_schema(), (SELECT count(*) FROM pg_cursors), (SELECT count(*) FROM pg_listening_channels()),
           (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory')";

/// Two tenants, a superuser who looks on, and a tap on the one connection.
struct Scene {
    world: World,
    tap: Tap,
    admin: Client,
    own: TenantContext<Manager>,
    other: TenantContext<Manager>,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let tap = Tap::start(&world.runtime_url()).await;
        let (admin, connection) = tokio_postgres::connect(world.admin_url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        let (own, other) = (world.manager(), world.manager());
        let scene = Self { world, tap, admin, own, other };
        scene.restore().await;
        scene
    }

    /// A pool of one connection, through the tap.
    async fn single(&self) -> TenantDb {
        let skip = danger::skip_verification("every test has verified this database once");
        let builder = TenantDb::builder(self.tap.url()).database(self.world.config().clone());
        builder
            .verification(skip)
            .pool_size(1)
            .acquire_timeout(Duration::from_secs(20))
            .connect()
            .await
            .unwrap()
    }

    /// The rows from before.
    async fn restore(&self) {
        let (own, other) = (self.own.tenant(), self.other.tenant());
        let rows = format!(
            "DELETE FROM customers; INSERT INTO customers VALUES ('{own}', '{ADA}', 'ada', 1), ('{own}', '{BOB}', 'bob', 2),
             ('{other}', '{ADA}', 'eve', 3)"
        );
        self.admin.batch_execute(&rows).await.unwrap();
    }

    /// Own rows and those of the other tenant, without keys that were made up.
    async fn rows(&self) -> (String, String) {
        let of = |tenant| {
            format!(
                "(SELECT coalesce(string_agg(concat_ws(' ', name, credit_limit, note), ', ' ORDER BY name), '')
                  FROM customers WHERE tenant_id = '{tenant}')"
            )
        };
        let rows = format!("SELECT {}, {}", of(self.own.tenant()), of(self.other.tenant()));
        let row = self.admin.query_one(&rows, &[]).await.unwrap();
        (row.get(0), row.get(1))
    }

    /// Sessions of the runtime role that are in a transaction, or hold a lock; transactions that outlive their session.
    async fn left_open(&self) -> i64 {
        let open = format!(
            "SELECT (SELECT count(*) FROM pg_stat_activity a
                     WHERE usename = '{0}' AND datname = current_database() AND (xact_start IS NOT NULL OR state <> 'idle'))
                  + (SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
                     WHERE usename = '{0}' AND datname = current_database())
                  + (SELECT count(*) FROM pg_prepared_xacts)",
            self.world.config().runtime_role()
        );
        self.admin.query_one(&open, &[]).await.unwrap().get(0)
    }

    /// Waits until the connection has come back.
    async fn is_back(&self, db: &TenantDb) {
        let start = Instant::now();
        while db.pool_state().in_use > 0 {
            assert!(start.elapsed() < Duration::from_secs(10), "the connection did not come back: {db:?}");
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// The number of the session, which must carry nothing. None where it was closed.
    async fn carries_nothing(&self, what: &str) -> Option<String> {
        let answer = self.tap.ask(CARRIED).await?;
        assert_eq!(answer.status, 'I', "{what}: a transaction is open");
        let [row] = answer.rows.as_slice() else { panic!("{what}: {answer:?}") };
        let row: Vec<&str> = row.iter().map(|value| value.as_deref().unwrap_or_default()).collect();
        let [pid, tenant, "t", "0", "0", "0", "0"] = row[..] else { panic!("{what} left {row:?}") };
        assert_eq!(tenant, "", "{what}: a tenant stayed with the session");
        Some(pid.to_owned())
    }
}

/// How often a connection that came back in the middle of something could be kept.
#[derive(Debug, Default)]
struct Figures {
    operations: usize,
    drops: u64,
    recovered: u64,
    closed: u64,
}

impl Figures {
    fn add(&mut self, db: &TenantDb) {
        self.recovered += db.pool_state().recovered;
        self.closed += db.pool_state().closed;
    }

    fn report(&self, of: &str) {
        eprintln!("{of}: {self:?}");
        assert!(self.drops as usize >= 2 * self.operations, "each operation takes some steps: {self:?}");
        assert!(self.recovered > 0, "{self:?}");
        assert!(self.closed * 50 <= self.recovered, "connections are kept: {self:?}");
    }
}

/// Whether statements are prepared on the connection before it all begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cache {
    Warm,
    Cold,
    /// There is not even a connection.
    Unconnected,
}

async fn drop_at_every_step(cases: &[Case], cache: Cache, moment: Moment) {
    let scene = Scene::new().await;
    let mut figures = Figures { operations: cases.len(), ..Figures::default() };
    for case in cases {
        drop_case_at_every_step(&scene, case, cache, moment, &mut figures).await;
    }
    assert_eq!(scene.tap.transactions_in_transactions(), 0);
    figures.report(&format!("dropped {moment:?}, {cache:?}"));
}

async fn drop_case_at_every_step(
    scene: &Scene,
    case: &Case,
    cache: Cache,
    moment: Moment,
    figures: &mut Figures,
) {
    let Case { name, run } = case;
    scene.restore().await;
    let before = scene.rows().await;
    let mut warm = scene.single().await;
    if cache == Cache::Warm {
        run(&warm, &scene.own).await.unwrap();
        scene.is_back(&warm).await;
    }
    let mut pid = None;
    let mut seen = BTreeSet::new();
    let mut steps = 0;
    loop {
        let what = format!("{name}, dropped {moment:?} after poll {steps}, {cache:?}");
        if cache != Cache::Warm {
            figures.add(&warm);
            warm = scene.single().await;
            pid = None;
        }
        let db = &warm;
        if cache == Cache::Cold {
            let elsewhere = scene.world.plain_context(5_i64);
            assert!(!db.scoped::<Reading>(&elsewhere).exists().await.unwrap());
        }
        if cache != Cache::Unconnected {
            let session = scene.tap.ask("SELECT pg_backend_pid()").await.expect("there is a connection");
            assert!(pid.is_none() || pid == session.rows[0][0], "{what}: the connection was replaced");
            pid.clone_from(&session.rows[0][0]);
        }
        scene.restore().await;
        let finished = poll_times(run(db, &scene.own), steps, moment).await;
        // First somebody who does not wait for anything.
        let others = db.scoped::<Customer>(&scene.other).load().await;
        let others: Vec<_> = others.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(others.len(), 1, "{what}: {others:?}");
        assert_eq!(others[0].name, "eve", "{what}");
        scene.is_back(db).await;
        let now = scene.carries_nothing(&what).await;
        assert!(now.is_some() && (pid.is_none() || pid == now), "{what}: the connection was replaced");
        assert_eq!(scene.left_open().await, 0, "{what}: something stayed open");
        let after = scene.rows().await;
        assert_eq!(after.1, before.1, "{what}: rows of the other tenant");
        if let Some(outcome) = finished {
            outcome.unwrap_or_else(|error| panic!("{what}: {error:?}"));
            seen.remove(&before.0);
            seen.remove(&after.0);
            assert!(seen.is_empty(), "{name}: neither nothing nor all of it: {seen:?}");
            break;
        }
        seen.insert(after.0);
        figures.drops += 1;
        steps += 1;
    }
    figures.add(&warm);
}

#[tokio::test]
async fn a_single_statement_can_be_dropped_at_every_step() {
    drop_at_every_step(&single_statements(), Cache::Warm, Moment::AtOnce).await;
    drop_at_every_step(&single_statements(), Cache::Warm, Moment::WhenWoken).await;
}

#[tokio::test]
async fn a_single_statement_that_is_not_prepared_yet_can_be_dropped_at_every_step() {
    drop_at_every_step(&single_statements(), Cache::Cold, Moment::AtOnce).await;
    drop_at_every_step(&single_statements(), Cache::Cold, Moment::WhenWoken).await;
}

#[tokio::test]
async fn a_transaction_can_be_dropped_at_every_step() {
    drop_at_every_step(&transactions(), Cache::Warm, Moment::AtOnce).await;
    drop_at_every_step(&transactions(), Cache::Warm, Moment::WhenWoken).await;
}

#[tokio::test]
async fn a_transaction_whose_statements_are_not_prepared_yet_can_be_dropped_at_every_step() {
    drop_at_every_step(&transactions(), Cache::Cold, Moment::AtOnce).await;
    drop_at_every_step(&transactions(), Cache::Cold, Moment::WhenWoken).await;
}

#[tokio::test]
async fn an_operation_can_be_dropped_while_its_connection_is_opened() {
    let cases: Vec<Case> = cases! {
        "insert" => |db, own| db.scoped::<Customer>(own).insert(named("new")).await?;
        "begin" => |db, own| db.begin(own).await?.commit().await?;
    }
    .into();
    let scene = Scene::new().await;
    let mut figures = Figures::default();
    for moment in [Moment::AtOnce, Moment::WhenWoken] {
        for case in &cases {
            drop_case_at_every_step(&scene, case, Cache::Unconnected, moment, &mut figures).await;
        }
    }
}

#[tokio::test]
async fn a_batch_of_several_statements_can_be_dropped_at_many_steps() {
    // Two parameters a row, of which a statement holds 65,535 at most.
    const ROWS: usize = 33_000;
    let scene = Scene::new().await;
    let db = scene.single().await;
    let own = scene.world.plain_context(5_i64);
    let (mut steps, mut drops) = (1, 0);
    loop {
        let new = (0..ROWS).map(|_| NewReading { value: 1 });
        let batch = db.scoped::<Reading>(&own).insert_many(new);
        let finished = poll_times(batch, steps, Moment::WhenWoken).await;
        assert_eq!(db.scoped::<Customer>(&scene.other).count().await.unwrap(), 1, "after poll {steps}");
        scene.is_back(&db).await;
        assert!(scene.carries_nothing("a dropped batch").await.is_some());
        let count: i64 = scene.admin.query_one("SELECT count(*) FROM readings", &[]).await.unwrap().get(0);
        if let Some(outcome) = finished {
            assert_eq!(outcome.unwrap().len(), ROWS);
            assert_eq!(count, ROWS as i64, "nothing of those that were dropped, and all of the last one");
            break;
        }
        assert_eq!(count, 0, "dropped after poll {steps}");
        drops += 1;
        steps *= 3;
    }
    eprintln!("dropped {drops} times: {:?}", db.pool_state());
    assert!(drops > 3);
    assert_eq!((db.pool_state().closed, scene.tap.sessions()), (0, 1));
}

/// The session that does what `running` names, in a transaction or not.
async fn sessions_that(scene: &Scene, condition: &str) -> Vec<i32> {
    let sql = format!(
        "SELECT pid FROM pg_stat_activity
         WHERE usename = '{}' AND datname = current_database() AND {condition}",
        scene.world.config().runtime_role()
    );
    scene.admin.query(&sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

async fn eventually_a_session(scene: &Scene, condition: &str) -> i32 {
    let start = Instant::now();
    loop {
        if let [pid] = sessions_that(scene, condition).await[..] {
            return pid;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "no session {condition}");
        sleep(Duration::from_millis(5)).await;
    }
}

/// Runs `work` until the server is where `condition` says, drops it, and looks how soon `freed` succeeds.
async fn frees_what_it_held(scene: &Scene, db: &TenantDb, work: Running<'_>, condition: &str, freed: &str) {
    let pid = tokio::select! {
        outcome = work => panic!("it was to be dropped: {outcome:?}"),
        pid = eventually_a_session(scene, condition) => pid,
    };
    let dropped = Instant::now();
    let limit = format!("SET lock_timeout = '{}ms'; {freed}", FREE_WITHIN.as_millis());
    scene.admin.batch_execute(&limit).await.expect("the lock is free soon");
    assert!(dropped.elapsed() < FREE_WITHIN, "the lock was free after {:?}", dropped.elapsed());
    scene.is_back(db).await;
    // Not closed, from which the server would have learned too, and sooner or later: cancelled.
    assert_eq!(scene.carries_nothing("a cancelled statement").await, Some(pid.to_string()));
    assert_eq!(scene.rows().await.0, "ada 1, bob 2");
}

#[tokio::test]
async fn dropping_an_operation_cancels_its_statement_on_the_server() {
    let scene = Scene::new().await;
    let (db, own) = (&scene.single().await, &scene.own);
    let sleeping = "wait_event = 'PgSleep'";
    let held = format!("SELECT FROM customers WHERE id = '{ADA}' FOR UPDATE");
    // A row is locked, and the statement or the transaction goes on.
    let update = db
        .scoped::<Customer>(own)
        .filter(sql::<Bool>("(id = '00000000-0000-0000-0000-000000000001' OR pg_sleep(30) IS NOT NULL)"));
    let update: Running<'_> = Box::pin(async { update.update(limit(7)).await.map(drop) });
    frees_what_it_held(&scene, db, update, sleeping, &held).await;
    let transaction: Running<'_> = Box::pin(db.transaction(own, async |tx| {
        tx.scoped::<Customer>().update(ADA, limit(7)).await?;
        danger::sql(tx, "a test", "SELECT pg_sleep(30)").execute().await.map(drop)
    }));
    frees_what_it_held(&scene, db, transaction, sleeping, &held).await;
    let guard: Running<'_> = Box::pin(async {
        let mut tx = db.begin(own).await?;
        tx.savepoint(async |tx| {
            let slow = "UPDATE customers SET credit_limit = 7 RETURNING pg_sleep(30)";
            danger::sql(tx, "a test", slow).execute().await.map(drop)
        })
        .await
    });
    frees_what_it_held(&scene, db, guard, sleeping, &held).await;
    assert_eq!((db.pool_state().recovered, db.pool_state().closed), (3, 0));
    assert_eq!(scene.tap.sessions(), 1);
}

#[tokio::test]
async fn an_operation_that_waits_for_a_lock_leaves_the_queue_when_it_is_dropped() {
    let scene = Scene::new().await;
    let (db, own) = (&scene.single().await, &scene.own);
    let locker = scene.world.connect_unverified().await;
    let waits = "wait_event_type = 'Lock'";
    for number in 0..3 {
        let lock = locker.begin(own).await.unwrap();
        lock.scoped::<Customer>().for_update().load().await.unwrap();
        let customers = db.scoped::<Customer>(own);
        let work: Running<'_> = match number {
            0 => Box::pin(async { customers.update(ADA, limit(7)).await.map(drop) }),
            1 => Box::pin(async { customers.delete(ADA).await }),
            _ => Box::pin(async { customers.for_update().load().await.map(drop) }),
        };
        let pid = tokio::select! {
            outcome = work => panic!("it was to be dropped: {outcome:?}"),
            pid = eventually_a_session(&scene, waits) => pid,
        };
        let dropped = Instant::now();
        while !sessions_that(&scene, waits).await.is_empty() {
            assert!(dropped.elapsed() < FREE_WITHIN, "it still waits for the lock");
            sleep(Duration::from_millis(5)).await;
        }
        scene.is_back(db).await;
        assert_eq!(scene.carries_nothing("what waited").await, Some(pid.to_string()));
        lock.commit().await.unwrap();
        assert_eq!(scene.rows().await.0, "ada 1, bob 2");
    }
    assert_eq!((db.pool_state().recovered, db.pool_state().closed), (3, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_request_never_hits_the_statement_of_the_next_borrower() {
    const TASKS: usize = 4;
    const DROPS: u64 = 120;
    let scene = Scene::new().await;
    let skip = danger::skip_verification("every test has verified this database once");
    let size = u32::try_from(TASKS).unwrap();
    let builder =
        scene.world.builder().verification(skip).pool_size(size).acquire_timeout(Duration::from_secs(30));
    let db = builder.connect().await.unwrap();
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let (db, own, next) = (db.clone(), scene.world.manager(), scene.world.manager());
            tokio::spawn(async move {
                for number in 0..DROPS {
                    let tx = db.begin(&own).await.unwrap();
                    // It ends just before, while, or just after the server is told to cancel it.
                    let slow = format!("SELECT pg_sleep({})", 0.020 + (number % 24) as f64 * 0.000_25);
                    let slow = danger::sql(&tx, "a test", slow).execute();
                    assert!(timeout(Duration::from_millis(1), slow).await.is_err());
                    drop(tx);
                    // Something that can be cancelled for as long as the request may take.
                    let tx = db.begin(&next).await.unwrap();
                    let next = danger::sql(&tx, "a test", "SELECT pg_sleep(0.003)").execute().await;
                    next.unwrap_or_else(|error| panic!("task {task}, number {number}: {error}"));
                    tx.commit().await.unwrap_or_else(|error| panic!("task {task}, number {number}: {error}"));
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    scene.is_back(&db).await;
    let pool = db.pool_state();
    eprintln!("cancelled at about the time of their end: {pool:?}");
    assert!(pool.recovered > 0 && pool.recovered + pool.closed <= TASKS as u64 * DROPS);
    assert!(pool.closed * 10 <= pool.recovered, "most connections are kept: {pool:?}");
}

#[test]
fn a_transaction_can_be_dropped_outside_of_any_runtime_and_after_its_runtime() {
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (first, second) = (runtime(), runtime());
    let scene = second.block_on(Scene::new());
    let db = first.block_on(scene.single());
    let begin = || async {
        let tx = db.begin(&scene.own).await.unwrap();
        tx.scoped::<Customer>().update(ADA, limit(7)).await.unwrap();
        tx
    };
    let tx = second.block_on(begin());
    std::thread::scope(|scope| scope.spawn(|| drop(tx)).join().unwrap());
    second.block_on(async {
        assert_eq!(db.scoped::<Customer>(&scene.other).count().await.unwrap(), 1);
    });
    let tx = second.block_on(begin());
    drop(first);
    drop(tx);
    second.block_on(async {
        for _ in 0..3 {
            let count =
                timeout(Duration::from_secs(10), async { db.scoped::<Customer>(&scene.other).count().await });
            assert_eq!(count.await.expect("the pool goes on").unwrap(), 1);
        }
        assert_eq!(scene.rows().await.0, "ada 1, bob 2");
    });
}
