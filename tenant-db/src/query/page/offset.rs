//! Pages by number, with the number of all rows.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;
use diesel::row::{Field, Row};
use diesel::sql_types::BigInt;
use futures_util::future::BoxFuture;
use serde::Serialize;

use super::order::primary_keys;
use crate::error::Result;
use crate::model::{Model, TenantModel};
use crate::permission::Grants;
use crate::query::fragments::{Arranged, Filtered, Piece, Stage};
use crate::query::from::Sources;
use crate::query::load::{LoadsAs, Models, One, Selected, read};
use crate::query::parts::{Distinct, List, Parts};
use crate::query::select::ScopedQuery;
use crate::query::shape::{Columns, WholeRow};
use crate::scoped::TenantScoped;
use crate::session::{Operation, ReadRow};

/// A page by number: what [`paginate`](ScopedQuery::paginate) gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OffsetPage<T> {
    /// The rows.
    pub items: Vec<T>,
    /// How many rows there are on all pages.
    pub total: i64,
    /// Which page this is, counted from 1. It may lie behind the last one.
    pub page: i64,
    /// How many rows a page has.
    pub per_page: i64,
    /// How many pages there are.
    pub pages: i64,
}

impl<T> OffsetPage<T> {
    /// The page with something else made of each row.
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> OffsetPage<U> {
        let Self { items, total, page, per_page, pages } = self;
        OffsetPage { items: items.into_iter().map(make).collect(), total, page, per_page, pages }
    }
}

/// A query that locks nothing, so that it can be counted and cut into pages.
#[diagnostic::on_unimplemented(
    message = "a query that locks rows is not read in pages",
    note = "leave `for_update` out, or use `limit` and `offset`"
)]
pub trait Unlocked: Stage {}

impl Unlocked for Filtered {}
impl Unlocked for Arranged {}

/// All rows and a page of them, in one statement, and so of one moment:
///
/// ```sql
/// SELECT counted.total, page.* FROM (SELECT COUNT(*) … FROM (query)) AS counted
/// LEFT JOIN (SELECT ROW_NUMBER() OVER () AS position, found.* FROM (query LIMIT … OFFSET …) AS found) AS page ON TRUE
/// ORDER BY 2
/// ```
///
/// There is always a row, also where the page has none, which tells the total.
struct CountedPage<'a> {
    /// Without order.
    parts: Parts<'a>,
    order: Vec<Piece<'a>>,
    /// What decides where the order leaves it open, so that a row is on one page only.
    tie_breakers: Vec<String>,
    limit: i64,
    offset: i64,
}

impl<'a> CountedPage<'a> {
    fn new(mut parts: Parts<'a>, limit: i64, offset: i64) -> Self {
        let order = std::mem::take(&mut parts.order);
        let rows_are_rows = matches!(parts.list, List::Models | List::Columns(_))
            && !matches!(parts.distinct, Distinct::Rows);
        let tie_breakers = if rows_are_rows { primary_keys(&parts) } else { Vec::new() };
        let tie_breakers = tie_breakers.into_iter().map(|(sql, _)| sql).collect();
        Self { parts, order, tie_breakers, limit, offset }
    }
}

impl QueryFragment<Pg> for CountedPage<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT counted.total, page.* FROM (SELECT COUNT(*) AS total FROM (");
        self.parts.walk_ast(out.reborrow())?;
        out.push_sql(
            ") AS every) AS counted LEFT JOIN (SELECT ROW_NUMBER() OVER () AS position, found.* FROM (",
        );
        self.parts.walk_ast(out.reborrow())?;
        let mut word = " ORDER BY ";
        for piece in &self.order {
            out.push_sql(std::mem::replace(&mut word, ", "));
            piece.walk_ast(out.reborrow())?;
        }
        for sql in &self.tie_breakers {
            out.push_sql(std::mem::replace(&mut word, ", "));
            out.push_sql(sql);
        }
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.limit)?;
        out.push_sql(" OFFSET ");
        out.push_bind_param::<BigInt, _>(&self.offset)?;
        out.push_sql(") AS found) AS page ON TRUE ORDER BY 2");
        Ok(())
    }
}

/// Reads the total, and the row where there is one.
#[derive(Clone)]
struct Counted<D>(D);

impl<D: ReadRow> ReadRow for Counted<D> {
    type Out = (i64, Option<D::Out>);

    fn read<'r>(&self, row: &impl Row<'r, Pg>) -> Result<Self::Out> {
        let total = One::<BigInt, i64>::new().read(&row.partial_row(0..1))?;
        let is_there = row.get(1).is_some_and(|position| !position.is_null());
        let item = is_there.then(|| self.0.read(&row.partial_row(2..row.field_count()))).transpose()?;
        Ok((total, item))
    }
}

