//! What is not locked has nothing to skip.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn next(db: &TenantDb, context: &TenantContext<Manager>) {
    let _ = db.scoped::<Customer>(context).limit(1).for_update().skip_locked().load().await;
}

fn main() {}
