//! A row stays with its tenant.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

#[derive(TenantUpdate)]
#[tenant(model = Customer)]
struct Donation {
    note: Option<Option<String>>,
    name: Option<String>,
}

fn main() {}
