//! [`Writing`]: a write that is not sent yet, and what comes back of it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use diesel::expression::NonAggregate;
use diesel::pg::Pg;
use diesel::query_builder::QueryFragment;
use futures_util::future::BoxFuture;

use super::child::of_own_parent;
use super::fragments::{Piece, Types, Whole};
use super::load::{LoadsAs, Models, Selected, only};
use super::predicate::{Named, Tenant};
use super::raw::{Place, RawSql};
use super::scope::{InScope, Selects};
use super::shape::Columns;
use super::write::{Body, Statement, WithTenant};
use crate::error::{Error, Result};
use crate::model::TenantModel;
use crate::permission::{Grants, NoPermission};
use crate::session::{Operation, ReadRow, Source, Wire, execute, load_rows};

/// An insert, an update or a delete: awaiting it sends it.
///
/// What it gives says `S`: the row, rows, a number of rows, nothing. [`returning`](Self::returning) asks for something
/// else of the rows that were written.
#[must_use = "nothing is written before this is awaited"]
pub struct Writing<'a, M: TenantModel, R, S: Gives<M>> {
    stage: Stage<'a, M, S::Plain>,
    role: Types<R>,
}

enum Stage<'a, M: TenantModel, T> {
    Draft(Draft<'a, M>),
    Sent(BoxFuture<'a, Result<T>>),
    /// Never seen from outside.
    Between,
}

impl<'a, M: TenantModel, R, S: Gives<M>> Writing<'a, M, R, S> {
    pub(crate) fn new(draft: Draft<'a, M>) -> Self {
        Self { stage: Stage::Draft(draft), role: std::marker::PhantomData }
    }

    /// Gives what `expression` says of each row as it is after the write, or was before it was deleted: RETURNING.
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use diesel::prelude::*;
    /// # use tenant_db::prelude::*;
    /// # async fn example(db: tenant_db::TenantDb, context: tenant_db::TenantContext<Manager>) -> tenant_db::Result<()> {
    /// let customers = db.scoped::<Customer>(&context);
    /// let id: uuid::Uuid =
    ///     customers.insert(NewCustomer { name: "Ada".into(), credit_limit: 1 }).returning(customers::id).await?;
    /// let raised: Vec<(String, i64)> = customers
    ///     .filter(customers::credit_limit.lt(100))
    ///     .update(customers::credit_limit.eq(customers::credit_limit + 10))
    ///     .returning((customers::name, customers::credit_limit))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the write.
    ///
    /// # Isolation
    ///
    /// The tenant of each row travels along and is compared with the context's (I6).
    pub fn returning<U, E>(self, expression: E) -> BoxFuture<'a, Result<S::Of<U>>>
    where
        R: Grants<S::Reading>,
        E: Returns<'a, M>,
        Columns<E::SqlType>: LoadsAs<U>,
        E::SqlType: 'static,
        U: Send + 'static,
    {
        let Stage::Draft(mut draft) = self.stage else {
            let reason = "it has been sent already: `returning` comes before `await`";
            return Box::pin(async move { Err(Error::InvalidQuery { reason }) });
        };
        draft.look_at(&expression, Place::List);
        let table = Named::new(M::META);
        let returning = Box::new(WithTenant { table, expression: Box::new(expression) });
        let reader = Selected::<M, Columns<E::SqlType>, U>::written(draft.source);
        let rows = draft.load(returning, reader);
        Box::pin(async move { S::of(rows.await?, M::META.name) })
    }
}

impl<M: TenantModel, R, S: Gives<M>> Future for Writing<'_, M, R, S> {
    type Output = Result<S::Plain>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let stage = &mut self.get_mut().stage;
        if let Stage::Draft(_) = stage
            && let Stage::Draft(draft) = std::mem::replace(stage, Stage::Between)
        {
            *stage = Stage::Sent(S::plain(draft));
        }
        match stage {
            Stage::Sent(sent) => sent.as_mut().poll(context),
            Stage::Draft(_) | Stage::Between => Poll::Pending,
        }
    }
}

impl<M: TenantModel, R, S: Gives<M>> fmt::Debug for Writing<'_, M, R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writing").field("model", &M::META.name).finish_non_exhaustive()
    }
}

