//! [`ScopedQuery`]: a query on a model's table that is not sent yet.

use std::fmt;
use std::marker::PhantomData;

use diesel::Expression;
use diesel::pg::Pg;
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::query_dsl::methods::{
    BoxedDsl, DistinctDsl, FilterDsl, LimitDsl, OffsetDsl, OrFilterDsl, OrderDsl, SelectDsl, ThenOrderDsl,
};
use futures_util::future::BoxFuture;

use super::fragments::{
    CountRows, ExistsRows, ForUpdate, InQuery, Lock, Locked, Parenthesized, SkipLocked, Unlocked,
};
use super::raw::{Place, RawSql};
use super::rows::{checked, checked_columns, one, single};
use super::scope::InScope;
use super::shape::{Columns, Shape, WholeRow};
use crate::error::{Error, Result};
use crate::model::TenantModel;
use crate::permission::Grants;
use crate::session::{LoadsAs, LoadsColumnsAs, Operation, Source, load};

/// A query on `M`'s table: diesel's verbs, and at the end `load`, `first`, `count`, `exists`, `update` or `delete`.
///
/// `Q` is diesel's query so far; `S` says what is selected, the whole model or some [`Columns`]; `L` how rows are
/// locked.
///
/// # Isolation
///
/// The predicate on the tenant column is added when the query is sent, around everything that was written before, so
/// no `or_filter` can widen it (I5). A `ScopedQuery` is not a query of diesel: diesel's own `load` does not take it.
#[must_use = "a query is not sent before `load`, `first`, `count`, `exists`, `update` or `delete`"]
pub struct ScopedQuery<'a, M: TenantModel, R, Q, S = WholeRow, L = Unlocked> {
    pub(super) source: Source<'a, M::Key>,
    pub(super) query: Q,
    shape: S,
    pub(super) raw: RawSql,
    types: PhantomData<Types<M, R, L>>,
}

/// The types that a query knows apart from its parts. A function's type, so that they need not be `Send`.
type Types<M, R, L> = fn() -> (M, R, L);

/// `Q` with the tenant predicate.
pub(super) type Scoped<M, Q> = <Q as FilterDsl<<M as TenantModel>::TenantEq>>::Output;
/// `Q` with the tenant predicate and its selection.
type Selected<M, Q, S> = <Scoped<M, Q> as SelectDsl<<S as Shape<M>>::Selection>>::Output;

impl<'a, M: TenantModel, R, Q> ScopedQuery<'a, M, R, Q> {
    pub(crate) fn new(source: Source<'a, M::Key>, query: Q) -> Self {
        Self { source, query, shape: WholeRow, raw: RawSql::default(), types: PhantomData }
    }
}

