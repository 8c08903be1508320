//! Looking up and making, on one thread: as for all threads, without what may come between.
#![forbid(unsafe_code)]

use std::any::type_name;
use std::hash::{BuildHasher, Hasher};

use super::{InternLocal, LocalInterned};
use crate::rc::{Keyed, Local, LocalBegun, LocalStrong, Tail, hash_with};

/// The hasher that the registries of `T` make.
pub(crate) type HasherOf<T> = <<T as InternLocal>::Hasher as BuildHasher>::Hasher;

/// The entries of `T`.
pub(crate) type Entries<'a, T> = LocalBegun<'a, T, <T as InternLocal>::Hasher>;

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
    fn place(self, entries: Entries<'_, T>, hash: u64) -> (LocalStrong<T>, bool);
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
    fn place(self, entries: Entries<'_, T>, hash: u64) -> (LocalStrong<T>, bool) {
        entries.place(hash, self, true)
    }
}

impl<T: ?Sized + InternLocal> Keyed<Local> for T {
    const NUMBERED: bool = T::NUMBERED;

    fn same(&self, other: &Self) -> bool {
        self.eq_key(other)
    }
}

#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub(super) fn with<T: ?Sized + InternLocal, R>(f: impl FnOnce(Entries<'_, T>) -> R) -> R {
    LocalBegun::with(T::slot(), || (T::Hasher::default(), (T::name(), type_name::<T>())), f)
}

/// The value of this key, or else a new one.
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn find_or_make<T: ?Sized + InternLocal, M: Make<T>>(asked: M) -> LocalInterned<T> {
    with(|entries| {
        let hash = hash_of(entries, &asked);
        let mut other = None;
        if let Some(found) = entries.look_up(hash) {
            if asked.eq(&found) {
                entries.count_hit();
                drop(asked);
                return LocalInterned(found);
            }
            other = Some(found);
        }
        find_or_make_slowly(entries, hash, other, asked)
    })
}

/// After a look-up that missed, or came upon an entry of another key. One function, and the last thing done: a hit has
/// nothing to save for it.
#[inline(never)]
fn find_or_make_slowly<T: ?Sized + InternLocal, M: Make<T>>(
    entries: Entries<'_, T>,
    hash: u64,
    other: Option<LocalStrong<T>>,
    asked: M,
) -> LocalInterned<T> {
    if let Some(other) = other
        && let Some(found) = find_slowly(entries, hash, other, &asked)
    {
        drop(asked);
        return found;
    }
    LocalInterned(asked.place(entries, hash).0)
}

/// As [`find_or_make`], and whether this call registered the value.
pub(crate) fn find_or_make_is_new<T: ?Sized + InternLocal>(asked: impl Make<T>) -> (LocalInterned<T>, bool) {
    with(|entries| {
        let hash = hash_of(entries, &asked);
        match search(entries, hash, &asked) {
            Some(found) => {
                drop(asked);
                (found, false)
            }
            None => {
                let (placed, is_new) = asked.place(entries, hash);
                (LocalInterned(placed), is_new)
            }
        }
    })
}

/// The value with the key of this one, or else this one, after a look-up that missed and was counted.
pub(crate) fn place<T: InternLocal>(value: T) -> LocalInterned<T> {
    with(|entries| {
        let hash = hash_of(entries, &value);
        LocalInterned(entries.place(hash, value, false).0)
    })
}

/// The value of this key, if one lives.
#[inline]
pub(crate) fn find<T: ?Sized + InternLocal>(asked: &impl Ask<T>) -> Option<LocalInterned<T>> {
    with(|entries| {
        let found = search(entries, hash_of(entries, asked), asked);
        if found.is_none() {
            entries.count_miss();
        }
        found
    })
}

#[inline]
fn hash_of<T: ?Sized + InternLocal>(entries: Entries<'_, T>, asked: &impl Ask<T>) -> u64 {
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
    entries: Entries<'_, T>,
    hash: u64,
    asked: &impl Ask<T>,
) -> Option<LocalInterned<T>> {
    let found = entries.look_up(hash)?;
    if asked.eq(&found) {
        entries.count_hit();
        Some(LocalInterned(found))
    } else {
        find_slowly(entries, hash, found, asked)
    }
}

/// After a look-up that came upon an entry of another key. A hit is counted.
#[cold]
#[inline(never)]
fn find_slowly<T: ?Sized + InternLocal>(
    entries: Entries<'_, T>,
    hash: u64,
    other: LocalStrong<T>,
    asked: &impl Ask<T>,
) -> Option<LocalInterned<T>> {
    let found = entries.find_slowly(hash, other, |value| asked.eq(value))?;
    entries.count_hit();
    Some(LocalInterned(found))
}
