//! A model, or any other struct, is not what a caller may insert.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn add(db: &TenantDb, context: &TenantContext<Manager>, row: Customer) -> tenant_db::Result<Customer> {
    db.scoped::<Customer>(context).insert(row).await
}

fn main() {}
