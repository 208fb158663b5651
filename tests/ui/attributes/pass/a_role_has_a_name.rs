//! Tokens know a role by its name.

use tenant_db::prelude::*;

#[derive(Role)]
#[role("office-manager")]
struct Named;

fn main() {}