impl<'a, F: Sources, R, S, L> ScopedQuery<'a, F, R, S, L> {
    fn numbered<D>(mut self, page: i64, per_page: i64, reader: D) -> BoxFuture<'a, Result<OffsetPage<D::Out>>>
    where
        D: ReadRow + Clone + Send + 'static,
    {
        if let Err(error) = self.source.paging().check_size(per_page) {
            return Box::pin(async { Err(error) });
        }
        if page < 1 {
            self.raw.refuse("pages are counted from 1");
        }
        if self.parts.limit.is_some() || self.parts.offset.is_some() {
            self.raw.refuse("a page has its own limit and offset; leave `limit` and `offset` out");
        }
        // Behind the last row it is the same how far.
        let offset = page.saturating_sub(1).saturating_mul(per_page).clamp(0, i64::MAX / 2);
        let query = CountedPage::new(self.parts, per_page, offset);
        let operation = Operation::read("paginate", F::Root::META.name);
        let rows = read::<F, _>(self.source, operation, self.raw, query, Counted(reader));
        Box::pin(async move {
            let rows = rows.await?;
            let total = rows.first().map_or(0, |(total, _)| *total);
            let items = rows.into_iter().filter_map(|(_, item)| item).collect();
            let pages = total / per_page + i64::from(total % per_page > 0);
            Ok(OffsetPage { items, total, page, per_page, pages })
        })
    }
}

impl<'a, F: Sources, R, L> ScopedQuery<'a, F, R, WholeRow, L> {
    /// Loads page number `page`, counted from 1, of `per_page` rows each, and counts all rows: one statement. The primary
    /// key decides what the order leaves open. A page behind the last one has no rows, and the right total.
    ///
    /// Every row before the page is read on the way to it, and every row is counted. Where nobody needs the numbers,
    /// [`page_by`](ScopedQuery::page_by) does better: it does not slip when rows are inserted or deleted either.
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use diesel::prelude::*;
    /// # use tenant_db::prelude::*;
    /// # async fn example(db: tenant_db::TenantDb, context: tenant_db::TenantContext<Manager>) -> tenant_db::Result<()> {
    /// let customers = db.scoped::<Customer>(&context);
    /// let page = customers.order(customers::name.asc()).paginate(3, 20).await?;
    /// println!("{} of {} customers, page {} of {}", page.items.len(), page.total, page.page, page.pages);
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::InvalidPageSize`](crate::Error::InvalidPageSize), [`Error::InvalidQuery`](crate::Error::InvalidQuery) for a page
    /// before the first, and those of [`load`](ScopedQuery::load).
    ///
    /// # Isolation
    ///
    /// That of [`load`](ScopedQuery::load). Only rows of the tenant are counted.
    pub fn paginate(self, page: i64, per_page: i64) -> BoxFuture<'a, Result<OffsetPage<F::Models>>>
    where
        L: Unlocked,
        R: Grants<<F::Root as Model>::Read>,
    {
        let reader = Models::<F>::of(self.source);
        self.numbered(page, per_page, reader)
    }
}

impl<'a, F: Sources, R, ST: 'static, L> ScopedQuery<'a, F, R, Columns<ST>, L> {
    /// As [`paginate`](Self::paginate) of a query of whole models, with what was selected, as `U`. Groups are rows here.
    ///
    /// # Errors
    ///
    /// As for a query of whole models.
    ///
    /// # Isolation
    ///
    /// As for a query of whole models.
    pub fn paginate<U>(self, page: i64, per_page: i64) -> BoxFuture<'a, Result<OffsetPage<U>>>
    where
        L: Unlocked,
        R: Grants<<F::Root as Model>::Read>,
        Columns<ST>: LoadsAs<U>,
        U: Send + 'static,
    {
        let reader = Selected::<F, Columns<ST>, U>::new(self.source, &self.parts);
        self.numbered(page, per_page, reader)
    }
}

impl<'a, M: TenantModel, R> TenantScoped<'a, M, R> {
    /// A page of all rows, by number. See [`ScopedQuery::paginate`].
    ///
    /// # Errors
    ///
    /// Those of [`ScopedQuery::paginate`].
    pub fn paginate(&self, page: i64, per_page: i64) -> BoxFuture<'a, Result<OffsetPage<M>>>
    where
        R: Grants<M::Read>,
    {
        self.query().paginate(page, per_page)
    }
}
