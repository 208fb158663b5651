//! Knowing a tenant is not acting for it.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;
use uuid::Uuid;

fn forge(tenant: Uuid) -> TenantContext {
    tenant.into()
}

fn main() {}