/// An expression over the columns of the rows of `M` that a write touches.
#[diagnostic::on_unimplemented(
    message = "this is not an expression over the columns of `{M}`'s table",
    label = "names another table, holds a sub-query, or aggregates",
    note = "`returning` takes columns of `{M}`'s table, expressions of them, and tuples of such",
    note = "rows that a write gives back cannot be aggregated: count or add them in the program"
)]
pub trait Returns<'a, M: TenantModel>: InScope<M> + QueryFragment<Pg> + Send + 'a {}

#[diagnostic::do_not_recommend]
impl<'a, M: TenantModel, E> Returns<'a, M> for E where E: Selects<'a, M> + NonAggregate {}

/// A write before it is sent.
#[allow(unnameable_types, reason = "for this crate")]
pub struct Draft<'a, M: TenantModel> {
    pub(crate) source: Source<'a, M::Key>,
    pub(crate) operation: Operation,
    pub(crate) raw: RawSql,
    /// Or why it is not sent at all.
    pub(crate) body: Result<Body<'a>>,
    /// Where no row was written: whether there is one all the same.
    pub(crate) is_there: Option<BoxFuture<'a, Result<bool>>>,
}

impl<'a, M: TenantModel> Draft<'a, M> {
    pub(crate) fn new(source: Source<'a, M::Key>, operation: Operation, body: Result<Body<'a>>) -> Self {
        Self { source, operation, raw: RawSql::default(), body, is_there: None }
    }

    pub(crate) fn with_raw(self, raw: RawSql) -> Self {
        Self { raw, ..self }
    }

    pub(crate) fn look_at(&mut self, expression: &impl QueryFragment<Pg>, place: Place) {
        self.raw.look_at(expression, place, &Tenant::new(self.source.tenant()));
    }

    /// Sends it, and reads what `returning` says.
    fn load<D>(self, returning: Piece<'a>, reader: D) -> BoxFuture<'a, Result<Vec<D::Out>>>
    where
        D: ReadRow + Clone + Send + 'static,
    {
        Box::pin(async move {
            let body = self.body?;
            let operation = self.operation.with_foreign_sql(self.raw.verdict()?);
            if body.statements() == 0 {
                return Ok(Vec::new());
            }
            let inserts = matches!(body, Body::Rows { .. });
            let sent = self.source.run(operation, loading(body, returning, reader));
            let rows = if inserts { of_own_parent::<M, _>(sent).await? } else { sent.await? };
            if let (true, Some(is_there)) = (rows.is_empty(), self.is_there)
                && is_there.await?
            {
                return Err(Error::Stale { model: M::META.name });
            }
            Ok(rows)
        })
    }

    fn models(self) -> BoxFuture<'a, Result<Vec<M>>> {
        let reader = Models::<M>::of(self.source);
        self.load(Box::new(M::selection()), reader)
    }

    /// Sends it, and counts the rows.
    fn execute(self) -> BoxFuture<'a, Result<usize>> {
        Box::pin(async move {
            let body = self.body?;
            let operation = self.operation.with_foreign_sql(self.raw.verdict()?);
            self.source.run(operation, counting(body)).await
        })
    }
}

/// The statements of `body`, one after the other, and their rows. They are written down at once, and sent as their turn
/// comes.
fn loading<'a, D>(
    body: Body<'a>,
    returning: Piece<'a>,
    reader: D,
) -> impl for<'c> Fn(Wire<'c>) -> BoxFuture<'c, Result<Vec<D::Out>>> + Send + use<'a, D>
where
    D: ReadRow + Clone + Send + 'static,
{
    move |wire| {
        let statement = |at| Whole(Statement { body: &body, at, returning: Some(&returning) });
        let pieces: Vec<_> =
            (0..body.statements()).map(|at| load_rows(wire, &statement(at), reader.clone())).collect();
        Box::pin(async move {
            let mut gathered = Vec::new();
            for piece in pieces {
                gathered.extend(piece.await?);
            }
            Ok(gathered)
        })
    }
}

