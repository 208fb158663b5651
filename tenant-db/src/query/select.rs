//! [`ScopedQuery`]: a query that is not sent yet.

use std::fmt;
use std::marker::PhantomData;

use diesel::Expression;
use diesel::pg::Pg;
use diesel::query_builder::QueryFragment;

use super::fragments::{Filtered, ForUpdate, SkipLocked, Stage, Types};
use super::from::{Global, Sources, first};
use super::parts::{Condition, Distinct, List, Parts};
use super::predicate::Tenant;
use super::raw::{Place, RawSql};
use super::scope::{Filter, GroupFilter, Orders, Selects};
use super::shape::{By, Columns, Grouped, SelectableFrom, WholeRow};
use crate::model::{Joinable, Model, TenantModel};
use crate::permission::{AnyRole, Grants};
use crate::session::Source;
use crate::tenant::TenantKey;

/// A query on the rows of one tenant: diesel's verbs, and at the end `load`, `first`, `count`, `exists`, `update` or
/// `delete`.
///
/// `F` is what it reads from, a model or models that are [joined](Self::inner_join); `S` what it gives, whole models or
/// [`Columns`]; `L` how far it has come. Filters change none of them, so they can be added under conditions:
///
/// ```no_run
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
/// # use diesel::prelude::*;
/// # use tenant_db::prelude::*;
/// # async fn example(db: tenant_db::TenantDb, context: tenant_db::TenantContext<Manager>, least: Option<i64>) -> tenant_db::Result<()> {
/// let mut query = db.scoped::<Customer>(&context).query();
/// if let Some(least) = least {
///     query = query.filter(customers::credit_limit.ge(least));
/// }
/// let found = query.order(customers::name.asc()).load().await?;
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
///
/// # Isolation
///
/// The predicate on the tenant stands around everything that is written, for each table, so no `or_filter` can widen it
/// (I5). A `ScopedQuery` is not a query of diesel: diesel's own `load` does not take it.
#[must_use = "a query is not sent before `load`, `first`, `count`, `exists`, `update` or `delete`"]
pub struct ScopedQuery<'a, F: Sources, R = AnyRole, S = WholeRow, L = Filtered> {
    pub(super) source: Source<'a, F::Key>,
    pub(super) parts: Parts<'a>,
    pub(super) raw: RawSql,
    types: Types<(F, R, S, L)>,
}

impl<'a, M: TenantModel, R> ScopedQuery<'a, M, R> {
    pub(crate) fn new(source: Source<'a, M::Key>) -> Self {
        let parts = Parts::new(Tenant::new(source.tenant()), first::<M>());
        Self { source, parts, raw: RawSql::default(), types: PhantomData }
    }
}

impl<'a, G: Joinable<K>, K: TenantKey, R> ScopedQuery<'a, Global<G, K>, R> {
    pub(crate) fn of_global(source: Source<'a, K>) -> Self {
        let parts = Parts::new(Tenant::new(source.tenant()), first::<G>());
        Self { source, parts, raw: RawSql::default(), types: PhantomData }
    }
}

impl<'a, F: Sources, R, S, L> ScopedQuery<'a, F, R, S, L> {
    /// The same query under other types.
    pub(super) fn typed<F2, S2, L2>(self) -> ScopedQuery<'a, F2, R, S2, L2>
    where
        F2: Sources<Key = F::Key>,
    {
        ScopedQuery { source: self.source, parts: self.parts, raw: self.raw, types: PhantomData }
    }

    pub(super) fn look_at(&mut self, expression: &impl QueryFragment<Pg>, place: Place) {
        self.raw.look_at(expression, place, &self.parts.tenant);
    }

    fn not_negative(&mut self, rows: i64) {
        if rows < 0 {
            self.raw.refuse("a limit or an offset is negative");
        }
    }

