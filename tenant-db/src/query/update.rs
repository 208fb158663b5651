//! Updating: [`TenantUpdate`].

use diesel::dsl::Returning;
use diesel::pg::Pg;
use diesel::query_builder::{AsChangeset, AsQuery, IntoUpdateTarget, Query, QueryFragment, UpdateStatement};
use diesel::query_dsl::methods::FilterDsl;
use futures_util::future::BoxFuture;

use super::fragments::{Locked, Unlocked};
use super::rows::{checked, single};
use super::select::{Scoped, ScopedQuery};
use crate::error::{Error, Result};
use crate::model::TenantModel;
use crate::permission::Grants;
use crate::session::{LoadsAs, Operation, Source, execute};

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
type Statement<M, Where, Changes> =
    UpdateStatement<<M as TenantModel>::Table, Where, <Changes as AsChangeset>::Changeset>;

/// What can change rows of `M`: every [`TenantUpdate`] whose model is `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot change rows of `{M}`",
    label = "not a `TenantUpdate` for `{M}`",
    note = "put `#[derive(TenantUpdate)] #[tenant(model = {M})]` on a struct with the columns that may change"
)]
pub trait ChangesOf<'a, M: TenantModel>: ChangesOne<'a, M> {}

#[diagnostic::do_not_recommend]
impl<'a, M: TenantModel, U> ChangesOf<'a, M> for U where U: ChangesOne<'a, M> {}

/// The half of [`ChangesOf`] that nobody else can implement: it makes the statement.
#[allow(unnameable_types, reason = "sealed: an implementation of one's own could send any statement")]
pub trait ChangesOne<'a, M: TenantModel>: TenantUpdate<Model = M> {
    type One: LoadsAs<M::Row> + 'a;

    fn one(self, row: M::Found) -> Self::One;
}

impl<'a, M, U> ChangesOne<'a, M> for U
where
    M: TenantModel,
    U: TenantUpdate<Model = M>,
    U::Changes: AsChangeset<Target = M::Table, Changeset: 'a>,
    Statement<M, M::FoundWhere, U::Changes>: AsQuery,
    Returning<Statement<M, M::FoundWhere, U::Changes>, M::Selection>: Query + LoadsAs<M::Row> + 'a,
{
    type One = Returning<Statement<M, M::FoundWhere, U::Changes>, M::Selection>;

    fn one(self, row: M::Found) -> Self::One {
        diesel::update(row).set(self.into_changes()).returning(M::selection())
    }
}

/// A query that says which rows of `M` to change, and nothing else.
#[diagnostic::on_unimplemented(
    message = "only filters may come before `update`, and the changes must be for `{M}`",
    label = "more than filters, a boxed query, or changes of another model",
    note = "SQL has no UPDATE with an order, a limit or a selection: filter by the primary keys of the rows instead"
)]
pub trait UpdateTarget<'a, M: TenantModel, U>: ChangesMany<'a, M, U> {}

#[diagnostic::do_not_recommend]
impl<'a, M: TenantModel, U, Q> UpdateTarget<'a, M, U> for Q where Q: ChangesMany<'a, M, U> {}

/// The half of [`UpdateTarget`] that nobody else can implement: it makes the statement.
#[allow(unnameable_types, reason = "sealed: an implementation of one's own could send any statement")]
pub trait ChangesMany<'a, M: TenantModel, U> {
    type Statement: QueryFragment<Pg> + Send + 'a;

    fn changed(self, changes: U) -> Self::Statement;
}

impl<'a, M, U, Q> ChangesMany<'a, M, U> for Q
where
    M: TenantModel,
    U: TenantUpdate<Model = M>,
    U::Changes: AsChangeset<Target = M::Table, Changeset: 'a>,
    Q: IntoUpdateTarget<Table = M::Table>,
    Statement<M, Q::WhereClause, U::Changes>: AsQuery + QueryFragment<Pg> + Send + 'a,
{
    type Statement = Statement<M, Q::WhereClause, U::Changes>;

    fn changed(self, changes: U) -> Self::Statement {
        diesel::update(self).set(changes.into_changes())
    }
}

/// Changes the row with a primary key.
pub(crate) fn update_one<'a, M, U>(
    source: Source<'a, M::Key>,
    key: M::PrimaryKey,
    changes: U,
) -> BoxFuture<'a, Result<M>>
where
    M: TenantModel,
    U: ChangesOf<'a, M>,
{
    if changes.is_empty() {
        return Box::pin(async { Err(Error::NoChanges) });
    }
    let statement = changes.one(found::<M>(source, key));
    let operation = Operation::write("update", M::META.name);
    Box::pin(async move { source.run(operation, checked::<M, _>(source, statement)).await.and_then(single) })
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
        Scoped<M, Q>: UpdateTarget<'a, M, U>,
    {
        if changes.is_empty() {
            return Box::pin(async { Err(Error::NoChanges) });
        }
        let (source, raw) = (self.source, self.raw);
        let statement = self.query.filter(M::tenant_eq(source.tenant())).changed(changes);
        let statement = Locked::<_, Unlocked>::new(statement);
        Box::pin(async move {
            let operation = Operation::write("update", M::META.name).with_foreign_sql(raw.verdict()?);
            source.run(operation, move |wire| execute(wire, &statement)).await
        })
    }
}