impl<'a, M: TenantModel, R, Q, S, L: Lock> ScopedQuery<'a, M, R, Q, S, L> {
    fn map<T>(self, change: impl FnOnce(Q) -> T) -> ScopedQuery<'a, M, R, T, S, L> {
        ScopedQuery {
            source: self.source,
            query: change(self.query),
            shape: self.shape,
            raw: self.raw,
            types: PhantomData,
        }
    }

    fn looking_at<E>(mut self, expression: &E, place: Place) -> Self
    where
        E: QueryFragment<Pg> + QueryId,
    {
        self.raw.look_at(expression, place);
        self
    }

    fn not_negative(mut self, rows: i64) -> Self {
        if rows < 0 {
            self.raw.refuse(Error::InvalidQuery { reason: "a limit or an offset is negative" });
        }
        self
    }

    /// Keeps the rows for which `predicate` is true, joined to earlier filters by AND.
    pub fn filter<P>(
        self,
        predicate: P,
    ) -> ScopedQuery<'a, M, R, <Q as FilterDsl<Parenthesized<P>>>::Output, S, L>
    where
        P: InScope<M> + QueryFragment<Pg> + QueryId,
        Q: FilterDsl<Parenthesized<P>>,
    {
        self.looking_at(&predicate, Place::Parentheses).map(|query| query.filter(Parenthesized(predicate)))
    }

    /// Keeps also the rows for which `predicate` is true, joined to earlier filters by OR. The tenant predicate stands
    /// outside of it.
    pub fn or_filter<P>(
        self,
        predicate: P,
    ) -> ScopedQuery<'a, M, R, <Q as OrFilterDsl<Parenthesized<P>>>::Output, S, L>
    where
        P: InScope<M> + QueryFragment<Pg> + QueryId,
        Q: OrFilterDsl<Parenthesized<P>>,
    {
        self.looking_at(&predicate, Place::Parentheses).map(|query| query.or_filter(Parenthesized(predicate)))
    }

    /// Orders by `expression`, and forgets earlier orders.
    pub fn order<E>(self, expression: E) -> ScopedQuery<'a, M, R, <Q as OrderDsl<InQuery<E>>>::Output, S, L>
    where
        E: InScope<M> + QueryFragment<Pg> + QueryId,
        Q: OrderDsl<InQuery<E>>,
    {
        self.looking_at(&expression, Place::List).map(|query| query.order(InQuery(expression)))
    }

    /// Orders by `expression` where earlier orders leave it open.
    pub fn then_order_by<E>(
        self,
        expression: E,
    ) -> ScopedQuery<'a, M, R, <Q as ThenOrderDsl<InQuery<E>>>::Output, S, L>
    where
        E: InScope<M> + QueryFragment<Pg> + QueryId,
        Q: ThenOrderDsl<InQuery<E>>,
    {
        self.looking_at(&expression, Place::List).map(|query| query.then_order_by(InQuery(expression)))
    }

    /// At most `rows` rows.
    pub fn limit(self, rows: i64) -> ScopedQuery<'a, M, R, <Q as LimitDsl>::Output, S, L>
    where
        Q: LimitDsl,
    {
        self.not_negative(rows).map(|query| query.limit(rows))
    }

    /// Leaves out the first `rows` rows.
    pub fn offset(self, rows: i64) -> ScopedQuery<'a, M, R, <Q as OffsetDsl>::Output, S, L>
    where
        Q: OffsetDsl,
    {
        self.not_negative(rows).map(|query| query.offset(rows))
    }

    /// Each distinct row once.
    pub fn distinct(self) -> ScopedQuery<'a, M, R, <Q as DistinctDsl>::Output, S, L>
    where
        Q: DistinctDsl,
    {
        self.map(DistinctDsl::distinct)
    }

    /// Forgets the type of the query so far, so that filters can be added under conditions. It takes the place of diesel's
    /// `Box<dyn BoxableExpression<…>>`, which could hide a sub-query and is no filter here.
    pub fn into_boxed<'q>(self) -> ScopedQuery<'a, M, R, <Q as BoxedDsl<'q, Pg>>::Output, S, L>
    where
        Q: BoxedDsl<'q, Pg>,
    {
        self.map(BoxedDsl::internal_into_boxed)
    }

    /// Locks the rows until the end of the transaction: `FOR UPDATE`. Outside of a transaction of yours the lock is
    /// gone as soon as the rows are there. Needs the permission to update: a lock keeps others from writing.
    pub fn for_update(self) -> ScopedQuery<'a, M, R, Q, S, ForUpdate>
    where
        R: Grants<M::Update>,
    {
        self.locked()
    }

    fn locked<T>(self) -> ScopedQuery<'a, M, R, Q, S, T> {
        ScopedQuery {
            source: self.source,
            query: self.query,
            shape: self.shape,
            raw: self.raw,
            types: PhantomData,
        }
    }

    /// The statement as it will be sent.
    fn statement(self) -> (RawSql, Locked<Selected<M, Q, S>, L>)
    where
        S: Shape<M>,
        Q: FilterDsl<M::TenantEq>,
        Scoped<M, Q>: SelectDsl<S::Selection>,
    {
        let tenant = M::tenant_eq(self.source.tenant());
        (self.raw, Locked::new(self.query.filter(tenant).select(self.shape.selection())))
    }

    /// Counts the rows that [`load`](Self::load) would return.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Self::load).
    pub fn count(self) -> BoxFuture<'a, Result<i64>>
    where
        R: Grants<M::Read>,
        S: Shape<M>,
        Q: FilterDsl<M::TenantEq>,
        Scoped<M, Q>: SelectDsl<S::Selection>,
        CountRows<Locked<Selected<M, Q, S>, L>>: LoadsAs<i64> + 'a,
    {
        let source = self.source;
        let (raw, query) = self.statement();
        let query = CountRows(query);
        Box::pin(async move {
            let operation =
                Operation::read("count", M::META.name).locking(L::LOCKS).with_foreign_sql(raw.verdict()?);
            source.run(operation, move |wire| load(wire, &query)).await.and_then(one::<M, _>)
        })
    }

    /// Whether [`load`](Self::load) would return any row.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Self::load).
    pub fn exists(self) -> BoxFuture<'a, Result<bool>>
    where
        R: Grants<M::Read>,
        S: Shape<M>,
        Q: FilterDsl<M::TenantEq>,
        Scoped<M, Q>: SelectDsl<S::Selection>,
        ExistsRows<Locked<Selected<M, Q, S>, L>>: LoadsAs<bool> + 'a,
    {
        let source = self.source;
        let (raw, query) = self.statement();
        let query = ExistsRows(query);
        Box::pin(async move {
            let operation =
                Operation::read("exists", M::META.name).locking(L::LOCKS).with_foreign_sql(raw.verdict()?);
            source.run(operation, move |wire| load(wire, &query)).await.and_then(one::<M, _>)
        })
    }
}

impl<'a, M: TenantModel, R, Q, S> ScopedQuery<'a, M, R, Q, S, ForUpdate> {
    /// Leaves out the rows that others have locked instead of waiting for them: `FOR UPDATE SKIP LOCKED`.
    pub fn skip_locked(self) -> ScopedQuery<'a, M, R, Q, S, SkipLocked> {
        self.locked()
    }
}

