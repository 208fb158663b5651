//! What an operation tells about itself: a span for `tracing`, and numbers for `metrics`. Never values (I10).

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::Either;
use tracing::field::Empty;
use tracing::{Instrument, Span};

use super::engine::Progress;
use crate::context::ContextInner;
use crate::error::{Error, Result};
use crate::tenant::TenantKey;

/// What a piece of work is: its name, its model, and what the engine may do with it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation {
    name: &'static str,
    model: &'static str,
    access: Access,
    /// More than one statement, each sent when the one before was answered.
    several: bool,
    /// It holds SQL that this crate did not write, which may leave something with the session.
    foreign: bool,
    /// It is a part of a result, of which nothing is left on the server when it is dropped.
    partial: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    /// It reads, and locks what it reads: nothing that could be run in a read-only transaction.
    Lock,
    Write,
}

/// In the place of a model, for what has none.
const NO_MODEL: &str = "";

impl Operation {
    /// The end of a transaction.
    pub(super) const COMMIT: Self = Self::write("commit", NO_MODEL);
    /// The other one.
    pub(super) const ROLLBACK: Self = Self::write("rollback", NO_MODEL);

    pub(crate) const fn read(name: &'static str, model: &'static str) -> Self {
        Self { name, model, access: Access::Read, several: false, foreign: false, partial: false }
    }

    pub(crate) const fn write(name: &'static str, model: &'static str) -> Self {
        Self { access: Access::Write, ..Self::read(name, model) }
    }

    /// Says that the work is made of so many statements.
    pub(crate) const fn of_statements(self, count: usize) -> Self {
        Self { several: count > 1, ..self }
    }

    /// Says whether it locks what it reads, which is a write to PostgreSQL.
    pub(crate) const fn locking(self, locks: bool) -> Self {
        if locks { Self { access: Access::Lock, ..self } } else { self }
    }

    /// Says whether there is SQL in it that this crate did not write.
    pub(crate) const fn with_foreign_sql(self, foreign: bool) -> Self {
        Self { foreign, ..self }
    }

    /// Says that it is a part of a result that is read bit by bit.
    pub(super) const fn in_parts(self) -> Self {
        Self { partial: true, ..self }
    }

    /// Whether it may be dropped at any moment, and the transaction goes on. Foreign SQL may have changed the tenant.
    pub(super) fn is_forgivable(self) -> bool {
        self.partial && !self.foreign
    }

    /// Whether COMMIT may be sent before the answer. Foreign SQL could end the transaction itself, and is followed by a
    /// check that it did not.
    pub(super) fn is_one_statement(self) -> bool {
        !self.several && !self.foreign
    }

    pub(super) fn is_foreign(self) -> bool {
        self.foreign
    }

    pub(super) fn is_write(self) -> bool {
        self.access == Access::Write
    }

    /// Whether it changes nothing, so that it can be run twice.
    pub(super) fn is_read(self) -> bool {
        self.access == Access::Read && !self.foreign
    }
}

/// Something that is being watched: an operation, a transaction's end, or a transaction with all that is in it. Dropped
/// before its end it counts as cancelled.
pub(super) struct Observed {
    span: Span,
    /// Rows of an operation, statements of a transaction.
    counted: AtomicU64,
    scope: Scope,
    retries: AtomicU64,
    round_trips: AtomicU64,
    ended: bool,
    #[cfg(feature = "metrics")]
    labels: [metrics::Label; 2],
    #[cfg(feature = "metrics")]
    started: std::time::Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Operation,
    Transaction,
}

impl Observed {
    pub(super) fn new<K: TenantKey>(operation: Operation, context: &ContextInner<K>) -> Self {
        let Operation { name, model, .. } = operation;
        let span = tracing::debug_span!(
            target: "tenant_db::operation",
            "tenant_db",
            operation = name,
            model,
            tenant = %context.tenant(),
            rows = Empty,
            retries = Empty,
            round_trips = Empty,
            error = Empty,
        );
        Self::within(span, Scope::Operation, name, model)
    }

    /// A transaction by closure, from its beginning to its end, with every attempt.
    pub(super) fn transaction<K: TenantKey>(context: &ContextInner<K>) -> Self {
        let name = "transaction";
        let span = tracing::debug_span!(
            target: "tenant_db::operation",
            "tenant_db",
            operation = name,
            tenant = %context.tenant(),
            statements = Empty,
            retries = Empty,
            round_trips = Empty,
            error = Empty,
        );
        Self::within(span, Scope::Transaction, name, NO_MODEL)
    }

