//! Keys as they are looked up: borrowed from the arguments, owned only once they are stored.
//!
//! The key of a call is a list of pairs `(argument, (argument, … ()))`, so that there is no limit on the
//! number of arguments.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};

/// A key, or a part of one, during a call.
pub trait Key {
    /// The same, as it is stored.
    type Owned: Eq + 'static;

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

/// A key for caches that threads share.
pub trait SharedKey: Key<Owned: Send + Sync> {}

impl<K: Key<Owned: Send + Sync>> SharedKey for K {}

/// An argument of type `T`, stored as a clone.
struct ByValue<'a, T>(&'a T);

impl<T: Hash + Eq + Clone + 'static> Key for ByValue<'_, T> {
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
struct ByRef<'a, T: ?Sized>(&'a T);

/// A stored `T::Owned` that is compared as a `T`: it need not be `Eq` itself.
pub struct Borrowed<T: ?Sized + ToOwned>(T::Owned);

impl<T: ?Sized + ToOwned + Eq> PartialEq for Borrowed<T> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.0.borrow() == other.0.borrow()
    }
}

impl<T: ?Sized + ToOwned + Eq> Eq for Borrowed<T> {}

impl<T: ?Sized + ToOwned<Owned: 'static> + Hash + Eq + 'static> Key for ByRef<'_, T> {
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
struct Whole<K>(K);

impl<K: Hash + Eq + 'static> Key for Whole<K> {
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

// What expansions make keys with. Each function asks for one trait and returns an opaque type, so that an
// argument that cannot be a key is one error, at the argument, in the words of that trait. The trait has
// what the function needs as items, not as supertraits, which would each be an error of its own.

/// What may be an argument by value.
#[diagnostic::on_unimplemented(
    message = "an argument of type `{Self}` cannot be part of the key",
    label = "this type must be `Hash`, `Eq`, `Clone`, `Send` and `Sync`",
    note = "help: derive them; name the argument in `skip(…)`; or give the whole key as `key = …`, a float by its `to_bits()`"
)]
pub trait Value {
    /// What is stored.
    type Stored: Eq + Send + Sync + 'static;

    /// The key.
    fn key(&self) -> impl SharedKey<Owned = Self::Stored>;
}

#[diagnostic::do_not_recommend]
impl<T: Hash + Eq + Clone + Send + Sync + 'static> Value for T {
    type Stored = T;

    #[inline]
    fn key(&self) -> impl SharedKey<Owned = T> {
        ByValue(self)
    }
}

/// The same in one thread.
#[diagnostic::on_unimplemented(
    message = "an argument of type `{Self}` cannot be part of the key",
    label = "this type must be `Hash`, `Eq` and `Clone`",
    note = "help: derive them; name the argument in `skip(…)`; or give the whole key as `key = …`, a float by its `to_bits()`"
)]
pub trait LocalValue {
    /// What is stored.
    type Stored: Eq + 'static;

    /// The key.
    fn key(&self) -> impl Key<Owned = Self::Stored>;
}

#[diagnostic::do_not_recommend]
impl<T: Hash + Eq + Clone + 'static> LocalValue for T {
    type Stored = T;

    #[inline]
    fn key(&self) -> impl Key<Owned = T> {
        ByValue(self)
    }
}

/// What may be an argument by reference.
#[diagnostic::on_unimplemented(
    message = "an argument of type `&{Self}` cannot be part of the key",
    label = "this type must be `Hash`, `Eq`, `ToOwned` (or `Clone`), `Send` and `Sync`",
    note = "help: derive them; name the argument in `skip(…)`; or give the whole key as `key = …`"
)]
pub trait Referent {
    /// What is stored.
    type Stored: Eq + Send + Sync + 'static;

    /// The key.
    fn key(&self) -> impl SharedKey<Owned = Self::Stored>;
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized + Hash + Eq + ToOwned<Owned: Send + Sync + 'static> + 'static> Referent for T {
    type Stored = Borrowed<T>;

    #[inline]
    fn key(&self) -> impl SharedKey<Owned = Borrowed<T>> {
        ByRef(self)
    }
}

/// The same in one thread.
#[diagnostic::on_unimplemented(
    message = "an argument of type `&{Self}` cannot be part of the key",
    label = "this type must be `Hash`, `Eq` and `ToOwned` (or `Clone`)",
    note = "help: derive them; name the argument in `skip(…)`; or give the whole key as `key = …`"
)]
pub trait LocalReferent {
    /// What is stored.
    type Stored: Eq + 'static;

