//! The locked table: which entry stands under which hash.
//!
//! Shards, each a lock around a hash table of places and the slab that they lead into. The table stores
//! no key and knows none: under the lock entries are told apart by their full hash alone, which runs no
//! user code. A look-up takes a handle on what it found, unlocks, and compares then. That the keys differ
//! although the hashes agree is so rare that the way through it is plain rather than fast: take handles on
//! all entries of that hash, compare them, and insert if under the lock there is no other one by then.
//!
//! What a registry needs of a table is [`Table`]'s methods; nothing outside this file knows of shards.
#![deny(unsafe_code)]

use std::mem::{self, ManuallyDrop};
use std::num::NonZero;
use std::sync::OnceLock;
use std::thread;

use hashbrown::HashTable;

use crate::rc::{self, Owner, Place, Slab};
#[cfg(loom)]
use crate::sync::fault::{self, Fault};
use crate::sync::{Lock, LockGuard};

/// A handle on an entry of this table.
pub(crate) type Strong<T> = rc::Strong<T, Shard<T>>;
/// A weak handle on an entry of this table.
pub(crate) type Weak<T> = rc::Weak<T, Shard<T>>;

/// Below this capacity a table is left as it is when entries go.
const KEEP: usize = 64;

/// One lock's worth of a table. A line of the cache of its own, and the one that is prefetched with it.
#[repr(align(128))]
pub(crate) struct Shard<T>(Lock<State<T>>);

/// In this order a hit writes to one line of the cache, that of the lock, and only reads the next one.
#[repr(C)]
struct State<T> {
    index: Index,
    slab: Slab<T, Shard<T>>,
}

#[repr(C)]
pub(crate) struct Index {
    places: HashTable<Place>,
    hits: u64,
    misses: u64,
    /// The capacity that was asked for: a table does not shrink below it by itself.
    floor: usize,
}

// SAFETY: the lock excludes, the slab lies in it, and shards are leaked.
#[allow(unsafe_code, reason = "a promise that `rc` relies on")]
unsafe impl<T> Owner<T> for Shard<T> {
    type Index = Index;

    #[inline]
    fn locked<R>(&self, f: impl FnOnce(&mut Slab<T, Self>, &mut Index) -> R) -> R {
        let mut state = self.0.lock();
        let State { slab, index } = &mut *state;
        f(slab, index)
    }

    #[inline]
    fn unregister(index: &mut Index, slab: &Slab<T, Self>, hash: u64, place: Place) {
        #[cfg(loom)]
        let place = if fault::is(Fault::RemoveByKey) {
            let same_key = index.places.iter_hash(hash).filter(|&&other| slab.hash(other) == hash);
            same_key.last().copied().unwrap_or(place)
        } else {
            place
        };
        index.remove(hash, place, &|place| slab.hash(place));
    }
}

// What changes the table is apart from what is generic: so a program has it once, not once for each type.
impl Index {
    /// Whether there is room now: there may be no memory, or no number for so many.
    fn reserve(&mut self, additional: usize, hash_of: &dyn Fn(Place) -> u64) -> bool {
        self.places.try_reserve(additional, |&place| hash_of(place)).is_ok()
    }

    /// Where room was reserved.
    fn insert(&mut self, hash: u64, place: Place) {
        self.places.insert_unique(hash, place, |_| unreachable!("room was reserved"));
    }

    fn remove(&mut self, hash: u64, place: Place, hash_of: &dyn Fn(Place) -> u64) {
        if let Ok(entry) = self.places.find_entry(hash, |&other| other == place) {
            entry.remove();
        } else {
            debug_assert!(cfg!(loom), "an entry is in the index until its last handle takes it out");
        }
        let (len, capacity) = (self.places.len(), self.places.capacity());
        if capacity >= KEEP && len < capacity / 8 && capacity / 2 > self.floor {
            // Half full afterwards: as many must come or go again before the next rehash.
            self.shrink_to(self.floor.max(len * 2), hash_of);
        }
    }

    /// Where entries of this hash stand, and maybe others, less the places `seen`, which are in order.
    #[cold]
    fn near(&self, hash: u64, seen: &[Place]) -> Vec<Place> {
        let places = self.places.iter_hash(hash).copied();
        places.filter(|place| seen.binary_search(place).is_err()).collect()
    }