impl<'a, M: TenantModel, R, Q, L: Lock> ScopedQuery<'a, M, R, Q, WholeRow, L> {
    /// Selects columns, or any expression of diesel, instead of the model.
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use tenant_db::prelude::*;
    /// # async fn example(db: tenant_db::TenantDb, context: tenant_db::TenantContext<Manager>) -> tenant_db::Result<()> {
    /// let names: Vec<String> = db.scoped::<Customer>(&context).select(customers::name).load().await?;
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    pub fn select<E>(self, expression: E) -> ScopedQuery<'a, M, R, Q, Columns<E>, L>
    where
        E: InScope<M> + QueryFragment<Pg> + QueryId,
    {
        let mut raw = self.raw;
        raw.look_at(&expression, Place::List);
        ScopedQuery {
            source: self.source,
            query: self.query,
            shape: Columns::new(expression),
            raw,
            types: PhantomData,
        }
    }

    /// Loads the rows.
    ///
    /// # Errors
    ///
    /// [`Error::Forbidden`], [`Error::ContextExpired`], [`Error::PoolTimeout`], [`Error::Database`]; a filter that
    /// matches nothing is no error.
    ///
    /// # Isolation
    ///
    /// Each row's tenant is compared with the context's; a row of somebody else is [`Error::ForeignRow`] (I6).
    pub fn load(self) -> BoxFuture<'a, Result<Vec<M>>>
    where
        R: Grants<M::Read>,
        Q: FilterDsl<M::TenantEq>,
        Scoped<M, Q>: SelectDsl<M::Selection>,
        Locked<Selected<M, Q, WholeRow>, L>: LoadsAs<M::Row> + 'a,
    {
        let source = self.source;
        let (raw, query) = self.statement();
        Box::pin(async move {
            let operation =
                Operation::read("load", M::META.name).locking(L::LOCKS).with_foreign_sql(raw.verdict()?);
            source.run(operation, checked::<M, _>(source, query)).await
        })
    }

    /// Loads the first row.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] where there is none, and those of [`load`](Self::load).
    pub fn first(self) -> BoxFuture<'a, Result<M>>
    where
        R: Grants<M::Read>,
        Q: LimitDsl,
        <Q as LimitDsl>::Output: FilterDsl<M::TenantEq>,
        Scoped<M, <Q as LimitDsl>::Output>: SelectDsl<M::Selection>,
        Locked<Selected<M, <Q as LimitDsl>::Output, WholeRow>, L>: LoadsAs<M::Row> + 'a,
    {
        let source = self.source;
        let (raw, query) = self.limit(1).statement();
        Box::pin(async move {
            let operation =
                Operation::read("first", M::META.name).locking(L::LOCKS).with_foreign_sql(raw.verdict()?);
            source.run(operation, checked::<M, _>(source, query)).await.and_then(single)
        })
    }
}

impl<'a, M: TenantModel, R, Q, E, L: Lock> ScopedQuery<'a, M, R, Q, Columns<E>, L>
where
    E: Send,
    (M::TenantColumn, InQuery<E>): Expression,
{
    /// Loads what was selected, as `U`.
    ///
    /// # Errors
    ///
    /// As for a query of whole models.
    ///
    /// # Isolation
    ///
    /// The tenant column travels along and is compared with the context's (I6).
    pub fn load<U>(self) -> BoxFuture<'a, Result<Vec<U>>>
    where
        R: Grants<M::Read>,
        U: Send + 'static,
        Q: FilterDsl<M::TenantEq>,
        Scoped<M, Q>: SelectDsl<(M::TenantColumn, InQuery<E>)>,
        Locked<Selected<M, Q, Columns<E>>, L>: LoadsColumnsAs<M::Key, U> + 'a,
    {
        let source = self.source;
        let (raw, query) = self.statement();
        Box::pin(async move {
            let operation =
                Operation::read("load", M::META.name).locking(L::LOCKS).with_foreign_sql(raw.verdict()?);
            source.run(operation, checked_columns::<M, _, U>(source, query)).await
        })
    }

    /// Loads what was selected of the first row, as `U`.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] where there is none, and those of [`load`](Self::load).
    pub fn first<U>(self) -> BoxFuture<'a, Result<U>>
    where
        R: Grants<M::Read>,
        U: Send + 'static,
        Q: LimitDsl,
        <Q as LimitDsl>::Output: FilterDsl<M::TenantEq>,
        Scoped<M, <Q as LimitDsl>::Output>: SelectDsl<(M::TenantColumn, InQuery<E>)>,
        Locked<Selected<M, <Q as LimitDsl>::Output, Columns<E>>, L>: LoadsColumnsAs<M::Key, U> + 'a,
    {
        let source = self.source;
        let (raw, query) = self.limit(1).statement();
        Box::pin(async move {
            let operation =
                Operation::read("first", M::META.name).locking(L::LOCKS).with_foreign_sql(raw.verdict()?);
            let mut rows = source.run(operation, checked_columns::<M, _, U>(source, query)).await?;
            rows.pop().ok_or(Error::NotFound { model: M::META.name })
        })
    }
}

impl<M: TenantModel, R, Q, S, L> fmt::Debug for ScopedQuery<'_, M, R, Q, S, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedQuery").field("model", &M::META.name).finish_non_exhaustive()
    }
}
