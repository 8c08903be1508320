//! The concurrent table of every weak container.
//!
//! A `DashMap` from the full hash of a key to the entries that have it: practically always one. Under
//! the lock of a shard, hashes and addresses are compared and reference counts are raised, and that is
//! all. A look-up takes what an entry holds out of the lock and compares keys there; only where it met a
//! true collision does it come back for the other entries. What it took out it keeps until it is done,
//! so the address of an entry that it has compared names no other entry meanwhile.
//!
//! An entry whose referent is dead counts as absent. It is gone when the death is over; an `Arc` does not
//! tell, so there it is taken out by the next insertion under its hash, or by a sweep.
#![forbid(unsafe_code)]

use crate::sync::{Arc, AtomicUsize, Ordering};
use crate::weak::cascade::{Cascade, Task};
use crate::weak::hooks::{Hooks, Unlink};
use dashmap::{DashMap, Entry as Slot};
use std::any::Any;
use std::hash::{BuildHasherDefault, Hasher};
use std::mem;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::slice;

pub struct Table<E> {
    buckets: DashMap<u64, Bucket<E>, BuildHasherDefault<Stored>>,
    /// How many entries are to be added before the next sweep, where entries do not leave by themselves.
    until_sweep: AtomicUsize,
}

/// What a container files under a hash. None of it runs user code, `remains` and drops excepted.
pub trait Entry: Send + Sync + Sized + 'static {
    /// What a look-up takes out: it keeps the referent alive.
    type Found;
    /// Whether the death of a referent removes its entries.
    const HOOKED: bool;

    /// `None` if the referent is dead.
    fn found(&self) -> Option<Self::Found>;
    fn is_live(&self) -> bool;
    /// Whether `found` came out of this entry.
    fn is(&self, found: &Self::Found) -> bool;
    /// Exchanges what is stored under the key, which stays.
    fn exchange(&mut self, other: &mut Self);
    fn is_watched_by(&self, hooks: &Arc<Hooks>, id: u64) -> bool;
    /// What has to be dropped where user code may run.
    fn remains(self) -> Option<Arc<dyn Any>>;
}

/// What became of an insertion.
pub(super) enum Placed<E: Entry> {
    Added,
    /// There was an equal key; the new entry comes back.
    Kept(E::Found, E),
    /// There was an equal key; what was stored under it comes back.
    Replaced(E),
}

const FIRST_SWEEP: usize = 64;

/// Two cache lines each. Not four for each processor, which is what a `DashMap` takes unasked: a container
/// is often small and one of many, such as the observers of an object.
const SHARDS: usize = 16;

impl<E: Entry> Table<E> {
    pub(super) fn new() -> Self {
        let buckets = DashMap::with_hasher_and_shard_amount(BuildHasherDefault::default(), SHARDS);
        Self { buckets, until_sweep: AtomicUsize::new(FIRST_SWEEP) }
    }

    /// The entry with this hash that `matches`.
    #[inline]
    pub(super) fn find(&self, hash: u64, matches: impl Fn(&E::Found) -> bool) -> Option<E::Found> {
        let first = self.buckets.get(&hash)?.entries().iter().find_map(E::found)?;
        if matches(&first) { Some(first) } else { self.find_past(&first, hash, matches) }
    }

    #[cold]
    fn find_past(
        &self,
        first: &E::Found,
        hash: u64,
        matches: impl Fn(&E::Found) -> bool,
    ) -> Option<E::Found> {
        let others: Vec<_> =
            self.buckets.get(&hash)?.entries().iter().filter(|e| !e.is(first)).filter_map(E::found).collect();
        others.into_iter().find(matches)
    }

