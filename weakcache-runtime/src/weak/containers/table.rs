//! The concurrent table of every weak container.
//!
//! A `DashMap` from the full hash of a key to the entries that have it: practically always one. Under
//! the lock of a shard, hashes and addresses are compared and reference counts are raised, and keys are
//! compared whose comparison is the language's own. A look-up of other keys takes what an entry holds out of
//! the lock and compares there; only where it met a true collision does it come back for the other entries.
//! What it took out it keeps until it is done, so the name of an entry that it has compared names no other
//! entry meanwhile.
//!
//! An entry whose referent is dead counts as absent. It is gone when the death is over; an `Arc` does not
//! tell, so there it is taken out by the next insertion under its hash, or by a sweep.
//!
//! Tables shrink as they empty. Asking whether to takes all locks, one after the other, so one removal in 64
//! asks, chosen by its hash.
#![forbid(unsafe_code)]

use crate::listed::{Listing, report};
#[cfg(shuttle)]
use crate::sync::fault::{self, Fault};
use crate::sync::{Arc, AtomicUsize, Ordering};
use crate::unwind::Panics;
#[cfg(shuttle)]
use crate::weak::containers::sharded::{DashMap, Entry as Slot};
use crate::weak::death;
use crate::weak::links::Unlink;
#[cfg(not(shuttle))]
use dashmap::{DashMap, Entry as Slot};
use std::hash::{BuildHasherDefault, Hasher};
use std::mem;
use std::ops::Deref;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::Weak;
use std::{iter, ptr};
use weakcache_inspect::{Inspect, Kind, Report};

pub(super) struct Table<E> {
    buckets: DashMap<u64, Bucket<E>, BuildHasherDefault<Stored>>,
    /// How many entries are to be added before the next sweep, where entries do not leave by themselves.
    until_sweep: AtomicUsize,
}

/// What a container files under a hash. None of it runs user code, `remains`, `unlink` and drops excepted.
pub(super) trait Entry: Send + Sync + Sized + 'static {
    /// What a look-up takes out: it keeps the referent alive.
    type Found;
    /// Whether the death of a referent removes its entries.
    const HOOKED: bool;

    /// `None` if the referent is dead.
    fn found(&self) -> Option<Self::Found>;
    fn is_live(&self) -> bool;
    /// Whether `found` came out of this entry.
    fn is(&self, found: &Self::Found) -> bool;
    /// What tells the entries of one hash apart while what was found in them is held; for those whose keys
    /// are compared with no lock held.
    fn name(&self) -> usize;
    fn name_of(found: &Self::Found) -> usize;
    /// Whether the referent is what is stored under the key, not the key.
    const REFERS: bool;
    /// Exchanges what is stored under the key, which stays.
    fn exchange(&mut self, other: &mut Self);
    /// What names the referent.
    fn address(&self) -> *const ();
    /// Tells the referent that this entry, by its hash, has left the table.
    fn unlink(&self, table: *const (), hash: u64);
    /// What has to be dropped where user code may run.
    fn remains(self) -> Option<death::Entry>;
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

/// Below this capacity a table is left as it is when entries go.
const KEEP: usize = 256;

impl<E: Entry> Table<E> {
    fn new() -> Self {
        let buckets = DashMap::with_hasher_and_shard_amount(BuildHasherDefault::default(), SHARDS);
        Self { buckets, until_sweep: AtomicUsize::new(FIRST_SWEEP) }
    }

    /// What `pick` makes of an entry with this hash, asked under the lock. It runs no user code, so it
    /// drops no handle either.
    #[inline]
    pub(super) fn pick<R>(&self, hash: u64, mut pick: impl FnMut(&E) -> Option<R>) -> Option<R> {
        let bucket = self.buckets.get(&hash)?;
        pick(&bucket.first).or_else(|| bucket.others().find_map(pick))
    }

    /// The entry with this hash that `matches`, asked with no lock held.
    #[inline]
    pub(super) fn find(&self, hash: u64, matches: impl Fn(&E::Found) -> bool) -> Option<E::Found> {
        let first = self.pick(hash, E::found)?;
        if matches(&first) {
            return Some(first);
        }
        let found = self.find_past(&first, hash, &matches);
        // Here and elsewhere: what may panic is dropped while the result is still a local. One that is
        // already returned would be leaked.
        drop(first);
        found
    }

