//! Finding, starting and stopping a PostgreSQL server with the standard library alone.
//!
//! `xtask` compiles these files too (by path), because it is the first thing that a newcomer waits for and must
//! not build a database driver before it can say a word. So nothing in here names a crate but `thiserror`, and
//! paths stay relative to this folder.

pub(crate) mod account;
mod cluster;
pub(crate) mod discovery;
pub(crate) mod embedded;
mod error;
#[cfg(unix)]
mod folder;
#[cfg(unix)]
mod guard;
pub(crate) mod package_manager;
mod programs;
mod url;
mod version;

pub(crate) use cluster::{Cluster, ClusterOptions, Listen};
pub(crate) use programs::Programs;
pub(crate) use url::ServerUrl;

pub use embedded::EmbeddedUnavailable;
pub use error::LaunchError;
pub use version::ServerVersion;
