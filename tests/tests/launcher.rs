//! The throw-away server: what it promises to whoever starts one, and to whoever kills its owner.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "clippy knows tests, but not what they share")]

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tenant_db::testing::{DatabaseSetup, LaunchError, Postgres, ServerSource, TestDatabase, unique_name};

/// Set in a process that a test starts from its own program, to play the owner of a server.
const PART: &str = "LAUNCHER_TEST_PART";

fn notes() -> DatabaseSetup {
    DatabaseSetup::new().statement("CREATE TABLE notes (body text)")
}

async fn bodies(database: &TestDatabase) -> Vec<String> {
    let rows = database.query_text("SELECT body FROM notes ORDER BY body").await.unwrap();
    rows.into_iter().flatten().flatten().collect()
}

async fn databases(postgres: &Postgres) -> BTreeSet<String> {
    let database = postgres.create_database(&DatabaseSetup::new().statement("SELECT 1")).await.unwrap();
    let rows = database.query_text("SELECT datname FROM pg_database").await.unwrap();
    rows.into_iter().flatten().flatten().filter(|name| name != database.name()).collect()
}

fn signal(signal: &str, target: &str) -> bool {
    Command::new("kill").args([signal, "--", target]).stderr(Stdio::null()).status().unwrap().success()
}

fn is_alive(pid: u32) -> bool {
    signal("-0", &pid.to_string())
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "not within 30 seconds: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// This test program again, running one test as another process would.
fn again(test: &str, part: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(PART, part).stdin(Stdio::null());
    command.env_remove("TENANT_DB_TEST_URL").env_remove("TENANT_DB_TEST_THROWAWAY");
    command
}

fn plays(part: &str) -> bool {
    env::var_os(PART).is_some_and(|played| played == part)
}

#[tokio::test]
async fn a_server_answers_and_leaves_nothing_behind() {
    let postgres = Postgres::start().await.unwrap();
    let folder = postgres.folder().unwrap().to_owned();
    let pid = postgres.pid().unwrap();
    let database = postgres.create_database(&notes()).await.unwrap();
    database.execute("INSERT INTO notes VALUES ('kept')").await.unwrap();
    assert_eq!(bodies(&database).await, ["kept"]);
    assert!(folder.exists() && is_alive(pid));
    drop(database);
    drop(postgres);
    assert!(!folder.exists(), "{} is still there", folder.display());
    assert!(!is_alive(pid));
}

#[tokio::test]
async fn a_private_folder_lets_nobody_else_in() {
    use std::os::unix::fs::PermissionsExt;
    let postgres = Postgres::start().await.unwrap();
    let folder = postgres.folder().unwrap();
    assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(postgres.tcp_port(), None);
    let database = postgres.create_database(&DatabaseSetup::new()).await.unwrap();
    assert_eq!(database.query_text("SHOW listen_addresses").await.unwrap(), [[Some(String::new())]]);
}

/// A part of the two tests below: holds a server until it is killed.
async fn hold_a_server() {
    let postgres = Postgres::shared().await.unwrap();
    let database = postgres.create_database(&notes()).await.unwrap();
    println!("\nHELD {} {}", postgres.pid().unwrap(), postgres.folder().unwrap().display());
    tokio::time::sleep(Duration::from_secs(600)).await;
    drop(database);
}

/// Kills an owner and checks that its server and the server's folder go.
fn nothing_is_left(test: &str, kill: impl FnOnce(u32)) {
    let mut owner = again(test, "owner").stdout(Stdio::piped()).process_group(0).spawn().unwrap();
    let output = BufReader::new(owner.stdout.take().unwrap());
    let held =
        output.lines().map(Result::unwrap).find_map(|line| Some(line.strip_prefix("HELD ")?.to_owned()));
    let held = held.expect("the owner printed no server");
    let (pid, folder) = held.split_once(' ').unwrap();
    let pid = pid.parse().unwrap();
    assert!(is_alive(pid) && Path::new(folder).exists());
    kill(owner.id());
    owner.wait().unwrap();
    eventually("the server is gone", || !is_alive(pid));
    eventually("its folder is gone", || !Path::new(folder).exists());
}

#[tokio::test]
async fn nothing_is_left_when_the_owner_is_killed() {
    if plays("owner") {
        return hold_a_server().await;
    }
    nothing_is_left("nothing_is_left_when_the_owner_is_killed", |owner| {
        assert!(signal("-KILL", &owner.to_string()));
    });
}

#[tokio::test]
async fn nothing_is_left_when_the_terminal_interrupts_the_owners_whole_group() {
    if plays("owner") {
        return hold_a_server().await;
    }
    nothing_is_left("nothing_is_left_when_the_terminal_interrupts_the_owners_whole_group", |owner| {
        assert!(signal("-INT", &format!("-{owner}")));
    });
}

#[tokio::test]
async fn nothing_is_left_when_the_caller_gives_up_while_the_server_starts() {
    let folders = || -> BTreeSet<_> {
        let prefix = format!("tdb-{:x}-", std::process::id());
        let entries = ["/dev/shm", "/tmp"].into_iter().filter_map(|base| fs::read_dir(base).ok()).flatten();
        let ours = entries.flatten().map(|entry| entry.path());
        ours.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix)))
            .collect()
    };
    let before = folders();
    let patience = Duration::from_millis(100);
    assert!(tokio::time::timeout(patience, Postgres::start()).await.is_err(), "too quick to give up on");
    // Others of this program's tests may start and stop servers meanwhile.
    let new: BTreeSet<_> = folders().difference(&before).cloned().collect();
    eventually("the folder is gone", || new.iter().all(|folder| !folder.exists()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_databases_at_once_are_independent_and_share_one_template() {
    let postgres = Postgres::start().await.unwrap();
    // Created without a guard: a second run of the setup would fail.
    let role = unique_name("app");
    let setup = notes().role(&role).statement(format!("CREATE ROLE {role} LOGIN"));
    let make = async |number: usize| {
        let database = postgres.create_database(&setup).await.unwrap();
        database.execute(&format!("INSERT INTO notes VALUES ('{number}')")).await.unwrap();
        database
    };
    let made = tokio::join!(make(0), make(1), make(2), make(3), make(4), make(5), make(6), make(7));
    let made: [TestDatabase; 8] = made.into();
    for (number, database) in made.iter().enumerate() {
        assert_eq!(bodies(database).await, [number.to_string()]);
    }
    let templates =
        made[0].query_text("SELECT FROM pg_database WHERE datname LIKE 'tdb_template%'").await.unwrap();
    assert_eq!(templates.len(), 1);
}

#[tokio::test]
async fn processes_share_the_template_of_a_throwaway_server() {
    let test = "processes_share_the_template_of_a_throwaway_server";
    let role = env::var("LAUNCHER_TEST_ROLE").unwrap_or_else(|_| unique_name("app"));
    let setup = notes().role(&role).statement(format!("CREATE ROLE {role}"));
    if plays("user") {
        let postgres = Postgres::shared().await.unwrap();
        assert!(matches!(postgres.source(), ServerSource::FromEnvironment { throwaway: true, .. }));
        assert!(matches!(postgres.restart().await, Err(LaunchError::NotOurs)));
        assert_eq!(bodies(&postgres.create_database(&setup).await.unwrap()).await, [""; 0]);
        return;
    }
    let postgres = Postgres::start().await.unwrap();
    let users: Vec<_> = (0..4)
        .map(|_| {
            let mut user = again(test, "user");
            user.env("LAUNCHER_TEST_ROLE", &role).env("TENANT_DB_TEST_URL", postgres.admin_url());
            user.env("TENANT_DB_TEST_THROWAWAY", "1").stdout(Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut user in users {
        assert!(user.wait().unwrap().success());
    }
    let left = databases(&postgres).await;
    let prefixes: Vec<_> = left.iter().filter(|name| name.starts_with("tdb_")).collect();
    // That of the four, and that of `databases`.
    assert!(
        prefixes.len() == 2 && prefixes.iter().all(|name| name.starts_with("tdb_template_")),
        "{prefixes:?}"
    );
}

#[tokio::test]
async fn a_server_that_is_not_ours_keeps_neither_databases_nor_roles() {
    let test = "a_server_that_is_not_ours_keeps_neither_databases_nor_roles";
    let role = unique_name("app");
    let setup = notes()
        .role(&role)
        .statement(format!("CREATE ROLE {role} LOGIN; GRANT SELECT ON notes TO {role}"))
        .statement_after_copy(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''7MB''', current_database()); END $$",
        );
    if plays("guest") {
        let postgres = Postgres::shared().await.unwrap();
        assert!(matches!(postgres.source(), ServerSource::FromEnvironment { throwaway: false, .. }));
        let database = postgres.create_database(&setup).await.unwrap();
        assert_eq!(database.query_text("SHOW work_mem").await.unwrap(), [[Some("7MB".to_owned())]]);
        // Over TCP, so that this only works with the password that the role was given.
        let (client, connection) =
            tokio_postgres::connect(&database.url(&role), tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        assert!(client.simple_query("SELECT * FROM notes").await.is_ok());
        let again = postgres.create_database(&setup).await;
        assert!(matches!(again, Err(LaunchError::RoleExists { .. })), "{again:?}");
        return;
    }
    let postgres = Postgres::builder().tcp().start().await.unwrap();
    let database = postgres.create_database(&DatabaseSetup::new()).await.unwrap();
    database.execute("ALTER ROLE postgres PASSWORD 'let me in'").await.unwrap();
    let before = databases(&postgres).await;
    let url = postgres.tcp_url("postgres", "let me in", "postgres").unwrap();
    let mut guest = again(test, "guest");
    assert!(guest.env("TENANT_DB_TEST_URL", url).stdout(Stdio::null()).status().unwrap().success());
    assert_eq!(databases(&postgres).await, before);
    let roles = database.query_text("SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_'").await.unwrap();
    assert_eq!(roles, [[Some("postgres".to_owned())]]);
}

#[tokio::test]
async fn a_database_is_dropped_with_its_value_even_if_somebody_is_connected() {
    let postgres = Postgres::start().await.unwrap();
    let before = databases(&postgres).await;
    let database = postgres.create_database(&DatabaseSetup::new().statement("SELECT 1")).await.unwrap();
    let (_client, connection) =
        tokio_postgres::connect(&database.url("postgres"), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    drop(database);
    assert_eq!(databases(&postgres).await, before);
}

#[test]
fn a_database_is_dropped_outside_a_runtime_too() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let postgres = runtime.block_on(Postgres::start()).unwrap();
    let before = runtime.block_on(databases(&postgres));
    let database =
        runtime.block_on(postgres.create_database(&DatabaseSetup::new().statement("SELECT 1"))).unwrap();
    drop(database);
    assert_eq!(runtime.block_on(databases(&postgres)), before);
}

#[tokio::test]
async fn a_restart_keeps_the_data_and_the_url() {
    let postgres = Postgres::start().await.unwrap();
    let database = postgres.create_database(&notes()).await.unwrap();
    database.execute("INSERT INTO notes VALUES ('kept')").await.unwrap();
    let first = postgres.pid().unwrap();
    postgres.restart().await.unwrap();
    assert_ne!(postgres.pid().unwrap(), first);
    assert_eq!(bodies(&database).await, ["kept"]);
}

#[tokio::test]
async fn a_stopped_server_refuses_connections_until_it_is_resumed() {
    let postgres = Postgres::start().await.unwrap();
    let database = postgres.create_database(&notes()).await.unwrap();
    postgres.stop().await.unwrap();
    assert_eq!(postgres.pid(), None);
    assert!(matches!(database.execute("SELECT 1").await, Err(LaunchError::Connect { .. })));
    postgres.resume().await.unwrap();
    database.execute("SELECT 1").await.unwrap();
}

#[tokio::test]
async fn a_killed_server_can_be_resumed() {
    let postgres = Postgres::start().await.unwrap();
    let database = postgres.create_database(&notes()).await.unwrap();
    let pid = postgres.pid().unwrap();
    assert!(signal("-KILL", &pid.to_string()));
    eventually("the server is gone", || !is_alive(pid));
    postgres.resume().await.unwrap();
    database.execute("SELECT 1").await.unwrap();
}

#[tokio::test]
async fn a_server_that_cannot_start_shows_the_end_of_its_log() {
    let error = Postgres::builder().setting("max_connections", "many").start().await.unwrap_err();
    let message = error.to_string();
    assert!(matches!(error, LaunchError::Start { .. }), "{message}");
    assert!(message.contains("invalid value for parameter \"max_connections\": \"many\""), "{message}");
}

#[tokio::test]
async fn a_failing_statement_is_shown_with_the_servers_message() {
    let postgres = Postgres::start().await.unwrap();
    let setup = DatabaseSetup::new().statement("CREATE TABLE t (a missing_type)");
    let message = postgres.create_database(&setup).await.unwrap_err().to_string();
    assert!(message.contains("type \"missing_type\" does not exist (SQLSTATE 42704)"), "{message}");
    assert!(message.contains("CREATE TABLE t"), "{message}");
}

#[tokio::test]
async fn a_folder_without_a_server_is_named() {
    let error = Postgres::builder().bin_dir("/usr/share").start().await.unwrap_err();
    assert!(matches!(&error, LaunchError::BinDir { folder } if folder == Path::new("/usr/share")), "{error}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_process_of_a_server_runs_as_root() {
    let postgres = Postgres::start().await.unwrap();
    let folder = postgres.folder().unwrap().to_str().unwrap().to_owned();
    let mut seen = 0;
    for process in fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path()) {
        // The guard and the server name the folder; the server's other processes are its children.
        let words = fs::read(process.join("cmdline")).unwrap_or_default();
        if !String::from_utf8_lossy(&words).contains(&folder) {
            continue;
        }
        let status = fs::read_to_string(process.join("status")).unwrap_or_default();
        let users = status.lines().find_map(|line| line.strip_prefix("Uid:")).unwrap_or_default();
        assert!(users.split_whitespace().all(|user| user != "0"), "{}: {users}", process.display());
        seen += 1;
    }
    assert!(seen >= 2, "the guard and the server");
}
