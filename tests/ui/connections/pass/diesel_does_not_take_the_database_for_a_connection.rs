//! diesel-async implements its traits for whatever derefs to a connection.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn read(db: &TenantDb, context: &TenantContext<Viewer>) {
    let _ = db.scoped::<Customer>(context).count().await;
}

fn main() {}
