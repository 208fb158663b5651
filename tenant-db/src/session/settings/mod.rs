//! What the pool may do, and what the server is asked to hold every session to.

mod choices;
mod duration;

use std::fmt::Write as _;
use std::time::Duration;

pub(crate) use choices::Choices;

/// What the pool may do.
#[derive(Debug, Clone)]
pub(crate) struct PoolSettings {
    pub(crate) size: u32,
    pub(crate) acquire_timeout: Duration,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) max_lifetime: Option<Duration>,
    /// None means half of the pool, rounded up.
    pub(crate) permits_per_tenant: Option<u32>,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            size: 10,
            acquire_timeout: Duration::from_secs(5),
            idle_timeout: Some(Duration::from_secs(10 * 60)),
            max_lifetime: Some(Duration::from_secs(30 * 60)),
            permits_per_tenant: None,
        }
    }
}

/// What the server is asked to hold every session to. None leaves a limit to the server's own settings.
#[derive(Debug, Clone)]
pub(crate) struct SessionSettings {
    pub(crate) statement_timeout: Option<Duration>,
    pub(crate) lock_timeout: Option<Duration>,
    pub(crate) idle_in_transaction_timeout: Option<Duration>,
    /// How soon a statement whose client has gone away ends, with its locks.
    pub(crate) client_connection_check_interval: Option<Duration>,
    pub(crate) application_name: String,
    /// False for poolers that give every transaction another session, and know neither start-up options nor prepared
    /// statements.
    pub(crate) prepared_statements: bool,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            statement_timeout: Some(Duration::from_secs(30)),
            lock_timeout: Some(Duration::from_secs(10)),
            idle_in_transaction_timeout: Some(Duration::from_secs(60)),
            client_connection_check_interval: Some(Duration::from_secs(1)),
            ..Self::without_limits()
        }
    }
}

impl SessionSettings {
    /// For schema changes and checks, which take as long as they take.
    pub(crate) fn without_limits() -> Self {
        Self {
            statement_timeout: None,
            lock_timeout: None,
            idle_in_transaction_timeout: None,
            client_connection_check_interval: None,
            application_name: "tenant-db".to_owned(),
            prepared_statements: true,
        }
    }

    /// `SET LOCAL a = …; SET LOCAL b = …; `, for poolers with which neither start-up options nor the session's settings
    /// last; empty where nothing is to be set.
    pub(crate) fn set_local_sql(&self) -> String {
        self.limits().fold(String::new(), |mut sql, (name, limit)| {
            let _ = write!(sql, "SET LOCAL {name} = {}; ", limit.as_millis());
            sql
        })
    }

    /// As start-up options, to which `RESET ALL` returns; what `without` names is left out.
    pub(in crate::session) fn startup_options(&self, without: Option<&str>) -> Vec<String> {
        if !self.prepared_statements {
            return Vec::new();
        }
        self.limits()
            .filter(|(name, _)| Some(*name) != without)
            .map(|(name, limit)| format!("-c {name}={}", limit.as_millis()))
            .collect()
    }

    fn limits(&self) -> impl Iterator<Item = (&'static str, Duration)> {
        [
            ("statement_timeout", self.statement_timeout),
            ("lock_timeout", self.lock_timeout),
            ("idle_in_transaction_session_timeout", self.idle_in_transaction_timeout),
            (CHECK_INTERVAL, self.client_connection_check_interval),
        ]
        .into_iter()
        .filter_map(|(name, limit)| Some((name, limit?)))
    }
}

/// The one setting that not every server has: it came with PostgreSQL 14, and not to every platform.
pub(in crate::session) const CHECK_INTERVAL: &str = "client_connection_check_interval";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_set_for_a_transaction_or_as_start_up_options() {
        let settings = SessionSettings { lock_timeout: None, ..SessionSettings::default() };
        assert_eq!(
            settings.set_local_sql(),
            "SET LOCAL statement_timeout = 30000; SET LOCAL idle_in_transaction_session_timeout = 60000; SET LOCAL \
             client_connection_check_interval = 1000; "
        );
        assert_eq!(
            settings.startup_options(Some(CHECK_INTERVAL)),
            ["-c statement_timeout=30000", "-c idle_in_transaction_session_timeout=60000"]
        );
    }

    #[test]
    fn nothing_is_set_where_there_is_no_limit_and_no_option_sent_to_a_pooler() {
        assert_eq!(SessionSettings::without_limits().set_local_sql(), "");
        let settings = SessionSettings { prepared_statements: false, ..SessionSettings::default() };
        assert!(settings.startup_options(None).is_empty());
        assert!(!settings.set_local_sql().is_empty());
    }
}
