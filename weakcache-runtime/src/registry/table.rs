//! The locked table: which entry stands under which hash.
//!
//! Shards, each a lock around a hash table of places and the slab that they lead into. The table stores
//! no key and knows none: under the lock entries are told apart by their full hash alone, which runs no
//! user code. A look-up takes a handle on what it found, unlocks, and compares then. That the keys differ
//! although the hashes agree is so rare that the way through it ([`Shard::scan`]) is plain rather than
//! fast: take handles on all entries of that hash, compare them, and insert only if nothing was inserted
//! into the shard since.
//!
//! What a registry needs of a table is [`Table`]'s methods; nothing outside this file knows of shards.
#![forbid(unsafe_code)]

use std::num::NonZero;
use std::sync::OnceLock;
use std::{mem, thread};

use hashbrown::HashTable;

use crate::rc::{self, Owner, Place, Slab};
use crate::sync::Lock;

/// A handle on an entry of this table.
pub(crate) type Strong<T> = rc::Strong<T, Shard<T>>;
/// A weak handle on an entry of this table.
pub(crate) type Weak<T> = rc::Weak<T, Shard<T>>;

/// Below this capacity a table is left as it is when entries go.
const KEEP: usize = 64;

/// One lock's worth of a table. A line of the cache of its own, and the one that is prefetched with it.
#[repr(align(128))]
pub(crate) struct Shard<T>(Lock<State<T>>);

struct State<T> {
    slab: Slab<T, Shard<T>>,
    index: Index,
}

pub(crate) struct Index {
    places: HashTable<Place>,
    /// How many entries were ever inserted: unchanged means that none came in between.
    insertions: u64,
    hits: u64,
    misses: u64,
}

/// What a look-up by hash came to.
enum Probe<T> {
    Inserted(Strong<T>),
    Found(Strong<T>),
}

impl<T> Owner<T> for Shard<T> {
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
        let by_key = crate::sync::fault::is(crate::sync::fault::Fault::RemoveByKey);
        #[cfg(not(loom))]
        let by_key = false;
        let is_it = |&other: &Place| if by_key { slab.hash(other) == hash } else { other == place };
        if let Ok(entry) = index.places.find_entry(hash, is_it) {
            entry.remove();
        } else {
            debug_assert!(by_key, "an entry is in the index until its last handle takes it out");
        }
        let (len, capacity) = (index.places.len(), index.places.capacity());
        if capacity >= KEEP && len < capacity / 8 {
            // Half full afterwards: as many must come or go again before the next rehash.
            index.places.shrink_to(len * 2, |&place| slab.hash(place));
        }
    }
}

impl Index {
    /// A handle on the first live entry of this hash.
    #[inline]
    fn first<T>(&self, slab: &Slab<T, Shard<T>>, hash: u64) -> Option<Strong<T>> {
        let mut found = None;
        // `find` is the fastest walk, so the handle leaves it by the side.
        self.places.find(hash, |&place| {
            slab.hash(place) == hash && {
                found = slab.acquire(place);
                found.is_some()
            }
        });
        found
    }

