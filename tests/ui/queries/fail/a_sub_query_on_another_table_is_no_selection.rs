//! Nor is it something to select.

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn load(db: &TenantDb, context: &TenantContext<Viewer>) {
    let artist = bookings::table.select(bookings::artist).single_value();
    let _ = db.scoped::<Customer>(context).select(artist).load::<Option<String>>().await;
}

fn main() {}
