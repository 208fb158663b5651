//! A model with permissions leaves no operation open by oversight.

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
#[tenant(table = customers, read = ReadClients, write = tenant_db::NoPermission)]
struct OnlyRead {
    id: Uuid,
}

#[derive(TenantScoped)]
#[tenant(table = customers, read = tenant_db::NoPermission, write = WriteClients)]
struct OnlyWrite {
    id: Uuid,
}

#[derive(TenantScoped)]
#[tenant(table = customers, read = ReadClients, insert = WriteClients, update = WriteClients, delete = WriteClients)]
struct NoDelete {
    id: Uuid,
}

fn main() {}
