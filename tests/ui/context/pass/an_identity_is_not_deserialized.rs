//! Nor do they become what a context is made from.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

#[derive(serde::Deserialize)]
struct Body {
    token: String,
}

fn main() {}
