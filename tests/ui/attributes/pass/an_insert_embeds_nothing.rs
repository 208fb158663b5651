//! An embedded struct could name the tenant column unseen.

use tenant_db::prelude::*;
use tenant_db_tests::models::{Customer, customers};

#[derive(TenantInsert)]
#[tenant(model = Customer)]
struct NewCustomer {
    name: String,
    credit_limit: i64,
    note: Option<String>,
}

#[derive(TenantUpdate)]
#[tenant(model = Customer)]
struct CustomerChanges {
    note: Option<String>,
}

fn main() {}
