//! A viewer becomes a manager by `as_role`, which looks, or not at all.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

fn promote(context: TenantContext<Viewer>) -> TenantContext<Manager> {
    context
}

fn main() {}
