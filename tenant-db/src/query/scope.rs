//! Which columns a query may speak of.

use diesel::expression::{AppearsOnTable, Expression};

use crate::model::TenantModel;

/// An expression that speaks only of the columns of `M`'s table.
#[diagnostic::on_unimplemented(
    message = "this is not an expression over the columns of `{M}`'s table",
    label = "names another table, or compares a column with a value of another type",
    note = "a query on `{M}` may filter, order and select by columns of `{M}`'s table only",
    note = "conditions are joined by `.and(…)` and `.or(…)`"
)]
pub trait InScope<M: TenantModel>: Expression {}

#[diagnostic::do_not_recommend]
impl<M, E> InScope<M> for E
where
    M: TenantModel,
    E: AppearsOnTable<M::Table>,
{
}
