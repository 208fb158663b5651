//! So it is for queries.

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db_tests::models::*;

#[derive(Role)]
#[role("guest", grants(ReadCustomers))]
struct Guest;

async fn read(db: &TenantDb, context: &TenantContext<Guest>) -> tenant_db::Result<i64> {
    db.scoped::<Customer>(context).filter(customers::name.eq("Ada")).count().await
}

fn main() {}
