//! Closures of users that are shown entries: how long one is to live, and what has left.
//!
//! They lie in the expiry of a cache, around the one that it has without them, so that other caches have nothing of it.
//! Of what type an entry is, its cache knows, and they do: between them it is erased.
#![forbid(unsafe_code)]

use super::cause::Cause;
use super::expiry::{Expiry, Lifetime, forward_stamps, left};
use super::key::Key;
use super::kind::{Kind, Shape};
use super::owned::OwnedKey;
use crate::clock::{self, Tick, Tolerance};
use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Stands for the types of what closures are shown, by the key of a call and the kind of its result.
pub struct Types<K, V>(PhantomData<fn(K, V)>);

#[cfg(test)]
impl<K, V> Types<K, V> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<K, V> Clone for Types<K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Types<K, V> {}

impl<K, V> fmt::Debug for Types<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Types").finish_non_exhaustive()
    }
}

/// What is shown of a key.
type ShownKey<Q> = <<Q as Key>::Owned as OwnedKey>::Shown;
/// What is shown of a value.
type ShownValue<O> = <<O as Kind>::Shape as Shape>::Shown;

/// The types of what is shown of an entry of this key and kind.
#[inline]
#[must_use]
pub const fn types<Q: Key, O: Kind>(_: &Q, _: &O) -> Types<ShownKey<Q>, ShownValue<O>> {
    Types(PhantomData)
}

/// A closure that says how long an entry is to live.
pub trait Of: 'static {
    fn of(&self, key: &dyn Any, value: &dyn Any) -> Duration;
}

/// A closure that is told what has left.
pub trait Tell: 'static {
    fn tell(&self, key: &dyn Any, value: &dyn Any, cause: Cause);
}

/// A closure `F` that is shown a `K` and a `V`.
pub struct Closure<K, V, F> {
    pub(super) f: F,
    types: PhantomData<fn(K, V)>,
}

impl<K, V, F> Closure<K, V, F> {
    pub(super) const fn new(f: F) -> Self {
        Self { f, types: PhantomData }
    }
}

pub(super) const OF_ITS_TYPE: &str = "a closure is shown what its cache holds";

impl<K: 'static, V: 'static, F: Fn(&K, &V) -> Duration + 'static> Of for Closure<K, V, F> {
    fn of(&self, key: &dyn Any, value: &dyn Any) -> Duration {
        (self.f)(key.downcast_ref().expect(OF_ITS_TYPE), value.downcast_ref().expect(OF_ITS_TYPE))
    }
}

impl<K: 'static, V: 'static, F: Fn(&K, &V, Cause) + 'static> Tell for Closure<K, V, F> {
    fn tell(&self, key: &dyn Any, value: &dyn Any, cause: Cause) {
        (self.f)(key.downcast_ref().expect(OF_ITS_TYPE), value.downcast_ref().expect(OF_ITS_TYPE), cause);
    }
}

impl<K, V, F> fmt::Debug for Closure<K, V, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Closure").finish_non_exhaustive()
    }
}

/// `ttl_of` as an expansion has it.
pub type TtlOf<K, V> = Closure<K, V, fn(&K, &V) -> Duration>;
/// `on_evict` as an expansion has it.
pub type OnEvict<K, V> = Closure<K, V, fn(&K, &V, Cause)>;

/// After a time to live of its own.
#[derive(Debug)]
pub struct OwnTtl<X, F> {
    lifetime: X,
    of: F,
    /// As much as the shortest time so far allows.
    tolerance: AtomicU64,
}

impl<X: Lifetime, F: Of> OwnTtl<X, F> {
    fn with(lifetime: X, of: F) -> Self {
        let tolerance = AtomicU64::new(lifetime.tolerance());
        Self { lifetime, of, tolerance }
    }

    /// Of any closure, as `Cache::builder` has it.
    #[must_use]
    pub fn new<K, V, G>(lifetime: X, of: G) -> OwnTtl<X, Closure<K, V, G>>
    where
        Closure<K, V, G>: Of,
    {
        OwnTtl::with(lifetime, Closure::new(of))
    }
}

/// An expiry with `ttl_of`: of a cache of those types.
#[must_use]
pub fn ttl_of<K: 'static, V: 'static, X: Lifetime>(
    _: Types<K, V>,
    lifetime: X,
    of: fn(&K, &V) -> Duration,
) -> OwnTtl<X, TtlOf<K, V>> {
    OwnTtl::with(lifetime, Closure::new(of))
}

impl<X: Lifetime, F: Of> Expiry for OwnTtl<X, F> {
    type Now = Tick;
    type Stamp = X::Stamp;
    type Own = Option<Duration>;
    type Causes = X::Causes;
    const EXPIRES: bool = true;
    const OWN: bool = true;

    #[inline]
    fn now(&self) -> Tick {
        clock::now(Tolerance::from_bits(self.tolerance.load(Relaxed)))
    }

    fn stamp(&self, is_err: bool) -> Option<X::Stamp> {
        self.lifetime.stamp(is_err)
    }

