//! A permission to write does not delete where the model asks for another one.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;
use uuid::Uuid;

#[derive(Role)]
#[role("clerk", grants(ReadCustomers, WriteCustomers, DeleteCustomers))]
struct Clerk;

async fn remove(db: &TenantDb, context: &TenantContext<Clerk>, id: Uuid) -> tenant_db::Result<()> {
    db.scoped::<Customer>(context).delete(id).await
}

fn main() {}
