//! The model knows what its key is.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn find(db: &TenantDb, context: &TenantContext<Viewer>) -> tenant_db::Result<Customer> {
    db.scoped::<Customer>(context).find(7).await
}

fn main() {}
