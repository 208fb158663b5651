//! One direction of a connection: pieces that are on their way, each with the time at which it is due.

use std::collections::VecDeque;
use std::hint;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// So many bytes are on their way at most; then the sender waits, as it would for TCP's window.
const CAPACITY: usize = 16 * 1024 * 1024;

/// How late a thread usually wakes up from a wait, with [`sharpen_timers`]. It is woken earlier by as much and spins
/// for what is left of it: some microseconds, since it is late most of the time.
const LATENESS: Duration = Duration::from_micros(25);

/// A queue in which every piece waits for its time, and for those before it: none overtakes another when the round
/// trip gets shorter.
#[derive(Debug, Default)]
pub(super) struct Lane {
    queue: Mutex<Queue>,
    arrived: Condvar,
    drained: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    parcels: VecDeque<Parcel>,
    /// In `parcels`.
    bytes: usize,
    progress: Progress,
}

/// What the thread at the end of the lane is doing.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Progress {
    #[default]
    Waiting,
    Delivering,
    Closed,
}

#[derive(Debug)]
struct Parcel {
    due: Instant,
    content: Content,
}

/// What is delivered.
#[derive(Debug)]
pub(super) enum Content {
    Bytes(Vec<u8>),
    /// The sender has nothing more to say.
    End,
}

impl Content {
    fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::End => 0,
        }
    }
}

impl Lane {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing is on its way, so that the one thread that fills the lane may as well deliver itself.
    pub(super) fn is_idle(&self) -> bool {
        let queue = self.queue();
        queue.parcels.is_empty() && queue.progress == Progress::Waiting
    }

    /// Sends something that is due at a time, once there is room for it.
    pub(super) fn push(&self, due: Instant, content: Content) {
        let mut queue = self.queue();
        while queue.bytes >= CAPACITY && queue.progress != Progress::Closed {
            queue = self.drained.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        if queue.progress == Progress::Closed {
            return;
        }
        queue.bytes += content.len();
        queue.parcels.push_back(Parcel { due, content });
        let is_first = queue.parcels.len() == 1;
        drop(queue);
        // Behind another one, it changes nothing about when the thread at the end has to wake up.
        if is_first {
            self.arrived.notify_one();
        }
    }

    /// The next piece, at the time at which it is due; none once the lane is closed.
    pub(super) fn next(&self) -> Option<Content> {
        let mut queue = self.queue();
        if queue.progress == Progress::Delivering {
            queue.progress = Progress::Waiting;
        }
        let parcel = loop {
            if queue.progress == Progress::Closed {
                return None;
            }
            let Some(first) = queue.parcels.front() else {
                queue = self.arrived.wait(queue).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let early = first.due.saturating_duration_since(Instant::now());
            if early > LATENESS {
                let wait = self.arrived.wait_timeout(queue, early - LATENESS);
                queue = wait.unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            if let Some(first) = queue.parcels.pop_front() {
                break first;
            }
        };
        queue.bytes -= parcel.content.len();
        queue.progress = Progress::Delivering;
        drop(queue);
        self.drained.notify_one();
        while Instant::now() < parcel.due {
            hint::spin_loop();
        }
        Some(parcel.content)
    }

    /// Drops what is on its way and lets nothing in any more.
    pub(super) fn close(&self) {
        let mut queue = self.queue();
        queue.progress = Progress::Closed;
        queue.parcels.clear();
        queue.bytes = 0;
        drop(queue);
        self.arrived.notify_all();
        self.drained.notify_all();
    }
}

/// Asks Linux to wake this thread, and those that it starts, on time: by default it takes the liberty of 50
/// microseconds. There is no such setting elsewhere, and nothing but precision is lost without it.
pub(super) fn sharpen_timers() {
    #[cfg(target_os = "linux")]
    if let Ok(thread) = std::fs::read_link("/proc/thread-self")
        && let Some(thread) = thread.file_name()
    {
        let _ = std::fs::write(std::path::Path::new("/proc").join(thread).join("timerslack_ns"), "1");
    }
}
