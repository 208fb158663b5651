//! What a transaction promises: all or nothing, no success that is none, options that do something.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use diesel::prelude::*;
use diesel::sql_types::Text;
use std::time::{Duration, SystemTime};
use tenant_db::prelude::*;
use tenant_db::{DatabaseErrorKind, Error, Identity, Result, danger};
use tenant_db_tests::World;
use tenant_db_tests::models::*;

#[derive(Debug, PartialEq, Eq, QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    value: String,
}

fn named(name: &str) -> NewCustomer {
    NewCustomer { name: name.into(), credit_limit: 1 }
}

async fn names(db: &TenantDb, context: &TenantContext<Manager>) -> Vec<String> {
    let query = db.scoped::<Customer>(context).order(customers::name.asc());
    query.select(customers::name).load().await.unwrap()
}

#[tokio::test]
async fn a_transaction_is_committed_after_ok_and_rolled_back_after_err() {
    let world = World::new().await;
    let (db, own) = (world.connect().await, world.manager());
    db.transaction(&own, async |tx| tx.scoped::<Customer>().insert(named("kept")).await).await.unwrap();
    let refused: Result<(), &str> = {
        #[derive(Debug)]
        struct Refusal;
        impl From<Error> for Refusal {
            fn from(_: Error) -> Self {
                Self
            }
        }
        db.try_transaction(&own, async |tx| {
            tx.scoped::<Customer>().insert(named("undone")).await?;
            Err(Refusal)
        })
        .await
        .map_err(|Refusal| "refused")
    };
    assert_eq!(refused.unwrap_err(), "refused");
    assert_eq!(names(&db, &own).await, ["kept"]);
}

#[tokio::test]
async fn a_guard_commits_when_told_and_rolls_back_when_dropped() {
    let world = World::new().await;
    let (db, own) = (world.connect().await, world.manager());
    let tx = db.begin(&own).await.unwrap();
    tx.scoped::<Customer>().insert(named("committed")).await.unwrap();
    tx.commit().await.unwrap();
    let tx = db.begin(&own).await.unwrap();
    tx.scoped::<Customer>().insert(named("dropped")).await.unwrap();
    drop(tx);
    let tx = db.begin(&own).await.unwrap();
    tx.scoped::<Customer>().insert(named("rolled back")).await.unwrap();
    tx.rollback().await;
    assert_eq!(names(&db, &own).await, ["committed"]);
}

#[tokio::test]
async fn a_swallowed_error_does_not_become_success() {
    let world = World::new().await;
    let (db, own) = (world.connect().await, world.manager());
    db.scoped::<Customer>(&own).insert(named("first")).await.unwrap();
    let answer = db
        .transaction(&own, async |tx| {
            tx.scoped::<Customer>().insert(named("second")).await?;
            let conflict = tx.scoped::<Customer>().insert(named("first")).await;
            assert!(matches!(conflict, Err(Error::Conflict(_))), "{conflict:?}");
            // What comes after the error is refused without asking the server.
            let next = tx.scoped::<Customer>().count().await;
            assert!(matches!(next, Err(Error::TransactionAborted { .. })), "{next:?}");
            Ok(())
        })
        .await;
    assert!(matches!(answer, Err(Error::TransactionAborted { .. })), "{answer:?}");
    let tx = db.begin(&own).await.unwrap();
    let _ = tx.scoped::<Customer>().insert(named("first")).await;
    assert!(matches!(tx.commit().await, Err(Error::TransactionAborted { .. })));
    assert_eq!(names(&db, &own).await, ["first"]);
}

#[tokio::test]
async fn not_finding_a_row_does_not_poison_a_transaction() {
    let world = World::new().await;
    let (db, own) = (world.connect().await, world.manager());
    db.transaction(&own, async |tx| {
        let customers = tx.scoped::<Customer>();
        assert!(customers.find(uuid::Uuid::now_v7()).await.is_err());
        let empty = customers.update(uuid::Uuid::now_v7(), CustomerChanges::default()).await;
        assert!(matches!(empty, Err(Error::NoChanges)), "{empty:?}");
        customers.insert(named("kept")).await
    })
    .await
    .unwrap();
    assert_eq!(names(&db, &own).await, ["kept"]);
}

