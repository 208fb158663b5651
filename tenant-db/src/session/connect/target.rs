//! [`Target`]: where to connect, as the URL says.

use std::time::Duration;

use tokio_postgres::Config;

use super::server::Host;
use crate::error::{Error, Result};

/// For each address, from the first packet to a session that can be used, unless the URL says `connect_timeout`.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where to connect, as the URL says.
#[derive(Clone)]
pub(crate) struct Target {
    pub(super) config: Config,
    pub(super) hosts: Vec<Host>,
    /// None waits for ever.
    pub(super) connect_timeout: Option<Duration>,
}

impl Target {
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`].
    pub(crate) fn parse(url: &str) -> Result<Self> {
        // What exactly is wrong is not told: it could be a piece of the password (I10).
        let config: Config = url.parse().map_err(|_| {
            Error::invalid_configuration(
                "the database URL cannot be read; its form is postgresql://user:password@host:5432/database, with \
                 special characters percent-encoded",
            )
        })?;
        let hosts = Host::all(&config)?;
        let connect_timeout = config.get_connect_timeout().copied().or(Some(CONNECT_TIMEOUT));
        Ok(Self { config, hosts, connect_timeout })
    }

    pub(crate) fn application_name(&self) -> Option<&str> {
        self.config.get_application_name()
    }

    pub(crate) fn options(&self) -> Option<&str> {
        self.config.get_options()
    }
}

/// Hosts alone: user, password, database and options are nobody's business (I10).
impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}
