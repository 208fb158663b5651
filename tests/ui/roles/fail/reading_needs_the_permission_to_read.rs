//! A role that grants nothing reads nothing.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;
use uuid::Uuid;

#[derive(Role)]
#[role("guest")]
struct Guest;

async fn read(db: &TenantDb, context: &TenantContext<Guest>, id: Uuid) -> tenant_db::Result<Customer> {
    db.scoped::<Customer>(context).find(id).await
}

fn main() {}
