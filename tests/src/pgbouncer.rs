//! A connection pooler in transaction mode: each transaction may get another server connection, and a server connection
//! serves whoever comes.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot be set up has to stop")]

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio_postgres::config::Host;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use crate::world::World;

/// Set to `required` by whoever has made sure that it is installed: then a test without it fails.
const VARIABLE: &str = "TENANT_DB_TEST_PGBOUNCER";

/// The name of the socket, not a port: nothing listens on the network.
const PORT: u16 = 6432;

/// Starts the pooler, and stops it when the standard input ends: when the test does, however it does.
const GUARD: &str = r#"
trap '' HUP INT PIPE QUIT TERM
umask 077
mkdir "$2" || exit 1
printf '%s' "$3" >"$2/pgbouncer.ini"
printf '%s' "$4" >"$2/users.txt"
"$1" "$2/pgbouncer.ini" </dev/null >"$2/log" 2>&1 &
read -r _
kill -KILL $!
wait $!
rm -rf "$2"
"#;

/// A `PgBouncer` in front of one database. Dropped, it is gone.
#[derive(Debug)]
pub struct PgBouncer {
    guard: Child,
    folder: PathBuf,
    user: String,
    database: String,
}

impl PgBouncer {
    /// Starts one in front of `world`'s database, in transaction mode and with one server connection, unless `settings`
    /// say something else. None where it is not installed: then the test cannot be run, and says so.
    pub async fn start(world: &World, settings: &[(&str, &str)]) -> Option<Self> {
        let Some(program) = program() else {
            assert!(
                std::env::var_os(VARIABLE).is_none_or(|value| value != "required"),
                "pgbouncer is not installed, and {VARIABLE} says that it is"
            );
            // Not by `eprintln!`, which the test runner keeps to itself.
            let _ = io::stderr().write_all(
                b"NOT RUN: a test needs pgbouncer, which is not installed (`cargo xtask test --install` does that)\n",
            );
            return None;
        };
        let server: tokio_postgres::Config = world.runtime_url().parse().expect("a URL");
        let user = server.get_user().expect("a user").to_owned();
        let database = server.get_dbname().expect("a database").to_owned();
        let (host, owner) = match server.get_hosts().first().expect("a host") {
            Host::Unix(folder) => (folder.display().to_string(), fs::metadata(folder).ok()),
            Host::Tcp(host) => (host.clone(), None),
        };
        let port = server.get_ports().first().copied().unwrap_or(5432);
        let folder = unused_folder();
        let path = folder.display();
        let mut config = format!(
            "[databases]\n{database} = host={host} port={port} dbname={database} user={user}\n[pgbouncer]\n\
             listen_addr =\nlisten_port = {PORT}\nunix_socket_dir = {path}\nauth_type = trust\n\
             auth_file = {path}/users.txt\nserver_tls_sslmode = disable\npool_mode = transaction\n\
             default_pool_size = 1\nmax_client_conn = 500\n"
        );
        for (name, value) in settings {
            let _ = writeln!(config, "{name} = {value}");
        }
        let mut command = Command::new("/bin/sh");
        command.args(["-c", GUARD, "pgbouncer-guard"]).arg(program).arg(&folder).arg(config);
        command.arg(format!("\"{user}\" \"\"\n"));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // A group of its own: Ctrl-C in a terminal goes to the group of the test.
        command.process_group(0);
        if running_as_root() {
            // It refuses root; and the server's account is who can reach the server's socket.
            let (uid, gid) =
                owner.map(|owner| (owner.uid(), owner.gid())).filter(|ids| ids.0 != 0).unwrap_or_else(nobody);
            command.uid(uid).gid(gid);
        }
        let guard = command.spawn().expect("a shell");
        let pooler = Self { guard, folder, user, database };
        pooler.wait_until_it_answers().await;
        Some(pooler)
    }

    /// The runtime role's URL, through the pooler.
    #[must_use]
    pub fn url(&self) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgresql://{}@{folder}:{PORT}/{}?sslmode=disable", self.user, self.database)
    }

    /// A client of the pooler that this library has no part in.
    pub async fn client(&self) -> Client {
        let (client, connection) = tokio_postgres::connect(&self.url(), NoTls).await.expect("a connection");
        tokio::spawn(connection);
        client
    }

    async fn wait_until_it_answers(&self) {
        let start = Instant::now();
        while tokio_postgres::connect(&self.url(), NoTls).await.is_err() {
            let log = || fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(start.elapsed() < Duration::from_secs(20), "pgbouncer does not answer: {}", log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// What `sql` answers, one row after the other, each as text with its columns apart.
///
/// # Panics
///
/// Where the server refuses it.
pub async fn lines(client: &Client, sql: &str) -> Vec<String> {
    let messages = client.simple_query(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|column| row.get(column).unwrap_or("NULL")).collect::<Vec<_>>().join(" "))
        }
        _ => None,
    });
    rows.collect()
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/bin"].map(PathBuf::from));
    folders.map(|folder| folder.join("pgbouncer")).find(|program| program.is_file())
}

fn unused_folder() -> PathBuf {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    // A socket's path is short, and an account that is not ours has to reach it.
    Path::new("/tmp").join(format!("tdb-pgb-{:x}-{count:x}", std::process::id()))
}

fn running_as_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// The account that owns nothing.
fn nobody() -> (u32, u32) {
    (65534, 65534)
}
