//! The tenant comes from the context.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;
use uuid::Uuid;

#[derive(TenantInsert)]
#[tenant(model = Customer)]
struct Forged {
    tenant_id: Uuid,
    name: String,
    credit_limit: i64,
}

fn main() {}