    #[inline]
    fn is_live(&self, stamp: &X::Stamp, now: Tick) -> bool {
        self.lifetime.is_live(stamp, now)
    }

    #[inline]
    fn touch(&self, stamp: &X::Stamp, now: Tick) {
        self.lifetime.touch(stamp, now);
    }

    #[inline]
    fn is_in_order(&self) -> bool {
        false
    }

    fn own(&self, key: &dyn Any, value: &dyn Any) -> Option<Duration> {
        let ttl = self.of.of(key, value);
        if !ttl.is_zero() {
            // With a time of zero nothing is kept.
            let tolerance = Tolerance::of(self.lifetime.shortest(ttl));
            self.tolerance.fetch_min(tolerance.to_bits(), Relaxed);
        }
        Some(ttl)
    }

    fn stamp_own(&self, is_err: bool, own: Option<Duration>) -> Option<X::Stamp> {
        match own {
            Some(ttl) => self.lifetime.stamp_within(ttl),
            None => self.lifetime.stamp(is_err),
        }
    }

    fn stamp_left(&self, own: Option<Duration>, left: Option<Duration>) -> Option<X::Stamp> {
        match [own, left].into_iter().flatten().min() {
            Some(left) => self.lifetime.stamp_until(left),
            None => self.lifetime.stamp(false),
        }
    }

    fn left(&self, stamp: &X::Stamp) -> Option<Duration> {
        left(X::end(stamp))
    }
}

impl<X: Lifetime, F: Of> Lifetime for OwnTtl<X, F> {
    #[inline]
    fn end(stamp: &X::Stamp) -> Tick {
        X::end(stamp)
    }

    #[inline]
    fn is_idle(&self, stamp: &X::Stamp, now: Tick) -> bool {
        self.lifetime.is_idle(stamp, now)
    }

    fn copy_of(stamp: &X::Stamp) -> X::Stamp {
        X::copy_of(stamp)
    }

    fn err_ttl(&self) -> Option<Duration> {
        self.lifetime.err_ttl()
    }

    fn measure(&mut self, duration: Duration) {
        self.tolerance.fetch_min(Tolerance::of(duration).to_bits(), Relaxed);
    }

    fn tolerance(&self) -> u64 {
        self.tolerance.load(Relaxed)
    }

    fn shortest(&self, ttl: Duration) -> Duration {
        self.lifetime.shortest(ttl)
    }

    fn stamp_within(&self, ttl: Duration) -> Option<X::Stamp> {
        self.lifetime.stamp_within(ttl)
    }

    fn stamp_until(&self, left: Duration) -> Option<X::Stamp> {
        self.lifetime.stamp_until(left)
    }
}

/// An expiry that is told what has left.
#[derive(Debug)]
pub struct Heeded<X, F> {
    expiry: X,
    tell: F,
}

impl<X: Expiry, F: Tell> Heeded<X, F> {
    /// Of any closure, as `Cache::builder` has it.
    #[must_use]
    pub fn new<K, V, G>(expiry: X, tell: G) -> Heeded<X, Closure<K, V, G>>
    where
        Closure<K, V, G>: Tell,
    {
        Heeded { expiry, tell: Closure::new(tell) }
    }
}

/// An expiry with `on_evict`: of a cache of those types.
#[must_use]
pub fn on_evict<K: 'static, V: 'static, X: Expiry>(
    _: Types<K, V>,
    expiry: X,
    tell: fn(&K, &V, Cause),
) -> Heeded<X, OnEvict<K, V>> {
    Heeded { expiry, tell: Closure::new(tell) }
}

impl<X: Expiry, F: Tell> Expiry for Heeded<X, F> {
    forward_stamps!(X);

    type Causes = Vec<Cause>;
    const HEEDS: bool = true;

    fn reset(&self) {
        self.expiry.reset();
    }

    fn tell(&self, key: &dyn Any, value: &dyn Any, cause: Cause) {
        self.tell.tell(key, value, cause);
    }
}

#[cfg(test)]
mod tests {
    use super::super::expiry::{Expiry, Lifetime, Ttl};
    use super::{Types, ttl_of};
    use crate::clock::Tolerance;
    use std::time::Duration;

    #[test]
    fn the_time_is_known_as_well_as_the_shortest_time_of_what_is_kept_needs() {
        let of = |_: &u8, millis: &u64| Duration::from_millis(*millis);
        let tolerance = |millis| Tolerance::of(Duration::from_millis(millis)).to_bits();
        let expiry = ttl_of(Types::new(), Ttl::new(None, None), of);
        for (millis, shortest) in [(400, 400), (0, 400), (900, 400), (200_u64, 200)] {
            assert_eq!(expiry.own(&1_u8, &millis), Some(Duration::from_millis(millis)));
            assert_eq!(expiry.tolerance(), tolerance(shortest), "after {millis} ms");
        }
        let expiry = ttl_of(Types::new(), Ttl::new(None, None).jitter(0.5), of);
        expiry.own(&1_u8, &400_u64);
        assert_eq!(expiry.tolerance(), tolerance(200));
    }
}
