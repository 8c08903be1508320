//! What a `Strong` inherits from its value, as an `Arc` does.
#![forbid(unsafe_code)]

use crate::weak::strong::Strong;
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};

impl<T: ?Sized> AsRef<T> for Strong<T> {
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T: ?Sized> Borrow<T> for Strong<T> {
    fn borrow(&self) -> &T {
        self
    }
}

impl<T: Default> Default for Strong<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl From<&str> for Strong<str> {
    fn from(text: &str) -> Self {
        Self::from(Box::<str>::from(text))
    }
}

impl From<String> for Strong<str> {
    fn from(text: String) -> Self {
        Self::from(text.into_boxed_str())
    }
}

impl<T: Clone> From<&[T]> for Strong<[T]> {
    fn from(items: &[T]) -> Self {
        Self::from(Box::<[T]>::from(items))
    }
}

impl<T> From<Vec<T>> for Strong<[T]> {
    fn from(items: Vec<T>) -> Self {
        Self::from(items.into_boxed_slice())
    }
}

impl<T> FromIterator<T> for Strong<[T]> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::from(Box::<[T]>::from_iter(items))
    }
}

impl<T: ?Sized + PartialEq> PartialEq for Strong<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: ?Sized + Eq> Eq for Strong<T> {}

impl<T: ?Sized + PartialOrd> PartialOrd for Strong<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (**self).partial_cmp(&**other)
    }
}

impl<T: ?Sized + Ord> Ord for Strong<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl<T: ?Sized + Hash> Hash for Strong<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Strong<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for Strong<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized> fmt::Pointer for Strong<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&Self::as_ptr(self), f)
    }
}

impl<T: ?Sized + Error> Error for Strong<T> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        (**self).source()
    }
}
