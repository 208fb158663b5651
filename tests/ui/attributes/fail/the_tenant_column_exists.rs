//! A table without a tenant column has no rows of tenants.

use tenant_db::prelude::*;
use uuid::Uuid;

diesel::table! {
    currencies (id) {
        id -> Uuid,
    }
}

#[derive(TenantScoped)]
#[tenant(table = currencies)]
struct Currency {
    id: Uuid,
}

fn main() {}
