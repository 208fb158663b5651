//! Knowing a tenant is not acting for it.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;
use uuid::Uuid;

fn ask(context: TenantContext) -> Uuid {
    *context.tenant()
}

fn main() {}
