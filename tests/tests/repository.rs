//! What a repository's verbs do, beyond whose rows they do it to.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use diesel::prelude::*;
use tenant_db::Error;
use tenant_db::prelude::*;
use tenant_db_tests::World;
use tenant_db_tests::models::*;
use uuid::Uuid;

fn named(name: impl Into<String>) -> NewCustomer {
    NewCustomer { name: name.into(), credit_limit: 1 }
}

#[tokio::test]
async fn a_uuid_key_is_made_by_the_program_unless_it_is_given() {
    let world = World::new().await;
    let (db, own) = (world.connect().await, world.manager());
    let customers = db.scoped::<Customer>(&own);
    let made = customers.insert(named("made")).await.unwrap();
    assert_eq!(made.id.get_version_num(), 7);
    let id = Uuid::now_v7();
    let given = NewCustomerWithId { id, name: "given".into(), credit_limit: 1, note: Some("x".into()) };
    assert_eq!(customers.insert(given).await.unwrap().id, id);
    assert_eq!(made.note, None, "what an insert leaves out is the column's default");
}

#[tokio::test]
async fn a_batch_of_any_size_is_inserted_wholly_and_in_order_or_not_at_all() {
    let world = World::new().await;
    let (db, own) = (world.connect().await, world.manager());
    let customers = db.scoped::<Customer>(&own);
    // Four parameters a row: more than one statement can hold.
    let many = |count: usize| (0..count).map(|number| named(format!("customer {number}")));
    let inserted = customers.insert_many(many(20_000)).await.unwrap();
    assert_eq!(inserted.len(), 20_000);
    assert!(inserted.iter().enumerate().all(|(number, row)| row.name == format!("customer {number}")));
    let clash = many(20_000).map(|row| NewCustomer { name: format!("more {}", row.name), ..row });
    let clash = customers.insert_many(clash.chain([named("customer 7")])).await;
    assert!(matches!(clash, Err(Error::Conflict(_))), "{:?}", clash.map(|rows| rows.len()));
    assert_eq!(customers.count().await.unwrap(), 20_000, "none of the second batch is there");
    assert!(customers.insert_many(Vec::<NewCustomer>::new()).await.unwrap().is_empty());
    let ids: Vec<Uuid> = inserted.iter().map(|row| row.id).collect();
    assert_eq!(customers.find_many(ids).await.unwrap().len(), 20_000);
    assert!(customers.find_many([]).await.unwrap().is_empty());
}

#[tokio::test]
async fn any_number_of_composite_keys_is_found() {
    let world = World::new().await;
    let db = world.connect().await;
    let own = world.plain_context(StudioId::from("studio".to_owned()));
    let bookings = db.scoped::<Booking>(&own);
    let new = (0..2_500).map(|slot| NewBooking { room: "A", slot, artist: "Ada" });
    bookings.insert_many(new).await.unwrap();
    let keys = (0..5_000).map(|slot| ("A".to_owned(), slot));
    assert_eq!(bookings.find_many(keys).await.unwrap().len(), 2_500, "keys without a row are left out");
}

#[tokio::test]
async fn count_and_exists_speak_of_what_load_would_return() {
    let world = World::new().await;
    let (db, own) = (world.connect().await, world.manager());
    let customers = db.scoped::<Customer>(&own);
    assert!(!customers.exists().await.unwrap());
    customers.insert_many((0..5).map(|number| named(number.to_string()))).await.unwrap();
    assert_eq!(customers.order(customers::name.asc()).limit(3).count().await.unwrap(), 3);
    assert_eq!(customers.offset(4).count().await.unwrap(), 1);
    assert_eq!(customers.select(customers::credit_limit).distinct().count().await.unwrap(), 1);
    assert!(!customers.offset(5).exists().await.unwrap());
    let last =
        customers.order(customers::credit_limit.asc()).then_order_by(customers::name.desc()).first().await;
    assert_eq!(last.unwrap().name, "4");
    let first = customers.order(customers::name.asc()).select(customers::name).first::<String>().await;
    assert_eq!(first.unwrap(), "0");
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_nothing_else() {
    let world = World::new().await;
    let (db, own) = (world.connect().await, world.manager());
    let customers = db.scoped::<Customer>(&own);
    let row = customers.insert(named("Ada")).await.unwrap();
    let note = |note| CustomerChanges { note: Some(note), ..Default::default() };
    let noted = customers.update(row.id, note(Some("vip".into()))).await.unwrap();
    assert_eq!(noted, Customer { note: Some("vip".into()), ..row.clone() });
    assert_eq!(customers.update(row.id, note(None)).await.unwrap(), row, "`Some(None)` sets NULL");
    let nothing = customers.update(row.id, CustomerChanges::default()).await;
    assert!(matches!(nothing, Err(Error::NoChanges)), "{nothing:?}");
    let nothing = customers.filter(customers::name.eq("Ada")).update(CustomerChanges::default()).await;
    assert!(matches!(nothing, Err(Error::NoChanges)), "{nothing:?}");
}

#[tokio::test]
async fn rows_that_somebody_has_locked_can_be_skipped() {
    let world = World::new().await;
    let (db, own) = (world.connect().await, world.manager());
    let rows = db.scoped::<Customer>(&own).insert_many([named("a"), named("b")]).await.unwrap();
    let one = db.begin(&own).await.unwrap();
    let locked =
        one.scoped::<Customer>().filter(customers::id.eq(rows[0].id)).for_update().load().await.unwrap();
    assert_eq!(locked.len(), 1);
    let two = db.begin(&own).await.unwrap();
    let free = two.scoped::<Customer>().for_update().skip_locked().load().await.unwrap();
    assert_eq!(free, [rows[1].clone()]);
}
