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
use super::state::State;
use super::table::{Place, Walk};
use std::any::Any;
use std::borrow::Borrow;
use std::marker::PhantomData;

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

type Types<K, O, X> = PhantomData<fn() -> (K, O, X)>;

/// A walk, until it is over.
struct Walking<'a, K: 'static, O: Kind, X: Expiry, A: Access<K, O, X>> {
    access: &'a A,
    walk: Walk,
    types: Types<K, O, X>,
}

impl<K, O: Kind, X: Expiry, A: Access<K, O, X>> Drop for Walking<'_, K, O, X, A> {
    fn drop(&mut self) {
        self.access.with(|state| state.end_walk(&self.walk));
    }
}

/// Hands out copies of all entries, with where they are.
fn each<K, O, X, A>(access: &A, expiry: &X, mut visit: impl FnMut(&Walk, Place, K::Copy, O::Taken))
where
    K: OwnedKey,
    O: Kind,
    X: Expiry,
    A: Access<K, O, X>,
{
    let Some(walk) = access.with(State::begin_walk) else { return };
    let mut walking = Walking { access, walk, types: PhantomData };
    loop {
        let now = expiry.now();
        let mut seen = Vec::with_capacity(BATCH);
        access.with(|state| state.walk(&mut walking.walk, expiry, now, &mut seen));
        if seen.is_empty() {
            return;
        }
        for (place, key, taken) in seen {
            if let Some(key) = K::copied(key) {
                visit(&walking.walk, place, key, taken);
            }
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
    each(access, expiry, |_, _, key, taken| entries.push((key, taken)));
    entries
}

/// Shows all entries to `keep`, drops those that it refuses, and says how many.
pub(super) fn retain<K, O, X, A>(
    access: &A,
    expiry: &X,
    mut keep: impl FnMut(&K::Shown, &O::Taken) -> bool,
) -> usize
where
    K: OwnedKey,
    O: Kind,
    X: Expiry,
    A: Access<K, O, X>,
{
    let mut dropped = 0;
    each(access, expiry, |walk, place, key, taken| {
        if !keep(key.borrow(), &taken) {
            // Then what is dropped with the entry is the last of it.
            drop((key, taken));
            let mut removed = Removed::new();
            access.with(|state| state.remove_seen(place, walk, &mut removed));
            dropped += removed.count();
            removed.release(expiry, ""); // none of them has expired
        }
    });
    dropped
}

/// The same of what is known by its type alone.
pub(super) fn retain_seen<K, O, X, A>(
    access: &A,
    expiry: &X,
    keep: &mut dyn FnMut(&Seen<'_>) -> bool,
) -> usize
where
    K: OwnedKey,
    O: Kind<Output: 'static>,
    X: Expiry,
    A: Access<K, O, X>,
{
    retain(access, expiry, |key: &K::Shown, taken| {
        let value = O::Storage::lend(taken);
        let output = || -> Box<dyn Any> { Box::new(O::Shape::output(value.clone())) };
        // An error that is kept on the side is not shown.
        O::Shape::shown(value).is_none_or(|value| keep(&Seen { key, value, output: &output }))
    })
}
