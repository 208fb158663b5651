//! What an authenticator found out is a claim; a context is the proof.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn list(db: &TenantDb, identity: &Identity) -> tenant_db::Result<Vec<Customer>> {
    db.scoped::<Customer>(identity).load().await
}

fn main() {}
