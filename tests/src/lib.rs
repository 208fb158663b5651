//! What the tests share: three models, one for each type of tenant key, and a database to keep them in.

pub mod models;
pub mod operations;
#[cfg(unix)]
pub mod pgbouncer;
pub mod poll;
mod tap;
mod world;

pub use tap::{Answer, Tap};
pub use world::{World, rejected_with, runtime_session};
