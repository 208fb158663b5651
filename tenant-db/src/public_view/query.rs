//! [`ViewQuery`]: a query on a public view that is not sent yet.

use std::fmt;

use futures_util::future::BoxFuture;

use super::{Everybody, PublicView};
use crate::error::Result;
use crate::permission::AnyRole;
use crate::query::{Filter, Filtered, Global, Orders, ScopedQuery, Stage, WholeRow};

/// A condition on the columns of a public view.
#[diagnostic::on_unimplemented(
    message = "this is not a condition on the columns of the public view `{V}`",
    label = "names another table, holds a sub-query, aggregates, or is not a condition",
    note = "a public view is asked for by the columns that it shows; what it does not show cannot be found out by it either",
    note = "conditions are joined by `.and(…)` and `.or(…)`"
)]
pub trait ViewFilter<'a, V: PublicView>: Filter<'a, Global<V, Everybody>> {}

#[diagnostic::do_not_recommend]
impl<'a, V: PublicView, P: Filter<'a, Global<V, Everybody>>> ViewFilter<'a, V> for P {}

/// An expression to order the rows of a public view by.
#[diagnostic::on_unimplemented(
    message = "this is not an expression over the columns of the public view `{V}`",
    label = "names another table, or holds a sub-query"
)]
pub trait ViewOrder<'a, V: PublicView>: Orders<'a, Global<V, Everybody>> {}

#[diagnostic::do_not_recommend]
impl<'a, V: PublicView, E: Orders<'a, Global<V, Everybody>>> ViewOrder<'a, V> for E {}

/// A query on a public view: diesel's verbs on the columns of the view, and at the end `load`, `first`, `count` or `exists`.
/// Made by [`PublicDb::view`](super::PublicDb::view).
#[must_use = "a query is not sent before `load`, `first`, `count` or `exists`"]
pub struct ViewQuery<'a, V: PublicView, L = Filtered> {
    query: ScopedQuery<'a, Global<V, Everybody>, AnyRole, WholeRow, L>,
}

impl<'a, V: PublicView, L> ViewQuery<'a, V, L> {
    pub(super) fn new(query: ScopedQuery<'a, Global<V, Everybody>, AnyRole, WholeRow, L>) -> Self {
        Self { query }
    }

    /// Keeps the rows for which `predicate` is true, joined to earlier filters by AND.
    pub fn filter<P: ViewFilter<'a, V>>(self, predicate: P) -> Self {
        Self { query: self.query.filter(predicate) }
    }

    /// Keeps also the rows for which `predicate` is true, joined to earlier filters by OR.
    pub fn or_filter<P: ViewFilter<'a, V>>(self, predicate: P) -> Self {
        Self { query: self.query.or_filter(predicate) }
    }
}

impl<'a, V: PublicView, L: Stage> ViewQuery<'a, V, L> {
    /// Orders by `expression`, and forgets earlier orders.
    pub fn order<E: ViewOrder<'a, V>>(self, expression: E) -> ViewQuery<'a, V, L::Arranged> {
        ViewQuery { query: self.query.order(expression) }
    }

    /// Orders rows that are alike by `expression`.
    pub fn then_order_by<E: ViewOrder<'a, V>>(self, expression: E) -> ViewQuery<'a, V, L::Arranged> {
        ViewQuery { query: self.query.then_order_by(expression) }
    }

    /// Gives so many rows at most.
    pub fn limit(self, rows: i64) -> ViewQuery<'a, V, L::Arranged> {
        ViewQuery { query: self.query.limit(rows) }
    }

    /// Leaves out so many rows.
    pub fn offset(self, rows: i64) -> ViewQuery<'a, V, L::Arranged> {
        ViewQuery { query: self.query.offset(rows) }
    }

    /// Loads the rows.
    ///
    /// # Errors
    ///
    /// [`Error::PoolTimeout`](crate::Error::PoolTimeout), [`Error::InvalidQuery`](crate::Error::InvalidQuery),
    /// [`Error::Forbidden`](crate::Error::Forbidden), [`Error::Database`](crate::Error::Database); a filter that matches
    /// nothing is no error.
    pub fn load(self) -> BoxFuture<'a, Result<Vec<V>>> {
        self.query.load()
    }

    /// Loads the first row.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) where there is none, and those of [`load`](Self::load).
    pub fn first(self) -> BoxFuture<'a, Result<V>> {
        self.query.first()
    }

    /// Counts the rows that `load` would return.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Self::load).
    pub fn count(self) -> BoxFuture<'a, Result<i64>> {
        self.query.count()
    }

    /// Whether `load` would return any row.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Self::load).
    pub fn exists(self) -> BoxFuture<'a, Result<bool>> {
        self.query.exists()
    }
}

impl<V: PublicView, L> fmt::Debug for ViewQuery<'_, V, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ViewQuery").field("view", &V::VIEW.view.name).finish_non_exhaustive()
    }
}
