//! A table in a sub-query would carry neither the tenant nor a permission.

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn load(db: &TenantDb, context: &TenantContext<Viewer>) {
    let artists = bookings::table.select(bookings::artist);
    let _ = db.scoped::<Customer>(context).filter(customers::name.eq_any(artists)).load().await;
}

fn main() {}
