//! The table of an insert is that of its model.

use tenant_db::prelude::*;
use tenant_db_tests::models::{Customer, customers};

#[derive(TenantInsert)]
#[tenant(model = Customer, table = customers)]
struct NewCustomer {
    name: String,
    credit_limit: i64,
}

fn main() {}
