//! A value in another form is refused, and the right one shown.

use tenant_db::prelude::*;
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table("customers"), column = "tenant_id", key, primary_key = "id", schema(public), defaults = note)]
struct Client {
    id: Uuid,
    name: String,
}

#[derive(TenantScoped)]
#[tenant]
struct Account {
    id: Uuid,
}

#[derive(TenantInsert)]
#[tenant(model("Customer"), table = "customers")]
struct NewCustomer {
    name: String,
    credit_limit: i64,
}

fn main() {}
