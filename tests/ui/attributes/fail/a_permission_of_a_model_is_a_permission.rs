//! A model asks for permissions only.

use tenant_db::prelude::*;
use tenant_db_tests::models::customers;
use uuid::Uuid;

struct ReadClients;

#[derive(TenantScoped)]
#[tenant(table = customers, read = ReadClients, write = Uuid)]
struct Client {
    id: Uuid,
}

fn main() {}
