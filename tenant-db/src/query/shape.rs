//! [`Shape`]: the whole model, or columns of it.

use diesel::Expression;

use super::fragments::InQuery;
use crate::model::TenantModel;

/// What a query selects.
pub trait Shape<M: TenantModel>: Send {
    /// The selection, which always begins with the tenant column (I6).
    type Selection: Expression + Send;
    #[doc(hidden)]
    fn selection(self) -> Self::Selection;
}

/// The model with all its fields.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct WholeRow;

/// Columns, or any expressions, chosen by `select`.
#[derive(Debug, Clone, Copy)]
pub struct Columns<E>(InQuery<E>);

impl<E> Columns<E> {
    pub(super) fn new(expression: E) -> Self {
        Self(InQuery(expression))
    }
}

impl<M: TenantModel> Shape<M> for WholeRow {
    type Selection = M::Selection;

    fn selection(self) -> Self::Selection {
        M::selection()
    }
}

impl<M: TenantModel, E: Send> Shape<M> for Columns<E>
where
    (M::TenantColumn, InQuery<E>): Expression,
{
    type Selection = (M::TenantColumn, InQuery<E>);

    fn selection(self) -> Self::Selection {
        (M::TenantColumn::default(), self.0)
    }
}
