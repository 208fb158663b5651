//! The way of the legacy database: table by table, without losing a row, and back.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use customers::adoption::{TABLES, names};
use customers::legacy::Outcome;
use customers::models::{Item, Tcp};
use customers::place::Place;
use customers::service;
use tenant_db::Error;
use tenant_db::prelude::*;

/// Adopts without watching.
async fn adopt(place: &Place, table: &str) -> customers::Result<Vec<String>> {
    place.adoption().adopt(table, &|_| {}).await
}

async fn outcomes(place: &Place) -> Vec<Outcome> {
    let program = place.legacy_program().await.unwrap();
    let mut outcomes = Vec::new();
    for table in names() {
        outcomes.push(program.work_on(table).await.unwrap());
    }
    outcomes
}

fn codes(report: &tenant_db::doctor::Report) -> Vec<&'static str> {
    report.findings().iter().map(|finding| finding.code).collect()
}

#[tokio::test]
async fn no_row_is_lost_or_changed_on_the_way_there_and_back() {
    let place = Place::new(50).await.unwrap();
    let adoption = place.adoption();
    let (schema, rows) = (place.schema().await.unwrap(), adoption.checksums().await.unwrap());
    assert!(rows.iter().all(|(_, checksum)| checksum.rows > 0), "{rows:?}");
    for table in names() {
        let applied = adopt(&place, table).await.unwrap();
        assert!(applied.last().unwrap().ends_with(table), "{applied:?}");
        assert_eq!(adoption.checksums().await.unwrap(), rows);
    }
    assert_ne!(place.schema().await.unwrap(), schema);
    for table in names().collect::<Vec<_>>().into_iter().rev() {
        adoption.revert(table, &|_| {}).await.unwrap();
        assert_eq!(adoption.checksums().await.unwrap(), rows);
    }
    adoption.leave().await.unwrap();
    assert_eq!(place.schema().await.unwrap(), schema);
}

#[tokio::test]
async fn any_order_leads_there_and_any_order_leads_back() {
    for order in [[2, 0, 1], [1, 2, 0]] {
        let place = Place::new(5).await.unwrap();
        let adoption = place.adoption();
        let (schema, rows) = (place.schema().await.unwrap(), adoption.checksums().await.unwrap());
        for at in order {
            adopt(&place, TABLES[at].table).await.unwrap();
            let report = adoption.verify(&place.runtime_url()).await.unwrap();
            assert!(report.is_ok(), "{report}");
        }
        let report = adoption.verify(&place.runtime_url()).await.unwrap();
        assert_eq!(report.findings(), [], "{report}");
        for at in order {
            adoption.revert(TABLES[at].table, &|_| {}).await.unwrap();
        }
        adoption.leave().await.unwrap();
        assert_eq!(place.schema().await.unwrap(), schema);
        assert_eq!(adoption.checksums().await.unwrap(), rows);
    }
}

#[tokio::test]
async fn a_sum_notices_a_row_that_changed_in_a_column_without_a_model() {
    let place = Place::new(5).await.unwrap();
    let before = place.adoption().checksums().await.unwrap();
    place
        .database()
        .execute(r#"UPDATE tbl_tcp SET "createdAt" = "createdAt" - interval '1 s' WHERE "tcpId" = 1"#)
        .await
        .unwrap();
    let after = place.adoption().checksums().await.unwrap();
    assert_ne!(before[0], after[0]);
    assert_eq!(before[1..], after[1..]);
}

#[tokio::test]
async fn the_legacy_program_works_on_what_is_not_adopted_and_nowhere_else() {
    let place = Place::new(3).await.unwrap();
    let works = outcomes(&place).await;
    assert!(works.iter().all(|outcome| matches!(outcome, Outcome::Works { rows: 1.. })), "{works:?}");
    let refused = Outcome::Refused { code: "42501".to_owned() };
    for (at, table) in names().enumerate() {
        adopt(&place, table).await.unwrap();
        let now = outcomes(&place).await;
        assert!(now[..=at].iter().all(|outcome| *outcome == refused), "{table}: {now:?}");
        assert_eq!(now[at + 1..], works[at + 1..], "{table}");
    }
    place.adoption().revert("tbl_tcp_payment", &|_| {}).await.unwrap();
    assert_eq!(outcomes(&place).await[2], works[2]);
}

/// With foreign keys between what is adopted and what the program works on, in both directions.
#[tokio::test(flavor = "multi_thread")]
async fn the_legacy_program_goes_on_while_other_tables_are_adopted_and_given_back() {
    let place = std::sync::Arc::new(Place::new(200).await.unwrap());
    let over = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (place, over) = (std::sync::Arc::clone(&place), std::sync::Arc::clone(&over));
        workers.spawn(async move {
            let program = place.legacy_program().await.unwrap();
            let mut worked = 0;
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                let outcome = program.work_on("tbl_tcp_payment").await.unwrap();
                assert!(matches!(outcome, Outcome::Works { .. }), "{outcome:?}");
                worked += 1;
            }
            worked
        });
    }
    for _ in 0..3 {
        for table in ["tbl_tcp", "tbl_tcp_item"] {
            adopt(&place, table).await.unwrap();
        }
        for table in ["tbl_tcp_item", "tbl_tcp"] {
            place.adoption().revert(table, &|_| {}).await.unwrap();
        }
    }
    over.store(true, std::sync::atomic::Ordering::Relaxed);
    let worked = workers.join_all().await;
    assert!(worked.iter().all(|times| *times > 10), "{worked:?}");
}

