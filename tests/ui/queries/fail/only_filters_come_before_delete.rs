//! SQL has no DELETE with a limit.

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn trim(db: &TenantDb, context: &TenantContext<Manager>) -> tenant_db::Result<usize> {
    db.scoped::<Customer>(context).filter(customers::name.eq("Ada")).limit(1).delete().await
}

fn main() {}