    #[cold]
    fn find_past(
        &self,
        first: &E::Found,
        hash: u64,
        matches: &dyn Fn(&E::Found) -> bool,
    ) -> Option<E::Found> {
        let others: Vec<_> =
            self.buckets.get(&hash)?.iter().filter(|e| !e.is(first)).filter_map(E::found).collect();
        let mut others = others.into_iter();
        let found = others.find(matches);
        drop(others);
        found
    }

    /// Adds `new`, unless there is an entry that is the `same`: then, if `replace`, exchanges what is stored.
    /// Where the referent of `new` goes in, `link` tells it.
    ///
    /// `same` compares under the lock, as [`pick`](Self::pick) does. Of dead entries it may say anything.
    pub(super) fn place_in_lock(
        &self,
        hash: u64,
        mut new: E,
        mut same: impl FnMut(&E, &E) -> bool,
        replace: bool,
        link: impl Fn(),
    ) -> Placed<E> {
        // Outlives the guard of the shard.
        let mut dead = None;
        let placed = match self.buckets.entry(hash) {
            Slot::Vacant(slot) => {
                link();
                slot.insert(Bucket::new(new));
                Placed::Added
            }
            Slot::Occupied(mut slot) => {
                let bucket = slot.get_mut();
                #[cfg(shuttle)]
                let mut same = |old: &E, new: &E| same(old, new) && !fault::is(Fault::PlaceBlindly);
                let old = bucket.iter_mut().find(|entry| same(entry, &new) && entry.is_live());
                match old {
                    Some(old) if replace => {
                        if E::REFERS {
                            link();
                        }
                        old.exchange(&mut new);
                        Placed::Replaced(new)
                    }
                    old => match old.and_then(|old| old.found()) {
                        Some(found) => Placed::Kept(found, new),
                        None => {
                            link();
                            bucket.add(new, &mut dead);
                            Placed::Added
                        }
                    },
                }
            }
        };
        self.placed(hash, placed, dead)
    }

    /// As [`place_in_lock`](Self::place_in_lock), but compares with no lock held.
    pub(super) fn place(
        &self,
        hash: u64,
        mut new: E,
        same: impl Fn(&E::Found, &E) -> bool,
        replace: bool,
        link: impl Fn(),
    ) -> Placed<E> {
        // What was compared already: the names in order. While they are held no name changes hands.
        let (mut seen, mut unequal): (Vec<usize>, Vec<E::Found>) = Default::default();
        let mut equal: Option<E::Found> = None;
        let mut dead = None;
        let placed = loop {
            let unseen: Vec<_> = match self.buckets.entry(hash) {
                Slot::Vacant(slot) => {
                    link();
                    slot.insert(Bucket::new(new));
                    break Placed::Added;
                }
                Slot::Occupied(mut slot) => {
                    let bucket = slot.get_mut();
                    if let Some(equal) = &equal
                        && let Some(old) = bucket.iter_mut().find(|entry| entry.is(equal))
                    {
                        let live = old.is_live();
                        if E::REFERS || !live {
                            link();
                        }
                        if live {
                            old.exchange(&mut new);
                        } else {
                            mem::swap(old, &mut new);
                        }
                        break Placed::Replaced(new);
                    }
                    let unseen: Vec<_> = bucket
                        .iter()
                        .filter(|entry| seen.binary_search(&entry.name()).is_err())
                        .filter_map(E::found)
                        .collect();
                    #[cfg(shuttle)]
                    let unseen = if fault::is(Fault::PlaceBlindly) { Vec::new() } else { unseen };
                    if unseen.is_empty() {
                        link();
                        bucket.add(new, &mut dead);
                        break Placed::Added;
                    }
                    unseen
                }
            };
            equal = None;
            let mut kept = None;
            for found in unseen {
                if equal.is_some() || kept.is_some() || !same(&found, &new) {
                    seen.push(E::name_of(&found));
                    unequal.push(found);
                } else if replace {
                    equal = Some(found);
                } else {
                    kept = Some(found);
                }
            }
            if let Some(found) = kept {
                break Placed::Kept(found, new);
            }
            seen.sort_unstable();
        };
        drop((unequal, equal));
        self.placed(hash, placed, dead)
    }

    /// The end of an insertion, with no lock held any more.
    #[inline]
    fn placed(&self, hash: u64, placed: Placed<E>, dead: Option<E>) -> Placed<E> {
        drop(dead);
        match &placed {
            Placed::Added => {
                if !E::HOOKED && self.until_sweep.fetch_sub(1, Ordering::Relaxed) == 1 {
                    self.sweep();
                }
            }
            Placed::Replaced(old) if E::REFERS => old.unlink(ptr::from_ref(self).cast(), hash),
            Placed::Kept(..) | Placed::Replaced(_) => {}
        }
        placed
    }

