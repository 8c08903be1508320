//! Looking up, making, and inserting: a registry's way through its entries.
//!
//! Entries are told apart by their full hash alone, which runs no user code: a look-up takes a handle on what
//! it found, and compares then, with nothing held. That the keys differ although the hashes agree is so rare that the
//! way through it is plain rather than fast: take handles on all entries of that hash, compare them, and
//! insert if under the lock there is no other one by then.
//!
//! A call is counted once it is over, by its outcome: one that a panic ended is not. What may panic on the way
//! out is dropped while the handle is still a local; one that is already returned would be leaked.
#![forbid(unsafe_code)]

use std::mem;
use std::num::NonZero;
use std::sync::OnceLock;
use std::thread;

use crate::rc::{Entries, Look, Parts, Spread, Strong};

/// The entries of a registry.
pub(crate) struct Table<T>(Entries<T>);

impl<T> Table<T> {
    /// A table of `shards` shards, rounded up to a power of two, or of four for each processor.
    pub(crate) fn new(shards: Option<NonZero<usize>>, spread: Spread) -> Self {
        Self(Entries::new(shards.map_or_else(default_shards, NonZero::get), spread))
    }

    /// The live entry of this key.
    #[inline]
    pub(crate) fn find(&self, hash: u64, spread: Spread, eq: impl Fn(&T) -> bool) -> Option<Strong<T>> {
        match self.0.look_up(hash, spread) {
            Look::Found(found) => {
                let counted = Counted(self);
                if eq(&found) {
                    counted.keep();
                    Some(found)
                } else {
                    self.find_among(found, hash, &eq, counted)
                }
            }
            Look::Missed => {
                self.0.count_miss();
                None
            }
            Look::Unsure => self.find_slowly(hash, &eq),
        }
    }

    #[cold]
    fn find_slowly(&self, hash: u64, eq: &dyn Fn(&T) -> bool) -> Option<Strong<T>> {
        match self.0.look_up_slowly(hash) {
            Some(found) => {
                let counted = Counted(self);
                if eq(&found) {
                    counted.keep();
                    Some(found)
                } else {
                    self.find_among(found, hash, eq, counted)
                }
            }
            None => {
                self.0.count_miss();
                None
            }
        }
    }

    /// The live entry of this key, or else a new one of the value that `make` makes with no lock held.
    ///
    /// `same` compares the keys of two values, `spread` is what `new` was given.
    #[inline]
    pub(crate) fn find_or_make<A>(
        &self,
        hash: u64,
        spread: Spread,
        args: A,
        eq: impl Fn(&A, &T) -> bool,
        make: impl FnOnce(A) -> T,
        same: impl Fn(&T, &T) -> bool,
    ) -> Strong<T>
    where
        T: Send + Sync,
    {
        // What is no hit is the last thing done on its way, and by value, so that a hit has nothing to save.
        match self.0.look_up(hash, spread) {
            Look::Found(found) => {
                let counted = Counted(self);
                if eq(&args, &found) {
                    counted.keep();
                    drop(args);
                    return found;
                }
                counted.keep();
                self.make_among(found, hash, args, eq, make, same)
            }
            Look::Missed => self.make(hash, args, make, same),
            Look::Unsure => self.make_slowly(hash, args, eq, make, same),
        }
    }

    #[cold]
    #[inline(never)]
    fn make_slowly<A>(
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
        let Some(found) = self.0.look_up_slowly(hash) else { return self.make(hash, args, make, same) };
        let counted = Counted(self);
        let equal = eq(&args, &found);
        counted.keep();
        if equal {
            drop(args);
            return found;
        }
        self.make_among(found, hash, args, eq, make, same)
    }

    /// After a look-up that came upon an entry of another key, and counted a hit.
    #[cold]
    #[inline(never)]
    fn make_among<A>(
        &self,
        other: Strong<T>,
        hash: u64,
        args: A,
        eq: impl Fn(&A, &T) -> bool,
        make: impl FnOnce(A) -> T,
        same: impl Fn(&T, &T) -> bool,
    ) -> Strong<T>
    where
        T: Send + Sync,
    {
        let counted = Counted(self);
        if let Some(found) = self.among(other, hash, &|other| eq(&args, other)) {
            counted.keep();
            drop(args);
            return found;
        }
        drop(counted);
        self.make(hash, args, make, same)
    }

