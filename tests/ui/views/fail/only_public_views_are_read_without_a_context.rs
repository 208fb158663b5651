//! Without a context, a model's rows are out of reach.

use tenant_db::{PublicDb, PublicView};
use tenant_db_tests::models::Customer;
use uuid::Uuid;

diesel::table! { public_jobs (id) { id -> Uuid, } }

#[derive(PublicView)]
#[public_view(table = public_jobs, of = Customer, rows = "true")]
struct PublicJob {
    id: Uuid,
}

fn ask(public: &PublicDb) {
    let _ = public.view::<Customer>();
}

fn main() {}