#[tokio::test]
async fn reports_that_read_without_a_customer_fail_instead_of_coming_out_empty() {
    let place = Place::new(3).await.unwrap();
    adopt(&place, "tbl_tcp").await.unwrap();
    let (reports, connection) =
        tokio_postgres::connect(&place.reports_url(), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let refused = reports.simple_query("SELECT count(*) FROM tbl_tcp").await.unwrap_err();
    assert_eq!(refused.code().unwrap().code(), "42501");
    assert!(reports.simple_query("SELECT count(*) FROM tbl_tcp_item").await.is_ok());
}

#[tokio::test]
async fn a_service_half_way_works_on_what_is_adopted_and_is_kept_from_the_rest() {
    let place = Place::new(3).await.unwrap();
    adopt(&place, "tbl_tcp").await.unwrap();
    let service = place.service().await.unwrap();
    let tx = service.begin_transaction_with_customer_context("hoPPer").await.unwrap();
    assert_eq!(service::open_agreements(&tx).await.unwrap().len(), 2);
    let refused = tx.scoped::<Item>().load().await.unwrap_err();
    assert!(matches!(refused, Error::Forbidden { .. }), "{refused}");
    drop(tx);

    // One that started when everything was adopted would have been a lie.
    let all = tenant_db::TenantDb::builder(place.runtime_url()).database(place.config().clone());
    let refused = all.connect().await.unwrap_err();
    assert!(
        matches!(&refused, Error::Misconfigured(report) if codes(report).contains(&"TD206")),
        "{refused}"
    );
}

#[tokio::test]
async fn verification_finds_what_is_missing_before_and_nothing_afterwards() {
    let place = Place::new(3).await.unwrap();
    let role = place.config().runtime_role();
    let create =
        format!("DO $$ BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
    place.database().execute(&create).await.unwrap();
    let nothing = tenant_db::doctor::check(&place.runtime_url(), place.config()).await.unwrap();
    assert_eq!(codes(&nothing), ["TD400"], "{nothing}");

    let mut warnings = Vec::new();
    for table in names() {
        adopt(&place, table).await.unwrap();
        let report = place.adoption().verify(&place.runtime_url()).await.unwrap();
        assert!(report.is_ok(), "{report}");
        warnings.push(codes(&report));
    }
    // Keys on which tables rest that are not adopted yet are not secret across customers.
    assert_eq!(warnings, [vec!["TD215"], vec!["TD215", "TD215"], vec![]]);
}

#[tokio::test]
async fn a_table_is_not_adopted_twice_and_not_given_back_twice() {
    let place = Place::new(3).await.unwrap();
    assert_eq!(adopt(&place, "tbl_tcp").await.unwrap(), ["tenant_db_base", "tenant_db_isolate_tbl_tcp"]);
    assert_eq!(adopt(&place, "tbl_tcp").await.unwrap(), [""; 0]);
    assert_eq!(place.adoption().adopted().await.unwrap(), ["tbl_tcp"]);
    place.adoption().revert("tbl_tcp", &|_| {}).await.unwrap();
    let refused = place.adoption().revert("tbl_tcp", &|_| {}).await.unwrap_err().to_string();
    assert!(refused.contains("it has not been applied"), "{refused}");
    let unknown = adopt(&place, "tbl_customer").await.unwrap_err().to_string();
    assert!(unknown.contains("there are tbl_tcp, tbl_tcp_item, tbl_tcp_payment"), "{unknown}");
}

#[tokio::test]
async fn the_policy_that_never_had_an_effect_is_set_aside_and_comes_back() {
    let place = Place::new(3).await.unwrap();
    let policy = |schema: Vec<String>| {
        schema.into_iter().find(|line| line.contains("customer_isolation_policy")).unwrap()
    };
    let before = policy(place.schema().await.unwrap());
    adopt(&place, "tbl_tcp").await.unwrap();
    let aside = policy(place.schema().await.unwrap());
    assert!(aside.contains(place.config().owner_role()), "{aside}");
    assert_eq!(
        place
            .service()
            .await
            .unwrap()
            .db()
            .scoped::<Tcp>(&place.service().await.unwrap().context("hoPPer").await.unwrap())
            .count()
            .await
            .unwrap(),
        3
    );
    place.adoption().revert("tbl_tcp", &|_| {}).await.unwrap();
    assert_eq!(policy(place.schema().await.unwrap()), before);
}
