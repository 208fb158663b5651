//! What goes in comes out, for every type that diesel maps for PostgreSQL.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![recursion_limit = "256"]

use std::ops::Bound::{Excluded, Included, Unbounded};

use diesel::data_types::{PgDate, PgNumeric, PgTimestamp};
use diesel::prelude::*;
use serde_json::json;
use tenant_db::prelude::*;
use tenant_db::{DatabaseErrorKind, Error};
use tenant_db_tests::World;
use tenant_db_type_tests::columns;
use tenant_db_type_tests::edges::{Edge, EdgeValues, Middle, edges};
use tenant_db_type_tests::enums::{Colour, Mood, OrderStatus};
use tenant_db_type_tests::kinds::{Kind, Maybe, MaybeChanges, NewKind, NewMaybe, kinds, maybes};
use tenant_db_type_tests::samples::{exact, largest, ordinary, smallest};
use tenant_db_type_tests::schema;

#[tokio::test]
async fn every_type_is_inserted_found_and_updated() {
    let world = World::with(&schema()).await;
    let db = world.connect().await;
    let own = world.plain_context(uuid::Uuid::now_v7());
    let rows = db.scoped::<Kind>(&own);
    let mut ids = Vec::new();
    for new in [ordinary(), smallest(), largest()] {
        let inserted = rows.insert(new.clone()).await.unwrap();
        let id = inserted.id;
        assert_eq!(inserted.values(), new);
        assert_eq!(rows.find(id).await.unwrap().values(), new);
        ids.push(id);
    }
    for (id, other) in ids.iter().zip([largest(), ordinary(), smallest()]) {
        assert_eq!(rows.update(*id, other.clone().changes()).await.unwrap().values(), other);
        assert_eq!(rows.find(*id).await.unwrap().values(), other);
    }
    assert_eq!(rows.filter(kinds::flag.eq(true)).update(smallest().changes()).await.unwrap(), 2);
    assert_eq!(rows.filter(kinds::small.eq(i16::MIN)).count().await.unwrap(), 3);
}

#[tokio::test]
async fn a_batch_of_rows_of_every_type_comes_back_in_its_order() {
    let world = World::with(&schema()).await;
    let db = world.connect().await;
    let own = world.plain_context(uuid::Uuid::now_v7());
    let batch = [smallest(), ordinary(), largest(), ordinary()];
    let inserted = db.scoped::<Kind>(&own).insert_many(batch.clone()).await.unwrap();
    assert_eq!(inserted.into_iter().map(Kind::values).collect::<Vec<_>>(), batch);
    let gaps = [NewMaybe::default(), ordinary().maybe(), NewMaybe { status: None, ..smallest().maybe() }];
    let inserted = db.scoped::<Maybe>(&own).insert_many(gaps.clone()).await.unwrap();
    assert_eq!(inserted.into_iter().map(Maybe::values).collect::<Vec<_>>(), gaps);
}

#[tokio::test]
async fn rows_in_bulk_are_of_every_type_too() {
    let world = World::with(&schema()).await;
    let db = world.connect().await;
    let own = world.plain_context(uuid::Uuid::now_v7());
    let all = [smallest(), ordinary(), largest()];
    let rows = db.scoped::<Kind>(&own);
    assert_eq!(rows.bulk_insert(all.clone()).await.unwrap(), 3);
    let found = rows.order(kinds::id.asc()).load().await.unwrap();
    assert_eq!(found.into_iter().map(Kind::values).collect::<Vec<_>>(), all);

    // What has a number that every server knows goes as arrays; arrays themselves do not.
    let known = |new: NewKind| NewMaybe {
        notes: Some(serde_json::json!({ "a": [1, null] })),
        folded: None,
        email: None,
        status: None,
        colour: None,
        mood: None,
        price: None,
        wholes: None,
        gaps: None,
        statuses: None,
        colours: None,
        exacts: None,
        ..new.maybe()
    };
    let gaps = [
        known(smallest()),
        NewMaybe::default(),
        known(largest()),
        NewMaybe { single: None, ..known(ordinary()) },
        known(ordinary()),
    ];
    let rows = db.scoped::<Maybe>(&own);
    assert_eq!(rows.bulk_insert(gaps.clone()).await.unwrap(), 5);
    let found = rows.order(maybes::id.asc()).load().await.unwrap();
    assert_eq!(found.into_iter().map(Maybe::values).collect::<Vec<_>>(), gaps);
}

