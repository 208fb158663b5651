//! PostgreSQL refuses a column that is named twice.

use tenant_db::prelude::*;
use tenant_db_tests::models::{Customer, customers};

#[derive(TenantInsert)]
#[tenant(model = Customer)]
struct NewCustomer {
    name: String,
    #[diesel(column_name = note)]
    title: String,
    credit_limit: i64,
}

fn main() {}
