//! What `set_null` sets to NULL has to allow it.

use tenant_db::prelude::*;
use tenant_db_tests::models::Customer;
use uuid::Uuid;

diesel::table! { invoices (tenant_id, id) { tenant_id -> Uuid, id -> Uuid, customer_id -> Uuid, } }

#[derive(TenantScoped)]
#[tenant(table = invoices, references(Customer, customer_id, on_delete = set_null))]
struct Invoice {
    id: Uuid,
}

fn main() {}
