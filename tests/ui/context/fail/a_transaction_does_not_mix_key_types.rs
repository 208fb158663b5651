//! Every repository of a transaction is for its tenant.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn list(tx: &Transaction<Viewer>) -> tenant_db::Result<Vec<Booking>> {
    tx.scoped::<Booking>().load().await
}

fn main() {}
