//! Nor can a repository be carried out of the closure.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn carry(db: &TenantDb, context: &TenantContext<Viewer>) -> tenant_db::Result<()> {
    let count = db.transaction(context, async |tx| tx.scoped::<Customer>().count().await).await?;
    let _: i64 = count;
    Ok(())
}

fn main() {}
