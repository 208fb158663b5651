//! All mistakes of a struct are reported at once, each where it is made.

use tenant_db::prelude::*;
use tenant_db_tests::models::{Customer, customers};
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(tabel = customers, key = "Uuid", read = Customer, unique(name))]
#[tenant(primary_key(id, id), key = Uuid)]
struct Client {
    id: Uuid,
    #[diesel(serialize_as = String)]
    name: String,
    #[encrypted]
    note: Option<String>,
}

fn main() {}
