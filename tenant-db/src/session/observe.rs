//! What an operation tells about itself: a span for `tracing`, and numbers for `metrics`. Never values (I10).

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::field::Empty;
use tracing::{Instrument, Span};

use super::engine::Progress;
use crate::context::ContextInner;
use crate::error::Result;
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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

impl Operation {
    pub(crate) const fn read(name: &'static str, model: &'static str) -> Self {
        Self { name, model, access: Access::Read, several: false, foreign: false }
    }

    pub(crate) const fn write(name: &'static str, model: &'static str) -> Self {
        Self { access: Access::Write, ..Self::read(name, model) }
    }

    /// Says that the work is made of so many statements.
    pub(crate) const fn of_statements(self, count: usize) -> Self {
        Self { several: count > 1, ..self }
    }

    /// Says whether there is SQL in it that this crate did not write.
    pub(crate) const fn with_foreign_sql(self, foreign: bool) -> Self {
        Self { foreign, ..self }
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

/// An operation that is being watched.
pub(super) struct Observed {
    span: Span,
    rows: AtomicU64,
    retries: AtomicU64,
    round_trips: AtomicU64,
    #[cfg(feature = "metrics")]
    labels: [metrics::Label; 2],
    #[cfg(feature = "metrics")]
    started: std::time::Instant,
}

impl Observed {
    pub(super) fn new<K: TenantKey>(operation: Operation, context: &ContextInner<K>) -> Self {
        let Operation { name, model, .. } = operation;
        Self {
            span: tracing::debug_span!(
                target: "tenant_db::operation",
                "tenant_db",
                operation = name,
                model,
                tenant = %context.tenant(),
                rows = Empty,
                retries = Empty,
                round_trips = Empty,
                error = Empty,
            ),
            rows: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            round_trips: AtomicU64::new(0),
            #[cfg(feature = "metrics")]
            labels: [
                metrics::Label::from_static_parts("operation", name),
                metrics::Label::from_static_parts("model", model),
            ],
            #[cfg(feature = "metrics")]
            started: std::time::Instant::now(),
        }
    }

    /// Runs `work` in the span.
    pub(super) fn watch<T>(&self, work: impl Future<Output = T>) -> impl Future<Output = T> {
        work.instrument(self.span.clone())
    }

    /// Another attempt is made.
    pub(super) fn retries(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds what an attempt cost.
    pub(super) fn saw(&self, progress: &Progress, round_trips: u64) {
        self.rows.fetch_add(progress.rows(), Ordering::Relaxed);
        self.round_trips.fetch_add(round_trips, Ordering::Relaxed);
    }

    /// Says how it ended.
    pub(super) fn end<T>(self, outcome: Result<T>) -> Result<T> {
        let [rows, retries, round_trips] =
            [&self.rows, &self.retries, &self.round_trips].map(|number| number.load(Ordering::Relaxed));
        self.span.record("rows", rows);
        self.span.record("retries", retries);
        self.span.record("round_trips", round_trips);
        if let Err(error) = &outcome {
            self.span.record("error", error.kind());
        }
        #[cfg(feature = "metrics")]
        self.measure(outcome.as_ref().err(), rows, retries, round_trips);
        outcome
    }

    /// The tenant is no label: a label's every value is a time series of its own.
    #[cfg(feature = "metrics")]
    fn measure(&self, error: Option<&crate::error::Error>, rows: u64, retries: u64, round_trips: u64) {
        let labels = || self.labels.iter();
        let outcome =
            metrics::Label::from_static_parts("outcome", error.map_or("ok", crate::error::Error::kind));
        let with_outcome: Vec<_> = labels().cloned().chain([outcome]).collect();
        metrics::counter!("tenant_db_operations_total", with_outcome.iter()).increment(1);
        metrics::counter!("tenant_db_rows_total", labels()).increment(rows);
        metrics::counter!("tenant_db_retries_total", labels()).increment(retries);
        metrics::counter!("tenant_db_round_trips_total", labels()).increment(round_trips);
        metrics::histogram!("tenant_db_operation_duration_seconds", labels()).record(self.started.elapsed());
    }
}
