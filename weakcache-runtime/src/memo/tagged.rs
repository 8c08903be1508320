//! Results with tags: storage around another, of which what it holds is dead once a tag is invalidated.
#![forbid(unsafe_code)]

use super::kind::{Of, Storage};
use crate::tags::Tag;
use std::marker::PhantomData;

/// As `T`, with `N` tags.
#[derive(Clone, Copy, Debug)]
pub struct Tagged<T, const N: usize>(PhantomData<T>);

/// What is stored. Without tags, which are seen to under the lock, it is nothing yet.
pub struct WithTags<S, const N: usize> {
    stored: S,
    tags: Option<[Tag; N]>,
}

#[inline]
fn are_valid<const N: usize>(tags: Option<&[Tag; N]>) -> bool {
    tags.is_some_and(|tags| tags.iter().all(Tag::is_valid))
}

impl<V, T: Storage<V>, const N: usize> Storage<V> for Tagged<T, N> {
    type Stored = WithTags<T::Stored, N>;
    type Taken = T::Taken;
    type Tags = Option<[Tag; N]>;
    const MORTAL: bool = true;
    const PLAIN: bool = T::PLAIN;
    const TAGGED: bool = true;

    #[inline]
    fn store(value: &V) -> Self::Stored {
        WithTags { stored: T::store(value), tags: None }
    }

    #[inline]
    fn take(stored: &Self::Stored) -> Option<T::Taken> {
        if are_valid(stored.tags.as_ref()) { T::take(&stored.stored) } else { None }
    }

    #[inline]
    fn value(taken: T::Taken) -> V {
        T::value(taken)
    }

    fn lend(taken: &T::Taken) -> &V {
        T::lend(taken)
    }

    fn lent(stored: &Self::Stored) -> Option<&V> {
        T::lent(&stored.stored)
    }

    #[inline]
    fn is_dead(stored: &Self::Stored) -> bool {
        !are_valid(stored.tags.as_ref()) || T::is_dead(&stored.stored)
    }

    fn is_invalid(stored: &Self::Stored) -> bool {
        !are_valid(stored.tags.as_ref())
    }

    fn tags(tags: &[Tag]) -> Self::Tags {
        tags.first_chunk().cloned()
    }

    fn are_valid(tags: &Self::Tags) -> bool {
        // Before a computation has its tags, it has not begun.
        tags.is_none() || are_valid(tags.as_ref())
    }

    fn tag(stored: &mut Self::Stored, tags: Self::Tags) {
        stored.tags = tags;
    }
}

/// The kind of a cache whose results have tags.
#[inline]
#[must_use]
pub const fn tagged<const N: usize, S, T>(_: Of<S, T>) -> Of<S, Tagged<T, N>> {
    Of(PhantomData)
}
