//! Updating: [`TenantUpdate`].

use super::changes::{Assignments, Changes, ChangesOf, InUpdate};
use super::delete::{OnlyFilters, with_key, write};
use super::parts::Condition;
use super::predicate::Tenant;
use super::select::ScopedQuery;
use super::shape::WholeRow;
use super::write::{Body, Verb};
use super::writing::{Draft, RowCount, Writing};
use crate::model::{Model, TenantModel};
use crate::permission::Grants;
use crate::session::{Operation, Source};

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

/// An update of the rows that `condition` means.
pub(super) fn updating<'a, M, Kind>(
    source: Source<'a, M::Key>,
    condition: Option<Condition<'a>>,
    changes: impl Changes<'a, M, Kind, InUpdate<M>>,
) -> Draft<'a, M>
where
    M: TenantModel,
{
    let (assignments, raw) = Assignments::of::<M, _, _>(changes, &Tenant::new(source.tenant()));
    let body = assignments.map(|pieces| Body::Change(write::<M>(source, Verb::Update(pieces), condition)));
    Draft::new(source, Operation::write("update", M::META.name), body).with_raw(raw)
}

/// Changes the row with a primary key.
pub(crate) fn update_one<'a, M, U, Kind>(
    source: Source<'a, M::Key>,
    key: M::PrimaryKey,
    changes: U,
) -> Draft<'a, M>
where
    M: TenantModel,
    U: ChangesOf<'a, M, Kind>,
{
    updating(source, Some(with_key::<M>(key)), changes)
}

impl<'a, M: TenantModel, R, L> ScopedQuery<'a, M, R, WholeRow, L> {
    /// Changes every row that the filters leave, and says how many.
    ///
    /// Changes are a struct ([`TenantUpdate`]), assignments of expressions, or a tuple of such:
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use diesel::prelude::*;
    /// # use tenant_db::prelude::*;
    /// # async fn example(db: tenant_db::TenantDb, context: tenant_db::TenantContext<Manager>) -> tenant_db::Result<()> {
    /// let poor = db.scoped::<Customer>(&context).filter(customers::credit_limit.lt(100));
    /// let raised = poor.update(customers::credit_limit.eq(customers::credit_limit + 10)).await?;
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    ///
    /// Needs the permission for reading as well: the count tells what the rows hold. Where rows have versions, each is counted up.
    ///
    /// # Errors
    ///
    /// [`Error::NoChanges`](crate::Error::NoChanges), [`Error::Conflict`](crate::Error::Conflict), and those of `load`.
    pub fn update<U, Kind>(self, changes: U) -> Writing<'a, M, R, RowCount>
    where
        R: Grants<M::Update> + Grants<<M as Model>::Read>,
        U: ChangesOf<'a, M, Kind>,
        L: OnlyFilters,
    {
        let mut draft = updating(self.source, self.parts.condition, changes);
        draft.raw.merge(self.raw);
        if let Ok(Body::Change(write)) = &mut draft.body {
            write.with_deleted = self.parts.with_deleted;
        }
        Writing::new(draft)
    }
}
