//! An existing database with customers in it, adopted table by table, and the service that then works on it.
//!
//! `README.md` tells the story; `cargo run -p customers -- demo` plays it.

pub mod adoption;
pub mod cli;
mod demo;
mod directory;
mod error;
pub mod legacy;
pub mod models;
pub mod place;
pub mod schema;
pub mod service;

pub use directory::Directory;
pub use error::{Error, Result};
