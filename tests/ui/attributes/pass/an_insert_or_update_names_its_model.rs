//! An insert or update is for one model.

use tenant_db::prelude::*;
use tenant_db_tests::models::{Customer, customers};

#[derive(TenantInsert)]
#[tenant(model = Customer)]
struct NewCustomer {
    name: String,
    credit_limit: i64,
}

#[derive(TenantUpdate)]
#[tenant(model = Customer, table = customers)]
struct CustomerChanges {
    name: Option<String>,
}

fn main() {}
