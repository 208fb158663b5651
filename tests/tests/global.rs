//! Reference data: every tenant reads it and joins it, and none writes it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use diesel::prelude::*;
use tenant_db::dsl::exists;
use tenant_db::prelude::*;
use tenant_db::{Error, GlobalTable, danger};
use tenant_db_tests::models::{Manager, StudioId};
use tenant_db_tests::{World, rejected_with, runtime_session};
use uuid::Uuid;

#[allow(missing_docs, reason = "`table!` writes items that nobody can document")]
mod schema {
    diesel::table! {
        countries (code) {
            code -> Text,
            name -> Text,
        }
    }

    diesel::table! {
        addresses (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            city -> Text,
            country -> Nullable<Text>,
        }
    }

    diesel::allow_tables_to_appear_in_same_query!(countries, addresses);
}

use schema::{addresses, countries};

const TABLES: &str = "
    CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL);
    CREATE TABLE addresses (
        tenant_id uuid NOT NULL, id uuid NOT NULL, city text NOT NULL, country text,
        PRIMARY KEY (tenant_id, id)
    );";

#[derive(Debug, Clone, PartialEq, Eq, GlobalTable)]
#[tenant(table = countries, primary_key = code)]
struct Country {
    code: String,
    name: String,
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = countries)]
struct NewCountry {
    code: &'static str,
    name: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = addresses, references(Country, country))]
struct Address {
    id: Uuid,
    city: String,
    country: Option<String>,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Address, table = addresses)]
struct NewAddress {
    city: &'static str,
    country: Option<Option<&'static str>>,
}

const NORDIC: [NewCountry; 3] = [
    NewCountry { code: "DK", name: "Denmark" },
    NewCountry { code: "NO", name: "Norway" },
    NewCountry { code: "SE", name: "Sweden" },
];

async fn world() -> World {
    let world = World::with(TABLES).await;
    let mut writer = danger::global_writer("the test fills them", &world.migrator_url()).await.unwrap();
    assert_eq!(writer.insert::<Country, _>(NORDIC.to_vec()).await.unwrap(), 3);
    world
}

#[tokio::test]
async fn every_tenant_reads_and_joins_reference_data() {
    let world = world().await;
    let db = world.connect().await;
    for city in ["Oslo", "Bergen"] {
        let own: TenantContext<Manager> = world.manager();
        let new = NewAddress { city, country: Some(Some("NO")) };
        db.scoped::<Address>(&own).insert(new).await.unwrap();
        db.scoped::<Address>(&own).insert(NewAddress { city: "Atlantis", country: None }).await.unwrap();

        let countries = db.global::<Country>(&own).order(countries::name.desc()).load().await.unwrap();
        assert_eq!(countries.iter().map(|row| row.code.as_str()).collect::<Vec<_>>(), ["SE", "NO", "DK"]);
        assert_eq!(db.global::<Country>(&own).find("SE".to_owned()).await.unwrap().name, "Sweden");
        let absent = db.global::<Country>(&own).find("XX".to_owned()).await;
        assert!(matches!(absent, Err(Error::NotFound { model: "Country", .. })), "{absent:?}");

        let joined: Vec<(Address, Option<Country>)> = db
            .scoped::<Address>(&own)
            .left_join::<Country>()
            .order(addresses::city.asc())
            .load()
            .await
            .unwrap();
        assert_eq!(joined.len(), 2, "one tenant's");
        assert!(joined[0].1.is_none());
        assert_eq!(joined[1].1.as_ref().unwrap().name, "Norway");

        let mine: Vec<(Country, Address)> =
            db.global::<Country>(&own).inner_join::<Address>().load().await.unwrap();
        assert_eq!(mine.len(), 1, "what is joined to reference data is still one tenant's");
        assert_eq!(mine[0].1.city, city);

        let lived_in = db
            .scoped::<Address>(&own)
            .query()
            .inside::<Country>()
            .filter(addresses::country.eq(countries::code.nullable()));
        let lived_in = db.global::<Country>(&own).filter(exists(lived_in)).select(countries::code);
        assert_eq!(lived_in.load::<String>().await.unwrap(), ["NO"]);
        let tx = db.begin(&own).await.unwrap();
        assert_eq!(tx.global::<Country>().count().await.unwrap(), 3);
        tx.rollback().await;
    }
    let studio = world.plain_context(StudioId::from("studio".to_owned()));
    assert_eq!(db.global::<Country>(&studio).count().await.unwrap(), 3, "whatever its tenants' keys are");
}

#[tokio::test]
async fn reference_data_is_written_by_a_door_of_danger_alone() {
    let world = world().await;
    let client = runtime_session(&world).await;
    for write in [
        "INSERT INTO countries VALUES ('XX', 'Nowhere')",
        "UPDATE countries SET name = 'Nowhere'",
        "DELETE FROM countries",
        "TRUNCATE countries",
    ] {
        assert_eq!(rejected_with(&client, write).await, Ok("42501".to_owned()), "{write}");
    }
    let mut serving = danger::global_writer("the wrong role", &world.runtime_url()).await.unwrap();
    let refused = serving.delete::<Country>("SE".to_owned()).await;
    assert!(matches!(refused, Err(Error::Forbidden { .. })), "{refused:?}");

    let no_reason = danger::global_writer(" ", &world.migrator_url()).await;
    assert!(matches!(no_reason, Err(Error::ReasonRequired { .. })), "{no_reason:?}");
    let mut writer = danger::global_writer("a correction", &world.migrator_url()).await.unwrap();
    writer.update::<Country, _>("SE".to_owned(), countries::name.eq("Sverige")).await.unwrap();
    writer.delete::<Country>("DK".to_owned()).await.unwrap();
    let gone = writer.delete::<Country>("DK".to_owned()).await;
    assert!(matches!(gone, Err(Error::NotFound { model: "Country", .. })), "{gone:?}");
    let twice = writer.insert::<Country, _>(NewCountry { code: "SE", name: "Sweden" }).await;
    assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");
    let db = world.connect().await;
    let own = world.manager();
    let names = db.global::<Country>(&own).order(countries::name.asc()).select(countries::name);
    assert_eq!(names.load::<String>().await.unwrap(), ["Norway", "Sverige"]);
}

#[tokio::test]
async fn a_writer_that_was_cancelled_is_not_used_again() {
    let world = world().await;
    let mut writer = danger::global_writer("the test cancels it", &world.migrator_url()).await.unwrap();
    drop(futures_util::FutureExt::now_or_never(writer.delete::<Country>("SE".to_owned())));
    let refused = writer.delete::<Country>("NO".to_owned()).await;
    assert!(matches!(refused, Err(Error::TransactionAborted { .. })), "{refused:?}");
}
