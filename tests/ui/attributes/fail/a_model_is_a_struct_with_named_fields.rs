//! The fields of a model name columns.

use tenant_db::prelude::*;
use tenant_db_tests::models::{Customer, customers};
use uuid::Uuid;

#[derive(TenantScoped)]
#[tenant(table = customers)]
enum Either {
    Id(Uuid),
}

#[derive(TenantScoped)]
#[tenant(table = customers)]
struct Tuple(Uuid);

#[derive(TenantScoped)]
#[tenant(table = customers)]
struct Unit;

#[derive(TenantInsert)]
#[tenant(model = Customer)]
struct NewTuple(String, i64);

fn main() {}
