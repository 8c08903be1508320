//! Computations in progress: who computes what, and who waits for whom.
//!
//! Every body that a cache runs is a [`Flight`] in its table from before its first instruction until its
//! result is stored, shared or lost. A caller that finds a flight of its key joins it: it waits on the
//! flight's [`Landing`], which is made by the first to wait, so that a flight nobody joins costs no
//! allocation. Who leads a flight reports there how it ended; what each waiter then does is its own
//! affair, so nothing is handed to a waiter that may have gone.
//!
//! # Never a deadlock
//!
//! A flight waits, as it were, for another when a call made inside it does. Each thread keeps the list of
//! the flights it is inside of, the *ancestry* of a call. Before a call with an ancestry waits, it says so
//! in one list for the whole process, with the flight it waits for; and under the same lock it looks
//! whether that flight waits, directly or through others, for one of its own ancestry. If so, the call
//! would close a cycle: it computes instead. Two calls that would close a cycle together cannot both miss
//! it, since the second finds the first in the list. Calls from outside of all flights hold nobody up
//! and are not listed, and a flight is named by a number, not by a thread: a flight that moves between
//! threads takes its ancestry along.

#[cfg(loom)]
use crate::sync::fault::{self, Fault};
use crate::sync::{Arc, Condvar, Mutex, thread_local_const, thread_number};
use hashbrown::HashTable;
use std::cell::{Cell, RefCell};

/// Names a flight, in all caches of the process.
pub(super) type FlightId = u64;

thread_local_const! {
    static LAST_ID: Cell<u64> = Cell::new(0);
}

thread_local_const! {
    /// The flights that this thread is inside of, innermost last.
    static ANCESTRY: RefCell<Vec<FlightId>> = RefCell::new(Vec::new());
}

/// A number that was not given out before: the thread's own, and a count.
#[inline]
pub(super) fn new_id() -> FlightId {
    LAST_ID.with(|last| {
        let count = last.get() + 1;
        last.set(count);
        thread_number() << 40 | count
    })
}

/// Enters a flight: what this thread calls from here on is inside of it.
#[inline]
pub(super) fn enter(id: FlightId) {
    // A thread that is being torn down has no ancestry: it still computes, and may wait.
    let _ = ANCESTRY.try_with(|ancestry| ancestry.borrow_mut().push(id));
}

/// Leaves a flight.
#[inline]
pub(super) fn leave(id: FlightId) {
    let _ = ANCESTRY.try_with(|ancestry| {
        let mut ancestry = ancestry.borrow_mut();
        if ancestry.last() == Some(&id) {
            ancestry.pop();
        } else {
            ancestry.retain(|&other| other != id);
        }
    });
}

/// A computation in progress.
struct Flight<K, T> {
    hash: u64,
    id: FlightId,
    key: K,
    /// Whether callers may join, and the result be stored: not once the key was invalidated.
    valid: bool,
    landing: Option<Arc<Landing<T>>>,
}

/// What a flight leaves behind.
pub(super) struct Landed<K, T> {
    pub(super) key: K,
    pub(super) valid: bool,
    pub(super) landing: Option<Arc<Landing<T>>>,
}

/// The computations in progress of one cache.
pub(super) struct Flights<K, T>(HashTable<Flight<K, T>>);

impl<K, T> Flights<K, T> {
    pub(super) const fn new() -> Self {
        Self(HashTable::new())
    }

    /// Registers a computation.
    pub(super) fn take_off(&mut self, hash: u64, id: FlightId, key: K) {
        let flight = Flight { hash, id, key, valid: true, landing: None };
        self.0.insert_unique(hash, flight, |flight| flight.hash);
    }

    /// The landing of a flight of this key, to wait on.
    pub(super) fn join(&mut self, hash: u64, is: impl Fn(&K) -> bool) -> Option<(FlightId, Arc<Landing<T>>)> {
        let found = |flight: &Flight<K, T>| flight.hash == hash && flight.valid && is(&flight.key);
        let flight = self.0.find_mut(hash, found)?;
        Some((flight.id, flight.landing.get_or_insert_with(|| Arc::new(Landing::new())).clone()))
    }

    /// Takes out a computation that is over.
    pub(super) fn land(&mut self, hash: u64, id: FlightId) -> Landed<K, T> {
        let found = self.0.find_entry(hash, |flight| flight.id == id);
        let found = found.unwrap_or_else(|_| unreachable!("a flight lands once"));
        let Flight { key, valid, landing, .. } = found.remove().0;
        Landed { key, valid, landing }
    }

    /// Makes the flights of a key worthless: no one joins them, their results are not stored.
    pub(super) fn invalidate(&mut self, hash: u64, is: impl Fn(&K) -> bool) {
        for flight in self.0.iter_hash_mut(hash) {
            if flight.hash == hash && flight.valid && is(&flight.key) {
                flight.valid = false;
            }
        }
    }

    /// The same for all flights.
    pub(super) fn invalidate_all(&mut self) {
        for flight in &mut self.0 {
            flight.valid = false;
        }
    }
}

