//! Each layer with the others switched off, and the attacks that it stops.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use tenant_db::prelude::*;
use tenant_db::{Error, Result, danger};
use tenant_db_tests::models::*;
use tenant_db_tests::{World, rejected_with, runtime_session};
use uuid::Uuid;

#[derive(Debug, PartialEq, Eq, QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// What is easily written by mistake: text of run time in a node that says it is always the same.
#[derive(Debug, Clone, diesel::query_builder::QueryId, diesel::expression::ValidGrouping)]
struct CallsItselfConstant(String);

impl Expression for CallsItselfConstant {
    type SqlType = Bool;
}

impl<T> AppearsOnTable<T> for CallsItselfConstant {}

impl diesel::query_builder::QueryFragment<diesel::pg::Pg> for CallsItselfConstant {
    fn walk_ast<'b>(
        &'b self,
        mut out: diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>,
    ) -> diesel::QueryResult<()> {
        out.push_sql(&self.0);
        Ok(())
    }
}

async fn add(db: &TenantDb, context: &TenantContext<Manager>, name: &str) -> Customer {
    let new = NewCustomer { name: name.into(), credit_limit: 1 };
    db.scoped::<Customer>(context).insert(new).await.unwrap()
}

#[tokio::test]
async fn a_session_without_a_tenant_gets_an_error_and_not_an_empty_result() {
    let world = World::new().await;
    let db = world.connect().await;
    add(&db, &world.manager(), "somebody's").await;
    let session = runtime_session(&world).await;
    for table in ["customers", "bookings", "readings"] {
        for statement in [format!("SELECT * FROM {table}"), format!("DELETE FROM {table}")] {
            assert_eq!(rejected_with(&session, &statement).await, Ok("42501".to_owned()), "{statement}");
        }
    }
    for statement in [
        "UPDATE customers SET name = 'x'",
        "INSERT INTO customers VALUES (gen_random_uuid(), gen_random_uuid(), 'x', 1, NULL)",
        "INSERT INTO bookings VALUES ('a', 'b', 1, 'x')",
        "INSERT INTO readings (site, value) VALUES (1, 1)",
    ] {
        assert_eq!(rejected_with(&session, statement).await, Ok("42501".to_owned()), "{statement}");
    }
    // After a transaction the setting is empty rather than unset. That must not be taken for a tenant either.
    let tenant = Uuid::now_v7();
    session
        .batch_execute(&format!(
            "BEGIN; SET LOCAL app.current_tenant = '{tenant}'; SELECT count(*) FROM customers; COMMIT"
        ))
        .await
        .unwrap();
    assert_eq!(rejected_with(&session, "SELECT * FROM customers").await, Ok("42501".to_owned()));
}

