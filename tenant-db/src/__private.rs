//! What generated code calls. Not public: anything here may change in any release.

use std::marker::PhantomData;

use diesel::expression::Expression;
use diesel::pg::Pg;
use diesel::query_builder::QueryFragment;
use diesel::query_source::Column;
use diesel::sql_types::{SqlType, is_nullable};

pub use diesel;
pub use diesel::internal::derives::as_expression::Bound;
pub use inventory;
pub use uuid::Uuid;

pub use crate::compile_checks::{
    assert_complete, assert_not_tenant_column, assert_shown, assert_updatable, names_primary_key, never_null,
    nullable,
};
pub use crate::db_enum::{read_label, write_label};
pub use crate::public_view::Everybody;
pub use crate::query::{AnyOf, InsertRecord, ParentTenant};
pub use crate::type_checks::*;

use crate::meta::{
    CheckMeta, ColumnMeta, ExclusionElement, ExclusionMeta, ExclusionOperand, ModelMeta, OnDelete,
    ReferenceMeta, Tenancy, UniqueMeta,
};
use crate::model::{Model, TenantModel};
use crate::public_view::ViewMeta;
use crate::tenant::KeyKind;

/// The parts of a [`ModelMeta`], which is `#[non_exhaustive]` for everybody else.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::exhaustive_structs, reason = "generated code has to name every field")]
pub struct ModelParts {
    pub name: &'static str,
    pub module: &'static str,
    pub schema: Option<&'static str>,
    pub table: &'static str,
    pub tenancy: Tenancy,
    pub key: KeyKind,
    pub primary_key: &'static [&'static str],
    pub columns: &'static [ColumnMeta],
    pub defaults: &'static [&'static str],
    pub generated_key: bool,
    pub unique: &'static [UniqueMeta],
    pub references: &'static [ReferenceMeta],
    pub checks: &'static [CheckMeta],
    pub exclusions: &'static [ExclusionMeta],
    pub version: Option<&'static str>,
    pub soft_delete: Option<&'static str>,
    pub table_sql: fn() -> String,
}

/// Makes the registry entry of a model.
#[must_use]
pub const fn model_meta(parts: ModelParts) -> ModelMeta {
    ModelMeta {
        name: parts.name,
        module: parts.module,
        schema: parts.schema,
        table: parts.table,
        tenancy: parts.tenancy,
        key: parts.key,
        primary_key: parts.primary_key,
        columns: parts.columns,
        defaults: parts.defaults,
        generated_key: parts.generated_key,
        unique: parts.unique,
        references: parts.references,
        checks: parts.checks,
        exclusions: parts.exclusions,
        version: parts.version,
        soft_delete: parts.soft_delete,
        table_sql: parts.table_sql,
    }
}

impl ModelParts {
    /// A table of that name with nothing said about it, to be completed by `..`.
    #[must_use]
    pub const fn new(table: &'static str, tenancy: Tenancy, key: KeyKind) -> Self {
        Self {
            name: table,
            module: "",
            schema: None,
            table,
            tenancy,
            key,
            primary_key: &["id"],
            columns: &[],
            defaults: &[],
            generated_key: false,
            unique: &[],
            references: &[],
            checks: &[],
            exclusions: &[],
            version: None,
            soft_delete: None,
            table_sql: String::new,
        }
    }
}

/// The registry entry of a public view.
#[must_use]
pub const fn view_meta(
    view: &'static ModelMeta,
    of: fn() -> &'static ModelMeta,
    rows: &'static str,
) -> ViewMeta {
    ViewMeta { view, of, rows }
}

/// The registry entry of a model that another one names.
#[must_use]
pub fn meta_of<M: Model>() -> &'static ModelMeta {
    M::META
}

#[must_use]
pub const fn unique(name: Option<&'static str>, columns: &'static [&'static str]) -> UniqueMeta {
    UniqueMeta { name, columns }
}

#[must_use]
pub const fn reference(
    name: Option<&'static str>,
    parent: fn() -> &'static ModelMeta,
    columns: &'static [&'static str],
    on_delete: OnDelete,
) -> ReferenceMeta {
    ReferenceMeta { name, parent, columns, on_delete }
}

