//! The tenant in a header or a path proves nothing.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

fn forge(header: &str) -> TenantContext<tenant_db::AnyRole, StudioId> {
    TenantContext::from(header)
}

fn main() {}
