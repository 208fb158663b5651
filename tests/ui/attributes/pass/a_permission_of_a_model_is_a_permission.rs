//! A model asks for permissions only.

use tenant_db::prelude::*;
use tenant_db_tests::models::customers;
use uuid::Uuid;

#[derive(Permission)]
#[permission("clients:read")]
struct ReadClients;

#[derive(TenantScoped)]
#[tenant(table = customers, read = ReadClients, write = ReadClients)]
struct Client {
    id: Uuid,
}

fn main() {}
