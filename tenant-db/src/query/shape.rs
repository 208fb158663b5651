//! What a query gives: whole models, or what was selected of them.

use diesel::expression::{Expression, ValidGrouping, is_aggregate};

use super::fragments::Types;

/// The model with all its fields; of a join, a tuple of models.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct WholeRow;

/// Columns, or any expressions, chosen by `select`, whose SQL type is `ST`.
#[derive(Debug)]
pub struct Columns<ST>(Types<ST>);

/// Rows in groups, of which nothing is selected yet.
#[derive(Debug)]
pub struct Grouped<G>(Types<G>);

/// What can be selected of rows that are grouped by `G`; `()` is no group.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be selected from rows that are grouped by `{G}`",
    label = "mixes aggregates and columns, or is not grouped by",
    note = "beside aggregates only what `group_by` names can be selected"
)]
pub trait SelectableFrom<G> {
    /// Whether a row of the answer stands for several rows of the tables.
    #[doc(hidden)]
    const AGGREGATES: bool;
}

#[diagnostic::do_not_recommend]
impl<E> SelectableFrom<()> for E
where
    E: ValidGrouping<(), IsAggregate: Aggregates>,
{
    const AGGREGATES: bool = <E::IsAggregate as Aggregates>::YES;
}

/// A group, as diesel writes it. A type of its own, because `()` is none.
#[derive(Debug)]
pub struct By<G>(Types<G>);

#[diagnostic::do_not_recommend]
impl<G: Expression, E: ValidGrouping<G>> SelectableFrom<By<G>> for E {
    const AGGREGATES: bool = true;
}

/// Diesel's answer to "is this an aggregate?", as a constant.
#[allow(unnameable_types, reason = "a marker in bounds")]
pub trait Aggregates {
    const YES: bool;
}

impl Aggregates for is_aggregate::Yes {
    const YES: bool = true;
}

impl Aggregates for is_aggregate::No {
    const YES: bool = false;
}

/// A value that depends on no row.
impl Aggregates for is_aggregate::Never {
    const YES: bool = false;
}
