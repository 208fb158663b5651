//! The ends of a query that reads.

use diesel::deserialize::FromSqlRow;
use diesel::pg::Pg;
use diesel::query_dsl::CompatibleType;
use diesel::row::{Field, Row};
use futures_util::future::BoxFuture;

use super::fragments::{CountRows, ExistsRows, Piece, Stage, Types};
use super::from::{Global, Sources, foreign_row};
use super::parts::{Condition, Parts};
use super::predicate::Tenant;
use super::raw::RawSql;
use super::rows::{in_order, loading};
use super::select::ScopedQuery;
use super::shape::{Columns, WholeRow};
use crate::error::{Error, Result};
use crate::model::{Joinable, Model, TenantModel};
use crate::permission::Grants;
use crate::session::{Operation, ReadRow, Source};
use crate::tenant::TenantKey;

/// A selection whose rows can be read as `U`.
#[diagnostic::on_unimplemented(
    message = "what this query selects cannot be loaded as `{U}`",
    note = "`{U}` has to fit the selected columns: a tuple, or a struct with `#[derive(Queryable)]`, whose fields have the columns' types in their order"
)]
pub trait LoadsAs<U>: ReadsAs<U> {}

#[diagnostic::do_not_recommend]
impl<S: ReadsAs<U>, U> LoadsAs<U> for S {}

/// The half of [`LoadsAs`] that does the reading.
#[allow(unnameable_types, reason = "sealed: what is selected is read by diesel alone")]
pub trait ReadsAs<U> {
    fn read<'r>(row: &impl Row<'r, Pg>) -> diesel::deserialize::Result<U>;
}

impl<Selected, U, ST> ReadsAs<U> for Columns<Selected>
where
    Selected: CompatibleType<U, Pg, SqlType = ST>,
    U: FromSqlRow<ST, Pg>,
{
    fn read<'r>(row: &impl Row<'r, Pg>) -> diesel::deserialize::Result<U> {
        U::build_from_row(row)
    }
}

/// Reads whole models.
pub(crate) struct Models<F: Sources> {
    tenant: F::Key,
}

impl<F: Sources> Models<F> {
    pub(crate) fn of(source: Source<'_, F::Key>) -> Self {
        Self { tenant: source.tenant().clone() }
    }
}

impl<F: Sources> Clone for Models<F> {
    fn clone(&self) -> Self {
        Self { tenant: self.tenant.clone() }
    }
}

impl<F: Sources> ReadRow for Models<F> {
    type Out = F::Models;

    fn read<'r>(&self, row: &impl Row<'r, Pg>) -> Result<F::Models> {
        F::read(row, &self.tenant)
    }
}

/// Reads what was selected, behind the columns that say whose it is.
pub(crate) struct Selected<F: Sources, S, U> {
    key: F::Key,
    tenant: Tenant,
    /// For each column in front, whether it may be NULL: what a left join did not find.
    checks: Vec<bool>,
    compares: bool,
    types: Types<(S, U)>,
}

impl<F: Sources, S, U> Selected<F, S, U> {
    pub(crate) fn new(source: Source<'_, F::Key>, parts: &Parts<'_>) -> Self {
        Self {
            key: source.tenant().clone(),
            tenant: parts.tenant.clone(),
            checks: parts.optional_checks(),
            compares: parts.compares(),
            types: std::marker::PhantomData,
        }
    }

    /// What comes back of rows that were written: the tenant of each, and an expression.
    pub(crate) fn written(source: Source<'_, F::Key>) -> Self {
        let key = source.tenant().clone();
        let tenant = Tenant::new(&key);
        Self { key, tenant, checks: vec![false], compares: false, types: std::marker::PhantomData }
    }

    /// Whether a column at the front of a row says that it is the tenant's. The parent of a child's row that is NULL is
    /// somebody else's, whom a policy hides.
    fn is_own(&self, bytes: Option<&[u8]>, optional: bool) -> bool {
        match bytes {
            None => optional,
            Some(bytes) if self.compares => bytes == [1],
            Some(bytes) => self.tenant.is(bytes),
        }
    }
}

impl<F: Sources, S, U> Clone for Selected<F, S, U> {
    fn clone(&self) -> Self {
        Self {
            key: self.key.clone(),
            tenant: self.tenant.clone(),
            checks: self.checks.clone(),
            compares: self.compares,
            types: std::marker::PhantomData,
        }
    }
}

