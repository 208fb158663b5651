//! A lock keeps others from writing.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn lock(tx: &Transaction<Manager>) -> tenant_db::Result<Vec<Customer>> {
    tx.scoped::<Customer>().for_update().load().await
}

fn main() {}
