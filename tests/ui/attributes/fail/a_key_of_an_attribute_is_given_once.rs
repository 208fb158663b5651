//! A key that is given twice is a mistake in one of the two places.

use tenant_db::prelude::*;
use tenant_db_tests::models::customers;
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = customers, defaults(note), table = customers)]
#[tenant(defaults(note, note))]
struct Client {
    id: Uuid,
    #[diesel(column_name = name, column_name = note)]
    name: String,
}

fn main() {}
