//! Types that only the server knows the number of: enums, domains, composite types, types of extensions. The number is
//! looked up on each connection, which takes a round trip before the statement, and is another one when the type was made
//! anew.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![recursion_limit = "256"]

use std::time::Duration;

use diesel::prelude::*;
use futures_util::future::{join_all, try_join};
use tenant_db::prelude::*;
use tenant_db::testing::Proxy;
use tenant_db::{DatabaseErrorKind, DbEnum, Error, Result};
use tenant_db_tests::World;
use tenant_db_type_tests::enums::{Colour, OrderStatus};
use tenant_db_type_tests::kinds::{Maybe, MaybeChanges, NewMaybe, maybes};
use tenant_db_type_tests::prices::Price;
use tenant_db_type_tests::schema;
use uuid::Uuid;

fn parcel() -> NewMaybe {
    NewMaybe {
        status: Some(OrderStatus::InTransit),
        statuses: Some(vec![OrderStatus::New]),
        colour: Some(Colour::Red),
        email: Some("ada@example.com".into()),
        price: Some(Price { cents: 1, currency: "EUR".into(), status: OrderStatus::New }),
        ..NewMaybe::default()
    }
}

fn delivered() -> MaybeChanges {
    MaybeChanges { status: Some(Some(OrderStatus::HandedOver)), ..MaybeChanges::default() }
}

/// Each verb with parameters of such types, from the first use on its connection to later ones.
async fn work(rows: &TenantScoped<'_, Maybe>, times: i64) -> Result<()> {
    for time in 1..=times {
        let row = rows.insert(parcel()).await?;
        assert_eq!(row.clone().values(), parcel());
        let batch = rows.insert_many([parcel(), parcel(), NewMaybe::default()]).await?;
        assert_eq!(batch[1].clone().values(), parcel());
        let of_both =
            rows.filter(maybes::price.eq(parcel().price)).filter(maybes::email.eq("ADA@example.com"));
        assert_eq!(of_both.count().await?, 3 * time);
        assert_eq!(rows.update(row.id, delivered()).await?.status, Some(OrderStatus::HandedOver));
        let moving = rows.filter(maybes::status.eq(OrderStatus::InTransit));
        assert_eq!(moving.load().await?.len(), 2);
        let labels = rows.filter(maybes::statuses.contains(vec![OrderStatus::New])).select(maybes::status);
        assert!(labels.load::<Option<OrderStatus>>().await?.contains(&Some(OrderStatus::HandedOver)));
        let moving = rows.filter(maybes::status.eq_any(vec![OrderStatus::InTransit]));
        assert_eq!(moving.update(delivered()).await?, 2);
        let nothing = rows.filter(maybes::status.is_null()).filter(maybes::colour.is_null());
        assert_eq!(nothing.delete().await?, 1);
    }
    Ok(())
}

#[tokio::test]
async fn the_first_use_of_a_type_and_later_ones_work_alone_and_in_transactions() {
    let world = World::with(&schema()).await;
    let (alone, together) = (world.plain_context(Uuid::now_v7()), world.plain_context(Uuid::now_v7()));
    let db = world.builder().pool_size(1).connect().await.unwrap();
    work(&db.scoped(&alone), 3).await.unwrap();
    // Another pool, whose connection knows no type yet.
    let db = world.builder().pool_size(1).connect().await.unwrap();
    for times in [1, 2] {
        let worked = db.transaction(&together, async |tx| {
            tx.scoped::<Maybe>().filter(maybes::words.is_null()).delete().await?;
            work(&tx.scoped(), times).await
        });
        worked.await.unwrap();
    }
    // The first statements of a connection may be two at once.
    let db = world.builder().pool_size(1).connect().await.unwrap();
    let found = db.transaction(&together, async |tx| {
        let rows = tx.scoped::<Maybe>();
        let new = rows.filter(maybes::status.eq(OrderStatus::HandedOver)).count();
        try_join(new, rows.filter(maybes::colour.eq(Colour::Red)).count()).await
    });
    assert_eq!(found.await.unwrap(), (6, 6));
}

#[tokio::test]
async fn a_type_whose_number_is_known_costs_no_round_trip() {
    let world = World::with(&schema()).await;
    let proxy = Proxy::start(&world.runtime_url()).unwrap();
    let db = TenantDb::builder(proxy.url()).database(world.config().clone()).pool_size(1);
    let db = db.connect().await.unwrap();
    let own = world.plain_context(Uuid::now_v7());
    let rows = db.scoped::<Maybe>(&own);
    rows.count().await.unwrap();
    proxy.set_round_trip(Duration::from_millis(20));
    let mut flights = Vec::new();
    for _ in 0..3 {
        let before = proxy.flights();
        rows.filter(maybes::status.eq(OrderStatus::New)).load().await.unwrap();
        flights.push(proxy.flights() - before);
    }
    assert_eq!(flights[1..], [1, 1], "{flights:?}");
}

/// Makes the enum anew, as a migration does that takes a label away: it has another number afterwards.
async fn make_anew(world: &World) {
    world
        .execute(
            "BEGIN;
            ALTER TABLE kinds DROP IF EXISTS price, DROP IF EXISTS status, DROP IF EXISTS statuses;
            ALTER TABLE maybes DROP price, ALTER status TYPE text, ALTER statuses TYPE text[];
            DROP TYPE sales.price;
            DROP TYPE sales.order_status;
            CREATE TYPE sales.order_status AS ENUM ('new', 'handed_over', 'in transit');
            CREATE TYPE sales.price AS (cents bigint, currency text, status sales.order_status);
            ALTER TABLE maybes ADD price sales.price, ALTER status TYPE sales.order_status USING status::sales.order_status,
                ALTER statuses TYPE sales.order_status[] USING statuses::sales.order_status[];
            COMMIT",
        )
        .await;
}

