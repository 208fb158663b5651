//! What the benchmarks share: the tables, a server with tenants' rows in it, and the contestants.
//!
//! ```text
//! cargo run --release -p bench --bin roundtrips   flights of each operation; --json for programs
//! cargo run --release -p bench --bin profile      one operation in a hot loop, for a profiler
//! cargo bench -p bench --bench compare            against other ways of doing the same
//! cargo bench -p bench --bench query              queries on a million rows, against the same without row-level security
//! ```

pub mod contestants;
mod ground;
pub mod models;
pub mod query;
pub mod verification;

pub use contestants::Contestant;
pub use ground::{CUSTOMERS, Ground, PAGE, Target, customer_id, tenant_id};

/// Whatever keeps a benchmark from going on.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The outcome of anything here.
pub type Result<T, E = Error> = std::result::Result<T, E>;
