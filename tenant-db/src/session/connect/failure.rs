//! [`Failure`]: why one address could not be used, in words without the password (I10).

use std::error::Error as _;
use std::io;
use std::time::Duration;

use tokio_postgres::error::SqlState;

use crate::error::Error;

#[derive(Debug)]
pub(super) enum Failure {
    Unreachable(io::Error),
    TimedOut(Duration),
    Driver(tokio_postgres::Error),
    /// It answered a request for TLS with neither yes nor no.
    #[cfg(feature = "tls")]
    NotPostgres,
    /// It does not offer TLS, and has to.
    #[cfg(feature = "tls")]
    NotEncrypted,
    #[cfg(feature = "tls")]
    Tls(io::Error),
    /// `target_session_attrs`.
    Attributes(&'static str),
    /// The server answered, and then no more.
    Lost,
}

impl Failure {
    /// Whether the server refused a start-up option by its name.
    pub(super) fn refuses(&self, setting: &str) -> bool {
        let Self::Driver(error) = self else { return false };
        let told = [SqlState::UNDEFINED_OBJECT, SqlState::INVALID_PARAMETER_VALUE];
        error
            .as_db_error()
            .is_some_and(|answer| told.contains(answer.code()) && answer.message().contains(setting))
    }

    /// The server's own words where it answered: they name a role or a database, never a password. Anything else is told
    /// by the operating system's error and the address.
    pub(super) fn at(&self, address: &str) -> String {
        let error = match self {
            Self::Unreachable(error) => return format!("no connection to {address}: {error}"),
            Self::TimedOut(limit) => {
                return format!("no connection to {address} within {} s", limit.as_secs_f32());
            }
            #[cfg(feature = "tls")]
            Self::NotPostgres => return format!("{address} does not answer as PostgreSQL does"),
            #[cfg(feature = "tls")]
            Self::NotEncrypted => {
                return format!(
                    "{address} does not offer TLS, and `sslmode` allows no connection without it"
                );
            }
            #[cfg(feature = "tls")]
            Self::Tls(error) => return format!("no TLS with {address}: {error}{}", advice(error)),
            Self::Attributes(reason) => return format!("{address} is not used: {reason}"),
            Self::Lost => return format!("the connection to {address} was lost while it was set up"),
            Self::Driver(error) => error,
        };
        let Some(answer) = error.as_db_error() else {
            return match error.source() {
                Some(source) => format!("{error} at {address}: {source}"),
                None => format!("{error} at {address}"),
            };
        };
        let reason = answer.message();
        if *answer.code() == SqlState::INVALID_AUTHORIZATION_SPECIFICATION
            && reason.contains("does not exist")
        {
            format!("{reason}; the isolation migrations make the roles, see `tenant_db::database`")
        } else if reason.starts_with("unsupported startup parameter") {
            // PgBouncer's words.
            format!(
                "{reason}; a pooler that does not pass them on needs `prepared_statements=false`, which sets limits in \
                 each transaction instead"
            )
        } else {
            reason.to_owned()
        }
    }
}

/// What to do about the two certificates that are met most.
#[cfg(feature = "tls")]
fn advice(error: &io::Error) -> &'static str {
    let error = error.to_string();
    if error.contains("UnknownIssuer") {
        "; name the authority that issued the server's certificate as `sslrootcert`"
    } else if error.contains("CaUsedAsEndEntity") {
        "; the server shows an authority's certificate: issue one for the server from it"
    } else {
        ""
    }
}

/// The reasons of all addresses, each once.
pub(super) fn connect_error(failures: &[String]) -> Error {
    let mut reasons: Vec<&str> = Vec::new();
    for failure in failures {
        if !reasons.contains(&failure.as_str()) {
            reasons.push(failure);
        }
    }
    Error::Connect { reason: reasons.join("; ") }
}
