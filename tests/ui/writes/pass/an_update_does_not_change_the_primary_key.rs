//! A row keeps its key.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

#[derive(TenantUpdate)]
#[tenant(model = Booking)]
struct Move {
    artist: String,
}

fn main() {}
