//! Updating: [`TenantUpdate`].

use diesel::pg::Pg;
use diesel::query_builder::{AsChangeset, QueryFragment};
use futures_util::future::BoxFuture;

use super::delete::{OnlyFilters, with_key, write};
use super::fragments::{Piece, Whole};
use super::load::{Models, only};
use super::rows::loading;
use super::select::ScopedQuery;
use super::shape::WholeRow;
use super::write::Verb;
use crate::error::{Error, Result};
use crate::model::{Model, TenantModel};
use crate::permission::Grants;
use crate::session::{Operation, Source, execute};

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

/// What can change rows of `M`: every [`TenantUpdate`] whose model is `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot change rows of `{M}`",
    label = "not a `TenantUpdate` for `{M}`",
    note = "put `#[derive(TenantUpdate)] #[tenant(model = {M})]` on a struct with the columns that may change"
)]
pub trait ChangesOf<'a, M: TenantModel>: Changes<'a, M> {}

#[diagnostic::do_not_recommend]
impl<'a, M: TenantModel, U> ChangesOf<'a, M> for U where U: Changes<'a, M> {}

/// The half of [`ChangesOf`] that nobody else can implement: it makes a part of the statement.
#[allow(unnameable_types, reason = "sealed: an implementation of one's own could send any statement")]
pub trait Changes<'a, M: TenantModel>: Sized {
    /// `None` where no column would change.
    fn changes(self) -> Option<Piece<'a>>;
}

impl<'a, M, U> Changes<'a, M> for U
where
    M: TenantModel,
    U: TenantUpdate<Model = M>,
    U::Changes: AsChangeset<Target = M::Table, Changeset: QueryFragment<Pg> + Send + 'a>,
{
    fn changes(self) -> Option<Piece<'a>> {
        (!self.is_empty()).then(|| -> Piece<'a> { Box::new(self.into_changes().as_changeset()) })
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
    let Some(changes) = changes.changes() else {
        return Box::pin(async { Err(Error::NoChanges) });
    };
    let statement =
        write::<M>(source, Verb::Update(changes), Some(with_key::<M>(key)), Some(Box::new(M::selection())));
    let operation = Operation::write("update", M::META.name);
    let rows = source.run(operation, loading(statement, Models::<M>::of(source)));
    Box::pin(async move { rows.await.and_then(|rows| only(rows, M::META.name)) })
}

impl<'a, M: TenantModel, R, L> ScopedQuery<'a, M, R, WholeRow, L> {
    /// Changes every row that the filters leave, and says how many.
    ///
    /// Needs the permission for reading as well: the count tells what the rows hold.
    ///
    /// # Errors
    ///
    /// [`Error::NoChanges`], [`Error::Conflict`], and those of `load`.
    pub fn update<U>(self, changes: U) -> BoxFuture<'a, Result<usize>>
    where
        R: Grants<M::Update> + Grants<<M as Model>::Read>,
        U: ChangesOf<'a, M>,
        L: OnlyFilters,
    {
        let Some(changes) = changes.changes() else {
            return Box::pin(async { Err(Error::NoChanges) });
        };
        let (source, raw) = (self.source, self.raw);
        let mut statement = write::<M>(source, Verb::Update(changes), self.parts.condition, None);
        statement.with_deleted = self.parts.with_deleted;
        let statement = Whole(statement);
        Box::pin(async move {
            let operation = Operation::write("update", M::META.name).with_foreign_sql(raw.verdict()?);
            source.run(operation, move |wire| execute(wire, &statement)).await
        })
    }
}
