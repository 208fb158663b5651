//! A model says which table its rows are in.

use tenant_db::prelude::*;
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(key = Uuid)]
struct Client {
    id: Uuid,
    name: String,
}

#[derive(TenantScoped)]
struct Account {
    id: Uuid,
}

fn main() {}
