//! [`Permits`]: who may take a connection next. One tenant cannot take the whole pool, and those who wait are served
//! tenant by tenant, not in the order in which they came.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

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
    held: u32,
    waiting: u32,
    /// The number of the next one who waits.
    next: u64,
    /// Tenants that hold or await a permit.
    tenants: HashMap<Arc<str>, Queue>,
    /// Tenants that await one and may have one, in the order in which they are served; each at most once.
    turns: VecDeque<Arc<str>>,
}

#[derive(Debug, Default)]
struct Queue {
    held: u32,
    /// In the order in which they came. Who gives up takes itself out.
    waiting: BTreeMap<u64, oneshot::Sender<Permit>>,
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

/// A place in the line of those who wait. Dropping it gives it up.
#[derive(Debug)]
pub(super) struct Turn {
    permits: Arc<Permits>,
    tenant: Arc<str>,
    number: u64,
    permit: oneshot::Receiver<Permit>,
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

    /// A permit at once, or what will bring one when it is this tenant's turn.
    pub(super) fn request(self: &Arc<Self>, tenant: &str) -> Result<Permit, Turn> {
        let mut queues = self.lock();
        let Queues { free, held, waiting, next, tenants, turns } = &mut *queues;
        let name = match tenants.get_key_value(tenant) {
            Some((name, _)) => Arc::clone(name),
            None => Arc::from(tenant),
        };
        let queue = tenants.entry(Arc::clone(&name)).or_default();
        // Who comes now does not overtake those who wait, of its own tenant or of another one.
        if *free > 0 && queue.held < self.share && queue.waiting.is_empty() && turns.is_empty() {
            *free -= 1;
            *held += 1;
            queue.held += 1;
            return Ok(Permit { permits: Arc::clone(self), tenant: name });
        }
        let (sender, permit) = oneshot::channel();
        let number = *next;
        *next += 1;
        *waiting += 1;
        queue.waiting.insert(number, sender);
        if queue.held < self.share && !queue.in_line {
            queue.in_line = true;
            turns.push_back(Arc::clone(&name));
        }
        drop(queues);
        self.serve();
        Err(Turn { permits: Arc::clone(self), tenant: name, number, permit })
    }

    /// How many hold permits and how many wait.
    pub(super) fn occupancy(&self) -> Occupancy {
        let queues = self.lock();
        Occupancy { held: queues.held, waiting: queues.waiting }
    }

    /// How many a tenant holds, and how many it may hold.
    pub(super) fn share_of(&self, tenant: &str) -> (u32, u32) {
        (self.lock().tenants.get(tenant).map_or(0, |queue| queue.held), self.share)
    }

    /// Gives free permits to those whose turn it is.
    fn serve(self: &Arc<Self>) {
        loop {
            let mut queues = self.lock();
            let Queues { free, held, waiting, tenants, turns, .. } = &mut *queues;
            if *free == 0 {
                return;
            }
            let Some(name) = turns.pop_front() else { return };
            let Some(queue) = tenants.get_mut(&name) else { continue };
            queue.in_line = false;
            if let Some((_, waiter)) = queue.waiting.pop_first() {
                *free -= 1;
                *held += 1;
                *waiting -= 1;
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
        let Queues { free, held, tenants, turns, .. } = &mut *queues;
        *free += 1;
        *held -= 1;
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

    /// Takes somebody out of the line who does not want to wait any longer.
    fn give_up(&self, tenant: &Arc<str>, number: u64) {
        let mut queues = self.lock();
        let Queues { waiting, tenants, .. } = &mut *queues;
        let Some(queue) = tenants.get_mut(tenant) else { return };
        if queue.waiting.remove(&number).is_some() {
            *waiting -= 1;
        }
        // One that stands in line is taken out when its turn comes.
        if queue.held == 0 && queue.waiting.is_empty() && !queue.in_line {
            tenants.remove(tenant);
        }
    }

    /// A panic while the lock was held cannot have left the queues half-changed.
    fn lock(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Future for Turn {
    type Output = Permit;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Permit> {
        match Pin::new(&mut self.permit).poll(context) {
            Poll::Ready(Ok(permit)) => Poll::Ready(permit),
            // The sender is dropped with the place in line alone, and that by nobody but this.
            Poll::Ready(Err(_)) | Poll::Pending => Poll::Pending,
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Before a permit that has come and was not taken: it goes to the next one.
        self.permits.give_up(&self.tenant, self.number);
    }
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

    fn wait(permits: &Arc<Permits>, tenant: &str) -> Turn {
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
        assert!(turn.permit.try_recv().is_err(), "two are free, but not for this tenant");
        drop(other);
        assert!(turn.permit.try_recv().is_err(), "somebody else's permit is not its own");
        drop(held);
        assert!(turn.permit.try_recv().is_ok());
    }

    #[test]
    fn those_who_wait_are_served_tenant_by_tenant() {
        let permits = Permits::new(1, 1);
        let held = take(&permits, "a");
        let mut flood: Vec<_> = (0..3).map(|_| wait(&permits, "a")).collect();
        let mut quiet = wait(&permits, "b");
        drop(held);
        let first = quiet.permit.try_recv().expect("it was the other tenant's turn");
        assert!(flood.iter_mut().all(|turn| turn.permit.try_recv().is_err()));
        drop(first);
        let second = flood[0].permit.try_recv().expect("the first of those who wait");
        drop(second);
        assert!(flood[1].permit.try_recv().is_ok());
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
        let permit = next.permit.try_recv().expect("the place of the one who left");
        drop(next);
        drop(permit);
        assert_eq!(permits.occupancy(), Occupancy { held: 0, waiting: 0 });
        assert!(permits.lock().tenants.is_empty(), "nothing is kept of tenants that have gone");
        drop(take(&permits, "a"));
    }

    #[test]
    fn nothing_is_kept_of_those_who_gave_up() {
        let permits = Permits::new(1, 1);
        let held = take(&permits, "a");
        for _ in 0..3 {
            let turns: Vec<_> = (0..1_000).map(|_| wait(&permits, "a")).collect();
            assert_eq!(permits.occupancy(), Occupancy { held: 1, waiting: 1_000 });
            drop(turns);
            assert_eq!(permits.lock().tenants["a"].waiting.len(), 0);
        }
        drop(wait(&permits, "b"));
        assert_eq!(permits.occupancy(), Occupancy { held: 1, waiting: 0 });
        drop(held);
        assert!(permits.lock().tenants.is_empty());
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
        assert!(next.permit.try_recv().is_ok());
    }
}
