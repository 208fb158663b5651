//! Child tables without a tenant column: their rows belong to the tenant of the parent's row.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use diesel::dsl::count_star;
use diesel::prelude::*;
use tenant_db::dsl::exists;
use tenant_db::prelude::*;
use tenant_db::{Error, danger};
use tenant_db_tests::models::Manager;
use tenant_db_tests::{World, runtime_session};
use uuid::Uuid;

#[allow(missing_docs, reason = "`table!` writes items that nobody can document")]
mod schema {
    diesel::table! {
        owners (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            name -> Text,
        }
    }

    diesel::table! {
        pets (id) {
            id -> Uuid,
            owner_id -> Uuid,
            name -> Text,
        }
    }

    diesel::table! {
        toys (id) {
            id -> Uuid,
            pet_id -> Uuid,
            name -> Text,
        }
    }

    diesel::allow_tables_to_appear_in_same_query!(owners, pets, toys);
}

use schema::{owners, pets, toys};

const TABLES: &str = "
    CREATE TABLE owners (
        tenant_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL,
        PRIMARY KEY (tenant_id, id), UNIQUE (id)
    );
    CREATE TABLE pets (
        id uuid PRIMARY KEY, owner_id uuid NOT NULL REFERENCES owners (id) ON DELETE CASCADE, name text NOT NULL
    );
    CREATE TABLE toys (
        id uuid PRIMARY KEY, pet_id uuid NOT NULL REFERENCES pets (id) ON DELETE CASCADE, name text NOT NULL
    );";

#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = owners)]
struct Owner {
    id: Uuid,
    name: String,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Owner)]
struct NewOwner {
    name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = pets, through(parent = Owner, foreign_key = owner_id))]
struct Pet {
    id: Uuid,
    owner_id: Uuid,
    name: String,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Pet)]
struct NewPet {
    owner_id: Uuid,
    name: String,
}

#[derive(Debug, Clone, TenantUpdate)]
#[tenant(model = Pet)]
struct PetChanges {
    name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = toys, through(parent = Pet, foreign_key = pet_id))]
struct Toy {
    id: Uuid,
    pet_id: Uuid,
    name: String,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Toy)]
struct NewToy {
    pet_id: Uuid,
    name: String,
}

/// What a tenant has: an owner with two pets, and a toy.
struct Household {
    context: TenantContext<Manager>,
    owner: Owner,
    pets: Vec<Pet>,
    toy: Toy,
}

impl Household {
    async fn new(world: &World, db: &TenantDb) -> Self {
        let context = world.manager();
        let owner = db.scoped::<Owner>(&context).insert(NewOwner { name: "ada".into() }).await.unwrap();
        let pet = |name: &str| NewPet { owner_id: owner.id, name: name.to_owned() };
        let pets = db.scoped::<Pet>(&context).insert_many([pet("cat"), pet("dog")]).await.unwrap();
        let toy = NewToy { pet_id: pets[0].id, name: "ball".into() };
        let toy = db.scoped::<Toy>(&context).insert(toy).await.unwrap();
        Self { context, owner, pets, toy }
    }
}

async fn layers() -> [(World, bool); 2] {
    [(World::with(TABLES).await, true), (World::with(TABLES).await, false)]
}

async fn set_row_security(world: &World, on: bool) {
    if !on {
        for table in ["owners", "pets", "toys"] {
            world.execute(&format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")).await;
        }
    }
}

#[allow(clippy::needless_pass_by_value, reason = "an outcome is looked at once")]
fn not_found<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    assert!(matches!(outcome, Err(Error::NotFound { .. })), "{outcome:?}");
}

