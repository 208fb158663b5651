//! A field has a type that its column can be written from.

use diesel as _;
use tenant_db::prelude::*;
use tenant_db_tests::models::{Customer, customers};

#[derive(TenantInsert)]
#[tenant(model = Customer)]
struct NewCustomer {
    name: i32,
    credit_limit: i64,
}

#[derive(TenantUpdate)]
#[tenant(model = Customer)]
struct CustomerChanges {
    credit_limit: Option<String>,
}

fn main() {}
