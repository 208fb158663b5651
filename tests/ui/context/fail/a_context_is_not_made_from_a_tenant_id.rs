//! Knowing a tenant is not acting for it.

use tenant_db::prelude::*;
use uuid::Uuid;

fn forge(tenant: Uuid) -> TenantContext {
    tenant.into()
}

fn main() {}
