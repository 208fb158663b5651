//! [`Health`]: whether a transaction can still be committed, and if not, why.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};

/// Whether a transaction can still be committed. It only gets worse, but for a savepoint that is rolled back.
#[derive(Debug, Default)]
pub(super) struct Health {
    condition: Mutex<Condition>,
    /// Whether the server has carried out anything in the transaction, which therefore is open.
    answered: AtomicBool,
    /// Statements that were started and are neither finished nor dropped.
    open: AtomicU32,
}

#[derive(Debug, Default, Clone)]
enum Condition {
    /// Every statement so far was carried out.
    #[default]
    Healthy,
    /// A statement failed or was cancelled: only ROLLBACK is left.
    Poisoned { cause: String },
    /// As above, and the database says that the whole may be run again.
    Retryable { cause: String },
    /// The connection is gone.
    Lost,
}

impl Health {
    /// # Errors
    ///
    /// Why nothing more can be done, where that is so.
    pub(super) fn check(&self) -> Result<()> {
        match &*self.condition() {
            Condition::Healthy => Ok(()),
            Condition::Lost => Err(Error::ConnectionLost),
            Condition::Poisoned { cause } | Condition::Retryable { cause } => {
                Err(Error::TransactionAborted { cause: cause.clone() })
            }
        }
    }

    /// A statement starts. Unless it is [finished](StatementGuard::finish), it counts as cancelled.
    pub(super) fn guard(&self) -> StatementGuard<'_> {
        self.open.fetch_add(1, Ordering::Relaxed);
        StatementGuard { health: self, answered: false, forgivable: false }
    }

    /// Whether a statement was started that is neither finished nor dropped.
    pub(super) fn has_open_statements(&self) -> bool {
        self.open.load(Ordering::Relaxed) > 0
    }

    /// Whether the database asked to run the whole again.
    pub(super) fn asks_for_retry(&self) -> bool {
        matches!(*self.condition(), Condition::Retryable { .. })
    }

    /// Whether anything in the transaction has been carried out.
    pub(super) fn has_answered(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    pub(super) fn is_lost(&self) -> bool {
        matches!(*self.condition(), Condition::Lost)
    }

    /// A savepoint from a time when all was well has been rolled back to. A failure to serialize is not healed by that:
    /// it is the whole transaction's.
    pub(super) fn heal(&self) {
        let mut condition = self.condition();
        if let Condition::Poisoned { .. } = *condition {
            *condition = Condition::Healthy;
        }
    }

    fn record(&self, error: &Error) {
        let mut condition = self.condition();
        match (&*condition, error) {
            (_, Error::ConnectionLost) => *condition = Condition::Lost,
            (Condition::Healthy | Condition::Poisoned { .. }, Error::Retryable(_)) => {
                *condition = Condition::Retryable { cause: error.to_string() };
            }
            (Condition::Healthy, _) => *condition = Condition::Poisoned { cause: error.to_string() },
            _ => {}
        }
    }

    fn cancelled(&self) {
        let mut condition = self.condition();
        if let Condition::Healthy = *condition {
            *condition = Condition::Poisoned { cause: "it was cancelled before its answer".to_owned() };
        }
    }

    /// A panic while the lock was held cannot have left a condition half-written.
    fn condition(&self) -> MutexGuard<'_, Condition> {
        self.condition.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Poisons the transaction when a statement fails, or when its future is dropped before the answer: whether such a
/// statement was carried out is unknown, so it must not be committed.
#[must_use = "a guard that is dropped says that its statement was cancelled"]
pub(super) struct StatementGuard<'a> {
    health: &'a Health,
    answered: bool,
    forgivable: bool,
}

impl StatementGuard<'_> {
    /// Says whether nothing depends on it: a part of a result that nobody wants any more may be dropped.
    pub(super) fn forgivable(mut self, forgivable: bool) -> Self {
        self.forgivable = forgivable;
        self
    }

    pub(super) fn finish<T>(mut self, outcome: Result<T>) -> Result<T> {
        self.answered = true;
        match &outcome {
            Ok(_) => self.health.answered.store(true, Ordering::Relaxed),
            Err(error) => self.health.record(error),
        }
        outcome
    }
}

impl Drop for StatementGuard<'_> {
    fn drop(&mut self) {
        self.health.open.fetch_sub(1, Ordering::Relaxed);
        if !self.answered && !self.forgivable {
            self.health.cancelled();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_cause_is_kept_and_what_is_worse_wins() {
        let health = Health::default();
        assert!(health.check().is_ok());
        let _ = health.guard().finish::<()>(Err(Error::NoChanges));
        let _ = health.guard().finish::<()>(Err(Error::ContextExpired));
        let Err(Error::TransactionAborted { cause }) = health.check() else { panic!("{health:?}") };
        assert_eq!(cause, "the update sets no column");
        let _ = health.guard().finish::<()>(Err(Error::ConnectionLost));
        assert!(health.is_lost());
        health.heal();
        assert!(matches!(health.check(), Err(Error::ConnectionLost)), "a lost connection does not heal");
    }

    #[test]
    fn a_guard_that_is_dropped_poisons_until_a_savepoint_is_rolled_back() {
        let health = Health::default();
        drop(health.guard());
        assert!(matches!(health.check(), Err(Error::TransactionAborted { .. })));
        health.heal();
        assert!(health.check().is_ok());
    }
}
