//! Pieces of SQL that diesel has no public name for.

use std::marker::PhantomData;

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Bool};

/// `(predicate)`. Diesel puts parentheses around its own operators, not around `sql("a OR b")`; without them the tenant
/// predicate would bind tighter than that `OR`.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Parenthesized<P>(pub(crate) P);

impl<P: Expression> Expression for Parenthesized<P> {
    type SqlType = P::SqlType;
}

impl<P, GroupBy> ValidGrouping<GroupBy> for Parenthesized<P>
where
    P: ValidGrouping<GroupBy>,
{
    type IsAggregate = P::IsAggregate;
}

/// Unconditional, because [`InScope`](super::InScope) was asked before the wrapper was made: a mistake is reported once,
/// where it is made, and not again where the query is sent.
impl<P: Expression, T> AppearsOnTable<T> for Parenthesized<P> {}

impl<P: QueryFragment<Pg>> QueryFragment<Pg> for Parenthesized<P> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("(");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(")");
        Ok(())
    }
}

/// An expression of which [`InScope`](super::InScope) has said that it speaks of the query's table.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct InQuery<E>(pub(crate) E);

impl<E: Expression> Expression for InQuery<E> {
    type SqlType = E::SqlType;
}

impl<E, GroupBy> ValidGrouping<GroupBy> for InQuery<E>
where
    E: ValidGrouping<GroupBy>,
{
    type IsAggregate = E::IsAggregate;
}

/// Unconditional, for the same reason as for [`Parenthesized`].
impl<E: Expression, T> AppearsOnTable<T> for InQuery<E> {}

/// As above.
impl<E: Expression, T> SelectableExpression<T> for InQuery<E> {}

impl<E: QueryFragment<Pg>> QueryFragment<Pg> for InQuery<E> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

/// How the rows of a query are locked: the end of its SQL.
pub trait Lock: Send + 'static {
    /// The SQL, with a space in front, or nothing.
    const SQL: &'static str;
    /// Whether it locks anything.
    const LOCKS: bool = !Self::SQL.is_empty();
}

/// Rows are not locked.
#[derive(Debug, Clone, Copy, QueryId)]
#[non_exhaustive]
pub struct Unlocked;

/// `FOR UPDATE`: others wait.
#[derive(Debug, Clone, Copy, QueryId)]
#[non_exhaustive]
pub struct ForUpdate;

/// `FOR UPDATE SKIP LOCKED`: rows that others have locked are left out.
#[derive(Debug, Clone, Copy, QueryId)]
#[non_exhaustive]
pub struct SkipLocked;

impl Lock for Unlocked {
    const SQL: &'static str = "";
}

impl Lock for ForUpdate {
    const SQL: &'static str = " FOR UPDATE";
}

impl Lock for SkipLocked {
    const SQL: &'static str = " FOR UPDATE SKIP LOCKED";
}

/// A query with a lock at its end.
///
/// It has no query id although most queries in it would have one: prepared statements are then remembered by their
/// text. A fragment of a program's own whose id is not that of its text (a `#[derive(QueryId)]` on something that writes
/// text of run time) would otherwise make other queries on the same connection send that text.
#[derive(Debug, Clone, Copy)]
pub struct Locked<Q, L> {
    query: Q,
    lock: PhantomData<L>,
}

impl<Q, L> Locked<Q, L> {
    pub(crate) fn new(query: Q) -> Self {
        Self { query, lock: PhantomData }
    }
}

impl<Q, L> QueryId for Locked<Q, L> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query, L> Query for Locked<Q, L> {
    type SqlType = Q::SqlType;
}

impl<Q, L> QueryFragment<Pg> for Locked<Q, L>
where
    Q: QueryFragment<Pg>,
    L: Lock,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(L::SQL);
        Ok(())
    }
}

/// `SELECT COUNT(*) FROM (query)`: as many as the query would return, whatever its limit, offset or distinctness.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct CountRows<Q>(pub(crate) Q);

impl<Q> Query for CountRows<Q> {
    type SqlType = BigInt;
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for CountRows<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT COUNT(*) FROM (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") AS counted");
        Ok(())
    }
}

/// `SELECT EXISTS (query)`.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct ExistsRows<Q>(pub(crate) Q);

impl<Q> Query for ExistsRows<Q> {
    type SqlType = Bool;
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for ExistsRows<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT EXISTS (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(")");
        Ok(())
    }
}
