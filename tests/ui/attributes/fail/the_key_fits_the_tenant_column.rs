//! The tenant column holds keys of the model's type.

use diesel as _;
use tenant_db::prelude::*;
use tenant_db_tests::models::customers;
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = customers, key = i64)]
struct Client {
    id: Uuid,
    name: String,
}

fn main() {}
