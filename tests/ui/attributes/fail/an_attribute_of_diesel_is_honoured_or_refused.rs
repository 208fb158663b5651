//! What is written for diesel means the same here, or is refused.

use tenant_db::prelude::*;
use tenant_db_tests::models::customers;
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = customers)]
struct Client {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
    #[diesel(serialize_as = String, select_expression = customers::name)]
    name: String,
    #[diesel(skip_insertion, deserialise_as = String)]
    note: Option<String>,
    #[diesel(embed, column_name = credit_limit)]
    credit_limit: i64,
}

#[derive(TenantScoped)]
#[tenant(table = customers)]
struct Embedding {
    #[diesel(embed)]
    id: Uuid,
}

fn main() {}
