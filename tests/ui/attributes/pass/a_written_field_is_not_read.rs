//! What is read is said on the model.

use tenant_db::prelude::*;
use tenant_db_tests::models::{Customer, customers};

#[derive(TenantInsert)]
#[tenant(model = Customer)]
struct NewCustomer {
    #[diesel(serialize_as = String)]
    name: String,
    credit_limit: i64,
}

fn main() {}
