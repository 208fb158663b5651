//! Every column of the primary key is a field, and none is the tenant column.

use tenant_db::prelude::*;
use tenant_db_tests::models::customers;
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = customers, primary_key(number, id, id, tenant_id))]
struct Client {
    id: Uuid,
    name: String,
}

#[derive(TenantScoped)]
#[tenant(table = customers)]
struct Account {
    name: String,
}

#[derive(TenantScoped)]
#[tenant(table = customers)]
struct Embedding {
    #[diesel(embed)]
    id: Uuid,
}

fn main() {}
