//! Dropped futures, lost connections, panics, a full pool: nothing leaks into the next borrower, and nothing is half
//! done.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::time::Duration;

use tenant_db::prelude::*;
use tenant_db::{DatabaseErrorKind, Error, Result, danger};
use tenant_db_tests::models::*;
use tenant_db_tests::{Tap, World};
use tokio::time::timeout;

const MOMENT: Duration = Duration::from_millis(200);

fn named(name: &str) -> NewCustomer {
    NewCustomer { name: name.into(), credit_limit: 1 }
}

/// With one connection, whoever comes next gets what the one before left behind.
async fn single(world: &World) -> TenantDb {
    world.builder().pool_size(1).connect().await.unwrap()
}

/// Sessions of the runtime role that are inside of a transaction.
async fn open_transactions(world: &World) -> usize {
    let role = world.config().runtime_role();
    let sql = format!(
        "SELECT pid FROM pg_stat_activity
         WHERE usename = '{role}' AND datname = current_database() AND xact_start IS NOT NULL"
    );
    world.truth(&sql).await.len()
}

async fn eventually_no_transaction_is_open(world: &World) {
    for _ in 0..100 {
        if open_transactions(world).await == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("a transaction stayed open");
}

async fn terminate(world: &World) {
    let role = world.config().runtime_role();
    let sql = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE usename = '{role}' AND datname = current_database()"
    );
    assert!(!world.truth(&sql).await.is_empty(), "a session was there to be ended");
}

#[tokio::test]
async fn a_dropped_operation_leaves_nothing_to_the_next_tenant() {
    let world = World::new().await;
    let db = single(&world).await;
    let (own, other) = (world.manager(), world.manager());
    let row = db.scoped::<Customer>(&own).insert(named("locked")).await.unwrap();
    let locker = world.connect().await;
    let lock = locker.begin(&own).await.unwrap();
    lock.scoped::<Customer>().for_update().load().await.unwrap();

    let repository = db.scoped::<Customer>(&own);
    let changes = || CustomerChanges { credit_limit: Some(7), ..Default::default() };
    let waiting = timeout(MOMENT, repository.update(row.id, changes())).await;
    assert!(waiting.is_err(), "the update was waiting for the lock");
    // The same connection slot, another tenant: no rows, no error, no tenant of the one before.
    assert_eq!(db.scoped::<Customer>(&other).count().await.unwrap(), 0);
    lock.commit().await.unwrap();
    eventually_no_transaction_is_open(&world).await;
    assert_eq!(world.truth("SELECT credit_limit FROM customers").await, [[Some("1".to_owned())]]);
}

#[tokio::test]
async fn a_statement_whose_future_was_dropped_is_never_committed() {
    let world = World::new().await;
    let db = single(&world).await;
    let own = world.manager();
    let tx = db.begin(&own).await.unwrap();
    let slow = "SELECT pg_sleep(0.4)";
    assert!(timeout(MOMENT, danger::sql(&tx, "a test", slow).execute()).await.is_err());
    let next = tx.scoped::<Customer>().insert(named("after")).await;
    assert!(matches!(next, Err(Error::TransactionAborted { .. })), "{next:?}");
    assert!(matches!(tx.commit().await, Err(Error::TransactionAborted { .. })));
    assert_eq!(db.scoped::<Customer>(&own).count().await.unwrap(), 0);
}

#[tokio::test]
async fn a_savepoint_whose_future_was_dropped_poisons_the_transaction() {
    let world = World::new().await;
    let db = single(&world).await;
    let own = world.manager();
    let mut tx = db.begin(&own).await.unwrap();
    let interrupted = tx.savepoint(async |tx| {
        tx.scoped::<Customer>().insert(named("half")).await?;
        std::future::pending::<()>().await;
        Ok(())
    });
    assert!(timeout(MOMENT, interrupted).await.is_err());
    assert!(matches!(tx.commit().await, Err(Error::TransactionAborted { .. })));
    assert_eq!(db.scoped::<Customer>(&own).count().await.unwrap(), 0);
}

