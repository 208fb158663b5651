//! Nor do they become what a context is made from.

use tenant_db::prelude::*;

#[derive(serde::Deserialize)]
struct Body {
    identity: Identity,
}

fn main() {}
