//! The tenant column is read as the tenant's key.

use tenant_db::prelude::*;
use tenant_db_tests::models::customers;
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = customers)]
struct Client {
    id: Uuid,
    tenant_id: CompanyId,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, TenantKey)]
struct CompanyId(Uuid);

fn main() {}