#[tokio::test]
async fn a_dropped_transaction_gives_its_connection_back_clean_or_not_at_all() {
    let world = World::new().await;
    let db = single(&world).await;
    let (own, other) = (world.manager(), world.manager());
    for step in 0..3 {
        let work = db.transaction(&own, async |tx| {
            tx.scoped::<Customer>().insert(named("half")).await?;
            if step > 0 {
                tx.scoped::<Customer>().count().await?;
            }
            std::future::pending::<Result<()>>().await
        });
        assert!(timeout(MOMENT, work).await.is_err());
        assert_eq!(db.scoped::<Customer>(&other).count().await.unwrap(), 0);
        assert_eq!(db.scoped::<Customer>(&own).count().await.unwrap(), 0);
    }
    eventually_no_transaction_is_open(&world).await;
}

#[tokio::test]
async fn a_panic_in_a_closure_rolls_back_and_frees_the_connection() {
    let world = World::new().await;
    let db = single(&world).await;
    let own = world.manager();
    let (task_db, task_context) = (db.clone(), own.clone());
    let task = tokio::spawn(async move {
        task_db
            .transaction(&task_context, async |tx| {
                tx.scoped::<Customer>().insert(named("half")).await?;
                if tx.scoped::<Customer>().exists().await? {
                    panic!("the test panics here");
                }
                Ok(())
            })
            .await
    });
    assert!(task.await.unwrap_err().is_panic());
    assert_eq!(db.scoped::<Customer>(&own).count().await.unwrap(), 0);
    eventually_no_transaction_is_open(&world).await;
}

#[tokio::test]
async fn a_connection_that_was_closed_while_idle_is_replaced() {
    let world = World::new().await;
    let db = single(&world).await;
    let own = world.manager();
    db.scoped::<Customer>(&own).insert(named("there")).await.unwrap();
    terminate(&world).await;
    tokio::time::sleep(MOMENT).await;
    assert_eq!(db.scoped::<Customer>(&own).count().await.unwrap(), 1);
}

#[tokio::test]
async fn a_connection_lost_in_a_transaction_says_that_nothing_was_changed() {
    let world = World::new().await;
    let db = single(&world).await;
    let own = world.manager();
    let tx = db.begin(&own).await.unwrap();
    tx.scoped::<Customer>().insert(named("lost")).await.unwrap();
    terminate(&world).await;
    tokio::time::sleep(MOMENT).await;
    let next = tx.scoped::<Customer>().count().await;
    assert!(matches!(next, Err(Error::ConnectionLost)), "{next:?}");
    let end = tx.commit().await;
    assert!(matches!(end, Err(Error::ConnectionLost)), "{end:?}");
    assert_eq!(db.scoped::<Customer>(&own).count().await.unwrap(), 0);
}

#[tokio::test]
async fn a_connection_lost_during_commit_is_commit_unknown() {
    let world = World::new().await;
    // A trigger that runs at COMMIT, and takes its time.
    world
        .execute(
            "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$
                 BEGIN PERFORM pg_sleep(30); RETURN NULL; END $$;
             CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON customers DEFERRABLE INITIALLY DEFERRED
                 FOR EACH ROW EXECUTE FUNCTION slow()",
        )
        .await;
    let db = world.connect_unverified().await;
    let own = world.manager();
    for alone in [true, false] {
        let repository = db.scoped::<Customer>(&own);
        let commit = async {
            if alone {
                repository.insert(named("unknown")).await.map(drop)
            } else {
                let tx = db.begin(&own).await?;
                tx.scoped::<Customer>().insert(named("unknown")).await?;
                tx.commit().await
            }
        };
        let kill = async {
            tokio::time::sleep(MOMENT * 2).await;
            terminate(&world).await;
        };
        let (outcome, ()) = tokio::join!(commit, kill);
        assert!(matches!(outcome, Err(Error::CommitUnknown)), "{outcome:?}");
    }
    assert_eq!(world.truth("SELECT * FROM customers").await.len(), 0, "this time nothing was committed");
}