    #[cold]
    fn shrink_to(&mut self, capacity: usize, hash_of: &dyn Fn(Place) -> u64) {
        self.places.shrink_to(capacity, |&place| hash_of(place));
    }

    /// A handle on the first live entry of this hash.
    #[inline]
    fn first<T>(&self, slab: &Slab<T, Shard<T>>, hash: u64) -> Option<Strong<T>> {
        // `find` is the fastest walk, so the handle leaves it by the side; set at most once, it need not
        // be dropped there.
        let mut found = None;
        self.places.find(hash, |&place| {
            slab.hash(place) == hash && {
                found = slab.acquire(place).map(ManuallyDrop::new);
                found.is_some()
            }
        });
        found.map(ManuallyDrop::into_inner)
    }
}

/// Takes back what was counted for a call that a panic ended.
struct Uncount<'a, T> {
    shard: &'a Shard<T>,
    hit: bool,
}

impl<T> Uncount<'_, T> {
    /// The call is over.
    #[inline]
    fn keep(self) {
        mem::forget(self);
    }

    /// What was counted as a hit is none: an entry of the same hash had another key.
    fn miss(&mut self) {
        if mem::replace(&mut self.hit, false) {
            let mut state = self.shard.0.lock();
            state.index.hits -= 1;
            state.index.misses += 1;
        }
    }
}

impl<T> Drop for Uncount<'_, T> {
    fn drop(&mut self) {
        let mut state = self.shard.0.lock();
        let counter = if self.hit { &mut state.index.hits } else { &mut state.index.misses };
        *counter -= 1;
    }
}

impl<T> State<T> {
    /// The live entries of this hash that are not at the places `seen`, which are in order.
    fn candidates(&self, hash: u64, seen: &[Place]) -> Vec<(Place, Strong<T>)> {
        let mut candidates = Vec::new();
        for place in self.index.near(hash, seen) {
            if self.slab.hash(place) == hash
                && let Some(candidate) = self.slab.acquire(place)
            {
                candidates.push((place, candidate));
            }
        }
        candidates
    }
}

impl<T> Shard<T> {
    fn new() -> Self {
        let index = Index { places: HashTable::new(), hits: 0, misses: 0, floor: 0 };
        Self(Lock::new(State { slab: Slab::new(), index }))
    }

    /// Looks for a hash, and counts that.
    #[inline]
    fn probe(&self, hash: u64) -> (Option<Strong<T>>, Uncount<'_, T>) {
        let mut state = self.0.lock();
        let State { slab, index } = &mut *state;
        let found = index.first(slab, hash);
        let hit = found.is_some();
        index.hits += u64::from(hit);
        index.misses += u64::from(!hit);
        drop(state);
        (found, Uncount { shard: self, hit })
    }

    /// Inserts, and unlocks. Apart, so that the way of a hit stays short.
    #[inline(never)]
    fn insert(
        &'static self,
        mut state: LockGuard<'_, State<T>>,
        hash: u64,
        value: T,
        misses: u64,
    ) -> Strong<T>
    where
        T: Send + Sync,
    {
        let State { slab, index } = &mut *state;
        let reserved = Strong::reserve(slab, self) && index.reserve(1, &|place| slab.hash(place));
        if !reserved {
            // Not under the lock: a panic hook and the drop of the value are the user's.
            drop(state);
            panic!("too many interned values in one shard, or no memory for its table");
        }
        index.misses += misses;
        let (place, strong) = Strong::insert(slab, hash, value);
        index.insert(hash, place);
        strong
    }

    /// Finds or inserts, after a look-up that missed.
    #[inline]
    fn place(
        &'static self,
        hash: u64,
        value: T,
        same: impl Fn(&T, &T) -> bool,
        count: Option<Uncount<'_, T>>,
    ) -> Strong<T>
    where
        T: Send + Sync,
    {
        let state = self.0.lock();
        let Some(found) = state.index.first(&state.slab, hash) else {
            let strong = self.insert(state, hash, value, 0);
            mem::forget(count);
            return strong;
        };
        drop(state);
        if same(&found, &value) {
            mem::forget(count);
            drop(value);
            return found;
        }
        drop(found);
        self.insert_among(hash, value, &same, count)
    }