    /// Keeps the rows for which `predicate` is true, joined to earlier filters by AND.
    pub fn filter<P: Filter<'a, F>>(mut self, predicate: P) -> Self {
        self.look_at(&predicate, Place::Parentheses);
        let piece = Box::new(predicate);
        self.parts.condition = Some(match self.parts.condition.take() {
            None => Condition::One(piece),
            Some(condition) => condition.and(piece),
        });
        self
    }

    /// Keeps also the rows for which `predicate` is true, joined to earlier filters by OR. The tenant predicate stands
    /// outside of it.
    pub fn or_filter<P: Filter<'a, F>>(mut self, predicate: P) -> Self {
        self.look_at(&predicate, Place::Parentheses);
        let piece = Box::new(predicate);
        self.parts.condition = Some(match self.parts.condition.take() {
            None => Condition::One(piece),
            Some(condition) => condition.or(piece),
        });
        self
    }

    /// The query itself. Filters do not change its type, so there is nothing to be forgotten; the verb is there for those
    /// who are used to it.
    pub fn into_boxed(self) -> Self {
        self
    }

    /// Rows that are marked as deleted as well (`#[tenant(soft_delete = …)]`), in every table of the query.
    pub fn with_deleted(mut self) -> Self {
        self.parts.with_deleted = true;
        self
    }
}

impl<'a, F: Sources, R, S, L: Stage> ScopedQuery<'a, F, R, S, L> {
    /// Orders by `expression`, and forgets earlier orders.
    pub fn order<E: Orders<'a, F>>(mut self, expression: E) -> ScopedQuery<'a, F, R, S, L::Arranged> {
        self.parts.order.clear();
        self.then_order_by(expression)
    }

    /// Orders by `expression`, and forgets earlier orders. Diesel has both names.
    pub fn order_by<E: Orders<'a, F>>(self, expression: E) -> ScopedQuery<'a, F, R, S, L::Arranged> {
        self.order(expression)
    }

    /// Orders by `expression` where earlier orders leave it open.
    pub fn then_order_by<E: Orders<'a, F>>(mut self, expression: E) -> ScopedQuery<'a, F, R, S, L::Arranged> {
        self.look_at(&expression, Place::List);
        self.parts.order.push(Box::new(expression));
        self.typed()
    }

    /// At most `rows` rows.
    pub fn limit(mut self, rows: i64) -> ScopedQuery<'a, F, R, S, L::Arranged> {
        self.not_negative(rows);
        self.parts.limit = Some(rows);
        self.typed()
    }

    /// Leaves out the first `rows` rows.
    pub fn offset(mut self, rows: i64) -> ScopedQuery<'a, F, R, S, L::Arranged> {
        self.not_negative(rows);
        self.parts.offset = Some(rows);
        self.typed()
    }

    /// Each distinct row once.
    pub fn distinct(mut self) -> ScopedQuery<'a, F, R, S, L::Arranged> {
        self.parts.distinct = Distinct::Rows;
        self.typed()
    }

    /// The first row, in the order of the query, of those for which `expression` is the same: `DISTINCT ON`. The order has
    /// to begin with the same expression.
    pub fn distinct_on<E: Orders<'a, F>>(mut self, expression: E) -> ScopedQuery<'a, F, R, S, L::Arranged> {
        self.look_at(&expression, Place::List);
        self.parts.distinct = Distinct::On(Box::new(expression));
        self.typed()
    }
}

impl<'a, F: Sources, R, S> ScopedQuery<'a, F, R, S, Filtered> {
    /// Locks the rows until the end of the transaction: `FOR UPDATE`; of a join, those of its first table. Outside of a
    /// transaction of yours the lock is gone as soon as the rows are there. Needs the permission to update: a lock keeps
    /// others from writing.
    pub fn for_update(self) -> ScopedQuery<'a, F, R, S, ForUpdate>
    where
        F::Root: TenantModel,
        R: Grants<<F::Root as TenantModel>::Update>,
    {
        self.locked()
    }
}

impl<'a, F: Sources, R, S> ScopedQuery<'a, F, R, S, super::fragments::Arranged> {
    /// Locks the rows until the end of the transaction: `FOR UPDATE`; of a join, those of its first table. Outside of a
    /// transaction of yours the lock is gone as soon as the rows are there. Needs the permission to update: a lock keeps
    /// others from writing.
    pub fn for_update(self) -> ScopedQuery<'a, F, R, S, ForUpdate>
    where
        F::Root: TenantModel,
        R: Grants<<F::Root as TenantModel>::Update>,
    {
        self.locked()
    }
}

