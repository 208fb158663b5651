//! A table that diesel does not know is reported once.

use tenant_db::prelude::*;
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = custmers)]
struct Client {
    id: Uuid,
    name: String,
}

#[derive(TenantInsert)]
#[tenant(model = Client)]
struct NewClient {
    name: String,
}

fn main() {}
