//! Pages by number are counted in the same statement, in which nothing can be locked.

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn load(db: &TenantDb, context: &TenantContext<Manager>) {
    let query = db.scoped::<Customer>(context).order(customers::name.asc());
    let _ = query.for_update().paginate(1, 20).await;
}

fn main() {}
