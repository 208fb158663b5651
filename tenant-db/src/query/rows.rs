//! Several statements in a row.

use diesel::pg::Pg;
use diesel::query_builder::QueryFragment;
use futures_util::future::BoxFuture;

use super::fragments::Whole;
use crate::error::Result;
use crate::session::{ReadRow, Wire, load_rows};

/// Loads what `query` finds, by `reader`.
pub(crate) fn loading<'a, Q, D>(
    query: Q,
    reader: D,
) -> impl for<'c> Fn(Wire<'c>) -> BoxFuture<'c, Result<Vec<D::Out>>> + Send + use<'a, Q, D>
where
    Q: QueryFragment<Pg> + Send + 'a,
    D: ReadRow + Clone + Send + 'static,
{
    let query = Whole(query);
    move |wire| load_rows(wire, &query, reader.clone())
}

/// Runs pieces of work one after the other and gathers their rows. Statements are written down at once, and sent as
/// their turn comes.
pub(crate) fn in_order<'a, W, T>(
    work: Vec<W>,
) -> impl for<'c> Fn(Wire<'c>) -> BoxFuture<'c, Result<Vec<T>>> + Send + use<'a, W, T>
where
    W: for<'c> Fn(Wire<'c>) -> BoxFuture<'c, Result<Vec<T>>> + Send + 'a,
    T: Send + 'static,
{
    move |wire| {
        let pieces: Vec<_> = work.iter().map(|piece| piece(wire)).collect();
        Box::pin(async move {
            let mut gathered = Vec::new();
            for piece in pieces {
                gathered.extend(piece.await?);
            }
            Ok(gathered)
        })
    }
}
