//! A field without a column is a typing mistake.

use tenant_db::prelude::*;
use tenant_db_tests::models::{Customer, customers};
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = customers, defaults(note))]
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