#[tokio::test]
async fn a_full_pool_is_a_typed_error_and_not_a_wait_for_ever() {
    let world = World::new().await;
    let db = world.builder().pool_size(2).acquire_timeout(MOMENT).connect().await.unwrap();
    let own = world.manager();
    let others = [world.manager(), world.manager()];
    let (_one, _two) = (db.begin(&others[0]).await.unwrap(), db.begin(&others[1]).await.unwrap());
    let third = db.scoped::<Customer>(&own).count().await;
    let Err(Error::PoolTimeout { in_use: 2, size: 2, held: 0, share: 1, .. }) = third else {
        panic!("{third:?}")
    };
    assert!(third.unwrap_err().to_string().contains("2 of 2 in use"));
    assert_eq!(db.pool_state().timeouts, 1);
}

#[tokio::test]
async fn one_tenant_cannot_take_the_whole_pool() {
    let world = World::new().await;
    let db = world.builder().pool_size(4).acquire_timeout(MOMENT).connect().await.unwrap();
    let (greedy, modest) = (world.manager(), world.manager());
    let (_one, _two) = (db.begin(&greedy).await.unwrap(), db.begin(&greedy).await.unwrap());
    let third = db.scoped::<Customer>(&greedy).count().await;
    let Err(Error::PoolTimeout { in_use: 2, size: 4, held: 2, share: 2, .. }) = third else {
        panic!("{third:?}")
    };
    assert_eq!(db.scoped::<Customer>(&modest).count().await.unwrap(), 0);
}

#[tokio::test]
async fn a_statement_whose_client_is_gone_ends_by_itself() {
    let world = World::new().await;
    let db = single(&world).await;
    let own = world.manager();
    let row = db.scoped::<Customer>(&own).insert(named("locked")).await.unwrap();
    let locker = world.connect().await;
    let lock = locker.begin(&own).await.unwrap();
    lock.scoped::<Customer>().for_update().load().await.unwrap();
    for _ in 0..5 {
        let repository = db.scoped::<Customer>(&own);
        let changes = CustomerChanges { credit_limit: Some(7), ..Default::default() };
        assert!(timeout(Duration::from_millis(50), repository.update(row.id, changes)).await.is_err());
    }
    let waiting =
        "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    for _ in 0..100 {
        if world.truth(waiting).await.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("statements of clients that are gone still wait");
}

