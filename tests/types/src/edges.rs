//! What only PostgreSQL has a value for: times that never come, numbers that are none, ranges of several pieces.

use bigdecimal::BigDecimal;
use diesel::data_types::{PgDate, PgNumeric, PgTimestamp};
use tenant_db::{TenantInsert, TenantScoped, TenantUpdate};
use uuid::Uuid;

use crate::kinds::Ends;

#[allow(missing_docs, reason = "`table!` writes items that nobody can document")]
mod schema {
    diesel::table! {
        edges (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            instant -> Timestamptz,
            day -> Date,
            exact -> Numeric,
            double -> Double,
            wholes -> Int4multirange,
            instants -> Tstzmultirange,
            exacts -> Nullable<Nummultirange>,
        }
    }
}

pub use schema::edges;

/// Its table.
pub const SQL: &str = "
    CREATE TABLE edges (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        instant timestamptz NOT NULL,
        day date NOT NULL,
        exact numeric NOT NULL,
        double double precision NOT NULL,
        wholes int4multirange NOT NULL,
        instants tstzmultirange NOT NULL,
        exacts nummultirange,
        PRIMARY KEY (tenant_id, id)
    );";

/// Read as diesel's own types, which hold what PostgreSQL holds.
#[derive(Debug, Clone, PartialEq, TenantScoped)]
#[tenant(table = edges)]
pub struct Edge {
    /// Made by the program.
    pub id: Uuid,
    /// Microseconds since 2000; the largest is `infinity`.
    pub instant: PgTimestamp,
    /// Days since 2000; the largest is `infinity`.
    pub day: PgDate,
    /// Digits, or not a number.
    pub exact: PgNumeric,
    /// May be infinite.
    pub double: f64,
    /// Pieces that do not touch.
    pub wholes: Vec<Ends<i32>>,
    /// The last one may have no end.
    pub instants: Vec<Ends<PgTimestamp>>,
    /// May be missing.
    pub exacts: Option<Vec<Ends<BigDecimal>>>,
}

/// The same table as types of Rust, which hold less.
#[derive(Debug, Clone, PartialEq, TenantScoped)]
#[tenant(table = edges)]
pub struct Middle {
    /// Made by the program.
    pub id: Uuid,
    /// No infinity.
    pub instant: chrono::DateTime<chrono::Utc>,
}

/// A row to be.
#[derive(Debug, Clone, TenantInsert, TenantUpdate)]
#[tenant(model = Edge, table = edges)]
pub struct EdgeValues {
    /// Microseconds since 2000.
    pub instant: PgTimestamp,
    /// Days since 2000.
    pub day: PgDate,
    /// Digits, or not a number.
    pub exact: PgNumeric,
    /// May be infinite.
    pub double: f64,
    /// Pieces that do not touch.
    pub wholes: Vec<Ends<i32>>,
    /// The last one may have no end.
    pub instants: Vec<Ends<PgTimestamp>>,
    /// diesel writes a multirange that may be NULL from an `Option` only, so it takes two of them to leave it out.
    #[allow(clippy::option_option, reason = "it is how an insert sets NULL")]
    pub exacts: Option<Option<Vec<Ends<BigDecimal>>>>,
}
