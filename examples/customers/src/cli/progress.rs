//! [`Progress`]: what is being done, while it takes its time.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::output::Output;

/// A bar on standard error. Nothing is drawn where that is no terminal, or where a program reads the answers.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// For `steps` steps.
    #[must_use]
    pub(super) fn new(output: &Output, steps: usize) -> Self {
        if output.is_json() {
            return Self { bar: ProgressBar::hidden() };
        }
        let bar = ProgressBar::new(steps as u64);
        if let Ok(style) = ProgressStyle::with_template("{spinner} [{bar:30}] {pos}/{len} {msg} ({elapsed})")
        {
            bar.set_style(style.progress_chars("━╸ "));
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar }
    }

    /// A step begins.
    pub(super) fn step(&self, table: &str, step: &str) {
        if !self.bar.message().is_empty() {
            self.bar.inc(1);
        }
        self.bar.set_message(format!("{table}: {step}"));
    }

    /// Everything is done.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
