//! The session engine: how a statement reaches PostgreSQL with its tenant set.
//!
//! Everything goes through [`engine`]: nothing else in this crate sends a statement on tenant data (I3).

mod config;
pub(crate) mod connect;
mod connection;
mod cursors;
mod db;
mod engine;
mod epoch;
mod guards;
#[cfg(all(test, feature = "testing"))]
mod hazards;
mod health;
mod manager;
mod observe;
mod options;
mod permits;
mod pipeline;
mod pool;
mod repositories;
mod settings;
mod statement;
mod streaming;
mod together;
mod transaction;

pub use config::TenantDbBuilder;
pub use connect::SslMode;
pub use db::TenantDb;
pub use engine::LoadsAs;
pub(crate) use engine::{ReadRow, Source, Wire, execute, load, load_rows};
pub(crate) use observe::Operation;
pub use options::{IsolationLevel, TransactionOptions};
pub use pool::PoolState;
pub use repositories::Repositories;
pub(crate) use settings::{Choices, SessionSettings};
pub(crate) use statement::known_parameters;
pub(crate) use streaming::{BATCH, stream};
pub use transaction::{Transaction, TransactionFn, TransactionFnOnce};
