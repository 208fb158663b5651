//! There is no method that returns a connection.

use tenant_db::prelude::*;

async fn take(db: &TenantDb, context: &TenantContext) {
    let _ = db.begin(context).await;
}

fn main() {}
