//! A viewer becomes a manager by `as_role`, which looks, or not at all.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

fn promote(context: TenantContext<Viewer>) -> tenant_db::Result<TenantContext<Manager>> {
    context.as_role()
}

fn main() {}
