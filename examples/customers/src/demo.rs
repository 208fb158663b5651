//! The whole story: a legacy database, its adoption table by table, the service on it, and the way back.

use tenant_db::Result as LibraryResult;
use tenant_db::prelude::*;

use crate::adoption::names;
use crate::cli::Output;
use crate::error::{Error, Result};
use crate::legacy::{LegacyProgram, Outcome};
use crate::models::Tcp;
use crate::place::Place;
use crate::service::{self, Service};

/// Plays it on a throw-away server, with `rows` agreements for each customer.
///
/// # Errors
///
/// [`Error::Unexpected`] where something did not go as it should; and those of the server.
pub(crate) async fn run(rows: u32, output: &Output) -> Result<()> {
    output.chapter("1. A database that isolates nobody");
    let place = Place::new(rows).await?;
    let (adoption, legacy) = (place.adoption(), place.legacy_program().await?);
    let (schema, rows_before) = (place.schema().await?, adoption.checksums().await?);
    output.status(&adoption.status().await?);
    tell_legacy(&legacy, &[], output).await?;

    let mut adopted = Vec::new();
    for (number, table) in names().enumerate() {
        output.chapter(&format!("{}. {table} is adopted", number + 2));
        let applied = adoption.adopt(table, &|_| {}).await?;
        adopted.push(table);
        output.step("applied", applied.join(", "));
        expect(adoption.checksums().await? == rows_before, || "rows are not what they were".to_owned())?;
        output.step("rows, compared before and after", "as they were, in every table");
        let report = adoption.verify(&place.runtime_url()).await?;
        expect(report.is_ok(), || report.to_string())?;
        output.step("verification", report.to_string().lines().next().unwrap_or_default());
        tell_legacy(&legacy, &adopted, output).await?;
    }

    output.chapter("5. The service works, one customer at a time");
    let service = place.service().await?;
    for customer in ["YSPlLRE6ND", "hoPPer", r#"O'Neil \ "Sons""#] {
        let closed = work(&service, customer).await?;
        output.step(&format!("{customer} agrees, settles, withdraws"), format!("agreement {closed} is paid"));
    }

    output.chapter("6. Nobody gets across");
    attack(&service, output).await?;

    output.chapter("7. The way back");
    for table in adopted.iter().rev() {
        adoption.revert(table, &|_| {}).await?;
        output.step("given back", table);
    }
    adoption.leave().await?;
    expect(place.schema().await? == schema, || "the schema is not as it was".to_owned())?;
    output.step("keys, owners, policies, rights, roles", "as they were before");
    let kept = adoption.checksums().await?.into_iter().zip(rows_before);
    let new = kept.map(|((_, now), (_, then))| now.rows - then.rows).sum::<i64>();
    output.step("rows", format!("all that were there, and {new} that the service added"));
    tell_legacy(&legacy, &[], output).await
}

fn expect(holds: bool, otherwise: impl FnOnce() -> String) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::Unexpected(otherwise())) }
}

async fn tell_legacy(legacy: &LegacyProgram, adopted: &[&str], output: &Output) -> Result<()> {
    for table in names() {
        let outcome = legacy.work_on(table).await?;
        let told = match &outcome {
            Outcome::Works { rows } => format!("works, on {rows} rows of all customers"),
            Outcome::Refused { code } => format!("is refused ({code}): it belongs to the service now"),
        };
        let works = matches!(outcome, Outcome::Works { .. });
        expect(works != adopted.contains(&table), || format!("the legacy program on {table}: {told}"))?;
        output.step(&format!("the legacy program on {table}"), told);
    }
    Ok(())
}

/// The flows of the document: INSERT, SELECT, UPDATE, DELETE.
async fn work(service: &Service, customer: &str) -> LibraryResult<i64> {
    let tx = service.begin_transaction_with_customer_context(customer).await?;
    let kept = service::agree(&tx, "Maintenance", &[("first year", 40_000_000), ("second year", 35_000_000)])
        .await?;
    let dropped = service::agree(&tx, "Second thoughts", &[("one", 1)]).await?;
    service::withdraw(&tx, dropped.tcp_id).await?;
    let dearest = service::open_agreements(&tx).await?.remove(0);
    let payment = service::settle(&tx, dearest.tcp_id, &format!("T-{}", kept.tcp_id)).await?;
    tx.commit().await?;
    Ok(payment.tcp_id)
}

async fn attack(service: &Service, output: &Output) -> Result<()> {
    let hopper = service.context("hoPPer").await?;
    let target = service.db().scoped::<Tcp>(&hopper).first().await?.tcp_id;

    let tx = service.begin_transaction_with_customer_context("YSPlLRE6ND").await?;
    let found = tx.scoped::<Tcp>().find(target).await;
    expect(matches!(found, Err(tenant_db::Error::NotFound { .. })), || format!("{found:?}"))?;
    output.step("an agreement of another customer, by its id", "no such Tcp");
    tx.rollback().await;

    for unknown in ["nobody", "gone", "", "x'; SET LOCAL app.current_customer_id = 'hoPPer"] {
        let refused = service.begin_transaction_with_customer_context(unknown).await.map(|_| ());
        expect(matches!(refused, Err(tenant_db::Error::Unauthenticated { .. })), || {
            format!("{unknown}: {refused:?}")
        })?;
    }
    output.step("customers that are unknown, gone, empty, or SQL", "not authenticated; nothing was begun");

    let tx = service.begin_transaction_with_customer_context("YSPlLRE6ND").await?;
    let injected = "SELECT 1 FROM tbl_tcp WHERE title = '' OR \
                    set_config('app.current_customer_id', 'hoPPer', true) IS NOT NULL";
    let refused = tenant_db::danger::sql(&tx, "the demo attacks itself", injected).execute().await;
    expect(matches!(refused, Err(tenant_db::Error::Forbidden { .. })), || format!("{refused:?}"))?;
    output.step("SQL injection that sets another customer", "permission denied for function set_config");
    tx.rollback().await;
    Ok(())
}
