//! What everybody may see is read in the struct, and nowhere else.

use tenant_db::prelude::*;
use tenant_db::PublicView;
use uuid::Uuid;

diesel::table! { jobs (tenant_id, id) { tenant_id -> Uuid, id -> Uuid, title -> Text, salary -> BigInt, } }
diesel::table! { public_jobs (id) { id -> Uuid, title -> Text, } }

#[derive(TenantScoped)]
#[tenant(table = jobs)]
struct Job {
    id: Uuid,
}

#[derive(PublicView)]
#[public_view(table = public_jobs, of = Job, rows = "title <> ''")]
struct PublicJob {
    id: Uuid,
    title: String,
}

fn main() {}
