//! Checks that the derives leave to the compiler's types, because they need to know what a name stands for.
//!
//! Each is a bound on an associated type or on a function. The derives write the type down in a small item of its own,
//! underlined at its place in the user's struct: there a type that does not fit is reported, with the text from here.

use std::marker::PhantomData;

use diesel::deserialize::{FromSqlRow, FromStaticSqlRow, Queryable, Result};
use diesel::dsl::Eq;
use diesel::expression::{AsExpression, Expression, TypedExpressionType};
use diesel::internal::derives::as_expression::Bound;
use diesel::pg::Pg;
use diesel::query_builder::QueryFragment;
use diesel::sql_types::SqlType;
use diesel::{Column, ExpressionMethods};

use crate::model::TenantModel;
use crate::permission::{NoPermission, Permission};
use crate::tenant::TenantKey;

// ------------------------------------------------------------------------------------------------------ of models

/// The tenant's key of a model: it identifies tenants, and it is what the tenant column holds.
pub trait ModelTenant {
    /// The SQL type of the tenant column.
    type SqlType;
    /// `#[tenant(key = …)]`.
    type Key: TenantKey + FitsTenantColumn<Self::SqlType>;
}

/// A type that the tenant column holds.
#[diagnostic::on_unimplemented(
    message = "the tenant column is of SQL type `{ST}`, which the key `{Self}` does not fit",
    label = "does not fit the tenant column's type in `table!`",
    note = "the key is a `Uuid` unless `#[tenant(key = …)]` says otherwise: an `i64` for a `BigInt`, a newtype with \
            `#[derive(TenantKey)]` around a `String` for a `Text`"
)]
pub trait FitsTenantColumn<ST> {
    /// The type itself. See [`Read`] for the detour.
    type Value;
}

#[diagnostic::do_not_recommend]
impl<T, ST> FitsTenantColumn<ST> for T
where
    T: AsExpression<ST> + FromSqlRow<ST, Pg>,
    ST: SqlType + TypedExpressionType,
{
    type Value = T;
}

/// What the tenant's key of `M` is read as.
pub type ReadKey<M> = <<M as ModelTenant>::Key as FitsTenantColumn<<M as ModelTenant>::SqlType>>::Value;

/// The field of a model that stands for the tenant column.
pub trait TenantField: ModelTenant {
    /// The field's type.
    type Type: SameAs<Self::Key>;
}

/// The same type.
#[diagnostic::on_unimplemented(
    message = "the field for the tenant column is `{Self}`, but the tenant's key is `{Key}`",
    label = "not the type of the tenant's key",
    note = "give the field the type of `#[tenant(key = …)]`, which is `Uuid` unless given, or leave the field out"
)]
pub trait SameAs<Key> {}

impl<T> SameAs<T> for T {}

/// The field of a model at place `N`.
pub trait ReadField<const N: usize> {
    /// The SQL type of what is selected for it.
    type SqlType;
    /// What that is read as: the field's type, or the one in `#[diesel(deserialize_as = …)]`.
    type Type: ReadAs<Self::SqlType>;
}

/// What the field of `M` at place `N` is read as. Named by way of the trait, a type that does not fit keeps the whole
/// row from being looked at, which would be reported at length.
pub type Read<M, const N: usize> = <<M as ReadField<N>>::Type as ReadAs<<M as ReadField<N>>::SqlType>>::Value;

/// A type that a column can be read as.
#[diagnostic::on_unimplemented(
    message = "a column of SQL type `{ST}` cannot be read as `{Self}`",
    label = "does not fit the column's type in `table!`",
    note = "what is `Nullable<…>` in `table!` is an `Option<…>` in the struct; diesel's features (`chrono`, \
            `serde_json`, …) add types, and `#[diesel(deserialize_as = …)]` converts"
)]
pub trait ReadAs<ST> {
    /// The type itself.
    type Value;
}

#[diagnostic::do_not_recommend]
impl<T, ST> ReadAs<ST> for T
where
    T: FromSqlRow<ST, Pg>,
{
    type Value = T;
}

/// The field of a model at place `N`, which is part of the primary key.
pub trait KeyField<const N: usize> {
    /// The SQL type of its column.
    type SqlType;
    /// The field's type.
    type Type: KeyOf<Self::SqlType> + Clone + Send + Sync + 'static;
}

/// A type that a column of the primary key can be compared with.
#[diagnostic::on_unimplemented(
    message = "a column of SQL type `{ST}` cannot be compared with `{Self}`",
    label = "part of the primary key, and does not fit the column's type in `table!`",
    note = "rows are found by their primary key: its fields need a type that diesel takes as a parameter as well, such as \
            `Uuid`, `i64` or `String`"
)]
pub trait KeyOf<ST> {}

#[diagnostic::do_not_recommend]
impl<T, ST> KeyOf<ST> for T
where
    T: AsExpression<ST>,
    ST: SqlType + TypedExpressionType,
{
}

