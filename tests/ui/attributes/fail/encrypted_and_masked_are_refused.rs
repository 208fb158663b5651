//! What is marked as a secret is not stored in the clear.

use tenant_db::prelude::*;
use tenant_db_tests::models::{Customer, customers};
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = customers)]
struct Client {
    id: Uuid,
    #[encrypted(searchable)]
    #[masked(email)]
    name: String,
}

#[derive(TenantInsert)]
#[tenant(model = Customer)]
struct NewCustomer {
    #[encrypted]
    name: String,
    credit_limit: i64,
}

#[derive(TenantUpdate)]
#[tenant(model = Customer)]
struct CustomerChanges {
    #[masked]
    name: Option<String>,
}

fn main() {}