#[tokio::test]
async fn an_operation_that_meets_a_type_made_anew_is_run_again_on_a_connection_that_knows_it() {
    let world = World::with(&schema()).await;
    let db = world.builder().pool_size(4).permits_per_tenant(4).connect().await.unwrap();
    let own = world.plain_context(Uuid::now_v7());
    let rows = db.scoped::<Maybe>(&own);
    let status = || NewMaybe { status: Some(OrderStatus::New), ..NewMaybe::default() };
    let of_status = || rows.filter(maybes::status.eq(OrderStatus::New));
    // Every connection of the pool knows the old number, for each kind of statement.
    join_all((0..40).map(|_| async { rows.insert(status()).await.unwrap() })).await;
    join_all((0..40).map(|_| async { of_status().count().await.unwrap() })).await;
    assert_eq!(db.pool_state().connections, 4);
    make_anew(&world).await;
    for outcome in join_all((0..8).map(|_| rows.insert(status()))).await {
        outcome.unwrap();
    }
    assert_eq!(of_status().count().await.unwrap(), 48);
    make_anew(&world).await;
    assert_eq!(of_status().update(delivered()).await.unwrap(), 48);
    make_anew(&world).await;
    assert_eq!(of_status().load().await.unwrap(), []);
}

#[tokio::test]
async fn a_transaction_that_meets_a_type_made_anew_is_rolled_back_and_the_next_one_works() {
    let world = World::with(&schema()).await;
    let db = world.builder().pool_size(1).connect().await.unwrap();
    let own = world.plain_context(Uuid::now_v7());
    let statement = async |db: &TenantDb| {
        db.transaction(&own, async |tx| {
            let rows = tx.scoped::<Maybe>();
            rows.insert(NewMaybe { small: Some(1), ..NewMaybe::default() }).await?;
            let changed = rows.filter(maybes::small.eq(1)).update(delivered()).await?;
            assert!(changed > 0);
            Ok(())
        })
        .await
    };
    statement(&db).await.unwrap();
    make_anew(&world).await;
    let failed = statement(&db).await.unwrap_err();
    assert!(
        matches!(&failed, Error::Database(error) if error.kind() == DatabaseErrorKind::SchemaChanged),
        "{failed:?}"
    );
    statement(&db).await.unwrap();
    assert_eq!(db.scoped::<Maybe>(&own).count().await.unwrap(), 2);
}

#[tokio::test]
async fn a_type_inside_of_another_one_may_be_made_anew() {
    let world = World::with(&schema()).await;
    let db = world.builder().pool_size(1).connect().await.unwrap();
    let own = world.plain_context(Uuid::now_v7());
    let rows = db.scoped::<Maybe>(&own);
    let priced = || NewMaybe { price: parcel().price, ..NewMaybe::default() };
    rows.insert(priced()).await.unwrap();
    world
        .execute(
            "ALTER TABLE kinds DROP status, DROP statuses;
            ALTER TABLE maybes ALTER status TYPE text, ALTER statuses TYPE text[];
            ALTER TYPE sales.price DROP ATTRIBUTE status;
            DROP TYPE sales.order_status;
            CREATE TYPE sales.order_status AS ENUM ('new', 'in transit', 'handed_over');
            ALTER TYPE sales.price ADD ATTRIBUTE status sales.order_status;
            ALTER TABLE maybes ALTER status TYPE sales.order_status USING status::sales.order_status,
                ALTER statuses TYPE sales.order_status[] USING statuses::sales.order_status[]",
        )
        .await;
    let of_price = async || {
        db.transaction(&own, async |tx| {
            tx.scoped::<Maybe>().filter(maybes::price.eq(priced().price)).count().await
        })
        .await
    };
    // The server does not mind the old number there.
    assert_eq!(of_price().await.unwrap(), 0, "the attribute was emptied");
}

#[tokio::test]
async fn a_label_that_the_program_does_not_know_is_an_error_without_the_label() {
    let world = World::with(&schema()).await;
    let db = world.connect().await;
    let own = world.plain_context(Uuid::now_v7());
    let rows = db.scoped::<Maybe>(&own);
    let row = rows.insert(parcel()).await.unwrap();
    world.execute("ALTER TYPE sales.order_status ADD VALUE 'lost at sea'").await;
    for column in
        ["status = 'lost at sea'", "statuses = '{lost at sea}'", "price = (1, 'EUR', 'lost at sea')"]
    {
        world.execute(&format!("UPDATE maybes SET {column}")).await;
        let found = rows.find(row.id).await;
        let Err(Error::Database(error)) = found else { panic!("{found:?}") };
        assert_eq!(error.kind(), DatabaseErrorKind::UnknownLabel);
        assert_eq!(error.to_string(), "a column holds a label that `OrderStatus` does not have");
        world.execute("UPDATE maybes SET status = 'new', statuses = '{}', price = NULL").await;
    }
    rows.find(row.id).await.unwrap();
}

#[tokio::test]
async fn a_label_that_only_the_program_knows_is_refused() {
    let world = World::with(&schema()).await;
    let db = world.connect().await;
    let own = world.plain_context(Uuid::now_v7());
    world.execute("ALTER TYPE colour RENAME VALUE 'RED' TO 'SCARLET'").await;
    let refused = db.scoped::<Maybe>(&own).insert(parcel()).await;
    let Err(Error::Database(error)) = refused else { panic!("{refused:?}") };
    assert!(!error.message().contains("RED"), "{error}");
    assert_eq!(Colour::LABELS, ["RED", "DARK_GREEN"]);
}
