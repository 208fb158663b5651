//! What a query reads from: a model, or models that are joined.

use std::marker::PhantomData;

use diesel::dsl::SqlTypeOf;
use diesel::internal::table_macro::{Inner, Join as DieselJoin, LeftOuter};
use diesel::pg::Pg;
use diesel::query_source::QuerySource;
use diesel::row::Row;

use super::fragments::Types;
use super::parts::Part;
use super::predicate::Named;
use crate::error::{Error, Result};
use crate::meta::Tenancy;
use crate::model::{Joinable, Model, TenantModel};
use crate::tenant::TenantKey;

/// What a query reads from. A model is one; [`Joined`] is the other.
#[diagnostic::on_unimplemented(
    message = "the tables of `{Self}` cannot be read by one query",
    label = "not known to each other, or the same table twice",
    note = "make the tables known to each other: `diesel::allow_tables_to_appear_in_same_query!(one, other);`, as `diesel print-schema` writes it",
    note = "a table that is in the query already is joined under an alias: `diesel::alias!` and `inner_join_as`"
)]
pub trait Sources: 'static {
    /// The type of the tenants' keys.
    type Key: TenantKey;
    /// The model that the query began with.
    type Root: Model;
    /// What a row is when nothing is selected: the model, or a tuple of those that are joined.
    type Models: Send + 'static;
    /// What diesel calls the query source: which columns may be spoken of, and which of them may be NULL.
    #[doc(hidden)]
    type Scope: QuerySource;
    /// How many columns [`Models`](Self::Models) is read from.
    #[doc(hidden)]
    fn width() -> usize;
    /// Reads a row, and checks whose it is (I6).
    #[doc(hidden)]
    fn read<'r>(row: &impl Row<'r, Pg>, tenant: &Self::Key) -> Result<Self::Models>;
}

/// The columns of a model in a row.
pub(crate) fn width_of<M: Model>() -> usize {
    <M::Row as diesel::deserialize::StaticallySizedRow<SqlTypeOf<M::Selection>, Pg>>::FIELD_COUNT
}

/// Reads the columns of a model.
pub(crate) fn read_model<'r, K, M>(row: &impl Row<'r, Pg>, tenant: &K) -> Result<M>
where
    K: TenantKey,
    M: Joinable<K>,
{
    // The tenant of a child's row is NULL where a policy hides the parent: it is somebody else's.
    if !matches!(M::META.tenancy, Tenancy::Global) && !is_not_null(row) {
        return Err(foreign_row(M::META.name, tenant));
    }
    let read = <M::Row as diesel::deserialize::FromSqlRow<SqlTypeOf<M::Selection>, Pg>>::build_from_row(row);
    let read = read.map_err(|error| Error::from(diesel::result::Error::DeserializationError(error)))?;
    M::owned(read, tenant).ok_or_else(|| foreign_row(M::META.name, tenant))
}

/// A foreign row that got through all the same: withheld, and told.
pub(crate) fn foreign_row<K: TenantKey>(model: &'static str, tenant: &K) -> Error {
    tracing::error!(target: "tenant_db::isolation", model, tenant = %tenant, "a foreign row was withheld");
    Error::ForeignRow { model }
}

impl<M: TenantModel> Sources for M {
    type Key = <M as TenantModel>::Key;
    type Root = M;
    type Models = M;
    type Scope = M::Table;

    fn width() -> usize {
        width_of::<M>()
    }

    fn read<'r>(row: &impl Row<'r, Pg>, tenant: &Self::Key) -> Result<Self::Models> {
        read_model(row, tenant)
    }
}

/// Reference data, read by somebody whose tenants have keys of type `K`.
pub struct Global<G, K>(Types<(G, K)>);

impl<G: Joinable<K>, K: TenantKey> Sources for Global<G, K> {
    type Key = K;
    type Root = G;
    type Models = G;
    type Scope = G::Table;

    fn width() -> usize {
        width_of::<G>()
    }

    fn read<'r>(row: &impl Row<'r, Pg>, tenant: &K) -> Result<G> {
        read_model(row, tenant)
    }
}

/// `B` joined to `F` by a join of `Kind`.
pub struct Joined<F, B, Kind>(Types<(F, B, Kind)>);

/// `INNER JOIN`: rows without a partner are left out.
pub struct InnerJoin(PhantomData<()>);

/// `LEFT OUTER JOIN`: rows without a partner stay, with `None`.
pub struct LeftJoin(PhantomData<()>);

/// `M` under the name of an alias: `diesel::alias!`.
pub struct Aliased<M, S>(Types<(M, S)>);

