//! Two customers, one database: every way that there is, and none across.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use customers::adoption::names;
use customers::models::{NewTcp, Payment, Tcp};
use customers::place::Place;
use customers::service::{self, Service};
use diesel::sql_types::Text;
use tenant_db::prelude::*;
use tenant_db::{Error, danger};
use tokio_postgres::{Client, NoTls};

/// With a quote, a backslash and double quotes.
const ODD: &str = r#"O'Neil \ "Sons""#;

async fn adopted() -> (Place, Service) {
    let place = Place::new(6).await.unwrap();
    for table in names() {
        place.adoption().adopt(table, &|_| {}).await.unwrap();
    }
    let service = place.service().await.unwrap();
    (place, service)
}

/// Somebody with the password of the runtime role, and without this program.
async fn intruder(place: &Place) -> Client {
    let (client, connection) = tokio_postgres::connect(&place.runtime_url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn sqlstate(client: &Client, sql: &str) -> String {
    match client.batch_execute(sql).await {
        Ok(()) => "00000".to_owned(),
        Err(error) => error.code().unwrap().code().to_owned(),
    }
}

#[tokio::test]
async fn the_flows_of_the_document_see_one_customer() {
    let (place, service) = adopted().await;
    for customer in ["YSPlLRE6ND", "hoPPer", ODD] {
        let tx = service.begin_transaction_with_customer_context(customer).await.unwrap();
        assert_eq!(service::open_agreements(&tx).await.unwrap().len(), 4);
        let agreement = service::agree(&tx, "New", &[("one", 2), ("two", 3)]).await.unwrap();
        assert_eq!((agreement.amount_cents, agreement.status.as_str()), (5, "open"));
        assert_eq!(service::positions(&tx, agreement.tcp_id).await.unwrap().len(), 2);
        let payment = service::settle(&tx, agreement.tcp_id, "same for everybody").await.unwrap();
        assert_eq!(payment.paid_cents, 5);
        let other = service::agree(&tx, "Other", &[("three", 4)]).await.unwrap();
        service::withdraw(&tx, other.tcp_id).await.unwrap();
        assert_eq!(service::positions(&tx, other.tcp_id).await.unwrap(), [], "its positions went with it");
        assert_eq!(service::open_agreements(&tx).await.unwrap().len(), 4);
        tx.commit().await.unwrap();
    }
    let truth =
        r#"SELECT "customerId" FROM tbl_tcp_payment WHERE reference = 'same for everybody' ORDER BY 1"#;
    let owners = place.database().query_text(truth).await.unwrap();
    assert_eq!(owners.len(), 3);
    assert!(owners.iter().any(|row| row[0].as_deref() == Some(ODD)), "{owners:?}");
}

#[tokio::test]
async fn another_customers_rows_are_not_there() {
    let (_place, service) = adopted().await;
    let hopper = service.context("hoPPer").await.unwrap();
    let foreign = service.db().scoped::<Tcp>(&hopper).first().await.unwrap().tcp_id;
    let paid = service.db().scoped::<Payment>(&hopper).first().await.unwrap().payment_id;

    let tx = service.begin_transaction_with_customer_context(ODD).await.unwrap();
    let absent = tx.scoped::<Tcp>().find(i64::MAX).await.unwrap_err().to_string();
    assert_eq!(tx.scoped::<Tcp>().find(foreign).await.unwrap_err().to_string(), absent);
    assert!(matches!(tx.scoped::<Payment>().find(paid).await, Err(Error::NotFound { .. })));
    assert!(matches!(service::settle(&tx, foreign, "x").await, Err(Error::NotFound { .. })));
    assert!(matches!(service::withdraw(&tx, foreign).await, Err(Error::NotFound { .. })));
    assert_eq!(service::positions(&tx, foreign).await.unwrap(), []);
    drop(tx);
    assert!(service.db().scoped::<Tcp>(&hopper).find(foreign).await.is_ok());
}

#[tokio::test]
async fn a_position_cannot_be_added_to_another_customers_agreement() {
    let (place, service) = adopted().await;
    let hopper = service.context("hoPPer").await.unwrap();
    let foreign = service.db().scoped::<Tcp>(&hopper).first().await.unwrap().tcp_id;
    let client = intruder(&place).await;
    let forged = format!(
        "BEGIN; SET LOCAL app.current_customer_id = 'YSPlLRE6ND'; \
         INSERT INTO tbl_tcp_item (\"tcpId\", description, \"amountCents\") VALUES ({foreign}, 'x', 1)"
    );
    assert_eq!(sqlstate(&client, &forged).await, "23503", "the foreign key carries the customer");
}

#[tokio::test]
async fn no_context_is_an_error_and_no_empty_answer() {
    let (place, _service) = adopted().await;
    let client = intruder(&place).await;
    for table in names() {
        for statement in ["SELECT FROM {}", "DELETE FROM {}", r#"UPDATE {} SET "customerId" = "customerId""#]
        {
            assert_eq!(
                sqlstate(&client, &statement.replace("{}", table)).await,
                "42501",
                "{statement} {table}"
            );
        }
    }
    assert_eq!(sqlstate(&client, "INSERT INTO tbl_tcp (title) VALUES ('x')").await, "42501");
    // After a transaction that had one, the setting is empty rather than missing.
    let with = "BEGIN; SET LOCAL app.current_customer_id = 'hoPPer'; SELECT FROM tbl_tcp; COMMIT";
    assert_eq!(sqlstate(&client, with).await, "00000");
    assert_eq!(sqlstate(&client, "SELECT FROM tbl_tcp").await, "42501");
}

#[tokio::test]
async fn the_trigger_fills_the_customer_and_lets_nobody_change_it() {
    let (place, _service) = adopted().await;
    let client = intruder(&place).await;
    let insert = "BEGIN; SET LOCAL app.current_customer_id = 'hoPPer'; INSERT INTO tbl_tcp (title) VALUES ('filled'); COMMIT";
    assert_eq!(sqlstate(&client, insert).await, "00000");
    let whose = place
        .database()
        .query_text(r#"SELECT "customerId" FROM tbl_tcp WHERE title = 'filled'"#)
        .await
        .unwrap();
    assert_eq!(whose, [[Some("hoPPer".to_owned())]]);
    for forged in [
        r#"INSERT INTO tbl_tcp ("customerId", title) VALUES ('YSPlLRE6ND', 'forged')"#,
        r#"UPDATE tbl_tcp SET "customerId" = 'YSPlLRE6ND'"#,
    ] {
        let forged = format!("BEGIN; SET LOCAL app.current_customer_id = 'hoPPer'; {forged}");
        assert_eq!(sqlstate(&client, &forged).await, "42501", "{forged}");
        client.batch_execute("ROLLBACK").await.unwrap();
    }
    // Not even an administrator moves a row.
    let moved =
        place.database().execute(r#"UPDATE tbl_tcp SET "customerId" = 'gone' WHERE title = 'filled'"#).await;
    assert!(moved.unwrap_err().to_string().contains("cannot be changed"));
}

#[tokio::test]
async fn sql_cannot_set_another_customer() {
    let (place, service) = adopted().await;
    let client = intruder(&place).await;
    for injected in [
        "SELECT set_config('app.current_customer_id', 'hoPPer', true)",
        "UPDATE pg_settings SET setting = 'hoPPer' WHERE name = 'app.current_customer_id'",
        "SELECT query_to_xml('SET LOCAL app.current_customer_id = ''hoPPer''', true, true, '')",
    ] {
        let statement = format!("BEGIN; SET LOCAL app.current_customer_id = 'YSPlLRE6ND'; {injected}");
        assert_ne!(sqlstate(&client, &statement).await, "00000", "{injected}");
        client.batch_execute("ROLLBACK").await.unwrap();
    }
    // Through the program: in a value it stays a value, and as a customer it is nobody.
    let attack = "x', true); SET LOCAL app.current_customer_id = 'hoPPer'; --";
    let refused = service.begin_transaction_with_customer_context(attack).await.unwrap_err();
    assert!(matches!(refused, Error::Unauthenticated { .. }), "{refused}");
    let context = service.context("YSPlLRE6ND").await.unwrap();
    let repository = service.db().scoped::<Tcp>(&context);
    let stored = repository.insert(NewTcp { title: attack, amount_cents: 1 }).await.unwrap();
    assert_eq!(repository.find(stored.tcp_id).await.unwrap().title, attack);
    let tx = service.db().begin(&context).await.unwrap();
    let set =
        danger::sql(&tx, "the test attacks", "SET LOCAL app.current_customer_id = 'hoPPer'").execute().await;
    assert!(matches!(set, Err(Error::Forbidden { .. })), "{set:?}");
    let call = danger::sql(&tx, "the test attacks", "SELECT set_config('app.current_customer_id', $1, true)")
        .bind::<Text, _>("hoPPer")
        .execute()
        .await;
    assert!(matches!(call, Err(Error::Forbidden { .. })), "{call:?}");
}

#[tokio::test]
async fn a_context_that_cannot_be_set_leaves_nothing_open() {
    let (place, service) = adopted().await;
    for unknown in ["nobody", "gone", "", "a\0b", "hopper"] {
        let refused = service.begin_transaction_with_customer_context(unknown).await.unwrap_err();
        assert!(matches!(refused, Error::Unauthenticated { .. }), "{unknown:?}: {refused}");
    }
    // The database goes away in the middle: an error, no transaction, and the next one works.
    let tx = service.begin_transaction_with_customer_context("hoPPer").await.unwrap();
    let open = format!(
        "SELECT count(*)::text FROM pg_stat_activity WHERE usename = '{}' AND state LIKE 'idle in transaction%'",
        place.config().runtime_role()
    );
    assert_eq!(place.database().query_text(&open).await.unwrap(), [[Some("1".to_owned())]]);
    drop(tx);
    let role = place.config().runtime_role();
    place.database().execute(&format!("ALTER ROLE {role} NOLOGIN")).await.unwrap();
    let end = format!(
        "SELECT pg_terminate_backend(pid, 5000)::text FROM pg_stat_activity WHERE usename = '{role}'"
    );
    place.database().query_text(&end).await.unwrap();
    assert!(service.begin_transaction_with_customer_context("hoPPer").await.is_err());
    place.database().execute(&format!("ALTER ROLE {role} LOGIN")).await.unwrap();
    let tx = service.begin_transaction_with_customer_context("hoPPer").await.unwrap();
    assert_eq!(service::open_agreements(&tx).await.unwrap().len(), 4);
    tx.rollback().await;
    assert_eq!(place.database().query_text(&open).await.unwrap(), [[Some("0".to_owned())]]);
    assert_eq!(service.db().pool_state().in_use, 0);
}

#[tokio::test]
async fn a_dropped_transaction_keeps_nothing() {
    let (_place, service) = adopted().await;
    let tx = service.begin_transaction_with_customer_context("hoPPer").await.unwrap();
    let dropped = service::agree(&tx, "Dropped", &[("one", 1)]).await.unwrap().tcp_id;
    drop(tx);
    let context = service.context("hoPPer").await.unwrap();
    assert!(matches!(service.db().scoped::<Tcp>(&context).find(dropped).await, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn a_customer_who_is_deactivated_is_refused_at_once() {
    let (place, service) = adopted().await;
    assert!(service.context("hoPPer").await.is_ok());
    place
        .database()
        .execute(r#"UPDATE tbl_customer SET active = false WHERE "customerId" = 'hoPPer'"#)
        .await
        .unwrap();
    assert!(matches!(service.context("hoPPer").await, Err(Error::Unauthenticated { .. })));
}
