//! Nor can a stream be carried out of the closure.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn carry(db: &TenantDb, context: &TenantContext<Viewer>) -> tenant_db::Result<()> {
    let carried = db.transaction(context, async |tx| tx.scoped::<Customer>().stream().next().await.transpose()).await?;
    drop(carried);
    Ok(())
}

fn main() {}