/// The field of a model at place `N`, which is read as another type and converted.
pub trait ConvertedField<const N: usize>: ReadField<N> {
    /// The field's type.
    type Converted: ConvertedFrom<<Self as ReadField<N>>::Type>;
}

/// What stands for such a field in a row. See [`Read`] for the detour.
pub type ReadConverted<M, const N: usize> =
    <<M as ConvertedField<N>>::Converted as ConvertedFrom<<M as ReadField<N>>::Type>>::Place;

/// A type that another one is converted to.
#[diagnostic::on_unimplemented(
    message = "`{Raw}` cannot be converted to `{Self}`",
    label = "what `deserialize_as` names cannot be converted to this type",
    note = "implement `From<{Raw}>` or `TryFrom<{Raw}>` for it, the latter with an `Error` that is `Send` and `Sync`"
)]
pub trait ConvertedFrom<Raw>: Sized {
    /// What stands for the field in a row.
    type Place;
    /// Converts.
    fn convert(raw: Raw) -> Result<Self>;
}

#[diagnostic::do_not_recommend]
impl<T, Raw> ConvertedFrom<Raw> for T
where
    Raw: TryInto<T, Error: Into<Box<dyn std::error::Error + Send + Sync>>>,
{
    type Place = Converted<Raw, T>;

    fn convert(raw: Raw) -> Result<T> {
        raw.try_into().map_err(Into::into)
    }
}

/// A column that is read as `Raw` and converted to `T`: `#[diesel(deserialize_as = Raw)]`.
#[derive(Debug)]
pub struct Converted<Raw, T> {
    value: T,
    raw: PhantomData<fn() -> Raw>,
}

impl<Raw, T> Converted<Raw, T> {
    /// The converted value.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<Raw, T, ST> Queryable<ST, Pg> for Converted<Raw, T>
where
    Raw: FromStaticSqlRow<ST, Pg>,
    T: ConvertedFrom<Raw>,
{
    type Row = Raw;

    fn build(row: Raw) -> Result<Self> {
        Ok(Self { value: T::convert(row)?, raw: PhantomData })
    }
}

/// Accepts permissions, and [`NoPermission`] where a model says so.
pub fn permission<P: PermissionOrNone>() {}

/// A permission, or that there is none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a permission",
    label = "no `#[derive(Permission)]` on `{Self}`",
    note = "a permission is declared as `#[derive(Permission)] #[permission(\"customers:read\")] pub struct ReadCustomers;`, \
            and `tenant_db::NoPermission` stands for what every role may do"
)]
pub trait PermissionOrNone {}

#[diagnostic::do_not_recommend]
impl<P: Permission> PermissionOrNone for P {}
impl PermissionOrNone for NoPermission {}

// ------------------------------------------------------------------------------------ of inserts and updates

/// The model of an insert or update struct.
pub trait RecordModel {
    /// `#[tenant(model = …)]`.
    type Model: TenantModel;
}

/// Accepts a model together with its own table.
pub fn same_table<T: TableOf<M>, M>() {}

/// The table of a model. `#[derive(TenantScoped)]` writes the one impl.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the table of `{M}`",
    label = "not the table of the model",
    note = "write `#[tenant(model = …, table = …)]` with the table that the model's own `#[tenant(table = …)]` names"
)]
pub trait TableOf<M> {}

/// What is done with a struct that may derive both.
#[derive(Debug)]
#[non_exhaustive]
pub enum Insert {}

/// What is done with a struct that may derive both.
#[derive(Debug)]
#[non_exhaustive]
pub enum Update {}

/// The field of an insert or update struct at place `N`; `Verb` is [`Insert`] or [`Update`].
pub trait WriteField<Verb, const N: usize> {
    /// The SQL type of its column.
    type SqlType;
    /// What is written: the field's type without its `Option`, or the one in `#[diesel(serialize_as = …)]`.
    type Type: WriteAs<Self::SqlType>;
}

/// A type that a column can be written from.
#[diagnostic::on_unimplemented(
    message = "a column of SQL type `{ST}` cannot be written from `{Self}`",
    label = "does not fit the column's type in `table!`",
    note = "a field is of its column's type in `table!`, or of an `Option` of that, which leaves the column out when it \
            is `None`; `Option<Option<…>>` sets NULL, and `#[diesel(serialize_as = …)]` converts"
)]
pub trait WriteAs<ST> {}

#[diagnostic::do_not_recommend]
impl<T, ST> WriteAs<ST> for T
where
    T: AsExpression<ST, Expression: IsBound + QueryFragment<Pg>>,
    ST: SqlType + TypedExpressionType,
{
}

/// A value that is sent as a parameter. A type of a program's own could turn into SQL text instead, which nobody reads.
pub trait IsBound {}

impl<ST, Value> IsBound for Bound<ST, Value> {}

/// `column = value`.
pub fn assign<C, V>(column: C, value: V) -> Eq<C, V>
where
    C: Column + ExpressionMethods,
    <C as Expression>::SqlType: SqlType,
    V: AsExpression<<C as Expression>::SqlType>,
{
    column.eq(value)
}
