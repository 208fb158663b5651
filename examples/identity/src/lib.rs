//! An identity service for many tenants: users, sessions, refresh tokens, credentials, consents, revocations, signing keys.
//!
//! What to read first: `migrations/` (tables, then functions and policies), `models/` (what each table holds, and which
//! permission each operation takes), [`roles`], then `sign_in.rs` and `http/`.

mod access;
pub mod database;
mod failure;
mod http;
mod keys;
mod models;
mod passwords;
mod refresh_token;
mod revocation;
pub mod roles;
mod schema;
mod service;
mod sign_in;

pub use failure::Failure;
pub use http::router;
pub use service::{Lifetimes, Service};
