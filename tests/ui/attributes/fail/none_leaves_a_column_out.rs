//! What `None` means is the same for every struct.

use tenant_db::prelude::*;
use tenant_db_tests::models::{Customer, customers};

#[derive(TenantInsert)]
#[tenant(model = Customer)]
#[diesel(treat_none_as_default_value = false)]
struct NewCustomer {
    name: String,
    credit_limit: i64,
    #[diesel(treat_none_as_default_value = false)]
    note: Option<String>,
}

#[derive(TenantUpdate)]
#[tenant(model = Customer)]
#[diesel(treat_none_as_null = true)]
struct CustomerChanges {
    note: Option<String>,
}

fn main() {}
