//! Deleting, and marking as deleted.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;

use super::changes::count_version;
use super::fragments::{Filtered, Piece, Stage};
use super::parts::Condition;
use super::predicate::{Named, Tenant};
use super::select::ScopedQuery;
use super::shape::WholeRow;
use super::write::{Body, Verb, Write};
use super::writing::{Draft, RowCount, Writing};
use crate::model::{Model, TenantModel};
use crate::permission::Grants;
use crate::session::{Operation, Source};

/// A query that says by filters alone which rows are meant.
#[diagnostic::on_unimplemented(
    message = "only filters may come before `update` and `delete`",
    label = "there is an order, a limit, an offset, `distinct` or a lock",
    note = "SQL has no UPDATE or DELETE with an order, a limit or a selection: filter by the primary keys of the rows instead"
)]
pub trait OnlyFilters: Stage {}

impl OnlyFilters for Filtered {}

/// A model whose rows are marked when they are deleted, and stay: `#[tenant(soft_delete = deleted_at)]`.
///
/// `delete` sets the column to the time of the transaction. Nothing finds, changes or deletes such a row any more, unless
/// it says [`with_deleted`](ScopedQuery::with_deleted); [`restore`](ScopedQuery::restore) takes the mark away, and
/// [`purge`](ScopedQuery::purge) deletes for good.
///
/// # Unique keys
///
/// A row that is marked keeps its keys: another one with the same name is refused. Where names are to be free again, make a
/// partial unique index instead of what `unique(…)` declares: `CREATE UNIQUE INDEX … ON documents (tenant_id, name) WHERE deleted_at
/// IS NULL`; restoring is then refused where the name has been taken.
#[diagnostic::on_unimplemented(
    message = "rows of `{Self}` are deleted for good",
    label = "no `#[tenant(soft_delete = …)]` on `{Self}`",
    note = "what `delete` deletes is gone; `#[tenant(soft_delete = deleted_at)]` has rows marked instead"
)]
pub trait SoftDeletes: TenantModel {}

/// The row with a primary key, as a condition.
pub(super) fn with_key<'a, M: TenantModel>(key: M::PrimaryKey) -> Condition<'a> {
    Condition::One(Box::new(M::primary_key_eq(key)))
}

/// A change of the rows of `M` that `condition` means.
pub(super) fn write<'a, M: TenantModel>(
    source: Source<'a, M::Key>,
    verb: Verb<'a>,
    condition: Option<Condition<'a>>,
) -> Write<'a> {
    Write {
        verb,
        table: Named::new(M::META),
        tenant: Tenant::new(source.tenant()),
        condition,
        with_deleted: false,
    }
}

/// Deletes, or marks, the rows that `condition` means.
pub(crate) fn deleting<'a, M: TenantModel>(
    source: Source<'a, M::Key>,
    condition: Option<Condition<'a>>,
) -> Draft<'a, M> {
    let verb = M::META.soft_delete.map_or(Verb::Delete, |column| mark::<M>(column, "now()"));
    let write = write::<M>(source, verb, condition);
    Draft::new(source, Operation::write("delete", M::META.name), Ok(Body::Change(write)))
}

/// Deletes rows for good.
pub(crate) fn purging<'a, M: TenantModel>(
    source: Source<'a, M::Key>,
    condition: Option<Condition<'a>>,
    with_deleted: bool,
) -> Draft<'a, M> {
    let write = Write { with_deleted, ..write::<M>(source, Verb::Delete, condition) };
    Draft::new(source, Operation::write("purge", M::META.name), Ok(Body::Change(write)))
}

