//! Tokens know a permission by its name.

use tenant_db::prelude::*;

#[derive(Permission)]
#[permission("customers:read")]
struct Named;

fn main() {}