/// What can stand on the right of a join: a model, or one under an alias.
pub trait Joins<K: TenantKey>: 'static {
    /// The model.
    type Model: Joinable<K>;
    /// What diesel calls the query source.
    #[doc(hidden)]
    type Scope: QuerySource;
}

impl<K: TenantKey, M: Joinable<K>> Joins<K> for M {
    type Model = M;
    type Scope = M::Table;
}

impl<K, M, S> Joins<K> for Aliased<M, S>
where
    K: TenantKey,
    M: Joinable<K>,
    S: diesel::query_source::AliasSource<Target = M::Table> + 'static,
    diesel::query_source::Alias<S>: QuerySource,
{
    type Model = M;
    type Scope = diesel::query_source::Alias<S>;
}

#[diagnostic::do_not_recommend]
impl<F, B> Sources for Joined<F, B, InnerJoin>
where
    F: Sources,
    B: Joins<F::Key>,
    F::Models: Append<B::Model>,
    DieselJoin<F::Scope, B::Scope, Inner>: QuerySource,
{
    type Key = F::Key;
    type Root = F::Root;
    type Models = <F::Models as Append<B::Model>>::Output;
    type Scope = DieselJoin<F::Scope, B::Scope, Inner>;

    fn width() -> usize {
        F::width() + width_of::<B::Model>()
    }

    fn read<'r>(row: &impl Row<'r, Pg>, tenant: &Self::Key) -> Result<Self::Models> {
        let models = F::read(&row.partial_row(0..F::width()), tenant)?;
        let joined = read_model(&row.partial_row(F::width()..Self::width()), tenant)?;
        Ok(models.append(joined))
    }
}

#[diagnostic::do_not_recommend]
impl<F, B> Sources for Joined<F, B, LeftJoin>
where
    F: Sources,
    B: Joins<F::Key>,
    F::Models: Append<Option<B::Model>>,
    DieselJoin<F::Scope, B::Scope, LeftOuter>: QuerySource,
{
    type Key = F::Key;
    type Root = F::Root;
    type Models = <F::Models as Append<Option<B::Model>>>::Output;
    type Scope = DieselJoin<F::Scope, B::Scope, LeftOuter>;

    fn width() -> usize {
        F::width() + width_of::<B::Model>()
    }

    fn read<'r>(row: &impl Row<'r, Pg>, tenant: &Self::Key) -> Result<Self::Models> {
        let models = F::read(&row.partial_row(0..F::width()), tenant)?;
        let joined = row.partial_row(F::width()..Self::width());
        // What comes first is the tenant, or the primary key: NULL only where there is no row.
        let found = is_not_null(&joined).then(|| read_model(&joined, tenant)).transpose()?;
        Ok(models.append(found))
    }
}

fn is_not_null<'r>(row: &impl Row<'r, Pg>) -> bool {
    use diesel::row::Field;
    row.get(0).is_some_and(|field| !field.is_null())
}

/// A model's table at the front of a query.
pub(crate) fn first<'a, M: Model>() -> Part<'a> {
    Part {
        table: Named::new(M::META),
        source: Box::new(Table(M::META)),
        selection: Box::new(M::selection()),
        join: None,
    }
}

/// A table under its own name.
pub(crate) struct Table(pub(crate) &'static crate::meta::ModelMeta);

impl diesel::query_builder::QueryFragment<Pg> for Table {
    fn walk_ast<'b>(
        &'b self,
        mut out: diesel::query_builder::AstPass<'_, 'b, Pg>,
    ) -> diesel::result::QueryResult<()> {
        super::predicate::push_table(self.0, &mut out);
        Ok(())
    }
}

/// Adds to a tuple: joins of joins are flat.
pub trait Append<T> {
    /// The longer tuple.
    type Output: Send + 'static;
    #[doc(hidden)]
    fn append(self, next: T) -> Self::Output;
}

impl<M: Model, T: Send + 'static> Append<T> for M {
    type Output = (M, T);

    fn append(self, next: T) -> (M, T) {
        (self, next)
    }
}

macro_rules! append {
    ($(($($part:ident)+))+) => {
        $(
            #[allow(non_snake_case, reason = "the parts of a tuple have the names of their types")]
            impl<$($part: Send + 'static,)+ T: Send + 'static> Append<T> for ($($part,)+) {
                type Output = ($($part,)+ T,);

                fn append(self, next: T) -> Self::Output {
                    let ($($part,)+) = self;
                    ($($part,)+ next,)
                }
            }
        )+
    };
}

append! {
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E F)
    (A B C D E F G)
    (A B C D E F G H)
    (A B C D E F G H I)
}
