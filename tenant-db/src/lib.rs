//! tenant-db.

extern crate self as tenant_db;

mod context;
pub mod danger;
pub mod database;
mod database_error;
pub mod doctor;
mod error;
mod model;
mod permission;
mod query;
mod scoped;
mod session;
mod tenant;
#[cfg(feature = "testing")]
pub mod testing;

#[doc(hidden)]
pub mod __private;

pub use context::{Authenticator, Identity, RequestMetadata, TenantContext};
pub use database_error::{DatabaseError, DatabaseErrorKind};
pub use error::{Error, OptionalExtension, Result};
pub use model::{ColumnMeta, ModelMeta, registered_models};
pub use permission::{AnyRole, Grants, NoPermission, Permission, Role};
pub use tenant::{KeyKind, TenantKey, TenantValue};
