//! What the derives say about a struct: [`Model`] for every table, [`TenantModel`] for those of tenants.

use diesel::deserialize::StaticallySizedRow;
use diesel::dsl::SqlTypeOf;
use diesel::pg::Pg;
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::query_source::QuerySource;
use diesel::{Expression, Table};

use crate::meta::ModelMeta;
use crate::tenant::TenantKey;

/// A struct that stands for rows of a table: [`TenantModel`]s and global tables.
///
/// The derives implement it; implementing it by hand is not supported, because their checks are part of the promise. The
/// associated types are concrete types of diesel, named by the derive, so that generic code only has to pass them on.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "neither `#[derive(TenantScoped)]` nor `#[derive(GlobalTable)]` on `{Self}`",
    note = "tables are reached through models only: put `#[derive(TenantScoped)] #[tenant(table = …)]` on the struct"
)]
pub trait Model: Sized + Send + 'static {
    /// What the DDL and the checks at connect know about the model.
    const META: &'static ModelMeta;

    /// The type of the primary key without the tenant: one field's type, or a tuple of several.
    type PrimaryKey: Clone + Send + Sync + 'static;
    /// The permission for reading.
    type Read: 'static;

    /// The diesel table.
    #[doc(hidden)]
    type Table: Table + QuerySource + QueryId + Send + 'static;
    /// `primary_key = $1`.
    #[doc(hidden)]
    type PrimaryKeyEq: Expression + QueryFragment<Pg> + Send + 'static;
    /// `primary_key = ANY($1)`.
    #[doc(hidden)]
    type PrimaryKeyAny: Expression + QueryFragment<Pg> + Send + 'static;
    /// The tenant, or of a global table the primary key; and the columns of the struct.
    #[doc(hidden)]
    type Selection: Expression + QueryFragment<Pg> + Send + 'static;
    /// What [`Selection`](Self::Selection) is read as.
    #[doc(hidden)]
    type Row: StaticallySizedRow<SqlTypeOf<Self::Selection>, Pg> + Send + 'static;

    /// The primary key of this row.
    fn primary_key(&self) -> Self::PrimaryKey;

    #[doc(hidden)]
    fn table() -> Self::Table;
    #[doc(hidden)]
    fn selection() -> Self::Selection;
    #[doc(hidden)]
    fn primary_key_eq(key: Self::PrimaryKey) -> Self::PrimaryKeyEq;
    #[doc(hidden)]
    fn primary_key_any(keys: Vec<Self::PrimaryKey>) -> Self::PrimaryKeyAny;
}

/// A model that may stand in a query for tenants with keys of type `K`: one of theirs, or a global table.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read for tenants with keys of type `{K}`",
    label = "not a model, or its tenants have keys of another type",
    note = "a table is joined by its model: `#[derive(TenantScoped)]` for rows of tenants, `#[derive(GlobalTable)]` for reference data"
)]
pub trait Joinable<K: TenantKey>: Model {
    /// The model, if the row is the tenant's (I6).
    #[doc(hidden)]
    fn owned(row: Self::Row, tenant: &K) -> Option<Self>;
}

/// A struct whose rows belong to tenants. `#[derive(TenantScoped)]` implements it; implementing it by hand is not
/// supported, because the checks of the derive are part of the promise.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tenant-scoped model",
    label = "no `#[derive(TenantScoped)]` on `{Self}`",
    note = "tenant data is reached through models only: put `#[derive(TenantScoped)] #[tenant(table = …)]` on the struct"
)]
pub trait TenantModel: Joinable<<Self as TenantModel>::Key> {
    /// The type of the tenant's key: `#[tenant(key = …)]`, `Uuid` unless given; of a child table, its parent's.
    type Key: TenantKey;

    /// The permission for inserting.
    type Insert: 'static;
    /// The permission for updating.
    type Update: 'static;
    /// The permission for deleting.
    type Delete: 'static;

    /// The SQL type of the tenant's key.
    #[doc(hidden)]
    type TenantSql;
}

/// A struct that stands for reference data, which every tenant reads: `#[derive(GlobalTable)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the model of a global table",
    label = "no `#[derive(GlobalTable)]` on `{Self}`",
    note = "rows of tenants are written by a repository: `db.scoped::<{Self}>(&context)`"
)]
pub trait GlobalModel: Model {}
