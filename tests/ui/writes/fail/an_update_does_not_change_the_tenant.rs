//! A row stays with its tenant.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;
use uuid::Uuid;

#[derive(TenantUpdate)]
#[tenant(model = Customer)]
struct Donation {
    tenant_id: Option<Uuid>,
    name: Option<String>,
}

fn main() {}
