//! What `None` means is the same for every struct.

use tenant_db::prelude::*;
use tenant_db_tests::models::{Customer, customers};

#[derive(TenantInsert)]
#[tenant(model = Customer)]
struct NewCustomer {
    name: String,
    credit_limit: i64,
    note: Option<Option<String>>,
}

#[derive(TenantUpdate)]
#[tenant(model = Customer)]
struct CustomerChanges {
    note: Option<Option<String>>,
}

fn main() {}
