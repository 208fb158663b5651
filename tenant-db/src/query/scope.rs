//! Which columns a query may speak of.

use diesel::expression::{AppearsOnTable, Expression};

use crate::model::TenantModel;

/// An expression that speaks only of the columns of `M`'s table.
#[diagnostic::on_unimplemented(
    message = "this expression names a column of a table that is not in the query for `{M}`",
    label = "not a column of `{M}`'s table",
    note = "a query on `{M}` may filter and order by columns of `{M}`'s table only"
)]
pub trait InScope<M: TenantModel>: Expression {}

#[diagnostic::do_not_recommend]
impl<M, E> InScope<M> for E
where
    M: TenantModel,
    E: AppearsOnTable<M::Table>,
{
}
