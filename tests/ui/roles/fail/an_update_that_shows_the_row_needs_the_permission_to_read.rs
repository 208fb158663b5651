//! What comes back from an update has been read.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;
use uuid::Uuid;

#[derive(Role)]
#[role("writer", grants(WriteCustomers))]
struct Writer;

async fn change(
    db: &TenantDb,
    context: &TenantContext<Writer>,
    id: Uuid,
    changes: CustomerChanges,
) -> tenant_db::Result<Customer> {
    db.scoped::<Customer>(context).update(id, changes).await
}

fn main() {}
