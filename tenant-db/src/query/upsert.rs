//! Upserts: rows that are inserted, or left, or changed where there is one with the same key.

use std::fmt;
use std::marker::PhantomData;

use diesel::Column;
use diesel::expression::{AppearsOnTable, Expression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::query_source::AppearsInFromClause;
use diesel::result::QueryResult;

use super::changes::{Assignable, Assignment, Assignments, Changes, count_version};
use super::fragments::{Piece, Types, in_a_list};
use super::insert::{BESIDE_ROWS, InsertInto, batches, inserting};
use super::predicate::{Named, Tenant, push_scope};
use super::raw::RawSql;
use super::write::Body;
use super::writing::{Draft, EachRow, Gives, MaybeRow, OneRow, Writing};
use crate::error::{Error, Result};
use crate::meta::Tenancy;
use crate::model::{Model, TenantModel};
use crate::permission::Grants;
use crate::session::Source;

/// A key of `M` on which rows can conflict: the primary key, or what `#[tenant(unique(…))]` declares, without the tenant
/// column, which is added. A key of several columns is a tuple of them, in the order of the declaration.
///
/// `#[derive(TenantScoped)]` implements it. Of a child table only keys that hold the reference to its parent are: by others a row
/// could conflict with that of another tenant.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no key of `{M}` on which rows can conflict",
    label = "neither the primary key of `{M}` nor a unique key that it declares",
    note = "declare the key on the model, `#[tenant(unique(…))]`, and name its columns in the same order; several are a tuple",
    note = "the tenant column is part of every key and is added: leave it out",
    note = "a key of a child table has to hold the reference to its parent"
)]
pub trait ConflictTarget<M: Model> {
    /// The columns, without the tenant's.
    #[doc(hidden)]
    const COLUMNS: &'static [&'static str];
}

/// Rows to be inserted, if nothing is in their way. [`TenantScoped::upsert`](crate::TenantScoped::upsert) begins it.
#[must_use = "nothing is written before `on_conflict(…)` and `do_nothing()` or `do_update(…)` are awaited"]
pub struct Upsert<'a, M: TenantModel, R, Rows> {
    source: Source<'a, M::Key>,
    batches: Vec<Piece<'a>>,
    name: &'static str,
    types: Types<(R, Rows)>,
}

/// Rows to be inserted, and the key that may be in their way.
#[must_use = "nothing is written before `do_nothing()` or `do_update(…)` is awaited"]
pub struct OnConflict<'a, M: TenantModel, R, Rows> {
    upsert: Upsert<'a, M, R, Rows>,
    target: &'static [&'static str],
}

/// One row, or several: what is inserted.
#[allow(unnameable_types, reason = "sealed: there is one row, or there are several")]
pub trait Rows<M: TenantModel> {
    /// What `do_nothing` gives.
    type Inserted: Gives<M>;
    /// What `do_update` gives.
    type Written: Gives<M>;
}

impl<M: TenantModel> Rows<M> for OneRow {
    type Inserted = MaybeRow;
    type Written = OneRow;
}

impl<M: TenantModel> Rows<M> for EachRow {
    type Inserted = EachRow;
    type Written = EachRow;
}

impl<'a, M: TenantModel, R> Upsert<'a, M, R, OneRow> {
    pub(crate) fn one<I: InsertInto<'a, M>>(source: Source<'a, M::Key>, new: I) -> Self {
        Self { source, batches: vec![new.one(source.tenant())], name: "upsert", types: PhantomData }
    }
}

impl<'a, M: TenantModel, R> Upsert<'a, M, R, EachRow> {
    pub(crate) fn many<I: InsertInto<'a, M>>(
        source: Source<'a, M::Key>,
        new: impl IntoIterator<Item = I>,
    ) -> Self {
        Self { source, batches: batches(source.tenant(), new), name: "upsert_many", types: PhantomData }
    }
}

impl<'a, M: TenantModel, R, Count> Upsert<'a, M, R, Count> {
    /// Says which key may be taken already: `on_conflict(customers::name)`, `on_conflict((bookings::room, bookings::slot))`.
    ///
    /// # Isolation
    ///
    /// The tenant column is part of the target (I5), so a row of another tenant is never in the way.
    #[allow(clippy::needless_pass_by_value, reason = "as in diesel, a column is a value")]
    pub fn on_conflict<T: ConflictTarget<M>>(self, target: T) -> OnConflict<'a, M, R, Count> {
        let _ = target;
        OnConflict { upsert: self, target: T::COLUMNS }
    }
}

impl<'a, M: TenantModel, R, Count: Rows<M>> OnConflict<'a, M, R, Count> {
    /// Leaves the row that is in the way as it is. Gives the row that was inserted, if one was; of several rows, those that
    /// were.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] where another constraint refuses a row, and those of `load`.
    pub fn do_nothing(self) -> Writing<'a, M, R, Count::Inserted>
    where
        R: Grants<M::Insert>,
    {
        Writing::new(self.draft(Ok(Vec::new()), RawSql::default()))
    }

