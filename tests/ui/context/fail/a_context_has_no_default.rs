//! There is no tenant that one acts for unless told otherwise.

use tenant_db::prelude::*;

fn forge() -> TenantContext {
    TenantContext::default()
}

fn main() {}
