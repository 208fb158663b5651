//! UPDATE and DELETE in their pieces.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;

use super::fragments::Piece;
use super::parts::{Condition, push_condition};
use super::predicate::{Named, Tenant, push_table};

/// A statement that changes rows that are there.
pub(crate) struct Write<'a> {
    pub(crate) verb: Verb<'a>,
    pub(crate) table: Named,
    pub(crate) tenant: Tenant,
    pub(crate) condition: Option<Condition<'a>>,
    pub(crate) with_deleted: bool,
    pub(crate) returning: Option<Piece<'a>>,
}

/// What it does with them.
pub(crate) enum Verb<'a> {
    /// `UPDATE table SET …`.
    Update(Piece<'a>),
    /// `DELETE FROM table`.
    Delete,
}

impl QueryFragment<Pg> for Write<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match &self.verb {
            Verb::Update(changes) => {
                out.push_sql("UPDATE ");
                push_table(self.table.meta, &mut out);
                out.push_sql(" SET ");
                changes.walk_ast(out.reborrow())?;
            }
            Verb::Delete => {
                out.push_sql("DELETE FROM ");
                push_table(self.table.meta, &mut out);
            }
        }
        push_condition(Some(self.table), &self.tenant, self.with_deleted, self.condition.as_ref(), &mut out)?;
        push_returning(self.returning.as_ref(), out)
    }
}

/// ` RETURNING …`.
pub(crate) fn push_returning<'b>(
    returning: Option<&'b Piece<'_>>,
    mut out: AstPass<'_, 'b, Pg>,
) -> QueryResult<()> {
    if let Some(piece) = returning {
        out.push_sql(" RETURNING ");
        piece.walk_ast(out.reborrow())?;
    }
    Ok(())
}
