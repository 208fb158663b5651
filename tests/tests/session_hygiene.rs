//! What a session must not carry: a tenant, a lock, a setting of the borrower before; a password in its errors.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db::{Error, danger};
use tenant_db_tests::World;
use tenant_db_tests::models::*;

fn named(name: &str) -> NewCustomer {
    NewCustomer { name: name.into(), credit_limit: 1 }
}

/// With one connection, whoever comes next gets what the one before left behind.
async fn single(world: &World) -> TenantDb {
    world.builder().pool_size(1).connect().await.unwrap()
}

#[tokio::test]
async fn nothing_of_a_session_survives_check_in() {
    let world = World::new().await;
    let db = single(&world).await;
    let (own, other) = (world.manager(), world.manager());
    for _ in 0..20 {
        for context in [&own, &other] {
            db.scoped::<Customer>(context).count().await.unwrap();
            let tx = db.begin(context).await.unwrap();
            #[derive(Debug, QueryableByName)]
            struct Seen {
                #[diesel(sql_type = diesel::sql_types::Text)]
                tenant: String,
            }
            let query = "SELECT current_setting('app.current_tenant') AS tenant";
            let seen: Vec<Seen> = danger::sql(&tx, "a test", query).load().await.unwrap();
            assert_eq!(seen[0].tenant, context.tenant().to_string());
            tx.commit().await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_raw_sql_leaves_with_a_session_is_taken_back() {
    let world = World::new().await;
    world.execute("GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC").await;
    let db = single(&world).await;
    let (own, other) = (world.manager(), world.manager());
    db.scoped::<Customer>(&own).insert(named("mine")).await.unwrap();
    let role = world.config().runtime_role();
    let sessions =
        format!("SELECT pid FROM pg_stat_activity WHERE usename = '{role}' AND datname = current_database()");
    let before = world.truth(&sessions).await;
    assert_eq!(before.len(), 1);
    for end in ["commit", "rollback", "error"] {
        let tx = db.begin(&own).await.unwrap();
        let left = format!(
            "SELECT pg_advisory_lock(42), nextval('readings_id_seq'),
                    set_config('app.current_tenant', '{}', false), set_config('app.left', 'behind', false)",
            own.tenant()
        );
        danger::sql(&tx, "a test", left).execute().await.unwrap();
        match end {
            "commit" => tx.commit().await.unwrap(),
            "rollback" => tx.rollback().await,
            _ => {
                let broken = "SELECT 1 / 0";
                assert!(danger::sql(&tx, "a test", broken).execute().await.is_err());
                assert!(tx.commit().await.is_err());
            }
        }
        let locks = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 42";
        assert!(world.truth(locks).await.is_empty(), "after {end}");
        #[derive(Debug, PartialEq, Eq, QueryableByName)]
        struct Left {
            #[diesel(sql_type = diesel::sql_types::Text)]
            value: String,
        }
        let tx = db.begin(&other).await.unwrap();
        let query = "SELECT coalesce(current_setting('app.left', true), '') AS value";
        let seen: Vec<Left> = danger::sql(&tx, "a test", query).load().await.unwrap();
        assert_eq!(seen, [Left { value: String::new() }], "after {end}");
        let query = "SELECT lastval()::text AS value";
        let sequence = danger::sql(&tx, "a test", query).load::<Left>().await;
        assert!(sequence.is_err(), "the last value of a sequence, after {end}: {sequence:?}");
        tx.rollback().await;
    }
    assert_eq!(world.truth(&sessions).await, before, "the session was reset, not replaced");
}

#[tokio::test]
async fn what_a_raw_fragment_leaves_with_a_session_is_taken_back() {
    let world = World::new().await;
    world.execute("GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC").await;
    let db = single(&world).await;
    let (own, other) = (world.manager(), world.manager());
    db.scoped::<Customer>(&own).insert(named("mine")).await.unwrap();
    db.scoped::<Customer>(&other).insert(named("theirs")).await.unwrap();
    let raw = diesel::dsl::sql::<diesel::sql_types::Bool>;
    let repository = db.scoped::<Customer>(&own);
    repository.filter(raw("pg_advisory_lock(43) IS NOT NULL")).load().await.unwrap();
    let read_only = raw("set_config('default_transaction_read_only', 'on', false) IS NOT NULL");
    repository.filter(read_only).count().await.unwrap();
    assert!(
        world.truth("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 43").await.is_empty()
    );
    db.scoped::<Customer>(&other).insert(named("written")).await.unwrap();
    // In a transaction the tenant is named again after the statement.
    let tx = db.begin(&own).await.unwrap();
    let switch = format!("set_config('app.current_tenant', '{}', true) IS NOT NULL", other.tenant());
    let _ = tx.scoped::<Customer>().filter(raw(&switch)).count().await.unwrap();
    assert_eq!(tx.scoped::<Customer>().count().await.unwrap(), 1);
    #[derive(Debug, PartialEq, Eq, QueryableByName)]
    struct Name {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }
    let names: Vec<Name> = danger::sql(&tx, "a test", "SELECT name FROM customers").load().await.unwrap();
    assert_eq!(names, [Name { name: "mine".into() }]);
}

/// A fragment that takes itself for `name = $1`, and is not.
#[derive(Debug, Clone)]
struct CallsItselfEquality(String);

impl diesel::expression::Expression for CallsItselfEquality {
    type SqlType = diesel::sql_types::Bool;
}

impl<T> diesel::expression::AppearsOnTable<T> for CallsItselfEquality {}

impl<GroupBy> diesel::expression::ValidGrouping<GroupBy> for CallsItselfEquality {
    type IsAggregate = diesel::expression::is_aggregate::No;
}

impl diesel::query_builder::QueryId for CallsItselfEquality {
    type QueryId = <diesel::dsl::Eq<customers::name, String> as diesel::query_builder::QueryId>::QueryId;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl diesel::query_builder::QueryFragment<diesel::pg::Pg> for CallsItselfEquality {
    fn walk_ast<'b>(
        &'b self,
        mut out: diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>,
    ) -> diesel::QueryResult<()> {
        out.push_sql("(name = ");
        out.push_bind_param::<diesel::sql_types::Text, _>(&self.0)?;
        out.push_sql(" OR TRUE)");
        Ok(())
    }
}

#[tokio::test]
async fn one_tenant_s_fragment_is_not_prepared_in_the_place_of_another_one_s_query() {
    let world = World::new().await;
    let db = single(&world).await;
    let (own, other) = (world.manager(), world.manager());
    db.scoped::<Customer>(&other).insert_many([named("a"), named("b"), named("c")]).await.unwrap();
    let deceiver = || CallsItselfEquality("a".to_owned());
    let customers = db.scoped::<Customer>(&own);
    customers.filter(deceiver()).load().await.unwrap();
    customers.filter(deceiver()).delete().await.unwrap();
    let customers = db.scoped::<Customer>(&other);
    let named_a = || customers::name.eq("a".to_owned());
    assert_eq!(customers.filter(named_a()).load().await.unwrap().len(), 1);
    assert_eq!(customers.filter(named_a()).delete().await.unwrap(), 1);
    assert_eq!(customers.count().await.unwrap(), 2);
}

#[tokio::test]
async fn a_url_that_names_a_tenant_for_the_session_is_refused() {
    let world = World::new().await;
    let separator = if world.runtime_url().contains('?') { '&' } else { '?' };
    for options in ["-c%20app.current_tenant%3Dx", "-capp.current_tenant%3Dx", "--app.current_tenant%3Dx"] {
        let url = format!("{}{separator}options={options}", world.runtime_url());
        let answer = TenantDb::builder(url).database(world.config().clone()).connect().await;
        let Err(Error::InvalidConfiguration { reason, .. }) = answer else { panic!("{answer:?}") };
        assert!(reason.contains("app.current_tenant"), "{reason}");
    }
}

#[tokio::test]
async fn connection_errors_do_not_show_the_password() {
    for url in [
        "postgresql://user:hunter2@127.0.0.1:1/db",
        "postgresql://user:hunter2@[broken/db",
        "nonsense hunter2 = =",
    ] {
        let error = TenantDb::connect(url).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        assert!(!format!("{:?}", TenantDb::builder(url)).contains("hunter2"));
    }
}
