//! Servers that end sessions, networks that break and networks that fall silent: what an operation says about them is
//! true, and everything works afterwards.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tenant_db::prelude::*;
use tenant_db::testing::{Postgres, Proxy};
use tenant_db::{Error, Result, danger};
use tenant_db_tests::models::*;
use tenant_db_tests::operations::{ADA, BOB, Case, limit, named, single_statements, transactions};
use tenant_db_tests::poll::{Moment, interrupt_after};
use tenant_db_tests::{Tap, World};
use tokio::time::{sleep, timeout};
use tokio_postgres::{Client, NoTls};

/// A database with a customer or two, and a superuser who looks on.
struct Scene {
    world: World,
    admin: Client,
    own: TenantContext<Manager>,
}

impl Scene {
    async fn new() -> Self {
        Self::of(World::new().await).await
    }

    async fn of(world: World) -> Self {
        let (admin, connection) = tokio_postgres::connect(world.admin_url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        let own = world.manager();
        let scene = Self { world, admin, own };
        scene.restore().await;
        scene
    }

    async fn single(&self, url: &str) -> TenantDb {
        self.pool(url, 1).await
    }

    async fn pool(&self, url: &str, size: u32) -> TenantDb {
        let skip = danger::skip_verification("every test has verified this database once");
        let builder = TenantDb::builder(url).database(self.world.config().clone()).verification(skip);
        builder.pool_size(size).acquire_timeout(Duration::from_secs(20)).connect().await.unwrap()
    }

    async fn restore(&self) {
        let own = self.own.tenant();
        let rows = format!(
            "DELETE FROM customers; INSERT INTO customers VALUES ('{own}', '{ADA}', 'ada', 1), ('{own}', '{BOB}', 'bob', 2)"
        );
        self.admin.batch_execute(&rows).await.unwrap();
    }

    async fn rows(&self) -> String {
        let rows =
            "SELECT coalesce(string_agg(concat_ws(' ', name, credit_limit, note), ', ' ORDER BY name), '')
                    FROM customers";
        self.admin.query_one(rows, &[]).await.unwrap().get(0)
    }

    fn sessions(&self, what: &str, condition: &str) -> String {
        format!(
            "SELECT {what} FROM pg_stat_activity
             WHERE usename = '{}' AND datname = current_database() AND {condition}",
            self.world.config().runtime_role()
        )
    }

    /// Waits until the server has no session of the program that `condition` says.
    async fn no_session(&self, condition: &str) {
        let (start, sql) = (Instant::now(), self.sessions("pid", condition));
        while !self.admin.query(&sql, &[]).await.unwrap().is_empty() {
            assert!(start.elapsed() < Duration::from_secs(10), "sessions {condition}");
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// Ends the program's sessions.
    async fn terminate(&self) {
        self.admin.query(&self.sessions("pg_terminate_backend(pid)", "true"), &[]).await.unwrap();
        self.no_session("true").await;
    }
}

/// Reads that nobody has mixed with SQL of their own are tried again when their connection is lost.
fn is_repeated(case: &Case) -> bool {
    let reads = ["find", "first", "load", "count", "exists", "filter, or_filter", "select", "into_boxed"];
    reads.iter().chain(&["for_update", "skip_locked"]).any(|name| case.name.starts_with(name))
        && !case.name.ends_with("update")
        && !case.name.ends_with("delete")
}

async fn end_the_session_at_every_step(cases: &[Case], moment: Moment) {
    let scene = Scene::new().await;
    let url = scene.world.runtime_url();
    let (mut ended, mut unknown) = (0, 0);
    for Case { name, run } in cases {
        let case = Case { name, run: *run };
        let (mut seen, mut steps) = (BTreeSet::new(), 0);
        scene.restore().await;
        let before = scene.rows().await;
        let db = scene.single(&url).await;
        loop {
            let what = format!("{name}, whose session ended {moment:?} after poll {steps}");
            scene.restore().await;
            // So that its statements are prepared, at every step but the first.
            run(&db, &scene.own).await.unwrap();
            scene.restore().await;
            let (outcome, interrupted) =
                interrupt_after(run(&db, &scene.own), steps, moment, scene.terminate()).await;
            scene.no_session("state <> 'idle'").await;
            let after = scene.rows().await;
            match outcome {
                Ok(()) if !interrupted => {
                    seen.remove(&before);
                    seen.remove(&after);
                    assert!(seen.is_empty(), "{name}: neither nothing nor all of it: {seen:?}");
                    break;
                }
                Ok(()) => {}
                Err(error) if is_repeated(&case) => {
                    panic!("{what}: a read is tried again, and not {error:?}")
                }
                Err(Error::ConnectionLost) => assert_eq!(after, before, "{what}: nothing was changed"),
                Err(Error::CommitUnknown) => unknown += 1,
                Err(error) => panic!("{what}: {error:?}"),
            }
            seen.insert(after);
            ended += 1;
            steps += 1;
        }
    }
    eprintln!("{ended} sessions ended {moment:?}, of which {unknown} left the outcome of a write unknown");
    assert!(ended > cases.len());
}

#[tokio::test]
async fn a_session_that_ends_during_a_statement_is_replaced_or_told() {
    end_the_session_at_every_step(&single_statements(), Moment::AtOnce).await;
    end_the_session_at_every_step(&single_statements(), Moment::WhenWoken).await;
}

#[tokio::test]
async fn a_session_that_ends_during_a_transaction_is_told() {
    end_the_session_at_every_step(&transactions(), Moment::AtOnce).await;
    end_the_session_at_every_step(&transactions(), Moment::WhenWoken).await;
}

/// Breaks the connection after each of so many bytes of `work`, and compares what it says with what is there.
async fn break_at_every_byte(
    work: for<'a> fn(&'a TenantDb, &'a TenantContext<Manager>) -> tenant_db_tests::operations::Running<'a>,
    is_read: bool,
) {
    let scene = Scene::new().await;
    let proxy = Proxy::start(&scene.world.runtime_url()).unwrap();
    let db = scene.single(&proxy.url()).await;
    work(&db, &scene.own).await.unwrap();
    scene.restore().await;
    let (sent, received) = (proxy.client_bytes(), proxy.server_bytes());
    work(&db, &scene.own).await.unwrap();
    let (sent, received) = (proxy.client_bytes() - sent, proxy.server_bytes() - received);
    let done = scene.rows().await;
    scene.restore().await;
    let before = scene.rows().await;
    let (mut outcomes, mut unknown_but_done) = ([0; 3], 0);
    // Each message has its own few bytes at which something else is lost; a step of seven meets them all.
    let places = (0..sent).step_by(7).map(|byte| (true, byte)).chain([(true, sent)]);
    let places = places.chain((0..received).step_by(7).map(|byte| (false, byte))).chain([(false, received)]);
    for (to_server, byte) in places {
        let what =
            format!("broken after {byte} bytes to the {}", if to_server { "server" } else { "client" });
        work(&db, &scene.own).await.unwrap();
        scene.restore().await;
        if to_server {
            proxy.reset_after_client_bytes(byte);
        } else {
            proxy.reset_after_server_bytes(byte);
        }
        let outcome = timeout(Duration::from_secs(10), work(&db, &scene.own)).await;
        let outcome = outcome.unwrap_or_else(|_| panic!("{what}: it does not end"));
        // The server may still be carrying out what had arrived.
        scene.no_session("state <> 'idle'").await;
        let after = scene.rows().await;
        assert!(after == before || after == done, "{what}: {after}");
        match outcome {
            Ok(()) => {
                assert_eq!(after, done, "{what}: success");
                outcomes[0] += 1;
            }
            Err(error) if is_read => panic!("{what}: a read is tried again, and not {error:?}"),
            Err(Error::ConnectionLost) => {
                assert_eq!(after, before, "{what}: nothing was changed");
                outcomes[1] += 1;
            }
            Err(Error::CommitUnknown) => {
                unknown_but_done += u32::from(after == done);
                outcomes[2] += 1;
            }
            Err(error) => panic!("{what}: {error:?}"),
        }
        scene.restore().await;
        // What was broken just now may not be known to be yet.
        let mut tries = 0;
        while let Err(error) = db.scoped::<Customer>(&scene.own).count().await {
            tries += 1;
            assert!(tries < 3, "{what}: {error:?}");
        }
    }
    let [ok, lost, unknown] = outcomes;
    eprintln!(
        "{sent} bytes to the server and {received} back: {ok} succeeded, {lost} told that nothing was changed, {unknown} \
         that it is unknown, of which {unknown_but_done} were done"
    );
    assert!(if is_read { ok > 0 } else { unknown > 0 });
}

#[tokio::test]
async fn a_read_survives_a_connection_that_breaks_at_any_byte() {
    break_at_every_byte(
        |db, own| Box::pin(async { db.scoped::<Customer>(own).load().await.map(drop) }),
        true,
    )
    .await;
}

#[tokio::test]
async fn a_write_whose_connection_breaks_at_any_byte_is_not_told_wrongly() {
    break_at_every_byte(
        |db, own| Box::pin(async { db.scoped::<Customer>(own).update(ADA, limit(7)).await.map(drop) }),
        false,
    )
    .await;
}

#[tokio::test]
async fn a_transaction_whose_connection_breaks_at_any_byte_is_not_told_wrongly() {
    break_at_every_byte(
        |db, own| {
            Box::pin(db.transaction(own, async |tx| {
                tx.scoped::<Customer>().update(ADA, limit(7)).await?;
                tx.scoped::<Customer>()
                    .filter(diesel::ExpressionMethods::eq(customers::name, "bob"))
                    .delete()
                    .await?;
                Ok(())
            }))
        },
        false,
    )
    .await;
}

#[tokio::test]
async fn an_operation_in_a_network_without_an_answer_can_be_given_up() {
    let scene = Scene::new().await;
    let proxy = Proxy::start(&scene.world.runtime_url()).unwrap();
    let db = scene.single(&proxy.url()).await;
    let (other, customers) = (scene.world.manager(), db.scoped::<Customer>(&scene.own));
    customers.update(ADA, limit(1)).await.unwrap();
    proxy.swallow();
    assert!(timeout(Duration::from_millis(200), customers.update(ADA, limit(7))).await.is_err());
    let given_up = Instant::now();
    assert_eq!(db.pool_state().in_use, 1, "it is being found out whether the connection can be kept");
    while db.pool_state().in_use > 0 {
        assert!(given_up.elapsed() < Duration::from_secs(7), "{db:?}");
        sleep(Duration::from_millis(10)).await;
    }
    assert_eq!((db.pool_state().recovered, db.pool_state().closed), (0, 1));
    proxy.resume();
    assert_eq!(db.scoped::<Customer>(&other).count().await.unwrap(), 0);
    scene.no_session("state <> 'idle'").await;
    assert!(["ada 1, bob 2", "ada 7, bob 2"].contains(&scene.rows().await.as_str()));
}

#[tokio::test]
async fn a_connection_that_has_fallen_silent_is_closed_and_the_others_go_on() {
    let scene = Scene::new().await;
    let tap = Tap::start(&scene.world.runtime_url()).await;
    let db = scene.pool(tap.url(), 2).await;
    let (other, customers) = (scene.world.manager(), db.scoped::<Customer>(&scene.own));
    customers.update(ADA, limit(1)).await.unwrap();
    assert_eq!(tap.sessions(), 1);
    tap.silence();
    assert!(timeout(Duration::from_millis(200), customers.update(ADA, limit(7))).await.is_err());
    let given_up = Instant::now();
    while db.pool_state().closed == 0 {
        let others = timeout(Duration::from_secs(2), db.scoped::<Customer>(&other).count()).await;
        assert_eq!(others.expect("others do not wait").unwrap(), 0);
        assert!(given_up.elapsed() < Duration::from_secs(8), "{db:?}");
        sleep(Duration::from_millis(10)).await;
    }
    scene.no_session("state <> 'idle'").await;
    assert_eq!(scene.rows().await, "ada 1, bob 2", "what was swallowed was never done");
    customers.update(ADA, limit(7)).await.unwrap();
    while db.pool_state().in_use > 0 {
        sleep(Duration::from_millis(1)).await;
    }
    assert_eq!((db.pool_state().recovered, db.pool_state().closed), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_restarts_under_load_is_an_error_with_a_type_and_then_forgotten() {
    const SIZE: u32 = 6;
    let server = Postgres::start().await.unwrap();
    let world = World::on(&server, "").await;
    let db =
        &world.builder().pool_size(SIZE).acquire_timeout(Duration::from_secs(2)).connect().await.unwrap();
    let tenants: Vec<_> = (0..12).map(|_| world.manager()).collect();
    let (stop, done, unknown) =
        (&AtomicBool::new(false), &Mutex::new(BTreeSet::new()), &Mutex::new(BTreeSet::new()));
    let (errors, tasks) = (&Mutex::new(BTreeSet::new()), &Mutex::new(0));
    let load = async |tenant: &TenantContext<Manager>| {
        for number in 0.. {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let name = format!("{} {number}", tenant.tenant());
            let outcome: Result<()> = match number % 3 {
                0 => db.scoped::<Customer>(tenant).insert(named(&name)).await.map(drop),
                1 => db.scoped::<Customer>(tenant).load().await.map(drop),
                _ => {
                    let work = db.transaction(tenant, async |tx| {
                        tx.scoped::<Customer>().count().await?;
                        tx.scoped::<Customer>().insert(named(&name)).await
                    });
                    work.await.map(drop)
                }
            };
            *tasks.lock().unwrap() += 1;
            match outcome {
                Ok(()) if number % 3 != 1 => drop(done.lock().unwrap().insert(name)),
                Ok(()) => {}
                Err(Error::CommitUnknown) => drop(unknown.lock().unwrap().insert(name)),
                Err(error @ (Error::ConnectionLost | Error::Connect { .. } | Error::PoolTimeout { .. })) => {
                    errors
                        .lock()
                        .unwrap()
                        .insert(format!("{error:?}").split([' ', '(']).next().unwrap().to_owned());
                }
                Err(error) => panic!("{error:?}"),
            }
        }
    };
    let restarts = async {
        for _ in 0..2 {
            sleep(Duration::from_millis(300)).await;
            server.restart().await.unwrap();
        }
        sleep(Duration::from_millis(300)).await;
        stop.store(true, Ordering::Relaxed);
    };
    let [a, b, c, d, e, f, g, h, i, j, k, l] = tenants.as_slice() else { unreachable!() };
    tokio::join!(
        restarts,
        load(a),
        load(b),
        load(c),
        load(d),
        load(e),
        load(f),
        load(g),
        load(h),
        load(i),
        load(j),
        load(k),
        load(l)
    );
    let there: BTreeSet<String> = world
        .truth("SELECT name FROM customers")
        .await
        .into_iter()
        .filter_map(|row| row[0].clone())
        .collect();
    let (done, unknown) = (done.lock().unwrap().clone(), unknown.lock().unwrap().clone());
    eprintln!(
        "{} operations, {} writes done, {} unknown, errors {:?}, {db:?}",
        tasks.lock().unwrap(),
        done.len(),
        unknown.len(),
        errors.lock().unwrap()
    );
    assert!(done.is_subset(&there), "what succeeded is there");
    assert!(there.iter().all(|name| done.contains(name) || unknown.contains(name)), "what failed is not");
    assert!(!errors.lock().unwrap().is_empty() || !unknown.is_empty(), "the restarts were noticed");
    let mut open = Vec::new();
    for tenant in &tenants[..SIZE as usize] {
        let tx = db.begin(tenant).await.unwrap();
        assert!(tx.scoped::<Customer>().count().await.unwrap() >= 0);
        open.push(tx);
    }
    assert_eq!(db.pool_state().in_use, SIZE, "the pool is full again");
}
