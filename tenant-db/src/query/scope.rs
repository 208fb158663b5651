//! Which columns a query may speak of.

use std::marker::PhantomData;

use diesel::expression::{AppearsOnTable, Expression};
use diesel::query_source::AppearsInFromClause;

use crate::model::TenantModel;

/// An expression that speaks only of the columns of `M`'s table.
#[diagnostic::on_unimplemented(
    message = "this is not an expression over the columns of `{M}`'s table",
    label = "names another table, holds a sub-query, or compares a column with a value of another type",
    note = "a query on `{M}` may filter, order and select by columns of `{M}`'s table only",
    note = "conditions are joined by `.and(…)` and `.or(…)`"
)]
pub trait InScope<M: TenantModel>: Expression {}

#[diagnostic::do_not_recommend]
impl<M, E> InScope<M> for E
where
    M: TenantModel,
    E: AppearsOnTable<OnlyTable<M::Table>>,
{
}

/// A place where columns of `T` may appear and sub-queries may not. It is no `QuerySource`, which diesel asks of the
/// place of a sub-query: a table in one would carry neither the tenant predicate (I5) nor the model's permission.
#[derive(Debug)]
#[allow(unnameable_types, reason = "a marker in bounds")]
pub struct OnlyTable<T>(PhantomData<T>);

impl<T, Column> AppearsInFromClause<Column> for OnlyTable<T>
where
    T: AppearsInFromClause<Column>,
{
    type Count = T::Count;
}
