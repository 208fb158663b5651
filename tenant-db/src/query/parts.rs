//! [`Parts`]: a SELECT in its pieces, and how they become text.
//!
//! The types of the pieces are checked when they are added, and then forgotten: a query that has two hundred filters has
//! the same type as one that has none.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;
use diesel::sql_types::BigInt;

use super::fragments::{Piece, in_a_list, in_parentheses};
use super::predicate::{Named, Tenant, push_scope, push_tenant_of};

/// A SELECT that is not sent yet.
pub(crate) struct Parts<'a> {
    pub(crate) tenant: Tenant,
    /// The tables, in the order in which they are joined; at least one.
    pub(crate) tables: Vec<Part<'a>>,
    pub(crate) condition: Option<Condition<'a>>,
    pub(crate) distinct: Distinct<'a>,
    pub(crate) list: List<'a>,
    pub(crate) group_by: Option<Piece<'a>>,
    pub(crate) having: Option<Condition<'a>>,
    pub(crate) order: Vec<Piece<'a>>,
    pub(crate) limit: Option<i64>,
    pub(crate) offset: Option<i64>,
    /// `FOR UPDATE`, with a space in front; or nothing.
    pub(crate) lock: &'static str,
    /// Whether rows that are marked as deleted count.
    pub(crate) with_deleted: bool,
}

/// A table of a query.
pub(crate) struct Part<'a> {
    pub(crate) table: Named,
    /// The table as it stands behind FROM or JOIN.
    pub(crate) source: Piece<'a>,
    /// The columns of its model, the tenant's first.
    pub(crate) selection: Piece<'a>,
    /// How it is joined; the first table is not.
    pub(crate) join: Option<Join<'a>>,
}

impl Part<'_> {
    fn is_left(&self) -> bool {
        self.join.as_ref().is_some_and(|join| join.is_left)
    }
}

/// How a table is joined to those before it.
pub(crate) struct Join<'a> {
    pub(crate) is_left: bool,
    pub(crate) on: Piece<'a>,
}

