//! Statements that write, in their pieces.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;

use super::fragments::{Piece, in_a_list};
use super::parts::{Condition, push_condition};
use super::predicate::{Named, Tenant, push_table, push_tenant_of};
use super::upsert::Conflict;

/// What a write is, without what comes back of it.
pub(crate) enum Body<'a> {
    /// `INSERT INTO table (…) VALUES (…)`, as many as there are pieces.
    Rows { batches: Vec<Piece<'a>>, conflict: Option<Conflict<'a>> },
    /// An UPDATE or a DELETE.
    Change(Write<'a>),
}

impl Body<'_> {
    /// How many statements it takes.
    pub(crate) fn statements(&self) -> usize {
        match self {
            Self::Rows { batches, .. } => batches.len(),
            Self::Change(_) => 1,
        }
    }
}

/// One of its statements.
pub(crate) struct Statement<'s, 'a> {
    pub(crate) body: &'s Body<'a>,
    pub(crate) at: usize,
    pub(crate) returning: Option<&'s Piece<'a>>,
}

impl QueryFragment<Pg> for Statement<'_, '_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self.body {
            Body::Rows { batches, conflict } => {
                if let Some(rows) = batches.get(self.at) {
                    rows.walk_ast(out.reborrow())?;
                }
                if let Some(conflict) = conflict {
                    conflict.walk_ast(out.reborrow())?;
                }
            }
            Body::Change(write) => write.walk_ast(out.reborrow())?,
        }
        if let Some(returning) = self.returning {
            out.push_sql(" RETURNING ");
            returning.walk_ast(out.reborrow())?;
        }
        Ok(())
    }
}

/// A statement that changes rows that are there.
pub(crate) struct Write<'a> {
    pub(crate) verb: Verb<'a>,
    pub(crate) table: Named,
    pub(crate) tenant: Tenant,
    pub(crate) condition: Option<Condition<'a>>,
    pub(crate) with_deleted: bool,
}

/// What it does with them.
pub(crate) enum Verb<'a> {
    /// `UPDATE table SET …`.
    Update(Vec<Piece<'a>>),
    /// `DELETE FROM table`.
    Delete,
}

impl QueryFragment<Pg> for Write<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match &self.verb {
            Verb::Update(assignments) => {
                out.push_sql("UPDATE ");
                push_table(self.table.meta, &mut out);
                out.push_sql(" SET ");
                in_a_list(assignments, out.reborrow())?;
            }
            Verb::Delete => {
                out.push_sql("DELETE FROM ");
                push_table(self.table.meta, &mut out);
            }
        }
        push_condition(Some(self.table), &self.tenant, self.with_deleted, self.condition.as_ref(), &mut out)
    }
}

/// The tenant of a row and an expression, behind RETURNING: so that whose row it is can be checked (I6).
pub(super) struct WithTenant<'a> {
    pub(super) table: Named,
    pub(super) expression: Piece<'a>,
}

impl QueryFragment<Pg> for WithTenant<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_tenant_of(self.table, &mut out)?;
        out.push_sql(", ");
        self.expression.walk_ast(out)
    }
}
