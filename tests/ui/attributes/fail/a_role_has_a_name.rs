//! Tokens know a role by its name.

use tenant_db::prelude::*;

#[derive(Role)]
struct Nameless;

#[derive(Role)]
#[role("office manager")]
struct Spaced;

#[derive(Role)]
#[role(grants())]
struct OnlyGrants;

#[derive(Role)]
#[role("a", "b")]
struct Two;

fn main() {}
