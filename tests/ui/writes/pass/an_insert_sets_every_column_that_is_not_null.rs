//! What nobody fills is found before there is a program.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

#[derive(TenantInsert)]
#[tenant(model = Customer)]
struct Complete {
    note: Option<String>,
    name: String,
    credit_limit: i64,
}

fn main() {}
