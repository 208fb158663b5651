//! Pieces of SQL, and the statements that are put together from them.

use std::marker::PhantomData;

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Untyped;

/// A piece of a statement, whatever its type. Statements are remembered by their text, so nothing is lost with the type.
pub(crate) type Piece<'a> = Box<dyn QueryFragment<Pg> + Send + 'a>;

/// `(piece)`. Diesel puts parentheses around its own operators, not around `sql("a OR b")`; without them the tenant
/// predicate would bind tighter than that `OR`.
pub(super) fn in_parentheses<'b>(piece: &'b Piece<'_>, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
    out.push_sql("(");
    piece.walk_ast(out.reborrow())?;
    out.push_sql(")");
    Ok(())
}

/// Pieces with commas between them.
pub(super) fn in_a_list<'b, 'p: 'b>(
    pieces: impl IntoIterator<Item = &'b Piece<'p>>,
    mut out: AstPass<'_, 'b, Pg>,
) -> QueryResult<()> {
    for (at, piece) in pieces.into_iter().enumerate() {
        if at > 0 {
            out.push_sql(", ");
        }
        piece.walk_ast(out.reborrow())?;
    }
    Ok(())
}

/// How far a query is from a list of filters: what may still be done with it.
pub trait Stage: Send + 'static {
    /// The SQL at its end, with a space in front, or nothing.
    #[doc(hidden)]
    const SQL: &'static str;
    /// Whether it locks rows.
    #[doc(hidden)]
    const LOCKS: bool = !Self::SQL.is_empty();
    /// The stage after an order, a limit or the like.
    type Arranged: Stage;
}

/// Nothing but filters so far: rows can still be changed or deleted by it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Filtered;

/// With an order, a limit, an offset or distinct rows.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Arranged;

/// `FOR UPDATE`: others wait.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ForUpdate;

/// `FOR UPDATE SKIP LOCKED`: rows that others have locked are left out.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct SkipLocked;

impl Stage for Filtered {
    const SQL: &'static str = "";
    type Arranged = Arranged;
}

impl Stage for Arranged {
    const SQL: &'static str = "";
    type Arranged = Arranged;
}

impl Stage for ForUpdate {
    const SQL: &'static str = " FOR UPDATE";
    type Arranged = ForUpdate;
}

impl Stage for SkipLocked {
    const SQL: &'static str = " FOR UPDATE SKIP LOCKED";
    type Arranged = SkipLocked;
}

/// A whole statement. It has no query id: prepared statements are remembered by their text. A fragment of a program's own
/// whose id is not that of its text (a `#[derive(QueryId)]` on something that writes text of run time) would otherwise
/// make other queries on the same connection send that text.
pub(crate) struct Whole<Q>(pub(crate) Q);

impl<Q> QueryId for Whole<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// Rows are taken apart by [`ReadRow`](crate::session::ReadRow), which knows their types.
impl<Q> Query for Whole<Q> {
    type SqlType = Untyped;
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Whole<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

/// `SELECT COUNT(*) FROM (query)`: as many as the query would return, whatever its limit, offset or distinctness.
pub(crate) struct CountRows<Q>(pub(crate) Q);

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for CountRows<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT COUNT(*) FROM (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") AS counted");
        Ok(())
    }
}

/// `SELECT EXISTS (query)`.
pub(crate) struct ExistsRows<Q>(pub(crate) Q);

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for ExistsRows<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT EXISTS (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(")");
        Ok(())
    }
}

/// A list of SQL types and of what they are read as, in types only.
pub(crate) type Types<T> = PhantomData<fn() -> T>;
