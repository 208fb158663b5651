//! A page is ordered and limited by itself: only filters and a selection come before.

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn load(db: &TenantDb, context: &TenantContext<Viewer>) {
    let _ = db.scoped::<Customer>(context).filter(customers::credit_limit.gt(5)).page_by(customers::name.asc()).page(None, 20).await;
}

fn main() {}