    /// The key.
    fn key(&self) -> impl Key<Owned = Self::Stored>;
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized + Hash + Eq + ToOwned<Owned: 'static> + 'static> LocalReferent for T {
    type Stored = Borrowed<T>;

    #[inline]
    fn key(&self) -> impl Key<Owned = Borrowed<T>> {
        ByRef(self)
    }
}

/// What may be `&self`.
#[diagnostic::on_unimplemented(
    message = "`self` is part of the key, and `{Self}` cannot be",
    label = "this type must be `Hash`, `Eq`, `Clone`, `Send` and `Sync`",
    note = "help: derive them, or write `skip(self)` if the result does not depend on it"
)]
pub trait Receiver {
    /// What is stored.
    type Stored: Eq + Send + Sync + 'static;

    /// The key.
    fn key(&self) -> impl SharedKey<Owned = Self::Stored>;
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized + Hash + Eq + ToOwned<Owned: Send + Sync + 'static> + 'static> Receiver for T {
    type Stored = Borrowed<T>;

    #[inline]
    fn key(&self) -> impl SharedKey<Owned = Borrowed<T>> {
        ByRef(self)
    }
}

/// The same in one thread.
#[diagnostic::on_unimplemented(
    message = "`self` is part of the key, and `{Self}` cannot be",
    label = "this type must be `Hash`, `Eq` and `Clone`",
    note = "help: derive them, or write `skip(self)` if the result does not depend on it"
)]
pub trait LocalReceiver {
    /// What is stored.
    type Stored: Eq + 'static;

    /// The key.
    fn key(&self) -> impl Key<Owned = Self::Stored>;
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized + Hash + Eq + ToOwned<Owned: 'static> + 'static> LocalReceiver for T {
    type Stored = Borrowed<T>;

    #[inline]
    fn key(&self) -> impl Key<Owned = Borrowed<T>> {
        ByRef(self)
    }
}

/// What `key = EXPR` may be.
#[diagnostic::on_unimplemented(
    message = "a key of type `{Self}` cannot be stored",
    label = "the key must be owned, and `Hash`, `Eq`, `Send` and `Sync`",
    note = "help: make an owned value of it, as with `to_owned()`, or write `local` if it belongs to one thread"
)]
pub trait WholeKey: Sized {
    /// What is stored.
    type Stored: Eq + Send + Sync + 'static;

    /// The key.
    fn key(self) -> impl SharedKey<Owned = Self::Stored>;
}

#[diagnostic::do_not_recommend]
impl<T: Hash + Eq + Send + Sync + 'static> WholeKey for T {
    type Stored = T;

    #[inline]
    fn key(self) -> impl SharedKey<Owned = T> {
        Whole(self)
    }
}

/// What `key = EXPR` may be in one thread.
#[diagnostic::on_unimplemented(
    message = "a key of type `{Self}` cannot be stored",
    label = "the key must be owned, and `Hash` and `Eq`",
    note = "help: make an owned value of it, as with `to_owned()`"
)]
pub trait LocalWholeKey: Sized {
    /// What is stored.
    type Stored: Eq + 'static;

    /// The key.
    fn key(self) -> impl Key<Owned = Self::Stored>;
}

#[diagnostic::do_not_recommend]
impl<T: Hash + Eq + 'static> LocalWholeKey for T {
    type Stored = T;

    #[inline]
    fn key(self) -> impl Key<Owned = T> {
        Whole(self)
    }
}

#[inline]
pub fn by_value<T: Value>(argument: &T) -> impl SharedKey<Owned = T::Stored> {
    argument.key()
}

#[inline]
pub fn by_ref<T: ?Sized + Referent>(argument: &T) -> impl SharedKey<Owned = T::Stored> {
    argument.key()
}

#[inline]
pub fn by_receiver<T: ?Sized + Receiver>(argument: &T) -> impl SharedKey<Owned = T::Stored> {
    argument.key()
}

#[inline]
pub fn by_option<T: ?Sized + Referent>(argument: Option<&T>) -> impl SharedKey<Owned = Option<T::Stored>> {
    argument.map(Referent::key)
}

#[inline]
pub fn whole<K: WholeKey>(key: K) -> impl SharedKey<Owned = K::Stored> {
    key.key()
}

#[inline]
pub fn local_by_value<T: LocalValue>(argument: &T) -> impl Key<Owned = T::Stored> {
    argument.key()
}

#[inline]
pub fn local_by_ref<T: ?Sized + LocalReferent>(argument: &T) -> impl Key<Owned = T::Stored> {
    argument.key()
}

#[inline]
pub fn local_by_receiver<T: ?Sized + LocalReceiver>(argument: &T) -> impl Key<Owned = T::Stored> {
    argument.key()
}

#[inline]
pub fn local_by_option<T: ?Sized + LocalReferent>(
    argument: Option<&T>,
) -> impl Key<Owned = Option<T::Stored>> {
    argument.map(LocalReferent::key)
}

#[inline]
pub fn local_whole<K: LocalWholeKey>(key: K) -> impl Key<Owned = K::Stored> {
    key.key()
}
