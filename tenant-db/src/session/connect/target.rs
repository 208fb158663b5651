//! [`Target`]: where to connect, and how, as the URL says.

use std::time::Duration;

use tokio_postgres::Config;

use super::parameters::ConnectionString;
use super::server::Host;
use super::tls::TlsSettings;
use crate::error::{Error, Result};
use crate::session::settings::Choices;

/// For each address, from the first packet to a session that can be used, unless the URL says `connect_timeout`.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where to connect, and how, as the URL says.
#[derive(Clone)]
pub(crate) struct Target {
    pub(super) config: Config,
    pub(super) hosts: Vec<Host>,
    /// None waits for ever.
    pub(super) connect_timeout: Option<Duration>,
    pub(super) tls: TlsSettings,
}

impl Target {
    /// Reads a URL or a key-value string: where to connect, and all choices, those of the program before the URL's.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`], never with a piece of what could be the password (I10).
    pub(crate) fn parse(url: &str, program: &Choices) -> Result<(Self, Choices)> {
        let mut string = ConnectionString::parse(url)?;
        let mut choices = Choices::default();
        let mut is_direct = false;
        string.take(|name, value| match (name, value) {
            ("sslnegotiation", "postgres") => Ok(true),
            ("sslnegotiation", "direct") => {
                is_direct = true;
                Ok(true)
            }
            ("sslnegotiation", _) => {
                Err(Error::invalid_configuration("`sslnegotiation` is neither `postgres` nor `direct`"))
            }
            _ => choices.take(name, value),
        })?;
        let choices = program.or(choices);
        let config = string.driver_config()?;
        let hosts = Host::all(&config)?;
        // The driver drops a zero, which is libpq's way to wait for ever.
        let default = (!string.contains("connect_timeout")).then_some(CONNECT_TIMEOUT);
        let connect_timeout = config.get_connect_timeout().copied().or(default);
        let tls = TlsSettings::new(choices.ssl_mode, choices.root_certificate.clone(), is_direct)?;
        Ok((Self { config, hosts, connect_timeout, tls }, choices))
    }

    /// Start-up options, as they stand in the URL.
    pub(crate) fn options(&self) -> Option<&str> {
        self.config.get_options()
    }
}

/// Hosts alone: user, password, database and options are nobody's business (I10).
impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target").field("hosts", &self.hosts).field("tls", &self.tls).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<(Target, Choices)> {
        Target::parse(url, &Choices::default())
    }

    #[test]
    fn an_address_gets_ten_seconds_unless_the_url_says_otherwise() {
        for (url, expected) in [
            ("postgresql://h/d", Some(10)),
            ("postgresql://h/d?connect_timeout=3", Some(3)),
            ("postgresql://h/d?connect_timeout=0", None),
            ("host=h connect_timeout=0", None),
        ] {
            let (target, _) = parse(url).unwrap();
            assert_eq!(target.connect_timeout, expected.map(Duration::from_secs), "{url}");
        }
    }

    #[test]
    fn our_parameters_work_in_both_forms_and_with_several_hosts() {
        for url in [
            "postgresql://ada:x@h1:1,h2:2/d?pool_size=3&connect_timeout=4&statement_timeout=5s",
            "host=h1,h2 port=1,2 user=ada pool_size=3 connect_timeout=4 statement_timeout='5s'",
        ] {
            let (target, choices) = parse(url).unwrap();
            assert_eq!(target.hosts.iter().map(Host::label).collect::<Vec<_>>(), ["h1:1", "h2:2"]);
            assert_eq!(choices.pool_size, Some(3));
            assert_eq!(choices.statement_timeout, Some(Some(Duration::from_secs(5))));
        }
    }

    #[test]
    fn hosts_addresses_and_ports_have_to_go_together() {
        for (url, told) in [
            ("user=ada", "names no host"),
            ("postgresql:///d", "names no host"),
            ("host=a,b hostaddr=127.0.0.1", "`hostaddr`"),
            ("host=a,b,c port=1,2", "ports"),
        ] {
            let message = parse(url).unwrap_err().to_string();
            assert!(message.contains(told), "{url}: {message}");
        }
        assert!(parse("hostaddr=127.0.0.1,::1 port=5432").is_ok());
    }

    #[test]
    fn neither_debug_nor_an_error_shows_a_password() {
        let (target, choices) = parse("postgresql://ada:hunter2@h/d?options=-c%20a.b%3Dhunter2").unwrap();
        assert!(!format!("{target:?}{choices:?}").contains("hunter2"));
    }
}
