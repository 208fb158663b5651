//! A text is not a number.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn load(db: &TenantDb, context: &TenantContext<Viewer>) -> tenant_db::Result<Vec<i64>> {
    db.scoped::<Customer>(context).select(customers::name).load().await
}

fn main() {}
