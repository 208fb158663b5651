//! A field cannot be renamed to the tenant column either.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

#[derive(TenantInsert)]
#[tenant(model = Booking)]
struct Forged {
    #[diesel(column_name = artist)]
    place: String,
    room: String,
    slot: i32,
}

fn main() {}
