//! What is taken out of a cache under its lock, until it is dropped outside.
#![forbid(unsafe_code)]

use super::cause::{Cause, Causes};
use super::expiry::Expiry;
use super::kind::{Kind, Shape, Storage};
use super::owned::OwnedKey;
use super::trace::Expired;
use crate::unwind::Panics;
use std::borrow::Borrow;
use std::mem::needs_drop;

/// Keys and values to be dropped after the unlock.
pub(super) struct Removed<K, O: Kind, X: Expiry> {
    pub(super) key: Option<K>,
    pub(super) stored: Option<O::Stored>,
    /// Empty, and without allocation, unless entries were taken out that do not make room for another.
    pub(super) swept: Swept<(K, O::Stored)>,
    /// Why each of those left.
    causes: X::Causes,
    /// How many of them, and of those that are no more, had expired.
    pub(super) expired: Expired,
}

/// Entries to be dropped, each of them though another's drop panics.
pub(super) struct Swept<T>(pub(super) Vec<T>);

impl<T> Swept<T> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }
}

impl<T> Drop for Swept<T> {
    #[inline]
    fn drop(&mut self) {
        if const { needs_drop::<T>() } && !self.0.is_empty() {
            drop_each(&mut self.0);
        }
    }
}

/// Drops them, each though another's drop panics.
fn drop_each<T>(entries: &mut Vec<T>) {
    let mut panics = Panics::default();
    {
        let mut entries = entries.drain(..);
        while entries.len() > 0 {
            panics.catch_mut(&mut || drop(entries.next()));
        }
    }
    panics.resume();
}

impl<K, O: Kind, X: Expiry> Removed<K, O, X> {
    #[inline]
    pub(super) fn new() -> Self {
        Self {
            key: None,
            stored: None,
            swept: Swept::new(),
            causes: X::Causes::default(),
            expired: Expired::default(),
        }
    }

    pub(super) fn count(&self) -> usize {
        self.swept.0.len()
    }

    pub(super) fn push(&mut self, entry: (K, O::Stored), cause: Cause) {
        self.swept.0.push(entry);
        self.causes.push(cause);
    }

    /// The same, without an allocation where there is but one that nobody wants to know of.
    #[inline]
    pub(super) fn put_aside(&mut self, entry: (K, O::Stored), cause: Cause) {
        if X::HEEDS || self.key.is_some() || self.stored.is_some() {
            self.push(entry, cause);
        } else {
            (self.key, self.stored) = (Some(entry.0), Some(entry.1));
        }
    }

    /// The one that lies apart has left a cache: somebody may want to know.
    #[inline]
    pub(super) fn gone(&mut self, cause: Cause) {
        if let (Some(key), Some(stored)) = (self.key.take(), self.stored.take()) {
            self.push((key, stored), cause);
        }
    }

    /// Notes why those left that were swept, but for the `first`, and says how many of them had not expired.
    #[inline]
    pub(super) fn sort_swept(&mut self, first: usize) -> usize {
        let mut invalid = 0;
        for (_, stored) in &self.swept.0[first..] {
            let is_invalid = O::Storage::is_invalid(stored);
            invalid += usize::from(is_invalid);
            self.causes.push(if is_invalid { Cause::Invalidated } else { Cause::Expired });
        }
        invalid
    }

    /// Drops everything, with no lock held, and tells before who wants to know: of each, though it panics of another.
    #[inline]
    pub(super) fn release(self, expiry: &X, name: &str)
    where
        K: OwnedKey,
    {
        self.expired.tell(name);
        if X::HEEDS {
            self.tell(expiry);
        }
    }

    fn tell(mut self, expiry: &X)
    where
        K: OwnedKey,
    {
        let causes = self.causes.take();
        debug_assert_eq!(causes.len(), self.count());
        let mut panics = Panics::default();
        for ((key, stored), cause) in self.swept.0.drain(..).zip(causes) {
            panics.catch(move || {
                // Of an error that is kept on the side, nothing is shown.
                if let Some(value) = O::Storage::lent(&stored).and_then(O::Shape::shown) {
                    let key = key.into_copy();
                    expiry.tell(key.borrow(), value, cause);
                }
            });
        }
        panics.catch(|| drop(self));
        panics.resume();
    }
}
