//! Whoever implemented this could send any statement.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

#[derive(TenantInsert)]
#[tenant(model = Customer)]
struct Mine {
    name: String,
    credit_limit: i64,
}

fn insert<'a>(_row: impl tenant_db::query::InsertInto<'a, Customer>) {}

fn insert_mine(mine: Mine) {
    insert(mine);
}

fn main() {}
