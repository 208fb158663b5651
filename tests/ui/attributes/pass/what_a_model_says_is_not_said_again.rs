//! Tenant, key and permissions of an insert are those of its model.

use tenant_db::prelude::*;
use tenant_db_tests::models::{Customer, customers};

#[derive(TenantInsert)]
#[tenant(model = Customer)]
struct NewCustomer {
    name: String,
    credit_limit: i64,
}

fn main() {}
