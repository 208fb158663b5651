//! A viewer does not update.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;
use uuid::Uuid;

async fn change(
    db: &TenantDb,
    context: &TenantContext<Manager>,
    id: Uuid,
    changes: CustomerChanges,
) -> tenant_db::Result<Customer> {
    db.scoped::<Customer>(context).update(id, changes).await
}

fn main() {}
