//! Rows in bulk.

use std::sync::Mutex;

use diesel::prelude::*;
use tenant_db::Error;
use tenant_db::prelude::*;
use tenant_db_tests::World;
use tenant_db_tests::models::{Customer, NewCustomerWithId, NewReading, Reading, customers};
use uuid::Uuid;

use crate::world::*;

fn many(count: i64) -> impl Iterator<Item = NewStock> {
    (0..count).map(|number| stock(&format!("article {number}"), number))
}

#[tokio::test]
async fn any_number_of_rows_is_inserted_wholly_or_not_at_all() {
    let two = Two::new().await;
    let before = two.theirs().await;
    let stocks = two.db.scoped::<Stock>(&two.own);
    let told = Mutex::new(Vec::new());
    let inserted = stocks.bulk_insert(many(25_000)).progress(|rows| told.lock().unwrap().push(rows)).await;
    assert_eq!(inserted.unwrap(), 25_000);
    assert_eq!(told.into_inner().unwrap(), [10_000, 20_000, 25_000]);
    assert_eq!(stocks.count().await.unwrap(), 25_001);
    let last = stocks.filter(stocks::article.eq("article 24999")).first().await.unwrap();
    assert_eq!((last.pieces, last.note, last.id.get_version_num()), (24_999, None, 7));

    let taken = (0..25_000).map(|number| stock(&format!("more {number}"), number)).chain([stock("chair", 1)]);
    let refused = stocks.bulk_insert(taken).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    assert_eq!(stocks.count().await.unwrap(), 25_001, "none of the second load is there");
    assert_eq!(stocks.bulk_insert(many(0)).await.unwrap(), 0);
    assert_eq!(two.theirs().await, before);
}

#[tokio::test]
async fn bulk_is_part_of_the_transaction_that_is_open() {
    let two = Two::new().await;
    let tx = two.db.begin(&two.own).await.unwrap();
    assert_eq!(tx.scoped::<Stock>().bulk_insert(many(12_000)).await.unwrap(), 12_000);
    assert_eq!(tx.scoped::<Stock>().count().await.unwrap(), 12_001);
    tx.rollback().await;
    assert_eq!(two.db.scoped::<Stock>(&two.own).count().await.unwrap(), 1);
    let failed = two
        .db
        .transaction(&two.own, async |tx| {
            let refused = tx.scoped::<Stock>().bulk_insert(many(3).chain([stock("chair", 1)])).await;
            assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
            Ok(())
        })
        .await;
    assert!(matches!(failed, Err(Error::TransactionAborted { .. })), "{failed:?}");
}

#[tokio::test]
async fn bulk_rows_are_the_tenants_on_each_layer_alone() {
    for rls in [true, false] {
        let two = Two::with_rls(rls).await;
        let before = two.theirs().await;
        let stocks = two.db.scoped::<Stock>(&two.own);
        let theirs = two.db.scoped::<Stock>(&two.other).first().await.unwrap();
        let same_key = NewStockWithId { id: theirs.id, article: "copy".into(), pieces: 1 };
        assert_eq!(stocks.bulk_insert([same_key]).await.unwrap(), 1);
        stocks.bulk_insert(many(100)).await.unwrap();
        assert_eq!(stocks.count().await.unwrap(), 102);
        assert_eq!(two.theirs().await, before, "with row-level security: {rls}");
    }
}

#[tokio::test]
async fn every_value_arrives_as_it_was_given() {
    let world = World::with(TABLES).await;
    let (db, own) = (world.connect().await, world.manager());
    let customers = db.scoped::<Customer>(&own);
    let texts = ["", "NULL", "{a,\"b\"}", "\\", "'; --", "ü 😀", "a\nb\tc"];
    let rows = texts.iter().enumerate().map(|(at, text)| NewCustomerWithId {
        id: Uuid::from_u128(at as u128),
        name: (*text).to_owned(),
        credit_limit: if at % 2 == 0 { i64::MIN } else { i64::MAX },
        note: (at % 2 == 0).then(|| (*text).to_owned()),
    });
    assert_eq!(customers.bulk_insert(rows).await.unwrap(), texts.len());
    let found = customers.order(customers::id.asc()).load().await.unwrap();
    for (at, (row, text)) in found.iter().zip(texts).enumerate() {
        assert_eq!(row.name, text);
        assert_eq!(row.note.as_deref(), (at % 2 == 0).then_some(text));
        assert_eq!(row.credit_limit, if at % 2 == 0 { i64::MIN } else { i64::MAX });
    }
    let readings = world.plain_context(7_i64);
    let readings = db.scoped::<Reading>(&readings);
    assert_eq!(readings.bulk_insert((0..3).map(|value| NewReading { value })).await.unwrap(), 3);
    assert_eq!(readings.count().await.unwrap(), 3, "what the database fills is left to it");
}