#[tokio::test]
async fn row_level_security_alone_isolates_raw_sql() {
    let world = World::new().await;
    let db = world.connect().await;
    let (own, other) = (world.manager(), world.manager());
    add(&db, &own, "mine").await;
    let theirs = add(&db, &other, "theirs").await;
    let before = world.truth("SELECT * FROM customers WHERE name = 'theirs'").await;

    let tx = db.begin(&own).await.unwrap();
    let raw = |sql: &str| danger::sql(&tx, "row-level security is under test", sql.to_owned());
    let count: Vec<Count> = raw("SELECT count(*) AS n FROM customers").load().await.unwrap();
    assert_eq!(count, [Count { n: 1 }]);
    let by_id = format!("SELECT count(*) AS n FROM customers WHERE id = '{}'", theirs.id);
    assert_eq!(raw(&by_id).load::<Count>().await.unwrap(), [Count { n: 0 }]);
    assert_eq!(raw("UPDATE customers SET credit_limit = 0").execute().await.unwrap(), 1);
    assert_eq!(raw("DELETE FROM customers").execute().await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(world.truth("SELECT * FROM customers").await, before, "only the own row is gone");
}

#[tokio::test]
async fn a_forged_tenant_column_is_refused_by_the_database() {
    let world = World::new().await;
    let db = world.connect().await;
    let (own, other) = (world.manager(), world.manager());
    add(&db, &own, "mine").await;
    let theirs = add(&db, &other, "theirs").await;
    let before = world.truth("SELECT * FROM customers ORDER BY id").await;
    let forged = [
        // Insert into the other tenant.
        format!("INSERT INTO customers VALUES ('{}', gen_random_uuid(), 'gift', 1, NULL)", other.tenant()),
        // Give a row away.
        format!("UPDATE customers SET tenant_id = '{}'", other.tenant()),
        // Take a row over by upsert.
        format!(
            "INSERT INTO customers VALUES ('{}', '{}', 'x', 1, NULL)
             ON CONFLICT (tenant_id, id) DO UPDATE SET name = 'stolen'",
            other.tenant(),
            theirs.id
        ),
    ];
    for statement in forged {
        let tx = db.begin(&own).await.unwrap();
        let answer = danger::sql(&tx, "an attack", statement.clone()).execute().await;
        assert!(matches!(answer, Err(Error::Forbidden { .. })), "{statement}: {answer:?}");
        assert!(matches!(tx.commit().await, Err(Error::TransactionAborted { .. })));
    }
    assert_eq!(world.truth("SELECT * FROM customers ORDER BY id").await, before);
}

#[tokio::test]
async fn an_injected_set_config_fails_in_the_database() {
    let world = World::new().await;
    let db = world.connect().await;
    let (own, other) = (world.manager(), world.manager());
    add(&db, &other, "theirs").await;
    let injected = format!(
        "x' OR set_config('app.current_tenant', '{}', true) IS NOT NULL OR name = 'y",
        other.tenant()
    );
    // What a program does that puts text into SQL, through every door that takes SQL.
    let fragment = format!("name = '{injected}'");
    let repo = db.scoped::<Customer>(&own);
    let by_filter = repo.filter(diesel::dsl::sql::<Bool>(&fragment)).load().await;
    assert!(matches!(by_filter, Err(Error::Forbidden { .. })), "{by_filter:?}");
    let tx = db.begin(&own).await.unwrap();
    let query = format!("SELECT count(*) AS n FROM customers WHERE {fragment}");
    let by_hand = danger::sql(&tx, "an attack", query).load::<Count>().await;
    assert!(matches!(by_hand, Err(Error::Forbidden { .. })), "{by_hand:?}");
    drop(tx);
    // The same attack reaches the other tenant where the migration's REVOKE is taken back: it is what stops it.
    world.execute("GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC").await;
    let db = world.connect().await;
    let tx = db.begin(&own).await.unwrap();
    let switched = format!(
        "WITH switched AS MATERIALIZED (SELECT set_config('app.current_tenant', '{}', true) AS t)
         SELECT (SELECT count(*) FROM customers) AS n FROM switched WHERE t <> ''",
        other.tenant()
    );
    let leak: Vec<Count> = danger::sql(&tx, "an attack", switched).load().await.unwrap();
    assert_eq!(leak, [Count { n: 1 }], "without the REVOKE the injected statement sees the other tenant");
    let after: Vec<Count> =
        danger::sql(&tx, "a look", "SELECT count(*) AS n FROM customers").load().await.unwrap();
    assert_eq!(after, [Count { n: 0 }], "the tenant is set again after every raw statement");
}

#[tokio::test]
async fn a_raw_or_cannot_escape_the_tenant_predicate() {
    let world = World::new().await;
    world.execute("ALTER TABLE customers DISABLE ROW LEVEL SECURITY").await;
    let db = world.connect_unverified().await;
    let (own, other) = (world.manager(), world.manager());
    add(&db, &other, "theirs").await;
    let repo = db.scoped::<Customer>(&own);
    let anything = || diesel::dsl::sql::<Bool>("1 = 1 OR 1 = 1");
    assert_eq!(repo.filter(anything()).count().await.unwrap(), 0);
    assert_eq!(repo.filter(customers::name.eq("x")).or_filter(anything()).count().await.unwrap(), 0);
    assert_eq!(repo.into_boxed().filter(anything()).or_filter(anything()).count().await.unwrap(), 0);
    assert_eq!(repo.filter(anything()).delete().await.unwrap(), 0);
    let changes = CustomerChanges { credit_limit: Some(0), ..Default::default() };
    assert_eq!(repo.filter(anything()).or_filter(anything()).update(changes).await.unwrap(), 0);
}

#[tokio::test]
async fn a_raw_fragment_that_leaves_its_place_is_not_sent() {
    let world = World::new().await;
    world.execute("ALTER TABLE customers DISABLE ROW LEVEL SECURITY").await;
    let db = world.connect_unverified().await;
    let (own, other) = (world.manager(), world.manager());
    add(&db, &other, "theirs").await;
    let before = world.truth("SELECT * FROM customers").await;
    let repo = db.scoped::<Customer>(&own);
    for fragment in [
        "true)) OR ((true",
        "true)) -- ",
        "true /*",
        "id IN (SELECT id FROM customers)",
        "EXISTS (TABLE customers)",
        "extract(a$$ from null::date) is null or true)) or ((true or extract(a$$ from null::date) is null",
        "$😀$'$😀$ is null)) or ((true or $😀$'$😀$ is null",
    ] {
        let raw = || diesel::dsl::sql::<Bool>(fragment);
        let changes = CustomerChanges { credit_limit: Some(0), ..Default::default() };
        let answers = [
            repo.filter(raw()).load().await.map(|rows| rows.len()),
            repo.filter(raw()).count().await.map(|_| 0),
            repo.filter(customers::name.eq("x")).or_filter(raw()).exists().await.map(usize::from),
            repo.into_boxed().filter(raw()).count().await.map(|_| 0),
            repo.order(raw()).load().await.map(|rows| rows.len()),
            repo.select(raw()).load::<bool>().await.map(|rows| rows.len()),
            repo.filter(raw()).update(changes).await,
            repo.filter(raw()).delete().await,
        ];
        for answer in answers {
            assert!(matches!(answer, Err(Error::InvalidQuery { .. })), "{fragment}: {answer:?}");
        }
    }
    for fragment in [
        "s.name FROM customers AS s JOIN customers ON NULL::customers IS DISTINCT",
        "name INTO TEMP t",
        "name LIMIT 0",
    ] {
        let raw = || diesel::dsl::sql::<Text>(fragment);
        let selected = repo.select(raw()).load::<String>().await;
        assert!(matches!(selected, Err(Error::InvalidQuery { .. })), "{fragment}: {selected:?}");
        let ordered = repo.order(raw()).load().await;
        assert!(matches!(ordered, Err(Error::InvalidQuery { .. })), "{fragment}: {ordered:?}");
    }
    // One that calls itself an operator of diesel's, which always has the same text.
    let deceived = repo.filter(CallsItselfConstant("true)) OR ((true".into())).delete().await;
    assert!(matches!(deceived, Err(Error::InvalidQuery { .. })), "{deceived:?}");
    // A boxed sub-query is one of diesel's, so its type lets it through; its text does not.
    let boxed = bookings::table.select(bookings::artist).into_boxed();
    let answer = repo.filter(customers::name.eq_any(boxed)).count().await;
    assert!(matches!(answer, Err(Error::InvalidQuery { .. })), "{answer:?}");
    assert!(matches!(repo.limit(-1).load().await, Err(Error::InvalidQuery { .. })));
    assert_eq!(world.truth("SELECT * FROM customers").await, before);
}

#[tokio::test]
async fn a_foreign_row_that_got_through_everything_else_is_an_error() {
    let world = World::new().await;
    let db = world.connect().await;
    let (own, other) = (world.manager(), world.manager());
    add(&db, &other, "theirs").await;
    // A table that lies: its tenant column says "yours" to the predicate and somebody else's to whoever reads it. It
    // takes a function that pretends to be immutable, and a view that ignores row-level security.
    world
        .execute(&format!(
            "CREATE SEQUENCE questions;
             CREATE FUNCTION lie(owner uuid) RETURNS uuid IMMUTABLE LANGUAGE plpgsql SECURITY DEFINER AS $$
                 BEGIN
                     RETURN CASE nextval('questions') % 2 WHEN 1 THEN '{}'::uuid ELSE owner END;
                 END $$;
             ALTER TABLE customers RENAME TO truth;
             CREATE VIEW customers AS
                 SELECT lie(tenant_id) AS tenant_id, id, name, credit_limit, note FROM truth;
             GRANT SELECT ON customers TO PUBLIC",
            own.tenant()
        ))
        .await;
    // In transactions, because such a function may not do what it does where everything is only read.
    let tx = db.begin(&own).await.unwrap();
    let whole = tx.scoped::<Customer>().load().await;
    assert!(matches!(whole, Err(Error::ForeignRow { model: "Customer", .. })), "{whole:?}");
    tx.rollback().await;
    let tx = db.begin(&own).await.unwrap();
    let columns = tx.scoped::<Customer>().select(customers::name).load::<String>().await;
    assert!(matches!(columns, Err(Error::ForeignRow { model: "Customer", .. })), "{columns:?}");
    tx.rollback().await;
    let tx = db.begin(&own).await.unwrap();
    let inside = tx.scoped::<Customer>().first().await;
    assert!(matches!(inside, Err(Error::ForeignRow { .. })), "{inside:?}");
    assert!(
        matches!(tx.commit().await, Err(Error::TransactionAborted { .. })),
        "nothing that followed from it is kept"
    );
}

#[tokio::test]
async fn a_change_whose_answer_cannot_be_used_says_that_it_was_committed() {
    let world = World::new().await;
    let db = world.connect().await;
    let (own, other) = (world.manager(), world.manager());
    // Somebody switched the policies off, and put a trigger there that gives rows away.
    world
        .execute(&format!(
            "ALTER TABLE customers DISABLE ROW LEVEL SECURITY;
             CREATE FUNCTION give_away() RETURNS trigger LANGUAGE plpgsql AS $$
                 BEGIN NEW.tenant_id := '{}'; RETURN NEW; END $$;
             CREATE TRIGGER z_give_away BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION give_away()",
            other.tenant()
        ))
        .await;
    for number in 1..=2 {
        let new = NewCustomer { name: format!("lost {number}"), credit_limit: 1 };
        let lost = db.scoped::<Customer>(&own).insert(new).await;
        let Err(Error::CommittedUnread(cause)) = lost else { panic!("{lost:?}") };
        assert!(matches!(*cause, Error::ForeignRow { .. }), "{cause:?}");
        assert_eq!(world.truth("SELECT id FROM customers").await.len(), number, "as it says");
    }
    let tx = db.begin(&own).await.unwrap();
    let kept = tx.scoped::<Customer>().insert(NewCustomer { name: "kept".into(), credit_limit: 1 }).await;
    assert!(matches!(kept, Err(Error::ForeignRow { .. })), "{kept:?}");
    assert!(tx.commit().await.is_err());
    assert_eq!(
        world.truth("SELECT id FROM customers").await.len(),
        2,
        "a transaction can still be rolled back"
    );
}

#[tokio::test]
async fn what_a_connection_has_prepared_names_no_other_tenant_to_sql_written_by_hand() {
    #[derive(diesel::QueryableByName)]
    struct Prepared {
        #[diesel(sql_type = diesel::sql_types::Text)]
        statement: String,
    }

    let world = World::new().await;
    let db = world.builder().pool_size(1).connect().await.unwrap();
    let (own, other) = (world.manager(), world.manager());
    let look = "SELECT statement FROM pg_prepared_statements";
    for typed_first in [false, true] {
        for context in [&other, &own, &other] {
            db.scoped::<Customer>(context).count().await.unwrap();
        }
        let tx = db.begin(&own).await.unwrap();
        if typed_first {
            tx.scoped::<Customer>().count().await.unwrap();
        }
        let seen: Vec<Prepared> = danger::sql(&tx, "an attacker looks", look).load().await.unwrap();
        tx.commit().await.unwrap();
        assert!(
            seen.iter().any(|seen| seen.statement.contains("customers")),
            "it does see the connection's own"
        );
        let theirs = other.tenant().to_string();
        assert!(!seen.iter().any(|seen| seen.statement.contains(&theirs)), "typed first: {typed_first}");
    }
}

#[tokio::test]
async fn statements_that_control_the_session_are_refused() {
    let world = World::new().await;
    let db = world.connect().await;
    let own = world.manager();
    let tx = db.begin(&own).await.unwrap();
    for statement in [
        "SET LOCAL app.current_tenant = 'x'",
        "/* SELECT */ RESET ALL",
        "COMMIT",
        "ROLLBACK",
        "DO $$ BEGIN PERFORM 1; END $$",
        "LOCK TABLE customers",
        "--\rCOMMIT /*\nSELECT */",
        "--\rROLLBACK /*\nSELECT */",
        "--\rDO $$ BEGIN SET LOCAL app.current_tenant = 'x'; END $$ /*\nSELECT */",
        "\u{a0}SELECT 1",
        "",
    ] {
        let answer = danger::sql(&tx, "an attack", statement).execute().await;
        assert!(matches!(answer, Err(Error::Forbidden { .. })), "{statement}: {answer:?}");
    }
    assert_eq!(tx.scoped::<Customer>().count().await.unwrap(), 0, "the transaction is as good as before");
    let answer = danger::sql(&tx, "  ", "SELECT 1").execute().await;
    assert!(matches!(answer, Err(Error::ReasonRequired { .. })), "{answer:?}");
}

#[tokio::test]
async fn errors_do_not_show_data() -> Result<()> {
    let world = World::new().await;
    let db = world.connect().await;
    let own = world.manager();
    let secret = "hunter2-4111111111111111";
    add(&db, &own, secret).await;
    let duplicate = NewCustomer { name: secret.into(), credit_limit: 1 };
    let conflict = db.scoped::<Customer>(&own).insert(duplicate).await.unwrap_err();
    let Error::Conflict(details) = &conflict else { panic!("{conflict:?}") };
    assert_eq!(details.constraint(), Some("customers_name_key"));
    let tx = db.begin(&own).await?;
    let cast = danger::sql(&tx, "a test", "SELECT $1::integer AS n").bind::<Text, _>(secret);
    let conversion = cast.load::<Count>().await.unwrap_err();
    world
        .execute(
            "CREATE FUNCTION gossip() RETURNS trigger LANGUAGE plpgsql AS $$
                 BEGIN RAISE EXCEPTION 'customer % is on a list', NEW.name; END $$;
             CREATE TRIGGER gossip BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION gossip()",
        )
        .await;
    let changes = CustomerChanges { credit_limit: Some(0), ..Default::default() };
    let raised =
        db.scoped::<Customer>(&own).filter(customers::name.eq(secret)).update(changes).await.unwrap_err();
    for error in [conflict, conversion, raised] {
        let shown =
            format!("{error} {error:?} {:?}", std::error::Error::source(&error).map(ToString::to_string));
        assert!(!shown.contains("hunter2") && !shown.contains("4111"), "{shown}");
    }
    Ok(())
}
