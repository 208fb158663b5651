//! Nothing can be read after commit.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn late(tx: Transaction<Viewer>) -> tenant_db::Result<i64> {
    let repository = tx.scoped::<Customer>();
    let count = repository.count().await?;
    tx.commit().await.map(|()| count)
}

fn main() {}
