//! Nor is it something to select.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn load(db: &TenantDb, context: &TenantContext<Viewer>) {
    let note = customers::note;
    let _ = db.scoped::<Customer>(context).select(note).load::<Option<String>>().await;
}

fn main() {}
