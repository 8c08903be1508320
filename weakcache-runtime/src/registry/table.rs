//! Looking up and making: a registry's way through its entries.
//!
//! Entries are told apart by their full hash alone, which runs no user code: a look-up takes a handle on what
//! it found, and compares then, with nothing held. That the keys differ although the hashes agree is so rare
//! that the way through it is plain rather than fast: take handles on all entries of that hash, compare them,
//! and insert if under the lock there is no other one by then.
//!
//! A call is counted by its outcome: one that a panic ended is not. What may panic on the way out is dropped
//! while the handle is still a local; one that is already returned would be leaked.
#![forbid(unsafe_code)]

use std::num::NonZero;
use std::sync::OnceLock;
use std::thread;

use crate::rc::{Entries, Handles, Look, Spread, Strong};

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
        let other = match self.0.look_up(hash, spread) {
            Look::Found(found) => {
                let counted = self.0.counted();
                let equal = eq(&found);
                counted.keep();
                if equal {
                    return Some(found);
                }
                Some(found)
            }
            Look::Missed => {
                self.0.count_miss();
                return None;
            }
            Look::Unsure => None,
        };
        let found = self.0.find_slowly(hash, other, eq);
        if found.is_none() {
            self.0.count_miss();
        }
        found
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
                let counted = self.0.counted();
                let equal = eq(&args, &found);
                counted.keep();
                if equal {
                    drop(args);
                    return found;
                }
                self.make_slowly(hash, Some(found), args, eq, make, same)
            }
            Look::Missed => self.make(hash, args, make, same),
            Look::Unsure => self.make_slowly(hash, None, args, eq, make, same),
        }
    }

    /// After a look-up that came upon an entry of another key, or upon nothing that it could be sure of.
    #[cold]
    #[inline(never)]
    fn make_slowly<A>(
        &self,
        hash: u64,
        other: Option<Strong<T>>,
        args: A,
        eq: impl Fn(&A, &T) -> bool,
        make: impl FnOnce(A) -> T,
        same: impl Fn(&T, &T) -> bool,
    ) -> Strong<T>
    where
        T: Send + Sync,
    {
        match self.0.find_slowly(hash, other, |value| eq(&args, value)) {
            Some(found) => {
                drop(args);
                found
            }
            None => self.make(hash, args, make, same),
        }
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
        self.0.place(hash, make(args), same, true)
    }

    /// The live entry with the key of `value`, or else a new one, after a look-up that missed and was counted.
    pub(crate) fn place(&self, hash: u64, value: T, same: impl Fn(&T, &T) -> bool) -> Strong<T>
    where
        T: Send + Sync,
    {
        self.0.place(hash, value, same, false)
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
        self.0.handles()
    }
}

/// Four for each processor, so that threads seldom meet.
fn default_shards() -> usize {
    // Asking the system reads files on some of them.
    static SHARDS: OnceLock<usize> = OnceLock::new();
    *SHARDS.get_or_init(|| 4 * thread::available_parallelism().map_or(4, NonZero::get))
}
