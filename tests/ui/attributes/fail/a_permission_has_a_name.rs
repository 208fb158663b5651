//! Tokens know a permission by its name.

use tenant_db::prelude::*;

#[derive(Permission)]
struct Nameless;

#[derive(Permission)]
#[permission("")]
struct Empty;

#[derive(Permission)]
#[permission("read customers")]
struct Spaced;

#[derive(Permission)]
#[permission(read)]
struct Unquoted;

#[derive(Permission)]
#[permission("customers:read")]
#[permission("customers:write")]
struct Doubled;

fn main() {}
