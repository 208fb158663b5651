//! A model says which table its rows are in.

use tenant_db::prelude::*;
use tenant_db_tests::models::customers;
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = customers, key = Uuid)]
struct Client {
    id: Uuid,
    name: String,
}

#[derive(TenantScoped)]
#[tenant(table = customers)]
struct Account {
    id: Uuid,
}

fn main() {}
