//! Keys as they are looked up: borrowed from the arguments, owned only once they are stored.
//!
//! The key of a call is a list of pairs `(argument, (argument, … ()))`, so that there is no limit on the
//! number of arguments.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};

/// A key, or a part of one, during a call.
pub trait Key {
    /// The same, as it is stored.
    type Owned: Eq;

    /// Feeds the key to `hasher`.
    fn hash<H: Hasher>(&self, hasher: &mut H);

    /// Whether `stored` is this key.
    fn is(&self, stored: &Self::Owned) -> bool;

    /// Makes the key that is stored.
    fn into_owned(self) -> Self::Owned;
}

/// The end of the list.
impl Key for () {
    type Owned = ();

    #[inline]
    fn hash<H: Hasher>(&self, _: &mut H) {}

    #[inline]
    fn is(&self, (): &()) -> bool {
        true
    }

    #[inline]
    fn into_owned(self) {}
}

impl<A: Key, B: Key> Key for (A, B) {
    type Owned = (A::Owned, B::Owned);

    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.hash(hasher);
        self.1.hash(hasher);
    }

    #[inline]
    fn is(&self, stored: &Self::Owned) -> bool {
        self.0.is(&stored.0) && self.1.is(&stored.1)
    }

    #[inline]
    fn into_owned(self) -> Self::Owned {
        (self.0.into_owned(), self.1.into_owned())
    }
}

/// An argument of type `T`, stored as a clone.
#[derive(Debug)]
pub struct ByValue<'a, T>(pub &'a T);

impl<T: Hash + Eq + Clone> Key for ByValue<'_, T> {
    type Owned = T;

    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        Hash::hash(self.0, hasher);
    }

    #[inline]
    fn is(&self, stored: &T) -> bool {
        self.0 == stored
    }

    #[inline]
    fn into_owned(self) -> T {
        self.0.clone()
    }
}

/// An argument of type `&T`, stored as `T::Owned`.
#[derive(Debug)]
pub struct ByRef<'a, T: ?Sized>(pub &'a T);

/// A stored `T::Owned` that is compared as a `T`: it need not be `Eq` itself.
pub struct Borrowed<T: ?Sized + ToOwned>(T::Owned);

impl<T: ?Sized + ToOwned + Eq> PartialEq for Borrowed<T> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.0.borrow() == other.0.borrow()
    }
}

impl<T: ?Sized + ToOwned + Eq> Eq for Borrowed<T> {}

impl<T: ?Sized + ToOwned + Hash + Eq> Key for ByRef<'_, T> {
    type Owned = Borrowed<T>;

    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        Hash::hash(self.0, hasher);
    }

    #[inline]
    fn is(&self, stored: &Borrowed<T>) -> bool {
        self.0 == stored.0.borrow()
    }

    #[inline]
    fn into_owned(self) -> Borrowed<T> {
        Borrowed(self.0.to_owned())
    }
}

/// `Option<&T>`, stored as an option of what `T` is stored as.
impl<K: Key> Key for Option<K> {
    type Owned = Option<K::Owned>;

    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        Hash::hash(&self.is_some(), hasher);
        if let Some(key) = self {
            key.hash(hasher);
        }
    }

    #[inline]
    fn is(&self, stored: &Self::Owned) -> bool {
        match (self, stored) {
            (Some(key), Some(stored)) => key.is(stored),
            (None, None) => true,
            _ => false,
        }
    }

    #[inline]
    fn into_owned(self) -> Self::Owned {
        self.map(K::into_owned)
    }
}

/// What `key = EXPR` evaluates to.
#[derive(Debug)]
pub struct Whole<K>(pub K);

impl<K: Hash + Eq> Key for Whole<K> {
    type Owned = K;

    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        Hash::hash(&self.0, hasher);
    }

    #[inline]
    fn is(&self, stored: &K) -> bool {
        self.0 == *stored
    }

    #[inline]
    fn into_owned(self) -> K {
        self.0
    }
}
