//! Scoped queries as parts of other queries: `column.eq_any(…)`, [`exists`], [`scalar`].

use std::marker::PhantomData;

use diesel::expression::array_comparison::{AsInExpression, InExpression};
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, TypedExpressionType, ValidGrouping, is_aggregate,
};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::query_source::{AppearsInFromClause, Once, QuerySource};
use diesel::result::QueryResult;
use diesel::sql_types::{Bool, IntoNullable, SqlType};

use super::fragments::{Stage, Types};
use super::from::{Joins, Sources};
use super::inspection::tell;
use super::parts::{List, Parts};
use super::raw::RawSql;
use super::select::ScopedQuery;
use super::shape::Columns;
use crate::model::Model;
use crate::permission::Grants;

/// A scoped query as an expression of type `ST`. `Outer` is [`Anywhere`], or the table of the query around it, of whose columns it
/// speaks.
pub struct SubQuery<'a, ST, Outer = Anywhere> {
    parts: Parts<'a>,
    raw: RawSql,
    wrap: Wrap,
    types: Types<(ST, Outer)>,
}

/// The place of a sub-query that speaks of nothing around it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Anywhere;

/// What stands around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrap {
    Exists,
    Scalar,
    In,
}

impl<'a, ST, Outer> SubQuery<'a, ST, Outer> {
    fn new<F: Sources, R, S, L>(query: ScopedQuery<'a, F, R, S, L>, wrap: Wrap) -> Self {
        let (mut parts, mut raw) = (query.parts, query.raw);
        if query.source.context().ensure_valid().is_err() {
            raw.refuse("a sub-query acts with a context that has expired");
        }
        if !parts.lock.is_empty() {
            raw.refuse("a sub-query does not lock rows");
        }
        parts.list = match (parts.list, wrap) {
            (List::Models, Wrap::Exists) => List::Nothing,
            (List::Columns(piece) | List::Aggregates(piece), _) => List::Bare(piece),
            (list, _) => list,
        };
        Self { parts, raw, wrap, types: PhantomData }
    }
}

/// `EXISTS (query)`: whether there is a row of the tenant. `diesel::dsl::not` turns it round.
///
/// ```no_run
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
/// # use diesel::prelude::*;
/// # use tenant_db::prelude::*;
/// # async fn example(db: tenant_db::TenantDb, context: tenant_db::TenantContext<Manager>) -> tenant_db::Result<()> {
/// use tenant_db::dsl::exists;
///
/// let customers = db.scoped::<Customer>(&context);
/// let rich = customers.filter(customers::credit_limit.gt(10_000));
/// let everybody_if_anybody_is_rich = customers.filter(exists(rich)).load().await?;
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
///
/// # Isolation
///
/// The query in it carries its own tenant predicate (I5), needs the permission to read its model, and has to be for the
/// same tenant as the query around it, or that is refused.
pub fn exists<'a, F, R, S, L>(query: ScopedQuery<'a, F, R, S, L>) -> SubQuery<'a, Bool, F::Outer>
where
    F: SubQueryOf,
    R: Grants<<F::Root as Model>::Read>,
{
    SubQuery::new(query, Wrap::Exists)
}

/// `(query)` as a value: what it selects, NULL where there is no row. More than one row is an error of the database.
///
/// # Isolation
///
/// That of [`exists`].
pub fn scalar<'a, F, R, ST, L>(
    query: ScopedQuery<'a, F, R, Columns<ST>, L>,
) -> SubQuery<'a, <ST as IntoNullable>::Nullable, F::Outer>
where
    F: SubQueryOf,
    R: Grants<<F::Root as Model>::Read>,
    ST: SqlType + IntoNullable,
{
    SubQuery::new(query, Wrap::Scalar)
}

/// What a sub-query reads from, and of what query it speaks.
pub trait SubQueryOf: Sources {
    /// The table of the query around it, or [`Anywhere`].
    type Outer;
}

impl<M: crate::model::TenantModel> SubQueryOf for M {
    type Outer = Anywhere;
}

impl<G, K> SubQueryOf for super::from::Global<G, K>
where
    Self: Sources,
{
    type Outer = Anywhere;
}

impl<F: SubQueryOf, B, Kind> SubQueryOf for super::from::Joined<F, B, Kind>
where
    Self: Sources,
{
    type Outer = F::Outer;
}

/// A query on `F` inside of one on `Outer`, of whose columns it may speak.
pub struct Correlated<F, Outer>(Types<(F, Outer)>);

