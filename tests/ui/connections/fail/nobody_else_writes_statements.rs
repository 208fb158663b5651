//! Whoever implemented this could send any statement.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

#[derive(TenantInsert)]
#[tenant(model = Customer)]
struct Mine {
    name: String,
    credit_limit: i64,
}

impl<'a> tenant_db::query::InsertInto<'a, Booking> for Mine {}

fn main() {}
