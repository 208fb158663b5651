//! The command line, as people and programs use it.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::process::{Command, Output};

use customers::place::Place;
use serde_json::Value;

/// Runs `customers` on a database, for a program.
fn customers(place: &Place, arguments: &[&str]) -> (Output, Vec<Value>) {
    let output = Command::new(env!("CARGO_BIN_EXE_customers"))
        .args(["--json", "--prefix", place.prefix()])
        .args(arguments)
        .env("CUSTOMERS_ADMIN_URL", place.database().admin_url())
        .env("CUSTOMERS_URL", place.runtime_url())
        .env("CUSTOMERS_DIRECTORY_URL", place.directory_url())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let documents = text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")));
    let documents = documents.collect();
    (output, documents)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_can_adopt_look_work_and_give_back() {
    let place = Place::new(3).await.unwrap();
    let schema = place.schema().await.unwrap();

    let (output, status) = customers(&place, &["status"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(status[0]["tables"][0]["table"], "tbl_tcp");
    assert_eq!(status[0]["tables"][0]["adopted"], false);
    assert_eq!(status[0]["tables"][0]["rows"], 12);

    let (_, rehearsed) = customers(&place, &["rehearse", "tbl_tcp"]);
    assert_eq!(rehearsed[0]["would apply"][1], "tenant_db_isolate_tbl_tcp");
    let (output, applied) = customers(&place, &["adopt", "tbl_tcp", "tbl_tcp_item", "tbl_tcp_payment"]);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    assert_eq!(applied[2]["applied"][0], "tenant_db_isolate_tbl_tcp_payment");
    let (output, report) = customers(&place, &["check"]);
    assert!(output.status.success(), "{report:?}");
    assert_eq!(report[0]["ok"], true);

    let act = |arguments: &[&str]| {
        customers(&place, &[&["agreements", "--customer", "hoPPer"], arguments].concat())
    };
    let (_, added) = act(&["add", "Painting", "red = paint=250", "brush=50"]);
    assert_eq!(added[0]["amountCents"], 300);
    let id = added[0]["tcpId"].to_string();
    assert_eq!(act(&["list"]).1.len(), 3);
    assert_eq!(act(&["settle", &id, "bank-1"]).1[0]["paidCents"], 300);
    let (output, error) = act(&["withdraw", &id]);
    assert_eq!(output.status.code(), Some(1));
    assert!(error[0]["error"].as_str().unwrap().contains("tbl_tcp_payment_tcpId_fkey"), "{error:?}");

    let (output, reverted) = customers(&place, &["revert", "--everything"]);
    assert!(output.status.success(), "{reverted:?}");
    assert_eq!(place.schema().await.unwrap(), schema);
}

#[tokio::test(flavor = "multi_thread")]
async fn exit_codes_tell_findings_from_failures() {
    let place =
        Place::with(3, r#"UPDATE tbl_tcp_item SET "customerId" = 'gone' WHERE "itemId" = 24"#).await.unwrap();
    place.database().execute(r#"UPDATE tbl_tcp SET "customerId" = NULL WHERE "tcpId" = 1"#).await.unwrap();
    let (output, status) = customers(&place, &["status"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        status[0]["tables"][0]["obstacle"].as_str().unwrap().contains("belong to no tenant"),
        "{status:?}"
    );
    let (output, error) = customers(&place, &["adopt", "tbl_tcp"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(error[0]["error"].as_str().unwrap().contains("belong to no tenant"), "{error:?}");
    let (output, error) = customers(&place, &["adopt", "tbl_nothing"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(error[0]["error"].as_str().unwrap().contains("tbl_nothing"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn written_migrations_are_those_of_the_tables_so_far() {
    let place = Place::new(1).await.unwrap();
    let folder = std::env::temp_dir().join(place.prefix());
    let name = folder.to_str().unwrap();
    let (_, first) = customers(&place, &["write", name, "--up-to", "tbl_tcp"]);
    assert_eq!(first[0]["wrote"].as_array().unwrap().len(), 2);
    let (_, rest) = customers(&place, &["write", name]);
    let rest = rest[0]["wrote"].as_array().unwrap();
    assert_eq!(rest.len(), 2, "what was written stays as it is");
    assert!(rest[0].as_str().unwrap().ends_with("_tenant_db_isolate_tbl_tcp_item"), "{rest:?}");

    // diesel's own way of applying them leads to the same database.
    tenant_db::database::Migrator::new(place.database().admin_url()).folder(&folder).run().await.unwrap();
    let report = tenant_db::doctor::check(&place.runtime_url(), place.config()).await.unwrap();
    assert_eq!(report.findings(), [], "{report}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_plays_to_its_end() {
    let demo = Command::new(env!("CARGO_BIN_EXE_customers")).args(["demo", "--rows", "20"]).output().unwrap();
    let text = String::from_utf8_lossy(&demo.stdout);
    assert!(demo.status.success(), "{text}\n{}", String::from_utf8_lossy(&demo.stderr));
    assert!(text.contains("7. The way back") && text.contains("as they were before"), "{text}");
}
