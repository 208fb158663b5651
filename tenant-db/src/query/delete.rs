//! Deleting.

use futures_util::future::BoxFuture;

use super::fragments::{Filtered, Piece, Stage, Whole};
use super::parts::Condition;
use super::predicate::{Named, Tenant};
use super::select::ScopedQuery;
use super::shape::WholeRow;
use super::write::{Verb, Write};
use crate::error::{Error, Result};
use crate::model::{Model, TenantModel};
use crate::permission::Grants;
use crate::session::{Operation, Source, execute};

/// A query that says by filters alone which rows are meant.
#[diagnostic::on_unimplemented(
    message = "only filters may come before `update` and `delete`",
    label = "there is an order, a limit, an offset, `distinct` or a lock",
    note = "SQL has no UPDATE or DELETE with an order, a limit or a selection: filter by the primary keys of the rows instead"
)]
pub trait OnlyFilters: Stage {}

impl OnlyFilters for Filtered {}

/// The row with a primary key, as a condition.
pub(super) fn with_key<'a, M: TenantModel>(key: M::PrimaryKey) -> Condition<'a> {
    Condition::One(Box::new(M::primary_key_eq(key)))
}

/// A change of the rows of `M` that `condition` means.
pub(super) fn write<'a, M: TenantModel>(
    source: Source<'a, M::Key>,
    verb: Verb<'a>,
    condition: Option<Condition<'a>>,
    returning: Option<Piece<'a>>,
) -> Write<'a> {
    Write {
        verb,
        table: Named::new(M::META),
        tenant: Tenant::new(source.tenant()),
        condition,
        with_deleted: false,
        returning,
    }
}

/// Deletes the row with a primary key.
pub(crate) fn delete_one<'a, M>(source: Source<'a, M::Key>, key: M::PrimaryKey) -> BoxFuture<'a, Result<()>>
where
    M: TenantModel,
{
    let statement = Whole(write::<M>(source, Verb::Delete, Some(with_key::<M>(key)), None));
    Box::pin(async move {
        let operation = Operation::write("delete", M::META.name);
        match source.run(operation, move |wire| execute(wire, &statement)).await? {
            0 => Err(Error::NotFound { model: M::META.name }),
            _ => Ok(()),
        }
    })
}

impl<'a, M: TenantModel, R, L> ScopedQuery<'a, M, R, WholeRow, L> {
    /// Deletes every row that the filters leave, and says how many.
    ///
    /// Needs the permission for reading as well: the count tells what the rows hold.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] where a foreign key forbids it, and those of `load`.
    pub fn delete(self) -> BoxFuture<'a, Result<usize>>
    where
        R: Grants<M::Delete> + Grants<<M as Model>::Read>,
        L: OnlyFilters,
    {
        let (source, raw) = (self.source, self.raw);
        let mut statement = write::<M>(source, Verb::Delete, self.parts.condition, None);
        statement.with_deleted = self.parts.with_deleted;
        let statement = Whole(statement);
        Box::pin(async move {
            let operation = Operation::write("delete", M::META.name).with_foreign_sql(raw.verdict()?);
            source.run(operation, move |wire| execute(wire, &statement)).await
        })
    }
}
