//! Computations in progress: who computes what, and who waits for whom.
//!
//! Every body that a cache runs is a [`Flight`] in its table from before its first instruction until its
//! result is stored, shared or lost. A caller that finds a flight of its key joins it: it waits on the
//! flight's [`Landing`], which is made by the first to wait, so that a flight nobody joins costs no
//! allocation. Who leads a flight reports there how it ended; what each waiter then does is its own
//! affair, so nothing is handed to a waiter that may have gone.
//!
//! A thread waits on a condition variable, a task leaves its waker. Both look for the outcome under the
//! lock under which it is reported, so neither sleeps through it. Wakers are called, cloned and dropped
//! with no lock held: they are the executor's code.
//!
//! # Never a deadlock
//!
//! A flight waits, as it were, for another when a call made inside it does. Each thread keeps the list of
//! the flights it is inside of, the *ancestry* of a call; an asynchronous body is inside of its flight
//! while it is polled. Before a call with an ancestry waits, it says so in one list for the whole process,
//! with the flight it waits for; and under the same lock it looks whether that flight waits, directly or
//! through others, for one of its own ancestry. If so, the call would close a cycle: it computes instead.
//! Two calls that would close a cycle together cannot both miss it, since the second finds the first in
//! the list. Calls from outside of all flights hold nobody up and are not listed. A flight is named by a
//! number, not by a thread, so one that moves between threads takes its ancestry along; and a wait that
//! is polled with another ancestry than before is listed, and looked at, anew.

#[cfg(loom)]
use crate::sync::fault::{self, Fault};
use crate::sync::{Arc, Condvar, Mutex, MutexGuard, Unmodelled, thread_local_const};
use crate::unwind::Panics;
use hashbrown::HashTable;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;
use std::mem;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll, Waker};

/// Names a flight, in all caches of the process.
pub(super) type FlightId = u64;

thread_local_const! {
    /// The flights that this thread is inside of, innermost last.
    static ANCESTRY: RefCell<Vec<FlightId>> = RefCell::new(Vec::new());
}

/// A number that was not given out before. Never 0.
#[inline]
pub(super) fn new_id() -> FlightId {
    // Threads take whole blocks of them, and do not write what others read for each flight.
    const BLOCK: u64 = 1 << 16;
    #[cfg(not(loom))]
    static BLOCKS: Unmodelled = Unmodelled::new(1);
    #[cfg(loom)] // one for each execution
    crate::sync::lazy_static! {
        static ref BLOCKS: Unmodelled = Unmodelled::new(1);
    }
    thread_local_const! {
        static NEXT: Cell<u64> = Cell::new(0);
    }
    NEXT.with(|next| {
        let mut id = next.get();
        if id.is_multiple_of(BLOCK) {
            id = BLOCKS.fetch_add(1, Relaxed) * BLOCK;
        }
        next.set(id + 1);
        id
    })
}

/// While this lives, the thread is inside of a flight: what it calls is.
///
/// It stays in the thread: a future that held one while it is pending would not be `Send`.
#[derive(Debug)]
pub(super) struct Aboard(PhantomData<*const ()>);

impl Aboard {
    #[inline]
    pub(super) fn enter(id: FlightId) -> Self {
        // A thread that is being torn down has no ancestry: it computes, and never waits.
        let _ = ANCESTRY.try_with(|ancestry| ancestry.borrow_mut().push(id));
        Self(PhantomData)
    }
}

impl Drop for Aboard {
    #[inline]
    fn drop(&mut self) {
        let _ = ANCESTRY.try_with(|ancestry| ancestry.borrow_mut().pop());
    }
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
    board: Mutex<Board<T>>,
    landed: Condvar,
}

struct Board<T> {
    outcome: Option<Outcome<Arc<T>>>,
    /// Of the tasks that wait, in the order in which they came.
    wakers: BTreeMap<u64, Waker>,
}

impl<T> Landing<T> {
    fn new() -> Self {
        let board = Board { outcome: None, wakers: BTreeMap::new() };
        Self { board: Mutex::new(board), landed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Board<T>> {
        self.board.lock().expect(NO_USER_CODE)
    }

    /// Tells all waiters, now and later, how the flight ended.
    pub(super) fn report(&self, outcome: Outcome<T>) {
        let outcome = match outcome {
            Outcome::Shared(result) => Outcome::Shared(Arc::new(result)),
            Outcome::Unshared => Outcome::Unshared,
            Outcome::Lost => Outcome::Lost,
        };
        let mut board = self.lock();
        board.outcome = Some(outcome);
        let wakers = mem::take(&mut board.wakers);
        drop(board);
        self.landed.notify_all();
        let mut panics = Panics::default();
        for waker in wakers.into_values() {
            panics.catch(|| waker.wake());
        }
        panics.resume();
    }
}

const NO_USER_CODE: &str = "no user code runs under this lock";

/// A call that waits for a flight.
pub(super) struct Waiter<T> {
    flight: FlightId,
    landing: Arc<Landing<T>>,
    listed: Listed,
    /// Under which number a waker was left.
    place: Option<u64>,
}

impl<T> Waiter<T> {
    pub(super) fn new(flight: FlightId, landing: Arc<Landing<T>>) -> Self {
        Self { flight, landing, listed: Listed::new(), place: None }
    }

    /// Blocks until the flight has ended, or returns `None` at once if that would never come.
    pub(super) fn wait(mut self) -> Option<Outcome<Arc<T>>> {
        if !self.listed.renew(self.flight) {
            return None;
        }
        let mut board = self.landing.lock();
        loop {
            match &board.outcome {
                None => board = self.landing.landed.wait(board).expect(NO_USER_CODE),
                Some(outcome) => return Some(outcome.clone()),
            }
        }
    }

    /// The same, as a future does it.
    pub(super) fn poll(&mut self, cx: &Context<'_>) -> Poll<Option<Outcome<Arc<T>>>> {
        let mut waker = self.place.is_none().then(|| cx.waker().clone());
        let old = loop {
            let mut board = self.landing.lock();
            if let Some(outcome) = &board.outcome {
                #[cfg(loom)]
                if waker.is_some() && fault::is(Fault::WaitUnseen) {
                    return Poll::Pending;
                }
                self.place = None; // whoever reported took the wakers
                return Poll::Ready(Some(outcome.clone()));
            }
            if let Some(waker) = waker.take() {
                let last = board.wakers.last_key_value().map_or(0, |(&last, _)| last);
                let place = *self.place.get_or_insert(last + 1);
                break board.wakers.insert(place, waker);
            }
            let left = self.place.and_then(|place| board.wakers.get(&place));
            if left.is_some_and(|waker| waker.will_wake(cx.waker())) {
                break None;
            }
            drop(board);
            waker = Some(cx.waker().clone());
        };
        drop(old);
        if self.listed.renew(self.flight) { Poll::Pending } else { Poll::Ready(None) }
    }
}

impl<T> Drop for Waiter<T> {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            let mut board = self.landing.lock();
            let waker = board.wakers.remove(&place);
            #[cfg(loom)]
            if fault::is(Fault::TakeAllWakers) {
                board.wakers.clear();
            }
            drop(board);
            drop(waker);
        }
    }
}

