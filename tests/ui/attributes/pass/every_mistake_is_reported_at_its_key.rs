//! All mistakes of a struct are reported at once, each where it is made.

use tenant_db::prelude::*;
use tenant_db_tests::models::customers;
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = customers, key = Uuid)]
#[tenant(primary_key(id))]
struct Client {
    id: Uuid,
    #[diesel(deserialize_as = String)]
    name: String,
    note: Option<String>,
}

fn main() {}