#[tokio::test]
async fn children_and_grandchildren_are_their_ancestors_tenants() {
    for (world, row_security) in layers().await {
        let db = world.connect().await;
        let (own, other) = (Household::new(&world, &db).await, Household::new(&world, &db).await);
        set_row_security(&world, row_security).await;
        let (pets, toys) = (db.scoped::<Pet>(&own.context), db.scoped::<Toy>(&own.context));
        assert_eq!(pets.order(pets::name.asc()).load().await.unwrap(), own.pets);
        assert_eq!(toys.load().await.unwrap(), std::slice::from_ref(&own.toy));
        assert_eq!(pets.find(own.pets[1].id).await.unwrap(), own.pets[1]);
        not_found(pets.find(other.pets[1].id).await);
        not_found(toys.find(other.toy.id).await);
        assert_eq!(pets.find_many(other.pets.iter().map(|pet| pet.id)).await.unwrap(), []);
        assert_eq!(pets.select(count_star()).first::<i64>().await.unwrap(), 2);
        assert_eq!(toys.count().await.unwrap(), 1);
        let names = pets.filter(pets::name.eq("cat")).or_filter(pets::name.eq("dog")).select(pets::name);
        assert_eq!(names.load::<String>().await.unwrap().len(), 2);

        let renamed = pets.update(own.pets[0].id, PetChanges { name: "tiger".into() }).await.unwrap();
        assert_eq!(renamed.name, "tiger");
        not_found(pets.update(other.pets[0].id, PetChanges { name: "stolen".into() }).await);
        assert_eq!(pets.query().update(PetChanges { name: "pet".into() }).await.unwrap(), 2);
        not_found(pets.delete(other.pets[0].id).await);
        not_found(toys.delete(other.toy.id).await);
        assert_eq!(toys.filter(toys::name.eq("ball")).delete().await.unwrap(), 1);
        pets.delete(own.pets[0].id).await.unwrap();
        let theirs = world.truth("SELECT name FROM pets ORDER BY name").await;
        assert_eq!(theirs.len(), 3, "one was deleted, nothing else changed: {theirs:?}");
        assert_eq!(db.scoped::<Toy>(&other.context).load().await.unwrap(), [other.toy]);
    }
}

#[tokio::test]
async fn nothing_is_added_to_somebody_elses_row_or_to_none() {
    for (world, row_security) in layers().await {
        let db = world.connect().await;
        let (own, other) = (Household::new(&world, &db).await, Household::new(&world, &db).await);
        set_row_security(&world, row_security).await;
        let (pets, toys) = (db.scoped::<Pet>(&own.context), db.scoped::<Toy>(&own.context));
        let pet = |owner_id| NewPet { owner_id, name: "cuckoo".into() };
        let before = world.truth("SELECT count(*) FROM pets").await;
        let foreign = pets.insert(pet(other.owner.id)).await;
        assert!(foreign.is_err(), "{foreign:?}");
        let absent = pets.insert(pet(Uuid::now_v7())).await;
        assert!(absent.is_err(), "{absent:?}");
        if row_security {
            // Nobody learns which of the two it was (I8).
            assert_eq!(format!("{foreign:?}"), format!("{absent:?}"));
            not_found(foreign);
        }
        let many = pets.insert_many([pet(own.owner.id), pet(other.owner.id)]).await;
        assert!(many.is_err(), "{many:?}");
        let toy = NewToy { pet_id: other.pets[0].id, name: "bait".into() };
        assert!(toys.insert(toy.clone()).await.is_err());
        assert_eq!(world.truth("SELECT count(*) FROM pets").await, before, "nothing is there");
        assert_eq!(
            world.truth("SELECT count(*) FROM toys WHERE name = 'bait'").await[0][0].as_deref(),
            Some("0")
        );

        let tx = db.begin(&own.context).await.unwrap();
        assert!(tx.scoped::<Toy>().insert(toy).await.is_err());
        let committed = tx.commit().await;
        assert!(matches!(committed, Err(Error::TransactionAborted { .. })), "{committed:?}");
        assert_eq!(
            world.truth("SELECT count(*) FROM toys WHERE name = 'bait'").await[0][0].as_deref(),
            Some("0")
        );
    }
}

