//! A key that is given twice is a mistake in one of the two places.

use tenant_db::prelude::*;
use tenant_db_tests::models::customers;
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = customers)]
#[tenant(defaults(note))]
struct Client {
    id: Uuid,
    #[diesel(column_name = name)]
    name: String,
}

fn main() {}
