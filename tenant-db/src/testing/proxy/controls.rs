//! What a test has set, and what it counts.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    ToServer,
    ToClient,
}

/// What all connections of a proxy share.
#[derive(Debug)]
pub(super) struct Controls {
    settings: Mutex<Settings>,
    changed: Condvar,
    flights: AtomicU64,
    client_bytes: AtomicU64,
    server_bytes: AtomicU64,
    connections: AtomicUsize,
    accepted: AtomicU64,
}

#[derive(Debug)]
struct Settings {
    round_trip: Duration,
    road: Road,
    door: Door,
    /// Bytes to pass until the connection that passes them is broken.
    client_cut: Option<u64>,
    server_cut: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Road {
    Open,
    Blocked,
}

/// What becomes of new connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    Open,
    Refusing,
    /// The proxy is being dropped.
    Gone,
}

/// How much of a piece may be passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passage {
    Whole,
    /// So many bytes, and then the connection is broken.
    Cut(usize),
}

impl Controls {
    pub(super) fn new() -> Self {
        let settings = Settings {
            round_trip: Duration::ZERO,
            road: Road::Open,
            door: Door::Open,
            client_cut: None,
            server_cut: None,
        };
        Self {
            settings: Mutex::new(settings),
            changed: Condvar::new(),
            flights: AtomicU64::new(0),
            client_bytes: AtomicU64::new(0),
            server_bytes: AtomicU64::new(0),
            connections: AtomicUsize::new(0),
            accepted: AtomicU64::new(0),
        }
    }

    fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_round_trip(&self, round_trip: Duration) {
        self.settings().round_trip = round_trip;
    }

    pub(super) fn swallow(&self) {
        self.settings().road = Road::Blocked;
    }

    pub(super) fn resume(&self) {
        self.settings().road = Road::Open;
        self.changed.notify_all();
    }

    pub(super) fn refuse(&self) {
        self.settings().door = Door::Refusing;
    }

    pub(super) fn accept(&self) {
        self.settings().door = Door::Open;
    }

    pub(super) fn leave(&self) {
        self.settings().door = Door::Gone;
    }

    pub(super) fn door(&self) -> Door {
        self.settings().door
    }

    pub(super) fn cut_after(&self, direction: Direction, bytes: u64) {
        let mut settings = self.settings();
        *settings.cut(direction) = Some(bytes);
    }

    /// Wakes whoever waits in [`Controls::delay`] or [`Controls::pass`], after one of them was given up.
    pub(super) fn wake(&self) {
        // Whoever has seen that it was not given up, and does not wait yet, holds the lock.
        drop(self.settings());
        self.changed.notify_all();
    }

    /// How long a piece that has arrived is on its way, as soon as the road is open; none if `given_up`.
    pub(super) fn delay(&self, given_up: impl Fn() -> bool) -> Option<Duration> {
        Some(self.open_road(given_up)?.round_trip / 2)
    }

    /// How much of a piece of `length` bytes may be passed on, as soon as the road is open; none if `given_up`.
    pub(super) fn pass(
        &self,
        direction: Direction,
        length: usize,
        given_up: impl Fn() -> bool,
    ) -> Option<Passage> {
        let mut settings = self.open_road(given_up)?;
        let cut = settings.cut(direction);
        let passage = match cut {
            Some(rest) => match usize::try_from(*rest) {
                Ok(allowed) if allowed <= length => {
                    *cut = None;
                    Passage::Cut(allowed)
                }
                _ => {
                    *rest -= length as u64;
                    Passage::Whole
                }
            },
            None => Passage::Whole,
        };
        drop(settings);
        let bytes = match passage {
            Passage::Whole => length,
            Passage::Cut(allowed) => allowed,
        };
        self.counter(direction).fetch_add(bytes as u64, Ordering::SeqCst);
        Some(passage)
    }

    fn open_road(&self, given_up: impl Fn() -> bool) -> Option<MutexGuard<'_, Settings>> {
        let mut settings = self.settings();
        while settings.road == Road::Blocked && !given_up() {
            settings = self.changed.wait(settings).unwrap_or_else(PoisonError::into_inner);
        }
        (!given_up()).then_some(settings)
    }

    fn counter(&self, direction: Direction) -> &AtomicU64 {
        match direction {
            Direction::ToServer => &self.client_bytes,
            Direction::ToClient => &self.server_bytes,
        }
    }

    pub(super) fn bytes(&self, direction: Direction) -> u64 {
        self.counter(direction).load(Ordering::SeqCst)
    }

    pub(super) fn begin_flight(&self) {
        self.flights.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn flights(&self) -> u64 {
        self.flights.load(Ordering::SeqCst)
    }

    pub(super) fn opened(&self) {
        self.accepted.fetch_add(1, Ordering::SeqCst);
        self.connections.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn closed(&self) {
        self.connections.fetch_sub(1, Ordering::SeqCst);
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(super) fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::SeqCst)
    }
}

impl Settings {
    fn cut(&mut self, direction: Direction) -> &mut Option<u64> {
        match direction {
            Direction::ToServer => &mut self.client_cut,
            Direction::ToClient => &mut self.server_cut,
        }
    }
}