    /// Takes out the entry with this hash that is `picked`, under the lock.
    pub(super) fn remove(&self, hash: u64, picked: impl FnMut(&E) -> bool) -> Option<E> {
        let entry = self.take(hash, picked)?;
        entry.unlink(ptr::from_ref(self).cast(), hash);
        Some(entry)
    }

    fn take(&self, hash: u64, mut picked: impl FnMut(&E) -> bool) -> Option<E> {
        let mut many = false;
        let sole = self.buckets.remove_if(&hash, |_, bucket| {
            many = bucket.others.is_some();
            !many && picked(&bucket.first)
        });
        let entry = match sole {
            Some((_, bucket)) => bucket.first,
            None if many => return self.take_of_many(hash, &mut picked),
            None => return None,
        };
        if hash.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58 == 0 {
            self.shrink_if_sparse();
        }
        Some(entry)
    }

    #[cold]
    fn take_of_many(&self, hash: u64, picked: &mut dyn FnMut(&E) -> bool) -> Option<E> {
        {
            let mut bucket = self.buckets.get_mut(&hash)?;
            let index = bucket.iter().position(&mut *picked)?;
            if bucket.others.is_some() {
                return bucket.remove(index);
            }
        }
        // It is alone there by now.
        self.take(hash, picked)
    }

    /// Removes everything, and gives the memory back.
    pub(super) fn clear(&self) {
        let hashes: Vec<u64> = self.buckets.iter().map(|bucket| *bucket.key()).collect();
        let buckets = hashes.into_iter().filter_map(|hash| self.buckets.remove(&hash));
        let buckets: Vec<_> = buckets.collect();
        self.buckets.shrink_to_fit();
        let mut panics = Panics::default();
        for (hash, bucket) in buckets {
            for entry in bucket.into_entries() {
                panics.catch(|| {
                    entry.unlink(ptr::from_ref(self).cast(), hash);
                    drop(entry);
                });
            }
        }
        panics.resume();
    }

    /// Takes out the dead that have not left by themselves, says how many, and gives back memory if much of
    /// it is unused.
    pub(super) fn sweep(&self) -> usize {
        let (mut swept, mut panics) = (0, Panics::default());
        if !E::HOOKED {
            let (mut live, mut dead) = (0, Vec::new());
            for bucket in &self.buckets {
                let all = bucket.iter().count();
                let living = bucket.iter().filter(|entry| entry.is_live()).count();
                live += living;
                dead.extend((living < all).then_some(*bucket.key()));
            }
            // Sweeping again after as many additions as are live now costs a constant for each of them.
            self.until_sweep.store(live.max(FIRST_SWEEP), Ordering::Relaxed);
            for hash in dead {
                let is_dead = |entry: &E| !entry.is_live();
                #[cfg(shuttle)]
                let is_dead = |entry: &E| is_dead(entry) || fault::is(Fault::SweepUnasked);
                while let Some(entry) = self.take(hash, is_dead) {
                    swept += 1;
                    panics.catch(|| drop(entry));
                }
            }
        }
        self.shrink_if_sparse();
        panics.resume();
        swept
    }

    pub(super) fn shrink_to_fit(&self) {
        self.sweep();
        self.buckets.shrink_to_fit();
    }

    #[cold]
    fn shrink_if_sparse(&self) {
        let capacity = self.buckets.capacity();
        if capacity >= KEEP && self.buckets.len() < capacity / 8 {
            self.buckets.shrink_to_fit();
        }
    }

    /// How many referents live. Walks the table.
    pub(super) fn len(&self) -> usize {
        let is_live = E::is_live;
        #[cfg(shuttle)]
        let is_live = |entry: &E| is_live(entry) || fault::is(Fault::CountDead);
        self.buckets.iter().map(|bucket| bucket.iter().filter(|entry| is_live(entry)).count()).sum()
    }

    /// What the table takes, without the few entries that share a hash.
    fn bytes(&self) -> usize {
        self.buckets.capacity() * size_of::<(u64, Bucket<E>)>()
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.buckets.iter().any(|bucket| bucket.iter().any(E::is_live))
    }

