//! Which columns a query may speak of.

use diesel::expression::{AppearsOnTable, Expression};

use diesel::query_builder::IntoUpdateTarget;

use crate::model::TenantModel;

/// An expression that speaks only of the columns of `M`'s table.
#[diagnostic::on_unimplemented(
    message = "this expression names a column of a table that is not in the query for `{M}`",
    label = "not a column of `{M}`'s table",
    note = "a query on `{M}` may filter and order by columns of `{M}`'s table only"
)]
pub trait InScope<M: TenantModel>: Expression {}

/// A query that says which rows to change or delete, and nothing else.
#[diagnostic::on_unimplemented(
    message = "only filters may come before `update` and `delete`",
    label = "this query has more than filters, or was boxed",
    note = "SQL has no UPDATE or DELETE with an order, a limit or a selection: filter by the primary keys of the rows instead"
)]
pub trait Target<M: TenantModel>: IntoUpdateTarget<Table = M::Table> {}

#[diagnostic::do_not_recommend]
impl<M, Q> Target<M> for Q
where
    M: TenantModel,
    Q: IntoUpdateTarget<Table = M::Table>,
{
}

#[diagnostic::do_not_recommend]
impl<M, E> InScope<M> for E
where
    M: TenantModel,
    E: AppearsOnTable<M::Table>,
{
}
