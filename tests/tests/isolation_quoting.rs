//! A tenant's name becomes part of a statement, because `SET LOCAL` takes no parameters. Whatever the name is, it must
//! arrive as it was, and do nothing else.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use diesel::prelude::*;
use diesel::sql_types::Text;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tenant_db::prelude::*;
use tenant_db::{Error, danger};
use tenant_db_tests::World;
use tenant_db_tests::models::*;

#[derive(Debug, QueryableByName)]
struct Seen {
    #[diesel(sql_type = Text)]
    tenant: String,
    #[diesel(sql_type = Text)]
    through_policy: String,
}

/// What a session is told when `name` acts.
async fn seen_by(world: &World, db: &TenantDb, name: &str) -> Seen {
    let context = world.plain_context(StudioId::from(name.to_owned()));
    let tx = db.begin(&context).await.unwrap();
    let query =
        "SELECT current_setting('app.current_tenant') AS tenant, tenant_db.tenant_text() AS through_policy";
    let mut rows: Vec<Seen> = danger::sql(&tx, "a test", query).load().await.unwrap();
    tx.commit().await.unwrap();
    rows.pop().unwrap()
}

/// Names made of what quoting is about, and of anything else.
fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        r#"['"\\$;E -]{1,12}"#,
        "[a-z'\\\\]{1,20}",
        r"(';|\\'|'' OR ''='|/\*|\*/|--|\n|\$\$|E'|U&'){1,6}",
        "\\PC{1,40}",
    ]
}

#[test]
fn every_name_arrives_as_it_was() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = runtime.block_on(World::new());
    for conforming in ["on", "off"] {
        let role = world.config().runtime_role();
        let sql = format!(
            "ALTER ROLE \"{role}\" IN DATABASE \"{{}}\" SET standard_conforming_strings = {conforming}"
        );
        runtime.block_on(async {
            let name = world.truth("SELECT current_database()").await[0][0].clone().unwrap();
            world.execute(&sql.replace("{}", &name)).await;
        });
        let db = runtime.block_on(world.connect());
        let mut runner =
            TestRunner::new(Config { cases: 150, failure_persistence: None, ..Config::default() });
        runner
            .run(&names(), |name| {
                let seen = runtime.block_on(seen_by(&world, &db, &name));
                prop_assert_eq!(&seen.tenant, &name);
                prop_assert_eq!(&seen.through_policy, &name);
                Ok(())
            })
            .unwrap();
    }
}

#[tokio::test]
async fn a_name_that_postgresql_cannot_hold_is_refused() {
    for name in [String::new(), "a\0b".to_owned(), "x".repeat(2000)] {
        let identity = tenant_db::Identity::new(StudioId::from(name), "test");
        let refused = danger::context("a test", identity);
        assert!(matches!(refused, Err(Error::InvalidTenant { .. })), "{refused:?}");
    }
}