    /// Everything that lives, shard by shard, with its hash.
    pub(super) fn snapshot(&self) -> Vec<(u64, E::Found)> {
        let mut all = Vec::new();
        for bucket in &self.buckets {
            all.extend(bucket.iter().filter_map(E::found).map(|found| (*bucket.key(), found)));
        }
        all
    }
}

impl<E: Entry> Unlink for Table<E> {
    fn unlink(&self, hash: u64, address: *const ()) -> Option<death::Entry> {
        let is = |entry: &E| entry.address() == address;
        #[cfg(shuttle)]
        let is = |entry: &E| is(entry) || fault::is(Fault::UnlinkByHash);
        self.take(hash, is)?.remains()
    }
}

// No user code runs under its locks, so no panic finds it half done.
impl<E> RefUnwindSafe for Table<E> {}
impl<E> UnwindSafe for Table<E> {}

/// A table as its container holds it. Links from its referents keep it too, so the end of the container
/// empties it; and where there are none as well, since a map that is dropped leaks the rest once a drop panics.
pub(super) struct Owned<E> {
    table: Arc<Table<E>>,
    /// A function, since the containers' types ask less of their keys and values than it does.
    clear: fn(&Table<E>),
    /// Where it has a name.
    listing: Option<Listing>,
}

impl<E: Entry> Owned<E> {
    pub(super) fn new() -> Self {
        Self { table: Arc::new(Table::new()), clear: Table::clear, listing: None }
    }

    /// Lists it under a name, in the place of one that it had.
    pub(super) fn list(&mut self, kind: Kind, name: String, location: &'static Location<'static>) {
        let table = Arc::downgrade(&self.table);
        self.listing = Some(Listing::new(Named { kind, name, location, table }));
    }

    /// For a link.
    pub(super) fn shared(&self) -> &Arc<Table<E>> {
        &self.table
    }
}

impl<E> Deref for Owned<E> {
    type Target = Table<E>;

    #[inline]
    fn deref(&self) -> &Table<E> {
        &self.table
    }
}

/// A container with a name, as the list of all caches knows it.
struct Named<E> {
    kind: Kind,
    name: String,
    location: &'static Location<'static>,
    table: Weak<Table<E>>,
}

impl<E: Entry> Inspect for Named<E> {
    fn report(&self) -> Option<Report> {
        let table = self.table.upgrade()?;
        let mut report = report(self.kind, self.name.clone(), self.location);
        (report.len, report.bytes) = (table.len(), table.bytes());
        Some(report)
    }

    fn sweep(&self) -> usize {
        self.table.upgrade().map_or(0, |table| table.sweep())
    }
}

impl<E> Drop for Owned<E> {
    fn drop(&mut self) {
        self.listing = None;
        (self.clear)(&self.table);
    }
}

/// The entries with one hash.
struct Bucket<E> {
    first: E,
    /// Not empty.
    #[expect(
        clippy::box_collection,
        reason = "there are practically none, and every bucket has room for this"
    )]
    others: Option<Box<Vec<E>>>,
}

impl<E> Bucket<E> {
    fn new(first: E) -> Self {
        Self { first, others: None }
    }

    fn others(&self) -> impl Iterator<Item = &E> {
        self.others.iter().flat_map(|others| others.iter())
    }

    fn iter(&self) -> impl Iterator<Item = &E> {
        iter::once(&self.first).chain(self.others())
    }

    fn iter_mut(&mut self) -> impl Iterator<Item = &mut E> {
        let others = self.others.iter_mut().flat_map(|others| others.iter_mut());
        iter::once(&mut self.first).chain(others)
    }

    fn into_entries(self) -> impl Iterator<Item = E> {
        iter::once(self.first).chain(self.others.into_iter().flat_map(|others| *others))
    }

    /// Of several.
    fn remove(&mut self, index: usize) -> Option<E> {
        let others = self.others.as_mut()?;
        let entry = match index.checked_sub(1) {
            None => mem::replace(&mut self.first, others.pop()?),
            Some(index) => others.swap_remove(index),
        };
        if others.is_empty() {
            self.others = None;
        } else if others.len() < others.capacity() / 8 {
            others.shrink_to(others.len() * 2);
        }
        Some(entry)
    }
}

impl<E: Entry> Bucket<E> {
    /// Adds an entry, in the place of a dead one if there is any.
    fn add(&mut self, new: E, dead: &mut Option<E>) {
        let place = self.iter_mut().find(|entry| !entry.is_live());
        match place {
            Some(place) => *dead = Some(mem::replace(place, new)),
            None => self.others.get_or_insert_default().push(new),
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
