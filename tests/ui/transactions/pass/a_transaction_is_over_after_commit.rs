//! Commit takes the transaction away.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn twice(tx: Transaction<Viewer>) -> tenant_db::Result<i64> {
    let count = tx.scoped::<Customer>().count().await?;
    tx.commit().await.map(|()| count)
}

fn main() {}
