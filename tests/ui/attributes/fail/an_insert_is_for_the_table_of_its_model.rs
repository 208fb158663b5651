//! The table of an insert is that of its model.

use tenant_db::prelude::*;
use tenant_db_tests::models::Customer;

diesel::table! {
    accounts (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        name -> Text,
        credit_limit -> BigInt,
    }
}

#[derive(TenantInsert)]
#[tenant(model = Customer, table = accounts)]
struct NewCustomer {
    name: String,
    credit_limit: i64,
}

fn main() {}
