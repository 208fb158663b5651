//! [`Choices`]: what the program or the URL has chosen.

use std::time::Duration;

use secrecy::SecretSlice;

use super::duration::{self, limit};
use super::{PoolSettings, SessionSettings};
use crate::error::{Error, Result};
use crate::query::Paging;
use crate::session::connect::{RootCertificate, SslMode};

/// What the program or the URL has chosen. An outer `None` is no choice; an inner one is the choice of no limit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choices {
    pub(crate) pool_size: Option<u32>,
    pub(crate) acquire_timeout: Option<Duration>,
    pub(crate) idle_timeout: Option<Option<Duration>>,
    pub(crate) max_lifetime: Option<Option<Duration>>,
    pub(crate) permits_per_tenant: Option<u32>,
    pub(crate) statement_timeout: Option<Option<Duration>>,
    pub(crate) lock_timeout: Option<Option<Duration>>,
    pub(crate) idle_in_transaction_timeout: Option<Option<Duration>>,
    pub(crate) client_connection_check_interval: Option<Option<Duration>>,
    pub(crate) application_name: Option<String>,
    pub(crate) prepared_statements: Option<bool>,
    pub(crate) max_page_size: Option<u32>,
    pub(crate) cursor_lifetime: Option<Option<Duration>>,
    pub(crate) ssl_mode: Option<SslMode>,
    pub(crate) root_certificate: Option<RootCertificate>,
}

