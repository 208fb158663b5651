//! What the builder and the URL can ask for, what reaches the server, and what is refused.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::Text;
use tenant_db::{Error, TenantDb, TenantDbBuilder, danger, prelude::*};
use tenant_db_tests::World;
use tenant_db_tests::models::*;

/// The settings that a session can be held to.
const LIMITS: [&str; 5] = [
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "client_connection_check_interval",
    "application_name",
];

#[derive(Debug, QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    value: String,
}

/// A builder for `world`'s database, with further parameters in the URL.
fn with(world: &World, parameters: &str) -> TenantDbBuilder {
    let url = world.runtime_url();
    let separator = if url.contains('?') { '&' } else { '?' };
    TenantDb::builder(format!("{url}{separator}{parameters}")).database(world.config().clone()).pool_size(1)
}

/// What holds in a transaction of `db`: its limits and its name.
async fn limits(world: &World, db: &TenantDb) -> [String; 5] {
    let context = world.manager();
    let tx = db.begin(&context).await.unwrap();
    let mut found = LIMITS.map(str::to_owned);
    for name in &mut found {
        let sql = format!("SELECT current_setting('{name}') AS value");
        let rows: Vec<Setting> = danger::sql(&tx, "a test", sql).load().await.unwrap();
        *name = rows[0].value.clone();
    }
    tx.commit().await.unwrap();
    found
}

