//! The fields of a model name columns.

use tenant_db::prelude::*;
use tenant_db_tests::models::{Customer, customers};
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = customers)]
struct Client {
    id: Uuid,
}

#[derive(TenantInsert)]
#[tenant(model = Customer)]
struct NewCustomer {
    name: String,
    credit_limit: i64,
}

fn main() {}
