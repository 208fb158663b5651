//! The fields of a context are private.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

fn ask(genuine: TenantContext<Viewer>) -> tenant_db::Result<TenantContext<Manager>> {
    genuine.as_role::<Manager>()
}

fn main() {}
