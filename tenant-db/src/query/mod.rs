//! The query builder: diesel's verbs on a model's table, with the tenant predicate on every statement (I5).
//!
//! Programs start from [`TenantScoped`](struct@crate::TenantScoped) and seldom name what is in here; the types and bounds are
//! public so that signatures can be written.

mod fragments;
mod keys;
mod raw;
mod rows;
mod scope;
mod select;
mod shape;

mod delete;
mod insert;
mod update;

pub use crate::session::{LoadsAs, LoadsColumnsAs};
pub use delete::DeleteTarget;
pub(crate) use delete::delete_one;
pub use fragments::{
    CountRows, ExistsRows, ForUpdate, InQuery, Lock, Locked, Parenthesized, SkipLocked, Unlocked,
};
pub use insert::{InsertInto, InsertRecord, TenantInsert};
pub(crate) use insert::{insert_batch, insert_one};
pub use keys::AnyOf;
pub(crate) use keys::keys_per_statement;
pub(crate) use rows::{checked, in_order, single};
pub use scope::InScope;
pub use select::ScopedQuery;
pub use shape::{Columns, Shape, WholeRow};
pub(crate) use update::update_one;
pub use update::{ChangesOf, TenantUpdate, UpdateTarget};