/// Takes the mark from rows that have one.
pub(crate) fn restoring<'a, M: SoftDeletes>(
    source: Source<'a, M::Key>,
    condition: Option<Condition<'a>>,
) -> Draft<'a, M> {
    let column = M::META.soft_delete.unwrap_or_default();
    let is_marked: Piece<'a> = Box::new(IsMarked { table: Named::new(M::META), column });
    let condition = match condition {
        None => Condition::One(is_marked),
        Some(condition) => condition.and(is_marked),
    };
    let write =
        Write { with_deleted: true, ..write::<M>(source, mark::<M>(column, "NULL"), Some(condition)) };
    Draft::new(source, Operation::write("restore", M::META.name), Ok(Body::Change(write)))
}

/// The row with a primary key, to be deleted.
pub(crate) fn delete_one<M: TenantModel>(source: Source<'_, M::Key>, key: M::PrimaryKey) -> Draft<'_, M> {
    deleting(source, Some(with_key::<M>(key)))
}

/// The row with a primary key, marked or not, to be deleted for good.
pub(crate) fn purge_one<M: SoftDeletes>(source: Source<'_, M::Key>, key: M::PrimaryKey) -> Draft<'_, M> {
    purging(source, Some(with_key::<M>(key)), true)
}

/// The row with a primary key, to be restored.
pub(crate) fn restore_one<M: SoftDeletes>(source: Source<'_, M::Key>, key: M::PrimaryKey) -> Draft<'_, M> {
    restoring(source, Some(with_key::<M>(key)))
}

/// `SET deleted_at = now()`, or NULL. It is a change of the row like others, so its version is counted.
fn mark<'a, M: TenantModel>(column: &'static str, value: &'static str) -> Verb<'a> {
    let mut pieces: Vec<Piece<'a>> = vec![Box::new(Mark { column, value })];
    count_version(M::META, &mut pieces);
    Verb::Update(pieces)
}

struct Mark {
    column: &'static str,
    value: &'static str,
}

impl QueryFragment<Pg> for Mark {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_identifier(self.column)?;
        out.push_sql(" = ");
        out.push_sql(self.value);
        Ok(())
    }
}

struct IsMarked {
    table: Named,
    column: &'static str,
}

impl QueryFragment<Pg> for IsMarked {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.table.push_column(self.column, &mut out)?;
        out.push_sql(" IS NOT NULL");
        Ok(())
    }
}

impl<'a, M: TenantModel, R, L> ScopedQuery<'a, M, R, WholeRow, L> {
    /// Deletes every row that the filters leave, and says how many. Rows of a model with `#[tenant(soft_delete = …)]` are
    /// marked; those that are marked already are left as they are.
    ///
    /// Needs the permission for reading as well: the count tells what the rows hold.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`](crate::Error::Conflict) where a foreign key forbids it, and those of `load`.
    pub fn delete(self) -> Writing<'a, M, R, RowCount>
    where
        R: Grants<M::Delete> + Grants<<M as Model>::Read>,
        L: OnlyFilters,
    {
        Writing::new(deleting(self.source, self.parts.condition).with_raw(self.raw))
    }

    /// Takes the mark of deletion from every row that the filters leave and that has one, and says how many.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`](crate::Error::Conflict) where another row has taken a unique key in the meantime, and those of `load`.
    pub fn restore(self) -> Writing<'a, M, R, RowCount>
    where
        M: SoftDeletes,
        R: Grants<M::Delete> + Grants<<M as Model>::Read>,
        L: OnlyFilters,
    {
        Writing::new(restoring(self.source, self.parts.condition).with_raw(self.raw))
    }

    /// Deletes every row that the filters leave for good, and says how many; with
    /// [`with_deleted`](Self::with_deleted) those that are marked as well.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`](crate::Error::Conflict) where a foreign key forbids it, and those of `load`.
    pub fn purge(self) -> Writing<'a, M, R, RowCount>
    where
        M: SoftDeletes,
        R: Grants<M::Delete> + Grants<<M as Model>::Read>,
        L: OnlyFilters,
    {
        let with_deleted = self.parts.with_deleted;
        Writing::new(purging(self.source, self.parts.condition, with_deleted).with_raw(self.raw))
    }
}
