//! The proxy between a program and its server: what it forwards, counts, delays and breaks.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use tenant_db::testing::{DatabaseSetup, Postgres, Proxy, TestDatabase};
use tokio::time::timeout;
use tokio_postgres::{Client, NoTls};

/// Long enough for what happens, short enough to wait for what must not.
const A_WHILE: Duration = Duration::from_millis(150);
/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

async fn database() -> TestDatabase {
    let setup = DatabaseSetup::new().statement("CREATE TABLE notes (body text)");
    Postgres::shared().await.unwrap().create_database(&setup).await.unwrap()
}

async fn connect(proxy: &Proxy) -> Client {
    let (client, connection) = tokio_postgres::connect(&proxy.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

async fn until_open(proxy: &Proxy, connections: usize) {
    let deadline = Instant::now() + PATIENCE;
    while proxy.connections() != connections {
        assert!(Instant::now() < deadline, "{} connections are open", proxy.connections());
        // The client's own tasks have to be run.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// A server that sends back what it gets, and a connection to it through a proxy.
fn echo() -> (Proxy, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().map(Result::unwrap) {
            thread::spawn(move || std::io::copy(&mut &stream, &mut &stream));
        }
    });
    let proxy = Proxy::start(&format!("postgresql://ada@{address}/echo")).unwrap();
    let client = dial(&proxy);
    (proxy, client)
}

fn dial(proxy: &Proxy) -> TcpStream {
    let url = proxy.url();
    let address: SocketAddr = url.split(['@', '/']).nth(3).unwrap().parse().unwrap();
    let client = TcpStream::connect(address).unwrap();
    client.set_nodelay(true).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client
}

fn ask(client: &mut TcpStream, question: &[u8]) {
    client.write_all(question).unwrap();
    let mut answer = vec![0; question.len()];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(answer, question);
}

/// All that is still to be read, and the error at the end if it is not a proper one.
fn rest(client: &mut TcpStream) -> (Vec<u8>, Option<ErrorKind>) {
    let mut read = Vec::new();
    let outcome = client.read_to_end(&mut read);
    (read, outcome.err().map(|error| error.kind()))
}

#[tokio::test]
async fn statements_and_answers_pass_through_a_unix_socket_and_through_a_port() {
    let database = database().await;
    let near = Proxy::start(database.admin_url()).unwrap();
    let far = Proxy::start(&near.url()).unwrap();
    let client = connect(&far).await;
    let long: String = client.query_one("SELECT repeat('x', 1000000)", &[]).await.unwrap().get(0);
    assert_eq!(long.len(), 1_000_000);
    client.execute("INSERT INTO notes VALUES ($1)", &[&long]).await.unwrap();
    assert_eq!(
        database.query_text("SELECT length(body)::text FROM notes").await.unwrap(),
        [[Some("1000000".to_owned())]]
    );
    assert_eq!((near.connections(), far.connections()), (1, 1));
    assert!(far.client_bytes() > 1_000_000 && far.server_bytes() > 1_000_000);
    assert_eq!((near.client_bytes(), near.server_bytes()), (far.client_bytes(), far.server_bytes()));
}

#[tokio::test]
async fn a_connection_is_counted_as_long_as_it_is_open() {
    let database = database().await;
    let proxy = Proxy::start(database.admin_url()).unwrap();
    let first = connect(&proxy).await;
    let second = connect(&proxy).await;
    assert_eq!((proxy.connections(), proxy.accepted()), (2, 2));
    drop(first);
    until_open(&proxy, 1).await;
    second.simple_query("SELECT 1").await.unwrap();
    assert_eq!((proxy.connections(), proxy.accepted()), (1, 2));
}

#[tokio::test]
async fn statements_that_are_awaited_are_a_flight_each() {
    let database = database().await;
    let proxy = Proxy::start(database.admin_url()).unwrap();
    proxy.set_round_trip(Duration::from_millis(10));
    let client = connect(&proxy).await;
    let before = proxy.flights();
    client.batch_execute("BEGIN").await.unwrap();
    client.batch_execute("INSERT INTO notes VALUES ('one')").await.unwrap();
    client.batch_execute("INSERT INTO notes VALUES ('two')").await.unwrap();
    client.batch_execute("INSERT INTO notes VALUES ('three')").await.unwrap();
    client.batch_execute("COMMIT").await.unwrap();
    assert_eq!(proxy.flights() - before, 5);
}

#[tokio::test]
async fn statements_that_are_pipelined_are_one_flight() {
    let database = database().await;
    let proxy = Proxy::start(database.admin_url()).unwrap();
    let client = connect(&proxy).await;
    let insert = client.prepare("INSERT INTO notes VALUES ($1)").await.unwrap();
    // Longer than the slowest machine takes to write the five.
    proxy.set_round_trip(Duration::from_millis(200));
    let before = proxy.flights();
    let (begin, one, two, three, commit) = tokio::join!(
        client.batch_execute("BEGIN"),
        client.execute(&insert, &[&"one"]),
        client.execute(&insert, &[&"two"]),
        client.execute(&insert, &[&"three"]),
        client.batch_execute("COMMIT"),
    );
    begin.unwrap();
    assert_eq!([one.unwrap(), two.unwrap(), three.unwrap()], [1, 1, 1]);
    commit.unwrap();
    assert_eq!(proxy.flights() - before, 1);
    assert_eq!(database.query_text("SELECT FROM notes").await.unwrap().len(), 3);
}

#[test]
fn flights_of_all_connections_are_counted() {
    let (proxy, mut one) = echo();
    let mut two = dial(&proxy);
    for _ in 0..3 {
        ask(&mut one, b"one");
    }
    ask(&mut two, b"two");
    assert_eq!(proxy.flights(), 4);
    assert_eq!((proxy.client_bytes(), proxy.server_bytes()), (12, 12));
}

#[test]
fn an_answer_takes_the_round_trip_and_little_more() {
    let (proxy, mut client) = echo();
    for round_trip in [1, 5, 20].map(Duration::from_millis) {
        proxy.set_round_trip(round_trip);
        let mut taken: Vec<Duration> = (0..20)
            .map(|_| {
                let start = Instant::now();
                ask(&mut client, b"how long");
                start.elapsed()
            })
            .collect();
        taken.sort();
        assert!(taken[0] >= round_trip, "{taken:?}");
        // Of the quickest, since a busy machine may delay any.
        assert!(taken[0] < round_trip + Duration::from_millis(5), "{taken:?}");
    }
}

#[test]
fn pieces_are_on_their_way_at_the_same_time() {
    let (proxy, mut client) = echo();
    proxy.set_round_trip(Duration::from_millis(400));
    let start = Instant::now();
    for piece in 0..20u8 {
        client.write_all(&[piece]).unwrap();
        thread::sleep(Duration::from_millis(2));
    }
    let mut answer = [0; 20];
    client.read_exact(&mut answer).unwrap();
    assert!(answer.iter().copied().eq(0..20));
    assert!(start.elapsed() >= Duration::from_millis(400), "{:?}", start.elapsed());
    // One after the other would take 4 seconds in each direction.
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!(proxy.flights(), 1);
}

#[test]
fn no_byte_overtakes_another_when_the_round_trip_gets_shorter() {
    let (proxy, mut client) = echo();
    proxy.set_round_trip(Duration::from_millis(200));
    client.write_all(b"first").unwrap();
    thread::sleep(Duration::from_millis(20));
    proxy.set_round_trip(Duration::ZERO);
    client.write_all(b"second").unwrap();
    let mut answer = [0; 11];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"firstsecond");
}

#[tokio::test]
async fn what_is_withheld_is_delivered_when_the_proxy_resumes() {
    let database = database().await;
    let proxy = Proxy::start(database.admin_url()).unwrap();
    let client = connect(&proxy).await;
    proxy.swallow();
    let insert = client.batch_execute("INSERT INTO notes VALUES ('late')");
    tokio::pin!(insert);
    assert!(timeout(A_WHILE, &mut insert).await.is_err());
    let url = proxy.url();
    let newcomer = tokio_postgres::connect(&url, NoTls);
    tokio::pin!(newcomer);
    assert!(timeout(A_WHILE, &mut newcomer).await.is_err());
    assert_eq!(database.query_text("SELECT FROM notes").await.unwrap().len(), 0);
    proxy.resume();
    timeout(PATIENCE, insert).await.unwrap().unwrap();
    assert!(timeout(PATIENCE, newcomer).await.unwrap().is_ok());
    assert_eq!(database.query_text("SELECT FROM notes").await.unwrap().len(), 1);
}

#[test]
fn bytes_on_their_way_are_withheld_too() {
    let (proxy, mut client) = echo();
    proxy.set_round_trip(Duration::from_millis(100));
    client.write_all(b"question").unwrap();
    eventually("it is on its way", || proxy.flights() == 1);
    proxy.swallow();
    client.set_read_timeout(Some(2 * A_WHILE)).unwrap();
    assert!(client.read(&mut [0; 8]).is_err());
    assert_eq!((proxy.client_bytes(), proxy.server_bytes()), (0, 0));
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    proxy.resume();
    client.read_exact(&mut [0; 8]).unwrap();
}

#[tokio::test]
async fn a_reset_breaks_connections_and_lets_new_ones_in() {
    let database = database().await;
    let proxy = Proxy::start(database.admin_url()).unwrap();
    let client = connect(&proxy).await;
    proxy.reset();
    assert_eq!(proxy.connections(), 0);
    assert!(client.simple_query("SELECT 1").await.is_err());
    let others =
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let deadline = Instant::now() + PATIENCE;
    while !database.query_text(others).await.unwrap().is_empty() {
        assert!(Instant::now() < deadline, "the server has not noticed");
    }
    connect(&proxy).await.simple_query("SELECT 1").await.unwrap();
}

#[test]
fn a_reset_is_a_reset_and_no_end() {
    let (proxy, mut client) = echo();
    ask(&mut client, b"hello");
    proxy.reset();
    assert_eq!(rest(&mut client), (vec![], Some(ErrorKind::ConnectionReset)));
}

#[test]
fn a_reset_strikes_while_bytes_are_withheld_or_on_their_way_or_unread() {
    let (proxy, mut client) = echo();
    proxy.set_round_trip(Duration::from_secs(60));
    client.write_all(b"on its way").unwrap();
    eventually("it is on its way", || proxy.flights() == 1);
    let mut withheld = dial(&proxy);
    proxy.swallow();
    withheld.write_all(b"withheld").unwrap();
    eventually("it is accepted", || proxy.connections() == 2);
    proxy.reset();
    proxy.resume();
    proxy.set_round_trip(Duration::ZERO);
    for mut broken in [client, withheld] {
        assert_eq!(rest(&mut broken), (vec![], Some(ErrorKind::ConnectionReset)));
    }

    let mut deaf = dial(&proxy);
    deaf.set_write_timeout(Some(A_WHILE)).unwrap();
    while deaf.write(&[0; 65536]).is_ok() {}
    proxy.reset();
    assert_eq!(proxy.connections(), 0);
    assert_eq!(rest(&mut deaf).1, Some(ErrorKind::ConnectionReset));
}

#[test]
fn a_connection_is_cut_after_any_byte_of_the_client() {
    let (proxy, client) = echo();
    drop(client);
    proxy.set_round_trip(Duration::from_millis(1));
    for bytes in 0..=5 {
        let mut client = dial(&proxy);
        let before = proxy.client_bytes();
        proxy.reset_after_client_bytes(bytes);
        client.write_all(b"query").unwrap();
        assert_eq!(rest(&mut client).1, Some(ErrorKind::ConnectionReset));
        assert_eq!(proxy.client_bytes() - before, bytes);
    }
    ask(&mut dial(&proxy), b"struck once");
}

#[test]
fn a_connection_is_cut_after_any_byte_of_the_server() {
    let (proxy, client) = echo();
    drop(client);
    for bytes in 0..=5 {
        let mut client = dial(&proxy);
        let before = proxy.server_bytes();
        proxy.reset_after_server_bytes(bytes);
        client.write_all(b"query").unwrap();
        let (read, error) = rest(&mut client);
        // Whoever gets a reset may lose what came before it.
        assert!(b"query"[..bytes.try_into().unwrap()].starts_with(&read), "{read:?}");
        assert_eq!(error, Some(ErrorKind::ConnectionReset));
        assert_eq!(proxy.server_bytes() - before, bytes);
    }
    ask(&mut dial(&proxy), b"struck once");
}

#[tokio::test]
async fn a_statement_whose_answer_is_cut_off_was_carried_out() {
    let database = database().await;
    let proxy = Proxy::start(database.admin_url()).unwrap();
    let client = connect(&proxy).await;
    proxy.reset_after_server_bytes(1);
    assert!(client.batch_execute("INSERT INTO notes VALUES ('kept')").await.is_err());
    assert_eq!(database.query_text("SELECT FROM notes").await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_statement_is_carried_out_if_its_last_byte_gets_through() {
    let database = database().await;
    let proxy = Proxy::start(database.admin_url()).unwrap();
    let insert = "INSERT INTO notes VALUES ('cut')";
    let before = proxy.client_bytes();
    connect(&proxy).await.batch_execute(insert).await.unwrap();
    until_open(&proxy, 0).await;
    // Without the farewell.
    let start_up_and_insert = proxy.client_bytes() - before - 5;
    for (missing, rows) in [(1, 1), (0, 2)] {
        proxy.reset_after_client_bytes(start_up_and_insert - missing);
        assert!(connect(&proxy).await.batch_execute(insert).await.is_err());
        // It is not known to the client when it is carried out.
        let deadline = Instant::now() + if missing == 0 { PATIENCE } else { A_WHILE };
        let mut found = 0;
        while found != 2 && Instant::now() < deadline {
            found = database.query_text("SELECT FROM notes").await.unwrap().len();
        }
        assert_eq!(found, rows);
    }
}

#[tokio::test]
async fn new_connections_are_refused_until_they_are_accepted_again() {
    let database = database().await;
    let proxy = Proxy::start(database.admin_url()).unwrap();
    let client = connect(&proxy).await;
    proxy.refuse();
    assert!(tokio_postgres::connect(&proxy.url(), NoTls).await.is_err());
    client.simple_query("SELECT 1").await.unwrap();
    proxy.accept();
    connect(&proxy).await.simple_query("SELECT 1").await.unwrap();
    assert_eq!(proxy.accepted(), 2);
}

#[test]
fn a_server_that_is_down_resets_connections() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxy = Proxy::start(&format!("postgresql://ada@{address}/shop")).unwrap();
    assert_eq!(rest(&mut dial(&proxy)), (vec![], Some(ErrorKind::ConnectionReset)));
}

#[tokio::test]
async fn the_servers_last_words_reach_the_client() {
    let database = database().await;
    let proxy = Proxy::start(database.admin_url()).unwrap();
    proxy.set_round_trip(Duration::from_millis(10));
    let client = connect(&proxy).await;
    let suicide = client.batch_execute("SELECT pg_terminate_backend(pg_backend_pid())").await.unwrap_err();
    assert_eq!(suicide.code().unwrap().code(), "57P01");
    until_open(&proxy, 0).await;
}

#[test]
fn a_dropped_proxy_leaves_neither_port_nor_connection_nor_thread() {
    let (proxy, mut client) = echo();
    let mut idle = dial(&proxy);
    eventually("both are accepted", || proxy.connections() == 2);
    ask(&mut client, b"hello");
    let address = client.peer_addr().unwrap();
    proxy.swallow();
    drop(proxy);
    for broken in [&mut client, &mut idle] {
        assert_eq!(rest(broken), (vec![], Some(ErrorKind::ConnectionReset)));
    }
    // Another test may just be starting a program, which has the port until it runs.
    eventually("the port is free", || TcpStream::connect(address).is_err());
    // The system lists a thread for a moment after it has been joined.
    #[cfg(target_os = "linux")]
    eventually("its threads are gone", || {
        let threads = std::fs::read_dir("/proc/self/task").unwrap().flatten();
        let mut names = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("comm")).ok());
        !names.any(|name| name.starts_with(&format!("proxy {}", address.port())))
    });
}

#[test]
fn the_password_is_kept_and_not_shown() {
    let proxy = Proxy::start("postgresql://ada:secret@db.example:6543/shop?application_name=x").unwrap();
    let url = proxy.url();
    assert!(url.starts_with("postgresql://ada:secret@127.0.0.1:"), "{url}");
    assert!(url.ends_with("/shop?application_name=x"), "{url}");
    assert!(!format!("{proxy:?}").contains("secret"));
}
