//! [`Stream`]: what the driver reads and writes, with its flights counted.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready as when_ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

use super::socket::Socket;

/// How often a connection's client has spoken first. A flight is what is sent between two answers, so it costs one round
/// trip, however many messages it holds.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    flights: AtomicU64,
}

impl Traffic {
    pub(crate) fn flights(&self) -> u64 {
        self.flights.load(Ordering::Relaxed)
    }
}

/// The bytes of PostgreSQL's protocol: encrypted, if at all, below here.
#[derive(Debug)]
pub(super) struct Stream {
    transport: Transport,
    traffic: Arc<Traffic>,
    /// Whether the server has spoken since the client last did.
    answered: bool,
}

pub(super) enum Transport {
    Plain(Socket),
    #[cfg(feature = "tls")]
    Encrypted(Box<super::tls::TlsStream>),
}

impl Transport {
    fn is_encrypted(&self) -> bool {
        !matches!(self, Self::Plain(_))
    }
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_encrypted() { "Encrypted" } else { "Plain" })
    }
}

impl Stream {
    pub(super) fn new(transport: Transport) -> Self {
        Self { transport, traffic: Arc::default(), answered: true }
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.transport.is_encrypted()
    }

    pub(super) fn traffic(&self) -> Arc<Traffic> {
        Arc::clone(&self.traffic)
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        let before = buffer.filled().len();
        when_ready!(match &mut stream.transport {
            Transport::Plain(socket) => Pin::new(socket).poll_read(context, buffer),
            #[cfg(feature = "tls")]
            Transport::Encrypted(tls) => Pin::new(&mut **tls).poll_read(context, buffer),
        })?;
        stream.answered |= buffer.filled().len() > before;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let stream = self.get_mut();
        let written = when_ready!(match &mut stream.transport {
            Transport::Plain(socket) => Pin::new(socket).poll_write(context, bytes),
            #[cfg(feature = "tls")]
            Transport::Encrypted(tls) => Pin::new(&mut **tls).poll_write(context, bytes),
        })?;
        if written > 0 && std::mem::take(&mut stream.answered) {
            stream.traffic.flights.fetch_add(1, Ordering::Relaxed);
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().transport {
            Transport::Plain(socket) => Pin::new(socket).poll_flush(context),
            #[cfg(feature = "tls")]
            Transport::Encrypted(tls) => Pin::new(&mut **tls).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().transport {
            Transport::Plain(socket) => Pin::new(socket).poll_shutdown(context),
            #[cfg(feature = "tls")]
            Transport::Encrypted(tls) => Pin::new(&mut **tls).poll_shutdown(context),
        }
    }
}

impl TlsStream for Stream {
    fn channel_binding(&self) -> ChannelBinding {
        match &self.transport {
            Transport::Plain(_) => ChannelBinding::none(),
            #[cfg(feature = "tls")]
            Transport::Encrypted(tls) => tls.channel_binding(),
        }
    }
}

/// Hands the driver a stream that is encrypted already. Of negotiating for itself it would tell neither what the server
/// answered nor, in a request to cancel, when it is through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Encrypted;

impl<S: TlsStream + Unpin> TlsConnect<S> for Encrypted {
    type Stream = S;
    type Error = Infallible;
    type Future = Ready<Result<S, Infallible>>;

    fn connect(self, stream: S) -> Self::Future {
        ready(Ok(stream))
    }
}
