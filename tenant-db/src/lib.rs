//! tenant-db.

mod compile_checks;
mod context;
pub mod danger;
pub mod database;
mod database_error;
pub mod doctor;
mod error;
mod model;
mod permission;
pub mod query;
mod scoped;
mod session;
mod tenant;
#[cfg(feature = "testing")]
pub mod testing;

pub mod prelude;

#[doc(hidden)]
pub mod __private;

pub use context::{Authenticator, Identity, RequestMetadata, TenantContext};
pub use database_error::{DatabaseError, DatabaseErrorKind};
pub use error::{Error, OptionalExtension, Result};
pub use model::{ColumnMeta, ModelMeta, registered_models};
pub use model::TenantModel;
pub use permission::{AnyRole, Grants, NoPermission, Permission, Role};
pub use query::{ScopedQuery, TenantInsert, TenantUpdate};
pub use scoped::TenantScoped;
pub use session::{
    IsolationLevel, Repositories, TenantDb, TenantDbBuilder, Transaction, TransactionFn, TransactionFnOnce,
    TransactionOptions,
};
pub use tenant::{KeyKind, TenantKey, TenantValue};
