//! A misspelt key does not go unnoticed.

use tenant_db::prelude::*;
use tenant_db_tests::models::{Customer, customers};
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = customers, primary_key = id, column = tenant_id)]
struct Client {
    id: Uuid,
    name: String,
}

#[derive(TenantInsert)]
#[tenant(model = Customer)]
struct NewCustomer {
    name: String,
    credit_limit: i64,
}

fn main() {}
