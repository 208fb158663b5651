//! There is no method that returns a connection.

use tenant_db::prelude::*;

async fn take(db: &TenantDb) {
    let _ = db.get().await;
    let _ = db.connection().await;
    let _ = db.pool();
}

fn main() {}
