//! Fresh from the authenticator, a context has to be narrowed first.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn list(db: &TenantDb, context: &TenantContext) -> tenant_db::Result<Vec<Customer>> {
    db.scoped::<Customer>(&context.as_role::<Viewer>()?).load().await
}

fn main() {}
