//! What is assigned comes from the row itself, or from a scoped query.

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn copy(db: &TenantDb, context: &TenantContext<Manager>) -> tenant_db::Result<usize> {
    let customers = db.scoped::<Customer>(context).query();
    customers.update(customers::credit_limit.eq(readings::value)).await
}

fn main() {}
