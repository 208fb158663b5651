//! [`Failure`]: what keeps the service from doing what it was asked.

use std::fmt;

/// What keeps the service from doing what it was asked. Its words may be shown to whoever asked.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The credentials are not good.
    Refused(&'static str),
    /// Somebody else may do it, or nobody.
    Forbidden,
    /// There is no such thing, or it is somebody else's.
    NotFound,
    /// It contradicts what is there.
    Conflict(&'static str),
    /// What was sent makes no sense.
    Invalid(&'static str),
    /// The tenant has no key to sign with, or the machine no randomness to give.
    Unable(&'static str),
    /// The database.
    Database(tenant_db::Error),
}

impl From<tenant_db::Error> for Failure {
    fn from(error: tenant_db::Error) -> Self {
        Self::Database(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(reason) | Self::Conflict(reason) | Self::Invalid(reason) | Self::Unable(reason) => {
                f.write_str(reason)
            }
            Self::Forbidden => f.write_str("this is not for you to do"),
            Self::NotFound => f.write_str("there is no such thing"),
            Self::Database(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Database(error) => Some(error),
            _ => None,
        }
    }
}
