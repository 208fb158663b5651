//! What a session must not carry: a tenant, a lock, a setting of the borrower before; a password in its errors.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use futures_util::FutureExt as _;
use tenant_db::prelude::*;
use tenant_db::{Error, TenantContext, danger};
use tenant_db_tests::models::*;
use tenant_db_tests::poll::{Moment, poll_times};
use tenant_db_tests::{Tap, World};
use tokio::time::{sleep, timeout};

fn named(name: &str) -> NewCustomer {
    NewCustomer { name: name.into(), credit_limit: 1 }
}

/// With one connection, whoever comes next gets what the one before left behind.
async fn single(world: &World) -> TenantDb {
    world.builder().pool_size(1).connect().await.unwrap()
}

#[tokio::test]
async fn nothing_of_a_session_survives_check_in() {
    let world = World::new().await;
    let db = single(&world).await;
    let (own, other) = (world.manager(), world.manager());
    for _ in 0..20 {
        for context in [&own, &other] {
            db.scoped::<Customer>(context).count().await.unwrap();
            let tx = db.begin(context).await.unwrap();
            #[derive(Debug, QueryableByName)]
            struct Seen {
                #[diesel(sql_type = diesel::sql_types::Text)]
                tenant: String,
            }
            let query = "SELECT current_setting('app.current_tenant') AS tenant";
            let seen: Vec<Seen> = danger::sql(&tx, "a test", query).load().await.unwrap();
            assert_eq!(seen[0].tenant, context.tenant().to_string());
            tx.commit().await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_raw_sql_leaves_with_a_session_is_taken_back() {
    let world = World::new().await;
    world.execute("GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC").await;
    let db = single(&world).await;
    let (own, other) = (world.manager(), world.manager());
    db.scoped::<Customer>(&own).insert(named("mine")).await.unwrap();
    let role = world.config().runtime_role();
    let sessions =
        format!("SELECT pid FROM pg_stat_activity WHERE usename = '{role}' AND datname = current_database()");
    let before = world.truth(&sessions).await;
    assert_eq!(before.len(), 1);
    for end in ["commit", "rollback", "error"] {
        let tx = db.begin(&own).await.unwrap();
        let left = format!(
            "SELECT pg_advisory_lock(42), nextval('readings_id_seq'),
                    set_config('app.current_tenant', '{}', false), set_config('app.left', 'behind', false)",
            own.tenant()
        );
        danger::sql(&tx, "a test", left).execute().await.unwrap();
        match end {
            "commit" => tx.commit().await.unwrap(),
            "rollback" => tx.rollback().await,
            _ => {
                let broken = "SELECT 1 / 0";
                assert!(danger::sql(&tx, "a test", broken).execute().await.is_err());
                assert!(tx.commit().await.is_err());
            }
        }
        let locks = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 42";
        assert!(world.truth(locks).await.is_empty(), "after {end}");
        #[derive(Debug, PartialEq, Eq, QueryableByName)]
        struct Left {
            #[diesel(sql_type = diesel::sql_types::Text)]
            value: String,
        }
        let tx = db.begin(&other).await.unwrap();
        let query = "SELECT coalesce(current_setting('app.left', true), '') AS value";
        let seen: Vec<Left> = danger::sql(&tx, "a test", query).load().await.unwrap();
        assert_eq!(seen, [Left { value: String::new() }], "after {end}");
        let query = "SELECT lastval()::text AS value";
        let sequence = danger::sql(&tx, "a test", query).load::<Left>().await;
        assert!(sequence.is_err(), "the last value of a sequence, after {end}: {sequence:?}");
        tx.rollback().await;
    }
    assert_eq!(world.truth(&sessions).await, before, "the session was reset, not replaced");
}

#[tokio::test]
async fn what_a_raw_fragment_leaves_with_a_session_is_taken_back() {
    let world = World::new().await;
    world.execute("GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC").await;
    let db = single(&world).await;
    let (own, other) = (world.manager(), world.manager());
    db.scoped::<Customer>(&own).insert(named("mine")).await.unwrap();
    db.scoped::<Customer>(&other).insert(named("theirs")).await.unwrap();
    let raw = diesel::dsl::sql::<diesel::sql_types::Bool>;
    let repository = db.scoped::<Customer>(&own);
    repository.filter(raw("pg_advisory_lock(43) IS NOT NULL")).load().await.unwrap();
    let read_only = raw("set_config('default_transaction_read_only', 'on', false) IS NOT NULL");
    repository.filter(read_only).count().await.unwrap();
    assert!(
        world.truth("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 43").await.is_empty()
    );
    db.scoped::<Customer>(&other).insert(named("written")).await.unwrap();
    // In a transaction the tenant is named again after the statement.
    let tx = db.begin(&own).await.unwrap();
    let switch = format!("set_config('app.current_tenant', '{}', true) IS NOT NULL", other.tenant());
    let _ = tx.scoped::<Customer>().filter(raw(&switch)).count().await.unwrap();
    assert_eq!(tx.scoped::<Customer>().count().await.unwrap(), 1);
    #[derive(Debug, PartialEq, Eq, QueryableByName)]
    struct Name {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }
    let names: Vec<Name> = danger::sql(&tx, "a test", "SELECT name FROM customers").load().await.unwrap();
    assert_eq!(names, [Name { name: "mine".into() }]);
}

/// Each leaves something with the session rather than with its transaction; `run` is a function of the program's.
const LEAVING: [&str; 12] = [
    "pg_advisory_lock(42) IS NOT NULL",
    "pg_advisory_lock_shared(43) IS NOT NULL",
    "nextval('readings_id_seq') IS NOT NULL",
    "set_config('app.left', 'behind', false) IS NOT NULL",
    "set_config('app.current_tenant', 'forged', false) IS NOT NULL",
    "set_config('statement_timeout', '12345', false) IS NOT NULL",
    "set_config('search_path', 'pg_catalog, public', false) IS NOT NULL",
    "set_config('role', session_user, false) IS NOT NULL",
    "run('PREPARE left_behind AS SELECT 1')",
    "run('LISTEN left_behind')",
    "run('CREATE TEMPORARY TABLE left_behind (secret text)')",
    "run('DECLARE left_behind CURSOR WITH HOLD FOR SELECT 1')",
];

/// How a transaction can end after that.
const ENDS: [&str; 8] = [
    "commit",
    "rollback",
    "an error that is returned",
    "an error that is swallowed",
    "a dropped transaction",
    "a dropped future",
    "a future that is dropped at once",
    "a panic",
];

/// What a session can carry, and its number; the last value of a sequence is asked for apart.
const CARRIED: &str = "
    SELECT pg_backend_pid(), concat_ws(' ',
           coalesce(nullif(current_setting('app.current_tenant', true), ''), '-'),
           coalesce(nullif(current_setting('app.left', true), ''), '-'),
           current_setting('statement_timeout'), current_setting('search_path'), current_setting('role'),
           current_setting('TimeZone'), current_setting('application_name'),
           (SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()),
           (SELECT count(*) FROM pg_cursors), (SELECT count(*) FROM pg_listening_channels()),
           (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'),
           (SELECT count(*) FROM pg_prepared_statements WHERE from_sql))";

/// Two tenants of one connection, and a tap on it.
struct Scene {
    tap: Tap,
    db: TenantDb,
    own: TenantContext<Manager>,
    other: TenantContext<Manager>,
    _world: World,
}

impl Scene {
    async fn new() -> Self {
        let run = "CREATE FUNCTION run(statement text) RETURNS boolean LANGUAGE plpgsql AS
                       $$ BEGIN EXECUTE statement; RETURN true; END $$;
                   GRANT EXECUTE ON FUNCTION run(text) TO PUBLIC";
        let world = World::with(run).await;
        let grant = format!(
            "GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC;
             DO $$ BEGIN
                 EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO {}', current_database());
                 EXECUTE format('ALTER DATABASE %I SET TimeZone = ''Asia/Tokyo''', current_database());
             END $$",
            world.config().runtime_role()
        );
        world.execute(&grant).await;
        let tap = Tap::start(&world.runtime_url()).await;
        let skip = danger::skip_verification("the test has given a right back that the migrations take");
        let builder = TenantDb::builder(tap.url()).database(world.config().clone()).verification(skip);
        let db = builder.pool_size(1).connect().await.unwrap();
        let (own, other) = (world.manager(), world.manager());
        db.scoped::<Customer>(&own).insert(named("mine")).await.unwrap();
        db.scoped::<Customer>(&other).insert(named("theirs")).await.unwrap();
        Self { tap, db, own, other, _world: world }
    }

    /// Runs `leaving` in a transaction that ends in this way.
    async fn leave(&self, leaving: &str, end: &str) {
        let statement = format!("SELECT {leaving}");
        let work = self.db.transaction(&self.own, async |tx| {
            danger::sql(tx, "a test", &statement).execute().await?;
            match end {
                "commit" => Ok(()),
                "rollback" => Err(Error::NoChanges),
                "an error that is returned" => {
                    danger::sql(tx, "a test", "SELECT 1 / 0").execute().await.map(drop)
                }
                "an error that is swallowed" => {
                    let broken = format!("SELECT {leaving}, 1 / length(repeat('', 1))");
                    danger::sql(tx, "a test", broken).execute().await.unwrap_err();
                    Ok(())
                }
                "a panic" => std::panic::resume_unwind(Box::new(())),
                _ => danger::sql(tx, "a test", "SELECT pg_sleep(30)").execute().await.map(drop),
            }
        });
        match end {
            "a dropped transaction" => {
                let tx = self.db.begin(&self.own).await.unwrap();
                danger::sql(&tx, "a test", &statement).execute().await.unwrap();
            }
            "a dropped future" => {
                assert!(timeout(Duration::from_millis(60), work).await.is_err(), "{leaving}");
            }
            "a future that is dropped at once" => {
                // The statement is on its way, and nobody waits for its answer.
                assert!(poll_times(work, 4, Moment::AtOnce).await.is_none(), "{leaving}");
            }
            "a panic" => assert!(AssertUnwindSafe(work).catch_unwind().await.is_err()),
            _ => assert_eq!(work.await.is_ok(), end == "commit", "{leaving}, then {end}"),
        }
    }

    /// Waits until the connection is back.
    async fn is_back(&self) {
        let start = Instant::now();
        while self.db.pool_state().in_use > 0 {
            assert!(start.elapsed() < Duration::from_secs(10), "it does not come back: {:?}", self.db);
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// The session's number, everything that it carries, and whether it knows a sequence's last value.
    async fn carried(&self) -> [String; 3] {
        self.is_back().await;
        let answer = self.tap.ask(CARRIED).await.expect("the session is still there");
        assert_eq!(answer.status, 'I', "a transaction is open");
        let [pid, carried] = &answer.rows[0][..] else { panic!("{answer:?}") };
        let last = self.tap.ask("SELECT lastval()").await.expect("the session is still there");
        let last = last.rows[0][0].as_deref().unwrap_or_default();
        let last = if last.contains("not yet defined") { "" } else { "a sequence's last value" };
        [pid.clone().unwrap_or_default(), carried.clone().unwrap_or_default(), last.to_owned()]
    }
}

#[tokio::test]
async fn nothing_survives_check_in_however_the_work_ended() {
    let scene = Scene::new().await;
    let before = scene.carried().await;
    for leaving in LEAVING {
        for end in ENDS {
            scene.leave(leaving, end).await;
            assert_eq!(scene.carried().await, before, "{leaving}, then {end}");
            assert_eq!(scene.db.scoped::<Customer>(&scene.other).load().await.unwrap()[0].name, "theirs");
        }
    }
    let state = scene.db.pool_state();
    assert_eq!(state.closed, 0, "every session was cleaned up and kept: {state:?}");
    // On a slow machine one may be dropped before it has sent anything.
    assert!(state.recovered as usize >= 3 * LEAVING.len(), "{state:?}");
}

#[tokio::test]
async fn nothing_that_a_raw_fragment_did_survives_check_in() {
    let scene = Scene::new().await;
    let before = scene.carried().await;
    let customers = scene.db.scoped::<Customer>(&scene.own);
    let raw = diesel::dsl::sql::<diesel::sql_types::Bool>;
    for leaving in LEAVING {
        customers.filter(raw(leaving)).load().await.unwrap();
        assert_eq!(scene.carried().await, before, "{leaving}");
        let broken = format!("CASE WHEN {leaving} THEN 1 / length(repeat(name, 0)) > 0 END");
        customers.filter(raw(&broken)).load().await.unwrap_err();
        assert_eq!(scene.carried().await, before, "{leaving}, then an error");
        let sleeps = format!("CASE WHEN {leaving} THEN pg_sleep(30) IS NULL END");
        let sleeps = customers.filter(raw(&sleeps)).load();
        assert!(timeout(Duration::from_millis(60), sleeps).await.is_err(), "{leaving}");
        assert_eq!(scene.carried().await, before, "{leaving}, then a dropped future");
        assert_eq!(scene.db.scoped::<Customer>(&scene.other).load().await.unwrap()[0].name, "theirs");
    }
    assert_eq!(scene.db.pool_state().closed, 0);
}

/// What the two tests above rest on: without this library in between each of these things stays, and is seen.
#[tokio::test]
async fn what_a_session_carries_is_seen() {
    let scene = Scene::new().await;
    let clean = scene.carried().await;
    for leaving in LEAVING {
        scene.tap.ask(&format!("SELECT {leaving}")).await.unwrap();
        assert_ne!(scene.carried().await, clean, "{leaving}");
        for statement in ["DISCARD ALL", "SET TIME ZONE 'UTC'"] {
            scene.tap.ask(statement).await.unwrap();
        }
    }
}

/// A fragment that takes itself for `name = $1`, and is not.
#[derive(Debug, Clone)]
struct CallsItselfEquality(String);

impl diesel::expression::Expression for CallsItselfEquality {
    type SqlType = diesel::sql_types::Bool;
}

impl<T> diesel::expression::AppearsOnTable<T> for CallsItselfEquality {}

impl<GroupBy> diesel::expression::ValidGrouping<GroupBy> for CallsItselfEquality {
    type IsAggregate = diesel::expression::is_aggregate::No;
}

impl diesel::query_builder::QueryId for CallsItselfEquality {
    type QueryId = <diesel::dsl::Eq<customers::name, String> as diesel::query_builder::QueryId>::QueryId;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl diesel::query_builder::QueryFragment<diesel::pg::Pg> for CallsItselfEquality {
    fn walk_ast<'b>(
        &'b self,
        mut out: diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>,
    ) -> diesel::QueryResult<()> {
        out.push_sql("(name = ");
        out.push_bind_param::<diesel::sql_types::Text, _>(&self.0)?;
        out.push_sql(" OR TRUE)");
        Ok(())
    }
}

#[tokio::test]
async fn one_tenant_s_fragment_is_not_prepared_in_the_place_of_another_one_s_query() {
    let world = World::new().await;
    let db = single(&world).await;
    let (own, other) = (world.manager(), world.manager());
    db.scoped::<Customer>(&other).insert_many([named("a"), named("b"), named("c")]).await.unwrap();
    let deceiver = || CallsItselfEquality("a".to_owned());
    let customers = db.scoped::<Customer>(&own);
    customers.filter(deceiver()).load().await.unwrap();
    customers.filter(deceiver()).delete().await.unwrap();
    let customers = db.scoped::<Customer>(&other);
    let named_a = || customers::name.eq("a".to_owned());
    assert_eq!(customers.filter(named_a()).load().await.unwrap().len(), 1);
    assert_eq!(customers.filter(named_a()).delete().await.unwrap(), 1);
    assert_eq!(customers.count().await.unwrap(), 2);
}

#[tokio::test]
async fn a_url_that_names_a_tenant_for_the_session_is_refused() {
    let world = World::new().await;
    let separator = if world.runtime_url().contains('?') { '&' } else { '?' };
    for options in ["-c%20app.current_tenant%3Dx", "-capp.current_tenant%3Dx", "--app.current_tenant%3Dx"] {
        let url = format!("{}{separator}options={options}", world.runtime_url());
        let answer = TenantDb::builder(url).database(world.config().clone()).connect().await;
        let Err(Error::InvalidConfiguration { reason, .. }) = answer else { panic!("{answer:?}") };
        assert!(reason.contains("app.current_tenant"), "{reason}");
    }
}

#[tokio::test]
async fn connection_errors_do_not_show_the_password() {
    for url in [
        "postgresql://user:hunter2@127.0.0.1:1/db",
        "postgresql://user:hunter2@[broken/db",
        "nonsense hunter2 = =",
    ] {
        let error = TenantDb::connect(url).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        assert!(!format!("{:?}", TenantDb::builder(url)).contains("hunter2"));
    }
}
