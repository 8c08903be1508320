//! When an entry is too old.

use crate::clock::{self, Tick, Tolerance};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// A place in the order of age, which the table keeps.
#[derive(Clone, Copy, Debug)]
pub struct Links {
    pub(super) older: u32,
    pub(super) newer: u32,
}

impl Links {
    pub(super) const NONE: Self = Self { older: 0, newer: 0 };
}

/// What an entry remembers, and perhaps its place in the order of age.
pub trait Aged {
    /// `None` for all stamps of a type, or for none.
    fn links(&mut self) -> Option<&mut Links>;
}

impl Aged for () {
    #[inline]
    fn links(&mut self) -> Option<&mut Links> {
        None
    }
}

/// Whether and when entries expire. A cache without `ttl` and `idle` pays nothing for the question.
pub trait Expiry: 'static {
    /// A time.
    type Now: Copy;
    /// What an entry remembers.
    type Stamp: Aged;
    /// Whether anything ever expires.
    const EXPIRES: bool;

    /// The time, to the tolerance of the cache.
    fn now(&self) -> Self::Now;

    /// The stamp of an entry made now, or `None` if it would not live at all.
    fn stamp(&self, is_err: bool) -> Option<Self::Stamp>;

    /// Whether an entry may be served.
    fn is_live(&self, stamp: &Self::Stamp, now: Self::Now) -> bool;

    /// Notes that an entry was read.
    fn touch(&self, stamp: &Self::Stamp, now: Self::Now);
}

/// Never.
#[derive(Clone, Copy, Debug, Default)]
pub struct Never;

impl Expiry for Never {
    type Now = ();
    type Stamp = ();
    const EXPIRES: bool = false;

    #[inline]
    fn now(&self) {}

    #[inline]
    fn stamp(&self, _: bool) -> Option<()> {
        Some(())
    }

    #[inline]
    fn is_live(&self, (): &(), (): ()) -> bool {
        true
    }

    #[inline]
    fn touch(&self, (): &(), (): ()) {}
}

/// After a time to live.
#[derive(Debug)]
#[expect(clippy::struct_field_names, reason = "named for the options")]
pub struct Ttl {
    ttl: Option<Duration>,
    err_ttl: Option<Duration>,
    tolerance: Tolerance,
}

impl Ttl {
    /// `err_ttl` takes the place of `ttl` for errors.
    #[must_use]
    pub fn new(ttl: Option<Duration>, err_ttl: Option<Duration>) -> Self {
        let shortest = [ttl, err_ttl].into_iter().flatten().min().unwrap_or_default();
        Self { ttl, err_ttl, tolerance: Tolerance::of(shortest) }
    }
}

/// The end of a time to live.
#[derive(Debug)]
pub struct Deadline {
    at: Tick,
    links: Links,
}

impl Aged for Deadline {
    #[inline]
    fn links(&mut self) -> Option<&mut Links> {
        Some(&mut self.links)
    }
}

impl Expiry for Ttl {
    type Now = Tick;
    type Stamp = Deadline;
    const EXPIRES: bool = true;

    #[inline]
    fn now(&self) -> Tick {
        clock::now(self.tolerance)
    }

    fn stamp(&self, is_err: bool) -> Option<Deadline> {
        let at = match if is_err { self.err_ttl.or(self.ttl) } else { self.ttl } {
            None => Tick::MAX,
            Some(Duration::ZERO) => return None,
            Some(ttl) => clock::exact().saturating_add(clock::nanos(ttl)),
        };
        Some(Deadline { at, links: Links::NONE })
    }

    #[inline]
    fn is_live(&self, deadline: &Deadline, now: Tick) -> bool {
        now < deadline.at
    }

    #[inline]
    fn touch(&self, _: &Deadline, _: Tick) {}
}

/// After a time not read, and perhaps a time to live.
#[derive(Debug)]
#[expect(clippy::struct_field_names, reason = "named for the options")]
pub struct Idle {
    idle: Duration,
    /// `idle`, in ticks.
    patience: Tick,
    ttl: Ttl,
}

