//! Only a single UUID is made by the program.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

#[derive(TenantInsert)]
#[tenant(model = Booking)]
struct Incomplete {
    room: String,
    artist: String,
}

fn main() {}
