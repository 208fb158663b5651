//! A table that diesel does not know is reported once.

use tenant_db::prelude::*;
use tenant_db_tests::models::customers;
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = customers)]
struct Client {
    id: Uuid,
    name: String,
}

#[derive(TenantInsert)]
#[tenant(model = Client, table = customers)]
struct NewClient {
    name: String,
    credit_limit: i64,
}

fn main() {}
