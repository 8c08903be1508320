//! Stored keys, made again of what is shown of them, and hashed as those that are looked up.
#![forbid(unsafe_code)]

use super::owned::{Borrowed, Grouped, Kept, OwnedKey, OwnedList, Shared};
use super::shown::Tuple;
use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A stored key that can be made again.
pub trait Restore: OwnedKey {
    fn restore(copy: Self::Copy) -> Self;

    /// As the [`Key`](super::Key) that it is of feeds a hasher.
    fn hash<H: Hasher>(&self, hasher: &mut H);
}

/// The same of a list.
pub trait RestoreList: Restore + OwnedList {
    fn of_tuple(tuple: Self::Tuple) -> Self;
}

impl Restore for () {
    fn restore((): ()) {}

    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl RestoreList for () {
    fn of_tuple((): ()) {}
}

impl<A: Restore, B: RestoreList> Restore for (A, B) {
    fn restore(copy: Self::Copy) -> Self {
        Self::of_tuple(Tuple::of_shown(copy))
    }

    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.hash(hasher);
        self.1.hash(hasher);
    }
}

impl<A: Restore, B: RestoreList> RestoreList for (A, B) {
    fn of_tuple(tuple: Self::Tuple) -> Self {
        let (first, rest) = B::Tuple::split(tuple);
        (A::restore(first), B::of_tuple(rest))
    }
}

impl<L: RestoreList> Restore for Grouped<L> {
    fn restore(copy: L::Tuple) -> Self {
        Self(L::of_tuple(copy))
    }

    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.hash(hasher);
    }
}

impl<K: Restore> Restore for Option<K> {
    fn restore(copy: Self::Copy) -> Self {
        copy.map(K::restore)
    }

    fn hash<H: Hasher>(&self, hasher: &mut H) {
        Hash::hash(&self.is_some(), hasher);
        if let Some(key) = self {
            key.hash(hasher);
        }
    }
}

impl<T: Hash + Eq + Clone + 'static> Restore for Kept<T> {
    fn restore(copy: T) -> Self {
        Self(copy)
    }

    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.hash(hasher);
    }
}

impl<T: Hash + Eq + 'static> Restore for Shared<T> {
    fn restore(copy: Arc<T>) -> Self {
        Self(copy)
    }

    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.hash(hasher);
    }
}

impl<T: ?Sized + ToOwned<Owned: 'static> + Hash + Eq + 'static> Restore for Borrowed<T> {
    fn restore(copy: T::Owned) -> Self {
        Self(copy)
    }

    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.borrow().hash(hasher);
    }
}
