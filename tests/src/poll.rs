//! Futures that are polled one step at a time.

#![allow(clippy::panic, reason = "a test that cannot go on has failed")]

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

/// How long a future may take for one step.
const PATIENCE: Duration = Duration::from_secs(30);

/// When a future that is not finished is dropped, or interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Moment {
    /// Right after the last poll: what it has sent has not even left the process.
    AtOnce,
    /// When it has been woken again, and does not know yet why.
    WhenWoken,
}

/// Polls `future` so many times, each time when it has been woken, and drops it unless it finishes by then.
pub async fn poll_times<F: Future>(future: F, times: usize, moment: Moment) -> Option<F::Output> {
    let mut future = pin!(future);
    step(future.as_mut(), times, moment).await
}

/// Polls `future` so many times, lets something happen, and goes on. Says whether it
/// was interrupted: it may have finished before.
pub async fn interrupt_after<F: Future>(
    future: F,
    times: usize,
    moment: Moment,
    interruption: impl Future,
) -> (F::Output, bool) {
    let mut future = pin!(future);
    if let Some(output) = step(future.as_mut(), times, moment).await {
        return (output, false);
    }
    interruption.await;
    let output = timeout(PATIENCE, future).await;
    (output.unwrap_or_else(|_| panic!("the future does not end after an interruption")), true)
}

async fn step<F: Future>(mut future: Pin<&mut F>, times: usize, moment: Moment) -> Option<F::Output> {
    let woken = Arc::new(Woken(Notify::new()));
    let waker = Waker::from(Arc::clone(&woken));
    for step in 1..=times {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(output);
        }
        if step == times && moment == Moment::AtOnce {
            break;
        }
        if timeout(PATIENCE, woken.0.notified()).await.is_err() {
            panic!("the future was not woken after poll number {step}");
        }
    }
    None
}

struct Woken(Notify);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}
