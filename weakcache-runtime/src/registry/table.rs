//! Looking up and making: a registry's way through its entries.
//!
//! Entries are told apart by their full hash alone, which runs no user code: a look-up takes a handle on what
//! it found, and compares then, with nothing held. That the keys differ although the hashes agree is so rare
//! that the way through it is plain rather than fast: take handles on all entries of that hash, compare them,
//! and insert if under the lock there is no other one by then.
//!
//! A call is counted by its outcome: one that a panic ended is not. What may panic on the way out is dropped
//! while the handle is still a local; one that is already returned would be leaked.
//!
//! All this is compiled for each type and each constructor. So a hit is one function, and what else there is are
//! as few as can be: a debug build pays for each, whatever its size.
#![forbid(unsafe_code)]

use std::any::{TypeId, type_name};
use std::hash::{BuildHasher, Hasher};
use std::num::NonZero;
use std::ptr;
use std::sync::OnceLock;
use std::thread;

use super::{HasherOf, Intern, Interned, Registry};
use crate::hash::DefaultHashBuilder;
use crate::listed::{Label, Types};
use crate::rc::{Begun, Keyed, Look, Shared, Spread, Strong, Tail, hash_with};

/// What is looked up: a key of `T`, however it is held.
pub(crate) trait Ask<T: ?Sized + Intern> {
    fn hash(&self, state: &mut HasherOf<T>);
    /// How many elements the tail of a value with this key has, if there is one.
    #[inline]
    fn tail_len(&self) -> usize {
        0
    }
    /// Whether it is the key of `value`.
    fn eq(&self, value: &T) -> bool;
}

/// What is looked up and made if it is not there.
pub(crate) trait Make<T: ?Sized + Intern>: Ask<T> {
    /// Makes it with no lock held, and places it among the entries. Says whether it is new there.
    fn place(self, entries: Begun<'_, T, T::Hasher>, hash: u64) -> (Strong<T>, bool);
}

/// By a value that has the key.
impl<T: Intern> Ask<T> for T {
    #[inline]
    fn hash(&self, state: &mut HasherOf<T>) {
        self.hash_key(state);
    }

    #[inline]
    fn eq(&self, value: &T) -> bool {
        self.eq_key(value)
    }
}

impl<T: Intern> Make<T> for T {
    #[inline]
    fn place(self, entries: Begun<'_, T, T::Hasher>, hash: u64) -> (Strong<T>, bool) {
        entries.place(hash, self, true)
    }
}

impl<T: ?Sized + Intern> Keyed<Shared> for T {
    const NUMBERED: bool = T::NUMBERED;

    fn same(&self, other: &Self) -> bool {
        self.eq_key(other)
    }
}

/// What hashes of this hasher's need. A constant, for optimised code.
#[inline]
fn spread<H: 'static>() -> Spread {
    Spread::new(TypeId::of::<H>() == TypeId::of::<DefaultHashBuilder>())
}

/// The value of this key, or else a new one.
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn find_or_make<T: ?Sized + Intern, M: Make<T>>(asked: M) -> Interned<T> {
    let Some(entries) = T::registry().entries.get() else { return find_or_make_first(asked) };
    let mut state = entries.hasher().build_hasher();
    asked.hash(&mut state);
    let mut hash = state.finish();
    if !<T::Tail as Tail>::IS_NOTHING {
        hash = hash_with::<T>(hash, asked.tail_len());
    }
    // What is no hit is the last thing done on its way, and by value, so that a hit has nothing to save.
    match entries.look_up(hash, spread::<T::Hasher>()) {
        Look::Found(found, counted) => {
            let equal = asked.eq(&found);
            counted.keep();
            if equal {
                drop(asked);
                return Interned(found);
            }
            make_slowly(entries, hash, Some(found), asked)
        }
        Look::Missed => make(entries, hash, asked),
        Look::Unsure => make_slowly(entries, hash, None, asked),
    }
}

/// Apart, so that a hit has no call to make.
#[cold]
#[inline(never)]
fn find_or_make_first<T: ?Sized + Intern, M: Make<T>>(asked: M) -> Interned<T> {
    T::registry().begin();
    find_or_make(asked)
}

