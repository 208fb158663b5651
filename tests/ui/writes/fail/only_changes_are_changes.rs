//! So it is for updates.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;
use uuid::Uuid;

async fn change(
    db: &TenantDb,
    context: &TenantContext<Manager>,
    id: Uuid,
    row: Customer,
) -> tenant_db::Result<Customer> {
    db.scoped::<Customer>(context).update(id, row).await
}

fn main() {}