    /// Changes the row that is in the way. Gives the rows as they are then, inserted or changed, in the order in which they
    /// were given.
    ///
    /// Changes are as for [`update`](crate::ScopedQuery::update); [`excluded`](crate::dsl::excluded) stands for what was to be inserted:
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use diesel::prelude::*;
    /// # use tenant_db::prelude::*;
    /// # async fn example(db: tenant_db::TenantDb, context: tenant_db::TenantContext<Manager>) -> tenant_db::Result<()> {
    /// use tenant_db::dsl::excluded;
    ///
    /// let stock = db.scoped::<Stock>(&context);
    /// let now = stock
    ///     .upsert(NewStock { article: "chair".into(), pieces: 5 })
    ///     .on_conflict(stocks::article)
    ///     .do_update(stocks::pieces.eq(stocks::pieces + excluded(stocks::pieces)))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    ///
    /// Needs the permissions to insert, to update and to read.
    ///
    /// # Errors
    ///
    /// [`Error::NoChanges`]; [`Error::Conflict`] where another constraint refuses a row; [`Error::InvalidQuery`] where two rows of
    /// one batch have the same key; [`Error::NotFound`] where the row that is in the way is marked as deleted
    /// (`#[tenant(soft_delete = …)]`): it is left alone, and of several rows missing in the answer; those of `load`.
    ///
    /// # Isolation
    ///
    /// The change carries the tenant predicate like any other (I5).
    pub fn do_update<U, Kind>(self, changes: U) -> Writing<'a, M, R, Count::Written>
    where
        R: Grants<M::Insert> + Grants<M::Update> + Grants<M::Read>,
        U: ConflictChangesOf<'a, M, Kind>,
    {
        let tenant = Tenant::new(self.upsert.source.tenant());
        let (assignments, raw) = Assignments::of::<M, _, _>(changes, &tenant);
        Writing::new(self.draft(assignments, raw))
    }

    /// Gives the row that is in the way the values of `columns` that were to be inserted: a column, or a tuple of columns.
    ///
    /// # Errors
    ///
    /// Those of [`do_update`](Self::do_update).
    #[allow(clippy::needless_pass_by_value, reason = "as in diesel, a column is a value")]
    pub fn do_update_excluded<C, Kind>(self, columns: C) -> Writing<'a, M, R, Count::Written>
    where
        R: Grants<M::Insert> + Grants<M::Update> + Grants<M::Read>,
        C: AssignableColumns<M, Kind>,
    {
        let _ = columns;
        let assigned = C::NAMES.iter().map(|column| -> Piece<'a> {
            Box::new(Assignment { column, value: Box::new(ExcludedColumn(column)) })
        });
        let mut pieces: Vec<_> = assigned.collect();
        count_version(M::META, &mut pieces);
        Writing::new(self.draft(Ok(pieces), RawSql::default()))
    }

    /// Without assignments it does nothing.
    fn draft(self, assignments: Result<Vec<Piece<'a>>>, raw: RawSql) -> Draft<'a, M> {
        let Self { upsert: Upsert { source, batches, name, .. }, target } = self;
        let operation = inserting::<M>(name, batches.len());
        let body = assignments.and_then(|assignments| {
            let conflict = Conflict {
                table: Named::new(M::META),
                tenant: Tenant::new(source.tenant()),
                target,
                assignments,
            };
            conflict.fits_beside_rows()?;
            Ok(Body::Rows { batches, conflict: Some(conflict) })
        });
        Draft::new(source, operation, body).with_raw(raw)
    }
}

/// ` ON CONFLICT (tenant_id, …) DO …`.
pub(crate) struct Conflict<'a> {
    table: Named,
    tenant: Tenant,
    target: &'static [&'static str],
    assignments: Vec<Piece<'a>>,
}

impl Conflict<'_> {
    /// Batches leave some parameters to what stands behind them.
    fn fits_beside_rows(&self) -> Result<()> {
        use diesel::query_builder::QueryBuilder;
        let mut text = diesel::pg::PgQueryBuilder::default();
        let written = self.to_sql(&mut text, &Pg);
        if written.is_ok() && text.finish().matches('$').count() > BESIDE_ROWS {
            let reason = "the changes of an upsert have more than 1,024 parameters; bind an array instead";
            return Err(Error::InvalidQuery { reason });
        }
        Ok(())
    }
}

impl QueryFragment<Pg> for Conflict<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(" ON CONFLICT (");
        let tenant = match self.table.meta.tenancy {
            Tenancy::Column(column) => Some(column),
            // The key holds the reference to the parent, and so the tenant.
            Tenancy::Through { .. } | Tenancy::Global => None,
        };
        for (at, column) in tenant.iter().chain(self.target).enumerate() {
            if at > 0 {
                out.push_sql(", ");
            }
            out.push_identifier(column)?;
        }
        if self.assignments.is_empty() {
            out.push_sql(") DO NOTHING");
            return Ok(());
        }
        out.push_sql(") DO UPDATE SET ");
        in_a_list(&self.assignments, out.reborrow())?;
        out.push_sql(" WHERE ");
        push_scope(self.table, &self.tenant, false, &mut out)
    }
}

