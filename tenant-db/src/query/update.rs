//! Updating: [`TenantUpdate`].

use diesel::dsl::Returning;
use diesel::pg::Pg;
use diesel::query_builder::{
    AsChangeset, AsQuery, IntoUpdateTarget, Query, QueryFragment, QueryId, UpdateStatement,
};
use diesel::query_dsl::methods::FilterDsl;
use futures_util::future::BoxFuture;

use super::rows::{checked, single};
use super::scope::Target;
use super::select::{Scoped, ScopedQuery};
use crate::error::{Error, Result};
use crate::model::TenantModel;
use crate::permission::Grants;
use crate::session::{LoadsAs, Source, execute};

/// A struct that says which columns of a [`Model`](Self::Model) change. `#[derive(TenantUpdate)]` implements it.
///
/// A field of type `Option<T>` changes its column when it is `Some`; `Option<Option<T>>` sets a nullable column to NULL
/// by `Some(None)`; any other field always changes its column.
///
/// # Isolation
///
/// Neither the tenant nor the primary key can be named (it would not compile).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of changes",
    label = "no `#[derive(TenantUpdate)]` on `{Self}`",
    note = "put `#[derive(TenantUpdate)] #[tenant(model = …)]` on a struct with the columns that may change"
)]
pub trait TenantUpdate: Sized + Send {
    /// The model whose rows change.
    type Model: TenantModel;
    /// What diesel calls a changeset.
    #[doc(hidden)]
    type Changes: Send;

    /// Whether no column would change.
    fn is_empty(&self) -> bool;
    #[doc(hidden)]
    fn into_changes(self) -> Self::Changes;
}

/// `UPDATE table SET … WHERE …`.
pub(crate) type Update<M, Where, Changes> =
    UpdateStatement<<M as TenantModel>::Table, Where, <Changes as AsChangeset>::Changeset>;

/// Changes the row with a primary key.
pub(crate) fn update_one<'a, M, U>(
    source: Source<'a, M::Key>,
    key: M::PrimaryKey,
    changes: U,
) -> BoxFuture<'a, Result<M>>
where
    M: TenantModel,
    U: TenantUpdate<Model = M>,
    U::Changes: AsChangeset<Target = M::Table, Changeset: 'a>,
    Update<M, M::FoundWhere, U::Changes>: AsQuery,
    Returning<Update<M, M::FoundWhere, U::Changes>, M::Selection>: Query + LoadsAs<M::Row> + 'a,
{
    if changes.is_empty() {
        return Box::pin(async { Err(Error::NoChanges) });
    }
    let statement = diesel::update(found::<M>(source, key)).set(changes.into_changes()).returning(M::selection());
    Box::pin(async move { source.run(checked::<M, _>(source, statement)).await.and_then(single) })
}

/// The row with a primary key, for this tenant.
pub(super) fn found<M: TenantModel>(source: Source<'_, M::Key>, key: M::PrimaryKey) -> M::Found {
    M::table().as_query().filter(M::primary_key_eq(key)).filter(M::tenant_eq(source.tenant()))
}

impl<'a, M, R, Q> ScopedQuery<'a, M, R, Q>
where
    M: TenantModel,
    Q: FilterDsl<M::TenantEq>,
{
    /// Changes every row that the filters leave, and says how many.
    ///
    /// Needs the permission for reading as well: the count tells what the rows hold.
    ///
    /// # Errors
    ///
    /// [`Error::NoChanges`], [`Error::Conflict`], and those of `load`.
    pub fn update<U>(self, changes: U) -> BoxFuture<'a, Result<usize>>
    where
        R: Grants<M::Update> + Grants<M::Read>,
        U: TenantUpdate<Model = M>,
        U::Changes: AsChangeset<Target = M::Table, Changeset: 'a>,
        Scoped<M, Q>: Target<M>,
        Update<M, <Scoped<M, Q> as IntoUpdateTarget>::WhereClause, U::Changes>:
            AsQuery + QueryFragment<Pg> + QueryId + Send + 'a,
    {
        if changes.is_empty() {
            return Box::pin(async { Err(Error::NoChanges) });
        }
        let source = self.source;
        let target = self.query.filter(M::tenant_eq(source.tenant()));
        let statement = diesel::update(target).set(changes.into_changes());
        source.run(move |wire| execute(wire, statement))
    }
}
