//! A field has a type that its column can be read as.

use diesel as _;
use tenant_db::prelude::*;
use tenant_db_tests::models::customers;
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = customers)]
struct Client {
    id: Uuid,
    name: i32,
    note: String,
    #[diesel(deserialize_as = String)]
    credit_limit: i64,
}

#[derive(TenantScoped)]
#[tenant(table = customers)]
struct Converted {
    id: Uuid,
    #[diesel(deserialize_as = String)]
    name: i64,
}

fn main() {}
