//! [`Permits`]: who may take a connection next. One tenant cannot take the whole pool, and those who wait are served
//! tenant by tenant, not in the order in which they came.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// As many permits as the pool has connections, of which a tenant gets no more than its share.
#[derive(Debug)]
pub(super) struct Permits {
    share: u32,
    queues: Mutex<Queues>,
}

#[derive(Debug, Default)]
struct Queues {
    free: u32,
    /// Tenants that hold or await a permit.
    tenants: HashMap<Arc<str>, Queue>,
    /// Tenants that await one and may have one, in the order in which they are served; each at most once.
    turns: VecDeque<Arc<str>>,
}

#[derive(Debug, Default)]
struct Queue {
    held: u32,
    waiting: VecDeque<oneshot::Sender<Permit>>,
    /// Whether the tenant stands in `turns`.
    in_line: bool,
}

/// The right to use a connection for one tenant.
#[derive(Debug)]
#[must_use = "a permit that is dropped goes to the next one who waits"]
pub(super) struct Permit {
    permits: Arc<Permits>,
    tenant: Arc<str>,
}

/// How many hold permits and how many wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Occupancy {
    pub(super) held: u32,
    pub(super) waiting: u32,
}

impl Permits {
    pub(super) fn new(size: u32, share: u32) -> Arc<Self> {
        Arc::new(Self { share, queues: Mutex::new(Queues { free: size, ..Queues::default() }) })
    }

    /// A permit at once, or what will bring one when it is this tenant's turn. Dropping the latter gives up the place.
    pub(super) fn request(self: &Arc<Self>, tenant: &str) -> Result<Permit, oneshot::Receiver<Permit>> {
        let mut queues = self.lock();
        let Queues { free, tenants, turns } = &mut *queues;
        let name = match tenants.get_key_value(tenant) {
            Some((name, _)) => Arc::clone(name),
            None => Arc::from(tenant),
        };
        let queue = tenants.entry(Arc::clone(&name)).or_default();
        // Who comes now does not overtake those who wait, of its own tenant or of another one.
        if *free > 0 && queue.held < self.share && queue.waiting.is_empty() && turns.is_empty() {
            *free -= 1;
            queue.held += 1;
            return Ok(Permit { permits: Arc::clone(self), tenant: name });
        }
        let (sender, receiver) = oneshot::channel();
        queue.waiting.push_back(sender);
        if queue.held < self.share && !queue.in_line {
            queue.in_line = true;
            turns.push_back(name);
        }
        drop(queues);
        self.serve();
        Err(receiver)
    }

    /// How many hold permits and how many wait.
    pub(super) fn occupancy(&self) -> Occupancy {
        let queues = self.lock();
        queues.tenants.values().fold(Occupancy { held: 0, waiting: 0 }, |sum, queue| Occupancy {
            held: sum.held + queue.held,
            waiting: sum.waiting + queue.waiting.iter().filter(|waiter| !waiter.is_closed()).count() as u32,
        })
    }

    /// How many a tenant holds, and how many it may hold.
    pub(super) fn share_of(&self, tenant: &str) -> (u32, u32) {
        (self.lock().tenants.get(tenant).map_or(0, |queue| queue.held), self.share)
    }

    /// Gives free permits to those whose turn it is.
    fn serve(self: &Arc<Self>) {
        loop {
            let mut queues = self.lock();
            let Queues { free, tenants, turns } = &mut *queues;
            if *free == 0 {
                return;
            }
            let Some(name) = turns.pop_front() else { return };
            let Some(queue) = tenants.get_mut(&name) else { continue };
            queue.in_line = false;
            let waiter = next_waiter(&mut queue.waiting);
            if let Some(waiter) = waiter {
                *free -= 1;
                queue.held += 1;
                // To the end of the line: every other tenant that waits comes first.
                if queue.held < self.share && !queue.waiting.is_empty() {
                    queue.in_line = true;
                    turns.push_back(Arc::clone(&name));
                }
                let permit = Permit { permits: Arc::clone(self), tenant: name };
                drop(queues);
                // A waiter that has just given up drops the permit, which comes back here.
                drop(waiter.send(permit));
            } else if queue.held == 0 {
                tenants.remove(&name);
            }
        }
    }

