//! Functions for expressions, beside `diesel::dsl`: sub-queries that are scoped.

pub use crate::query::{exists, scalar};
