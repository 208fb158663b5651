//! Without a context there is no repository.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn list(db: &TenantDb) -> tenant_db::Result<Vec<Customer>> {
    db.scoped::<Customer>().load().await
}

fn main() {}
