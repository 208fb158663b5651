//! A permission that nothing asks for is a mistake.

use tenant_db::prelude::*;
use tenant_db_tests::models::customers;
use uuid::Uuid;

#[derive(Permission)]
#[permission("clients:read")]
struct ReadClients;

#[derive(Permission)]
#[permission("clients:write")]
struct WriteClients;

#[derive(TenantScoped)]
#[tenant(table = customers, read = ReadClients, write = WriteClients, insert = WriteClients, update = WriteClients, delete = WriteClients)]
struct Client {
    id: Uuid,
}

fn main() {}
