//! Nor a field.

use tenant_db::prelude::*;

fn take(db: TenantDb) {
    let _ = format!("{db:?}");
}

fn main() {}
