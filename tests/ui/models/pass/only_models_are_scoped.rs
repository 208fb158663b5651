//! A struct that says nothing of its tenant cannot be asked for.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;
use uuid::Uuid;

diesel::table! {
    plain (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
    }
}

#[derive(TenantScoped)]
#[tenant(table = plain)]
struct Plain {
    id: Uuid,
}

async fn list(db: &TenantDb, context: &TenantContext<Viewer>) {
    let _ = db.scoped::<Plain>(context);
}

fn main() {}
