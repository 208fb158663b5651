//! [`Connector`]: opens connections to the database.
//!
//! tokio-postgres's own way to connect hides the address, which a request to cancel has to reach again, and its socket,
//! whose flights are counted. So sockets are opened here, in the order and with the options that it would use.

mod batch;
mod cancel;
mod commands;
mod driver;
mod failure;
mod options;
mod parameters;
mod server;
mod socket;
mod stream;
mod target;
#[cfg(all(test, feature = "testing", unix))]
mod tests;
mod tls;
mod unnamed;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use tokio_postgres::config::{SslMode as DriverSslMode, SslNegotiation, TargetSessionAttrs};
use tokio_postgres::{Client, Config, SimpleQueryMessage};

pub(crate) use batch::{Hold, Switch};
pub(crate) use cancel::Canceller;
pub(crate) use driver::Driver;
pub(crate) use options::StartupOptions;
pub(crate) use stream::Traffic;
pub(crate) use target::Target;
pub(crate) use tls::RootCertificate;
pub use tls::SslMode;

use self::batch::Batched;
use self::failure::Failure;
use self::server::{Server, in_order};
use self::socket::TcpOptions;
use self::stream::Encrypted;
use self::tls::Policy;
use self::unnamed::Unnamed;
use super::settings::{CHECK_INTERVAL, SessionSettings};
use crate::error::Result;

/// Opens connections to the database. Clones are cheap.
#[derive(Debug, Clone)]
pub(crate) struct Connector {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    target: Target,
    session: SessionSettings,
    tcp: TcpOptions,
    policy: Policy,
    /// The server does not know [`CHECK_INTERVAL`], or its platform cannot do it.
    cannot_check: AtomicBool,
}

/// An open connection, and what watches over it.
pub(crate) struct Link {
    pub(crate) connection: AsyncPgConnection,
    pub(crate) driver: Driver,
    pub(crate) canceller: Canceller,
    pub(crate) traffic: Arc<Traffic>,
    /// Off at first.
    pub(crate) batching: Switch,
    /// What the server calls the session.
    pub(crate) application_name: String,
}

impl Connector {
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`](crate::Error::InvalidConfiguration) for settings that cannot be used.
    pub(crate) fn new(mut target: Target, session: SessionSettings) -> Result<Self> {
        target.config.application_name(&session.application_name);
        let tcp = TcpOptions::new(&target.config);
        let policy = Policy::new(&target.tls)?;
        let cannot_check = AtomicBool::new(false);
        Ok(Self { inner: Arc::new(Inner { target, session, tcp, policy, cannot_check }) })
    }

    /// How long an attempt to connect may take.
    pub(crate) fn limit(&self) -> Option<Duration> {
        self.inner.target.connect_timeout
    }

    /// Connects to the first server that can be used: hosts in the URL's order, and all addresses of each. Must run in a
    /// tokio runtime, which drives the connection.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`](crate::Error::Connect), with the reason for each address that was tried.
    pub(crate) async fn connect(&self) -> Result<Link> {
        let target = &self.inner.target;
        let order = target.config.get_load_balance_hosts();
        let mut failures = Vec::new();
        for host in in_order(target.hosts.clone(), order) {
            let addresses = match host.addresses(order).await {
                Ok(addresses) => addresses,
                Err(error) => {
                    failures.push(Failure::Unreachable(error).at(&host.label()));
                    continue;
                }
            };
            for address in addresses {
                let server =
                    Arc::new(Server::new(&host, address, self.inner.tcp.clone(), self.inner.policy.clone()));
                match self.inner.connect_to(&server).await {
                    Ok(link) => return Ok(link),
                    Err(failure) => failures.push(failure.at(&server.label)),
                }
            }
        }
        Err(failure::connect_error(&failures))
    }
}

impl Inner {
    async fn connect_to(&self, server: &Arc<Server>) -> Result<Link, Failure> {
        match self.within_limit(server).await {
            Err(failure) if failure.refuses(CHECK_INTERVAL) && self.sends_check_interval() => {
                self.cannot_check.store(true, Ordering::Relaxed);
                self.within_limit(server).await
            }
            outcome => outcome,
        }
    }

    async fn within_limit(&self, server: &Arc<Server>) -> Result<Link, Failure> {
        match self.target.connect_timeout {
            Some(limit) => tokio::time::timeout(limit, self.attempt(server))
                .await
                .unwrap_or(Err(Failure::TimedOut(limit))),
            None => self.attempt(server).await,
        }
    }

    async fn attempt(&self, server: &Arc<Server>) -> Result<Link, Failure> {
        let stream = server.reach().await?;
        let (traffic, encrypted) = (stream.traffic(), stream.is_encrypted());
        let stream = Batched::new(Unnamed::new(stream, self.session.prepared_statements));
        let batching = stream.switch();
        let (client, connection) =
            self.startup(encrypted).connect_raw(stream, Encrypted).await.map_err(Failure::Driver)?;
        // Until the end of the attempt, which may be that nobody waits for it any more.
        let unfinished = KilledUnlessFinished(Some(Driver::spawn(connection)));
        self.check_attributes(&client).await?;
        let canceller = Canceller::new(client.cancel_token(), Arc::clone(server));
        let connection = AsyncPgConnection::try_from(client).await.map_err(|_| Failure::Lost)?;
        let driver = unfinished.finish().ok_or(Failure::Lost)?;
        let application_name = self.session.application_name.clone();
        Ok(Link { connection, driver, canceller, traffic, batching, application_name })
    }

    /// What the server is told at the start: the URL's words, then ours.
    fn startup(&self, encrypted: bool) -> Config {
        let mut config = self.target.config.clone();
        let without = self.cannot_check.load(Ordering::Relaxed).then_some(CHECK_INTERVAL);
        let mut options = self.session.startup_options(without);
        options.splice(0..0, self.target.options().map(str::to_owned));
        if !options.is_empty() {
            config.options(options.join(" "));
        }
        // The stream is encrypted before the driver sees it. `Direct` has it take that for granted.
        config.ssl_negotiation(SslNegotiation::Direct);
        config.ssl_mode(if encrypted { DriverSslMode::Require } else { DriverSslMode::Disable });
        config
    }

    fn sends_check_interval(&self) -> bool {
        self.session.prepared_statements
            && self.session.client_connection_check_interval.is_some()
            && !self.cannot_check.load(Ordering::Relaxed)
    }

    async fn check_attributes(&self, client: &Client) -> Result<(), Failure> {
        let wanted = match self.target.config.get_target_session_attrs() {
            TargetSessionAttrs::ReadWrite => "off",
            TargetSessionAttrs::ReadOnly => "on",
            _ => return Ok(()),
        };
        let answer = client.simple_query("SHOW transaction_read_only").await.map_err(Failure::Driver)?;
        let is_read_only = answer.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        match is_read_only {
            Some(found) if found == wanted => Ok(()),
            Some("on") => Err(Failure::Attributes("it is read-only, and the URL asks for read-write")),
            _ => Err(Failure::Attributes("it is not read-only, and the URL asks for that")),
        }
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link")
            .field("driver", &self.driver)
            .field("traffic", &self.traffic)
            .finish_non_exhaustive()
    }
}

struct KilledUnlessFinished(Option<Driver>);

impl KilledUnlessFinished {
    fn finish(mut self) -> Option<Driver> {
        self.0.take()
    }
}

impl Drop for KilledUnlessFinished {
    fn drop(&mut self) {
        if let Some(driver) = &self.0 {
            driver.kill();
        }
    }
}
