//! What a derive says about a struct: [`TenantModel`].

use diesel::pg::Pg;
use diesel::query_builder::{AsQuery, IntoUpdateTarget, QueryFragment, QueryId};
use diesel::query_dsl::methods::{FilterDsl, SelectDsl};
use diesel::{Expression, Table};

use crate::meta::ModelMeta;
use crate::session::LoadsAs;
use crate::tenant::TenantKey;

/// A struct whose rows belong to tenants. `#[derive(TenantScoped)]` implements it; implementing it by hand is not
/// supported, because the checks of the derive are part of the promise.
///
/// The associated types are the pieces of SQL that the repository puts together. They are concrete types of diesel,
/// named by the derive, so that generic code only has to pass them on.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tenant-scoped model",
    label = "no `#[derive(TenantScoped)]` on `{Self}`",
    note = "tenant data is reached through models only: put `#[derive(TenantScoped)] #[tenant(table = …)]` on the struct"
)]
pub trait TenantModel: Sized + Send + 'static {
    /// What the DDL and the checks at connect know about the model.
    const META: &'static ModelMeta;

    /// The type of the tenant's key: `#[tenant(key = …)]`, `Uuid` unless given.
    type Key: TenantKey;
    /// The type of the primary key without the tenant: one field's type, or a tuple of several.
    type PrimaryKey: Clone + Send + Sync + 'static;

    /// The permission for reading.
    type Read: 'static;
    /// The permission for inserting.
    type Insert: 'static;
    /// The permission for updating.
    type Update: 'static;
    /// The permission for deleting.
    type Delete: 'static;

    /// The diesel table.
    #[doc(hidden)]
    type Table: Table + AsQuery<Query = Self::Query> + QueryId + Send;
    /// `SELECT … FROM table`.
    #[doc(hidden)]
    type Query: FilterDsl<Self::PrimaryKeyEq, Output = Self::ByKey>
        + FilterDsl<Self::PrimaryKeyAny, Output = Self::ByKeys>
        + Send;
    /// The tenant column.
    #[doc(hidden)]
    type TenantColumn: Expression + Default + Send + 'static;
    /// `tenant_column = $1`.
    #[doc(hidden)]
    type TenantEq: Expression + Send + 'static;
    /// `primary_key = $1`.
    #[doc(hidden)]
    type PrimaryKeyEq: Expression + Send + 'static;
    /// `primary_key = ANY($1)`.
    #[doc(hidden)]
    type PrimaryKeyAny: Expression + Send + 'static;
    /// `… WHERE primary_key = $1`.
    #[doc(hidden)]
    type ByKey: FilterDsl<Self::TenantEq, Output = Self::Found> + Send + 'static;
    /// `… WHERE primary_key = ANY($1)`.
    #[doc(hidden)]
    type ByKeys: FilterDsl<Self::TenantEq, Output: SelectDsl<Self::Selection, Output: LoadsAs<Self::Row> + 'static>>
        + Send
        + 'static;
    /// `… WHERE primary_key = $1 AND tenant_column = $2`.
    #[doc(hidden)]
    type Found: SelectDsl<Self::Selection, Output: LoadsAs<Self::Row> + QueryFragment<Pg> + QueryId + 'static>
        + IntoUpdateTarget<Table = Self::Table, WhereClause = Self::FoundWhere>
        + Send
        + 'static;
    /// `primary_key = $1 AND tenant_column = $2`.
    #[doc(hidden)]
    type FoundWhere: QueryFragment<Pg> + QueryId + Send + 'static;
    /// The tenant column and the columns of the struct.
    #[doc(hidden)]
    type Selection: Expression + Send + 'static;
    /// What [`Selection`](Self::Selection) is read as.
    #[doc(hidden)]
    type Row: Send + 'static;

    #[doc(hidden)]
    fn table() -> Self::Table;
    #[doc(hidden)]
    fn selection() -> Self::Selection;
    #[doc(hidden)]
    fn tenant_eq(tenant: &Self::Key) -> Self::TenantEq;
    #[doc(hidden)]
    fn primary_key_eq(key: Self::PrimaryKey) -> Self::PrimaryKeyEq;
    #[doc(hidden)]
    fn primary_key_any(keys: Vec<Self::PrimaryKey>) -> Self::PrimaryKeyAny;
    /// The tenant of a row, and the model (I6).
    #[doc(hidden)]
    fn from_row(row: Self::Row) -> (Self::Key, Self);
}