    #[cfg_attr(
        not(feature = "metrics"),
        allow(unused_variables, reason = "the span has its name and its model already")
    )]
    fn within(span: Span, scope: Scope, name: &'static str, model: &'static str) -> Self {
        Self {
            span,
            counted: AtomicU64::new(0),
            scope,
            retries: AtomicU64::new(0),
            round_trips: AtomicU64::new(0),
            ended: false,
            #[cfg(feature = "metrics")]
            labels: [
                metrics::Label::from_static_parts("operation", name),
                metrics::Label::from_static_parts("model", model),
            ],
            #[cfg(feature = "metrics")]
            started: std::time::Instant::now(),
        }
    }

    /// Runs `work` in the span, if anybody wants to know of it.
    pub(super) fn watch<T>(&self, work: impl Future<Output = T>) -> impl Future<Output = T> {
        if self.span.is_disabled() {
            Either::Left(work)
        } else {
            Either::Right(work.instrument(self.span.clone()))
        }
    }

    /// Another attempt is made.
    pub(super) fn retries(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds what an attempt cost.
    pub(super) fn saw(&self, progress: &Progress, round_trips: u64) {
        self.cost(progress.rows(), round_trips);
    }

    /// Adds what was counted, rows or statements, and the round trips.
    pub(super) fn cost(&self, counted: u64, round_trips: u64) {
        self.counted.fetch_add(counted, Ordering::Relaxed);
        self.round_trips.fetch_add(round_trips, Ordering::Relaxed);
    }

    /// Says how it ended.
    pub(super) fn end<T>(mut self, outcome: Result<T>) -> Result<T> {
        self.record(outcome.as_ref().err().map(Error::kind));
        outcome
    }

    /// As [`end`](Self::end), for a transaction: either the closure's answer, or what kept it from being asked or obeyed.
    pub(super) fn end_transaction<T, E: From<Error>>(
        mut self,
        outcome: Result<Result<T, E>>,
    ) -> Result<T, E> {
        self.record(match &outcome {
            Ok(Ok(_)) => None,
            Ok(Err(_)) => Some("rolled_back"),
            Err(error) => Some(error.kind()),
        });
        outcome.unwrap_or_else(|error| Err(E::from(error)))
    }

    fn record(&mut self, error: Option<&'static str>) {
        self.ended = true;
        let [counted, retries, round_trips] =
            [&mut self.counted, &mut self.retries, &mut self.round_trips].map(|number| *number.get_mut());
        let item = if self.scope == Scope::Transaction { "statements" } else { "rows" };
        self.span.record(item, counted);
        self.span.record("retries", retries);
        self.span.record("round_trips", round_trips);
        if let Some(error) = error {
            self.span.record("error", error);
        }
        #[cfg(feature = "metrics")]
        self.measure(error, counted, retries, round_trips);
    }

    /// The tenant is no label: a label's every value is a time series of its own. A transaction's round trips are those of
    /// its statements and its end, and are not counted twice.
    #[cfg(feature = "metrics")]
    fn measure(&self, error: Option<&'static str>, counted: u64, retries: u64, round_trips: u64) {
        let labels = || self.labels.iter();
        let outcome = metrics::Label::from_static_parts("outcome", error.unwrap_or("ok"));
        let with_outcome: Vec<_> = labels().cloned().chain([outcome]).collect();
        metrics::counter!("tenant_db_operations_total", with_outcome.iter()).increment(1);
        metrics::counter!("tenant_db_retries_total", labels()).increment(retries);
        metrics::histogram!("tenant_db_operation_duration_seconds", labels()).record(self.started.elapsed());
        if self.scope == Scope::Operation {
            metrics::counter!("tenant_db_rows_total", labels()).increment(counted);
            metrics::counter!("tenant_db_round_trips_total", labels()).increment(round_trips);
        }
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        if !self.ended {
            self.record(Some(if std::thread::panicking() { "panicked" } else { "cancelled" }));
        }
    }
}

/// Tells the recorder, if there is one by now, what the numbers mean.
#[cfg(feature = "metrics")]
pub(super) fn describe() {
    use metrics::{Unit, describe_counter, describe_histogram};
    describe_counter!("tenant_db_operations_total", "Operations that ended, by what became of them.");
    describe_counter!("tenant_db_rows_total", "Rows that were read or changed.");
    describe_counter!("tenant_db_retries_total", "Further attempts of operations and transactions.");
    describe_counter!("tenant_db_round_trips_total", "Round trips to the server.");
    describe_histogram!(
        "tenant_db_operation_duration_seconds",
        Unit::Seconds,
        "How long operations and transactions took, waiting for a connection included."
    );
    describe_histogram!(
        "tenant_db_pool_wait_seconds",
        Unit::Seconds,
        "How long operations waited for a connection."
    );
    describe_counter!(
        "tenant_db_pool_timeouts_total",
        "Operations for which no connection became free in time."
    );
    describe_counter!(
        "tenant_db_connections_recovered_total",
        "Connections that came back in the middle of something, and were cleaned up."
    );
    describe_counter!(
        "tenant_db_connections_closed_total",
        "Connections that came back in the middle of something, and had to be closed."
    );
}
