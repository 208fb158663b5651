//! Pages: by key ([`page_by`](ScopedQuery::page_by)), and by number ([`paginate`](ScopedQuery::paginate)).

mod cursor;
mod offset;
mod order;
mod position;
mod rows;
mod seal;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde::Serialize;

pub use cursor::{Cursor, CursorFault};
pub use offset::{OffsetPage, Unlocked};
pub use order::PageOrder;
pub(crate) use seal::Paging;

use self::order::{Key, text, total_order};
use self::position::{Position, Side, Value, Values};
use self::rows::{Keyed, KeyedRow, OrderBy};
use self::seal::{Fingerprint, fingerprint};
use super::fragments::{Filtered, Stage, Types};
use super::from::Sources;
use super::load::{LoadsAs, Models, Selected, read};
use super::parts::{Condition, Distinct, List, Parts};
use super::predicate::Tenant;
use super::raw::RawSql;
use super::select::ScopedQuery;
use super::shape::{Columns, WholeRow};
use crate::error::Result;
use crate::model::{Model, TenantModel};
use crate::permission::Grants;
use crate::scoped::TenantScoped;
use crate::session::{Operation, ReadRow, Source};

/// A page of an ordered query, and the ways on from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(bound(serialize = "T: Serialize"))]
#[non_exhaustive]
pub struct Page<T, M> {
    /// The rows, in the query's order.
    pub items: Vec<T>,
    /// Where the next page begins, if there are more rows.
    pub next: Option<Cursor<M>>,
    /// Where the page before ends. `None` on the first page.
    pub previous: Option<Cursor<M>>,
}

impl<T, M> Page<T, M> {
    /// The page with something else made of each row.
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> Page<U, M> {
        Page { items: self.items.into_iter().map(make).collect(), next: self.next, previous: self.previous }
    }
}

/// A query that is read page by page, each from where the one before has ended: what
/// [`page_by`](ScopedQuery::page_by) gives.
#[must_use = "a query is not sent before `page`"]
pub struct PagedQuery<'a, F: Sources, R, S> {
    source: Source<'a, F::Key>,
    parts: Parts<'a>,
    raw: RawSql,
    keys: Arc<[Key]>,
    types: Types<(F, R, S)>,
}

/// A query of filters alone, to which pages give an order and a limit.
#[diagnostic::on_unimplemented(
    message = "a query with an order, a limit, distinct rows or a lock is not read in pages",
    label = "only filters, joins and a selection come before `page_by`",
    note = "`page_by` orders by itself, and `page` limits; for pages by number there is `paginate`"
)]
pub trait Unarranged: Stage {}

impl Unarranged for Filtered {}

impl<'a, F: Sources, R, S, L> ScopedQuery<'a, F, R, S, L> {
    /// Orders by `order`, to be read in pages. A page begins behind the last row of the one before, whatever was inserted
    /// or deleted meanwhile: no row comes twice, and none that stays is left out. With an index on the tenant and the
    /// order's columns each page costs the same, however far it is.
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use diesel::prelude::*;
    /// # use tenant_db::prelude::*;
    /// # async fn example(db: tenant_db::TenantDb, context: tenant_db::TenantContext<Manager>) -> tenant_db::Result<()> {
    /// let customers = db.scoped::<Customer>(&context);
    /// let rich = || customers.filter(customers::credit_limit.gt(100)).page_by(customers::name.asc());
    /// let first = rich().page(None, 20).await?;
    /// let second = rich().page(first.next.as_ref(), 20).await?;
    /// let first_again = rich().page(second.previous.as_ref(), 20).await?;
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    ///
    /// See [`PageOrder`] for what an order is. The primary key comes last by itself; so
    /// `page_by((customers::credit_limit.desc(), customers::name.asc()))` is enough. Columns that all go the same way and
    /// are never NULL are compared at once, `(credit_limit, name, id) > (…)`, which an index serves best.
    pub fn page_by<O: PageOrder<F>>(mut self, order: O) -> PagedQuery<'a, F, R, S>
    where
        L: Unarranged,
    {
        if !matches!(self.parts.distinct, Distinct::No)
            || !matches!(self.parts.list, List::Models | List::Columns(_))
        {
            self.raw.refuse("groups and aggregates have no rows to page by; use `paginate`");
        }
        let keys: Arc<[Key]> = total_order::<F, O>(order, &self.parts, &mut self.raw).into();
        PagedQuery { source: self.source, parts: self.parts, raw: self.raw, keys, types: PhantomData }
    }
}

impl<'a, M: TenantModel, R> TenantScoped<'a, M, R> {
    /// All rows, in pages. See [`ScopedQuery::page_by`].
    pub fn page_by<O: PageOrder<M>>(&self, order: O) -> PagedQuery<'a, M, R, WholeRow> {
        self.query().page_by(order)
    }
}

/// Where a page is, and whose.
struct Place {
    tenant: Tenant,
    query: Fingerprint,
    /// From the cursor; none for the first page.
    from: Option<(Side, Values)>,
    size: usize,
}

