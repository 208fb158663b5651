//! What only this module sees of a connection: who cancels it, who closes it, and how often it speaks.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::future::Future;
use std::time::{Duration, Instant};

use diesel_async::SimpleAsyncConnection as _;
use tokio_postgres::config::LoadBalanceHosts;

use super::*;
use crate::error::Error;
use crate::session::settings::Choices;
use crate::testing::Postgres;

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn connector(url: &str) -> Connector {
    let (target, choices) = Target::parse(url, &Choices::default()).unwrap();
    Connector::new(target, choices.session(|_| false).unwrap()).unwrap()
}

fn with(url: &str, parameters: &str) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{parameters}")
}

async fn send(link: &Link, sql: &str) -> Result<()> {
    let mut connection = &link.connection;
    connection.batch_execute(sql).await.map_err(Error::from)
}

/// Cancels a statement that sleeps, and asserts that the cancelling hits nothing else.
async fn cancel_a_sleeper(url: &str) {
    let link = connector(url).connect().await.unwrap();
    for _ in 0..5 {
        let begun = Instant::now();
        let sleep = send(&link, "SELECT pg_sleep(20)");
        let cancel = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            link.canceller.clone().cancel().await.unwrap();
        };
        let (slept, ()) = futures_util::future::join(sleep, cancel).await;
        assert!(slept.unwrap_err().to_string().contains("canceling statement"), "it was cancelled");
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
    for _ in 0..50 {
        // The session is idle, so what is sent next must not be hit.
        link.canceller.cancel().await.unwrap();
        send(&link, "SELECT pg_sleep(0.001)").await.unwrap();
    }
}

/// Everybody on the machine can reach a port, so there a role needs a password.
async fn port_url(server: &Postgres) -> String {
    let admin = connector(server.admin_url()).connect().await.unwrap();
    send(&admin, "ALTER ROLE postgres PASSWORD 'test'").await.unwrap();
    server.tcp_url("postgres", "test", "postgres").unwrap()
}

#[test]
fn a_statement_is_cancelled_and_the_next_one_is_not() {
    run(async {
        let server = Postgres::builder().tcp().start().await.unwrap();
        cancel_a_sleeper(server.admin_url()).await;
        cancel_a_sleeper(&port_url(&server).await).await;
    });
}

#[cfg(feature = "tls")]
#[test]
fn a_statement_is_cancelled_over_tls_and_the_next_one_is_not() {
    run(async {
        let server = Postgres::builder().tcp().start().await.unwrap();
        let admin = connector(server.admin_url()).connect().await.unwrap();
        let key = rcgen::generate_simple_self_signed(["db.test".to_owned()]).unwrap();
        for (file, pem) in [("server.crt", key.cert.pem()), ("server.key", key.signing_key.serialize_pem())] {
            // The server writes them itself, so that they are its own.
            let lines = format!("SELECT regexp_split_to_table('{pem}', E'\\n')");
            send(&admin, &format!("COPY ({lines}) TO PROGRAM 'umask 077 && cat > {file}'")).await.unwrap();
        }
        if let Err(error) = send(&admin, "ALTER SYSTEM SET ssl = on").await {
            assert!(error.to_string().contains("not supported by this build"), "{error}");
            return;
        }
        server.restart().await.unwrap();
        cancel_a_sleeper(&format!("{}?sslmode=require", port_url(&server).await)).await;
    });
}

#[test]
fn a_silent_server_is_given_up_and_the_next_one_tried() {
    run(async {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Postgres::builder().tcp().start().await.unwrap();
        let (silent, port) = (silent.local_addr().unwrap().port(), server.tcp_port().unwrap());
        let url = port_url(&server).await;
        let several = url.replace(
            &format!("127.0.0.1:{port}"),
            // Nobody listens on the first one.
            &format!("127.0.0.1:1,127.0.0.1:{silent},localhost:{port}"),
        );
        let begun = Instant::now();
        connector(&format!("{several}?connect_timeout=1")).connect().await.unwrap();
        assert!(begun.elapsed() >= Duration::from_secs(1), "the silent one was asked");
        let url = format!("{several}?connect_timeout=1&target_session_attrs=read-only");
        let Err(Error::Connect { reason, .. }) = connector(&url).connect().await else { panic!("connected") };
        for told in
            ["127.0.0.1:1: ", &format!("127.0.0.1:{silent} within 1 s"), "is not used: it is not read-only"]
        {
            assert!(reason.contains(told), "{told:?} is not in {reason:?}");
        }
        connector(&format!("{}?target_session_attrs=read-write", port_url(&server).await))
            .connect()
            .await
            .unwrap();
    });
}