    fn release(self: &Arc<Self>, tenant: &Arc<str>) {
        let mut queues = self.lock();
        let Queues { free, tenants, turns } = &mut *queues;
        *free += 1;
        if let Some(queue) = tenants.get_mut(tenant) {
            queue.held -= 1;
            if queue.waiting.is_empty() {
                if queue.held == 0 {
                    tenants.remove(tenant);
                }
            } else if !queue.in_line {
                queue.in_line = true;
                turns.push_back(Arc::clone(tenant));
            }
        }
        drop(queues);
        self.serve();
    }

    /// A panic while the lock was held cannot have left the queues half-changed.
    fn lock(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first who has not given up.
fn next_waiter(waiting: &mut VecDeque<oneshot::Sender<Permit>>) -> Option<oneshot::Sender<Permit>> {
    while let Some(waiter) = waiting.pop_front() {
        if !waiter.is_closed() {
            return Some(waiter);
        }
    }
    None
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.permits.release(&self.tenant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(permits: &Arc<Permits>, tenant: &str) -> Permit {
        permits.request(tenant).unwrap_or_else(|_| panic!("no permit for {tenant}"))
    }

    fn wait(permits: &Arc<Permits>, tenant: &str) -> oneshot::Receiver<Permit> {
        match permits.request(tenant) {
            Ok(_) => panic!("{tenant} should have to wait"),
            Err(turn) => turn,
        }
    }

    #[test]
    fn a_tenant_gets_no_more_than_its_share() {
        let permits = Permits::new(4, 2);
        let held = [take(&permits, "a"), take(&permits, "a")];
        let mut turn = wait(&permits, "a");
        let other = take(&permits, "b");
        assert!(turn.try_recv().is_err(), "two are free, but not for this tenant");
        drop(other);
        assert!(turn.try_recv().is_err(), "somebody else's permit is not its own");
        drop(held);
        assert!(turn.try_recv().is_ok());
    }

    #[test]
    fn those_who_wait_are_served_tenant_by_tenant() {
        let permits = Permits::new(1, 1);
        let held = take(&permits, "a");
        let mut flood: Vec<_> = (0..3).map(|_| wait(&permits, "a")).collect();
        let mut quiet = wait(&permits, "b");
        drop(held);
        let first = quiet.try_recv().expect("it was the other tenant's turn");
        assert!(flood.iter_mut().all(|turn| turn.try_recv().is_err()));
        drop(first);
        let second = flood[0].try_recv().expect("the first of those who wait");
        drop(second);
        assert!(flood[1].try_recv().is_ok());
    }

    #[test]
    fn who_gives_up_neither_keeps_a_permit_nor_a_place() {
        let permits = Permits::new(1, 1);
        let held = take(&permits, "a");
        let gone = wait(&permits, "b");
        let mut next = wait(&permits, "c");
        drop(gone);
        assert_eq!(permits.occupancy(), Occupancy { held: 1, waiting: 1 });
        drop(held);
        let permit = next.try_recv().expect("the place of the one who left");
        drop(next);
        drop(permit);
        assert_eq!(permits.occupancy(), Occupancy { held: 0, waiting: 0 });
        assert!(permits.lock().tenants.is_empty(), "nothing is kept of tenants that have gone");
        drop(take(&permits, "a"));
    }

    #[test]
    fn a_permit_whose_receiver_left_in_the_last_moment_is_passed_on() {
        let permits = Permits::new(1, 1);
        let held = take(&permits, "a");
        let granted = wait(&permits, "b");
        let mut next = wait(&permits, "c");
        drop(held);
        // The permit is in the channel, unread.
        drop(granted);
        assert!(next.try_recv().is_ok());
    }
}