#[tokio::test]
async fn a_savepoint_undoes_its_own_work_and_no_other() {
    let world = World::new().await;
    let (db, own) = (world.connect().await, world.manager());
    db.transaction(&own, async |tx| {
        tx.scoped::<Customer>().insert(named("outer")).await?;
        let failed = tx
            .savepoint(async |tx| {
                tx.scoped::<Customer>().insert(named("undone")).await?;
                tx.scoped::<Customer>().insert(named("outer")).await
            })
            .await;
        assert!(matches!(failed, Err(Error::Conflict(_))), "{failed:?}");
        let swallowed = tx
            .savepoint(async |tx| {
                tx.scoped::<Customer>().insert(named("undone")).await?;
                let _ = tx.scoped::<Customer>().insert(named("outer")).await;
                Ok(())
            })
            .await;
        assert!(matches!(swallowed, Err(Error::TransactionAborted { .. })), "{swallowed:?}");
        tx.savepoint(async |tx| {
            tx.scoped::<Customer>().insert(named("inner")).await?;
            let _ = tx.savepoint(async |tx| tx.scoped::<Customer>().insert(named("inner")).await).await;
            Ok(())
        })
        .await?;
        assert_eq!(tx.scoped::<Customer>().count().await?, 2);
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(names(&db, &own).await, ["inner", "outer"]);
}

#[tokio::test]
async fn a_deferred_constraint_that_fails_at_commit_is_an_error() {
    let world = World::new().await;
    world
        .execute(
            "ALTER TABLE customers DROP CONSTRAINT customers_name_key,
             ADD CONSTRAINT customers_name_key UNIQUE (tenant_id, name) DEFERRABLE INITIALLY DEFERRED",
        )
        .await;
    let (db, own) = (world.connect_unverified().await, world.manager());
    let alone = db.scoped::<Customer>(&own).insert_many([named("twin"), named("twin")]).await;
    assert!(matches!(alone, Err(Error::Conflict(_))), "{alone:?}");
    let together = db
        .transaction(&own, async |tx| {
            tx.scoped::<Customer>().insert_many([named("twin"), named("twin")]).await
        })
        .await;
    assert!(matches!(together, Err(Error::Conflict(_))), "{together:?}");
    assert!(names(&db, &own).await.is_empty());
}

#[tokio::test]
async fn options_reach_the_server() {
    let world = World::new().await;
    let (db, own) = (world.connect().await, world.manager());
    let options = TransactionOptions::new().serializable().read_only().deferrable();
    let tx = db.begin_with(&own, options).await.unwrap();
    for (setting, expected) in [
        ("transaction_isolation", "serializable"),
        ("transaction_read_only", "on"),
        ("transaction_deferrable", "on"),
    ] {
        let query = format!("SELECT current_setting('{setting}') AS value");
        let shown: Vec<Setting> = danger::sql(&tx, "a test", query).load().await.unwrap();
        assert_eq!(shown, [Setting { value: expected.into() }], "{setting}");
    }
    let written = tx.scoped::<Customer>().insert(named("x")).await;
    let Err(Error::Database(error)) = &written else { panic!("{written:?}") };
    assert_eq!(error.kind(), DatabaseErrorKind::ReadOnlyTransaction);
    let refused = db.begin_with(&own, TransactionOptions::new().retries(1)).await;
    assert!(matches!(refused, Err(Error::InvalidConfiguration { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_serialization_failure_is_run_again_as_often_as_asked() {
    let world = World::new().await;
    let (db, own) = (world.connect().await, world.manager());
    let row = db.scoped::<Customer>(&own).insert(named("counter")).await.unwrap();
    for retries in [0, 1] {
        let runs = std::sync::atomic::AtomicU32::new(0);
        let options = TransactionOptions::new().repeatable_read().retries(retries);
        let answer = db
            .transaction_with(&own, options, async |tx| {
                let current = tx.scoped::<Customer>().find(row.id).await?;
                // Somebody else changes the row between our reading and our writing, the first time.
                if runs.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 {
                    let changes =
                        CustomerChanges { note: Some(Some("changed".into())), ..Default::default() };
                    db.scoped::<Customer>(&own).update(row.id, changes).await?;
                }
                let limit = Some(current.credit_limit + 1);
                let changes = CustomerChanges { credit_limit: limit, ..Default::default() };
                tx.scoped::<Customer>().update(row.id, changes).await
            })
            .await;
        let runs = runs.into_inner();
        if retries == 0 {
            assert!(matches!(answer, Err(Error::Retryable(_))), "{answer:?}");
            assert_eq!(runs, 1);
        } else {
            assert_eq!(answer.unwrap().credit_limit, 2);
            assert_eq!(runs, 2);
        }
    }
}

#[tokio::test]
async fn a_deadlock_can_be_run_again() {
    let world = World::new().await;
    let (db, own) = (world.connect().await, world.manager());
    let rows = db.scoped::<Customer>(&own).insert_many([named("a"), named("b")]).await.unwrap();
    let barrier = tokio::sync::Barrier::new(2);
    let met = std::sync::atomic::AtomicU32::new(0);
    let take = |first: uuid::Uuid, second: uuid::Uuid| {
        let (db, own, barrier, met) = (&db, &own, &barrier, &met);
        async move {
            let options = TransactionOptions::new().retries(1);
            db.transaction_with(own, options, async |tx| {
                let touch = || CustomerChanges { credit_limit: Some(9), ..Default::default() };
                tx.scoped::<Customer>().update(first, touch()).await?;
                if met.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < 2 {
                    barrier.wait().await;
                }
                tx.scoped::<Customer>().update(second, touch()).await
            })
            .await
        }
    };
    let (one, two) = tokio::join!(take(rows[0].id, rows[1].id), take(rows[1].id, rows[0].id));
    one.unwrap();
    two.unwrap();
    assert_eq!(met.into_inner(), 3, "one of the two was run twice");
}

#[tokio::test]
async fn an_expired_context_refuses_further_work() {
    let world = World::new().await;
    let db = world.connect().await;
    let soon = SystemTime::now() + Duration::from_millis(600);
    let identity = Identity::new(uuid::Uuid::now_v7(), "test").with_role("manager").expiring_at(soon);
    let own = danger::context("a test", identity.clone()).unwrap().as_role::<Manager>().unwrap();
    let tx = db.begin(&own).await.unwrap();
    tx.scoped::<Customer>().insert(named("in time")).await.unwrap();
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(matches!(tx.scoped::<Customer>().count().await, Err(Error::ContextExpired)));
    assert!(matches!(db.scoped::<Customer>(&own).count().await, Err(Error::ContextExpired)));
    assert!(matches!(db.begin(&own).await.map(drop), Err(Error::ContextExpired)));
    assert!(matches!(own.as_role::<Viewer>().map(drop), Err(Error::ContextExpired)));
    // What was begun in time may be finished.
    tx.commit().await.unwrap();
    assert_eq!(world.truth("SELECT name FROM customers").await.len(), 1);
}

#[tokio::test]
async fn reads_on_one_transaction_can_be_joined() {
    let world = World::new().await;
    let (db, own) = (world.connect().await, world.manager());
    db.scoped::<Customer>(&own).insert_many([named("a"), named("b")]).await.unwrap();
    let (count, rows, first) = db
        .transaction(&own, async |tx| {
            tokio::try_join!(
                tx.scoped::<Customer>().count(),
                tx.scoped::<Customer>().load(),
                tx.scoped::<Customer>().order(customers::name.desc()).first(),
            )
        })
        .await
        .unwrap();
    assert_eq!((count, rows.len(), first.name.as_str()), (2, 2, "b"));
}
