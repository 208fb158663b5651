//! An embedded struct could name the tenant column unseen.

use tenant_db::prelude::*;
use tenant_db_tests::models::{Customer, customers};
use uuid::Uuid;

#[derive(diesel::Insertable)]
#[diesel(table_name = customers)]
struct Hidden {
    tenant_id: Uuid,
}

#[derive(TenantInsert)]
#[tenant(model = Customer)]
struct NewCustomer {
    name: String,
    credit_limit: i64,
    #[diesel(embed)]
    hidden: Hidden,
}

#[derive(TenantUpdate)]
#[tenant(model = Customer)]
struct CustomerChanges {
    #[diesel(embed)]
    hidden: Hidden,
}

fn main() {}
