//! How a transaction runs: [`TransactionOptions`].

/// How far a transaction is kept apart from concurrent ones. PostgreSQL's own default is read committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IsolationLevel {
    /// Each statement sees what was committed before it began.
    ReadCommitted,
    /// All statements see what was committed before the first one.
    RepeatableRead,
    /// As if transactions ran one after the other; may ask to be run again.
    Serializable,
}

impl IsolationLevel {
    fn sql(self) -> &'static str {
        match self {
            Self::ReadCommitted => "READ COMMITTED",
            Self::RepeatableRead => "REPEATABLE READ",
            Self::Serializable => "SERIALIZABLE",
        }
    }
}

/// How a transaction runs.
///
/// ```
/// use tenant_db::TransactionOptions;
///
/// let report = TransactionOptions::new().serializable().read_only().deferrable();
/// let transfer = TransactionOptions::new().serializable().retries(3);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[must_use = "options do nothing until they are handed to `begin_with` or `transaction_with`"]
pub struct TransactionOptions {
    isolation: Option<IsolationLevel>,
    read_only: bool,
    deferrable: bool,
    retries: u32,
}

impl TransactionOptions {
    /// The server's defaults, and no retries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the isolation level.
    pub fn isolation(mut self, level: IsolationLevel) -> Self {
        self.isolation = Some(level);
        self
    }

    /// [`IsolationLevel::RepeatableRead`].
    pub fn repeatable_read(self) -> Self {
        self.isolation(IsolationLevel::RepeatableRead)
    }

    /// [`IsolationLevel::Serializable`].
    pub fn serializable(self) -> Self {
        self.isolation(IsolationLevel::Serializable)
    }

    /// Every write is an error.
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Waits for a moment in which a serializable read-only transaction cannot fail. PostgreSQL gives it no meaning
    /// for other transactions.
    pub fn deferrable(mut self) -> Self {
        self.deferrable = true;
        self
    }

    /// How often to run the closure again after a deadlock (40P01) or a serialization failure (40001). Only
    /// [`TenantDb::transaction_with`](crate::TenantDb::transaction_with) can; a guard has no closure to run again.
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    pub(super) fn max_retries(&self) -> u32 {
        self.retries
    }

    /// Begins to write a message with BEGIN, to which more will be added.
    pub(super) fn begin_sql(&self) -> String {
        let mut sql = String::with_capacity(128);
        sql.push_str("BEGIN");
        if let Some(level) = self.isolation {
            sql.push_str(" ISOLATION LEVEL ");
            sql.push_str(level.sql());
        }
        if self.read_only {
            sql.push_str(" READ ONLY");
        }
        if self.deferrable {
            sql.push_str(" DEFERRABLE");
        }
        sql
    }
}
