//! The fields of a context are private.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

fn forge() -> TenantContext<Manager> {
    TenantContext {}
}

fn main() {}
