//! A table of 64 columns: the most that diesel knows with its feature `64-column-tables`. The tenant takes none of the
//! places away.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![recursion_limit = "256"]

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db::registered_models;
use tenant_db_tests::World;
use tenant_db_type_tests::schema;
use tenant_db_type_tests::wide::{NewWide, Wide, WideChanges, wides};
use uuid::Uuid;

#[tokio::test]
async fn a_row_of_64_columns_is_inserted_found_filtered_and_updated() {
    let meta = registered_models().into_iter().find(|model| model.name == "Wide").unwrap();
    assert_eq!(meta.columns.len(), 64);
    let world = World::with(&schema()).await;
    let db = world.connect().await;
    let (own, other) = (world.plain_context(Uuid::now_v7()), world.plain_context(Uuid::now_v7()));
    let rows = db.scoped::<Wide>(&own);
    let row = rows.insert(NewWide::counting_from(100)).await.unwrap();
    assert_eq!((row.c01, row.c62), (100, 161));
    assert_eq!(rows.find(row.id).await.unwrap(), row);
    let of_both_ends = || rows.filter(wides::c01.eq(100)).filter(wides::c62.gt(160)).order(wides::c31.desc());
    assert_eq!(of_both_ends().load().await.unwrap(), std::slice::from_ref(&row));
    let one = WideChanges { c62: Some(0), ..WideChanges::default() };
    let changed = rows.update(row.id, one).await.unwrap();
    assert_eq!((changed.c61, changed.c62), (160, 0));
    let all = rows.update(row.id, NewWide::counting_from(-1).changes()).await.unwrap();
    assert_eq!(all.values(), NewWide::counting_from(-1));
    assert!(db.scoped::<Wide>(&other).find_optional(row.id).await.unwrap().is_none());
    rows.delete(row.id).await.unwrap();
}

/// 64 parameters a row: PostgreSQL takes 65,535 a statement.
#[tokio::test]
async fn a_batch_of_such_rows_is_split_at_the_limit_of_parameters() {
    let world = World::with(&schema()).await;
    let db = world.connect().await;
    let own = world.plain_context(Uuid::now_v7());
    let batch: Vec<_> = (0..1_100).map(NewWide::counting_from).collect();
    let inserted = db.scoped::<Wide>(&own).insert_many(batch.clone()).await.unwrap();
    assert_eq!(inserted.into_iter().map(Wide::values).collect::<Vec<_>>(), batch);
}
