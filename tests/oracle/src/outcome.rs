//! What somebody observes of an operation.

use std::fmt::{self, Debug};

use futures_util::future::BoxFuture;
use serde::Serialize;
use tenant_db::{Error, Result};

/// What somebody observes of an operation.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// Rows. Those that came in no particular order are sorted.
    Rows(Vec<String>),
    /// A count, a truth, a single row.
    Value(String),
    /// An error: its kind, and everything that it says, which is no data (I10).
    Failed(String),
}

impl Outcome {
    /// Whether there was anything to see.
    pub(crate) fn says_something(&self) -> bool {
        match self {
            Self::Rows(rows) => !rows.is_empty(),
            Self::Value(value) => !["0", "false", "None", "()"].contains(&value.as_str()),
            Self::Failed(_) => false,
        }
    }

    /// Whether a row of somebody else arrived, and was withheld (I6).
    pub(crate) fn is_foreign(&self) -> bool {
        matches!(self, Self::Failed(error) if error.contains("ForeignRow"))
    }

    pub(crate) fn failed(error: &Error) -> Self {
        Self::Failed(format!("{error:?}"))
    }
}

impl Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(rows) if rows.is_empty() => f.write_str("no rows"),
            Self::Rows(rows) => write!(f, "{} rows: {}", rows.len(), rows.join(", ")),
            Self::Value(value) => f.write_str(value),
            Self::Failed(error) => write!(f, "error {error}"),
        }
    }
}

/// An operation that has not been started.
pub(crate) type Work<'a> = BoxFuture<'a, Outcome>;

fn observed<'a, T: 'a>(
    work: impl Future<Output = Result<T>> + Send + 'a,
    see: fn(T) -> Outcome,
) -> BoxFuture<'a, Outcome> {
    Box::pin(async move {
        match work.await {
            Ok(found) => see(found),
            Err(error) => Outcome::failed(&error),
        }
    })
}

fn texts<T: Debug>(rows: &[T]) -> Vec<String> {
    rows.iter().map(|row| format!("{row:?}")).collect()
}

/// Rows in no particular order.
pub(crate) fn rows<'a, T: Debug + 'a>(work: impl Future<Output = Result<Vec<T>>> + Send + 'a) -> Work<'a> {
    observed(work, |rows| {
        let mut rows = texts(&rows);
        rows.sort_unstable();
        Outcome::Rows(rows)
    })
}

/// Rows in their order.
pub(crate) fn list<'a, T: Debug + 'a>(work: impl Future<Output = Result<Vec<T>>> + Send + 'a) -> Work<'a> {
    observed(work, |rows| Outcome::Rows(texts(&rows)))
}

/// Anything else.
pub(crate) fn value<'a, T: Debug + 'a>(work: impl Future<Output = Result<T>> + Send + 'a) -> Work<'a> {
    observed(work, |value| Outcome::Value(format!("{value:?}")))
}
