//! A tenant key is one value that PostgreSQL can compare.

use tenant_db::prelude::*;
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Eq, Hash, TenantKey)]
struct Named {
    id: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, TenantKey)]
struct Two(Uuid, Uuid);

#[derive(Debug, Clone, PartialEq, Eq, Hash, TenantKey)]
struct Small(i32);

#[derive(Debug, Clone, PartialEq, Eq, Hash, TenantKey)]
struct Generic<T>(T);

fn main() {}