impl<'a, F: Sources, R, S, L> ScopedQuery<'a, F, R, S, L> {
    fn locked<T: Stage>(mut self) -> ScopedQuery<'a, F, R, S, T> {
        self.parts.lock = T::SQL;
        self.typed()
    }
}

impl<'a, F: Sources, R, S> ScopedQuery<'a, F, R, S, ForUpdate> {
    /// Leaves out the rows that others have locked instead of waiting for them: `FOR UPDATE SKIP LOCKED`.
    pub fn skip_locked(self) -> ScopedQuery<'a, F, R, S, SkipLocked> {
        self.locked()
    }
}

impl<'a, F: Sources, R, L: Stage> ScopedQuery<'a, F, R, WholeRow, L> {
    /// Selects columns, or any expression of diesel, instead of the model. Aggregates are expressions too.
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use diesel::prelude::*;
    /// # use tenant_db::prelude::*;
    /// # async fn example(db: tenant_db::TenantDb, context: tenant_db::TenantContext<Manager>) -> tenant_db::Result<()> {
    /// let customers = db.scoped::<Customer>(&context);
    /// let names: Vec<String> = customers.select(customers::name).load().await?;
    /// let most: Option<i64> = customers.select(diesel::dsl::max(customers::credit_limit)).first().await?;
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    pub fn select<E>(self, expression: E) -> ScopedQuery<'a, F, R, Columns<E::SqlType>, L>
    where
        E: Selects<'a, F> + SelectableFrom<()>,
    {
        let aggregates = <E as SelectableFrom<()>>::AGGREGATES;
        self.selecting(expression, aggregates)
    }

    /// Puts rows together for which `expression` is the same: `GROUP BY`. What is selected then are aggregates, and what
    /// is grouped by.
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use diesel::prelude::*;
    /// # use tenant_db::prelude::*;
    /// # async fn example(db: tenant_db::TenantDb, context: tenant_db::TenantContext<Manager>) -> tenant_db::Result<()> {
    /// use diesel::dsl::count_star;
    ///
    /// let by_limit: Vec<(i64, i64)> = db
    ///     .scoped::<Customer>(&context)
    ///     .group_by(customers::credit_limit)
    ///     .having(count_star().gt(1))
    ///     .select((customers::credit_limit, count_star()))
    ///     .load()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    pub fn group_by<G>(mut self, expression: G) -> ScopedQuery<'a, F, R, Grouped<G>, L>
    where
        G: Orders<'a, F>,
    {
        self.look_at(&expression, Place::List);
        self.parts.group_by = Some(Box::new(expression));
        self.typed()
    }
}

impl<'a, F: Sources, R, G: Expression, L: Stage> ScopedQuery<'a, F, R, Grouped<G>, L> {
    /// Keeps the groups for which `predicate` is true: `HAVING`.
    pub fn having<P: GroupFilter<'a, F, G>>(mut self, predicate: P) -> Self {
        self.look_at(&predicate, Place::Parentheses);
        let piece = Box::new(predicate);
        self.parts.having = Some(match self.parts.having.take() {
            None => Condition::One(piece),
            Some(condition) => condition.and(piece),
        });
        self
    }

    /// Selects aggregates, and what is grouped by.
    pub fn select<E>(self, expression: E) -> ScopedQuery<'a, F, R, Columns<E::SqlType>, L>
    where
        E: Selects<'a, F> + SelectableFrom<By<G>>,
    {
        self.selecting(expression, true)
    }
}

impl<'a, F: Sources, R, S, L> ScopedQuery<'a, F, R, S, L> {
    fn selecting<E>(
        mut self,
        expression: E,
        aggregates: bool,
    ) -> ScopedQuery<'a, F, R, Columns<E::SqlType>, L>
    where
        E: Expression + QueryFragment<Pg> + Send + 'a,
    {
        self.look_at(&expression, Place::List);
        let piece = Box::new(expression);
        self.parts.list = if aggregates { List::Aggregates(piece) } else { List::Columns(piece) };
        self.typed()
    }
}

impl<F: Sources, R, S, L> fmt::Debug for ScopedQuery<'_, F, R, S, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedQuery").field("model", &F::Root::META.name).finish_non_exhaustive()
    }
}