impl Choices {
    /// Takes a parameter of the URL, if it is one of this crate's own.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`], with the parameter's name and without its value (I10).
    pub(crate) fn take(&mut self, name: &str, value: &str) -> Result<bool> {
        match name {
            "pool_size" => self.pool_size = Some(number(name, value)?),
            "permits_per_tenant" => self.permits_per_tenant = Some(number(name, value)?),
            "acquire_timeout" => {
                self.acquire_timeout = Some(duration::parse(name, value)?.unwrap_or_default());
            }
            "idle_timeout" => self.idle_timeout = Some(duration::parse(name, value)?),
            "max_lifetime" => self.max_lifetime = Some(duration::parse(name, value)?),
            "statement_timeout" => self.statement_timeout = Some(duration::parse(name, value)?),
            "lock_timeout" => self.lock_timeout = Some(duration::parse(name, value)?),
            "idle_in_transaction_timeout" => {
                self.idle_in_transaction_timeout = Some(duration::parse(name, value)?);
            }
            "client_connection_check_interval" => {
                self.client_connection_check_interval = Some(duration::parse(name, value)?);
            }
            "application_name" => self.application_name = Some(value.to_owned()),
            "prepared_statements" => self.prepared_statements = Some(truth(name, value)?),
            "max_page_size" => self.max_page_size = Some(number(name, value)?),
            "cursor_lifetime" => self.cursor_lifetime = Some(duration::parse(name, value)?),
            "sslmode" => self.ssl_mode = Some(SslMode::parse(value)?),
            "sslrootcert" => self.root_certificate = Some(RootCertificate::named(value)),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// These choices, and where there is none, `other`'s.
    pub(crate) fn or(&self, other: Self) -> Self {
        Self {
            pool_size: self.pool_size.or(other.pool_size),
            acquire_timeout: self.acquire_timeout.or(other.acquire_timeout),
            idle_timeout: self.idle_timeout.or(other.idle_timeout),
            max_lifetime: self.max_lifetime.or(other.max_lifetime),
            permits_per_tenant: self.permits_per_tenant.or(other.permits_per_tenant),
            statement_timeout: self.statement_timeout.or(other.statement_timeout),
            lock_timeout: self.lock_timeout.or(other.lock_timeout),
            idle_in_transaction_timeout: self
                .idle_in_transaction_timeout
                .or(other.idle_in_transaction_timeout),
            client_connection_check_interval: self
                .client_connection_check_interval
                .or(other.client_connection_check_interval),
            application_name: self.application_name.clone().or(other.application_name),
            prepared_statements: self.prepared_statements.or(other.prepared_statements),
            max_page_size: self.max_page_size.or(other.max_page_size),
            cursor_lifetime: self.cursor_lifetime.or(other.cursor_lifetime),
            ssl_mode: self.ssl_mode.or(other.ssl_mode),
            root_certificate: self.root_certificate.clone().or(other.root_certificate),
        }
    }

    /// What the pool may do.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`] for a pool that nobody could use.
    pub(crate) fn pool(&self) -> Result<PoolSettings> {
        let default = PoolSettings::default();
        let size = self.pool_size.unwrap_or(default.size);
        if size == 0 {
            return Err(Error::invalid_configuration("the pool needs at least one connection: pool_size(1)"));
        }
        let acquire_timeout = limit(
            "acquire_timeout",
            Some(self.acquire_timeout.unwrap_or(default.acquire_timeout)),
        )?
        .ok_or_else(|| {
            Error::invalid_configuration(
                "`acquire_timeout` is zero, so nothing would ever get a connection; give some seconds",
            )
        })?;
        match self.permits_per_tenant {
            Some(0) => {
                return Err(Error::invalid_configuration(
                    "`permits_per_tenant` is 0, so no tenant could do anything; give 1 or more, or leave it out for half \
                     of the pool",
                ));
            }
            Some(permits) if permits > size => {
                return Err(Error::invalid_configuration(format!(
                    "`permits_per_tenant` is {permits} and the pool has {size} connections; give at most {size}, or \
                     raise `pool_size`"
                )));
            }
            _ => {}
        }
        Ok(PoolSettings {
            size,
            acquire_timeout,
            idle_timeout: limit("idle_timeout", self.idle_timeout.unwrap_or(default.idle_timeout))?,
            max_lifetime: limit("max_lifetime", self.max_lifetime.unwrap_or(default.max_lifetime))?,
            permits_per_tenant: self.permits_per_tenant,
        })
    }

    /// How pages are read.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`] for a key that is too short, or pages that nobody could read.
    pub(crate) fn paging(&self, cursor_key: Option<&SecretSlice<u8>>) -> Result<Paging> {
        let lifetime = limit("cursor_lifetime", self.cursor_lifetime.unwrap_or(None))?;
        Paging::new(cursor_key, lifetime, self.max_page_size)
    }

    /// What the server is asked for. `elsewhere` says which settings the URL's start-up options make: those have no
    /// default.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`] for a limit that PostgreSQL cannot keep, or a name that it cannot show.
    pub(crate) fn session(&self, elsewhere: impl Fn(&str) -> bool) -> Result<SessionSettings> {
        let default = SessionSettings::default();
        let chosen = |name, choice: Option<Option<Duration>>, default: Option<Duration>| {
            limit(name, choice.unwrap_or(default.filter(|_| !elsewhere(name))))
        };
        let application_name = self.application_name.clone().unwrap_or(default.application_name);
        if application_name.contains('\0') {
            return Err(Error::invalid_configuration(
                "`application_name` contains a NUL character; leave it out",
            ));
        }
        Ok(SessionSettings {
            statement_timeout: chosen(
                "statement_timeout",
                self.statement_timeout,
                default.statement_timeout,
            )?,
            lock_timeout: chosen("lock_timeout", self.lock_timeout, default.lock_timeout)?,
            idle_in_transaction_timeout: chosen(
                "idle_in_transaction_session_timeout",
                self.idle_in_transaction_timeout,
                default.idle_in_transaction_timeout,
            )?,
            client_connection_check_interval: chosen(
                super::CHECK_INTERVAL,
                self.client_connection_check_interval,
                default.client_connection_check_interval,
            )?,
            application_name,
            prepared_statements: self.prepared_statements.unwrap_or(default.prepared_statements),
        })
    }
}

fn number(name: &str, value: &str) -> Result<u32> {
    // `parse` would take a plus sign as well.
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    digits
        .then(|| value.parse().ok())
        .flatten()
        .ok_or_else(|| Error::invalid_configuration(format!("`{name}` is not a whole number, such as `10`")))
}

fn truth(name: &str, value: &str) -> Result<bool> {
    match value {
        "true" | "on" | "1" => Ok(true),
        "false" | "off" | "0" => Ok(false),
        _ => Err(Error::invalid_configuration(format!("`{name}` is neither `true` nor `false`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(parameters: &[(&str, &str)]) -> Result<Choices> {
        let mut choices = Choices::default();
        for (name, value) in parameters {
            assert!(choices.take(name, value)?, "{name} is a parameter of this crate");
        }
        Ok(choices)
    }

    #[test]
    fn what_the_program_chose_wins_over_the_url_and_the_url_over_the_default() {
        let program = Choices { pool_size: Some(3), lock_timeout: Some(None), ..Choices::default() };
        let url =
            choices(&[("pool_size", "7"), ("lock_timeout", "1s"), ("acquire_timeout", "250ms")]).unwrap();
        let both = program.or(url);
        let pool = both.pool().unwrap();
        assert_eq!((pool.size, pool.acquire_timeout), (3, Duration::from_millis(250)));
        assert_eq!(pool.idle_timeout, Some(Duration::from_secs(600)));
        let session = both.session(|_| false).unwrap();
        assert_eq!((session.lock_timeout, session.statement_timeout), (None, Some(Duration::from_secs(30))));
    }

    #[test]
    fn a_limit_that_the_start_up_options_set_has_no_default() {
        let chosen = choices(&[("lock_timeout", "2s")]).unwrap();
        let session = chosen.session(|name| name.ends_with("_timeout")).unwrap();
        assert_eq!((session.statement_timeout, session.lock_timeout), (None, Some(Duration::from_secs(2))));
    }

    #[test]
    fn pools_that_nobody_could_use_are_refused_with_what_to_do() {
        for (parameters, told) in [
            (&[("pool_size", "0")][..], "pool_size(1)"),
            (&[("acquire_timeout", "0")], "some seconds"),
            (&[("permits_per_tenant", "0")], "1 or more"),
            (&[("permits_per_tenant", "11")], "at most 10"),
            (&[("pool_size", "2"), ("permits_per_tenant", "3")], "at most 2"),
        ] {
            let message = choices(parameters).unwrap().pool().unwrap_err().to_string();
            assert!(message.contains(told), "{parameters:?}: {message}");
        }
    }

    #[test]
    fn values_that_cannot_be_read_are_refused_without_being_repeated() {
        for (name, value) in [
            ("pool_size", "hunter2"),
            ("pool_size", "-1"),
            ("pool_size", "+1"),
            ("pool_size", "4294967296"),
            ("prepared_statements", "maybe"),
            ("idle_timeout", "hunter2"),
            ("sslmode", "hunter2"),
        ] {
            let message = choices(&[(name, value)]).unwrap_err().to_string();
            assert!(message.contains(&format!("`{name}`")) && !message.contains(value), "{message}");
        }
    }
}
