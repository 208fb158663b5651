//! A viewer does not insert.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn add(db: &TenantDb, context: &TenantContext<Viewer>, new: NewCustomer) -> tenant_db::Result<Customer> {
    db.scoped::<Customer>(context).insert(new).await
}

fn main() {}
