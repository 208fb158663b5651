//! Behind a pooler in transaction mode that knows no prepared statements: one server connection serves every tenant, and
//! nothing that one of them does stays on it.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::query_builder::QueryId;
use diesel::serialize::{IsNull, Output, ToSql};
use diesel::sql_types::{Bool, SqlType, Text};
use futures_util::FutureExt as _;
use futures_util::future::{join_all, try_join3};
use tenant_db::prelude::*;
use tenant_db::testing::Proxy;
use tenant_db::{Error, Result, TenantContext, TenantDbBuilder, danger};
use tenant_db_tests::World;
use tenant_db_tests::models::*;
use tenant_db_tests::operations::{ADA, BOB, limit, named, single_statements, transactions};
use tenant_db_tests::pgbouncer::{PgBouncer, lines};
use tenant_db_tests::poll::{Moment, poll_times};
use tokio::time::sleep;
use tokio_postgres::Client;

#[allow(missing_docs, reason = "`table!` writes items that nobody can document")]
mod schema {
    diesel::table! {
        use diesel::sql_types::{BigInt, Uuid};
        use crate::MoodType;

        moods (tenant_id, number) {
            tenant_id -> Uuid,
            number -> BigInt,
            mood -> MoodType,
        }
    }
}

use schema::moods;

/// A type whose number has to be looked up, by diesel for what is written and by the driver for what is read.
#[derive(Debug, SqlType, QueryId)]
#[diesel(postgres_type(name = "mood"))]
pub struct MoodType;

/// What the type can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = MoodType)]
#[non_exhaustive]
pub enum Mood {
    /// As it should be.
    Happy,
    /// As it is.
    Sad,
}

impl ToSql<MoodType, Pg> for Mood {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> diesel::serialize::Result {
        std::io::Write::write_all(out, if *self == Self::Happy { b"happy" } else { b"sad" })?;
        Ok(IsNull::No)
    }
}

impl FromSql<MoodType, Pg> for Mood {
    fn from_sql(value: PgValue<'_>) -> diesel::deserialize::Result<Self> {
        match value.as_bytes() {
            b"happy" => Ok(Self::Happy),
            b"sad" => Ok(Self::Sad),
            other => Err(format!("{other:?}").into()),
        }
    }
}

/// How a tenant felt.
#[derive(Debug, Clone, TenantScoped)]
#[tenant(table = moods, primary_key(number))]
pub struct Feeling {
    /// The key.
    pub number: i64,
    /// The mood.
    pub mood: Mood,
}

/// A mood to come.
#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Feeling, table = moods)]
pub struct NewFeeling {
    /// The key.
    pub number: i64,
    /// The mood.
    pub mood: Mood,
}

