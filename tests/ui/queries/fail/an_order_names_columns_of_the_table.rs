//! Nor an order.

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn load(db: &TenantDb, context: &TenantContext<Viewer>) {
    let _ = db.scoped::<Customer>(context).order(bookings::artist.asc()).load().await;
}

fn main() {}
