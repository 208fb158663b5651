//! Only a single UUID is made by the program.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

#[derive(TenantInsert)]
#[tenant(model = Booking)]
struct Complete {
    room: String,
    slot: i32,
    artist: String,
}

fn main() {}
