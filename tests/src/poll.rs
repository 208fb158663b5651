//! Futures that are polled one step at a time.

#![allow(clippy::panic, reason = "a test that cannot go on has failed")]

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

/// How long a future may take for one step.
const PATIENCE: Duration = Duration::from_secs(30);

/// When a future that is not finished is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drop {
    /// Right after the last poll: what it has sent has not even left the process.
    AtOnce,
    /// When it has been woken again, and does not know yet why.
    WhenWoken,
}

/// Polls `future` so many times, each time when it has been woken, and drops it unless it finishes by then.
pub async fn poll_times<F: Future>(future: F, times: usize, drop: Drop) -> Option<F::Output> {
    let woken = Arc::new(Woken(Notify::new()));
    let waker = Waker::from(Arc::clone(&woken));
    let mut future = pin!(future);
    for step in 1..=times {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(output);
        }
        if step == times && drop == Drop::AtOnce {
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
