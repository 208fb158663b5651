//! UNION, INTERSECT and EXCEPT of scoped queries.

use std::fmt;
use std::marker::PhantomData;

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;
use diesel::sql_types::BigInt;
use futures_util::future::BoxFuture;

use super::fragments::{CountRows, Stage, Types};
use super::from::Sources;
use super::load::{LoadsAs, Models, One, Selected, only, read};
use super::parts::{List, Parts};
use super::raw::RawSql;
use super::select::ScopedQuery;
use super::shape::{Columns, WholeRow};
use crate::error::Result;
use crate::model::Model;
use crate::permission::Grants;
use crate::session::{Operation, Source};

/// The rows of several queries together: what [`union`](ScopedQuery::union) and its like give.
///
/// # Isolation
///
/// Each side carries its own tenant predicate (I5), and all are for the same tenant, or it is refused.
#[must_use = "a query is not sent before `load`, `first` or `count`"]
pub struct CombinedQuery<'a, F: Sources, S> {
    source: Source<'a, F::Key>,
    sides: Sides<'a>,
    raw: RawSql,
    types: Types<(F, S)>,
}

/// The sides, and what is done with all of their rows.
struct Sides<'a> {
    first: Parts<'a>,
    others: Vec<(&'static str, Parts<'a>)>,
    order: Vec<(usize, &'static str)>,
    limit: Option<i64>,
    offset: Option<i64>,
}

impl QueryFragment<Pg> for Sides<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        // From the left: each takes what was before it as its first side.
        for _ in &self.others {
            out.push_sql("(");
        }
        side(&self.first, out.reborrow())?;
        for (word, parts) in &self.others {
            out.push_sql(word);
            side(parts, out.reborrow())?;
            out.push_sql(")");
        }
        for (at, (position, direction)) in self.order.iter().enumerate() {
            out.push_sql(if at == 0 { " ORDER BY " } else { ", " });
            out.push_sql(&position.to_string());
            out.push_sql(direction);
        }
        if let Some(limit) = &self.limit {
            out.push_sql(" LIMIT ");
            out.push_bind_param::<BigInt, _>(limit)?;
        }
        if let Some(offset) = &self.offset {
            out.push_sql(" OFFSET ");
            out.push_bind_param::<BigInt, _>(offset)?;
        }
        Ok(())
    }
}

fn side<'b>(parts: &'b Parts<'_>, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
    out.push_sql("(");
    parts.walk_ast(out.reborrow())?;
    out.push_sql(")");
    Ok(())
}

/// Which way a combined query is ordered by a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Direction {
    /// From the smallest.
    Ascending,
    /// From the largest.
    Descending,
}

