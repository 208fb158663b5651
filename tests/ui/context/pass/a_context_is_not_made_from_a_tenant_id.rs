//! Knowing a tenant is not acting for it.

use tenant_db::prelude::*;
use uuid::Uuid;

fn ask(context: TenantContext) -> Uuid {
    *context.tenant()
}

fn main() {}
