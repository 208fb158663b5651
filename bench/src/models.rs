//! The tables, as models of tenant-db and as plain structs of diesel.

use diesel::prelude::*;
use tenant_db::{TenantInsert, TenantScoped, TenantUpdate};
use uuid::Uuid;

#[allow(missing_docs, reason = "`table!` writes items that nobody can document")]
mod schema {
    diesel::table! {
        customers (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            name -> Text,
            email -> Text,
            credit_limit -> BigInt,
        }
    }

    diesel::table! {
        orders (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            customer_id -> Uuid,
            amount -> BigInt,
            note -> Text,
        }
    }

    diesel::table! {
        reports (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            seconds -> Double,
        }
    }
}

pub use schema::{customers, orders, reports};

/// The tables. Writing a report takes the time that it says, and no processor.
pub const SCHEMA: &str = "
    CREATE TABLE customers (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        name text NOT NULL,
        email text NOT NULL,
        credit_limit bigint NOT NULL,
        PRIMARY KEY (tenant_id, id)
    ) WITH (fillfactor = 70);
    CREATE TABLE orders (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        customer_id uuid NOT NULL,
        amount bigint NOT NULL,
        note text NOT NULL,
        PRIMARY KEY (tenant_id, id)
    );
    CREATE TABLE reports (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        seconds double precision NOT NULL,
        PRIMARY KEY (tenant_id, id)
    );
    CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_catalog.pg_sleep(NEW.seconds); RETURN NEW; END';
    CREATE TRIGGER take_time BEFORE INSERT ON reports FOR EACH ROW EXECUTE FUNCTION take_time();";

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, TenantScoped)]
#[diesel(table_name = customers, check_for_backend(diesel::pg::Pg))]
#[tenant(table = customers)]
pub struct Customer {
    /// Half of the key.
    pub id: Uuid,
    /// Some text.
    pub name: String,
    /// Some more.
    pub email: String,
    /// In cents.
    pub credit_limit: i64,
}

/// What changes about a customer.
#[derive(Debug, Clone, TenantUpdate)]
#[tenant(model = Customer)]
pub struct CustomerChanges {
    /// In cents.
    pub credit_limit: i64,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, TenantScoped)]
#[diesel(table_name = orders, check_for_backend(diesel::pg::Pg))]
#[tenant(table = orders)]
pub struct Order {
    /// Half of the key.
    pub id: Uuid,
    /// Whose it is.
    pub customer_id: Uuid,
    /// In cents.
    pub amount: i64,
    /// Some text.
    pub note: String,
}

/// An order to be; its key is made by whoever inserts it.
#[derive(Debug, Clone, PartialEq, Eq, TenantInsert)]
#[tenant(model = Order)]
pub struct NewOrder {
    /// Whose it is.
    pub customer_id: Uuid,
    /// In cents.
    pub amount: i64,
    /// Some text.
    pub note: String,
}

/// A row that takes its time to be written.
#[derive(Debug, Clone, PartialEq, TenantScoped)]
#[tenant(table = reports)]
pub struct Report {
    /// Half of the key.
    pub id: Uuid,
    /// How long it took.
    pub seconds: f64,
}

/// A report to be.
#[derive(Debug, Clone, PartialEq, TenantInsert)]
#[tenant(model = Report)]
pub struct NewReport {
    /// How long it takes.
    pub seconds: f64,
}
