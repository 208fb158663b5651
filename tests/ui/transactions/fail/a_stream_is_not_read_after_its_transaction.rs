//! Nor does a stream: it is closed before the transaction.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn late(tx: Transaction<Viewer>) -> tenant_db::Result<bool> {
    let mut customers = tx.scoped::<Customer>().stream();
    tx.commit().await?;
    let first = customers.next().await.transpose()?;
    Ok(first.is_some())
}

fn main() {}