impl<F, S, U> ReadRow for Selected<F, S, U>
where
    F: Sources,
    S: ReadsAs<U>,
    U: Send + 'static,
{
    type Out = U;

    fn read<'r>(&self, row: &impl Row<'r, Pg>) -> Result<U> {
        for (at, optional) in self.checks.iter().enumerate() {
            let field = row.get(at);
            let value = field.as_ref().and_then(Field::value);
            if !self.is_own(value.as_ref().map(diesel::pg::PgValue::as_bytes), *optional) {
                return Err(foreign_row(F::Root::META.name, &self.key));
            }
        }
        S::read(&row.partial_row(self.checks.len()..row.field_count()))
            .map_err(|error| Error::from(diesel::result::Error::DeserializationError(error)))
    }
}

/// Reads one number or truth.
#[derive(Clone, Copy)]
pub(super) struct One<ST, U>(Types<(ST, U)>);

impl<ST, U> One<ST, U> {
    pub(super) fn new() -> Self {
        Self(std::marker::PhantomData)
    }
}

impl<ST: 'static, U> ReadRow for One<ST, U>
where
    U: FromSqlRow<ST, Pg> + Send + 'static,
{
    type Out = U;

    fn read<'r>(&self, row: &impl Row<'r, Pg>) -> Result<U> {
        U::build_from_row(row)
            .map_err(|error| Error::from(diesel::result::Error::DeserializationError(error)))
    }
}

/// Sends a SELECT and reads its rows.
pub(super) fn read<'a, F, D>(
    source: Source<'a, F::Key>,
    operation: Operation,
    raw: RawSql,
    query: impl diesel::query_builder::QueryFragment<Pg> + Send + 'a,
    reader: D,
) -> BoxFuture<'a, Result<Vec<D::Out>>>
where
    F: Sources,
    D: ReadRow + Clone + Send + 'static,
{
    Box::pin(async move {
        let operation = operation.with_foreign_sql(raw.verdict()?);
        source.run(operation, loading(query, reader)).await
    })
}

/// The only row, or "not found": the same answer for a foreign row and for none (I8).
pub(crate) fn only<U>(mut rows: Vec<U>, model: &'static str) -> Result<U> {
    rows.pop().ok_or(Error::NotFound { model })
}

impl<'a, F: Sources, R, S, L: Stage> ScopedQuery<'a, F, R, S, L> {
    pub(super) fn reading(name: &'static str) -> Operation {
        Operation::read(name, F::Root::META.name).locking(L::LOCKS)
    }

    /// Counts the rows that `load` would return.
    ///
    /// # Errors
    ///
    /// Those of `load`.
    pub fn count(self) -> BoxFuture<'a, Result<i64>>
    where
        R: Grants<<F::Root as Model>::Read>,
    {
        let rows = read::<F, _>(
            self.source,
            Self::reading("count"),
            self.raw,
            CountRows(self.parts.uncounted()),
            One::<diesel::sql_types::BigInt, i64>::new(),
        );
        Box::pin(async move { rows.await.and_then(|rows| only(rows, F::Root::META.name)) })
    }

    /// Whether `load` would return any row.
    ///
    /// # Errors
    ///
    /// Those of `load`.
    pub fn exists(self) -> BoxFuture<'a, Result<bool>>
    where
        R: Grants<<F::Root as Model>::Read>,
    {
        let rows = read::<F, _>(
            self.source,
            Self::reading("exists"),
            self.raw,
            ExistsRows(self.parts.uncounted()),
            One::<diesel::sql_types::Bool, bool>::new(),
        );
        Box::pin(async move { rows.await.and_then(|rows| only(rows, F::Root::META.name)) })
    }
}

