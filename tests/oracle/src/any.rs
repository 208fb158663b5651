//! [`Any`]: an expression without its type.

use diesel::expression::{AppearsOnTable, Expression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Bool;

/// An expression without its type, so that one condition can be put into queries on any tables. Whether it belongs there
/// is not the compiler's business here, but that of the tests of what must not compile.
pub(crate) struct Any<'a>(Box<dyn QueryFragment<Pg> + Send + 'a>);

impl<'a> Any<'a> {
    pub(crate) fn new(expression: impl QueryFragment<Pg> + Send + 'a) -> Self {
        Self(Box::new(expression))
    }
}

impl Expression for Any<'_> {
    type SqlType = Bool;
}

impl<Tables> AppearsOnTable<Tables> for Any<'_> {}

impl<GroupBy> ValidGrouping<GroupBy> for Any<'_> {
    type IsAggregate = is_aggregate::No;
}

impl QueryId for Any<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for Any<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}
