//! What is not there yet is not ignored.

use tenant_db::prelude::*;
use tenant_db_tests::models::customers;
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = customers, isolation = schema)]
struct Client {
    id: Uuid,
    name: String,
}

fn main() {}
