//! Nor by filter.

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn change(
    db: &TenantDb,
    context: &TenantContext<Manager>,
    changes: CustomerChanges,
) -> tenant_db::Result<usize> {
    db.scoped::<Customer>(context).filter(customers::name.eq("Ada")).update(changes).await
}

fn main() {}