/// Who waits for which flight: `(flight, number of the wait)`, for each flight that the wait holds up.
type Waits = BTreeMap<(FlightId, u64), FlightId>;

#[cfg(not(loom))]
static WAITS: Mutex<Waits> = Mutex::new(Waits::new());

#[cfg(loom)]
crate::sync::lazy_static! {
    static ref WAITS: Mutex<Waits> = Mutex::new(Waits::new());
}

/// A wait, as far as it is listed.
struct Listed {
    number: u64,
    /// The flights that it holds up.
    ancestry: Vec<FlightId>,
}

impl Listed {
    const fn new() -> Self {
        Self { number: 0, ancestry: Vec::new() }
    }

    /// Lists the wait under the ancestry of this call. Returns `false`, and leaves it out, if `target`
    /// waits for one of these already.
    fn renew(&mut self, target: FlightId) -> bool {
        let changed = |ancestry: &RefCell<Vec<FlightId>>| {
            let ancestry = ancestry.borrow();
            (*ancestry != self.ancestry).then(|| ancestry.clone())
        };
        // A thread that is being torn down does not know what it would hold up.
        let Ok(changed) = ANCESTRY.try_with(changed) else { return false };
        let Some(ancestry) = changed else { return true };
        if self.number == 0 {
            self.number = new_id();
        }
        let mut waits = WAITS.lock().expect(NO_USER_CODE);
        self.strike(&mut waits);
        let closes_cycle = waits_for(&waits, target, &ancestry);
        #[cfg(loom)]
        let closes_cycle = closes_cycle && !fault::is(Fault::WaitBlindly);
        if closes_cycle {
            return false;
        }
        waits.extend(ancestry.iter().map(|&flight| ((flight, self.number), target)));
        self.ancestry = ancestry;
        true
    }

    fn strike(&mut self, waits: &mut Waits) {
        for flight in self.ancestry.drain(..) {
            waits.remove(&(flight, self.number));
        }
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        if !self.ancestry.is_empty() {
            self.strike(&mut WAITS.lock().expect(NO_USER_CODE));
        }
    }
}

/// Whether `flight` is one of `ends`, or waits for one of them.
fn waits_for(waits: &Waits, flight: FlightId, ends: &[FlightId]) -> bool {
    let mut reached = BTreeSet::from([flight]);
    let mut next = vec![flight];
    while let Some(flight) = next.pop() {
        if ends.contains(&flight) {
            return true;
        }
        let targets = waits.range((flight, 0)..=(flight, u64::MAX)).map(|(_, &target)| target);
        next.extend(targets.filter(|&target| reached.insert(target)));
    }
    false
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{ANCESTRY, Aboard, Listed, Waits, new_id, waits_for};

    #[test]
    fn follows_waits_to_their_ends() {
        let waits = [(&[1, 2][..], 3), (&[3], 4), (&[4, 5], 6), (&[9], 1), (&[9], 7)];
        let listed = (0u64..).zip(waits).flat_map(|(number, (ancestry, target))| {
            ancestry.iter().map(move |&flight| ((flight, number), target))
        });
        let waits: Waits = listed.collect();
        assert!(waits_for(&waits, 7, &[7]), "a flight is its own end");
        assert!(waits_for(&waits, 2, &[6]), "three steps away");
        assert!(waits_for(&waits, 9, &[8, 4]));
        assert!(waits_for(&waits, 9, &[7]), "two waits at once");
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
    fn a_wait_follows_the_ancestry_it_is_polled_with() {
        let (outer, inner, target) = (new_id(), new_id(), new_id());
        let mut wait = Listed::new();
        assert!(wait.renew(target));
        assert_eq!(wait.ancestry, [], "a wait that holds up no one");
        let within = [outer, inner].map(Aboard::enter);
        assert!(wait.renew(target));
        assert_eq!(wait.ancestry, [outer, inner]);
        drop(within);
        ANCESTRY.with(|ancestry| assert!(ancestry.borrow().is_empty()));

        let _target = Aboard::enter(target);
        let mut way_back = Listed::new();
        assert!(!way_back.renew(outer), "it waits for the target");
        assert!(wait.renew(inner), "now it is the target's own wait");
        assert!(way_back.renew(outer), "which waits no more");
    }
}
