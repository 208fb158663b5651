//! A column that is not listed cannot be asked for.

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db::{PublicDb, PublicView};
use uuid::Uuid;

diesel::table! { jobs (tenant_id, id) { tenant_id -> Uuid, id -> Uuid, title -> Text, salary -> BigInt, } }
diesel::table! { public_jobs (id) { id -> Uuid, title -> Text, } }
diesel::allow_tables_to_appear_in_same_query!(jobs, public_jobs);

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

fn ask(public: &PublicDb) {
    let _ = public.view::<PublicJob>().filter(public_jobs::title.eq("x")).load();
}

fn main() {}
