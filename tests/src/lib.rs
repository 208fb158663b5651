//! What the tests share: three models, one for each type of tenant key, and a database to keep them in.

pub mod models;
mod world;

pub use world::{World, rejected_with, runtime_session};
