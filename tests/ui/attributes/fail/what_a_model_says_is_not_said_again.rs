//! Tenant, key and permissions of an insert are those of its model.

use tenant_db::prelude::*;
use tenant_db_tests::models::{Customer, customers};
use uuid::Uuid;

#[derive(TenantInsert)]
#[tenant(model = Customer, key = Uuid, write = tenant_db::NoPermission)]
struct NewCustomer {
    name: String,
    credit_limit: i64,
}

fn main() {}