#[derive(Debug)]
pub struct Stamp {
    deadline: Deadline,
    /// When the entry was last read.
    read: AtomicU64,
}

impl Aged for Stamp {
    #[inline]
    fn links(&mut self) -> Option<&mut Links> {
        self.deadline.links()
    }
}

impl Idle {
    /// As [`Ttl::new`], with an idle time.
    #[must_use]
    pub fn new(idle: Duration, ttl: Option<Duration>, err_ttl: Option<Duration>) -> Self {
        let mut ttl = Ttl::new(ttl, err_ttl);
        let shortest = [Some(idle), ttl.ttl, ttl.err_ttl].into_iter().flatten().min().unwrap_or_default();
        ttl.tolerance = Tolerance::of(shortest);
        Self { idle, patience: clock::nanos(idle), ttl }
    }
}

impl Expiry for Idle {
    type Now = Tick;
    type Stamp = Stamp;
    const EXPIRES: bool = true;

    #[inline]
    fn now(&self) -> Tick {
        self.ttl.now()
    }

    fn stamp(&self, is_err: bool) -> Option<Stamp> {
        let deadline = self.ttl.stamp(is_err)?;
        (!self.idle.is_zero()).then(|| Stamp { deadline, read: AtomicU64::new(clock::exact()) })
    }

    #[inline]
    fn is_live(&self, stamp: &Stamp, now: Tick) -> bool {
        now < stamp.deadline.at && now.saturating_sub(stamp.read.load(Relaxed)) < self.patience
    }

    #[inline]
    fn touch(&self, stamp: &Stamp, now: Tick) {
        // Readers share the line until the clock has moved.
        if stamp.read.load(Relaxed) < now {
            stamp.read.store(now, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Expiry, Idle, Ttl};
    use crate::clock::Mock;
    use std::time::Duration;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn lives_for_its_ttl_and_not_at_it() {
        let clock = Mock::new();
        let _installed = clock.install();
        let expiry = Ttl::new(Some(SECOND), Some(SECOND * 3));
        let (value, error) = (expiry.stamp(false).unwrap(), expiry.stamp(true).unwrap());
        clock.advance(Duration::from_nanos(999_999_999));
        assert!(expiry.is_live(&value, expiry.now()));
        clock.advance(Duration::from_nanos(1));
        assert!(!expiry.is_live(&value, expiry.now()));
        assert!(expiry.is_live(&error, expiry.now()));
        clock.advance(SECOND * 2);
        assert!(!expiry.is_live(&error, expiry.now()));
    }

    #[test]
    fn a_read_prolongs_idle_time_only() {
        let clock = Mock::new();
        let _installed = clock.install();
        let expiry = Idle::new(SECOND, Some(SECOND * 3), None);
        let stamp = expiry.stamp(false).unwrap();
        for _ in 0..3 {
            assert!(expiry.is_live(&stamp, expiry.now()));
            expiry.touch(&stamp, expiry.now());
            clock.advance(SECOND * 9 / 10);
        }
        assert!(expiry.is_live(&stamp, expiry.now()));
        expiry.touch(&stamp, expiry.now());
        clock.advance(SECOND * 3 / 10);
        assert!(!expiry.is_live(&stamp, expiry.now()), "the ttl is over");
    }

    #[test]
    fn zero_keeps_nothing_and_ages_last() {
        assert!(Ttl::new(Some(Duration::ZERO), None).stamp(false).is_none());
        assert!(Idle::new(Duration::ZERO, None, None).stamp(false).is_none());
        let only_errors = Ttl::new(None, Some(Duration::ZERO));
        assert!(only_errors.stamp(true).is_none());
        assert!(only_errors.stamp(false).is_some());
        let forever = Ttl::new(Some(Duration::MAX), None);
        assert!(forever.is_live(&forever.stamp(false).unwrap(), u64::MAX - 1));
    }
}
