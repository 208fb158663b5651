//! A permission holds nothing.

use tenant_db::prelude::*;

#[derive(Permission)]
#[permission("customers:read")]
struct ReadCustomers;

#[derive(Role)]
#[role("manager")]
struct Manager;

fn main() {}
