//! Several statements in a row.

use futures_util::future::BoxFuture;

use crate::error::Result;
use crate::session::Wire;

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
