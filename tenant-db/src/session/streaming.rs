//! Rows that are read batch by batch, from a cursor of the server, so that neither side holds all of them.
//!
//! A result that is simply left unread would fill the connection's buffers and keep every other statement of the transaction
//! waiting behind it. A cursor is asked for the next rows when they are wanted, and leaves the connection free between.

use diesel::pg::{Pg, PgQueryBuilder};
use diesel::query_builder::{QueryBuilder, QueryFragment};
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt, iter, unfold};
use sha2::{Digest, Sha256};

use super::cursors::{Declare, Fetch};
use super::engine::{ReadRow, Source, execute};
use super::observe::Operation;
use super::options::TransactionOptions;
use super::transaction::{Transaction, TransactionState};
use crate::error::{Error, Result};
use crate::permission::AnyRole;
use crate::query::{Whole, loading};
use crate::tenant::TenantKey;

/// How many rows are fetched at a time unless somebody says otherwise.
pub(crate) const BATCH: u32 = 500;

/// Reads what `query` finds, `batch` rows at a time. Nothing is sent before it is polled. On the pool it is a transaction of
/// its own, which ends with the last row, or when the stream is dropped.
pub(crate) fn stream<'a, K, Q, D>(
    source: Source<'a, K>,
    operation: Operation,
    query: Q,
    batch: u32,
    reader: D,
) -> BoxStream<'a, Result<D::Out>>
where
    K: TenantKey,
    Q: QueryFragment<Pg> + Send + 'a,
    D: ReadRow + Clone + Send + 'static,
{
    let operation = operation.in_parts();
    let steps = unfold(Step::First { source, query, reader }, move |step| async move {
        match step {
            Step::First { source, query, reader } => {
                match Reading::begin(source, operation, query, batch).await {
                    Ok(reading) => Some(reading.next(reader).await),
                    Err(error) => Some((Err(error), Step::Over)),
                }
            }
            Step::Next { reading, reader } => Some(reading.next(reader).await),
            Step::Failed(error) => Some((Err(error), Step::Over)),
            Step::Over => None,
        }
    });
    steps.map_ok(|rows| iter(rows.into_iter().map(Ok))).try_flatten().fuse().boxed()
}

/// What comes next.
enum Step<'a, K: TenantKey, Q, D> {
    First { source: Source<'a, K>, query: Q, reader: D },
    Next { reading: Reading<'a, K>, reader: D },
    Failed(Error),
    Over,
}

/// Where the cursor is: in a transaction of the caller's, or in one of its own.
enum Place<'a, K: TenantKey> {
    Theirs(&'a TransactionState<K>),
    Own(Box<Transaction<AnyRole, K>>),
}

/// A cursor, open or about to be.
struct Reading<'a, K: TenantKey> {
    place: Place<'a, K>,
    operation: Operation,
    fetch: Fetch,
    condition: Condition,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Condition {
    /// Whether it is open is not known: its DECLARE is on its way.
    Opening,
    Open,
    /// The transaction is over, or has failed, and the cursor with it.
    Gone,
}

impl<'a, K: TenantKey> Place<'a, K> {
    /// Takes a connection of its own where there is none yet. One that turns out to be dead is exchanged once, as for any
    /// other read.
    async fn find(source: Source<'a, K>, operation: Operation) -> Result<Self> {
        let (db, context) = match source {
            Source::Transaction(state) => return Ok(Self::Theirs(state)),
            Source::Pool { db, context } => (db, context),
        };
        let options = TransactionOptions::new();
        let options = if operation.is_read() { options.read_only() } else { options };
        let mut retried = false;
        loop {
            let transaction = Box::new(db.open::<AnyRole, K>(context, options).await?);
            match transaction.source().ensure_open().await {
                Err(Error::ConnectionLost) if !retried => retried = true,
                outcome => return outcome.map(|()| Self::Own(transaction)),
            }
        }
    }

    fn source(&self) -> Source<'_, K> {
        match self {
            Self::Theirs(state) => Source::Transaction(state),
            Self::Own(transaction) => transaction.source(),
        }
    }

    /// All was read: a transaction of its own is over.
    async fn finish(&mut self, operation: Operation) -> Result<()> {
        match self {
            Self::Theirs(_) => Ok(()),
            // Nothing depends on the end of one that has only read.
            Self::Own(transaction) if operation.is_read() => {
                let _ = transaction.finish().await;
                Ok(())
            }
            Self::Own(transaction) => transaction.finish().await,
        }
    }

    async fn undo(&mut self) {
        if let Self::Own(transaction) = self {
            transaction.undo().await;
        }
    }
}

