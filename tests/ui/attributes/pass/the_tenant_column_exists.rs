//! A table without a tenant column has no rows of tenants.

use tenant_db::prelude::*;
use uuid::Uuid;

diesel::table! {
    currencies (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
    }
}

#[derive(TenantScoped)]
#[tenant(table = currencies)]
struct Currency {
    id: Uuid,
}

fn main() {}
