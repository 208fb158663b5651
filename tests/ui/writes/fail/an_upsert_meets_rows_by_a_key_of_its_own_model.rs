//! A key is one that the model declares.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn put(db: &TenantDb, context: &TenantContext<Manager>, row: NewCustomer) -> tenant_db::Result<Option<Customer>> {
    db.scoped::<Customer>(context).upsert(row).on_conflict(readings::id).do_nothing().await
}

fn main() {}