impl<'a, F: Sources, R, L: Stage> ScopedQuery<'a, F, R, WholeRow, L> {
    fn models(self, name: &'static str) -> BoxFuture<'a, Result<Vec<F::Models>>> {
        let reader = Models::<F>::of(self.source);
        read::<F, _>(self.source, Self::reading(name), self.raw, self.parts, reader)
    }

    /// Loads the rows: models, or tuples of models that were joined.
    ///
    /// # Errors
    ///
    /// [`Error::Forbidden`], [`Error::ContextExpired`], [`Error::PoolTimeout`], [`Error::InvalidQuery`],
    /// [`Error::Database`]; a filter that matches nothing is no error.
    ///
    /// # Isolation
    ///
    /// The tenant of each row of each table is compared with the context's; a row of somebody else is
    /// [`Error::ForeignRow`] (I6).
    pub fn load(self) -> BoxFuture<'a, Result<Vec<F::Models>>>
    where
        R: Grants<<F::Root as Model>::Read>,
    {
        self.models("load")
    }

    /// Loads the first row.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] where there is none, and those of [`load`](Self::load).
    pub fn first(self) -> BoxFuture<'a, Result<F::Models>>
    where
        R: Grants<<F::Root as Model>::Read>,
    {
        let rows = self.limit(1).models("first");
        Box::pin(async move { rows.await.and_then(|rows| only(rows, F::Root::META.name)) })
    }
}

impl<'a, F: Sources, R, ST: 'static, L: Stage> ScopedQuery<'a, F, R, Columns<ST>, L> {
    fn columns<U>(self, name: &'static str) -> BoxFuture<'a, Result<Vec<U>>>
    where
        Columns<ST>: LoadsAs<U>,
        U: Send + 'static,
    {
        let reader = Selected::<F, Columns<ST>, U>::new(self.source, &self.parts);
        read::<F, _>(self.source, Self::reading(name), self.raw, self.parts, reader)
    }

    /// Loads what was selected, as `U`.
    ///
    /// # Errors
    ///
    /// As for a query of whole models.
    ///
    /// # Isolation
    ///
    /// The tenant of each table's row travels along and is compared with the context's; where rows are aggregated, the
    /// database compares that of each of them (I6).
    pub fn load<U>(self) -> BoxFuture<'a, Result<Vec<U>>>
    where
        R: Grants<<F::Root as Model>::Read>,
        Columns<ST>: LoadsAs<U>,
        U: Send + 'static,
    {
        self.columns("load")
    }

    /// Loads what was selected of the first row, as `U`.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] where there is none, and those of [`load`](Self::load).
    pub fn first<U>(self) -> BoxFuture<'a, Result<U>>
    where
        R: Grants<<F::Root as Model>::Read>,
        Columns<ST>: LoadsAs<U>,
        U: Send + 'static,
    {
        let rows = self.limit(1).columns("first");
        Box::pin(async move { rows.await.and_then(|rows| only(rows, F::Root::META.name)) })
    }
}

/// By key.
impl<'a, F: Sources, R> ScopedQuery<'a, F, R> {
    /// The rows that `condition` means, which this crate wrote.
    pub(crate) fn that(mut self, condition: Piece<'a>) -> Self {
        self.parts.condition = Some(match self.parts.condition.take() {
            None => Condition::One(condition),
            Some(before) => before.and(condition),
        });
        self
    }

    pub(crate) fn with_key(
        self,
        key: <F::Root as Model>::PrimaryKey,
    ) -> BoxFuture<'a, Result<Vec<F::Models>>> {
        self.that(Box::new(F::Root::primary_key_eq(key))).models("find")
    }
}

impl<'a, M: TenantModel, R> ScopedQuery<'a, M, R> {
    /// The rows with any of `keys`, in as many statements as they need.
    pub(crate) fn with_keys(
        self,
        keys: impl IntoIterator<Item = M::PrimaryKey>,
        at_a_time: usize,
    ) -> BoxFuture<'a, Result<Vec<M>>> {
        let source = self.source;
        let mut keys = keys.into_iter().peekable();
        let mut batches = Vec::new();
        while keys.peek().is_some() {
            let batch = keys.by_ref().take(at_a_time).collect();
            let query = ScopedQuery::<M, R>::new(source).that(Box::new(M::primary_key_any(batch)));
            batches.push(loading(query.parts, Models::<M>::of(source)));
        }
        if batches.is_empty() {
            return Box::pin(async { Ok(Vec::new()) });
        }
        let operation = Operation::read("find_many", M::META.name).of_statements(batches.len());
        source.run(operation, in_order(batches))
    }
}

/// Reference data by key.
impl<'a, G: Joinable<K>, K: TenantKey, R> ScopedQuery<'a, Global<G, K>, R> {
    /// The row with this primary key.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] where there is none, and those of [`load`](Self::load).
    pub fn find(self, key: G::PrimaryKey) -> BoxFuture<'a, Result<G>>
    where
        R: Grants<G::Read>,
    {
        let rows = self.with_key(key);
        Box::pin(async move { rows.await.and_then(|rows| only(rows, G::META.name)) })
    }
}
