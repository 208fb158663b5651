//! What pages are ordered by says which way.

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn load(db: &TenantDb, context: &TenantContext<Viewer>) {
    let _ = db.scoped::<Customer>(context).filter(customers::name.ge("A")).page_by(customers::name.asc()).page(None, 20).await;
}

fn main() {}
