//! A row stays with its tenant, whatever form a change has.

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db_tests::models::*;
use uuid::Uuid;

async fn give_away(db: &TenantDb, context: &TenantContext<Manager>, to: Uuid) -> tenant_db::Result<usize> {
    db.scoped::<Customer>(context).query().update(customers::tenant_id.eq(to)).await
}

fn main() {}