/// After a look-up that came upon an entry of another key, or upon nothing that it could be sure of.
#[cold]
#[inline(never)]
fn make_slowly<T: ?Sized + Intern, M: Make<T>>(
    entries: Begun<'_, T, T::Hasher>,
    hash: u64,
    other: Option<Strong<T>>,
    asked: M,
) -> Interned<T> {
    match entries.find_slowly(hash, other, |value| asked.eq(value)) {
        Some(found) => {
            drop(asked);
            Interned(found)
        }
        None => make(entries, hash, asked),
    }
}

/// After a look-up that missed.
#[inline(never)]
fn make<T: ?Sized + Intern, M: Make<T>>(
    entries: Begun<'_, T, T::Hasher>,
    hash: u64,
    asked: M,
) -> Interned<T> {
    Interned(asked.place(entries, hash).0)
}

/// The value with the key of this one, or else this one, after a look-up that missed and was counted.
pub(crate) fn place<T: Intern>(value: T) -> Interned<T> {
    let entries = T::registry().begun();
    let mut state = entries.hasher().build_hasher();
    value.hash_key(&mut state);
    Interned(entries.place(state.finish(), value, false).0)
}

/// The value of this key, if one lives.
#[inline]
pub(crate) fn find<T: ?Sized + Intern>(asked: &impl Ask<T>) -> Option<Interned<T>> {
    let entries = T::registry().begun();
    let found = search(entries, hash_of(entries, asked), asked);
    if found.is_none() {
        entries.count_miss();
    }
    found
}

/// As [`find_or_make`], and whether this call registered the value.
pub(crate) fn find_or_make_is_new<T: ?Sized + Intern>(asked: impl Make<T>) -> (Interned<T>, bool) {
    let entries = T::registry().begun();
    let hash = hash_of(entries, &asked);
    match search(entries, hash, &asked) {
        Some(found) => {
            drop(asked);
            (found, false)
        }
        None => {
            let (placed, is_new) = asked.place(entries, hash);
            (Interned(placed), is_new)
        }
    }
}

#[inline]
fn hash_of<T: ?Sized + Intern>(entries: Begun<'_, T, T::Hasher>, asked: &impl Ask<T>) -> u64 {
    let mut state = entries.hasher().build_hasher();
    asked.hash(&mut state);
    let mut hash = state.finish();
    if !<T::Tail as Tail>::IS_NOTHING {
        hash = hash_with::<T>(hash, asked.tail_len());
    }
    hash
}

/// The value of this key, if one lives. A hit is counted, a miss is not.
#[inline]
fn search<T: ?Sized + Intern>(
    entries: Begun<'_, T, T::Hasher>,
    hash: u64,
    asked: &impl Ask<T>,
) -> Option<Interned<T>> {
    let other = match entries.look_up(hash, spread::<T::Hasher>()) {
        Look::Found(found, counted) => {
            let equal = asked.eq(&found);
            counted.keep();
            if equal {
                return Some(Interned(found));
            }
            Some(found)
        }
        Look::Missed => return None,
        Look::Unsure => None,
    };
    entries.find_slowly(hash, other, |value| asked.eq(value)).map(Interned)
}

impl<T: ?Sized + Intern> Registry<T> {
    pub(super) fn begun(&self) -> Begun<'_, T, T::Hasher> {
        self.entries.get().unwrap_or_else(|| self.begin())
    }

    #[cold]
    fn begin(&self) -> Begun<'_, T, T::Hasher> {
        // The user's code, so not within the initialisation.
        let hasher = T::Hasher::default();
        let (entries, is_new) = self.entries.begin(hasher, shards(self.shards), spread::<T::Hasher>());
        let of_type = T::registry();
        if is_new && ptr::eq(self, of_type) {
            let types = Types::OfType(type_name::<T>());
            of_type.entries.list(Label { name: self.name, types, location: self.location });
        }
        entries
    }
}

/// Four for each processor, so that threads seldom meet, where nothing else is said.
fn shards(said: Option<NonZero<usize>>) -> usize {
    // Asking the system reads files on some of them.
    static SHARDS: OnceLock<usize> = OnceLock::new();
    let default = || *SHARDS.get_or_init(|| 4 * thread::available_parallelism().map_or(4, NonZero::get));
    said.map_or_else(default, NonZero::get)
}
