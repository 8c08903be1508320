//! Those who wait for a computation of another, and who waits for whom.
//!
//! Every body that a cache runs is *in flight*, with a slot in the table of its cache, from before its first
//! instruction until its result is stored, shared or lost. A caller that finds its key in flight follows: it hangs a
//! [`Waiter`] on the slot's [`Waiters`], which the first to wait makes, so that a flight nobody waits for allocates
//! nothing. Who leads a flight tells them how it ended; what each of them then does is its own affair, so nothing is
//! handed to one that may have gone.
//!
//! A thread waits on a condition variable, a task leaves its waker. Both look for the outcome under the lock under
//! which it is told, so neither sleeps through it. Wakers are called, cloned and dropped with no lock held: they are
//! the executor's code.
//!
//! # Never a deadlock
//!
//! A flight waits, as it were, for another when a call made inside it does. Each thread keeps the list of the flights
//! it is inside of, the *ancestry* of a call; an asynchronous body is inside of its flight while it is polled. Before
//! a call with an ancestry waits, it says so in one list for the whole process, with the flight it waits for; and
//! under the same lock it looks whether that flight waits, directly or through others, for one of its own ancestry. If
//! so, the call would close a cycle: it computes instead. Two calls that would close a cycle together cannot both miss
//! it, since the second finds the first in the list. Calls from outside of all flights hold nobody up and are not
//! listed. A flight is named by a number, not by a thread, so one that moves between threads takes its ancestry along;
//! and a wait that is polled with another ancestry than before is listed, and looked at, anew.

use crate::clock::Instant;
#[cfg(any(loom, shuttle))]
use crate::sync::fault::{self, Fault};
use crate::sync::{Arc, Condvar, Mutex, MutexGuard, Unmodelled, thread_local_const};
use crate::unwind::Panics;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;
use std::mem;
use std::num::NonZeroU64;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Names a flight, in all caches of the process.
pub(super) type FlightId = NonZeroU64;

/// The flights that a thread is inside of, innermost last. Most are few: those lie in place, and the thread needs no
/// destructor for them.
struct Ancestry {
    depth: Cell<usize>,
    first: [Cell<Option<FlightId>>; Ancestry::FEW],
}

impl Ancestry {
    const FEW: usize = 8;

    const fn new() -> Self {
        Self { depth: Cell::new(0), first: [const { Cell::new(None) }; Self::FEW] }
    }

    fn push(&self, id: FlightId) {
        let depth = self.depth.get();
        match self.first.get(depth) {
            Some(place) => place.set(Some(id)),
            None => push_deep(id),
        }
        self.depth.set(depth + 1);
    }

    fn pop(&self) {
        let depth = self.depth.get() - 1;
        if depth >= Self::FEW {
            pop_deep();
        }
        self.depth.set(depth);
    }

    /// `None` in a thread that is being torn down, and does not know.
    fn get(&self) -> Option<Vec<FlightId>> {
        let depth = self.depth.get();
        let mut all: Vec<_> = self.first.iter().take(depth).filter_map(Cell::get).collect();
        if depth > Self::FEW {
            DEEP.try_with(|deep| all.extend_from_slice(&deep.borrow())).ok()?;
        }
        Some(all)
    }
}

thread_local_const! {
    static ANCESTRY: Ancestry = Ancestry::new();
}
thread_local_const! {
    /// Those that did not fit.
    static DEEP: RefCell<Vec<FlightId>> = RefCell::new(Vec::new());
}

#[cold]
fn push_deep(id: FlightId) {
    // A thread that is being torn down has lost them: it computes, and never waits.
    let _ = DEEP.try_with(|deep| deep.borrow_mut().push(id));
}

#[cold]
fn pop_deep() {
    let _ = DEEP.try_with(|deep| deep.borrow_mut().pop());
}

/// A number that was not given out before.
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
        NonZeroU64::new(id).expect("blocks are counted from 1")
    })
}

/// The same, above all that were given out before by this: of two flights that replace what is stored, the number says
/// which began later.
pub(super) fn new_later_id() -> FlightId {
    /// Above what there are blocks for.
    const FIRST: u64 = 1 << 59;
    #[cfg(not(loom))]
    static NEXT: Unmodelled = Unmodelled::new(FIRST);
    #[cfg(loom)] // as above
    crate::sync::lazy_static! {
        static ref NEXT: Unmodelled = Unmodelled::new(FIRST);
    }
    NonZeroU64::new(NEXT.fetch_add(1, Relaxed)).expect("numbers do not run out")
}

/// While this lives, the thread is inside of a flight: what it calls is.
///
/// It stays in the thread: a future that held one while it is pending would not be `Send`.
#[derive(Debug)]
pub(super) struct Inside(PhantomData<*const ()>);

impl Inside {
    // Not inlined into another crate, from which a thread-local costs more than the call.
    #[inline(never)]
    pub(super) fn enter(id: FlightId) -> Self {
        ANCESTRY.with(|ancestry| ancestry.push(id));
        Self(PhantomData)
    }
}

impl Drop for Inside {
    #[inline(never)]
    fn drop(&mut self) {
        ANCESTRY.with(Ancestry::pop);
    }
}

