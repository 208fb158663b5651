//! Enums of the database, made in each way that there is.

#![allow(clippy::exhaustive_enums, reason = "the tests know every label")]

use tenant_db::DbEnum;

/// With a SQL type that the derive writes, in a schema of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, DbEnum)]
#[db_enum(name = "order_status", schema = "sales")]
pub enum OrderStatus {
    /// `new`.
    New,
    /// `in transit`.
    #[db_enum(rename = "in transit")]
    InTransit,
    /// `handed_over`.
    HandedOver,
}

/// As `diesel print-schema` writes them.
pub mod sql_types {
    /// `colour`.
    #[derive(Debug, diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "colour"))]
    pub struct Colour;
}

/// With a SQL type that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, DbEnum)]
#[db_enum(sql_type = crate::enums::sql_types::Colour, rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Colour {
    /// `RED`.
    Red,
    /// `DARK_GREEN`.
    DarkGreen,
}

pub use mood::{Mood, MoodMapping};

#[allow(missing_docs, reason = "the derive of another crate writes items that it does not document")]
mod mood {
    /// By `diesel-derive-enum`, with a name that has to be quoted.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, diesel_derive_enum::DbEnum)]
    #[db_enum(pg_type = "Mood of Day")]
    pub enum Mood {
        /// `sad`.
        Sad,
        /// `glad`.
        Glad,
    }
}