#[tokio::test]
async fn a_cancelled_undo_or_commit_is_not_success_and_leaves_a_clean_session() {
    let world = World::new().await;
    let db = single(&world).await;
    let own = world.manager();
    let role = world.config().runtime_role();
    let cancel = format!(
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity
         WHERE usename = '{role}' AND datname = current_database()"
    );
    struct Mine;
    impl From<Error> for Mine {
        fn from(_: Error) -> Self {
            Self
        }
    }
    let mut committed = 0;
    let work = async {
        for number in 0..1_200 {
            let Ok(mut tx) = db.begin(&own).await else { continue };
            if tx.scoped::<Customer>().insert(named(&number.to_string())).await.is_err() {
                continue;
            }
            let _: std::result::Result<(), Mine> = tx.try_savepoint(async |_tx| Err(Mine)).await;
            match tx.commit().await {
                Ok(()) => committed += 1,
                Err(Error::TransactionAborted { .. } | Error::Database(_)) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
    };
    let annoy = async {
        loop {
            world.truth(&cancel).await;
        }
    };
    tokio::select! {
        () = work => {}
        () = annoy => {}
    }
    let there = world.truth("SELECT count(*) FROM customers").await[0][0].clone().unwrap();
    assert_eq!(there, committed.to_string(), "what was reported as committed is what is there");
    assert!(db.scoped::<Customer>(&own).count().await.is_ok(), "the next borrower gets a clean session");
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_told_from_a_full_pool() {
    let world = World::new().await;
    let db = world.builder().pool_size(1).acquire_timeout(MOMENT).connect().await.unwrap();
    let name = world.truth("SELECT current_database()").await[0][0].clone().unwrap();
    world.execute(&format!("ALTER DATABASE \"{name}\" CONNECTION LIMIT 0")).await;
    let answer = db.scoped::<Customer>(&world.manager()).count().await;
    let Err(Error::Connect { reason, .. }) = &answer else { panic!("{answer:?}") };
    assert!(reason.contains("too many connections"), "{reason}");
    world.execute(&format!("ALTER DATABASE \"{name}\" CONNECTION LIMIT -1")).await;
    assert_eq!(db.scoped::<Customer>(&world.manager()).count().await.unwrap(), 0);
}

#[tokio::test]
async fn a_closure_cannot_leave_another_transaction_in_the_place_of_its_own() {
    let world = World::new().await;
    let db = world.connect().await;
    let (own, other) = (world.manager(), world.manager());
    let mut spare = db.begin(&other).await.unwrap();
    let answer = db
        .transaction(&own, async |tx| {
            std::mem::swap(tx, &mut spare);
            tx.scoped::<Customer>().insert(named("exchanged")).await
        })
        .await;
    assert!(matches!(answer, Err(Error::TransactionAborted { .. })), "{answer:?}");
    drop(spare);
    assert_eq!(db.scoped::<Customer>(&other).count().await.unwrap(), 0);
}

/// For so long the server cancels whatever the program's sessions are doing, thousands of times and so at any point.
const ANNOYANCE: Duration = Duration::from_secs(3);

async fn annoy(world: &World) {
    let role = world.config().runtime_role();
    let sql = format!(
        "DO $$ DECLARE until timestamptz = clock_timestamp() + '{} s'; BEGIN
             WHILE clock_timestamp() < until LOOP
                 PERFORM pg_stat_clear_snapshot();
                 PERFORM pg_cancel_backend(pid) FROM pg_stat_activity
                     WHERE usename = '{role}' AND datname = current_database();
                 PERFORM pg_sleep(0.0003);
             END LOOP;
         END $$",
        ANNOYANCE.as_secs()
    );
    world.execute(&sql).await;
}

#[tokio::test]
async fn a_panic_anywhere_in_a_transaction_rolls_back_and_frees_the_connection() {
    let world = World::new().await;
    let db = single(&world).await;
    let own = world.manager();
    for place in ["before anything", "retried", "savepoint", "joined reads", "own error"] {
        let (task_db, task_context) = (db.clone(), own.clone());
        let task = tokio::spawn(async move {
            let (db, own) = (task_db, task_context);
            match place {
                "before anything" => db.transaction(&own, async |_tx| here(place)).await,
                "retried" => {
                    let options = TransactionOptions::new().serializable().retries(3);
                    db.transaction_with(&own, options, async |tx| {
                        tx.scoped::<Customer>().insert(named("half")).await?;
                        here(place)
                    })
                    .await
                }
                "savepoint" => {
                    db.transaction(&own, async |tx| {
                        tx.scoped::<Customer>().insert(named("half")).await?;
                        tx.savepoint(async |tx| {
                            tx.scoped::<Customer>().insert(named("other half")).await?;
                            here(place)
                        })
                        .await
                    })
                    .await
                }
                "joined reads" => {
                    db.transaction(&own, async |tx| {
                        tx.scoped::<Customer>().insert(named("half")).await?;
                        let panics = async {
                            tx.scoped::<Customer>().exists().await?;
                            here(place)
                        };
                        // The other one is on its way.
                        tokio::try_join!(tx.scoped::<Customer>().load(), panics).map(drop)
                    })
                    .await
                }
                _ => {
                    db.try_transaction(&own, async |tx| {
                        tx.scoped::<Customer>().insert(named("half")).await?;
                        here(place)
                    })
                    .await
                }
            }
        });
        assert!(task.await.unwrap_err().is_panic(), "{place}");
        assert_eq!(db.scoped::<Customer>(&own).count().await.unwrap(), 0, "{place}");
    }
    eventually_no_transaction_is_open(&world).await;
    assert_eq!((db.pool_state().recovered, db.pool_state().closed), (4, 0), "none of them was closed");
}

fn here(place: &str) -> Result<()> {
    panic!("the test panics here: {place}")
}

#[tokio::test]
async fn a_commit_that_is_refused_stores_nothing_and_leaves_a_clean_session() {
    let world = World::new().await;
    // What the server does in a serializable transaction, at the time at which it does it.
    world
        .execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN
                 IF NEW.name = 'serialization' THEN
                     RAISE 'could not serialize access due to read/write dependencies among transactions'
                         USING ERRCODE = '40001';
                 ELSIF NEW.name = 'constraint' THEN
                     RAISE 'new row for relation \"customers\" is refused' USING ERRCODE = '23514';
                 END IF;
                 RETURN NULL;
             END $$;
             CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON customers DEFERRABLE INITIALLY DEFERRED
                 FOR EACH ROW EXECUTE FUNCTION refuse()",
        )
        .await;
    let skip = danger::skip_verification("the test has added a trigger");
    let db = world.builder().pool_size(1).verification(skip).connect().await.unwrap();
    let (own, other) = (world.manager(), world.manager());
    let role = world.config().runtime_role();
    let session =
        format!("SELECT pid FROM pg_stat_activity WHERE usename = '{role}' AND datname = current_database()");
    // Prepared, so that its COMMIT is sent before its answer.
    db.scoped::<Customer>(&own).insert(named("fine")).await.unwrap();
    let before = world.truth(&session).await;
    let kind_of = |answer: Result<Customer>, name: &str, way: &str| match (name, answer) {
        ("serialization", Err(Error::Retryable(_))) | ("constraint", Err(Error::Conflict(_))) => {}
        (_, answer) => panic!("{name}, {way}: {answer:?}"),
    };
    for name in ["serialization", "constraint"] {
        for way in ["alone", "transaction", "guard"] {
            let answer = match way {
                "alone" => db.scoped::<Customer>(&own).insert(named(name)).await,
                "transaction" => {
                    db.transaction(&own, async |tx| tx.scoped::<Customer>().insert(named(name)).await).await
                }
                _ => {
                    let tx = db.begin(&own).await.unwrap();
                    let row = tx.scoped::<Customer>().insert(named(name)).await.unwrap();
                    tx.commit().await.map(|()| row)
                }
            };
            kind_of(answer, name, way);
            assert_eq!(db.scoped::<Customer>(&other).count().await.unwrap(), 0);
            assert_eq!(open_transactions(&world).await, 0);
        }
    }
    assert_eq!(world.truth("SELECT name FROM customers").await, [[Some("fine".to_owned())]]);
    assert_eq!(world.truth(&session).await, before, "the session was kept");
    assert_eq!(db.pool_state().closed, 0);
}

#[tokio::test]
async fn a_handwritten_statement_whose_begin_was_refused_does_not_run_outside_of_a_transaction() {
    let world = World::new().await;
    let role = world.config().runtime_role();
    let journal = format!("CREATE TABLE journal (line text); GRANT INSERT, SELECT ON journal TO \"{role}\"");
    world.execute(&journal).await;
    let tap = Tap::start(&world.runtime_url()).await;
    let skip = danger::skip_verification("the test has added a table without a tenant");
    let builder = TenantDb::builder(tap.url()).database(world.config().clone()).verification(skip);
    let db = builder.pool_size(1).connect().await.unwrap();
    let own = world.manager();
    db.scoped::<Customer>(&own).count().await.unwrap();
    for joined in [false, true] {
        let tx = db.begin(&own).await.unwrap();
        tap.spoil_next_begin();
        let handwritten =
            danger::sql(&tx, "a test", "INSERT INTO journal VALUES ('never committed')").execute();
        let (other, written) = if joined {
            let (other, written) = tokio::join!(tx.scoped::<Customer>().count(), handwritten);
            (Some(other), written)
        } else {
            (None, handwritten.await)
        };
        assert!(!tap.has_not_spoiled(), "there was a BEGIN");
        assert!(
            written.is_err() && !matches!(other, Some(Ok(_))),
            "joined: {joined}: {written:?}, {other:?}"
        );
        tx.rollback().await;
        let there = world.truth("SELECT line FROM journal").await;
        assert!(there.is_empty(), "joined: {joined}: what was rolled back is there");
        assert_eq!(db.scoped::<Customer>(&own).count().await.unwrap(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_is_cancelled_at_any_time_says_what_has_happened() {
    let world = World::new().await;
    let db = single(&world).await;
    let (own, seen) = (world.manager(), world.manager());
    db.scoped::<Customer>(&seen).insert_many([named("a"), named("b")]).await.unwrap();
    let cancelled = |error: &Error| matches!(error, Error::Database(error) if error.kind() == DatabaseErrorKind::Cancelled);
    let (mut done, mut not_done) = (Vec::new(), 0);
    let work = async {
        let start = std::time::Instant::now();
        let mut number = 0;
        while start.elapsed() < ANNOYANCE {
            let names = ["x", "y"].map(|end| format!("{number} {end}"));
            let both = names.each_ref().map(|name| named(name));
            match db.scoped::<Customer>(&own).insert_many(both).await {
                Ok(_) => done.extend(names),
                Err(error) if cancelled(&error) => not_done += 1,
                Err(error) => panic!("{error:?}"),
            }
            match db.scoped::<Customer>(&seen).load().await {
                Ok(rows) => assert_eq!(rows.len(), 2, "an answer is the whole answer"),
                Err(error) if cancelled(&error) => not_done += 1,
                Err(error) => panic!("{error:?}"),
            }
            number += 1;
        }
    };
    tokio::join!(work, annoy(&world));
    eprintln!("{} rows written, {not_done} operations cancelled", done.len());
    assert!(not_done > 0 && !done.is_empty());
    let sql = format!("SELECT name FROM customers WHERE tenant_id = '{}' ORDER BY name", own.tenant());
    let there: Vec<_> = world.truth(&sql).await.into_iter().filter_map(|mut row| row.remove(0)).collect();
    done.sort();
    assert_eq!(there.len(), done.len());
    assert!(there.iter().all(|name| done.contains(name)));
}

#[tokio::test]
async fn a_session_whose_cleaning_up_is_cancelled_is_cleaned_up_again() {
    let world = World::new().await;
    let db = single(&world).await;
    let own = world.manager();
    let mut drops = 0;
    let work = async {
        let start = std::time::Instant::now();
        while start.elapsed() < ANNOYANCE {
            let Ok(tx) = db.begin(&own).await else { continue };
            // What it leaves with the session has to be taken back.
            drops +=
                u64::from(danger::sql(&tx, "a test", "SELECT pg_advisory_lock(7)").execute().await.is_ok());
            drop(tx);
        }
    };
    tokio::join!(work, annoy(&world));
    db.scoped::<Customer>(&own).count().await.unwrap();
    let pool = db.pool_state();
    eprintln!("{drops} transactions dropped: {pool:?}");
    assert!(drops > 0 && pool.recovered >= drops);
    assert_eq!(pool.closed, 0, "the session was kept");
    let locks = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 7";
    assert!(world.truth(locks).await.is_empty());
}
