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

    /// A copy to be shown; `None` if something in it has died. Runs `Clone` of its parts.
    fn copy(&self) -> Option<Self::Copy>;

    /// The same of a key that is stored no longer.
    fn into_copy(self) -> Self::Copy;
}

/// A stored key that is a list.
pub trait OwnedList: OwnedKey {
    /// The same as a tuple.
    type Tuple: Tuple;

    fn tuple(&self) -> Option<Self::Tuple>;

    fn into_tuple(self) -> Self::Tuple;
}

impl OwnedKey for () {
    type Shown = ();
    type Copy = ();

    fn copy(&self) -> Option<()> {
        Some(())
    }

    fn into_copy(self) {}
}

impl OwnedList for () {
    type Tuple = ();

    fn tuple(&self) -> Option<()> {
        Some(())
    }

    fn into_tuple(self) {}
}

impl<A: OwnedKey, B: OwnedList> OwnedKey for (A, B) {
    type Shown = <<Self as OwnedList>::Tuple as Tuple>::Shown;
    type Copy = Self::Shown;
    const MORTAL: bool = A::MORTAL || B::MORTAL;

    #[inline]
    fn is_dead(&self) -> bool {
        self.0.is_dead() || self.1.is_dead()
    }

    fn copy(&self) -> Option<Self::Copy> {
        self.tuple().map(Tuple::shown)
    }

    fn into_copy(self) -> Self::Copy {
        self.into_tuple().shown()
    }
}

impl<A: OwnedKey, B: OwnedList> OwnedList for (A, B) {
    type Tuple = <B::Tuple as Tuple>::With<A::Copy>;

    fn tuple(&self) -> Option<Self::Tuple> {
        Some(self.1.tuple()?.with(self.0.copy()?))
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
    const MORTAL: bool = L::MORTAL;

    #[inline]
    fn is_dead(&self) -> bool {
        self.0.is_dead()
    }

    fn copy(&self) -> Option<L::Tuple> {
        self.0.tuple()
    }

    fn into_copy(self) -> L::Tuple {
        self.0.into_tuple()
    }
}

impl<K: OwnedKey> OwnedKey for Option<K> {
    type Shown = Option<K::Copy>;
    type Copy = Option<K::Copy>;
    const MORTAL: bool = K::MORTAL;

    #[inline]
    fn is_dead(&self) -> bool {
        self.as_ref().is_some_and(K::is_dead)
    }

    fn copy(&self) -> Option<Self::Copy> {
        self.as_ref().map_or(Some(None), |key| key.copy().map(Some))
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

    fn copy(&self) -> Option<T> {
        Some(self.0.clone())
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

    fn copy(&self) -> Option<Arc<T>> {
        Some(self.0.clone())
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

    fn copy(&self) -> Option<T::Owned> {
        Some(self.0.borrow().to_owned())
    }

    fn into_copy(self) -> T::Owned {
        self.0
    }
}
