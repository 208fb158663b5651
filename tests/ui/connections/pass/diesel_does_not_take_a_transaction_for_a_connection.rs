//! Nor does a transaction deref to one.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn read(tx: &mut Transaction<Viewer>) {
    let _ = tx.scoped::<Customer>().count().await;
}

fn main() {}
