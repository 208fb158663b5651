//! Whoever implemented this could send any statement.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

#[derive(TenantInsert)]
#[tenant(model = tenant_db_tests::models::Customer, table = tenant_db_tests::models::customers)]
struct Mine {
    name: String,
    credit_limit: i64,
}

impl<'a> tenant_db::query::InsertInto<'a, tenant_db_tests::models::Booking> for Mine {}

fn main() {}
