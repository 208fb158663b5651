//! What is in the way of the adoption is told before anything changes, with what to do about it.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use customers::adoption::names;
use customers::place::Place;

/// Adopts every table, and expects that `table` cannot be: the refusal.
async fn refusal(flaw: &str, table: &str) -> (Place, String) {
    let place = Place::with(6, flaw).await.unwrap();
    let adoption = place.adoption();
    for before in names().take_while(|name| *name != table) {
        adoption.adopt(before, &|_| {}).await.unwrap_or_else(|error| panic!("{before}: {error}"));
    }
    let (schema, rows) = (place.schema().await.unwrap(), adoption.checksums().await.unwrap());
    let refusal = adoption.adopt(table, &|_| {}).await.unwrap_err().to_string();
    assert_eq!(place.schema().await.unwrap(), schema, "nothing has changed");
    assert_eq!(adoption.checksums().await.unwrap(), rows);

    // The status says the same, and says nothing of the others.
    let status = adoption.status().await.unwrap();
    let told = status.tables.into_iter().find(|entry| entry.table == table).unwrap();
    assert_eq!(told.obstacle.as_deref(), Some(refusal.as_str()));
    (place, refusal)
}

#[tokio::test]
async fn rows_without_a_customer() {
    let flaw = r#"UPDATE tbl_tcp SET "customerId" = NULL WHERE "tcpId" < 3"#;
    let (place, told) = refusal(flaw, "tbl_tcp").await;
    assert!(told.contains(r#"2 rows of table "public"."tbl_tcp" belong to no tenant"#), "{told}");
    assert!(told.contains(r#"UPDATE "public"."tbl_tcp" SET "customerId" = "#), "{told}");

    // Mended, it goes on.
    let mend = r#"UPDATE tbl_tcp SET "customerId" = 'hoPPer' WHERE "customerId" IS NULL"#;
    place.database().execute(mend).await.unwrap();
    place.adoption().adopt("tbl_tcp", &|_| {}).await.unwrap();
}

#[tokio::test]
async fn rows_of_a_customer_whose_id_nobody_can_use() {
    let flaw = r#"INSERT INTO tbl_tcp_payment ("customerId", "tcpId", reference, "paidCents") VALUES ('', 1, 'x', 1)"#;
    let (_, told) = refusal(flaw, "tbl_tcp_payment").await;
    assert!(told.contains("have a tenant that no program can act for, empty"), "{told}");
}

#[tokio::test]
async fn rows_that_refer_to_another_customers_rows() {
    let flaw = r#"UPDATE tbl_tcp_item SET "customerId" = 'gone' WHERE "itemId" IN (1, 2, 3) AND "customerId" <> 'gone'"#;
    let (place, told) = refusal(flaw, "tbl_tcp_item").await;
    assert!(
        told.contains(
            "3 rows of public.tbl_tcp_item refer to rows of public.tbl_tcp that belong to another tenant"
        ),
        "{told}"
    );
    // The message has the query that shows them.
    let query = told.split("To see them: ").nth(1).unwrap().split(';').next().unwrap();
    assert_eq!(place.database().query_text(query).await.unwrap().len(), 3);
}

#[tokio::test]
async fn rows_without_a_key_of_their_own() {
    let flaw = r#"ALTER TABLE tbl_tcp_payment DROP CONSTRAINT tbl_tcp_payment_pkey;
                  UPDATE tbl_tcp_payment SET "paymentId" = 1 WHERE "customerId" = 'hoPPer'"#;
    let (_, told) = refusal(flaw, "tbl_tcp_payment").await;
    assert!(told.contains("1 values of the primary key are there more than once"), "{told}");
    assert!(told.contains(r#"GROUP BY "customerId", "paymentId" HAVING count(*) > 1"#), "{told}");
}

#[tokio::test]
async fn a_customer_id_of_another_type() {
    let flaw = r#"ALTER TABLE tbl_tcp_item ALTER "customerId" TYPE char(32)"#;
    let (_, told) = refusal(flaw, "tbl_tcp_item").await;
    assert!(told.contains("is character, and the model says text"), "{told}");
}

#[tokio::test]
async fn a_table_that_everybody_may_read_keeps_the_service_from_starting_until_it_is_adopted() {
    let place = Place::with(3, "GRANT SELECT ON tbl_tcp_item TO PUBLIC").await.unwrap();
    let adoption = place.adoption();
    adoption.adopt("tbl_tcp", &|_| {}).await.unwrap();
    let refused = place.service().await.unwrap_err().to_string();
    assert!(
        refused.contains("TD501") && refused.contains("REVOKE ALL ON TABLE tbl_tcp_item FROM PUBLIC"),
        "{refused}"
    );
    adoption.adopt("tbl_tcp_item", &|_| {}).await.unwrap();
    place.service().await.unwrap();
}