    fn insert<T>(
        &mut self,
        slab: &mut Slab<T, Shard<T>>,
        shard: &'static Shard<T>,
        hash: u64,
        value: &mut Option<T>,
    ) -> Strong<T> {
        // What may fail comes first: the value is the caller's, to be dropped with no lock held.
        slab.reserve(shard);
        self.places.reserve(1, |&place| slab.hash(place));
        let value = value.take().expect("a value is inserted once");
        let (place, strong) = slab.insert(hash, value);
        self.places.insert_unique(hash, place, |&place| slab.hash(place));
        self.insertions += 1;
        strong
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

impl<T> Shard<T> {
    fn new() -> Self {
        let index = Index { places: HashTable::new(), insertions: 0, hits: 0, misses: 0 };
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

    /// Inserts unless there is a live entry of this hash. Counts if asked to.
    #[inline]
    fn probe_or_insert(&'static self, hash: u64, value: &mut Option<T>, count: bool) -> Probe<T> {
        let mut state = self.0.lock();
        let State { slab, index } = &mut *state;
        if let Some(found) = index.first(slab, hash) {
            index.hits += u64::from(count);
            return Probe::Found(found);
        }
        index.misses += u64::from(count);
        Probe::Inserted(index.insert(slab, self, hash, value))
    }

    /// Inserts unless anything else was since `insertions` were counted.
    fn insert_if_unchanged(
        &'static self,
        hash: u64,
        value: &mut Option<T>,
        insertions: u64,
    ) -> Option<Strong<T>> {
        let mut state = self.0.lock();
        let State { slab, index } = &mut *state;
        (index.insertions == insertions).then(|| index.insert(slab, self, hash, value))
    }

    /// Compares all live entries of a hash, with no lock held.
    ///
    /// Where none is equal, says how many insertions there were when they were gathered.
    #[cold]
    fn scan(&self, hash: u64, eq: &dyn Fn(&T) -> bool) -> Result<Strong<T>, u64> {
        let mut candidates = Vec::new();
        let insertions = loop {
            let state = self.0.lock();
            let State { slab, index } = &*state;
            let places = || index.places.iter_hash(hash).filter(|&&place| slab.hash(place) == hash);
            let wanted = places().count();
            if wanted <= candidates.capacity() {
                candidates.extend(places().filter_map(|&place| slab.acquire(place)));
                break index.insertions;
            }
            // Not under the lock; and some more, for those that come in the meantime.
            drop(state);
            candidates.reserve(wanted + wanted / 2);
        };
        match candidates.iter().position(|candidate| eq(candidate)) {
            Some(at) => Ok(candidates.swap_remove(at)),
            None => Err(insertions),
        }
    }

    /// Finds or inserts where entries of this hash have other keys.
    #[cold]
    fn insert_among(
        &'static self,
        hash: u64,
        value: &mut Option<T>,
        eq: &dyn Fn(&T, &T) -> bool,
    ) -> Probe<T> {
        loop {
            let fresh = value.as_ref().expect("not inserted yet");
            match self.scan(hash, &|other| eq(other, fresh)) {
                Ok(found) => return Probe::Found(found),
                Err(insertions) => {
                    if let Some(strong) = self.insert_if_unchanged(hash, value, insertions) {
                        return Probe::Inserted(strong);
                    }
                }
            }
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
        let (found, count) = self.shard(hash).probe(hash);
        let found = match found {
            Some(found) if !eq(&found) => Self::find_among(count.shard, hash, &eq, count)?,
            other => {
                count.keep();
                return other;
            }
        };
        Some(found)
    }

    #[cold]
    fn find_among(
        shard: &Shard<T>,
        hash: u64,
        eq: &dyn Fn(&T) -> bool,
        mut count: Uncount<'_, T>,
    ) -> Option<Strong<T>> {
        let found = shard.scan(hash, eq).ok();
        if found.is_none() {
            count.miss();
        }
        count.keep();
        found
    }

    /// The live entry of this key, or else a new one of the value that `make` makes with no lock held.
    ///
    /// `args` is the key as `eq` compares it, and what `make` takes. `same` compares the keys of two
    /// values.
    #[inline]
    pub(crate) fn find_or_make<A>(
        &self,
        hash: u64,
        args: A,
        eq: impl Fn(&A, &T) -> bool,
        make: impl FnOnce(A) -> T,
        same: fn(&T, &T) -> bool,
    ) -> Strong<T> {
        let shard = self.shard(hash);
        let (found, mut count) = shard.probe(hash);
        if let Some(found) = found {
            if eq(&args, &found) {
                count.keep();
                return found;
            }
            drop(found);
            if let Ok(found) = shard.scan(hash, &|value| eq(&args, value)) {
                count.keep();
                return found;
            }
            count.miss();
        }
        let mut value = Some(make(args));
        let strong = match shard.probe_or_insert(hash, &mut value, false) {
            Probe::Found(found) => match settle(found, value.as_ref(), same) {
                Some(found) => found,
                None => shard.insert_among(hash, &mut value, &same).into_strong(),
            },
            Probe::Inserted(strong) => strong,
        };
        count.keep();
        strong
    }

    /// The live entry of the key of this value, or else the value itself, inserted.
    #[inline]
    pub(crate) fn insert(&self, hash: u64, value: T, same: fn(&T, &T) -> bool) -> Strong<T> {
        let shard = self.shard(hash);
        let mut value = Some(value);
        let found = match shard.probe_or_insert(hash, &mut value, true) {
            Probe::Inserted(strong) => return strong,
            Probe::Found(found) => found,
        };
        let mut count = Uncount { shard, hit: true };
        let strong = match settle(found, value.as_ref(), same) {
            Some(found) => found,
            None => match shard.insert_among(hash, &mut value, &same) {
                Probe::Found(found) => found,
                Probe::Inserted(strong) => {
                    count.miss();
                    strong
                }
            },
        };
        count.keep();
        strong
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
            index.places.reserve(each, |&place| slab.hash(place));
        }
    }

    pub(crate) fn shrink_to_fit(&self) {
        for shard in self.shards {
            let mut state = shard.0.lock();
            let State { slab, index } = &mut *state;
            slab.shrink_to_fit();
            index.places.shrink_to_fit(|&place| slab.hash(place));
        }
    }

    pub(crate) fn handles(&self) -> Handles<T> {
        Handles { rest: self.shards.iter(), current: Vec::new() }
    }

    fn sum(&self, of: impl Fn(&State<T>) -> usize) -> usize {
        self.shards.iter().map(|shard| of(&shard.0.lock())).sum()
    }
}

impl<T> Probe<T> {
    fn into_strong(self) -> Strong<T> {
        let (Self::Inserted(strong) | Self::Found(strong)) = self;
        strong
    }
}

/// Keeps what was found if it has the key of `value`.
#[inline]
fn settle<T>(found: Strong<T>, value: Option<&T>, same: fn(&T, &T) -> bool) -> Option<Strong<T>> {
    same(&found, value.expect("not inserted")).then_some(found)
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