impl<'a, F: Sources, R, S> PagedQuery<'a, F, R, S> {
    /// Finds the page, adds the condition and the order to the query, and asks for one row more than is wanted.
    fn place(&mut self, cursor: Option<&str>, size: i64) -> Result<Place> {
        let paging = self.source.paging();
        paging.check_size(size)?;
        let parts = &mut self.parts;
        append_keys(parts, &self.keys);
        parts.order = vec![Box::new(OrderBy { keys: Arc::clone(&self.keys), backward: false })];
        // The text so far is what all pages of the query have in common. What cannot be written fails when it is sent.
        let query = fingerprint(F::Root::META.name, &text(parts).unwrap_or_default());
        let tenant = parts.tenant.clone();
        let from = cursor.map(|token| paging.open(&tenant, &query, token)).transpose()?;
        if let Some((side, values)) = &from {
            let (keys, values, side) = (Arc::clone(&self.keys), values.clone(), *side);
            parts.order = vec![Box::new(OrderBy { keys: Arc::clone(&keys), backward: side.is_backward() })];
            let position = Box::new(Position { keys, values, side });
            parts.condition = Some(match parts.condition.take() {
                None => Condition::One(position),
                Some(condition) => condition.and(position),
            });
        }
        parts.limit = Some(size.saturating_add(1));
        Ok(Place { tenant, query, from, size: usize::try_from(size).unwrap_or(usize::MAX) })
    }

    fn fetch<D>(
        mut self,
        cursor: Option<&Cursor<F::Root>>,
        size: i64,
        reader: D,
    ) -> BoxFuture<'a, Result<Page<D::Out, F::Root>>>
    where
        D: ReadRow + Clone + Send + 'static,
    {
        let place = self.place(cursor.map(Cursor::as_str), size);
        let Self { source, parts, raw, keys, .. } = self;
        let reader = Keyed { reader, keys: keys.len() };
        let operation = Operation::read("page", F::Root::META.name);
        let rows = read::<F, _>(source, operation, raw, parts, reader);
        Box::pin(async move {
            let place = place?;
            place.page(source.paging(), rows.await?)
        })
    }
}

impl Place {
    /// Makes a page of the rows, in the order in which they were read, of which the last one may be too many.
    fn page<T, M>(self, paging: &Paging, mut rows: Vec<KeyedRow<T>>) -> Result<Page<T, M>> {
        let more = rows.len() > self.size;
        rows.truncate(self.size);
        let backward = self.from.as_ref().is_some_and(|(side, _)| side.is_backward());
        let (ahead, behind) =
            if backward { (Side::Before, Side::After) } else { (Side::After, Side::Before) };
        let seal = |side, values: &[Option<Value>]| {
            paging.seal(&self.tenant, &self.query, side, values).map(Cursor::sealed)
        };
        // What comes when one goes on in the same direction, and when one turns round.
        let on = match rows.last() {
            Some((_, values)) if more => Some(seal(ahead, values)?),
            _ => None,
        };
        let back = match (&self.from, rows.first()) {
            (None, _) => None,
            (Some(_), Some((_, values))) => Some(seal(behind, values)?),
            (Some((side, values)), None) => Some(seal(side.opposite(), values)?),
        };
        let items = rows.into_iter().map(|(item, _)| item);
        Ok(if backward {
            Page { items: items.rev().collect(), next: back, previous: on }
        } else {
            Page { items: items.collect(), next: on, previous: back }
        })
    }
}

/// The keys are read behind what was selected.
fn append_keys(parts: &mut Parts<'_>, keys: &Arc<[Key]>) {
    parts.list = match std::mem::replace(&mut parts.list, List::Nothing) {
        List::Columns(piece) => List::Columns(Box::new(rows::WithKeys { piece, keys: Arc::clone(keys) })),
        List::Models => {
            if let Some(last) = parts.tables.pop() {
                let selection = Box::new(rows::WithKeys { piece: last.selection, keys: Arc::clone(keys) });
                parts.tables.push(super::parts::Part { selection, ..last });
            }
            List::Models
        }
        list => list,
    };
}

impl<'a, F: Sources, R> PagedQuery<'a, F, R, WholeRow> {
    /// Loads the page that `cursor` points at, from an earlier page's `next` or `previous`; without one the first page. At
    /// most `size` rows. `previous` of a later page leads back.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidCursor`](crate::Error::InvalidCursor), [`Error::InvalidPageSize`](crate::Error::InvalidPageSize), and
    /// those of [`ScopedQuery::load`].
    ///
    /// # Isolation
    ///
    /// That of [`ScopedQuery::load`]. A cursor is bound to its tenant: see [`Cursor`].
    pub fn page(
        self,
        cursor: Option<&Cursor<F::Root>>,
        size: i64,
    ) -> BoxFuture<'a, Result<Page<F::Models, F::Root>>>
    where
        R: Grants<<F::Root as Model>::Read>,
    {
        let reader = Models::<F>::of(self.source);
        self.fetch(cursor, size, reader)
    }
}

impl<'a, F: Sources, R, ST: 'static> PagedQuery<'a, F, R, Columns<ST>> {
    /// As the page of a query of whole models, with what was selected, as `U`.
    ///
    /// # Errors
    ///
    /// As for a query of whole models.
    ///
    /// # Isolation
    ///
    /// As for a query of whole models.
    pub fn page<U>(
        self,
        cursor: Option<&Cursor<F::Root>>,
        size: i64,
    ) -> BoxFuture<'a, Result<Page<U, F::Root>>>
    where
        R: Grants<<F::Root as Model>::Read>,
        Columns<ST>: LoadsAs<U>,
        U: Send + 'static,
    {
        let reader = Selected::<F, Columns<ST>, U>::new(self.source, &self.parts);
        self.fetch(cursor, size, reader)
    }
}

impl<F: Sources, R, S> fmt::Debug for PagedQuery<'_, F, R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PagedQuery").field("model", &F::Root::META.name).finish_non_exhaustive()
    }
}
