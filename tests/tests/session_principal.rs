//! A program can have its database told who acts, beside the tenant: in each transaction, as the name is, and not a moment
//! longer.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use tenant_db::prelude::*;
use tenant_db::{Error, Identity, TenantDbBuilder, danger};
use tenant_db_tests::World;
use tenant_db_tests::models::*;
use uuid::Uuid;

#[derive(Debug, PartialEq, QueryableByName)]
struct Told {
    #[diesel(sql_type = Text)]
    tenant: String,
    #[diesel(sql_type = Nullable<Text>)]
    principal: Option<String>,
}

const QUESTION: &str = "SELECT current_setting('app.current_tenant') AS tenant, \
                        current_setting('app.current_user', true) AS principal";

/// Names that would leave their literal, if they could.
const NAMES: [&str; 6] = [
    "user:ada",
    "o'neil",
    r"back\slash' ",
    "'; SET LOCAL app.current_tenant = 'x",
    "a; SET LOCAL app.current_user = b; c",
    r"\'; COMMIT; --",
];

fn builder(world: &World) -> TenantDbBuilder {
    let config = world.config().clone().with_principal_setting("app.current_user").unwrap();
    world.builder().database(config).pool_size(1)
}

fn context(tenant: Uuid, principal: &str) -> TenantContext<Manager> {
    let identity = Identity::new(tenant, principal).with_role("manager");
    danger::context("a test has no users", identity).unwrap().as_role().unwrap()
}

/// What the database is told first, and after a statement written by hand.
async fn told(db: &TenantDb, context: &TenantContext<Manager>) -> [Told; 2] {
    let tx = db.begin(context).await.unwrap();
    let mut answers = Vec::new();
    for _ in 0..2 {
        answers.extend(danger::sql(&tx, "a test", QUESTION).load::<Told>().await.unwrap());
    }
    tx.commit().await.unwrap();
    answers.try_into().unwrap()
}

#[tokio::test]
async fn the_principal_arrives_as_it_is_in_every_transaction() {
    let world = World::new().await;
    let tenant = Uuid::now_v7();
    for prepared in [true, false] {
        let db = builder(&world).prepared_statements(prepared).connect().await.unwrap();
        // Twice: the second time the commands are prepared.
        for principal in NAMES.iter().chain(&NAMES) {
            for told in told(&db, &context(tenant, principal)).await {
                assert_eq!(told.tenant, tenant.to_string(), "{principal}");
                assert_eq!(told.principal.as_deref(), Some(*principal), "{principal}");
            }
        }
    }
}

#[tokio::test]
async fn operations_of_one_statement_tell_it_too_and_forget_it() {
    let world = World::new().await;
    world
        .execute(
            "ALTER TABLE customers ALTER COLUMN note SET DEFAULT current_setting('app.current_user', true)",
        )
        .await;
    let db = builder(&world).connect().await.unwrap();
    for principal in NAMES.iter().chain(&NAMES) {
        let context = context(Uuid::now_v7(), principal);
        let new = NewCustomer { name: "Ada".to_owned(), credit_limit: 1 };
        let customer = db.scoped::<Customer>(&context).insert(new).await.unwrap();
        assert_eq!(customer.note.as_deref(), Some(*principal));
    }
    // A program that does not tell, on what has served one that does: there is nothing left.
    let silent = world.builder().connect().await.unwrap();
    let answers = told(&silent, &context(Uuid::now_v7(), "somebody")).await;
    assert!(answers.iter().all(|told| told.principal.as_deref().is_none_or(str::is_empty)), "{answers:?}");
}

#[tokio::test]
async fn a_principal_that_cannot_be_told_is_refused_before_anything_is_sent() {
    let world = World::new().await;
    let db = builder(&world).connect().await.unwrap();
    for principal in ["", "a\0b", &"x".repeat(2000)] {
        let context = context(Uuid::now_v7(), principal);
        let refused = db.scoped::<Customer>(&context).load().await;
        assert!(matches!(refused, Err(Error::Unauthenticated { .. })), "{refused:?}");
        let refused = db.begin(&context).await;
        assert!(matches!(refused, Err(Error::Unauthenticated { .. })), "{refused:?}");
    }
    let fine = context(Uuid::now_v7(), &"x".repeat(1024));
    db.scoped::<Customer>(&fine).load().await.unwrap();
}

#[tokio::test]
async fn policies_of_a_program_tell_users_of_one_tenant_apart() {
    let world = World::new().await;
    world
        .execute(
            "ALTER TABLE customers ALTER COLUMN note SET DEFAULT current_setting('app.current_user', true);
             CREATE POLICY own_customers ON customers AS RESTRICTIVE
             USING (note = (SELECT current_setting('app.current_user', true)));",
        )
        .await;
    let db = builder(&world).connect().await.unwrap();
    let tenant = Uuid::now_v7();
    let (ada, bob) = (context(tenant, "ada"), context(tenant, "bob"));
    let new = NewCustomer { name: "Lovelace".to_owned(), credit_limit: 1 };
    let customer = db.scoped::<Customer>(&ada).insert(new).await.unwrap();
    assert_eq!(db.scoped::<Customer>(&ada).find(customer.id).await.unwrap(), customer);
    let foreign = db.scoped::<Customer>(&bob).find(customer.id).await;
    assert!(matches!(foreign, Err(Error::NotFound { .. })), "{foreign:?}");
}

#[tokio::test]
async fn settings_may_be_called_like_words_of_sql() {
    let world = World::new().await;
    let config = world.config().clone().with_setting("app.order").unwrap();
    let config = config.with_principal_setting("app.user").unwrap();
    let skip = danger::skip_verification("the database was made for another setting");
    let db = world.builder().database(config).verification(skip).connect().await.unwrap();
    let tx = db.begin(&context(Uuid::now_v7(), "ada")).await.unwrap();
    let question = "SELECT current_setting('app.order') AS tenant, current_setting('app.user') AS principal";
    let told: Vec<Told> = danger::sql(&tx, "a test", question).load().await.unwrap();
    assert_eq!(told[0].principal.as_deref(), Some("ada"));
}
