//! `use tenant_db::prelude::*;` beside `use diesel::prelude::*;`.

pub use crate::error::OptionalExtension as _;
pub use crate::model::Model as _;
pub use crate::query::GroupedBy as _;
pub use crate::session::Repositories as _;
pub use crate::{
    AnyRole, Authenticator, DbEnum, Grants, Identity, Permission, Role, TenantContext, TenantDb,
    TenantInsert, TenantKey, TenantScoped, TenantUpdate, Transaction, TransactionOptions,
};