impl<'a, K: TenantKey> Reading<'a, K> {
    /// Opens a cursor. Its DECLARE is answered before anything is fetched: what is fetched is prepared for its columns.
    async fn begin<Q>(source: Source<'a, K>, operation: Operation, query: Q, batch: u32) -> Result<Self>
    where
        Q: QueryFragment<Pg> + Send,
    {
        let place = Place::find(source, operation).await?;
        let bounded = query.is_safe_to_cache_prepared(&Pg).unwrap_or(false);
        let name = match place.source() {
            Source::Transaction(state) => state.cursors().open(&digest(&query)),
            Source::Pool { .. } => digest(&query),
        };
        let fetch = Fetch::new(name.clone(), batch, bounded);
        let mut reading = Self { place, operation, fetch, condition: Condition::Opening };
        let declare = Whole(Declare { name, query });
        let opened = reading.place.source().run(operation, move |wire| execute(wire, &declare)).await;
        match opened {
            Ok(_) => {
                reading.condition = Condition::Open;
                Ok(reading)
            }
            Err(error) => {
                reading.condition = Condition::Gone;
                reading.place.undo().await;
                Err(error)
            }
        }
    }

    /// Fetches the next rows. Fewer than were asked for are the last ones.
    async fn next<Q, D>(mut self, reader: D) -> (Result<Vec<D::Out>>, Step<'a, K, Q, D>)
    where
        D: ReadRow + Clone + Send + 'static,
    {
        let fetched = loading(self.fetch.clone(), reader.clone());
        match self.place.source().run(self.operation, fetched).await {
            Ok(rows) if self.fetch.ends_with(rows.len()) => {
                let step = match self.close().await {
                    Ok(()) => Step::Over,
                    Err(error) => Step::Failed(error),
                };
                (Ok(rows), step)
            }
            Ok(rows) => (Ok(rows), Step::Next { reading: self, reader }),
            Err(error) => {
                self.condition = Condition::Gone;
                self.place.undo().await;
                (Err(error), Step::Over)
            }
        }
    }

    async fn close(mut self) -> Result<()> {
        if let Place::Own(_) = self.place {
            self.condition = Condition::Gone;
        }
        let operation = self.operation;
        self.place.finish(operation).await
    }
}

/// Closes the cursor, before anything that is sent later. Its own transaction closes it by its end.
impl<K: TenantKey> Drop for Reading<'_, K> {
    fn drop(&mut self) {
        let Place::Theirs(state) = self.place else { return };
        let name = self.fetch.cursor();
        match self.condition {
            Condition::Gone => {}
            // It waits for another statement, and nothing was sent.
            Condition::Opening if !state.session().has_begun() => {}
            Condition::Open => state.session().tell(&format!("CLOSE \"{name}\"")),
            // It may not be there, which is an error; it is undone. That a cursor was closed is not undone.
            Condition::Opening => {
                state.session().abandon();
                state.session().tell(&format!("SAVEPOINT tenant_db_close; CLOSE \"{name}\""));
                state
                    .session()
                    .tell("ROLLBACK TO SAVEPOINT tenant_db_close; RELEASE SAVEPOINT tenant_db_close");
            }
        }
        state.cursors().close(name);
    }
}

/// Says which query it is.
fn digest(query: &impl QueryFragment<Pg>) -> String {
    let mut text = PgQueryBuilder::default();
    // What cannot be written fails when it is sent.
    let _ = query.to_sql(&mut text, &Pg);
    Sha256::digest(text.finish()).iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}
