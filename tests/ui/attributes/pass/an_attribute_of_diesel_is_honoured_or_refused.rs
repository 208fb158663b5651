//! What is written for diesel means the same here, or is refused.

use tenant_db::prelude::*;
use tenant_db_tests::models::customers;
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = customers)]
struct Client {
    id: Uuid,
    #[diesel(deserialize_as = String)]
    name: String,
    #[diesel(column_name = "note")]
    remark: Option<String>,
    #[diesel(column_name = credit_limit)]
    limit: i64,
}

fn main() {}