/// Whether this thread is inside of a flight.
pub(super) fn is_inside() -> bool {
    ANCESTRY.with(|ancestry| ancestry.depth.get() > 0)
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

/// Those who wait for a flight.
pub(super) struct Waiters<T> {
    board: Mutex<Board<T>>,
    told: Condvar,
}

struct Board<T> {
    outcome: Option<Outcome<Arc<T>>>,
    /// Of the tasks that wait, in the order in which they came.
    wakers: BTreeMap<u64, Waker>,
}

impl<T> Waiters<T> {
    pub(super) fn new() -> Self {
        let board = Board { outcome: None, wakers: BTreeMap::new() };
        Self { board: Mutex::new(board), told: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Board<T>> {
        self.board.lock().expect(NO_USER_CODE)
    }

    /// Tells all of them, now and later, how the flight ended.
    pub(super) fn tell(&self, outcome: Outcome<T>) {
        let outcome = match outcome {
            Outcome::Shared(result) => Outcome::Shared(Arc::new(result)),
            Outcome::Unshared => Outcome::Unshared,
            Outcome::Lost => Outcome::Lost,
        };
        let mut board = self.lock();
        board.outcome = Some(outcome);
        let wakers = mem::take(&mut board.wakers);
        drop(board);
        self.told.notify_all();
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
    waiters: Arc<Waiters<T>>,
    listed: Listed,
    /// Under which number a waker was left.
    place: Option<u64>,
}

impl<T> Waiter<T> {
    pub(super) fn new(flight: FlightId, waiters: Arc<Waiters<T>>) -> Self {
        Self { flight, waiters, listed: Listed::new(), place: None }
    }

    /// Blocks until the flight has ended. Returns `None` at once if that would never come, or after `limit`.
    pub(super) fn wait(mut self, limit: Option<Duration>) -> Option<Outcome<Arc<T>>> {
        if !self.listed.renew(self.flight) {
            return None;
        }
        let end = limit.and_then(|limit| Instant::now().checked_add(limit));
        let mut board = self.waiters.lock();
        loop {
            if let Some(outcome) = &board.outcome {
                return Some(outcome.clone());
            }
            board = match end {
                None => self.waiters.told.wait(board).expect(NO_USER_CODE),
                Some(end) => {
                    let left = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
                    self.waiters.told.wait_timeout(board, left).expect(NO_USER_CODE).0
                }
            };
        }
    }

    /// The same, as a future does it.
    pub(super) fn poll(&mut self, cx: &Context<'_>) -> Poll<Option<Outcome<Arc<T>>>> {
        let mut waker = self.place.is_none().then(|| cx.waker().clone());
        let old = loop {
            let mut board = self.waiters.lock();
            if let Some(outcome) = &board.outcome {
                #[cfg(any(loom, shuttle))]
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
            let mut board = self.waiters.lock();
            let waker = board.wakers.remove(&place);
            #[cfg(any(loom, shuttle))]
            if fault::is(Fault::TakeAllWakers) {
                board.wakers.clear();
            }
            drop(board);
            drop(waker);
        }
    }
}

/// Who waits for which flight: `(flight, number of the wait)`, for each flight that the wait holds up.
type Waits = BTreeMap<(FlightId, FlightId), FlightId>;

#[cfg(not(loom))]
static WAITS: Mutex<Waits> = Mutex::new(Waits::new());

#[cfg(loom)]
crate::sync::lazy_static! {
    static ref WAITS: Mutex<Waits> = Mutex::new(Waits::new());
}

/// A wait, as far as it is listed.
struct Listed {
    number: Option<FlightId>,
    /// The flights that it holds up.
    ancestry: Vec<FlightId>,
}

impl Listed {
    const fn new() -> Self {
        Self { number: None, ancestry: Vec::new() }
    }

    /// Lists the wait under the ancestry of this call. Returns `false`, and leaves it out, if `target`
    /// waits for one of these already.
    fn renew(&mut self, target: FlightId) -> bool {
        let Some(ancestry) = ANCESTRY.with(Ancestry::get) else { return false };
        if ancestry == self.ancestry {
            return true;
        }
        let number = *self.number.get_or_insert_with(new_id);
        let mut waits = WAITS.lock().expect(NO_USER_CODE);
        self.strike(&mut waits);
        let closes_cycle = waits_for(&waits, target, &ancestry);
        #[cfg(any(loom, shuttle))]
        let closes_cycle = closes_cycle && !fault::is(Fault::WaitBlindly);
        if closes_cycle {
            return false;
        }
        waits.extend(ancestry.iter().map(|&flight| ((flight, number), target)));
        self.ancestry = ancestry;
        true
    }

    fn strike(&mut self, waits: &mut Waits) {
        let Some(number) = self.number else { return };
        for flight in self.ancestry.drain(..) {
            waits.remove(&(flight, number));
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
        let targets =
            waits.range((flight, FlightId::MIN)..=(flight, FlightId::MAX)).map(|(_, &target)| target);
        next.extend(targets.filter(|&target| reached.insert(target)));
    }
    false
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::{ANCESTRY, Ancestry, FlightId, Inside, Listed, Waits, new_id, waits_for};

    #[test]
    fn follows_waits_to_their_ends() {
        let id = |number| FlightId::new(number).unwrap();
        let waits = [(&[1, 2][..], 3), (&[3], 4), (&[4, 5], 6), (&[9], 1), (&[9], 7)];
        let listed = (1..).zip(waits).flat_map(|(number, (ancestry, target))| {
            ancestry.iter().map(move |&flight| ((id(flight), id(number)), id(target)))
        });
        let waits: Waits = listed.collect();
        let waits_for = |waits: &Waits, flight, ends: &[u64]| {
            waits_for(waits, id(flight), &ends.iter().map(|&end| id(end)).collect::<Vec<_>>())
        };
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
        let within = [outer, inner].map(Inside::enter);
        assert!(wait.renew(target));
        assert_eq!(wait.ancestry, [outer, inner]);
        drop(within);
        assert_eq!(ANCESTRY.with(Ancestry::get), Some(Vec::new()));

        let _target = Inside::enter(target);
        let mut way_back = Listed::new();
        assert!(!way_back.renew(outer), "it waits for the target");
        assert!(wait.renew(inner), "now it is the target's own wait");
        assert!(way_back.renew(outer), "which waits no more");
    }
}
