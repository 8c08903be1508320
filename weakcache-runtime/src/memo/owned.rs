//! Keys as they are stored, and what closures of users are shown of them.
#![forbid(unsafe_code)]

use super::shown::Tuple;
use std::borrow::Borrow;
use std::sync::Arc;

/// A key, or a part of one, as it is stored.
pub trait OwnedKey: Eq + 'static {
    /// What closures of users are shown, by reference: of one argument that, of several their tuple.
    type Shown: 'static;
    /// What holds that.
    type Copy: Borrow<Self::Shown> + 'static;
    /// Whether it may die: it holds something weakly.
    const MORTAL: bool = false;

    /// Whether something that it holds is dead. Then nobody can ask for it any more.
    #[inline]
    fn is_dead(&self) -> bool {
        false
    }

    /// What there is of a copy so far. It lies outside while a copy is made under a lock: if one of its parts has died, or
    /// `Clone` of one panics, the others are dropped after the unlock.
    type Partial: Default;

    /// Makes a copy to be shown. Runs `Clone` of its parts.
    fn copy_to(&self, partial: &mut Self::Partial);

    /// That copy; `None` if something in it has died.
    fn copied(partial: Self::Partial) -> Option<Self::Copy>;

    /// Both, where no lock is held.
    fn copy(&self) -> Option<Self::Copy> {
        let mut partial = Self::Partial::default();
        self.copy_to(&mut partial);
        Self::copied(partial)
    }

    /// The same of a key that is stored no longer.
    fn into_copy(self) -> Self::Copy;
}

/// A stored key that is a list.
pub trait OwnedList: OwnedKey {
    /// The same as a tuple.
    type Tuple: Tuple;

    fn tuple(partial: Self::Partial) -> Option<Self::Tuple>;

    fn into_tuple(self) -> Self::Tuple;
}

impl OwnedKey for () {
    type Shown = ();
    type Copy = ();
    type Partial = ();

    fn copy_to(&self, (): &mut ()) {}

    fn copied((): ()) -> Option<()> {
        Some(())
    }

    fn into_copy(self) {}
}

impl OwnedList for () {
    type Tuple = ();

    fn tuple((): ()) -> Option<()> {
        Some(())
    }

    fn into_tuple(self) {}
}

impl<A: OwnedKey, B: OwnedList> OwnedKey for (A, B) {
    type Shown = <<Self as OwnedList>::Tuple as Tuple>::Shown;
    type Copy = Self::Shown;
    type Partial = (A::Partial, B::Partial);
    const MORTAL: bool = A::MORTAL || B::MORTAL;

    #[inline]
    fn is_dead(&self) -> bool {
        self.0.is_dead() || self.1.is_dead()
    }

    fn copy_to(&self, (first, rest): &mut Self::Partial) {
        self.0.copy_to(first);
        self.1.copy_to(rest);
    }

    fn copied(partial: Self::Partial) -> Option<Self::Copy> {
        Self::tuple(partial).map(Tuple::shown)
    }

    fn into_copy(self) -> Self::Copy {
        self.into_tuple().shown()
    }
}

impl<A: OwnedKey, B: OwnedList> OwnedList for (A, B) {
    type Tuple = <B::Tuple as Tuple>::With<A::Copy>;

    fn tuple((first, rest): Self::Partial) -> Option<Self::Tuple> {
        Some(B::tuple(rest)?.with(A::copied(first)?))
    }

    fn into_tuple(self) -> Self::Tuple {
        self.1.into_tuple().with(self.0.into_copy())
    }
}

/// A list that is one argument: a tuple that borrows.
#[derive(PartialEq, Eq)]
pub struct Grouped<L>(pub(super) L);

impl<L: OwnedList> OwnedKey for Grouped<L> {
    type Shown = L::Tuple;
    type Copy = L::Tuple;
    type Partial = L::Partial;
    const MORTAL: bool = L::MORTAL;

    #[inline]
    fn is_dead(&self) -> bool {
        self.0.is_dead()
    }

    fn copy_to(&self, partial: &mut L::Partial) {
        self.0.copy_to(partial);
    }

    fn copied(partial: L::Partial) -> Option<L::Tuple> {
        L::tuple(partial)
    }

    fn into_copy(self) -> L::Tuple {
        self.0.into_tuple()
    }
}

impl<K: OwnedKey> OwnedKey for Option<K> {
    type Shown = Option<K::Copy>;
    type Copy = Option<K::Copy>;
    type Partial = Option<K::Partial>;
    const MORTAL: bool = K::MORTAL;

    #[inline]
    fn is_dead(&self) -> bool {
        self.as_ref().is_some_and(K::is_dead)
    }

    fn copy_to(&self, partial: &mut Self::Partial) {
        if let Some(key) = self {
            key.copy_to(partial.insert(K::Partial::default()));
        }
    }

    fn copied(partial: Self::Partial) -> Option<Self::Copy> {
        partial.map_or(Some(None), |partial| K::copied(partial).map(Some))
    }

    fn into_copy(self) -> Self::Copy {
        self.map(K::into_copy)
    }
}

/// What a key holds for as long as it is stored.
#[derive(PartialEq, Eq, Debug)]
pub struct Kept<T>(pub(super) T);

impl<T: Eq + Clone + 'static> OwnedKey for Kept<T> {
    type Shown = T;
    type Copy = T;
    type Partial = Option<T>;

    fn copy_to(&self, partial: &mut Option<T>) {
        *partial = Some(self.0.clone());
    }

    fn copied(partial: Option<T>) -> Option<T> {
        partial
    }

    fn into_copy(self) -> T {
        self.0
    }
}

/// The same of what is not `Clone`, where it can be shown while it is in the table.
#[derive(PartialEq, Eq, Debug)]
pub struct Shared<T>(pub(super) Arc<T>);

impl<T: Eq + 'static> OwnedKey for Shared<T> {
    type Shown = T;
    type Copy = Arc<T>;
    type Partial = Option<Arc<T>>;

    fn copy_to(&self, partial: &mut Option<Arc<T>>) {
        *partial = Some(self.0.clone());
    }

    fn copied(partial: Option<Arc<T>>) -> Option<Arc<T>> {
        partial
    }

    fn into_copy(self) -> Arc<T> {
        self.0
    }
}

/// A stored `T::Owned` that is compared as a `T`: it need not be `Eq` itself.
pub struct Borrowed<T: ?Sized + ToOwned>(pub(super) T::Owned);

impl<T: ?Sized + ToOwned + Eq> PartialEq for Borrowed<T> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.0.borrow() == other.0.borrow()
    }
}

impl<T: ?Sized + ToOwned + Eq> Eq for Borrowed<T> {}

impl<T: ?Sized + ToOwned<Owned: 'static> + Eq + 'static> OwnedKey for Borrowed<T> {
    type Shown = T::Owned;
    type Copy = T::Owned;
    type Partial = Option<T::Owned>;

    fn copy_to(&self, partial: &mut Option<T::Owned>) {
        *partial = Some(self.0.borrow().to_owned());
    }

    fn copied(partial: Option<T::Owned>) -> Option<T::Owned> {
        partial
    }

    fn into_copy(self) -> T::Owned {
        self.0
    }
}
