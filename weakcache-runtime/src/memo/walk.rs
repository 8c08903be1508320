//! Going through the entries of a cache, with no lock held.
//!
//! What is shown is what could be served when the walk began: copies, made under the lock, a few at a time. What is
//! stored meanwhile is neither shown nor touched: the table writes down where that is (`table.rs`).
#![forbid(unsafe_code)]

use super::access::Access;
use super::expiry::Expiry;
use super::kind::{Kind, Shape, Storage};
use super::owned::OwnedKey;
use super::removed::Removed;
use super::state::CopyOf;
use super::table::{Place, Walk};
use std::any::Any;
use std::borrow::Borrow;

/// How many entries are copied at once.
const BATCH: usize = 32;

/// An entry as it is shown, whatever its types are.
pub struct Seen<'a> {
    key: &'a dyn Any,
    value: &'a dyn Any,
    /// Makes the result that the value is of.
    output: &'a dyn Fn() -> Box<dyn Any>,
}

/// A closure of the user's as one that takes an entry of any type. Its types are spelt in a control, those of the
/// entry were inferred.
pub(super) fn shown_to<K: 'static, V: 'static>(
    mut keep: impl FnMut(&K, &V) -> bool,
) -> impl FnMut(&Seen<'_>) -> bool {
    move |seen| {
        let key = seen.key.downcast_ref().expect("the closure takes another type than that of the keys");
        if let Some(value) = seen.value.downcast_ref() {
            return keep(key, value);
        }
        // Of an alias of `Result`, which nobody can see to be one, the control takes the whole.
        let output = (seen.output)();
        keep(key, output.downcast_ref().expect("a control takes the value, or the result that it is of"))
    }
}

/// A walk, until it is over.
struct Walking<'a, K: OwnedKey, O: Kind, X: Expiry, A: Access<K, O, X>> {
    access: &'a A,
    expiry: &'a X,
    walk: Walk,
    /// The entries that were copied last and are yet to be shown, the next one at the end.
    copies: Vec<CopyOf<K, O>>,
}

impl<'a, K: OwnedKey, O: Kind, X: Expiry, A: Access<K, O, X>> Walking<'a, K, O, X, A> {
    fn begin(access: &'a A, expiry: &'a X) -> Option<Self> {
        let copies = Vec::with_capacity(BATCH);
        let Some(mut state) = access.lock() else { return None };
        let walk = state.begin_walk();
        let walking = Self { access, expiry, walk, copies };
        drop(state);
        Some(walking)
    }

    /// A copy of the next entry, with where that is.
    fn next(&mut self) -> Option<(Place, K::Copy, O::Taken)> {
        loop {
            if self.copies.is_empty() {
                let now = self.expiry.now();
                if let Some(mut state) = self.access.lock() {
                    state.walk(&mut self.walk, self.expiry, now, &mut self.copies);
                }
                self.copies.reverse();
            }
            let Some((place, key, taken)) = self.copies.pop() else { return None };
            if let Some(key) = K::copied(key) {
                return Some((place, key, taken));
            }
        }
    }

    /// Drops the entry in a place, of the cache of this name, and says how many that were.
    fn remove(&self, place: Place, name: &str) -> usize {
        let (now, mut removed) = (self.expiry.now(), Removed::new());
        if let Some(mut state) = self.access.lock() {
            state.remove_seen(place, &self.walk, self.expiry, now, &mut removed);
        }
        let count = removed.count();
        removed.release(self.expiry, name);
        count
    }
}

impl<K: OwnedKey, O: Kind, X: Expiry, A: Access<K, O, X>> Drop for Walking<'_, K, O, X, A> {
    fn drop(&mut self) {
        if let Some(mut state) = self.access.lock() {
            state.end_walk(&self.walk);
        }
    }
}

/// Copies of all entries.
pub(super) fn entries<K, O, X, A>(access: &A, expiry: &X) -> Vec<(K::Copy, O::Taken)>
where
    K: OwnedKey,
    O: Kind,
    X: Expiry,
    A: Access<K, O, X>,
{
    let mut entries = Vec::new();
    if let Some(mut walking) = Walking::begin(access, expiry) {
        while let Some((_, key, taken)) = walking.next() {
            entries.push((key, taken));
        }
    }
    entries
}

/// Shows all entries to `keep`, drops those that it refuses, and says how many.
pub(super) fn retain<K, O, X, A>(
    access: &A,
    expiry: &X,
    name: &str,
    mut keep: impl FnMut(&K::Shown, &O::Taken) -> bool,
) -> usize
where
    K: OwnedKey,
    O: Kind,
    X: Expiry,
    A: Access<K, O, X>,
{
    let mut dropped = 0;
    if let Some(mut walking) = Walking::begin(access, expiry) {
        while let Some((place, key, taken)) = walking.next() {
            if !keep(key.borrow(), &taken) {
                // Then what is dropped with the entry is the last of it.
                drop((key, taken));
                dropped += walking.remove(place, name);
            }
        }
    }
    dropped
}

/// The same of what is known by its type alone.
pub(super) fn retain_seen<K, O, X, A>(
    access: &A,
    expiry: &X,
    name: &str,
    keep: &mut dyn FnMut(&Seen<'_>) -> bool,
) -> usize
where
    K: OwnedKey,
    O: Kind<Output: 'static>,
    X: Expiry,
    A: Access<K, O, X>,
{
    retain(access, expiry, name, |key: &K::Shown, taken| {
        let value = O::Storage::lend(taken);
        match O::Shape::shown(value) {
            Some(shown) => {
                keep(&Seen { key, value: shown, output: &|| Box::new(O::Shape::output(value.clone())) })
            }
            // An error that is kept on the side is not shown.
            None => true,
        }
    })
}
