//! Which columns a query may speak of.

use std::marker::PhantomData;

use diesel::expression::{AppearsOnTable, Expression, NonAggregate, SelectableExpression, ValidGrouping};
use diesel::pg::Pg;
use diesel::query_builder::QueryFragment;
use diesel::query_source::AppearsInFromClause;
use diesel::sql_types::BoolOrNullableBool;

use super::from::Sources;

/// An expression that speaks only of the columns of the tables of `F`, and holds no sub-query but scoped ones.
#[diagnostic::on_unimplemented(
    message = "this is not an expression over the columns of `{F}`'s table",
    label = "names another table, holds a sub-query of diesel's, or compares a column with a value of another type",
    note = "a query on `{F}` may filter, order and select by columns of its tables only; other models are joined",
    note = "a sub-query is a scoped query too: `column.eq_any(db.scoped::<Other>(&context).select(…))`",
    note = "conditions are joined by `.and(…)` and `.or(…)`"
)]
pub trait InScope<F: Sources>: Expression {}

#[diagnostic::do_not_recommend]
impl<F, E> InScope<F> for E
where
    F: Sources,
    E: AppearsOnTable<OnlyTables<F::Scope>>,
{
}

/// A place where columns of `T` may appear and sub-queries of diesel may not. It is no `QuerySource`, which diesel asks
/// of the place of a sub-query: a table in one would carry neither the tenant predicate (I5) nor the model's permission.
#[derive(Debug)]
#[allow(unnameable_types, reason = "a marker in bounds")]
pub struct OnlyTables<T>(PhantomData<T>);

impl<T, Column> AppearsInFromClause<Column> for OnlyTables<T>
where
    T: AppearsInFromClause<Column>,
{
    type Count = T::Count;
}

/// A condition on the rows of `F`.
#[diagnostic::on_unimplemented(
    message = "this is not a condition on the rows of `{F}`",
    label = "names another table, holds a sub-query of diesel's, aggregates, or is not a condition",
    note = "a query on `{F}` may filter by columns of its tables only; other models are joined",
    note = "a sub-query is a scoped query too: `column.eq_any(db.scoped::<Other>(&context).select(…))`",
    note = "conditions are joined by `.and(…)` and `.or(…)`"
)]
pub trait Filter<'a, F: Sources>: IsFilter<'a, F> {}

#[diagnostic::do_not_recommend]
impl<'a, F: Sources, P> Filter<'a, F> for P where P: IsFilter<'a, F> {}

/// What [`Filter`] asks for.
#[allow(unnameable_types, reason = "the other half of `Filter`")]
pub trait IsFilter<'a, F: Sources>: QueryFragment<Pg> + Send + 'a {}

impl<'a, F, P> IsFilter<'a, F> for P
where
    F: Sources,
    P: InScope<F> + NonAggregate + QueryFragment<Pg> + Send + 'a,
    P::SqlType: BoolOrNullableBool,
{
}

/// A condition on groups: what stands behind HAVING.
#[diagnostic::on_unimplemented(
    message = "this is not a condition on groups of rows of `{F}`",
    label = "names another table or a column that is not grouped by, or is not a condition",
    note = "`having` takes conditions on aggregates and on what `group_by` names"
)]
pub trait GroupFilter<'a, F: Sources, G>: QueryFragment<Pg> + Send + 'a {}

#[diagnostic::do_not_recommend]
impl<'a, F, G, P> GroupFilter<'a, F, G> for P
where
    F: Sources,
    P: InScope<F> + ValidGrouping<G> + QueryFragment<Pg> + Send + 'a,
    P::SqlType: BoolOrNullableBool,
{
}

/// An expression that can be selected from the rows of `F`. What a left join may not find has to be `nullable()`.
#[diagnostic::on_unimplemented(
    message = "this is not an expression over the columns of `{F}`'s table",
    label = "names another table, holds a sub-query of diesel's, or has to be `.nullable()` after a left join",
    note = "a query on `{F}` may filter, order and select by columns of its tables only; other models are joined",
    note = "columns of what is left-joined are selected as `column.nullable()`"
)]
pub trait Selects<'a, F: Sources>: InScope<F> + QueryFragment<Pg> + Send + 'a {}

#[diagnostic::do_not_recommend]
impl<'a, F, E> Selects<'a, F> for E
where
    F: Sources,
    E: InScope<F> + SelectableExpression<F::Scope> + QueryFragment<Pg> + Send + 'a,
{
}

/// An expression to order or to group by.
#[diagnostic::on_unimplemented(
    message = "this is not an expression over the columns of `{F}`'s table",
    label = "names another table, or holds a sub-query of diesel's",
    note = "a query on `{F}` may filter, order and select by columns of its tables only; other models are joined"
)]
pub trait Orders<'a, F: Sources>: InScope<F> + QueryFragment<Pg> + Send + 'a {}

#[diagnostic::do_not_recommend]
impl<'a, F, E> Orders<'a, F> for E
where
    F: Sources,
    E: InScope<F> + QueryFragment<Pg> + Send + 'a,
{
}
