//! What is undone with the savepoint must have been done inside of it.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn mix(tx: &mut Transaction<Viewer>) -> tenant_db::Result<i64> {
    tx.savepoint(async |inner| inner.scoped::<Customer>().count().await).await
}

fn main() {}
