//! Operation × {own, foreign, absent row}, for a model of each key type, with all layers and with each one alone.
//!
//! A foreign row and an absent one must look the same (I8), and a foreign row must be untouched afterwards.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::fmt::Debug;

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db_tests::World;
use tenant_db_tests::models::*;
use uuid::Uuid;

/// What an operation answered, in a form that can be compared.
fn seen<T: Debug>(answer: &tenant_db::Result<T>) -> String {
    format!("{answer:?}")
}

/// Runs every operation on the row `$key` of repository `$repo` and lists what was seen. `$by_key` filters by key.
macro_rules! answers {
    ($repo:expr, $key:expr, $by_key:expr, $column:expr => $type:ty, $changes:expr) => {{
        let repo = $repo;
        vec![
            ("find", seen(&repo.find($key).await)),
            ("find_optional", seen(&repo.find_optional($key).await)),
            ("find_many", seen(&repo.find_many([$key]).await)),
            ("filter.load", seen(&repo.filter($by_key).load().await)),
            ("filter.first", seen(&repo.filter($by_key).first().await)),
            ("filter.count", seen(&repo.filter($by_key).count().await)),
            ("filter.exists", seen(&repo.filter($by_key).exists().await)),
            ("filter.for_update", seen(&repo.filter($by_key).for_update().load().await)),
            ("filter.select", seen(&repo.filter($by_key).select($column).load::<$type>().await)),
            ("filter.distinct", seen(&repo.filter($by_key).distinct().load().await)),
            ("filter.into_boxed", seen(&repo.into_boxed().filter($by_key).order($column.asc()).load().await)),
            ("update", seen(&repo.update($key, $changes).await)),
            ("filter.update", seen(&repo.filter($by_key).update($changes).await)),
            ("filter.delete", seen(&repo.filter($by_key).delete().await)),
            ("delete", seen(&repo.delete($key).await)),
        ]
    }};
}

/// What somebody sees who has no such row.
fn nothing(model: &str) -> Vec<(&'static str, String)> {
    let not_found = format!("Err(NotFound {{ model: {model:?} }})");
    vec![
        ("find", not_found.clone()),
        ("find_optional", "Ok(None)".to_owned()),
        ("find_many", "Ok([])".to_owned()),
        ("filter.load", "Ok([])".to_owned()),
        ("filter.first", not_found.clone()),
        ("filter.count", "Ok(0)".to_owned()),
        ("filter.exists", "Ok(false)".to_owned()),
        ("filter.for_update", "Ok([])".to_owned()),
        ("filter.select", "Ok([])".to_owned()),
        ("filter.distinct", "Ok([])".to_owned()),
        ("filter.into_boxed", "Ok([])".to_owned()),
        ("update", not_found.clone()),
        ("filter.update", "Ok(0)".to_owned()),
        ("filter.delete", "Ok(0)".to_owned()),
        ("delete", not_found),
    ]
}

async fn uuid_keys(world: &World, db: &TenantDb) {
    let (own, other) = (world.manager(), world.manager());
    let theirs = db
        .scoped::<Customer>(&other)
        .insert(NewCustomer { name: "theirs".into(), credit_limit: 1 })
        .await
        .unwrap();
    let before = world.truth("SELECT * FROM customers").await;
    assert_eq!(before.len(), 1, "the truth is visible to the test");
    let changes = || CustomerChanges { credit_limit: Some(0), ..Default::default() };

    for (whose, key) in [("foreign", theirs.id), ("absent", Uuid::now_v7())] {
        for mode in ["alone", "in a transaction"] {
            let answers = if mode == "alone" {
                let repo = db.scoped::<Customer>(&own);
                answers!(&repo, key, customers::id.eq(key), customers::name => String, changes())
            } else {
                let tx = db.begin(&own).await.unwrap();
                let answers = {
                    let repo = tx.scoped::<Customer>();
                    answers!(&repo, key, customers::id.eq(key), customers::name => String, changes())
                };
                tx.commit().await.unwrap();
                answers
            };
            assert_eq!(answers, nothing("Customer"), "{whose} row, {mode}");
        }
    }
    // A key that somebody else uses is free here, and nobody is told that it is used.
    let mine = NewCustomerWithId { id: theirs.id, name: "theirs".into(), credit_limit: 2, note: None };
    let mine = db.scoped::<Customer>(&own).insert(mine).await.unwrap();
    db.scoped::<Customer>(&own).delete(mine.id).await.unwrap();
    assert_eq!(world.truth("SELECT * FROM customers").await, before, "the foreign row was not touched");

    let repo = db.scoped::<Customer>(&other);
    let answers =
        answers!(&repo, theirs.id, customers::id.eq(theirs.id), customers::name => String, changes());
    let row = format!("{theirs:?}");
    let changed = format!("{:?}", Customer { credit_limit: 0, ..theirs });
    let expected = [
        ("find", format!("Ok({row})")),
        ("find_optional", format!("Ok(Some({row}))")),
        ("find_many", format!("Ok([{row}])")),
        ("filter.load", format!("Ok([{row}])")),
        ("filter.first", format!("Ok({row})")),
        ("filter.count", "Ok(1)".into()),
        ("filter.exists", "Ok(true)".into()),
        ("filter.for_update", format!("Ok([{row}])")),
        ("filter.select", "Ok([\"theirs\"])".into()),
        ("filter.distinct", format!("Ok([{row}])")),
        ("filter.into_boxed", format!("Ok([{row}])")),
        ("update", format!("Ok({changed})")),
        ("filter.update", "Ok(1)".into()),
        ("filter.delete", "Ok(1)".into()),
        ("delete", "Err(NotFound { model: \"Customer\" })".into()),
    ];
    assert_eq!(answers, expected, "own row");
}

