//! The guards that keep COMMIT behind its statement. They are always up, except in the tests that show what each of them
//! is for.

/// What keeps COMMIT from overtaking; see [`pipeline`](super::pipeline).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    /// COMMIT waits in line behind the statement's preparation.
    Line,
    /// COMMIT waits for the answer where a type has to be looked up.
    LookUps,
    /// The pipeline is not bound to the task's share of time.
    Unconstrained,
    /// Not a guard, but what they must do without: the cache of prepared statements.
    StatementCache,
}

#[cfg(not(test))]
impl Guard {
    pub(super) const fn is_up(self) -> bool {
        true
    }
}

#[cfg(test)]
thread_local! {
    static DOWN: std::cell::RefCell<Vec<Guard>> = const { std::cell::RefCell::new(Vec::new()) };
}

#[cfg(test)]
impl Guard {
    pub(super) fn is_up(self) -> bool {
        DOWN.with_borrow(|down| !down.contains(&self))
    }

    /// Takes these guards down, for this thread, and all others up again.
    pub(super) fn take_down(guards: &[Self]) {
        DOWN.set(guards.to_vec());
    }
}
