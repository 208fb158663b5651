//! A permission holds nothing.

use tenant_db::prelude::*;
use uuid::Uuid;

#[derive(Permission)]
#[permission("customers:read")]
struct ReadCustomers {
    id: Uuid,
}

#[derive(Role)]
#[role("manager")]
enum Manager {}

fn main() {}
