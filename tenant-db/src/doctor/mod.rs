//! Compares the database with the models.

mod report;

pub use report::{Finding, Report, Severity};