    /// Compares what was found, with no lock held. If its key is another one, goes on to the other entries
    /// of this hash; if there is none of this key, the arguments come back, and the miss is counted.
    #[inline]
    fn compare<'a, A>(
        &self,
        hash: u64,
        found: Strong<T>,
        args: A,
        eq: impl Fn(&A, &T) -> bool,
        mut count: Uncount<'a, T>,
    ) -> Result<Strong<T>, (A, Uncount<'a, T>)> {
        let found = if eq(&args, &found) {
            found
        } else {
            drop(found);
            match self.find_among(hash, &|other| eq(&args, other)) {
                Some(found) => found,
                None => {
                    count.miss();
                    return Err((args, count));
                }
            }
        };
        count.keep();
        // Before the handle is returned; see `find_among`.
        drop(args);
        Ok(found)
    }

    /// Finds an entry where the first one of this hash has another key.
    #[cold]
    fn find_among(&self, hash: u64, eq: &dyn Fn(&T) -> bool) -> Option<Strong<T>> {
        let mut candidates = self.0.lock().candidates(hash, &[]).into_iter();
        let found = candidates.find(|(_, candidate)| eq(candidate)).map(|(_, found)| found);
        // Here and below: what may panic is dropped while the handle is still a local. A result that is
        // already returned would be leaked.
        drop(candidates);
        found
    }

    /// Finds or inserts where the first entry of this hash has another key.
    #[cold]
    fn insert_among(
        &'static self,
        hash: u64,
        value: T,
        same: &dyn Fn(&T, &T) -> bool,
        count: Option<Uncount<'_, T>>,
    ) -> Strong<T>
    where
        T: Send + Sync,
    {
        // What was compared already, by place in order. While the handles are held no place changes hands.
        let (mut seen, mut held) = (Vec::new(), Vec::new());
        loop {
            let state = self.0.lock();
            let candidates = state.candidates(hash, &seen);
            if candidates.is_empty() {
                let strong = self.insert(state, hash, value, 0);
                mem::forget(count);
                drop(held);
                return strong;
            }
            drop(state);
            let mut candidates = candidates.into_iter();
            for (place, candidate) in candidates.by_ref() {
                if same(&candidate, &value) {
                    mem::forget(count);
                    drop((value, candidates, held));
                    return candidate;
                }
                seen.push(place);
                held.push(candidate);
            }
            seen.sort_unstable();
        }
    }

    /// Appends a handle on every live entry.
    fn collect_into(&self, handles: &mut Vec<Strong<T>>) {
        loop {
            let state = self.0.lock();
            let wanted = state.index.places.len();
            if wanted <= handles.capacity() - handles.len() {
                handles.extend(state.index.places.iter().filter_map(|&place| state.slab.acquire(place)));
                return;
            }
            drop(state);
            handles.reserve(wanted + wanted / 8);
        }
    }
}

/// All shards of a registry.
pub(crate) struct Table<T: 'static> {
    /// Leaked: handles lead back to their shard, and may outlive anything.
    shards: &'static [Shard<T>],
}

impl<T> Table<T> {
    /// A table of `shards` shards, rounded up to a power of two, or of four for each processor.
    pub(crate) fn new(shards: Option<NonZero<usize>>) -> Self {
        let shards = shards.map_or_else(default_shards, NonZero::get).clamp(1, 1 << 16).next_power_of_two();
        Self { shards: (0..shards).map(|_| Shard::new()).collect::<Vec<_>>().leak() }
    }

