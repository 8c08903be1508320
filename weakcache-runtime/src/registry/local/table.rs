//! Looking up and making, on one thread: as for all threads, without what may come between.
#![forbid(unsafe_code)]

use std::hash::{BuildHasher, Hasher};

use super::{InternLocal, LocalInterned};
use crate::rc::{Keyed, Local, LocalBegun, LocalStrong, Tail, hash_with};

/// The hasher that the registries of `T` make.
pub(crate) type HasherOf<T> = <<T as InternLocal>::Hasher as BuildHasher>::Hasher;

/// The entries of `T`.
pub(crate) type Entries<T> = LocalBegun<T, <T as InternLocal>::Hasher>;

/// What is looked up: a key of `T`, however it is held.
pub(crate) trait Ask<T: ?Sized + InternLocal> {
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
pub(crate) trait Make<T: ?Sized + InternLocal>: Ask<T> {
    /// Makes it, and places it among the entries. Says whether it is new there.
    fn place(self, entries: &Entries<T>, hash: u64) -> (LocalStrong<T>, bool);
}

/// By a value that has the key.
impl<T: InternLocal> Ask<T> for T {
    #[inline]
    fn hash(&self, state: &mut HasherOf<T>) {
        self.hash_key(state);
    }

    #[inline]
    fn eq(&self, value: &T) -> bool {
        self.eq_key(value)
    }
}

impl<T: InternLocal> Make<T> for T {
    fn place(self, entries: &Entries<T>, hash: u64) -> (LocalStrong<T>, bool) {
        entries.place(hash, self, true)
    }
}

impl<T: ?Sized + InternLocal> Keyed<Local> for T {
    const NUMBERED: bool = T::NUMBERED;

    fn same(&self, other: &Self) -> bool {
        self.eq_key(other)
    }
}

#[inline]
pub(super) fn begun<T: ?Sized + InternLocal>() -> Entries<T> {
    LocalBegun::get(T::slot(), T::Hasher::default)
}

/// The value of this key, or else a new one.
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn find_or_make<T: ?Sized + InternLocal, M: Make<T>>(asked: M) -> LocalInterned<T> {
    let entries = begun::<T>();
    let hash = hash_of(&entries, &asked);
    match search(&entries, hash, &asked) {
        Some(found) => {
            drop(asked);
            found
        }
        None => make(&entries, hash, asked).0,
    }
}

/// After a look-up that missed.
#[inline(never)]
fn make<T: ?Sized + InternLocal, M: Make<T>>(
    entries: &Entries<T>,
    hash: u64,
    asked: M,
) -> (LocalInterned<T>, bool) {
    let (placed, is_new) = asked.place(entries, hash);
    (LocalInterned(placed), is_new)
}

/// As [`find_or_make`], and whether this call registered the value.
pub(crate) fn find_or_make_is_new<T: ?Sized + InternLocal>(asked: impl Make<T>) -> (LocalInterned<T>, bool) {
    let entries = begun::<T>();
    let hash = hash_of(&entries, &asked);
    match search(&entries, hash, &asked) {
        Some(found) => {
            drop(asked);
            (found, false)
        }
        None => make(&entries, hash, asked),
    }
}

/// The value with the key of this one, or else this one, after a look-up that missed and was counted.
pub(crate) fn place<T: InternLocal>(value: T) -> LocalInterned<T> {
    let entries = begun::<T>();
    let hash = hash_of(&entries, &value);
    LocalInterned(entries.place(hash, value, false).0)
}

/// The value of this key, if one lives.
#[inline]
pub(crate) fn find<T: ?Sized + InternLocal>(asked: &impl Ask<T>) -> Option<LocalInterned<T>> {
    let entries = begun::<T>();
    let found = search(&entries, hash_of(&entries, asked), asked);
    if found.is_none() {
        entries.count_miss();
    }
    found
}

#[inline]
fn hash_of<T: ?Sized + InternLocal>(entries: &Entries<T>, asked: &impl Ask<T>) -> u64 {
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
fn search<T: ?Sized + InternLocal>(
    entries: &Entries<T>,
    hash: u64,
    asked: &impl Ask<T>,
) -> Option<LocalInterned<T>> {
    let found = entries.look_up(hash)?;
    let found = if asked.eq(&found) { Some(found) } else { search_slowly(entries, hash, found, asked) };
    if found.is_some() {
        entries.count_hit();
    }
    found.map(LocalInterned)
}

/// After a look-up that came upon an entry of another key.
#[cold]
#[inline(never)]
fn search_slowly<T: ?Sized + InternLocal>(
    entries: &Entries<T>,
    hash: u64,
    other: LocalStrong<T>,
    asked: &impl Ask<T>,
) -> Option<LocalStrong<T>> {
    entries.find_slowly(hash, other, |value| asked.eq(value))
}
