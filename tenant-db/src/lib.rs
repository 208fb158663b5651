//! Multi-tenant data access for PostgreSQL in which touching a tenant's data without proof of *which* tenant you act
//! for does not compile, and in which the database enforces the same promise again.
//!
//! Code that holds no [`TenantContext`] cannot express a query on tenant data. Code that holds one sees and changes
//! that tenant's rows only, and only what its role allows.
//!
//! # The smallest whole example
//!
//! ```no_run
//! use diesel::prelude::*;
//! use tenant_db::prelude::*;
//! use uuid::Uuid;
//!
//! diesel::table! {
//!     notes (tenant_id, id) {
//!         tenant_id -> Uuid,
//!         id -> Uuid,
//!         body -> Text,
//!     }
//! }
//!
//! #[derive(Debug, TenantScoped)]
//! #[tenant(table = notes)]
//! pub struct Note {
//!     pub id: Uuid,
//!     pub body: String,
//! }
//!
//! #[derive(TenantInsert)]
//! #[tenant(model = Note)]
//! pub struct NewNote<'a> {
//!     pub body: &'a str,
//! }
//!
//! async fn keep(db: &TenantDb, context: &TenantContext, body: &str) -> tenant_db::Result<Vec<Note>> {
//!     let notes = db.scoped::<Note>(context);
//!     let kept = notes.insert(NewNote { body }).await?;
//!     notes.filter(notes::id.ne(kept.id)).order(notes::id.desc()).limit(10).load().await
//! }
//! ```
//!
//! # Where things are
//!
//! | you want to | look at |
//! |---|---|
//! | describe tables, inserts, changes | [`TenantScoped`](macro@TenantScoped), [`TenantInsert`](macro@TenantInsert), [`TenantUpdate`](macro@TenantUpdate) |
//! | keep an enum of the database in a column | [`DbEnum`](macro@DbEnum) |
//! | say who may do what | [`Permission`](macro@Permission), [`Role`](macro@Role), [`Grants`] |
//! | find out who somebody is | [`Authenticator`], [`Identity`], [`TenantContext`] |
//! | connect | [`TenantDb`], [`TenantDbBuilder`] |
//! | read and write rows | [`TenantScoped`](struct@TenantScoped), [`ScopedQuery`] |
//! | read page by page, row by row | [`ScopedQuery::page_by`], [`Cursor`], [`ScopedQuery::stream`] |
//! | make several statements one | [`TenantDb::transaction`], [`Transaction`] |
//! | prepare a database | [`database`] |
//! | know whether a database keeps the promise | [`doctor`] |
//! | write SQL by hand, act without a user | [`danger`] |
//! | test against real PostgreSQL | [`testing`](https://docs.rs/tenant-db/latest/tenant_db/testing/) (feature `testing`) |
//!
//! # Six layers
//!
//! 1. *Types*: no context, no query; wrong role, no method.
//! 2. *Query builder*: a predicate on the tenant in every statement; the tenant column is set on insert and never
//!    changed.
//! 3. *Session*: the tenant is set for a transaction, never for a connection, and a connection that is not provably
//!    clean is closed.
//! 4. *Database*: forced row-level security, a role that can do nothing else, keys that lead with the tenant; no tenant
//!    is an error, not an empty answer.
//! 5. *Encryption*: in a later release; the derives refuse `#[encrypted]` until then.
//! 6. *Verification*: [`TenantDb::connect`] refuses a database whose roles, grants, functions, policies and triggers are not
//!    what the models say.
//!
//! # How to read our errors
//!
//! Compile errors name the rule and what to write instead. Three that need a word:
//!
//! - ``role `Viewer` does not grant `WriteCustomers` ``: the context's role may not do that. Fresh contexts have
//!   [`AnyRole`], which grants nothing; narrow them by [`TenantContext::as_role`].
//! - "no method named `scoped`": import [`prelude`].
//! - an error in a constant, "evaluation panicked": its text is the message; the insert or update struct and its model do
//!   not fit.
//!
//! At run time, [`Error`] has a variant for everything that a caller can react to, and
//! [`http_status`](Error::http_status) the answer that fits. No error shows data.
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `tls` | encrypted connections, see [`SslMode`] |
//! | `testing` | throw-away PostgreSQL servers and databases for an application's own tests |
//! | `embedded` | a PostgreSQL server from crates, for `testing` on machines without one |
//!
//! `tls` is on by default.
//!
//! # What is not guaranteed
//!
//! - A superuser, the owner of the tables, and whoever can change the policies see everything.
//! - A process that is taken over holds its pool, and with it every tenant.
//! - Code is trusted to say what it means: an [`Authenticator`] that names the wrong tenant is believed, a role grants what
//!   its declaration says, and implementing this crate's traits by hand instead of deriving them is on the program's own
//!   account. So is a door of [`danger`].
//! - SQL written by hand is held by row-level security, not by roles: it can reach other models of the same tenant. Where `set_config` could not be revoked (managed services), SQL that
//!   is injected into it can switch tenants for that statement. Verification warns of it. Queries of diesel bind their
//!   values.
//! - A unique key without the tenant tells one tenant what another has, by its conflicts. Verification warns of it.
//! - Side channels that the server leaves open: timing, row estimates, sizes, sequence numbers, `pg_stat_activity`.
//! - A function of PostgreSQL that a program declares for diesel and that changes the session (an advisory lock) is not taken
//!   back; in raw fragments and statements it is.
//! - What has no model: other tables, views, triggers of your own, large objects, logical replication, backups.
//! - [`SslMode`]s weaker than `verify-full` do not know who answers in the server's place. `prefer`, the default, lets whoever
//!   stands in between turn encryption off.
//! - Audit records are for a later release.

mod compile_checks;
mod context;
pub mod danger;
pub mod database;
mod database_error;
mod db_enum;
pub mod doctor;
pub mod dsl;
mod error;
mod meta;
mod model;
mod permission;
mod public_view;
pub mod query;
mod scoped;
mod session;
mod tenant;
#[cfg(feature = "testing")]
pub mod testing;
mod type_checks;

pub mod prelude;

#[doc(hidden)]
pub mod __private;

pub use context::{Authenticator, Identity, RequestMetadata, TenantContext};
pub use database_error::{DatabaseError, DatabaseErrorKind};
pub use db_enum::DbEnum;
pub use error::{Error, OptionalExtension, Result};
pub use meta::{
    CheckMeta, ColumnMeta, ExclusionElement, ExclusionMeta, ExclusionOperand, ModelMeta, OnDelete,
    ReferenceMeta, Tenancy, UniqueMeta, registered_models,
};
pub use model::{GlobalModel, Joinable, Model, TenantModel};
pub use permission::{AnyRole, Grants, NoPermission, Permission, Role};
pub use public_view::{
    PublicDb, PublicDbBuilder, PublicView, ViewFilter, ViewMeta, ViewOrder, ViewQuery, registered_views,
};
pub use query::{Cursor, CursorFault, OffsetPage, Page, RowStream, ScopedQuery, TenantInsert, TenantUpdate};
pub use scoped::TenantScoped;
pub use session::{
    IsolationLevel, PoolState, Repositories, SslMode, TenantDb, TenantDbBuilder, Transaction, TransactionFn,
    TransactionFnOnce, TransactionOptions,
};
pub use tenant::{KeyKind, TenantKey, TenantValue};
pub use tenant_db_macros::{
    DbEnum, GlobalTable, Permission, PublicView, Role, TenantInsert, TenantKey, TenantScoped, TenantUpdate,
};

/// The programs in the README are compiled with the documentation's.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../../README.md")]
struct Readme;
