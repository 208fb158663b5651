//! The tenant is part of every key, and added.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn put(db: &TenantDb, context: &TenantContext<Manager>, row: NewCustomer) -> tenant_db::Result<Customer> {
    let upsert = db.scoped::<Customer>(context).upsert(row);
    upsert.on_conflict((customers::tenant_id, customers::id)).do_update_excluded(customers::name).await
}

fn main() {}