/// What can change rows of `M` that are in the way: as [`ChangesOf`](super::ChangesOf), and expressions may speak of
/// [`excluded`] columns.
#[diagnostic::on_unimplemented(
    message = "this is not a change of rows of `{M}`",
    label = "neither changes of `{M}` nor assignments to its columns",
    note = "changes are a struct with `#[derive(TenantUpdate)] #[tenant(model = {M})]`, assignments of expressions such as \
            `stocks::pieces.eq(excluded(stocks::pieces))`, and tuples of these",
    note = "`excluded` is `tenant_db::dsl::excluded`",
    note = "columns that are fields of `{M}` can be assigned; not the tenant, the primary key, the reference to a parent, the \
            version, or the mark of deletion"
)]
pub trait ConflictChangesOf<'a, M: TenantModel, Kind>: Changes<'a, M, Kind, InConflict<M>> {}

#[diagnostic::do_not_recommend]
impl<'a, M: TenantModel, U, Kind> ConflictChangesOf<'a, M, Kind> for U where
    U: Changes<'a, M, Kind, InConflict<M>>
{
}

type InConflict<M> = OrExcluded<<M as Model>::Table>;

/// A place where columns of `T` may appear, and those that were to be inserted; but no sub-query of diesel, as in
/// [`OnlyTables`](super::scope::OnlyTables).
#[derive(Debug)]
#[allow(unnameable_types, reason = "a marker in bounds")]
pub struct OrExcluded<T>(PhantomData<T>);

impl<T, C> AppearsInFromClause<C> for OrExcluded<T>
where
    T: AppearsInFromClause<C>,
{
    type Count = T::Count;
}

/// A column of the row that was to be inserted: `excluded.column`.
#[derive(Debug, Clone, Copy, diesel::sql_types::DieselNumericOps)]
pub struct Excluded<C>(C);

/// A column of the row that was to be inserted, in what [`do_update`](OnConflict::do_update) assigns.
#[must_use]
pub fn excluded<C: Column>(column: C) -> Excluded<C> {
    Excluded(column)
}

impl<C: Column> Expression for Excluded<C> {
    type SqlType = C::SqlType;
}

impl<C, GroupBy> ValidGrouping<GroupBy> for Excluded<C> {
    type IsAggregate = is_aggregate::No;
}

impl<C: Column> AppearsOnTable<OrExcluded<C::Table>> for Excluded<C> {}

impl<C> QueryId for Excluded<C> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C: Column> QueryFragment<Pg> for Excluded<C> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_excluded(C::NAME, out)
    }
}

struct ExcludedColumn(&'static str);

impl QueryFragment<Pg> for ExcludedColumn {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_excluded(self.0, out)
    }
}

fn push_excluded(column: &str, mut out: AstPass<'_, '_, Pg>) -> QueryResult<()> {
    out.push_sql("excluded.");
    out.push_identifier(column)
}

impl<M: TenantModel, R, Count> fmt::Debug for Upsert<'_, M, R, Count> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upsert").field("model", &M::META.name).finish_non_exhaustive()
    }
}

impl<M: TenantModel, R, Count> fmt::Debug for OnConflict<'_, M, R, Count> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnConflict")
            .field("model", &M::META.name)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

/// Columns of `M` that can be assigned: one, or a tuple of them. `Kind` is found by the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are not columns of `{M}` that can be assigned",
    label = "not columns that can be assigned",
    note = "columns that are fields of `{M}` can be assigned; not the tenant, the primary key, the reference to a parent, the \
            version, or the mark of deletion"
)]
pub trait AssignableColumns<M: Model, Kind> {
    #[doc(hidden)]
    const NAMES: &'static [&'static str];
}

/// One column.
#[derive(Debug)]
#[non_exhaustive]
pub enum OneColumn {}

/// A tuple of columns.
#[derive(Debug)]
#[non_exhaustive]
pub enum SeveralColumns {}

impl<M: Model, C: Column + Assignable<M>> AssignableColumns<M, OneColumn> for C {
    const NAMES: &'static [&'static str] = &[C::NAME];
}

macro_rules! assignable_columns {
    ($(($($column:ident)+))+) => {
        $(
            impl<M, $($column),+> AssignableColumns<M, SeveralColumns> for ($($column,)+)
            where
                M: Model,
                $($column: Column + Assignable<M>,)+
            {
                const NAMES: &'static [&'static str] = &[$($column::NAME),+];
            }
        )+
    };
}

assignable_columns! {
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E F)
    (A B C D E F G)
    (A B C D E F G H)
}