/// How a flight ended, for those who wait.
#[derive(Clone)]
pub(super) enum Outcome<T> {
    /// With this result.
    Shared(T),
    /// With a result that cannot be shared: compute.
    Unshared,
    /// With none: try again.
    Lost,
}

/// Where the waiters of a flight wait.
pub(super) struct Landing<T> {
    outcome: Mutex<Option<Outcome<Arc<T>>>>,
    landed: Condvar,
}

impl<T> Landing<T> {
    fn new() -> Self {
        Self { outcome: Mutex::new(None), landed: Condvar::new() }
    }

    /// Tells all waiters, now and later, how the flight ended.
    pub(super) fn report(&self, outcome: Outcome<T>) {
        let outcome = match outcome {
            Outcome::Shared(result) => Outcome::Shared(Arc::new(result)),
            Outcome::Unshared => Outcome::Unshared,
            Outcome::Lost => Outcome::Lost,
        };
        *self.outcome.lock().expect(NO_USER_CODE) = Some(outcome);
        self.landed.notify_all();
    }

    /// Waits for the end of `flight`, or returns `None` at once if that would never come.
    pub(super) fn wait(&self, flight: FlightId) -> Option<Outcome<Arc<T>>> {
        let _waiting = Waiting::begin(flight)?;
        let mut outcome = self.outcome.lock().expect(NO_USER_CODE);
        loop {
            match &*outcome {
                None => outcome = self.landed.wait(outcome).expect(NO_USER_CODE),
                Some(outcome) => return Some(outcome.clone()),
            }
        }
    }
}

const NO_USER_CODE: &str = "no user code runs under this lock";

/// A call with an ancestry that waits.
struct Wait {
    ancestry: Vec<FlightId>,
    target: FlightId,
}

#[cfg(not(loom))]
static WAITS: Mutex<Vec<Wait>> = Mutex::new(Vec::new());

#[cfg(loom)]
crate::sync::lazy_static! {
    static ref WAITS: Mutex<Vec<Wait>> = Mutex::new(Vec::new());
}

/// While this lives, the call of this thread is listed as waiting.
struct Waiting(Option<FlightId>);

impl Waiting {
    /// Lists the call, or returns `None` if `target` waits for it already.
    fn begin(target: FlightId) -> Option<Self> {
        let ancestry = ANCESTRY.try_with(|ancestry| ancestry.borrow().clone()).unwrap_or_default();
        let Some(&innermost) = ancestry.last() else { return Some(Self(None)) };
        let mut waits = WAITS.lock().expect(NO_USER_CODE);
        let closes_cycle = waits_for(&waits, target, &ancestry);
        #[cfg(loom)]
        let closes_cycle = closes_cycle && !fault::is(Fault::WaitBlindly);
        if closes_cycle {
            return None;
        }
        waits.push(Wait { ancestry, target });
        Some(Self(Some(innermost)))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(innermost) = self.0 {
            let mut waits = WAITS.lock().expect(NO_USER_CODE);
            // A flight's own call waits for one thing at a time, so the innermost one names it.
            let place = waits.iter().position(|wait| wait.ancestry.last() == Some(&innermost));
            let wait = place.map(|place| waits.swap_remove(place));
            drop(waits);
            drop(wait);
        }
    }
}

/// Whether `flight` is one of `ends`, or waits for one of them.
fn waits_for(waits: &[Wait], flight: FlightId, ends: &[FlightId]) -> bool {
    let mut reached = vec![flight];
    let mut left: Vec<&Wait> = waits.iter().collect();
    let mut next = 0;
    while let Some(&flight) = reached.get(next) {
        if ends.contains(&flight) {
            return true;
        }
        left.retain(|wait| {
            let held_up = wait.ancestry.contains(&flight);
            if held_up {
                reached.push(wait.target);
            }
            !held_up
        });
        next += 1;
    }
    false
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{Wait, enter, leave, new_id, waits_for};

    #[test]
    fn follows_waits_to_their_ends() {
        let waits = [(&[1, 2][..], 3), (&[3], 4), (&[4, 5], 6), (&[9], 1)];
        let waits = waits.map(|(ancestry, target)| Wait { ancestry: ancestry.to_vec(), target });
        assert!(waits_for(&waits, 7, &[7]), "a flight is its own end");
        assert!(waits_for(&waits, 2, &[6]), "three steps away");
        assert!(waits_for(&waits, 9, &[8, 4]));
        assert!(!waits_for(&waits, 5, &[3, 4, 5][..2]), "the way back is none");
        assert!(!waits_for(&waits, 7, &[1, 2]));
        assert!(!waits_for(&waits, 2, &[]));
    }

    #[test]
    fn ids_differ() {
        let here = new_id();
        let there = std::thread::spawn(new_id).join().unwrap();
        assert!(here != new_id() && here != there);
    }

    #[test]
    fn flights_may_be_left_in_any_order() {
        super::ANCESTRY.with(|ancestry| {
            (1..4).for_each(enter);
            leave(2);
            assert_eq!(*ancestry.borrow(), [1, 3]);
            leave(3);
            leave(1);
            assert!(ancestry.borrow().is_empty());
        });
    }
}
