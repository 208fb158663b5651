//! [`Epoch`]: which connections of a pool may have a schema in mind that is no more.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts how often a pool has met a change of the schema. Connections that were opened before the last one are not used
/// again: they have prepared statements, and looked up numbers of types, of which the server knows nothing any more.
#[derive(Debug, Clone, Default)]
pub(super) struct Epoch {
    changes: Arc<AtomicU64>,
    born: u64,
}

impl Epoch {
    /// For a connection that is about to be opened.
    pub(super) fn now(&self) -> Self {
        Self { changes: Arc::clone(&self.changes), born: self.changes.load(Ordering::Relaxed) }
    }

    /// Whether the schema has changed since.
    pub(super) fn is_over(&self) -> bool {
        self.changes.load(Ordering::Relaxed) != self.born
    }

    /// Ends it, for every connection that was opened in it. Those that are still at work find the same change, and end it
    /// once.
    pub(super) fn end(&self) {
        let _ = self.changes.compare_exchange(self.born, self.born + 1, Ordering::Relaxed, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_met_once_by_all_connections_that_were_open() {
        let pool = Epoch::default();
        let (first, second) = (pool.now(), pool.now());
        first.end();
        assert!(first.is_over() && second.is_over());
        let third = pool.now();
        second.end();
        assert!(!third.is_over(), "the second connection has met the change that the first one has met");
        third.end();
        assert!(third.is_over());
    }
}
