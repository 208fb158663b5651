//! One model for each type of tenant key and each kind of primary key.

use tenant_db::{Permission, Role, TenantInsert, TenantKey, TenantScoped, TenantUpdate};
use uuid::Uuid;

#[allow(missing_docs, reason = "`table!` writes items that nobody can document")]
mod schema {
    diesel::table! {
        customers (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            name -> Text,
            credit_limit -> BigInt,
            note -> Nullable<Text>,
        }
    }

    diesel::table! {
        bookings (studio, room, slot) {
            studio -> Text,
            room -> Text,
            slot -> Integer,
            artist -> Text,
        }
    }

    diesel::table! {
        readings (site, id) {
            site -> BigInt,
            id -> BigInt,
            value -> BigInt,
        }
    }

    diesel::allow_tables_to_appear_in_same_query!(customers, bookings, readings);
}

pub use schema::{bookings, customers, readings};

/// The tables, as a user's own migration makes them.
pub const SCHEMA: &str = "
    CREATE TABLE customers (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        name text NOT NULL,
        credit_limit bigint NOT NULL,
        note text,
        PRIMARY KEY (tenant_id, id),
        CONSTRAINT customers_name_key UNIQUE (tenant_id, name)
    );
    CREATE TABLE bookings (
        studio text NOT NULL,
        room text NOT NULL,
        slot integer NOT NULL,
        artist text NOT NULL,
        PRIMARY KEY (studio, room, slot)
    );
    CREATE TABLE readings (
        site bigint NOT NULL,
        id bigserial NOT NULL,
        value bigint NOT NULL,
        PRIMARY KEY (site, id)
    );";

/// May look at customers.
#[derive(Debug, Permission)]
#[permission("customers:read")]
pub struct ReadCustomers;

/// May add and change customers.
#[derive(Debug, Permission)]
#[permission("customers:write")]
pub struct WriteCustomers;

/// May remove customers.
#[derive(Debug, Permission)]
#[permission("customers:delete")]
pub struct DeleteCustomers;

/// Looks.
#[derive(Debug, Role)]
#[role("viewer", grants(ReadCustomers))]
pub struct Viewer;

/// Does everything.
#[derive(Debug, Role)]
#[role("manager", grants(ReadCustomers, WriteCustomers, DeleteCustomers))]
pub struct Manager;

/// A customer of a tenant that has a UUID.
#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = customers, read = ReadCustomers, write = WriteCustomers, delete = DeleteCustomers)]
pub struct Customer {
    /// Made by the program unless given.
    pub id: Uuid,
    /// Unique within the tenant.
    pub name: String,
    /// In cents.
    pub credit_limit: i64,
    /// Anything.
    pub note: Option<String>,
}

/// A customer to be.
#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Customer)]
pub struct NewCustomer {
    /// Unique within the tenant.
    pub name: String,
    /// In cents.
    pub credit_limit: i64,
}

/// A customer to be, with a key of the caller's choosing.
#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Customer)]
pub struct NewCustomerWithId {
    /// The key.
    pub id: Uuid,
    /// Unique within the tenant.
    pub name: String,
    /// In cents.
    pub credit_limit: i64,
    /// Anything.
    pub note: Option<String>,
}

/// What may change about a customer.
#[derive(Debug, Clone, Default, TenantUpdate)]
#[tenant(model = Customer)]
pub struct CustomerChanges {
    /// The name.
    pub name: Option<String>,
    /// The limit, in cents.
    pub credit_limit: Option<i64>,
    /// The note; `Some(None)` takes it away.
    pub note: Option<Option<String>>,
}

/// A tenant that has a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, TenantKey)]
pub struct StudioId(String);

/// A booking, with a composite key and a tenant column of another name.
#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = bookings, column = studio, key = StudioId, primary_key(room, slot))]
pub struct Booking {
    /// First half of the key.
    pub room: String,
    /// Second half of the key.
    pub slot: i32,
    /// Who comes.
    pub artist: String,
}

/// A booking to be.
#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Booking)]
pub struct NewBooking<'a> {
    /// First half of the key.
    pub room: &'a str,
    /// Second half of the key.
    pub slot: i32,
    /// Who comes.
    pub artist: &'a str,
}

/// Another artist.
#[derive(Debug, Clone, TenantUpdate)]
#[tenant(model = Booking)]
pub struct BookingChanges<'a> {
    /// Who comes instead.
    pub artist: &'a str,
}

/// A reading of a meter: the tenant has a number, and so has the row, from a sequence.
#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = readings, column = site, key = i64, defaults(id))]
pub struct Reading {
    /// The tenant, which a model may name.
    pub site: i64,
    /// Filled by the database.
    pub id: i64,
    /// What the meter said.
    pub value: i64,
}

/// A reading to be.
#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Reading)]
pub struct NewReading {
    /// What the meter said.
    pub value: i64,
}

/// A reading to be, with a number of the caller's choosing.
#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Reading)]
pub struct NewReadingWithId {
    /// The number.
    pub id: i64,
    /// What the meter said.
    pub value: i64,
}

/// A correction.
#[derive(Debug, Clone, TenantUpdate)]
#[tenant(model = Reading)]
pub struct ReadingChanges {
    /// What the meter should have said.
    pub value: i64,
}