/// What is selected.
pub(crate) enum List<'a> {
    /// The columns of each model.
    Models,
    /// The tenant of each table's row (I6), and an expression.
    Columns(Piece<'a>),
    /// Whether every row that was aggregated is the tenant's (I6), and an expression.
    Aggregates(Piece<'a>),
    /// Whether the row of each table is the tenant's (I6), and an expression: a side of a UNION, which has as many columns
    /// as the other.
    Compared(Piece<'a>),
    /// An expression alone: a sub-query.
    Bare(Piece<'a>),
    /// Nothing that anybody reads: only whether there is a row, or how many.
    Nothing,
}

/// Which rows are left out because others are like them.
pub(crate) enum Distinct<'a> {
    No,
    Rows,
    On(Piece<'a>),
}

/// Filters, joined by AND and OR in the order in which they were added.
pub(crate) enum Condition<'a> {
    One(Piece<'a>),
    All(Vec<Condition<'a>>),
    Any(Vec<Condition<'a>>),
}

impl<'a> Condition<'a> {
    pub(crate) fn and(self, piece: Piece<'a>) -> Self {
        match self {
            Self::All(mut conditions) => {
                conditions.push(Self::One(piece));
                Self::All(conditions)
            }
            other => Self::All(vec![other, Self::One(piece)]),
        }
    }

    pub(crate) fn or(self, piece: Piece<'a>) -> Self {
        match self {
            Self::Any(mut conditions) => {
                conditions.push(Self::One(piece));
                Self::Any(conditions)
            }
            other => Self::Any(vec![other, Self::One(piece)]),
        }
    }
}

impl QueryFragment<Pg> for Condition<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let (conditions, word) = match self {
            Self::One(piece) => return in_parentheses(piece, out),
            Self::All(conditions) => (conditions, " AND "),
            Self::Any(conditions) => (conditions, " OR "),
        };
        out.push_sql("(");
        for (at, condition) in conditions.iter().enumerate() {
            if at > 0 {
                out.push_sql(word);
            }
            condition.walk_ast(out.reborrow())?;
        }
        out.push_sql(")");
        Ok(())
    }
}

impl<'a> Parts<'a> {
    pub(crate) fn new(tenant: Tenant, first: Part<'a>) -> Self {
        Self {
            tenant,
            tables: vec![first],
            condition: None,
            distinct: Distinct::No,
            list: List::Models,
            group_by: None,
            having: None,
            order: Vec::new(),
            limit: None,
            offset: None,
            lock: "",
            with_deleted: false,
        }
    }

    /// How many columns at the front of each row say whose it is.
    pub(crate) fn checks(&self) -> usize {
        match self.list {
            _ if self.compares() => 1,
            List::Columns(_) => self.scoped_tables().count(),
            _ => 0,
        }
    }

    /// Whether the database says of each row that it is the tenant's, by one truth in front of it. Among distinct rows
    /// whose tenants stood in front, one that a left join did not find would differ from one that it found.
    pub(crate) fn compares(&self) -> bool {
        match self.list {
            List::Aggregates(_) | List::Compared(_) => true,
            List::Columns(_) => matches!(self.distinct, Distinct::Rows),
            List::Models | List::Bare(_) | List::Nothing => false,
        }
    }

    /// For each of the [`checks`](Self::checks), whether a left join may find no row to speak of.
    pub(crate) fn optional_checks(&self) -> Vec<bool> {
        if self.compares() {
            return vec![false];
        }
        self.scoped_tables().map(Part::is_left).collect()
    }

    /// For counting: what is selected matters only where it decides which rows are alike.
    pub(crate) fn uncounted(mut self) -> Self {
        if matches!((&self.distinct, &self.list), (Distinct::No, List::Models)) {
            self.list = List::Nothing;
        }
        self
    }

    fn scoped_tables(&self) -> impl Iterator<Item = &Part<'a>> {
        self.tables.iter().filter(|part| part.table.is_scoped())
    }

    fn push_list<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match &self.list {
            List::Models => in_a_list(self.tables.iter().map(|part| &part.selection), out.reborrow()),
            List::Columns(piece) if !self.compares() => {
                for part in self.scoped_tables() {
                    push_tenant_of(part.table, out)?;
                    out.push_sql(", ");
                }
                piece.walk_ast(out.reborrow())
            }
            List::Columns(piece) | List::Aggregates(piece) | List::Compared(piece) => {
                let aggregates = matches!(self.list, List::Aggregates(_));
                let mut any = false;
                for part in self.scoped_tables() {
                    out.push_sql(match (any, aggregates) {
                        (true, _) => " AND ",
                        (false, true) => "bool_and(",
                        (false, false) => "(",
                    });
                    any = true;
                    self.push_is_own(part, out)?;
                }
                out.push_sql(match (any, aggregates) {
                    // Of no rows it is NULL, and nothing is foreign among them.
                    (true, true) => ") IS NOT FALSE, ",
                    (true, false) => "), ",
                    (false, _) => "TRUE, ",
                });
                piece.walk_ast(out.reborrow())
            }
            List::Bare(piece) => piece.walk_ast(out.reborrow()),
            List::Nothing => {
                out.push_sql("1");
                Ok(())
            }
        }
    }

    /// `table.tenant_id = $1`. A row that a left join did not find is NULL there, and nobody's.
    fn push_is_own<'b>(&'b self, part: &Part<'_>, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let is_left = part.is_left();
        if is_left {
            out.push_sql("(");
        }
        push_tenant_of(part.table, out)?;
        out.push_sql(" = ");
        self.tenant.push(out)?;
        if is_left {
            out.push_sql(") IS NOT FALSE");
        }
        Ok(())
    }

    fn push_tables<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for part in &self.tables {
            match &part.join {
                None => part.source.walk_ast(out.reborrow())?,
                Some(join) => {
                    out.push_sql(if join.is_left { " LEFT OUTER JOIN " } else { " INNER JOIN " });
                    part.source.walk_ast(out.reborrow())?;
                    out.push_sql(" ON ");
                    in_parentheses(&join.on, out.reborrow())?;
                    if part.table.is_scoped() || part.table.meta.soft_delete.is_some() {
                        out.push_sql(" AND ");
                        push_scope(part.table, &self.tenant, self.with_deleted, out)?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl QueryFragment<Pg> for Parts<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        match &self.distinct {
            Distinct::No => {}
            Distinct::Rows => out.push_sql("DISTINCT "),
            Distinct::On(piece) => {
                out.push_sql("DISTINCT ON (");
                piece.walk_ast(out.reborrow())?;
                out.push_sql(") ");
            }
        }
        self.push_list(&mut out)?;
        out.push_sql(" FROM ");
        self.push_tables(&mut out)?;
        push_where(self.tables.first().map(|part| part.table), self, &mut out)?;
        if let Some(piece) = &self.group_by {
            out.push_sql(" GROUP BY ");
            piece.walk_ast(out.reborrow())?;
        }
        if let Some(having) = &self.having {
            out.push_sql(" HAVING ");
            having.walk_ast(out.reborrow())?;
        }
        if !self.order.is_empty() {
            out.push_sql(" ORDER BY ");
            in_a_list(&self.order, out.reborrow())?;
        }
        if let Some(limit) = &self.limit {
            out.push_sql(" LIMIT ");
            out.push_bind_param::<BigInt, _>(limit)?;
        }
        if let Some(offset) = &self.offset {
            out.push_sql(" OFFSET ");
            out.push_bind_param::<BigInt, _>(offset)?;
        }
        if !self.lock.is_empty() {
            out.push_sql(" FOR UPDATE");
            // The nullable side of a left join cannot be locked, and reference data need not be.
            if let ([first, _, ..], Some(table)) = (self.tables.as_slice(), self.tables.first()) {
                out.push_sql(" OF ");
                match table.table.alias {
                    Some(alias) => out.push_identifier(alias)?,
                    None => out.push_identifier(first.table.meta.table)?,
                }
            }
            out.push_sql(&self.lock[" FOR UPDATE".len()..]);
        }
        Ok(())
    }
}

/// ` WHERE own AND (filters)`.
fn push_where<'b>(
    table: Option<Named>,
    parts: &'b Parts<'_>,
    out: &mut AstPass<'_, 'b, Pg>,
) -> QueryResult<()> {
    let scoped = table.filter(|table| table.is_scoped() || table.meta.soft_delete.is_some());
    push_condition(scoped, &parts.tenant, parts.with_deleted, parts.condition.as_ref(), out)
}

/// The tenant predicate, around everything that was written before: no `or_filter` can widen it.
pub(crate) fn push_condition<'b>(
    table: Option<Named>,
    tenant: &'b Tenant,
    with_deleted: bool,
    condition: Option<&'b Condition<'_>>,
    out: &mut AstPass<'_, 'b, Pg>,
) -> QueryResult<()> {
    if table.is_none() && condition.is_none() {
        return Ok(());
    }
    out.push_sql(" WHERE ");
    if let Some(table) = table {
        push_scope(table, tenant, with_deleted, out)?;
    }
    if let Some(condition) = condition {
        if table.is_some() {
            out.push_sql(" AND ");
        }
        condition.walk_ast(out.reborrow())?;
    }
    Ok(())
}
