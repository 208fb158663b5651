//! [`RowStream`]: rows one by one, without all of them being in memory.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use diesel::pg::Pg;
use diesel::query_builder::QueryFragment;
use futures_util::future::{BoxFuture, ready};
use futures_util::stream::{self, BoxStream, Stream, StreamExt};

use super::fragments::Stage;
use super::from::Sources;
use super::load::{LoadsAs, Models, Selected};
use super::raw::RawSql;
use super::select::ScopedQuery;
use super::shape::{Columns, WholeRow};
use crate::error::{Error, Result};
use crate::model::{Model, TenantModel};
use crate::permission::Grants;
use crate::scoped::TenantScoped;
use crate::session::{BATCH, Operation, ReadRow, Source};

/// The rows of a query, one after the other: what [`stream`](ScopedQuery::stream) gives.
///
/// [`next`](Self::next) is enough to read it; with the crate `futures` it has all that a
/// [`Stream`](futures_util::Stream) has.
///
/// It ends with its first error. Dropped before its end it leaves nothing behind: its transaction can be used, and
/// committed, as if the rest had been read.
#[must_use = "a stream reads nothing before it is asked"]
pub struct RowStream<'a, T> {
    rows: BoxStream<'a, Result<T>>,
}

impl<T> RowStream<'_, T> {
    /// The next row, or `None` after the last.
    ///
    /// # Errors
    ///
    /// Those of [`ScopedQuery::stream`].
    #[allow(clippy::should_implement_trait, reason = "that of a stream, for who has no `StreamExt` at hand")]
    #[allow(clippy::should_implement_trait, reason = "it is awaited, as that of a stream is")]
    pub fn next(&mut self) -> BoxFuture<'_, Option<Result<T>>>
    where
        T: Send,
    {
        Box::pin(self.rows.next())
    }
}

impl<T> Stream for RowStream<'_, T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.rows.as_mut().poll_next(context)
    }
}

impl<T> fmt::Debug for RowStream<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowStream").finish_non_exhaustive()
    }
}

fn streaming<'a, F, D>(
    source: Source<'a, F::Key>,
    operation: Operation,
    raw: RawSql,
    query: impl QueryFragment<Pg> + Send + 'a,
    batch: u32,
    reader: D,
) -> RowStream<'a, D::Out>
where
    F: Sources,
    D: ReadRow + Clone + Send + 'static,
{
    let verdict = raw.verdict().and_then(|foreign| match batch {
        0 => Err(Error::InvalidQuery { reason: "a batch has at least one row" }),
        _ => Ok(operation.with_foreign_sql(foreign)),
    });
    let rows = match verdict {
        Ok(operation) => crate::session::stream(source, operation, query, batch, reader),
        Err(error) => stream::once(ready(Err(error))).boxed(),
    };
    RowStream { rows }
}

impl<'a, F: Sources, R, L: Stage> ScopedQuery<'a, F, R, WholeRow, L> {
    /// Reads the rows one after the other, without all of them being in memory: they come from the server in batches of a
    /// few hundred, each when it is wanted.
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use diesel::prelude::*;
    /// # use tenant_db::prelude::*;
    /// # async fn example(db: tenant_db::TenantDb, context: tenant_db::TenantContext<Manager>) -> tenant_db::Result<()> {
    /// let total = db
    ///     .transaction(&context, async |tx| {
    ///         let mut total = 0;
    ///         let mut customers = tx.scoped::<Customer>().order(customers::name.asc()).stream();
    ///         while let Some(customer) = customers.next().await {
    ///             total += customer?.credit_limit;
    ///         }
    ///         Ok(total)
    ///     })
    ///     .await?;
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    ///
    /// In a transaction, other statements may be sent between two rows; what they change is not seen by the stream, whose
    /// rows are those of the moment in which the first was asked for. A row is not to be asked for and then left waiting while another
    /// statement is sent, unless the two are polled together. Outside of a transaction the stream is one of its own,
    /// read-only, which has a connection until it ends or is dropped; a reader that takes longer for a batch than
    /// [`idle_in_transaction_timeout`](crate::TenantDbBuilder::idle_in_transaction_timeout) loses it.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Self::load), and [`Error::ConnectionLost`]. An error is the last thing that comes.
    ///
    /// # Isolation
    ///
    /// The tenant of each row is compared with the context's before it is handed out (I6). A stream borrows its
    /// transaction: nothing is read after its end.
    pub fn stream(self) -> RowStream<'a, F::Models>
    where
        R: Grants<<F::Root as Model>::Read>,
    {
        self.stream_in_batches(BATCH)
    }

    /// As [`stream`](Self::stream), with so many rows in a batch: fewer where rows are large, more where the server is far.
    ///
    /// # Errors
    ///
    /// Those of [`stream`](Self::stream).
    pub fn stream_in_batches(self, rows: u32) -> RowStream<'a, F::Models>
    where
        R: Grants<<F::Root as Model>::Read>,
    {
        let reader = Models::<F>::of(self.source);
        streaming::<F, _>(self.source, Self::reading("stream"), self.raw, self.parts, rows, reader)
    }
}

impl<'a, F: Sources, R, ST: 'static, L: Stage> ScopedQuery<'a, F, R, Columns<ST>, L> {
    /// Reads what was selected, as `U`, row by row: as the `stream` of a query of whole models.
    ///
    /// # Errors
    ///
    /// As for a query of whole models.
    ///
    /// # Isolation
    ///
    /// As for a query of whole models.
    pub fn stream<U>(self) -> RowStream<'a, U>
    where
        R: Grants<<F::Root as Model>::Read>,
        Columns<ST>: LoadsAs<U>,
        U: Send + 'static,
    {
        self.stream_in_batches(BATCH)
    }

    /// As [`stream`](Self::stream), with so many rows in a batch.
    ///
    /// # Errors
    ///
    /// As for a query of whole models.
    pub fn stream_in_batches<U>(self, rows: u32) -> RowStream<'a, U>
    where
        R: Grants<<F::Root as Model>::Read>,
        Columns<ST>: LoadsAs<U>,
        U: Send + 'static,
    {
        let reader = Selected::<F, Columns<ST>, U>::new(self.source, &self.parts);
        streaming::<F, _>(self.source, Self::reading("stream"), self.raw, self.parts, rows, reader)
    }
}

impl<'a, M: TenantModel, R> TenantScoped<'a, M, R> {
    /// All rows, one after the other. See [`ScopedQuery::stream`].
    ///
    /// # Errors
    ///
    /// Those of [`ScopedQuery::stream`].
    pub fn stream(&self) -> RowStream<'a, M>
    where
        R: Grants<M::Read>,
    {
        self.query().stream()
    }
}