macro_rules! combinations {
    ($($(#[$doc:meta])* $name:ident $word:literal;)+) => {
        impl<'a, F: Sources, R, L: Stage> ScopedQuery<'a, F, R, WholeRow, L> {
            $($(#[$doc])*
            pub fn $name<L2: Stage>(
                self,
                other: ScopedQuery<'a, F, R, WholeRow, L2>,
            ) -> CombinedQuery<'a, F, WholeRow>
            where
                R: Grants<<F::Root as Model>::Read>,
            {
                CombinedQuery::new(self).with($word, other)
            })+
        }

        impl<'a, F: Sources, R, ST: 'static, L: Stage> ScopedQuery<'a, F, R, Columns<ST>, L> {
            $($(#[$doc])*
            pub fn $name<F2, L2: Stage>(
                self,
                other: ScopedQuery<'a, F2, R, Columns<ST>, L2>,
            ) -> CombinedQuery<'a, F, Columns<ST>>
            where
                F2: Sources<Key = F::Key>,
                R: Grants<<F::Root as Model>::Read> + Grants<<F2::Root as Model>::Read>,
            {
                CombinedQuery::new(self).with($word, other)
            })+
        }

        impl<'a, F: Sources> CombinedQuery<'a, F, WholeRow> {
            $($(#[$doc])*
            pub fn $name<R, L2: Stage>(self, other: ScopedQuery<'a, F, R, WholeRow, L2>) -> Self
            where
                R: Grants<<F::Root as Model>::Read>,
            {
                self.with($word, other)
            })+
        }

        impl<'a, F: Sources, ST: 'static> CombinedQuery<'a, F, Columns<ST>> {
            $($(#[$doc])*
            pub fn $name<F2, R, L2: Stage>(self, other: ScopedQuery<'a, F2, R, Columns<ST>, L2>) -> Self
            where
                F2: Sources<Key = F::Key>,
                R: Grants<<F2::Root as Model>::Read>,
            {
                self.with($word, other)
            })+
        }
    };
}

combinations! {
    /// The rows of both, each once.
    union " UNION ";
    /// The rows of both, as often as there are.
    union_all " UNION ALL ";
    /// The rows that both have.
    intersect " INTERSECT ";
    /// The rows of this one that the other does not have.
    except " EXCEPT ";
}

/// A side has a single column that says whose it is, however many tables it reads from.
fn comparable(mut parts: Parts<'_>) -> Parts<'_> {
    parts.list = match parts.list {
        List::Columns(piece) => List::Compared(piece),
        list => list,
    };
    parts
}

impl<'a, F: Sources, S> CombinedQuery<'a, F, S> {
    fn new<R, L>(query: ScopedQuery<'a, F, R, S, L>) -> Self {
        let sides = Sides {
            first: comparable(query.parts),
            others: Vec::new(),
            order: Vec::new(),
            limit: None,
            offset: None,
        };
        Self { source: query.source, sides, raw: query.raw, types: PhantomData }
    }

    fn with<F2, R2, S2, L2>(mut self, word: &'static str, other: ScopedQuery<'a, F2, R2, S2, L2>) -> Self
    where
        F2: Sources<Key = F::Key>,
    {
        let (parts, raw) = (other.parts, other.raw);
        if other.source.context().ensure_valid().is_err() {
            self.raw.refuse("one of its sides acts with a context that has expired");
        }
        if parts.tenant != self.sides.first.tenant {
            self.raw.refuse("its sides act for different tenants");
        }
        if !parts.lock.is_empty() || !self.sides.first.lock.is_empty() {
            self.raw.refuse("rows of a UNION, INTERSECT or EXCEPT cannot be locked");
        }
        self.raw.merge(raw);
        self.sides.others.push((word, comparable(parts)));
        self
    }

    /// Orders by a column of what is selected, counted from 1; of whole models, by a field. May be said again for what
    /// the first leaves open.
    pub fn positional_order_by(mut self, column: usize, direction: Direction) -> Self {
        // Behind what says whose the row is: of a model, its tenant.
        let before = match self.sides.first.list {
            List::Models => 1,
            _ => self.sides.first.checks(),
        };
        if column == 0 {
            self.raw.refuse("columns are counted from 1");
        }
        let direction = if direction == Direction::Ascending { " ASC" } else { " DESC" };
        self.sides.order.push((column + before, direction));
        self
    }

    /// At most `rows` rows.
    pub fn limit(mut self, rows: i64) -> Self {
        if rows < 0 {
            self.raw.refuse("a limit or an offset is negative");
        }
        self.sides.limit = Some(rows);
        self
    }

    /// Leaves out the first `rows` rows.
    pub fn offset(mut self, rows: i64) -> Self {
        if rows < 0 {
            self.raw.refuse("a limit or an offset is negative");
        }
        self.sides.offset = Some(rows);
        self
    }

    fn reading(name: &'static str) -> Operation {
        Operation::read(name, F::Root::META.name)
    }

    /// Counts the rows that `load` would return.
    ///
    /// # Errors
    ///
    /// Those of [`ScopedQuery::load`].
    pub fn count(self) -> BoxFuture<'a, Result<i64>> {
        let reader = One::<BigInt, i64>::new();
        let rows = read::<F, _>(self.source, Self::reading("count"), self.raw, CountRows(self.sides), reader);
        Box::pin(async move { rows.await.and_then(|rows| only(rows, F::Root::META.name)) })
    }
}

impl<'a, F: Sources> CombinedQuery<'a, F, WholeRow> {
    /// Loads the rows.
    ///
    /// # Errors
    ///
    /// Those of [`ScopedQuery::load`].
    ///
    /// # Isolation
    ///
    /// The tenant of each row is compared with the context's (I6).
    pub fn load(self) -> BoxFuture<'a, Result<Vec<F::Models>>> {
        let reader = Models::<F>::of(self.source);
        read::<F, _>(self.source, Self::reading("load"), self.raw, self.sides, reader)
    }

    /// Loads the first row.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) where there is none, and those of [`load`](Self::load).
    pub fn first(self) -> BoxFuture<'a, Result<F::Models>> {
        let rows = self.limit(1).load();
        Box::pin(async move { rows.await.and_then(|rows| only(rows, F::Root::META.name)) })
    }
}

impl<'a, F: Sources, ST: 'static> CombinedQuery<'a, F, Columns<ST>> {
    /// Loads what was selected, as `U`.
    ///
    /// # Errors
    ///
    /// Those of [`ScopedQuery::load`].
    ///
    /// # Isolation
    ///
    /// The database says of each row whether it is the tenant's (I6).
    pub fn load<U>(self) -> BoxFuture<'a, Result<Vec<U>>>
    where
        Columns<ST>: LoadsAs<U>,
        U: Send + 'static,
    {
        let reader = Selected::<F, Columns<ST>, U>::new(self.source, &self.sides.first);
        read::<F, _>(self.source, Self::reading("load"), self.raw, self.sides, reader)
    }

    /// Loads what was selected of the first row, as `U`.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) where there is none, and those of [`load`](Self::load).
    pub fn first<U>(self) -> BoxFuture<'a, Result<U>>
    where
        Columns<ST>: LoadsAs<U>,
        U: Send + 'static,
    {
        let rows = self.limit(1).load();
        Box::pin(async move { rows.await.and_then(|rows| only(rows, F::Root::META.name)) })
    }
}

impl<F: Sources, S> fmt::Debug for CombinedQuery<'_, F, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CombinedQuery").field("model", &F::Root::META.name).finish_non_exhaustive()
    }
}
