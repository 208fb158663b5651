//! The database's side of the promise.

mod config;
mod statement;
mod base;
mod isolation;
mod policies;
mod functions;
mod privileges;
mod template;
mod identifier;

pub use base::base_migration;
pub use config::DatabaseConfig;
pub use isolation::{migrations, model_migration};
pub use statement::{Migration, Statement};
