//! Models that belong together, and some that do not.

#![allow(dead_code, unused_imports, unnameable_types, reason = "no rule uses all of it, and each has it for itself")]

pub use diesel::prelude::*;
pub use tenant_db::prelude::*;
use uuid::Uuid;

diesel::table! {
    buyers (tenant_id, id) { tenant_id -> Uuid, id -> Uuid, name -> Text, credit -> BigInt, }
}

diesel::table! {
    invoices (tenant_id, id) { tenant_id -> Uuid, id -> Uuid, buyer_id -> Uuid, number -> Integer, }
}

diesel::table! {
    lines (tenant_id, id) { tenant_id -> Uuid, id -> Uuid, invoice_id -> Uuid, amount -> BigInt, }
}

diesel::table! {
    products (tenant_id, id) { tenant_id -> Uuid, id -> Uuid, name -> Text, }
}

diesel::table! {
    sensors (site, id) { site -> BigInt, id -> Uuid, name -> Text, }
}

// A table without a model.
diesel::table! {
    ledger (id) { id -> Uuid, name -> Text, }
}

// A table that nobody has made known to the others.
diesel::table! {
    shelves (tenant_id, id) { tenant_id -> Uuid, id -> Uuid, name -> Text, }
}

diesel::allow_tables_to_appear_in_same_query!(buyers, invoices, lines, products, sensors, ledger);

#[derive(Permission)]
#[permission("buyers:read")]
pub struct ReadBuyers;

#[derive(Permission)]
#[permission("invoices:read")]
pub struct ReadInvoices;

/// Reads buyers alone.
#[derive(Role)]
#[role("clerk", grants(ReadBuyers))]
pub struct Clerk;

/// Reads everything.
#[derive(Role)]
#[role("accountant", grants(ReadBuyers, ReadInvoices))]
pub struct Accountant;

#[derive(TenantScoped)]
#[tenant(table = buyers, read = ReadBuyers, write = tenant_db::NoPermission)]
pub struct Buyer {
    pub id: Uuid,
    pub name: String,
    pub credit: i64,
}

#[derive(TenantScoped)]
#[tenant(table = invoices, read = ReadInvoices, write = tenant_db::NoPermission, references(Buyer, buyer_id))]
pub struct Invoice {
    pub id: Uuid,
    pub buyer_id: Uuid,
    pub number: i32,
}

#[derive(TenantScoped)]
#[tenant(table = lines, references(Invoice, invoice_id))]
pub struct Line {
    pub id: Uuid,
    pub invoice_id: Uuid,
    pub amount: i64,
}

#[derive(TenantScoped)]
#[tenant(table = products)]
pub struct Product {
    pub id: Uuid,
    pub name: String,
}

#[derive(TenantScoped)]
#[tenant(table = shelves)]
pub struct Shelf {
    pub id: Uuid,
    pub name: String,
}

#[derive(TenantScoped)]
#[tenant(table = sensors, column = site, key = i64)]
pub struct Sensor {
    pub id: Uuid,
    pub name: String,
}
