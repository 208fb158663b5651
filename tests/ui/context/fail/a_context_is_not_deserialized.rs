//! Bytes from outside do not become a context.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;
use uuid::Uuid;

fn forge(body: &str) -> TenantContext {
    serde_json::from_str(body).unwrap()
}

fn main() {}