const TABLES: &str = "
    CREATE TYPE mood AS ENUM ('happy', 'sad');
    CREATE TABLE moods (tenant_id uuid NOT NULL, number bigint NOT NULL, mood mood NOT NULL,
                        PRIMARY KEY (tenant_id, number));
    CREATE FUNCTION run(statement text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE statement; END $$;
    GRANT EXECUTE ON FUNCTION run(text) TO PUBLIC;
    ALTER TABLE customers ADD CONSTRAINT note_key UNIQUE (tenant_id, note) DEFERRABLE INITIALLY DEFERRED";

/// What a server connection may carry from one client to the next: tenant and settings, role, tables, cursors, channels,
/// locks, statements; and the last value of a sequence, which is an error where there is none.
const CARRIED: &str = "
    SELECT coalesce(nullif(current_setting('app.current_tenant', true), ''), '-'),
           coalesce(nullif(current_setting('app.left', true), ''), '-'),
           current_setting('statement_timeout'), current_setting('role'),
           (SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()),
           (SELECT count(*) FROM pg_cursors), (SELECT count(*) FROM pg_listening_channels()),
           (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'),
           (SELECT count(*) FROM pg_prepared_statements)";

/// A pooler with one server connection, and tenants behind it.
struct Scene {
    pooler: PgBouncer,
    /// Somebody else's client of the same pooler.
    stranger: Client,
    world: World,
    own: TenantContext<Manager>,
    other: TenantContext<Manager>,
}

#[derive(Debug, PartialEq, Eq, QueryableByName)]
struct Seen {
    #[diesel(sql_type = Text)]
    value: String,
}

impl Scene {
    async fn new(settings: &[(&str, &str)]) -> Option<Self> {
        let world = World::with(TABLES).await;
        let grant = format!(
            "GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC;
             DO $$ BEGIN
                 EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO {}', current_database());
                 EXECUTE format('ALTER DATABASE %I SET TimeZone = ''Asia/Tokyo''', current_database());
             END $$",
            world.config().runtime_role()
        );
        world.execute(&grant).await;
        let pooler = PgBouncer::start(&world, settings).await?;
        let stranger = pooler.client().await;
        let (own, other) = (world.manager(), world.manager());
        let scene = Self { pooler, stranger, world, own, other };
        scene.restore().await;
        Some(scene)
    }

    fn builder(&self) -> TenantDbBuilder {
        let skip = danger::skip_verification("the test has given a right back that the migrations take");
        TenantDb::builder(self.pooler.url())
            .database(self.world.config().clone())
            .verification(skip)
            .acquire_timeout(Duration::from_secs(60))
    }

    /// A program that knows what it is behind.
    async fn program(&self, pool_size: u32) -> TenantDb {
        self.builder().prepared_statements(false).pool_size(pool_size).connect().await.unwrap()
    }

    /// The rows from before.
    async fn restore(&self) {
        let (own, other) = (self.own.tenant(), self.other.tenant());
        let rows = format!(
            "DELETE FROM customers; INSERT INTO customers VALUES ('{own}', '{ADA}', 'ada', 1), ('{own}', '{BOB}', 'bob', 2),
             ('{other}', '{ADA}', 'eve', 3)"
        );
        self.world.execute(&rows).await;
    }

    /// Asks the one server connection itself.
    async fn carries_nothing(&self, what: &str) {
        assert_eq!(lines(&self.stranger, CARRIED).await, ["- - 0 none 0 0 0 0 0"], "{what}");
        let sequence = self.stranger.simple_query("SELECT lastval()").await;
        assert!(sequence.is_err(), "{what}: the last value of a sequence is still known");
    }

    /// Processes of the server that work for the pooler.
    async fn server_connections(&self) -> Vec<Vec<Option<String>>> {
        let role = self.world.config().runtime_role();
        let sessions = format!(
            "SELECT pid FROM pg_stat_activity WHERE usename = '{role}' AND datname = current_database()"
        );
        self.world.truth(&sessions).await
    }
}

/// Waits until every connection of the program has come back.
async fn is_back(db: &TenantDb) {
    let start = Instant::now();
    while db.pool_state().in_use > 0 {
        assert!(start.elapsed() < Duration::from_secs(10), "a connection did not come back: {db:?}");
        sleep(Duration::from_millis(1)).await;
    }
}

/// Names of what a tenant finds in one of many ways.
async fn names(db: &TenantDb, context: &TenantContext<Manager>, way: usize) -> Result<Vec<String>> {
    let customers = db.scoped::<Customer>(context);
    let of = |rows: Vec<Customer>| rows.into_iter().map(|row| row.name).collect();
    match way % 6 {
        0 => customers.load().await.map(of),
        1 => customers.select(customers::name).load().await,
        2 => customers.filter(diesel::dsl::sql::<Bool>(&format!("{way} = {way}"))).load().await.map(of),
        3 => {
            db.transaction(context, async |tx| {
                let customers = tx.scoped::<Customer>();
                let none = customers.filter(customers::credit_limit.lt(0));
                let (rows, count, none) =
                    try_join3(customers.load(), customers.count(), none.exists()).await?;
                assert_eq!((rows.len() as i64, none), (count, false));
                Ok(rows.into_iter().map(|row| row.name).collect())
            })
            .await
        }
        4 => {
            db.transaction(context, async |tx| {
                #[derive(QueryableByName)]
                struct Name {
                    #[diesel(sql_type = Text)]
                    name: String,
                }
                tokio::task::yield_now().await;
                let rows: Vec<Name> = danger::sql(tx, "a test", "SELECT name FROM customers").load().await?;
                Ok(rows.into_iter().map(|row| row.name).collect())
            })
            .await
        }
        _ => {
            let tx = db.begin(context).await?;
            let before = tx.scoped::<Customer>().load().await.map(of)?;
            tx.scoped::<Customer>().insert(named("undone")).await?;
            tx.rollback().await;
            Ok(before)
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tenants_share_one_server_connection_and_see_their_own_rows() {
    const TENANTS: usize = 10;
    let Some(scene) = Scene::new(&[]).await else { return };
    // Two programs, so that neither knows what the other has done to the server connection.
    let programs = [scene.program(8).await, scene.program(8).await];
    let mut tenants = Vec::new();
    for number in 0..TENANTS {
        let context = scene.world.manager();
        let own = (0..=number).map(|row| named(&format!("{number} {row}")));
        programs[0].scoped::<Customer>(&context).insert_many(own).await.unwrap();
        tenants.push(context);
    }
    let tasks = (0..600).map(|task| {
        let (db, number) = (programs[task % 2].clone(), task % TENANTS);
        let context = tenants[number].clone();
        tokio::spawn(async move { (number, task, names(&db, &context, task / TENANTS).await.unwrap()) })
    });
    for task in join_all(tasks).await {
        let (number, task, names) = task.unwrap();
        let own = format!("{number} ");
        assert!(names.iter().all(|name| name.starts_with(&own)), "task {task} of {number}: {names:?}");
        assert_eq!(names.len(), number + 1, "task {task} of {number}");
    }
    scene.carries_nothing("all of that").await;
    assert_eq!(scene.server_connections().await.len(), 1, "all of that was on one server connection");
}

#[tokio::test]
async fn no_statement_has_a_name_on_the_server_while_it_runs() {
    let Some(scene) = Scene::new(&[]).await else { return };
    let db = scene.program(1).await;
    let tx = db.begin(&scene.own).await.unwrap();
    let query = "SELECT coalesce(string_agg(name || ': ' || statement, ', '), '') AS value FROM pg_prepared_statements";
    for _ in 0..2 {
        tx.scoped::<Customer>().load().await.unwrap();
        let seen: Vec<Seen> = danger::sql(&tx, "a test", query).load().await.unwrap();
        assert_eq!(seen, [Seen { value: String::new() }], "two processes would choose the same name");
    }
    tx.commit().await.unwrap();
    scene.carries_nothing("that").await;
}

#[tokio::test]
async fn an_operation_takes_three_round_trips_to_the_pooler() {
    let Some(scene) = Scene::new(&[]).await else { return };
    let proxy = Proxy::start(&scene.pooler.url()).unwrap();
    let skip = danger::skip_verification("the test has given a right back that the migrations take");
    let builder = TenantDb::builder(proxy.url()).database(scene.world.config().clone()).verification(skip);
    let db = builder.prepared_statements(false).pool_size(1).connect().await.unwrap();
    let customers = db.scoped::<Customer>(&scene.own);
    customers.count().await.unwrap();
    proxy.set_round_trip(Duration::from_millis(20));
    for _ in 0..2 {
        let before = proxy.flights();
        customers.find(ADA).await.unwrap();
        assert_eq!(
            proxy.flights() - before,
            3,
            "BEGIN with the statement's preparation, the statement, COMMIT"
        );
    }
}

#[tokio::test]
async fn a_dropped_operation_leaves_nothing_on_the_server_connection() {
    let Some(scene) = Scene::new(&[]).await else { return };
    let next = scene.program(1).await;
    let mut dropped = (0, 0, 0);
    for case in single_statements().into_iter().chain(transactions()) {
        // A program of its own each time: what it knows after the first operation makes the later ones shorter.
        let db = scene.program(1).await;
        for polls in 1.. {
            let moment = if polls % 2 == 0 { Moment::AtOnce } else { Moment::WhenWoken };
            scene.restore().await;
            let work = (case.run)(&db, &scene.own);
            let finished = poll_times(work, polls, moment).await;
            let what = format!("{}, dropped after {polls} polls", case.name);
            let others = next.scoped::<Customer>(&scene.other);
            let rows = others.load().await.unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!(rows.len(), 1, "{what}");
            others.update(ADA, limit(4)).await.unwrap_or_else(|error| panic!("{what}: {error}"));
            is_back(&db).await;
            scene.carries_nothing(&what).await;
            if let Some(outcome) = finished {
                outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
                break;
            }
            dropped.0 += 1;
        }
        dropped.1 += db.pool_state().recovered;
        dropped.2 += db.pool_state().closed;
    }
    let (drops, recovered, closed) = dropped;
    println!("{drops} drops: {recovered} connections cleaned up, {closed} closed");
    assert!(drops > 100 && recovered > closed);
    assert_eq!(scene.server_connections().await.len(), 1);
}

#[tokio::test]
async fn a_statement_that_sleeps_is_cancelled_through_the_pooler_and_hits_nobody_else() {
    let Some(scene) = Scene::new(&[]).await else { return };
    let (db, next) = (scene.program(1).await, scene.program(1).await);
    for round in 0..10 {
        let sleeper = db.transaction(&scene.own, async |tx| {
            danger::sql(tx, "a test", "SELECT pg_advisory_lock(44), pg_sleep(30)").execute().await
        });
        let begun = Instant::now();
        assert!(tokio::time::timeout(Duration::from_millis(50), sleeper).await.is_err());
        // They stand in line for the server connection.
        for _ in 0..5 {
            let rows = next.scoped::<Customer>(&scene.other).load().await;
            assert_eq!(rows.unwrap_or_else(|error| panic!("round {round}: {error}")).len(), 1);
        }
        assert!(begun.elapsed() < Duration::from_secs(2), "the next tenant waited {:?}", begun.elapsed());
        is_back(&db).await;
        scene.carries_nothing("a sleeper").await;
    }
    assert_eq!(db.pool_state().closed, 0, "{db:?}");
}

#[tokio::test]
async fn a_type_that_is_looked_up_is_known_on_every_server_connection() {
    let Some(scene) = Scene::new(&[("default_pool_size", "3")]).await else { return };
    let db = scene.program(6).await;
    for round in 0..20 {
        let tasks = (0..6).map(|task| {
            let (db, context) = (db.clone(), scene.own.clone());
            let number = round * 6 + task;
            tokio::spawn(async move {
                let feelings = db.scoped::<Feeling>(&context);
                feelings.insert(NewFeeling { number, mood: Mood::Sad }).await?;
                let found = feelings
                    .filter(moods::mood.eq(Mood::Sad))
                    .filter(moods::number.eq(number))
                    .load()
                    .await?;
                assert_eq!(found.len(), 1);
                Ok::<_, Error>(())
            })
        });
        for task in join_all(tasks).await {
            task.unwrap().unwrap();
        }
    }
    assert_eq!(db.scoped::<Feeling>(&scene.other).count().await.unwrap(), 0);
    scene.carries_nothing("types that are looked up").await;
}

#[tokio::test]
async fn a_constraint_that_is_checked_at_commit_leaves_nothing() {
    let Some(scene) = Scene::new(&[]).await else { return };
    let db = scene.program(2).await;
    let same = || CustomerChanges { note: Some(Some("same".into())), ..Default::default() };
    for by_hand in [false, true] {
        let refused = db.transaction(&scene.own, async |tx| {
            tx.scoped::<Customer>().update(ADA, same()).await?;
            tx.scoped::<Customer>().update(BOB, same()).await?;
            if by_hand {
                danger::sql(tx, "a test", "SELECT pg_advisory_lock(45)").execute().await?;
            }
            Ok(())
        });
        let refused = refused.await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        let bulk =
            db.scoped::<Customer>(&scene.own).filter(customers::credit_limit.gt(0)).update(same()).await;
        assert!(matches!(bulk, Err(Error::Conflict(_))), "{bulk:?}");
        assert_eq!(db.scoped::<Customer>(&scene.other).count().await.unwrap(), 1);
        scene.carries_nothing("a deferred constraint").await;
    }
}

/// Statements that leave something with a session rather than with its transaction; `run` is a function of the program's.
const LEAVING: [&str; 10] = [
    "SELECT pg_advisory_lock(46)",
    "SELECT nextval('readings_id_seq')",
    "SELECT set_config('app.left', 'behind', false)",
    "SELECT set_config('app.current_tenant', 'forged', false)",
    "SELECT set_config('statement_timeout', '12345', false)",
    "SELECT set_config('role', session_user, false)",
    "SELECT run('PREPARE left_behind AS SELECT ''a secret of one tenant''')",
    "SELECT run('LISTEN left_behind')",
    "SELECT run('CREATE TEMPORARY TABLE left_behind (secret text)')",
    "SELECT run('DECLARE left_behind CURSOR WITH HOLD FOR SELECT 1')",
];

#[tokio::test]
async fn what_raw_sql_leaves_with_a_server_connection_is_taken_back() {
    let Some(scene) = Scene::new(&[]).await else { return };
    let db = scene.program(1).await;
    for statement in LEAVING {
        for end in ["commit", "rollback", "an error", "a drop", "a panic", "an error in the same statement"] {
            let what = format!("{statement}, then {end}");
            let work = async {
                let tx = db.begin(&scene.own).await.unwrap();
                danger::sql(&tx, "a test", statement)
                    .execute()
                    .await
                    .unwrap_or_else(|error| panic!("{what}: {error}"));
                match end {
                    "commit" => tx.commit().await.unwrap(),
                    "rollback" => tx.rollback().await,
                    "a drop" => drop(tx),
                    "a panic" => std::panic::resume_unwind(Box::new(0)),
                    "an error" => {
                        assert!(danger::sql(&tx, "a test", "SELECT 1 / 0").execute().await.is_err());
                        assert!(tx.commit().await.is_err());
                    }
                    _ => {
                        let both = "SELECT pg_advisory_lock(47), nextval('readings_id_seq') / 0";
                        assert!(danger::sql(&tx, "a test", both).execute().await.is_err());
                        drop(tx);
                    }
                }
            };
            assert_eq!(AssertUnwindSafe(work).catch_unwind().await.is_err(), end == "a panic", "{what}");
            is_back(&db).await;
            scene.carries_nothing(&what).await;
            assert_eq!(db.scoped::<Customer>(&scene.other).count().await.unwrap(), 1, "{what}");
        }
    }
    let raw = diesel::dsl::sql::<Bool>;
    let fragment = "pg_advisory_lock(48) IS NOT NULL AND nextval('readings_id_seq') / 0 > 0";
    let customers = db.scoped::<Customer>(&scene.own);
    assert!(customers.filter(raw(fragment)).load().await.is_err());
    scene.carries_nothing("a fragment that fails").await;
    customers.filter(raw("pg_advisory_lock(48) IS NOT NULL")).load().await.unwrap();
    scene.carries_nothing("a fragment").await;
    assert_eq!(scene.server_connections().await.len(), 1);
    assert_eq!(db.pool_state().closed, 0, "{db:?}");
}

#[tokio::test]
async fn sessions_are_in_utc_whatever_other_clients_of_the_pooler_ask_for() {
    let Some(scene) = Scene::new(&[]).await else { return };
    let db = scene.program(2).await;
    scene.stranger.simple_query("SET TIME ZONE 'Asia/Tokyo'").await.unwrap();
    for _ in 0..5 {
        let tx = db.begin(&scene.own).await.unwrap();
        let query = "SELECT concat_ws(' ', current_setting('TimeZone'), current_setting('client_encoding'),
                     current_setting('statement_timeout'), current_setting('application_name')) AS value";
        let seen: Vec<Seen> = danger::sql(&tx, "a test", query).load().await.unwrap();
        assert_eq!(seen[0].value, "UTC UTF8 30s tenant-db");
        tx.commit().await.unwrap();
        assert_eq!(lines(&scene.stranger, "SHOW TIME ZONE").await, ["Asia/Tokyo"]);
    }
}

#[tokio::test]
async fn a_server_connection_that_ends_is_an_error_for_one_tenant_and_nothing_to_the_next() {
    let Some(scene) = Scene::new(&[]).await else { return };
    let db = scene.program(2).await;
    for _ in 0..3 {
        let tx = db.begin(&scene.own).await.unwrap();
        tx.scoped::<Customer>().update(ADA, limit(50)).await.unwrap();
        let role = scene.world.config().runtime_role();
        let end = format!(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
             WHERE usename = '{role}' AND datname = current_database()"
        );
        scene.world.truth(&end).await;
        assert!(tx.scoped::<Customer>().count().await.is_err());
        assert!(tx.commit().await.is_err());
        let others = db.scoped::<Customer>(&scene.other);
        let start = Instant::now();
        while let Err(error) = others.load().await {
            assert!(start.elapsed() < Duration::from_secs(30), "{error}");
            sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(others.load().await.unwrap()[0].name, "eve");
        assert_eq!(db.scoped::<Customer>(&scene.own).find(ADA).await.unwrap().credit_limit, 1);
    }
}

#[tokio::test]
async fn a_program_that_does_not_know_of_the_pooler_is_told_at_the_start() {
    let Some(scene) = Scene::new(&[]).await else { return };
    let db = scene.builder().acquire_timeout(Duration::from_millis(500)).connect().await;
    let outcome = match db {
        Ok(db) => db.scoped::<Customer>(&scene.own).count().await.map(drop),
        Err(error) => Err(error),
    };
    let Err(Error::Connect { reason, .. }) = outcome else { panic!("{outcome:?}") };
    assert!(reason.contains("prepared_statements=false"), "{reason}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_is_never_told_of_the_pooler_gets_errors_or_its_own_rows() {
    let settings = [("ignore_startup_parameters", "options"), ("default_pool_size", "3")];
    let Some(scene) = Scene::new(&settings).await else { return };
    let programs = [
        scene.builder().pool_size(4).connect().await.unwrap(),
        scene.builder().pool_size(4).connect().await.unwrap(),
    ];
    let (mut rows, mut errors) = (0, 0);
    for round in 0..40 {
        let tasks = (0..16).map(|task| {
            let db = programs[task % 2].clone();
            let (context, expected) = if task / 2 % 2 == 0 {
                (scene.own.clone(), ["ada", "bob"].as_slice())
            } else {
                (scene.other.clone(), ["eve"].as_slice())
            };
            tokio::spawn(async move { (names(&db, &context, round + task).await, expected) })
        });
        for task in join_all(tasks).await {
            let (outcome, expected) = task.unwrap();
            match outcome {
                Ok(mut names) => {
                    names.sort();
                    assert_eq!(names, expected);
                    rows += 1;
                }
                Err(_) => errors += 1,
            }
        }
    }
    println!("{rows} right answers, {errors} errors");
}

#[tokio::test]
async fn a_program_may_keep_prepared_statements_where_the_pooler_gives_it_a_session() {
    let settings =
        [("ignore_startup_parameters", "options"), ("pool_mode", "session"), ("default_pool_size", "4")];
    let Some(scene) = Scene::new(&settings).await else { return };
    let db = scene.builder().pool_size(2).connect().await.unwrap();
    for way in 0..12 {
        assert_eq!(names(&db, &scene.own, way).await.unwrap().len(), 2);
        assert_eq!(names(&db, &scene.other, way).await.unwrap(), ["eve"]);
    }
}
