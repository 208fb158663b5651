//! There is no tenant that one acts for unless told otherwise.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;
use uuid::Uuid;

fn forge() -> TenantContext {
    TenantContext::default()
}

fn main() {}