    /// The shard of a hash, by bits which the tables within do not look at first: those take the upper
    /// seven and the lowest.
    #[inline]
    fn shard(&self, hash: u64) -> &'static Shard<T> {
        let number = (hash >> 40) as usize & (self.shards.len() - 1);
        &self.shards[number]
    }

    /// The live entry of this key.
    #[inline]
    pub(crate) fn find(&self, hash: u64, eq: impl Fn(&T) -> bool) -> Option<Strong<T>> {
        let shard = self.shard(hash);
        let (mut found, mut count) = shard.probe(hash);
        if let Some(other) = found.take_if(|found| !eq(found)) {
            drop(other);
            found = shard.find_among(hash, &eq);
            if found.is_none() {
                count.miss();
            }
        }
        count.keep();
        found
    }

    /// The live entry of this key, or else a new one of the value that `make` makes with no lock held.
    ///
    /// `same` compares the keys of two values.
    #[inline]
    pub(crate) fn find_or_make<A>(
        &self,
        hash: u64,
        args: A,
        eq: impl Fn(&A, &T) -> bool,
        make: impl FnOnce(A) -> T,
        same: impl Fn(&T, &T) -> bool,
    ) -> Strong<T>
    where
        T: Send + Sync,
    {
        let shard = self.shard(hash);
        let (found, count) = shard.probe(hash);
        let (args, count) = match found {
            None => (args, count),
            Some(found) => match shard.compare(hash, found, args, eq, count) {
                Ok(found) => return found,
                Err(missed) => missed,
            },
        };
        shard.place(hash, make(args), &same, Some(count))
    }

    /// The live entry with the key of `value`, or else a new one, after a look-up that missed: counts
    /// nothing.
    pub(crate) fn place(&self, hash: u64, value: T, same: impl Fn(&T, &T) -> bool) -> Strong<T>
    where
        T: Send + Sync,
    {
        self.shard(hash).place(hash, value, same, None)
    }

    /// As [`find_or_make`](Self::find_or_make), for a `place` that only moves the arguments into a value.
    ///
    /// It runs under the lock, which a miss then takes once.
    #[inline]
    pub(crate) fn find_or_place<A>(
        &self,
        hash: u64,
        args: A,
        eq: impl Fn(&A, &T) -> bool,
        place: impl FnOnce(A) -> T,
        same: impl Fn(&T, &T) -> bool,
    ) -> Strong<T>
    where
        T: Send + Sync,
    {
        let shard = self.shard(hash);
        let mut state = shard.0.lock();
        let State { slab, index } = &mut *state;
        let Some(found) = index.first(slab, hash) else {
            return shard.insert(state, hash, place(args), 1);
        };
        index.hits += 1;
        drop(state);
        match shard.compare(hash, found, args, eq, Uncount { shard, hit: true }) {
            Ok(found) => found,
            Err((args, count)) => shard.insert_among(hash, place(args), &same, Some(count)),
        }
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.sum(|state| state.index.places.len())
    }

    pub(crate) fn capacity(&self) -> usize {
        self.sum(|state| state.index.places.capacity())
    }

    /// Look-ups that found an entry, and look-ups that did not.
    pub(crate) fn counters(&self) -> (u64, u64) {
        self.shards.iter().fold((0, 0), |(hits, misses), shard| {
            let state = shard.0.lock();
            (hits + state.index.hits, misses + state.index.misses)
        })
    }

    pub(crate) fn reserve(&self, additional: usize) {
        let each = additional.div_ceil(self.shards.len());
        for shard in self.shards {
            let mut state = shard.0.lock();
            let State { slab, index } = &mut *state;
            if !index.reserve(each, &|place| slab.hash(place)) {
                drop(state);
                panic!("capacity overflow");
            }
            index.floor = index.floor.max(index.places.len() + each);
        }
    }

    pub(crate) fn shrink_to_fit(&self) {
        for shard in self.shards {
            let mut state = shard.0.lock();
            let State { slab, index } = &mut *state;
            slab.shrink_to_fit();
            index.floor = 0;
            index.shrink_to(0, &|place| slab.hash(place));
        }
    }

    pub(crate) fn handles(&self) -> Handles<T> {
        Handles { rest: self.shards.iter(), current: Vec::new() }
    }

    fn sum(&self, of: impl Fn(&State<T>) -> usize) -> usize {
        self.shards.iter().map(|shard| of(&shard.0.lock())).sum()
    }
}

/// Live entries, gathered shard by shard.
pub(crate) struct Handles<T: 'static> {
    rest: std::slice::Iter<'static, Shard<T>>,
    current: Vec<Strong<T>>,
}

impl<T> Iterator for Handles<T> {
    type Item = Strong<T>;

    fn next(&mut self) -> Option<Strong<T>> {
        loop {
            if let Some(strong) = self.current.pop() {
                return Some(strong);
            }
            self.rest.next()?.collect_into(&mut self.current);
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // Others may come and go in the shards to be visited.
        (self.current.len(), self.rest.as_slice().is_empty().then_some(self.current.len()))
    }
}

/// Four for each processor, so that threads seldom meet.
fn default_shards() -> usize {
    // Asking the system reads files on some of them.
    static SHARDS: OnceLock<usize> = OnceLock::new();
    *SHARDS.get_or_init(|| 4 * thread::available_parallelism().map_or(4, NonZero::get))
}
