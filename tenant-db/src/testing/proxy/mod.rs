//! A proxy between a program and its server, for tests of time, of round trips and of broken networks.

mod controls;
mod lane;
mod link;
mod listener;
mod server;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use controls::{Controls, Direction};
use listener::Listener;
use server::ServerAddress;

pub use server::ProxyError;

/// A TCP port of this machine that forwards every connection to one PostgreSQL server, and can slow it down, hold it
/// up or break it, and count what passes.
///
/// ```
/// use std::time::Duration;
/// use tenant_db::testing::{DatabaseSetup, Postgres, Proxy};
/// use tokio_postgres::NoTls;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let database = Postgres::shared().await?.create_database(&DatabaseSetup::new()).await?;
/// let proxy = Proxy::start(database.admin_url())?;
/// let (client, connection) = tokio_postgres::connect(&proxy.url(), NoTls).await?;
/// # let connection =
/// tokio::spawn(connection);
///
/// proxy.set_round_trip(Duration::from_millis(10));
/// let before = proxy.flights();
/// client.simple_query("SELECT 1; SELECT 2; SELECT 3").await?;
/// assert_eq!(proxy.flights() - before, 1);
///
/// proxy.reset();
/// assert!(client.simple_query("SELECT 1").await.is_err());
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(example())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It runs on threads of its own, so it is neither slowed down by the test's runtime nor in its way. What is set
/// applies to all connections, those that are open included.
///
/// # Flights
///
/// [`Proxy::flights`] counts how often a client had to wait for an answer before it could go on. On each connection, a
/// *flight* begins with the first byte that arrives from the client after bytes of the server were handed to the
/// client, or with the first byte of all. Whatever else the client sends until bytes of the server are handed to it
/// again belongs to the same flight.
///
/// Three statements that are each awaited are three flights, three that are pipelined are one, provided that no answer
/// comes back while the client still writes: set a round trip of some milliseconds before counting. The start-up of a
/// connection, its authentication and its farewell are flights as well, so take differences on an open connection.
///
/// Dropping the proxy breaks all connections, as [`Proxy::reset`] does, and frees the port.
pub struct Proxy {
    url: String,
    controls: Arc<Controls>,
    listener: Listener,
}

impl Proxy {
    /// Starts one in front of the server that `url` names, on a free port of 127.0.0.1.
    ///
    /// The URL may name a host and a port or, in the place of the host or as a parameter, the folder of a Unix socket.
    /// The server is not reached yet: it may be down now and up later. While it is down, connections are reset.
    ///
    /// # Errors
    ///
    /// [`ProxyError::InvalidUrl`], and [`ProxyError::Listen`] if the system has no port or no thread left.
    pub fn start(url: &str) -> Result<Self, ProxyError> {
        let server = ServerAddress::parse(url)?;
        let controls = Arc::new(Controls::new());
        let listener = Listener::start(server, Arc::clone(&controls))?;
        Ok(Self { url: server::with_address(url, listener.address())?, controls, listener })
    }

    /// The URL that leads through the proxy: that of the server with another host and port.
    ///
    /// User, password, database and parameters are the server's. To the server, the connection comes from the proxy:
    /// if a Unix socket trusts this process, it trusts everybody who comes this way.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// How long bytes are on their way there and back: half of it in each direction. None at first.
    ///
    /// A pipeline, not a toll: each piece is delivered half a round trip after it arrived, however many arrive
    /// meanwhile. Bytes that are on their way keep their time. Nothing is delivered early; on Linux, it is late by some
    /// twenty microseconds in each direction, more on a busy machine.
    pub fn set_round_trip(&self, round_trip: Duration) {
        self.controls.set_round_trip(round_trip);
    }

    /// How often clients began to write after they had been answered, over all connections; see [`Proxy`].
    #[must_use]
    pub fn flights(&self) -> u64 {
        self.controls.flights()
    }

    /// How many bytes of clients were passed on to the server.
    #[must_use]
    pub fn client_bytes(&self) -> u64 {
        self.controls.bytes(Direction::ToServer)
    }

    /// How many bytes of the server were passed on to clients.
    #[must_use]
    pub fn server_bytes(&self) -> u64 {
        self.controls.bytes(Direction::ToClient)
    }

    /// How many connections are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.controls.connections()
    }

    /// How many connections were ever accepted, the refused ones not included.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.controls.accepted()
    }

    /// Lets nothing pass any more, in either direction, until [`Proxy::resume`]: a network that has gone away without a
    /// word. Neither side learns of it, nor of the other's end; new connections are accepted and get no answer.
    ///
    /// Nothing is lost: what the two sides say meanwhile waits for [`Proxy::resume`].
    pub fn swallow(&self) {
        self.controls.swallow();
    }

    /// Ends [`Proxy::swallow`]: what has waited is passed on.
    pub fn resume(&self) {
        self.controls.resume();
    }

    /// Breaks every open connection: the client gets a TCP reset, the server sees its client gone. What is on its way
    /// is lost. New connections are accepted as before.
    ///
    /// The connections are closed when it returns, which may take some tens of milliseconds if a client reads nothing.
    pub fn reset(&self) {
        self.listener.reset();
    }

    /// Closes new connections at once, until [`Proxy::accept`]. Open ones are not touched.
    pub fn refuse(&self) {
        self.controls.refuse();
    }

    /// Ends [`Proxy::refuse`].
    pub fn accept(&self) {
        self.controls.accept();
    }

    /// Breaks, as [`Proxy::reset`] does, the connection on which byte number `bytes` from now is passed on to the
    /// server, right after it. With 0, the next connection that has something to pass, before it does.
    ///
    /// Bytes of all connections are counted together. It strikes once, and a second call replaces the first. The
    /// server gets the bytes up to there, and may carry out what they ask.
    pub fn reset_after_client_bytes(&self, bytes: u64) {
        self.controls.cut_after(Direction::ToServer, bytes);
    }

    /// As [`Proxy::reset_after_client_bytes`], for bytes that are passed on to clients.
    pub fn reset_after_server_bytes(&self, bytes: u64) {
        self.controls.cut_after(Direction::ToClient, bytes);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listener.close();
    }
}

/// Without the URL, which may hold a password (I10).
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("address", &self.listener.address())
            .field("connections", &self.connections())
            .field("flights", &self.flights())
            .finish_non_exhaustive()
    }
}
