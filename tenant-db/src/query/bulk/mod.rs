//! [`BulkInsert`]: rows by the hundred thousand.
//!
//! PostgreSQL refuses `COPY … FROM` on a table with row-level security. A view with an `INSTEAD OF` trigger would take it, and
//! insert row by row, in twice the time of what is done here: each column of a chunk of rows is one parameter, an array, and
//! `INSERT … SELECT … FROM unnest(…)` makes rows of them. Policies hold as for any insert, the tenant is bound once, and no
//! limit on the number of parameters is met.

mod array;
mod chunks;
mod shape;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use diesel::sql_types::Bool;
use futures_util::future::{BoxFuture, join};

use self::chunks::{Chunk, Chunks};
use super::child::of_own_parent;
use super::fragments::{Piece, Types, Whole};
use super::insert::InsertInto;
use super::load::Selected;
use super::shape::Columns;
use crate::error::Result;
use crate::meta::Tenancy;
use crate::model::TenantModel;
use crate::session::{Operation, Source, Wire, execute, load_rows};

/// Many rows that are inserted together or not at all: awaiting it sends them, and says how many there were.
#[must_use = "nothing is inserted before this is awaited"]
pub struct BulkInsert<'a, M: TenantModel, R> {
    stage: Stage<'a>,
    types: Types<(M, R)>,
}

enum Stage<'a> {
    Draft {
        start: Start<'a>,
        progress: Progress<'a>,
    },
    Sent(BoxFuture<'a, Result<usize>>),
    /// Never seen from outside.
    Between,
}

type Start<'a> = Box<dyn FnOnce(Progress<'a>) -> BoxFuture<'a, Result<usize>> + Send + 'a>;
type Progress<'a> = Option<Box<dyn FnMut(usize) + Send + 'a>>;

impl<'a, M: TenantModel, R> BulkInsert<'a, M, R> {
    pub(crate) fn new<I, Rows>(source: Source<'a, M::Key>, rows: Rows) -> Self
    where
        I: InsertInto<'a, M> + 'a,
        Rows: IntoIterator<Item = I, IntoIter: Send + 'a>,
    {
        let rows = rows.into_iter();
        let start: Start<'a> = Box::new(move |progress| Box::pin(insert::<M, I, _>(source, rows, progress)));
        Self { stage: Stage::Draft { start, progress: None }, types: std::marker::PhantomData }
    }

    /// Has `tell` called after each chunk with the number of rows that have been sent so far. They are there for others, and for
    /// good, when everything is done.
    pub fn progress(mut self, tell: impl FnMut(usize) + Send + 'a) -> Self {
        if let Stage::Draft { progress, .. } = &mut self.stage {
            *progress = Some(Box::new(tell));
        }
        self
    }
}

impl<M: TenantModel, R> Future for BulkInsert<'_, M, R> {
    type Output = Result<usize>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let stage = &mut self.get_mut().stage;
        if let Stage::Draft { .. } = stage
            && let Stage::Draft { start, progress } = std::mem::replace(stage, Stage::Between)
        {
            *stage = Stage::Sent(start(progress));
        }
        match stage {
            Stage::Sent(sent) => sent.as_mut().poll(context),
            Stage::Draft { .. } | Stage::Between => Poll::Pending,
        }
    }
}

impl<M: TenantModel, R> fmt::Debug for BulkInsert<'_, M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkInsert").field("model", &M::META.name).finish_non_exhaustive()
    }
}

async fn insert<'a, M, I, Rows>(
    source: Source<'a, M::Key>,
    rows: Rows,
    progress: Progress<'a>,
) -> Result<usize>
where
    M: TenantModel,
    I: InsertInto<'a, M>,
    Rows: Iterator<Item = I> + Send,
{
    let together = source.together().await?;
    let chunks = Chunks::<M, I, _>::new(rows, source.tenant());
    match send_all(together.source(), chunks, progress).await {
        Ok(count) => together.commit().await.map(|()| count),
        Err(error) => {
            together.rollback().await;
            Err(error)
        }
    }
}

/// Sends chunk after chunk. The next one is put together while the server is at work on the last.
async fn send_all<'a, M, I, Rows>(
    source: Source<'_, M::Key>,
    mut chunks: Chunks<'a, M, I, Rows>,
    mut progress: Progress<'a>,
) -> Result<usize>
where
    M: TenantModel,
    I: InsertInto<'a, M>,
    Rows: Iterator<Item = I> + Send,
{
    let mut count = 0;
    let mut next = chunks.next()?;
    while !next.is_empty() {
        let sending = async {
            let mut sent = 0;
            for chunk in next {
                sent += send::<M>(source, chunk).await?;
            }
            Ok(sent)
        };
        let following = async {
            // So that what was sent can leave first.
            tokio::task::yield_now().await;
            chunks.next()
        };
        let (sent, following) = join(sending, following).await;
        let sent: Result<usize> = sent;
        count += sent?;
        if let Some(tell) = &mut progress {
            tell(count);
        }
        next = following?;
    }
    Ok(count)
}

fn send<'s, 'a: 's, M: TenantModel>(
    source: Source<'s, M::Key>,
    chunk: Chunk<'a>,
) -> BoxFuture<'s, Result<usize>> {
    let operation = Operation::write("bulk_insert", M::META.name);
    if !matches!(M::META.tenancy, Tenancy::Through { .. }) {
        return match chunk {
            Chunk::Arrays(arrays) => source.run(operation, counting(arrays)),
            Chunk::Rows(rows) => source.run(operation, counting(Whole(rows))),
        };
    }
    // Whose parent a row names is known when it comes back (I6).
    let reader = Selected::<M, Columns<Bool>, bool>::written(source);
    let rows = match chunk {
        Chunk::Arrays(arrays) => source.run(operation, move |wire| load_rows(wire, &arrays, reader.clone())),
        Chunk::Rows(rows) => {
            let rows = Whole(Checked::<M>(rows, std::marker::PhantomData));
            source.run(operation, move |wire| load_rows(wire, &rows, reader.clone()))
        }
    };
    let rows = of_own_parent::<M, _>(rows);
    Box::pin(async move { Ok(rows.await?.len()) })
}

fn counting<'q, Q>(query: Q) -> impl for<'c> Fn(Wire<'c>) -> BoxFuture<'c, Result<usize>> + Send + use<'q, Q>
where
    Q: diesel::query_builder::QueryFragment<diesel::pg::Pg> + Send + 'q,
{
    move |wire| execute(wire, &query)
}

/// Rows, and whose they are.
struct Checked<'a, M>(Piece<'a>, Types<M>);

impl<M: TenantModel> diesel::query_builder::QueryFragment<diesel::pg::Pg> for Checked<'_, M> {
    fn walk_ast<'b>(
        &'b self,
        mut out: diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>,
    ) -> diesel::result::QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        chunks::push_check::<M>(&mut out)
    }
}
