//! [`Canceller`]: a request to cancel what a connection is doing.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio_postgres::CancelToken;
use tokio_postgres::tls::{ChannelBinding, TlsStream};

use super::server::Server;
use super::stream::{Encrypted, Stream};

/// A request is a few packets to a server that was reached a moment ago.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks the server to cancel what runs on one connection.
#[derive(Clone)]
pub(crate) struct Canceller {
    token: CancelToken,
    server: Arc<Server>,
}

impl Canceller {
    pub(super) fn new(token: CancelToken, server: Arc<Server>) -> Self {
        Self { token, server }
    }

    /// Returns when the request has been carried out: what runs on the connection by then has been signalled, and what
    /// is sent afterwards will not be (I7). The server tells that by closing the request's connection.
    ///
    /// # Errors
    ///
    /// The server could not be reached, or did not close the connection within two seconds. A signal may still be on its
    /// way then, so the session must not be used again.
    pub(crate) async fn cancel(&self) -> io::Result<()> {
        tokio::time::timeout(PATIENCE, self.request())
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    async fn request(&self) -> io::Result<()> {
        let reached = self.server.reach().await;
        let mut stream = reached.map_err(|failure| io::Error::other(failure.at(&self.server.label)))?;
        self.token.cancel_query_raw(Open(&mut stream), Encrypted).await.map_err(io::Error::other)?;
        let mut nothing = [0; 64];
        loop {
            match stream.read(&mut nothing).await {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                // A server that ends does not take leave of TLS first.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }
}

impl std::fmt::Debug for Canceller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The token is a secret: whoever has it can cancel (I10).
        f.debug_struct("Canceller").field("server", &self.server).finish_non_exhaustive()
    }
}

/// Stays open when it is shut down. The driver takes its leave after the request, and a server that closes before it has
/// read that answers with a reset, which nobody could tell from a lost connection.
struct Open<'a>(&'a mut Stream);

impl AsyncRead for Open<'_> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.get_mut().0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Open<'_> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.get_mut().0).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.get_mut().0).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl TlsStream for Open<'_> {
    fn channel_binding(&self) -> ChannelBinding {
        self.0.channel_binding()
    }
}
