//! A model stands for one table.

use tenant_db::prelude::*;
use tenant_db_tests::models::customers;
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = customers)]
struct Client<T> {
    id: Uuid,
    name: T,
}

fn main() {}
