//! Entries that are computed anew before they expire, and served after that if computing fails.

use super::expiry::{Aged, Expiry, Lifetime, Links};
use crate::clock::{self, Tick};
use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// `refresh_after` and `stale_if_error`.
///
/// An entry is *fresh* until it is to be computed anew, then *due*, and *stale* when it has expired and is spared for
/// the case of an error. One that is due or stale and computed by a call becomes fresh again for those that come
/// meanwhile: one that is due until it expires. If that fails, it is fresh until the next may try.
#[derive(Debug)]
pub struct Renewed<X> {
    lifetime: X,
    /// `refresh_after`, in ticks.
    due: Tick,
    /// `stale_if_error`, in ticks.
    patience: Tick,
    /// How long after an error none tries again, in ticks.
    retry: Tick,
    refreshes: AtomicU64,
    stale: AtomicU64,
}

/// What an entry remembers.
#[derive(Debug)]
pub struct Renewal<S> {
    lifetime: S,
    /// Until when it is fresh.
    fresh: Tick,
    is_err: bool,
    /// Whether a call computes it anew before it has expired.
    is_renewed: bool,
}

impl<S: Aged> Aged for Renewal<S> {
    const LINKED: bool = S::LINKED;
    type Total = S::Total;

    #[inline]
    fn links(&mut self) -> Option<&mut Links> {
        self.lifetime.links()
    }
}

impl<X: Lifetime> Renewed<X> {
    /// Of an expiry that knows `ttl`, `idle` and `err_ttl`.
    #[must_use]
    pub fn new(mut lifetime: X, refresh_after: Option<Duration>, stale_if_error: Option<Duration>) -> Self {
        let retry = lifetime.err_ttl().or(refresh_after.map(|due| due / 10));
        if let Some(shortest) = [refresh_after, retry, stale_if_error].into_iter().flatten().min() {
            lifetime.measure(shortest);
        }
        Self {
            lifetime,
            due: refresh_after.map_or(Tick::MAX, clock::nanos),
            patience: stale_if_error.map_or(0, clock::nanos),
            retry: retry.map_or(0, clock::nanos),
            refreshes: AtomicU64::new(0),
            stale: AtomicU64::new(0),
        }
    }

    /// Until when an entry stays where it is.
    fn end(&self, stamp: &Renewal<X::Stamp>) -> Tick {
        X::end(&stamp.lifetime).saturating_add(if stamp.is_err { 0 } else { self.patience })
    }
}

impl<X: Lifetime> Expiry for Renewed<X> {
    type Now = Tick;
    type Stamp = Renewal<X::Stamp>;
    type Own = X::Own;
    type Causes = X::Causes;
    const EXPIRES: bool = true;
    const OWN: bool = X::OWN;
    const RENEWS: bool = true;

    #[inline]
    fn now(&self) -> Tick {
        self.lifetime.now()
    }

    fn stamp(&self, is_err: bool) -> Option<Self::Stamp> {
        self.stamp_own(is_err, X::Own::default())
    }

    fn own(&self, key: &dyn Any, value: &dyn Any) -> X::Own {
        self.lifetime.own(key, value)
    }

    fn stamp_own(&self, is_err: bool, own: X::Own) -> Option<Self::Stamp> {
        let lifetime = self.lifetime.stamp_own(is_err, own)?;
        let end = X::end(&lifetime);
        // An error with a ttl of its own is not worth a refresh.
        let due = if is_err && self.lifetime.err_ttl().is_some() { Tick::MAX } else { self.due };
        let fresh = clock::exact().saturating_add(due).min(end);
        Some(Renewal { lifetime, fresh, is_err, is_renewed: false })
    }

    fn stamp_left(&self, own: X::Own, left: Option<Duration>) -> Option<Self::Stamp> {
        let lifetime = self.lifetime.stamp_left(own, left)?;
        let fresh = X::end(&lifetime);
        Some(Renewal { lifetime, fresh, is_err: false, is_renewed: false })
    }

    fn due(&self) -> Option<Tick> {
        (self.due < Tick::MAX).then_some(self.due)
    }

    fn age(&self, stamp: &mut Self::Stamp, age: Tick) {
        if self.due < Tick::MAX {
            let left = self.due.saturating_sub(age);
            stamp.fresh = clock::exact().saturating_add(left).min(X::end(&stamp.lifetime));
        }
    }

    fn left(&self, stamp: &Self::Stamp) -> Option<Duration> {
        self.lifetime.left(&stamp.lifetime)
    }

    fn is_live(&self, stamp: &Self::Stamp, now: Tick) -> bool {
        self.lifetime.is_live(&stamp.lifetime, now)
    }

    #[inline]
    fn touch(&self, stamp: &Self::Stamp, now: Tick) {
        self.lifetime.touch(&stamp.lifetime, now);
    }

    #[inline]
    fn is_in_order(&self) -> bool {
        // An error is not spared for the place of another.
        self.lifetime.is_in_order() && self.patience == 0
    }

    #[inline]
    fn is_fresh(&self, stamp: &Self::Stamp, now: Tick) -> bool {
        now < stamp.fresh && !self.lifetime.is_idle(&stamp.lifetime, now)
    }

    fn is_spared(&self, stamp: &Self::Stamp, now: Tick) -> bool {
        now < self.end(stamp) && !self.lifetime.is_idle(&stamp.lifetime, now)
    }

    fn is_good(&self, stamp: &Self::Stamp) -> bool {
        !stamp.is_err
    }

    #[inline]
    fn count(&self, stamp: &Self::Stamp, now: Tick) {
        if now >= X::end(&stamp.lifetime) {
            self.stale.fetch_add(1, Relaxed);
        }
    }

    fn begin(&self, stamp: &mut Self::Stamp) {
        stamp.fresh = X::end(&stamp.lifetime);
        stamp.is_renewed = true;
        self.refreshes.fetch_add(1, Relaxed);
    }

    fn lose(&self, stamp: &mut Self::Stamp, now: Tick) {
        if stamp.is_renewed {
            (stamp.fresh, stamp.is_renewed) = (now, false);
        }
    }

    fn fail(&self, stamp: &mut Self::Stamp) {
        let now = clock::exact();
        // What was stored meanwhile, by another computation, is as fresh as it was.
        if stamp.is_renewed || now >= stamp.fresh {
            let next = now.saturating_add(self.retry);
            (stamp.fresh, stamp.is_renewed) = (next.min(self.end(stamp)), false);
        }
    }

    fn copy(&self, stamp: &Self::Stamp) -> Option<Self::Stamp> {
        let lifetime = X::copy_of(&stamp.lifetime);
        Some(Renewal { lifetime, fresh: self.end(stamp), is_err: stamp.is_err, is_renewed: false })
    }

    fn counts(&self) -> (u64, u64) {
        (self.refreshes.load(Relaxed), self.stale.load(Relaxed))
    }

    fn reset(&self) {
        self.refreshes.store(0, Relaxed);
        self.stale.store(0, Relaxed);
    }
}