async fn text_keys(world: &World, db: &TenantDb) {
    // Names that a careless quoting would confuse.
    let own = world.plain_context(StudioId::from("o'neil\\".to_owned()));
    let other = world.plain_context(StudioId::from("o''neil\\".to_owned()));
    let booking = NewBooking { room: "A", slot: 7, artist: "theirs" };
    let theirs = db.scoped::<Booking>(&other).insert(booking.clone()).await.unwrap();
    let before = world.truth("SELECT * FROM bookings").await;
    let changes = || BookingChanges { artist: "changed" };

    for key in [("A".to_owned(), 7), ("B".to_owned(), 8)] {
        let by_key = || bookings::room.eq(key.0.clone()).and(bookings::slot.eq(key.1));
        let repo = db.scoped::<Booking>(&own);
        let answers = answers!(&repo, key.clone(), by_key(), bookings::artist => String, changes());
        assert_eq!(answers, nothing("Booking"), "row {key:?}");
    }
    let mine = db.scoped::<Booking>(&own).insert(booking).await.unwrap();
    db.scoped::<Booking>(&own).delete((mine.room, mine.slot)).await.unwrap();
    assert_eq!(world.truth("SELECT * FROM bookings").await, before, "the foreign row was not touched");

    let repo = db.scoped::<Booking>(&other);
    let key = (theirs.room.clone(), theirs.slot);
    assert_eq!(repo.find(key.clone()).await.unwrap(), theirs);
    assert_eq!(repo.find_many([key.clone(), ("B".into(), 9)]).await.unwrap(), [theirs]);
    assert_eq!(repo.update(key.clone(), changes()).await.unwrap().artist, "changed");
    repo.delete(key).await.unwrap();
}

async fn number_keys(world: &World, db: &TenantDb) {
    let (own, other) = (world.plain_context(1_i64), world.plain_context(-1_i64));
    let theirs = db.scoped::<Reading>(&other).insert(NewReading { value: 7 }).await.unwrap();
    assert_eq!(theirs.site, -1, "the tenant is that of the context");
    let before = world.truth("SELECT * FROM readings").await;
    let changes = || ReadingChanges { value: 0 };

    for key in [theirs.id, theirs.id + 1_000] {
        let repo = db.scoped::<Reading>(&own);
        let answers = answers!(&repo, key, readings::id.eq(key), readings::value => i64, changes());
        assert_eq!(answers, nothing("Reading"), "row {key}");
    }
    let mine = NewReadingWithId { id: theirs.id, value: 8 };
    let mine = db.scoped::<Reading>(&own).insert(mine).await.unwrap();
    assert_eq!(mine, Reading { site: 1, id: theirs.id, value: 8 });
    db.scoped::<Reading>(&own).delete(mine.id).await.unwrap();
    assert_eq!(world.truth("SELECT * FROM readings").await, before, "the foreign row was not touched");

    let repo = db.scoped::<Reading>(&other);
    assert_eq!(repo.find(theirs.id).await.unwrap(), theirs);
    assert_eq!(repo.update(theirs.id, changes()).await.unwrap().value, 0);
    repo.delete(theirs.id).await.unwrap();
}

#[tokio::test]
async fn a_tenant_with_a_uuid_sees_only_its_rows() {
    let world = World::new().await;
    uuid_keys(&world, &world.connect().await).await;
}

#[tokio::test]
async fn a_tenant_with_a_name_sees_only_its_rows() {
    let world = World::new().await;
    text_keys(&world, &world.connect().await).await;
}

#[tokio::test]
async fn a_tenant_with_a_number_sees_only_its_rows() {
    let world = World::new().await;
    number_keys(&world, &world.connect().await).await;
}

#[tokio::test]
async fn the_query_builder_alone_isolates_when_row_level_security_is_off() {
    let world = World::new().await;
    for table in ["customers", "bookings", "readings"] {
        world.execute(&format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")).await;
    }
    let db = world.connect_unverified().await;
    uuid_keys(&world, &db).await;
    text_keys(&world, &db).await;
    number_keys(&world, &db).await;
}
