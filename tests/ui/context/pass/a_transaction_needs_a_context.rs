//! Without a context there is no transaction.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn begin(db: &TenantDb, context: &TenantContext<Viewer>) -> tenant_db::Result<Transaction<Viewer>> {
    db.begin(context).await
}

fn main() {}
