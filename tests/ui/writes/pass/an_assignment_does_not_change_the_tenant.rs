//! A row stays with its tenant, whatever form a change has.

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn raise(db: &TenantDb, context: &TenantContext<Manager>, to: i64) -> tenant_db::Result<usize> {
    db.scoped::<Customer>(context).query().update(customers::credit_limit.eq(to)).await
}

fn main() {}
