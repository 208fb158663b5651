//! Several composite primary keys at once.

use diesel::expression::{AppearsOnTable, Expression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Bool;

use crate::meta::ModelMeta;

/// How many keys fit into one statement: one column is one array, several columns are as many parameters as values, and
/// a deep chain of ORs is more than a parser likes.
pub(crate) fn keys_per_statement(model: &ModelMeta) -> usize {
    if model.primary_key.len() == 1 { usize::MAX } else { 1_000 }
}

/// `(a OR b OR …)`, or `FALSE` for none: how `find_many` asks for composite keys. A single column uses `= ANY($1)`.
#[derive(Debug, Clone)]
pub struct AnyOf<E>(Vec<E>);

impl<E> AnyOf<E> {
    /// Any of `predicates`.
    #[must_use]
    pub fn new(predicates: Vec<E>) -> Self {
        Self(predicates)
    }
}

impl<E> Expression for AnyOf<E> {
    type SqlType = Bool;
}

impl<E, GroupBy> ValidGrouping<GroupBy> for AnyOf<E> {
    type IsAggregate = is_aggregate::No;
}

impl<E: AppearsOnTable<T>, T> AppearsOnTable<T> for AnyOf<E> {}

/// The SQL depends on the number of predicates, so there is no one statement to remember.
impl<E> QueryId for AnyOf<E> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<E: QueryFragment<Pg>> QueryFragment<Pg> for AnyOf<E> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        if self.0.is_empty() {
            out.push_sql("FALSE");
            return Ok(());
        }
        out.push_sql("(");
        for (index, predicate) in self.0.iter().enumerate() {
            if index > 0 {
                out.push_sql(" OR ");
            }
            predicate.walk_ast(out.reborrow())?;
        }
        out.push_sql(")");
        Ok(())
    }
}
