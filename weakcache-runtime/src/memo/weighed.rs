//! Entries that have a weight, and a bound on what they weigh together.
//!
//! The weight lies in the stamp of an entry, and the bound in the expiry, around the one that a cache has without it: other
//! caches have nothing of either. What is heavier than the bound gets no stamp, so it is not kept, as what has no time to
//! live is not. The table keeps the sum (`table.rs`), and the state keeps to the bound (`state.rs`).
#![forbid(unsafe_code)]

use super::cause::Cause;
use super::expiry::{Aged, Expiry, Links, forward};
use super::hooks::{Closure, OF_ITS_TYPE, Types};
use super::total::Sum;
use std::any::Any;
use std::time::Duration;

/// A closure that says what an entry weighs.
pub trait Weigh: 'static {
    fn weigh(&self, key: &dyn Any, value: &dyn Any) -> usize;
}

impl<K: 'static, V: 'static, F: Fn(&K, &V) -> usize + 'static> Weigh for Closure<K, V, F> {
    fn weigh(&self, key: &dyn Any, value: &dyn Any) -> usize {
        (self.f)(key.downcast_ref().expect(OF_ITS_TYPE), value.downcast_ref().expect(OF_ITS_TYPE))
    }
}

/// `weigh` as an expansion has it.
pub type WeighOf<K, V> = Closure<K, V, fn(&K, &V) -> usize>;

/// `weight` and `weigh`.
#[derive(Debug)]
pub struct Weighed<X, F> {
    expiry: X,
    /// What entries may weigh together.
    most: usize,
    weigh: F,
}

impl<X: Expiry, F: Weigh> Weighed<X, F> {
    /// Of any closure, as `Cache::builder` has it.
    #[must_use]
    pub fn new<K, V, G>(expiry: X, most: usize, weigh: G) -> Weighed<X, Closure<K, V, G>>
    where
        Closure<K, V, G>: Weigh,
    {
        Weighed { expiry, most, weigh: Closure::new(weigh) }
    }
}

/// An expiry with `weight` and `weigh`: of a cache of those types.
#[must_use]
pub fn weighed<K: 'static, V: 'static, X: Expiry>(
    _: Types<K, V>,
    expiry: X,
    most: usize,
    weigh: fn(&K, &V) -> usize,
) -> Weighed<X, WeighOf<K, V>> {
    Weighed { expiry, most, weigh: Closure::new(weigh) }
}

/// So many bytes, or as many as there can be.
#[must_use]
pub fn bytes(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// What an expression gives, as an expansion has it.
#[must_use]
pub fn asked(ask: fn() -> usize) -> usize {
    ask()
}

/// What an entry remembers, and what it weighs.
#[derive(Debug)]
pub struct Laden<S> {
    stamp: S,
    weight: usize,
}

impl<S: Aged> Aged for Laden<S> {
    const LINKED: bool = S::LINKED;
    type Total = Sum;

    #[inline]
    fn links(&mut self) -> Option<&mut Links> {
        self.stamp.links()
    }

    #[inline]
    fn weight(&self) -> usize {
        self.weight
    }
}

impl<X: Expiry, F: Weigh> Expiry for Weighed<X, F> {
    forward!(X, stamp => stamp.stamp);

    type Stamp = Laden<X::Stamp>;
    type Own = (X::Own, usize);
    type Causes = X::Causes;
    const OWN: bool = true;
    const WEIGHS: bool = true;
    const HEEDS: bool = X::HEEDS;

    fn stamp(&self, is_err: bool) -> Option<Self::Stamp> {
        self.stamp_own(is_err, Self::Own::default())
    }

    fn copy(&self, stamp: &Self::Stamp) -> Option<Self::Stamp> {
        Some(Laden { stamp: self.expiry.copy(&stamp.stamp)?, weight: stamp.weight })
    }

    fn reset(&self) {
        self.expiry.reset();
    }

    fn own(&self, key: &dyn Any, value: &dyn Any) -> Self::Own {
        (self.expiry.own(key, value), self.weigh.weigh(key, value))
    }

    fn stamp_own(&self, is_err: bool, (own, weight): Self::Own) -> Option<Self::Stamp> {
        if weight > self.most {
            return None;
        }
        Some(Laden { stamp: self.expiry.stamp_own(is_err, own)?, weight })
    }

    fn heaviest(&self) -> usize {
        self.most
    }

    fn weightless((own, _): Self::Own) -> Self::Own {
        (X::weightless(own), 0)
    }

    fn tell(&self, key: &dyn Any, value: &dyn Any, cause: Cause) {
        self.expiry.tell(key, value, cause);
    }

    fn stamp_left(&self, (own, weight): Self::Own, left: Option<Duration>) -> Option<Self::Stamp> {
        if weight > self.most {
            return None;
        }
        Some(Laden { stamp: self.expiry.stamp_left(own, left)?, weight })
    }
}

#[cfg(test)]
mod tests {
    use super::super::expiry::{Aged, Expiry, Never, Ttl};
    use super::super::hooks::Types;
    use super::{Laden, bytes, weighed};

    #[test]
    fn what_is_heavier_than_the_bound_gets_no_stamp() {
        let expiry = weighed(Types::new(), Never, 10, |_: &u8, value: &usize| *value);
        for (weight, kept) in [(0, Some(0)), (10, Some(10)), (11, None), (usize::MAX, None)] {
            let own = expiry.own(&1_u8, &weight);
            assert_eq!(expiry.stamp_own(false, own).map(|stamp| stamp.weight()), kept, "{weight}");
        }
        assert_eq!(
            expiry.stamp(true).map(|stamp| stamp.weight()),
            Some(0),
            "what is not shown weighs nothing"
        );
    }

    #[test]
    fn who_has_no_weights_has_nothing_of_them() {
        type Total<X> = <<X as Expiry>::Stamp as Aged>::Total;
        assert_eq!((size_of::<Total<Never>>(), size_of::<Total<Ttl>>()), (0, 0));
        assert_eq!(size_of::<Laden<<Never as Expiry>::Stamp>>(), size_of::<usize>());
    }

    #[test]
    fn more_bytes_than_there_can_be_are_all() {
        assert_eq!(bytes(7), 7);
        assert_eq!(bytes(u64::MAX), usize::MAX);
    }
}