async fn refused(builder: TenantDbBuilder) -> String {
    match builder.connect().await {
        Err(Error::InvalidConfiguration { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_session_has_limits() {
    let world = World::new().await;
    let db = with(&world, "").connect().await.unwrap();
    assert_eq!(limits(&world, &db).await, ["30s", "10s", "1min", "1s", "tenant-db"]);
}

#[tokio::test]
async fn limits_outlast_the_reset_after_sql_by_hand() {
    let world = World::new().await;
    world.execute("GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC").await;
    let db = with(&world, "statement_timeout=2s").connect().await.unwrap();
    let context = world.manager();
    let tx = db.begin(&context).await.unwrap();
    let sql = "SELECT set_config('statement_timeout', '1h', false), set_config('lock_timeout', '1h', false)";
    danger::sql(&tx, "a test", sql).execute().await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(limits(&world, &db).await, ["2s", "10s", "1min", "1s", "tenant-db"]);
}

#[tokio::test]
async fn the_url_overrides_defaults_and_the_program_overrides_the_url() {
    let world = World::new().await;
    let url = "statement_timeout=7s&lock_timeout=2s&idle_in_transaction_timeout=5min\
               &client_connection_check_interval=250ms&application_name=a%20shop";
    let db = with(&world, url).connect().await.unwrap();
    assert_eq!(limits(&world, &db).await, ["7s", "2s", "5min", "250ms", "a shop"]);
    let db = with(&world, url)
        .statement_timeout(Duration::from_secs(8))
        .lock_timeout(None)
        .idle_in_transaction_timeout(Duration::from_millis(1500))
        .client_connection_check_interval(Duration::from_secs(2))
        .application_name("it's \\ a shop")
        .connect()
        .await
        .unwrap();
    assert_eq!(limits(&world, &db).await, ["8s", "0", "1500ms", "2s", "it's \\ a shop"]);
}

#[tokio::test]
async fn no_limit_leaves_the_roles_own() {
    let world = World::new().await;
    // For this database alone: the role belongs to the server.
    let (role, name) = (world.config().runtime_role(), world.truth("SELECT current_database()").await);
    let name = name[0][0].clone().unwrap();
    world.execute(&format!("ALTER ROLE {role} IN DATABASE \"{name}\" SET statement_timeout = '4s'")).await;
    let db = with(&world, "statement_timeout=0").connect().await.unwrap();
    assert_eq!(limits(&world, &db).await[0], "4s");
    let db = with(&world, "").connect().await.unwrap();
    assert_eq!(limits(&world, &db).await[0], "30s", "a default goes before the role's");
}

#[tokio::test]
async fn limits_in_the_urls_options_stand_until_somebody_is_more_explicit() {
    let world = World::new().await;
    let options = "options=-c%20statement_timeout%3D6s%20--lock-timeout%3D3s";
    let db = with(&world, options).connect().await.unwrap();
    assert_eq!(limits(&world, &db).await, ["6s", "3s", "1min", "1s", "tenant-db"]);
    let db = with(&world, &format!("{options}&lock_timeout=4s")).connect().await.unwrap();
    assert_eq!(limits(&world, &db).await, ["6s", "4s", "1min", "1s", "tenant-db"]);
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_cancelled_and_the_session_goes_on() {
    let world = World::new().await;
    let db = with(&world, "statement_timeout=50ms").connect().await.unwrap();
    let context = world.manager();
    let tx = db.begin(&context).await.unwrap();
    let begun = Instant::now();
    let answer = danger::sql(&tx, "a test", "SELECT pg_sleep(30)").execute().await;
    assert!(answer.unwrap_err().to_string().contains("statement timeout"));
    assert!(begun.elapsed() < Duration::from_secs(10));
    drop(tx);
    assert_eq!(db.scoped::<Customer>(&context).count().await.unwrap(), 0);
}

#[tokio::test]
async fn without_prepared_statements_limits_are_set_in_each_transaction() {
    let world = World::new().await;
    let db = with(&world, "prepared_statements=false&statement_timeout=3s&application_name=pooled");
    let db = db.connect().await.unwrap();
    assert_eq!(limits(&world, &db).await, ["3s", "10s", "1min", "1s", "pooled"]);
    // What the session itself was started with is seen by nobody but a new session of the same kind.
    let start = "SELECT reset_val FROM pg_settings WHERE name = 'statement_timeout'";
    let context = world.manager();
    let tx = db.begin(&context).await.unwrap();
    let rows: Vec<Setting> =
        danger::sql(&tx, "a test", format!("SELECT ({start}) AS value")).load().await.unwrap();
    assert_eq!(rows[0].value, "0", "start-up options were sent");
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn options_that_undo_isolation_are_refused() {
    let world = World::new().await;
    for (options, named) in [
        ("-c app.current_tenant=x", "app.current_tenant"),
        ("-cApp.Current-Tenant=x", "app.current_tenant"),
        ("--app.current-tenant=x", "app.current_tenant"),
        (r"-c app.\current_tenant=x", "app.current_tenant"),
        ("-c role=postgres", "role"),
        ("--session-authorization=postgres", "session_authorization"),
        ("-c work_mem=4MB -c row_security=off", "row_security"),
        ("-c standard_conforming_strings=off", "standard_conforming_strings"),
        ("-ecrole=postgres", "`-c name=value`"),
    ] {
        let encoded: String = options.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let reason = refused(with(&world, &format!("options={encoded}"))).await;
        assert!(reason.contains(named), "{options}: {reason}");
    }
    let harmless = "options=-c%20work_mem%3D5MB%20-c%20search_path%3Dpublic";
    assert!(with(&world, harmless).connect().await.is_ok());
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_before_anything_is_sent() {
    let builder = || TenantDb::builder("postgresql://u:hunter2@127.0.0.1:1/d");
    let short = Duration::from_micros(10);
    for (builder, told) in [
        (builder().pool_size(0), "at least one connection"),
        (builder().acquire_timeout(Duration::ZERO), "`acquire_timeout` is zero"),
        (builder().permits_per_tenant(0), "give 1 or more"),
        (builder().pool_size(4).permits_per_tenant(5), "give at most 4"),
        (builder().statement_timeout(short), "shorter than a millisecond"),
        (builder().max_lifetime(Duration::MAX), "longer than 24 days"),
        (builder().application_name("a\0b"), "NUL"),
        (builder().read_replica("postgresql://u:hunter2@127.0.0.1:1/d?pool_sise=1"), "`pool_sise`"),
        (builder().read_replica("postgresql://h/d?options=-c%20role%3Dx"), "`role`"),
    ] {
        let reason = refused(builder).await;
        assert!(reason.contains(told) && !reason.contains("hunter2"), "{told}: {reason}");
    }
    for (parameters, told) in [
        ("statement_timeout=30", "`statement_timeout` is not a duration"),
        ("pool_size=many", "`pool_size` is not a whole number"),
        ("pool_size=1&pool_size=2", "`pool_size` twice"),
        ("pool_sise=1", "`pool_sise`"),
        ("sslmode=verify", "`sslmode`"),
    ] {
        let url = format!("postgresql://u:hunter2@127.0.0.1:1/d?{parameters}");
        let reason = refused(TenantDb::builder(url)).await;
        assert!(reason.contains(told) && !reason.contains("hunter2"), "{parameters}: {reason}");
    }
}

#[tokio::test]
async fn a_replica_has_its_own_urls_settings_and_the_programs() {
    let world = World::new().await;
    // The same server: what is tested is who asks for what.
    let url = format!("{}{}", world.runtime_url(), if world.runtime_url().contains('?') { '&' } else { '?' });
    let db = with(&world, "statement_timeout=2s&lock_timeout=3s")
        .lock_timeout(Duration::from_secs(4))
        .read_replica(format!("{url}statement_timeout=5s&application_name=reader"))
        .connect()
        .await
        .unwrap();
    assert_eq!(limits(&world, &db).await, ["2s", "4s", "1min", "1s", "tenant-db"]);
    let replica = db.read_replica().unwrap();
    assert_eq!(limits(&world, replica).await, ["5s", "4s", "1min", "1s", "reader"]);
    assert!(matches!(replica.read_replica(), Err(Error::InvalidConfiguration { .. })));
}

#[tokio::test]
async fn key_values_work_like_a_url() {
    let world = World::new().await;
    let found = world.truth("SELECT current_database(), current_setting('unix_socket_directories')").await;
    let (name, folder) = (found[0][0].clone().unwrap(), found[0][1].clone().unwrap());
    let port = world.truth("SELECT current_setting('port')").await[0][0].clone().unwrap();
    if !world.runtime_url().contains("@%2F") {
        eprintln!("skipped: the server is somebody else's, and not on a local socket");
        return;
    }
    let role = world.config().runtime_role();
    let text = format!(
        "host='{folder}' port={port} user={role} dbname = {name} statement_timeout=9s application_name='a shop'"
    );
    let db = TenantDb::builder(text).database(world.config().clone()).connect().await.unwrap();
    let found = limits(&world, &db).await;
    assert_eq!((found[0].as_str(), found[4].as_str()), ("9s", "a shop"));
}
