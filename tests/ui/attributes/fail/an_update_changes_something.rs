//! An update without fields could change nothing.

use tenant_db::prelude::*;
use tenant_db_tests::models::{Customer, customers};

#[derive(TenantUpdate)]
#[tenant(model = Customer)]
struct CustomerChanges {}

fn main() {}
