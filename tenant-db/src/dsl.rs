//! Functions for expressions, beside `diesel::dsl`: sub-queries that are scoped, and what an upsert was to insert.

pub use crate::query::{excluded, exists, scalar};
