//! A field without a column is a typing mistake.

use tenant_db::prelude::*;
use tenant_db_tests::models::{Customer, customers};
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = customers, defaults(noted))]
struct Client {
    id: Uuid,
    nam: String,
}

#[derive(TenantInsert)]
#[tenant(model = Customer)]
struct NewCustomer {
    nme: String,
}

fn main() {}
