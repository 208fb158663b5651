//! Nor can a repository be carried out of the closure.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn carry(db: &TenantDb, context: &TenantContext<Viewer>) -> tenant_db::Result<()> {
    let repository = db.transaction(context, async |tx| Ok(tx.scoped::<Customer>())).await?;
    repository.count().await.map(drop)
}

fn main() {}