    /// Adds `new`, unless there is an entry that `matches`: then, if `replace`, exchanges what is stored.
    pub(super) fn place(
        &self,
        hash: u64,
        mut new: E,
        matches: impl Fn(&E::Found, &E) -> bool,
        replace: bool,
    ) -> Placed<E> {
        let mut unequal: Vec<E::Found> = Vec::new();
        let mut equal: Option<E::Found> = None;
        // Outlives the guard of the shard.
        let mut dead = Vec::new();
        loop {
            let unseen: Vec<_> = match self.buckets.entry(hash) {
                Slot::Vacant(slot) => {
                    slot.insert(Bucket::One(new));
                    break;
                }
                Slot::Occupied(mut slot) => {
                    let bucket = slot.get_mut();
                    if let Some(equal) = &equal
                        && let Some(old) = bucket.entries_mut().iter_mut().find(|entry| entry.is(equal))
                    {
                        if old.is_live() {
                            old.exchange(&mut new);
                        } else {
                            mem::swap(old, &mut new);
                        }
                        return Placed::Replaced(new);
                    }
                    let unseen: Vec<_> = bucket
                        .entries()
                        .iter()
                        .filter(|entry| !unequal.iter().any(|found| entry.is(found)))
                        .filter_map(E::found)
                        .collect();
                    if unseen.is_empty() {
                        bucket.remove_dead(&mut dead);
                        bucket.push(new);
                        break;
                    }
                    unseen
                }
            };
            equal = None;
            for found in unseen {
                if equal.is_some() || !matches(&found, &new) {
                    unequal.push(found);
                } else if replace {
                    equal = Some(found);
                } else {
                    return Placed::Kept(found, new);
                }
            }
        }
        if !E::HOOKED && self.until_sweep.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.sweep();
        }
        Placed::Added
    }

    /// Takes out the entry with this hash that is `picked`, by address.
    pub(super) fn remove(&self, hash: u64, picked: impl Fn(&E) -> bool) -> Option<E> {
        let Slot::Occupied(mut slot) = self.buckets.entry(hash) else { return None };
        let index = slot.get().entries().iter().position(picked)?;
        let entry = slot.get_mut().remove(index);
        if slot.get().entries().is_empty() {
            slot.remove();
        }
        Some(entry)
    }

    pub(super) fn clear(&self) {
        let mut all = Vec::new();
        self.buckets.retain(|_, bucket| {
            all.push(mem::take(bucket));
            false
        });
    }

    fn sweep(&self) {
        let mut live = 0;
        let mut dead = Vec::new();
        self.buckets.retain(|_, bucket| {
            bucket.remove_dead(&mut dead);
            live += bucket.entries().len();
            !bucket.entries().is_empty()
        });
        // Sweeping again after as many additions as are live now costs a constant for each of them.
        self.until_sweep.store(live.max(FIRST_SWEEP), Ordering::Relaxed);
    }

    /// How many referents live. Walks the table.
    pub(super) fn len(&self) -> usize {
        self.buckets
            .iter()
            .map(|bucket| bucket.entries().iter().filter(|entry| entry.is_live()).count())
            .sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.buckets.iter().any(|bucket| bucket.entries().iter().any(E::is_live))
    }

    /// Everything that lives, shard by shard, with its hash.
    pub(super) fn snapshot(&self) -> Vec<(u64, E::Found)> {
        let mut all = Vec::new();
        for bucket in &self.buckets {
            all.extend(bucket.entries().iter().filter_map(E::found).map(|found| (*bucket.key(), found)));
        }
        all
    }
}

impl<E: Entry> Unlink for Table<E> {
    fn unlink(self: Arc<Self>, hash: u64, hooks: &Arc<Hooks>, id: u64, death: &mut Cascade) {
        if let Some(entry) = self.remove(hash, |entry| entry.is_watched_by(hooks, id))
            && let Some(remains) = entry.remains()
        {
            death.enqueue(Task::Entry(remains));
        }
        // The container was dropped meanwhile: its other entries are the user's to drop, too.
        if let Some(table) = Arc::into_inner(self) {
            death.enqueue(Task::Value(Box::new(table)));
        }
    }
}

// No user code runs under its locks, so no panic finds it half done.
impl<E> RefUnwindSafe for Table<E> {}
impl<E> UnwindSafe for Table<E> {}

/// The entries with one hash.
enum Bucket<E> {
    One(E),
    Many(Vec<E>),
}

impl<E> Default for Bucket<E> {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl<E> Bucket<E> {
    fn entries(&self) -> &[E] {
        match self {
            Self::One(entry) => slice::from_ref(entry),
            Self::Many(entries) => entries,
        }
    }

    fn entries_mut(&mut self) -> &mut [E] {
        match self {
            Self::One(entry) => slice::from_mut(entry),
            Self::Many(entries) => entries,
        }
    }

    fn push(&mut self, new: E) {
        *self = match mem::take(self) {
            Self::One(entry) => Self::Many(vec![entry, new]),
            Self::Many(entries) if entries.is_empty() => Self::One(new),
            Self::Many(mut entries) => {
                entries.push(new);
                Self::Many(entries)
            }
        };
    }

    fn remove(&mut self, index: usize) -> E {
        match mem::take(self) {
            Self::One(entry) => entry,
            Self::Many(mut entries) => {
                let entry = entries.swap_remove(index);
                *self = Self::Many(entries);
                entry
            }
        }
    }
}

impl<E: Entry> Bucket<E> {
    fn remove_dead(&mut self, dead: &mut Vec<E>) {
        while let Some(index) = self.entries().iter().position(|entry| !entry.is_live()) {
            dead.push(self.remove(index));
        }
    }
}

/// The hash of a hash is itself.
#[derive(Default)]
struct Stored(u64);

impl Hasher for Stored {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("a `u64` hashes as one");
    }
}
