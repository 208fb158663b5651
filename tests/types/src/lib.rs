//! Models whose columns are of every type that diesel maps for PostgreSQL, and of as many columns as it knows.

// A row of many columns is a tuple of as many types, and each of them asks for traits of the next.
#![recursion_limit = "256"]

pub mod edges;
pub mod enums;
pub mod kinds;
pub mod prices;
pub mod samples;
pub mod wide;

/// The types that the tables are made of, as a user's own migration makes them.
pub const TYPES: &str = "
    CREATE EXTENSION IF NOT EXISTS citext;
    CREATE SCHEMA sales;
    CREATE TYPE sales.order_status AS ENUM ('new', 'in transit', 'handed_over');
    CREATE TYPE colour AS ENUM ('RED', 'DARK_GREEN');
    CREATE TYPE \"Mood of Day\" AS ENUM ('sad', 'glad');
    CREATE TYPE sales.price AS (cents bigint, currency text, status sales.order_status);
    CREATE DOMAIN sales.percentage AS integer CHECK (value BETWEEN 0 AND 100);
    CREATE DOMAIN email AS citext CHECK (value LIKE '%@%');";

/// Types and tables.
#[must_use]
pub fn schema() -> String {
    [TYPES, &kinds::sql(), edges::SQL, &wide::sql()].join("\n")
}
