//! What each thread has to itself: the epoch of its look-up, and counters.

use std::cell::Cell;

#[cfg(any(loom, shuttle))]
use crate::sync::fault::{self, Fault};
#[cfg(loom)]
use crate::sync::lazy_static;
use crate::sync::{AtomicU64, Lock, Ordering, Unmodelled, thread_local_const};

/// How many registries each thread counts for by itself.
const COUNTED: usize = if cfg!(loom) { 1 } else { 64 };

/// One a thread, for good: a thread that ends leaves its record to the next one that begins.
///
/// On lines of its own, and those that are fetched with them.
#[repr(C, align(128))]
pub(super) struct Record {
    /// The epoch in which its thread began the look-up under way; 0 if none is.
    #[allow(dead_code, reason = "look-ups under the lock have none")]
    pub(super) epoch: AtomicU64,
    /// Of the list. Never changes.
    next: Option<&'static Record>,
    /// Under the lock of the list.
    taken: Cell<bool>,
    /// Misses and hits by registry. Written by the thread alone.
    counters: [Unmodelled; 2 * COUNTED],
}

// SAFETY: `taken` is touched under the lock of the list; the rest is atomic, or never changes.
unsafe impl Sync for Record {}

/// The first of all records.
type List = Lock<Option<&'static Record>>;

fn list() -> &'static List {
    #[cfg(not(loom))]
    static LIST: List = Lock::new(None);
    #[cfg(not(loom))]
    return &LIST;
    #[cfg(loom)]
    {
        lazy_static! { // one for each execution, until the last of its threads is gone
            static ref LIST: &'static List = Box::leak(Box::new(Lock::new(None)));
        }
        *LIST
    }
}

thread_local_const! {
    /// This thread's record. None before it first asks, and past its destructors.
    static RECORD: Cell<Option<&'static Record>> = Cell::new(None);
}

/// Gives up the record of a thread that ends.
struct Lease(Cell<Option<(&'static Record, &'static List)>>);

thread_local_const! { static LEASE: Lease = Lease(Cell::new(None)); }

impl Drop for Lease {
    fn drop(&mut self) {
        // A model that fails drops this when there is no execution any more.
        #[cfg(any(loom, shuttle))]
        if std::thread::panicking() {
            return;
        }
        // Destructors that run after this one do without.
        let _ = RECORD.try_with(|record| record.set(None));
        if let Some((record, list)) = self.0.get() {
            let _list = list.lock();
            record.taken.set(false);
        }
    }
}

/// This thread's record, if it has one; see [`enter`].
#[inline]
pub(super) fn record() -> Option<&'static Record> {
    // `try_with`: under loom this is destroyed like any other.
    RECORD.try_with(Cell::get).ok()?
}

/// Sees to it that this thread has a record, unless it is past its destructors. Says whether it has one now and
/// had none before.
pub(super) fn enter() -> bool {
    record().is_none() && lease().is_some()
}

#[cold]
fn lease() -> Option<&'static Record> {
    LEASE
        .try_with(|lease| {
            let record = take();
            lease.0.set(Some((record, list())));
            RECORD.with(|current| current.set(Some(record)));
            record
        })
        .ok()
}

/// A record that no thread has, or a new one.
fn take() -> &'static Record {
    let mut first = list().lock();
    let mut records = std::iter::successors(*first, |record| record.next);
    let is_free = |record: &&Record| {
        #[cfg(any(loom, shuttle))]
        if fault::is(Fault::ShareRecords) {
            return true;
        }
        !record.taken.get()
    };
    if let Some(record) = records.find(is_free) {
        record.taken.set(true);
        return record;
    }
    let record: &Record = Box::leak(Box::new(Record {
        epoch: AtomicU64::new(0),
        next: *first,
        taken: Cell::new(true),
        counters: [const { Unmodelled::new(0) }; 2 * COUNTED],
    }));
    *first = Some(record);
    record
}

/// All records there are now.
///
/// One that is not among them is taken after this, by a thread that sees what came before.
pub(super) fn records() -> impl Iterator<Item = &'static Record> {
    std::iter::successors(*list().lock(), |record| record.next)
}

/// The counters of a registry: of hits and misses, by thread as far as that goes.
pub(crate) struct Counters {
    /// Where they are in a record: the number of misses, and then that of hits.
    number: usize,
    /// Of threads past their destructors, and of registries that came after the first so many.
    shared: [Unmodelled; 2],
}

impl Counters {
    pub(super) fn new() -> Self {
        static NEXT: Unmodelled = Unmodelled::new(0);
        let number = NEXT.fetch_add(2, Ordering::Relaxed).min(2 * COUNTED as u64);
        #[expect(clippy::cast_possible_truncation, reason = "a small one")]
        Self { number: number as usize, shared: [const { Unmodelled::new(0) }; 2] }
    }

    /// Counts a look-up, which found something or did not.
    #[inline]
    pub(super) fn add(&self, record: Option<&Record>, hit: bool, one: u64) {
        if let Some(counter) = record.and_then(|record| record.counters.get(self.number + usize::from(hit))) {
            // No read-modify-write: no other thread writes to it.
            counter.store(counter.load(Ordering::Relaxed).wrapping_add(one), Ordering::Relaxed);
        } else {
            self.shared[usize::from(hit)].fetch_add(one, Ordering::Relaxed);
        }
    }

    /// Hits and misses so far.
    pub(crate) fn sum(&self) -> (u64, u64) {
        let sum = |which: usize| {
            let own = records().filter_map(|record| record.counters.get(self.number + which));
            let own = own.map(|counter| counter.load(Ordering::Relaxed));
            // Each may be below zero: what was counted by one thread is taken back by another.
            own.fold(self.shared[which].load(Ordering::Relaxed), u64::wrapping_add)
        };
        (sum(1), sum(0))
    }
}