#[tokio::test]
async fn what_an_insert_leaves_out_is_the_columns_default() {
    let world = World::with(&schema()).await;
    world
        .execute(
            "ALTER TABLE maybes ALTER status SET DEFAULT 'in transit', ALTER statuses SET DEFAULT '{new}',
                ALTER wholes_between SET DEFAULT 'empty', ALTER instant SET DEFAULT 'epoch'",
        )
        .await;
    let db = world.connect().await;
    let own = world.plain_context(uuid::Uuid::now_v7());
    let given = NewMaybe { status: Some(OrderStatus::New), ..NewMaybe::default() };
    let rows = db.scoped::<Maybe>(&own).insert_many([given, NewMaybe::default()]).await.unwrap();
    assert_eq!([rows[0].status, rows[1].status], [Some(OrderStatus::New), Some(OrderStatus::InTransit)]);
    assert_eq!(rows[0].statuses, Some(vec![OrderStatus::New]));
    assert_eq!(rows[1].wholes_between, Some((Excluded(0), Excluded(0))));
    assert_eq!(rows[1].instant.unwrap().timestamp(), 0);
}

#[tokio::test]
async fn every_type_may_be_null_and_is_set_to_it() {
    let world = World::with(&schema()).await;
    let db = world.connect().await;
    let own = world.plain_context(uuid::Uuid::now_v7());
    let rows = db.scoped::<Maybe>(&own);
    let nothing = rows.insert(NewMaybe::default()).await.unwrap();
    assert_eq!(nothing.clone().values(), NewMaybe::default());
    let something = NewMaybe { notes: Some(json!({ "kept": "as text" })), ..ordinary().maybe() };
    let full = rows.insert(something.clone()).await.unwrap();
    assert_eq!(full.clone().values(), something);
    assert_eq!(rows.filter(maybes::status.is_null()).load().await.unwrap(), [nothing]);
    let priced = rows.filter(maybes::price.is_not_null()).load().await.unwrap();
    assert_eq!(priced, std::slice::from_ref(&full));
    let emptied = rows.update(full.id, MaybeChanges::nothing()).await.unwrap();
    assert_eq!(emptied.values(), NewMaybe::default());
}

/// A filter on each column, with the row's own value.
macro_rules! filters {
    ($($column:ident: [$($rust:tt)+] as [$($sql:tt)+] in $postgres:literal,)+) => {
        async fn filters_that_miss(rows: &TenantScoped<'_, Kind>, row: &Kind) -> Vec<String> {
            let mut missed = Vec::new();
            $(
                match rows.filter(kinds::$column.eq(row.$column.clone())).count().await {
                    Ok(1) => {}
                    found => missed.push(format!("{} {}: {found:?}", stringify!($column), $postgres)),
                }
            )+
            missed
        }
    };
}

columns!(filters);

#[tokio::test]
async fn rows_are_found_by_a_value_of_every_type() {
    let world = World::with(&schema()).await;
    let db = world.connect().await;
    let own = world.plain_context(uuid::Uuid::now_v7());
    let other = world.plain_context(uuid::Uuid::now_v7());
    db.scoped::<Kind>(&other).insert(ordinary()).await.unwrap();
    let rows = db.scoped::<Kind>(&own);
    let row = rows.insert(ordinary()).await.unwrap();
    assert_eq!(filters_that_miss(&rows, &row).await, [""; 0]);
}

#[tokio::test]
async fn operators_of_a_type_are_diesels() {
    let world = World::with(&schema()).await;
    let db = world.connect().await;
    let own = world.plain_context(uuid::Uuid::now_v7());
    let rows = db.scoped::<Kind>(&own);
    rows.insert(ordinary()).await.unwrap();
    rows.insert(smallest()).await.unwrap();
    let found = rows.filter(kinds::status.eq_any(vec![OrderStatus::InTransit, OrderStatus::HandedOver]));
    assert_eq!(found.count().await.unwrap(), 1);
    let found = rows.filter(kinds::statuses.contains(vec![OrderStatus::HandedOver]));
    assert_eq!(found.count().await.unwrap(), 1);
    let found = rows.filter(kinds::wholes_between.contains(3));
    assert_eq!(found.count().await.unwrap(), 1);
    let found = rows.filter(kinds::exacts_between.overlaps_with((Included(exact("1")), Unbounded)));
    assert_eq!(found.count().await.unwrap(), 1);
    let found = rows.filter(kinds::document.contains(json!({ "b": {} })));
    assert_eq!(found.count().await.unwrap(), 1);
    let found = rows.filter(kinds::folded.eq("fOLDED")).or_filter(kinds::email.eq("none@example.com"));
    assert_eq!(found.count().await.unwrap(), 1);
    let found = rows.filter(kinds::colour.ne(Colour::Red)).filter(kinds::mood.eq(Mood::Glad));
    assert_eq!(found.count().await.unwrap(), 1);
    let found = rows.filter(kinds::exact.gt(exact("12345.6789")).or(kinds::exact.lt(exact("0"))));
    assert_eq!(found.count().await.unwrap(), 1);
    let ordered = rows.order((kinds::status.desc(), kinds::cash.asc())).select((kinds::status, kinds::price));
    let ordered: Vec<(OrderStatus, tenant_db_type_tests::prices::Price)> = ordered.load().await.unwrap();
    assert_eq!(ordered[0].0, OrderStatus::InTransit);
}