impl<F, B> Sources for Correlated<F, B>
where
    F: Sources,
    B: Joins<F::Key>,
    diesel::internal::table_macro::Join<F::Scope, B::Scope, diesel::internal::table_macro::Inner>:
        QuerySource,
{
    type Key = F::Key;
    type Root = F::Root;
    type Models = F::Models;
    type Scope =
        diesel::internal::table_macro::Join<F::Scope, B::Scope, diesel::internal::table_macro::Inner>;

    fn width() -> usize {
        F::width()
    }

    fn read<'r>(row: &impl diesel::row::Row<'r, Pg>, tenant: &F::Key) -> crate::error::Result<F::Models> {
        F::read(row, tenant)
    }
}

impl<F, B> SubQueryOf for Correlated<F, B>
where
    F: Sources,
    B: Joins<F::Key>,
    Self: Sources,
{
    type Outer = B::Scope;
}

impl<'a, F: Sources, R, S, L> ScopedQuery<'a, F, R, S, L> {
    /// Lets the query speak of the columns of `B`, a model of the query that it will be a part of.
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use diesel::prelude::*;
    /// # use tenant_db::prelude::*;
    /// # async fn example(db: tenant_db::TenantDb, context: tenant_db::TenantContext<Manager>) -> tenant_db::Result<()> {
    /// use tenant_db::dsl::exists;
    ///
    /// let paid = db
    ///     .scoped::<Invoice>(&context)
    ///     .query()
    ///     .inside::<Customer>()
    ///     .filter(invoices::customer_id.eq(customers::id));
    /// let customers = db.scoped::<Customer>(&context).filter(exists(paid)).load().await?;
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    pub fn inside<B>(self) -> ScopedQuery<'a, Correlated<F, B>, R, S, L>
    where
        B: Joins<F::Key>,
        Correlated<F, B>: Sources<Key = F::Key>,
    {
        self.typed()
    }
}

impl<ST: SqlType + TypedExpressionType, Outer> Expression for SubQuery<'_, ST, Outer> {
    type SqlType = ST;
}

impl<ST, Outer, GroupBy> ValidGrouping<GroupBy> for SubQuery<'_, ST, Outer> {
    type IsAggregate = is_aggregate::Never;
}

/// Where a sub-query may stand: anywhere, or where the columns are that it speaks of.
#[diagnostic::on_unimplemented(
    message = "the sub-query speaks of columns of another query than this one",
    label = "a sub-query that is `inside` of a model belongs into a query on that model"
)]
pub trait Surrounds<Outer> {}

impl<Tables> Surrounds<Anywhere> for Tables {}

impl<Tables, Outer> Surrounds<Outer> for Tables
where
    Outer: QuerySource,
    Tables: AppearsInFromClause<Outer, Count = Once>,
{
}

impl<ST, Outer, Tables> AppearsOnTable<Tables> for SubQuery<'_, ST, Outer>
where
    Self: Expression,
    Tables: Surrounds<Outer>,
{
}

/// [`AppearsOnTable`] has asked already.
impl<ST, Outer, Tables> SelectableExpression<Tables> for SubQuery<'_, ST, Outer> where
    Self: AppearsOnTable<Tables>
{
}

impl<ST, Outer> QueryId for SubQuery<'_, ST, Outer> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST, Outer> QueryFragment<Pg> for SubQuery<'_, ST, Outer> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let around = match self.wrap {
            Wrap::Exists => Some("EXISTS ("),
            Wrap::Scalar => Some("("),
            // Diesel's `IN (…)` has parentheses of its own.
            Wrap::In => None,
        };
        out.push_sql(around.unwrap_or_default());
        if tell(&self.parts.tenant, self.raw) {
            out.push_sql("NULL");
        } else {
            self.parts.walk_ast(out.reborrow())?;
        }
        if around.is_some() {
            out.push_sql(")");
        }
        Ok(())
    }
}

impl<ST: SqlType, Outer> InExpression for SubQuery<'_, ST, Outer> {
    type SqlType = ST;

    fn is_empty(&self) -> bool {
        false
    }

    fn is_array(&self) -> bool {
        false
    }
}

/// `column.eq_any(query)`, `column.ne_all(query)`.
impl<'a, F, R, ST, L> AsInExpression<ST> for ScopedQuery<'a, F, R, Columns<ST>, L>
where
    F: SubQueryOf,
    R: Grants<<F::Root as Model>::Read>,
    ST: SqlType,
    L: Stage,
{
    type InExpression = SubQuery<'a, ST, F::Outer>;

    fn as_in_expression(self) -> Self::InExpression {
        SubQuery::new(self, Wrap::In)
    }
}