#[tokio::test]
async fn children_are_joined_and_looked_for() {
    for (world, row_security) in layers().await {
        let db = world.connect().await;
        let (own, _other) = (Household::new(&world, &db).await, Household::new(&world, &db).await);
        set_row_security(&world, row_security).await;
        let owners = db.scoped::<Owner>(&own.context);
        let all: Vec<(Owner, Option<Pet>, Option<Toy>)> = owners
            .left_join::<Pet>()
            .left_join_from::<Pet, Toy>()
            .order(pets::name.asc())
            .load()
            .await
            .unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].2.as_ref(), Some(&own.toy));
        assert!(all[1].2.is_none());
        let toys: Vec<(Toy, Pet)> = db.scoped::<Toy>(&own.context).inner_join::<Pet>().load().await.unwrap();
        assert_eq!(toys.len(), 1);
        let names: Vec<(String, Option<String>)> = db
            .scoped::<Pet>(&own.context)
            .left_join::<Toy>()
            .order(pets::name.asc())
            .select((pets::name, toys::name.nullable()))
            .load()
            .await
            .unwrap();
        assert_eq!(names, [("cat".into(), Some("ball".into())), ("dog".into(), None)]);
        let others = diesel::alias!(pets as others);
        let pairs = db
            .scoped::<Pet>(&own.context)
            .query()
            .inner_join_as::<Pet, _>(others, others.field(pets::name).ne(pets::name))
            .load()
            .await
            .unwrap();
        assert_eq!(pairs.len(), 2, "only pets of the same household");
        let with_toys =
            db.scoped::<Toy>(&own.context).query().inside::<Pet>().filter(toys::pet_id.eq(pets::id));
        let playing = db.scoped::<Pet>(&own.context).filter(exists(with_toys)).load().await.unwrap();
        assert_eq!(playing, [own.pets[0].clone()]);
        let grouped = db
            .scoped::<Toy>(&own.context)
            .belonging_to(&own.pets)
            .load()
            .await
            .unwrap()
            .grouped_by(&own.pets);
        assert_eq!(grouped.iter().map(Vec::len).collect::<Vec<_>>(), [1, 0]);
    }
}

#[tokio::test]
async fn row_level_security_alone_isolates_children() {
    #[derive(diesel::QueryableByName)]
    struct Name {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }

    let world = World::with(TABLES).await;
    let db = world.connect().await;
    let (own, other) = (Household::new(&world, &db).await, Household::new(&world, &db).await);
    let tx = db.begin(&own.context).await.unwrap();
    let names: Vec<Name> =
        danger::sql(&tx, "the test goes round the builder", "SELECT name FROM toys").load().await.unwrap();
    assert_eq!(names.iter().map(|name| name.name.as_str()).collect::<Vec<_>>(), ["ball"]);
    let moved = format!("UPDATE pets SET name = 'x' WHERE id = '{}'", other.pets[0].id);
    assert_eq!(danger::sql(&tx, "the test goes round the builder", moved).execute().await.unwrap(), 0);
    let given_away = format!("UPDATE pets SET owner_id = '{}'", other.owner.id);
    let refused = danger::sql(&tx, "the test goes round the builder", given_away).execute().await;
    assert!(matches!(refused, Err(Error::Forbidden { .. })), "{refused:?}");
    tx.rollback().await;
    let client = runtime_session(&world).await;
    let refused = client.simple_query("SELECT * FROM toys").await.unwrap_err();
    assert_eq!(refused.code().unwrap().code(), "42501", "no tenant, no answer");
}

#[tokio::test]
async fn a_parent_whom_a_policy_hides_is_nobodys_own() {
    let world = World::with(TABLES).await;
    let db = world.connect().await;
    let (own, other) = (Household::new(&world, &db).await, Household::new(&world, &db).await);
    // The parent's policies hold, the child's do not: the parent's tenant is then NULL to whoever asks.
    world.execute("ALTER TABLE pets DISABLE ROW LEVEL SECURITY").await;
    let pets = db.scoped::<Pet>(&own.context);
    let pet = || NewPet { owner_id: other.owner.id, name: "cuckoo".into() };
    not_found(pets.insert(pet()).await);
    not_found(pets.insert_many([pet(), pet()]).await);
    not_found(pets.insert(pet()).returning::<Uuid, _>(pets::id).await);
    assert!(pets.bulk_insert([pet(), pet()]).await.is_err());
    assert_eq!(
        world.truth("SELECT count(*) FROM pets WHERE name = 'cuckoo'").await[0][0].as_deref(),
        Some("0")
    );
}

#[tokio::test]
async fn no_alias_takes_the_place_of_an_ancestor() {
    let world = World::with(TABLES).await;
    let db = world.connect().await;
    let own = Household::new(&world, &db).await;
    let taken = diesel::alias!(pets as tenant_parent_1);
    let query = db.scoped::<Pet>(&own.context).query();
    let refused = query.inner_join_as::<Pet, _>(taken, taken.field(pets::id).is_not_null()).load().await;
    assert!(matches!(refused, Err(Error::InvalidQuery { .. })), "{refused:?}");
}
