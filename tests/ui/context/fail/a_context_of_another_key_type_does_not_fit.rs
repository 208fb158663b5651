//! A tenant with a name has no rows in a table of tenants with UUIDs.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn list(db: &TenantDb, context: &TenantContext<Viewer, StudioId>) -> tenant_db::Result<Vec<Customer>> {
    db.scoped::<Customer>(context).load().await
}

fn main() {}