fn counting<'a>(
    body: Body<'a>,
) -> impl for<'c> Fn(Wire<'c>) -> BoxFuture<'c, Result<usize>> + Send + use<'a> {
    move |wire| execute(wire, &Whole(Statement { body: &body, at: 0, returning: None }))
}

/// What a write gives.
#[allow(unnameable_types, reason = "sealed: the ways in which this crate's writes answer")]
pub trait Gives<M: TenantModel>: 'static {
    /// By itself.
    type Plain: Send + 'static;
    /// By `returning`.
    type Of<U: Send + 'static>: Send + 'static;
    /// The permission that `returning` asks for beyond that of the write.
    type Reading: 'static;

    #[doc(hidden)]
    fn plain(draft: Draft<'_, M>) -> BoxFuture<'_, Result<Self::Plain>>;
    #[doc(hidden)]
    fn of<U: Send + 'static>(rows: Vec<U>, model: &'static str) -> Result<Self::Of<U>>;
}

/// One row, which has to be there.
#[derive(Debug)]
#[non_exhaustive]
pub enum OneRow {}

/// One row, or none.
#[derive(Debug)]
#[non_exhaustive]
pub enum MaybeRow {}

/// Each row.
#[derive(Debug)]
#[non_exhaustive]
pub enum EachRow {}

/// How many rows.
#[derive(Debug)]
#[non_exhaustive]
pub enum RowCount {}

/// That one row is gone.
#[derive(Debug)]
#[non_exhaustive]
pub enum Gone {}

impl<M: TenantModel> Gives<M> for OneRow {
    type Plain = M;
    type Of<U: Send + 'static> = U;
    type Reading = NoPermission;

    fn plain(draft: Draft<'_, M>) -> BoxFuture<'_, Result<M>> {
        let rows = draft.models();
        Box::pin(async move { only(rows.await?, M::META.name) })
    }

    fn of<U: Send + 'static>(rows: Vec<U>, model: &'static str) -> Result<U> {
        only(rows, model)
    }
}

impl<M: TenantModel> Gives<M> for MaybeRow {
    type Plain = Option<M>;
    type Of<U: Send + 'static> = Option<U>;
    type Reading = NoPermission;

    fn plain(draft: Draft<'_, M>) -> BoxFuture<'_, Result<Option<M>>> {
        let rows = draft.models();
        Box::pin(async move { Ok(rows.await?.pop()) })
    }

    fn of<U: Send + 'static>(mut rows: Vec<U>, _: &'static str) -> Result<Option<U>> {
        Ok(rows.pop())
    }
}

impl<M: TenantModel> Gives<M> for EachRow {
    type Plain = Vec<M>;
    type Of<U: Send + 'static> = Vec<U>;
    type Reading = NoPermission;

    fn plain(draft: Draft<'_, M>) -> BoxFuture<'_, Result<Vec<M>>> {
        draft.models()
    }

    fn of<U: Send + 'static>(rows: Vec<U>, _: &'static str) -> Result<Vec<U>> {
        Ok(rows)
    }
}

impl<M: TenantModel> Gives<M> for RowCount {
    type Plain = usize;
    type Of<U: Send + 'static> = Vec<U>;
    type Reading = NoPermission;

    fn plain(draft: Draft<'_, M>) -> BoxFuture<'_, Result<usize>> {
        draft.execute()
    }

    fn of<U: Send + 'static>(rows: Vec<U>, _: &'static str) -> Result<Vec<U>> {
        Ok(rows)
    }
}

/// Deleting tells nothing of a row; to be shown it is to read it.
impl<M: TenantModel> Gives<M> for Gone {
    type Plain = ();
    type Of<U: Send + 'static> = U;
    type Reading = M::Read;

    fn plain(draft: Draft<'_, M>) -> BoxFuture<'_, Result<()>> {
        let rows = draft.execute();
        Box::pin(async move {
            match rows.await? {
                0 => Err(Error::NotFound { model: M::META.name }),
                _ => Ok(()),
            }
        })
    }

    fn of<U: Send + 'static>(rows: Vec<U>, model: &'static str) -> Result<U> {
        only(rows, model)
    }
}
