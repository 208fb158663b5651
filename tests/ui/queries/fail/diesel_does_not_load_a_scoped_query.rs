//! A scoped query is sent by its own methods, with its tenant.

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn load(db: &TenantDb, context: &TenantContext<Viewer>, connection: &mut diesel_async::AsyncPgConnection) {
    let _ = db.scoped::<Customer>(context).filter(customers::name.eq("Ada")).load(connection).await;
}

fn main() {}
