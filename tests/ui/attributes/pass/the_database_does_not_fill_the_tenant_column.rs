//! The tenant comes from the context, never from a default.

use tenant_db::prelude::*;
use tenant_db_tests::models::customers;
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = customers, defaults(note))]
struct Client {
    id: Uuid,
    name: String,
}

fn main() {}