    /// After a look-up that missed.
    #[inline(never)]
    fn make<A>(
        &self,
        hash: u64,
        args: A,
        make: impl FnOnce(A) -> T,
        same: impl Fn(&T, &T) -> bool,
    ) -> Strong<T>
    where
        T: Send + Sync,
    {
        self.place(hash, make(args), &same, true)
    }

    /// The live entry with the key of `value`, or else a new one.
    ///
    /// After a look-up that missed, which is counted here if it is to be.
    pub(crate) fn place(&self, hash: u64, value: T, same: &dyn Fn(&T, &T) -> bool, count: bool) -> Strong<T>
    where
        T: Send + Sync,
    {
        let (found, value) = match self.0.insert(hash, value) {
            Ok(new) => (new, None),
            Err((found, value)) if same(&found, &value) => (found, Some(value)),
            Err((found, value)) => {
                drop(found);
                return self.insert_among(hash, value, same, count);
            }
        };
        if count {
            self.0.count_miss();
        }
        drop(value);
        found
    }

    /// Finds an entry where the first one of this hash has another key.
    #[cold]
    fn find_among(
        &self,
        other: Strong<T>,
        hash: u64,
        eq: &dyn Fn(&T) -> bool,
        counted: Counted<'_, T>,
    ) -> Option<Strong<T>> {
        let found = self.among(other, hash, eq);
        if found.is_some() {
            counted.keep();
        } else {
            drop(counted);
            self.0.count_miss();
        }
        found
    }

    fn among(&self, other: Strong<T>, hash: u64, eq: &dyn Fn(&T) -> bool) -> Option<Strong<T>> {
        drop(other);
        let mut candidates = self.0.all(hash).into_iter();
        let found = candidates.find(|candidate| eq(candidate));
        drop(candidates);
        found
    }

    /// Finds or inserts where the first entry of this hash has another key.
    #[cold]
    fn insert_among(&self, hash: u64, mut value: T, same: &dyn Fn(&T, &T) -> bool, count: bool) -> Strong<T>
    where
        T: Send + Sync,
    {
        // What was compared already, in order. While the handles are held no address changes hands.
        let (mut seen, mut held) = (Vec::new(), Vec::new());
        loop {
            let candidates;
            (candidates, value) = match self.0.insert_beside(hash, value, &seen) {
                Ok(new) => {
                    if count {
                        self.0.count_miss();
                    }
                    drop(held);
                    return new;
                }
                Err(occupied) => occupied,
            };
            let mut candidates = candidates.into_iter();
            for candidate in candidates.by_ref() {
                if same(&candidate, &value) {
                    if count {
                        self.0.count_miss();
                    }
                    drop((value, candidates, held));
                    return candidate;
                }
                seen.push(candidate.address());
                held.push(candidate);
            }
            seen.sort_unstable();
        }
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn capacity(&self) -> usize {
        self.0.capacity()
    }

    /// Look-ups that found an entry, and look-ups that did not.
    pub(crate) fn counters(&self) -> (u64, u64) {
        self.0.counters()
    }

    pub(crate) fn reserve(&self, additional: usize) {
        self.0.reserve(additional);
    }

    pub(crate) fn shrink_to_fit(&self) {
        self.0.shrink_to_fit();
    }

    pub(crate) fn handles(&self) -> Handles<T> {
        Handles { rest: self.0.parts(), current: Vec::new() }
    }
}

/// That a hit was counted which may yet be none: its key may differ, and comparing may panic.
struct Counted<'a, T>(&'a Table<T>);

impl<T> Counted<'_, T> {
    /// It is one.
    #[inline]
    fn keep(self) {
        mem::forget(self);
    }
}

impl<T> Drop for Counted<'_, T> {
    fn drop(&mut self) {
        self.0.0.uncount_hit();
    }
}

/// Live entries, gathered shard by shard.
pub(crate) struct Handles<T> {
    rest: Parts<T>,
    current: Vec<Strong<T>>,
}

impl<T> Iterator for Handles<T> {
    type Item = Strong<T>;

    fn next(&mut self) -> Option<Strong<T>> {
        loop {
            if let Some(strong) = self.current.pop() {
                return Some(strong);
            }
            self.current = self.rest.next()?;
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // Others may come and go in the shards to be visited.
        (self.current.len(), (self.rest.len() == 0).then_some(self.current.len()))
    }
}

/// Four for each processor, so that threads seldom meet.
fn default_shards() -> usize {
    // Asking the system reads files on some of them.
    static SHARDS: OnceLock<usize> = OnceLock::new();
    *SHARDS.get_or_init(|| 4 * thread::available_parallelism().map_or(4, NonZero::get))
}
