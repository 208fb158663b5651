//! A tenant key is one value that PostgreSQL can compare.

use tenant_db::prelude::*;
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Eq, Hash, TenantKey)]
struct Unique(Uuid);

#[derive(Debug, Clone, PartialEq, Eq, Hash, TenantKey)]
struct Named(String);

#[derive(Debug, Clone, PartialEq, Eq, Hash, TenantKey)]
struct Numbered(i64);

fn main() {}
