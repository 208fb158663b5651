//! A public view has a reader of its own; the role that serves tenants is not it.

use tenant_db::prelude::*;
use tenant_db::{PublicView, TenantContext, TenantDb};
use tenant_db_tests::models::Customer;
use uuid::Uuid;

diesel::table! { public_jobs (id) { id -> Uuid, } }

#[derive(PublicView)]
#[public_view(table = public_jobs, of = Customer, rows = "true")]
struct PublicJob {
    id: Uuid,
}

fn ask(db: &TenantDb, context: &TenantContext) {
    let _ = db.scoped::<Customer>(context);
}

fn main() {}
