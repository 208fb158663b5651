//! Nor a selection.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn load(db: &TenantDb, context: &TenantContext<Viewer>) -> tenant_db::Result<Vec<String>> {
    db.scoped::<Customer>(context).select(customers::name).load().await
}

fn main() {}
