//! A row keeps its key.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

#[derive(TenantUpdate)]
#[tenant(model = Booking)]
struct Move {
    slot: i32,
    artist: String,
}

fn main() {}