#[test]
fn a_flight_is_what_is_sent_between_two_answers() {
    run(async {
        let server = Postgres::shared().await.unwrap();
        let link = connector(server.admin_url()).connect().await.unwrap();
        let before = link.traffic.flights();
        send(&link, "SELECT 1; SELECT 2").await.unwrap();
        assert_eq!(link.traffic.flights() - before, 1, "one message");
        let (first, second) =
            futures_util::future::join(send(&link, "SELECT 1"), send(&link, "SELECT 2")).await;
        first.and(second).unwrap();
        assert_eq!(link.traffic.flights() - before, 2, "two messages at once");
        send(&link, "SELECT 1").await.unwrap();
        send(&link, "SELECT 2").await.unwrap();
        assert_eq!(link.traffic.flights() - before, 4, "two messages in turn");
    });
}

#[test]
fn a_killed_driver_closes_the_socket_in_the_middle_of_a_statement() {
    run(async {
        let server = Postgres::shared().await.unwrap();
        let url = with(server.admin_url(), "application_name=killed&client_connection_check_interval=10ms");
        let link = connector(&url).connect().await.unwrap();
        let admin = connector(server.admin_url()).connect().await.unwrap();
        let kill = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            link.driver.kill();
        };
        let (slept, ()) = futures_util::future::join(send(&link, "SELECT pg_sleep(20)"), kill).await;
        assert!(matches!(slept, Err(Error::ConnectionLost)), "{slept:?}");
        gone(&admin, "killed").await;
    });
}

#[test]
fn a_dropped_connection_takes_leave_although_its_driver_was_dropped_first() {
    run(async {
        let server = Postgres::shared().await.unwrap();
        let link = connector(&with(server.admin_url(), "application_name=dropped")).connect().await.unwrap();
        let admin = connector(server.admin_url()).connect().await.unwrap();
        let Link { connection, driver, .. } = link;
        drop(driver);
        (&connection).batch_execute("SELECT 1").await.unwrap();
        drop(connection);
        gone(&admin, "dropped").await;
    });
}

#[test]
fn a_reset_returns_to_the_limits_of_the_start() {
    run(async {
        let server = Postgres::shared().await.unwrap();
        let url = with(server.admin_url(), "statement_timeout=1234ms");
        let link = connector(&url).connect().await.unwrap();
        let check = "DO $$ BEGIN ASSERT current_setting('statement_timeout') = '1234ms' AND \
                     current_setting('lock_timeout') = '10s'; END $$";
        send(&link, check).await.unwrap();
        send(&link, "SET statement_timeout = 0; SET lock_timeout = 0").await.unwrap();
        assert!(send(&link, check).await.is_err(), "the check sees a change");
        send(&link, "RESET ALL").await.unwrap();
        send(&link, check).await.unwrap();
    });
}

#[test]
fn the_setting_that_a_server_refuses_is_not_sent_again() {
    run(async {
        let server = Postgres::shared().await.unwrap();
        let refused = connector(&with(server.admin_url(), "options=-c%20no_such_setting%3D1"));
        let host = refused.inner.target.hosts.first().unwrap();
        let address = host.addresses(LoadBalanceHosts::Disable).await.unwrap().remove(0);
        let address = Arc::new(Server::new(host, address, refused.inner.tcp.clone(), Policy::Plain));
        let failure = refused.inner.within_limit(&address).await.unwrap_err();
        assert!(failure.refuses("no_such_setting") && !failure.refuses(CHECK_INTERVAL), "{failure:?}");

        let connector = connector(&with(server.admin_url(), "options=-c%20work_mem%3D1MB"));
        assert!(connector.inner.sends_check_interval());
        connector.inner.cannot_check.store(true, Ordering::Relaxed);
        assert!(!connector.inner.sends_check_interval());
        let options = connector.inner.startup(false).get_options().unwrap().to_owned();
        assert!(options.starts_with("-c work_mem=1MB -c statement_timeout=30000"), "{options}");
        assert!(!options.contains(CHECK_INTERVAL), "{options}");
    });
}

/// Waits until the server has no session of that name.
async fn gone(admin: &Link, name: &str) {
    let check = format!(
        "DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = '{name}'); END $$"
    );
    let begun = Instant::now();
    while send(admin, &check).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(5), "the session is still there");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