#[tokio::test]
async fn what_only_postgresql_has_a_value_for_is_kept_in_diesels_own_types() {
    let world = World::with(&schema()).await;
    let db = world.connect().await;
    let own = world.plain_context(uuid::Uuid::now_v7());
    let rows = db.scoped::<Edge>(&own);
    let never = EdgeValues {
        instant: PgTimestamp(i64::MAX),
        day: PgDate(i32::MAX),
        exact: PgNumeric::NaN,
        double: f64::NEG_INFINITY,
        wholes: vec![(Unbounded, Excluded(-3)), (Included(1), Excluded(3)), (Included(5), Unbounded)],
        instants: vec![(Excluded(PgTimestamp(0)), Included(PgTimestamp(i64::MAX)))],
        exacts: Some(Some(vec![(Excluded(exact("0.1")), Included(exact("0.2")))])),
    };
    let edge = rows.insert(never.clone()).await.unwrap();
    assert_eq!((edge.instant, edge.day, edge.double), (never.instant, never.day, never.double));
    assert_eq!((&edge.exact, &edge.exacts), (&PgNumeric::NaN, never.exacts.as_ref().unwrap()));
    assert_eq!((&edge.wholes, &edge.instants), (&never.wholes, &never.instants));
    let shown = world
        .truth("SELECT instant::text, day::text, exact::text, double::text, wholes::text FROM edges")
        .await;
    let shown: Vec<_> = shown[0].iter().map(|text| text.as_deref().unwrap()).collect();
    assert_eq!(shown, ["infinity", "infinity", "NaN", "-Infinity", "{(,-3),[1,3),[5,)}"]);
    assert_eq!(rows.filter(edges::wholes.eq(never.wholes.clone())).count().await.unwrap(), 1);
    let always = EdgeValues {
        instant: PgTimestamp(i64::MIN),
        day: PgDate(i32::MIN),
        wholes: Vec::new(),
        instants: vec![(Unbounded, Unbounded)],
        exacts: Some(None),
        ..never
    };
    let changed = rows.update(edge.id, always.clone()).await.unwrap();
    assert_eq!((changed.instant, changed.wholes, changed.exacts), (PgTimestamp(i64::MIN), Vec::new(), None));
    assert_eq!(changed.instants, always.instants);
    // chrono has no such moment, and says so instead of another one.
    let refused = db.scoped::<Middle>(&own).find(edge.id).await;
    let Err(Error::Database(error)) = refused else { panic!("{refused:?}") };
    assert_eq!(error.kind(), DatabaseErrorKind::Conversion);
}

#[tokio::test]
async fn a_value_that_a_domain_or_a_length_refuses_is_an_error_without_the_value() {
    let world = World::with(&schema()).await;
    let db = world.connect().await;
    let own = world.plain_context(uuid::Uuid::now_v7());
    let rows = db.scoped::<Kind>(&own);
    let mut new = ordinary();
    new.percentage = 4711;
    let refused = rows.insert(new).await.unwrap_err();
    assert!(
        matches!(&refused, Error::Conflict(error) if error.kind() == DatabaseErrorKind::CheckViolation),
        "{refused:?}"
    );
    let mut new = ordinary();
    new.fixed = "4711 4712".into();
    let too_long = rows.insert(new).await.unwrap_err();
    for error in [refused, too_long] {
        assert!(!format!("{error:?} {error}").contains("471"), "{error:?}");
    }
    assert_eq!(rows.count().await.unwrap(), 0);
}
