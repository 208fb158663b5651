//! A closure has the transaction on loan.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn commit(db: &TenantDb, context: &TenantContext<Viewer>) -> tenant_db::Result<()> {
    db.transaction(context, async |_tx| Ok(())).await
}

fn main() {}
