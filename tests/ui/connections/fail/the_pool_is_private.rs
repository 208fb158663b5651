//! Nor a field.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

fn take(db: TenantDb) {
    let _ = &db.inner.pool;
}

fn main() {}