#[must_use]
pub const fn check(name: &'static str, sql: &'static str) -> CheckMeta {
    CheckMeta { name, sql }
}

#[must_use]
pub const fn exclusion(
    name: &'static str,
    using: &'static str,
    elements: &'static [ExclusionElement],
    condition: Option<&'static str>,
) -> ExclusionMeta {
    ExclusionMeta { name, using, elements, condition }
}

#[must_use]
pub const fn excluded(operand: ExclusionOperand, operator: &'static str) -> ExclusionElement {
    ExclusionElement { operand, operator }
}

/// The table as diesel writes it.
#[must_use]
pub fn table_sql<T>(table: &T) -> String
where
    T: diesel::query_builder::QueryFragment<diesel::pg::Pg>,
{
    use diesel::query_builder::QueryBuilder;
    let mut builder = diesel::pg::PgQueryBuilder::default();
    match table.to_sql(&mut builder, &diesel::pg::Pg) {
        Ok(()) => builder.finish(),
        // A table writes nothing but names; an empty one is found out by verification.
        Err(_) => String::new(),
    }
}

/// A condition whose type nobody needs to know.
pub type Condition = Box<dyn QueryFragment<Pg> + Send>;

/// Makes one.
pub fn condition<E>(expression: E) -> Condition
where
    E: QueryFragment<Pg> + Send + 'static,
{
    Box::new(expression)
}

/// Changes that no table ever sees: what stands for those of a struct that has errors.
#[derive(Debug)]
pub struct NoChange<T>(PhantomData<fn() -> T>);

impl<T: diesel::QuerySource> diesel::AsChangeset for NoChange<T> {
    type Target = T;
    type Changeset = ();

    fn as_changeset(self) -> Self::Changeset {}
}

/// How a row is put together that gets everything by default: tenant, and key where it is made here.
pub trait InsertDefaults: TenantModel {
    /// The row.
    type Record;
    fn record(tenant: &Self::Key) -> Self::Record;
}

/// Whether a SQL type may be NULL, as a constant.
pub trait Nullability {
    /// The answer.
    const NULLABLE: bool;
}

impl Nullability for is_nullable::IsNullable {
    const NULLABLE: bool = true;
}

impl Nullability for is_nullable::NotNull {
    const NULLABLE: bool = false;
}

/// The columns of a diesel table: implemented for tuples of columns.
pub trait ColumnList {
    /// The columns, in order.
    const COLUMNS: &'static [ColumnMeta];
}

/// The registry entry of one column.
#[must_use]
pub const fn column_meta<C>() -> ColumnMeta
where
    C: Column,
    <C as Expression>::SqlType: SqlType,
    <<C as Expression>::SqlType as SqlType>::IsNull: Nullability,
{
    ColumnMeta {
        name: C::NAME,
        nullable: <<<C as Expression>::SqlType as SqlType>::IsNull as Nullability>::NULLABLE,
    }
}

macro_rules! column_lists {
    ($($first:ident)? ; ) => {};
    ($($done:ident)* ; $next:ident $($rest:ident)*) => {
        impl<$($done,)* $next> ColumnList for ($($done,)* $next,)
        where
            $($done: Column, <$done as Expression>::SqlType: SqlType,
              <<$done as Expression>::SqlType as SqlType>::IsNull: Nullability,)*
            $next: Column, <$next as Expression>::SqlType: SqlType,
            <<$next as Expression>::SqlType as SqlType>::IsNull: Nullability,
        {
            const COLUMNS: &'static [ColumnMeta] = &[$(column_meta::<$done>(),)* column_meta::<$next>()];
        }
        column_lists!(@ $($done)* $next ; $($rest)*);
    };
    (@ $($done:ident)* ; ) => {};
    (@ $($done:ident)* ; $($rest:ident)+) => { column_lists!($($done)* ; $($rest)+); };
}

column_lists!(; C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 C11 C12 C13 C14 C15 C16 C17 C18 C19 C20 C21 C22 C23 C24 C25 C26 C27 C28
    C29 C30 C31 C32 C33 C34 C35 C36 C37 C38 C39 C40 C41 C42 C43 C44 C45 C46 C47 C48 C49 C50 C51 C52 C53 C54 C55 C56
    C57 C58 C59 C60 C61 C62 C63 C64);
