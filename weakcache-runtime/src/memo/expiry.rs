//! When an entry is too old.

use super::cause::{Cause, Causes};
use super::total::Total;
use crate::clock::{self, Tick, Tolerance};
use std::any::Any;
use std::hash::{BuildHasher, Hasher, RandomState};
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

/// What an entry remembers, and perhaps its place in the order of age, and what it weighs.
pub trait Aged {
    /// Whether entries are linked in the order in which they were stored.
    const LINKED: bool;

    /// `None` where they are not.
    fn links(&mut self) -> Option<&mut Links>;

    /// What entries weigh together.
    type Total: Total;

    /// What this one does.
    #[inline]
    fn weight(&self) -> usize {
        0
    }
}

impl Aged for () {
    const LINKED: bool = false;
    type Total = ();

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

    /// Whether an entry has not expired.
    fn is_live(&self, stamp: &Self::Stamp, now: Self::Now) -> bool;

    /// Notes that an entry was read.
    fn touch(&self, stamp: &Self::Stamp, now: Self::Now);

    /// Whether entries expire in the order in which they were stored, if at all: then nobody has to search for one that has.
    #[inline]
    fn is_in_order(&self) -> bool {
        true
    }

    /// Whether an entry may be computed anew, or served, before or after others would be. What follows is for
    /// [`Renewed`](super::Renewed).
    const RENEWS: bool = false;

    /// Whether an entry is served without a question.
    #[inline]
    fn is_fresh(&self, stamp: &Self::Stamp, now: Self::Now) -> bool {
        self.is_live(stamp, now)
    }

    /// Whether an entry stays where it is, even if it has expired.
    #[inline]
    fn is_spared(&self, stamp: &Self::Stamp, now: Self::Now) -> bool {
        self.is_live(stamp, now)
    }

    /// Whether an entry takes the place of an error.
    fn is_good(&self, _: &Self::Stamp) -> bool {
        false
    }

    /// Counts the answer that an entry gave.
    #[inline]
    fn count(&self, _: &Self::Stamp, _: Self::Now) {}

    /// A call computes a live entry anew.
    fn begin(&self, _: &mut Self::Stamp) {}

    /// That came to nothing: the next call tries again.
    fn lose(&self, _: &mut Self::Stamp, _: Self::Now) {}

    /// It ended in an error: none tries again for a time.
    fn fail(&self, _: &mut Self::Stamp) {}

    /// A stamp for those who are handed the value of an entry in the place of an error.
    fn copy(&self, _: &Self::Stamp) -> Option<Self::Stamp> {
        None
    }

    /// How many live entries were computed anew, and how many calls had an expired one.
    fn counts(&self) -> (u64, u64) {
        (0, 0)
    }

    /// Counts from 0 again.
    fn reset(&self) {}

    /// Whether entries may have a time of their own, for which a closure is shown them: see [`OwnTtl`](super::OwnTtl).
    const OWN: bool = false;
    /// What a closure said of an entry.
    type Own: Copy + Default;

    /// Asks the closure. User code.
    fn own(&self, _: &dyn Any, _: &dyn Any) -> Self::Own {
        Self::Own::default()
    }

    /// As [`stamp`](Self::stamp), of an entry with a time of its own.
    #[inline]
    fn stamp_own(&self, is_err: bool, _: Self::Own) -> Option<Self::Stamp> {
        self.stamp(is_err)
    }

    /// Whether entries have a weight, and together a bound: see [`Weighed`](super::Weighed).
    const WEIGHS: bool = false;

    /// What they may weigh together at most.
    fn heaviest(&self) -> usize {
        usize::MAX
    }

    /// As that, of an entry that another tier has had for a while: with what is left of its time there.
    fn stamp_left(&self, own: Self::Own, _left: Option<Duration>) -> Option<Self::Stamp> {
        self.stamp_own(false, own)
    }

    /// What is left of the time to live of an entry, if that ends.
    fn left(&self, _: &Self::Stamp) -> Option<Duration> {
        None
    }

    /// What is said of an entry that weighs nothing: what is too heavy here need not be so for another tier.
    fn weightless(own: Self::Own) -> Self::Own {
        own
    }

    /// At which age an entry is due, if it ever is.
    fn due(&self) -> Option<Tick> {
        None
    }

    /// An entry that another tier has had is as old as this.
    fn age(&self, _: &mut Self::Stamp, _age: Tick) {}

    /// Whether there is a second tier, which says whether a body is to run: see `tiered.rs`.
    const TIERED: bool = false;

    /// That tier.
    #[cfg(feature = "store")]
    fn tier(&self) -> Option<(&'static super::tier::Tier, super::tier::Codec)> {
        None
    }

    /// Whether a closure is told what leaves: see [`Heeded`](super::Heeded).
    const HEEDS: bool = false;
    /// Why entries left, for that.
    type Causes: Causes;

    /// Tells the closure. User code.
    fn tell(&self, _: &dyn Any, _: &dyn Any, _: Cause) {}
}

/// What an expiry around another, its field `expiry`, leaves to that: all that is not said here has to be, or is as by
/// default. `$inner` is the other's stamp in one of its own.
macro_rules! forward {
    ($X:ident, $stamp:ident => $inner:expr) => {
        type Now = $X::Now;
        const EXPIRES: bool = $X::EXPIRES;
        const RENEWS: bool = $X::RENEWS;

        #[inline]
        fn now(&self) -> Self::Now {
            self.expiry.now()
        }

        #[inline]
        fn is_live(&self, $stamp: &Self::Stamp, now: Self::Now) -> bool {
            self.expiry.is_live(&$inner, now)
        }

        #[inline]
        fn touch(&self, $stamp: &Self::Stamp, now: Self::Now) {
            self.expiry.touch(&$inner, now);
        }

        #[inline]
        fn is_in_order(&self) -> bool {
            // What comes from a second tier has lived there.
            self.expiry.is_in_order() && !Self::TIERED
        }

        #[inline]
        fn is_fresh(&self, $stamp: &Self::Stamp, now: Self::Now) -> bool {
            self.expiry.is_fresh(&$inner, now)
        }

        #[inline]
        fn is_spared(&self, $stamp: &Self::Stamp, now: Self::Now) -> bool {
            self.expiry.is_spared(&$inner, now)
        }

        fn is_good(&self, $stamp: &Self::Stamp) -> bool {
            self.expiry.is_good(&$inner)
        }

        #[inline]
        fn count(&self, $stamp: &Self::Stamp, now: Self::Now) {
            self.expiry.count(&$inner, now);
        }

        fn begin(&self, $stamp: &mut Self::Stamp) {
            self.expiry.begin(&mut $inner);
        }

        fn lose(&self, $stamp: &mut Self::Stamp, now: Self::Now) {
            self.expiry.lose(&mut $inner, now);
        }

        fn fail(&self, $stamp: &mut Self::Stamp) {
            self.expiry.fail(&mut $inner);
        }

        fn counts(&self) -> (u64, u64) {
            self.expiry.counts()
        }

        fn left(&self, $stamp: &Self::Stamp) -> Option<Duration> {
            self.expiry.left(&$inner)
        }

        fn due(&self) -> Option<$crate::clock::Tick> {
            self.expiry.due()
        }

        fn age(&self, $stamp: &mut Self::Stamp, age: $crate::clock::Tick) {
            self.expiry.age(&mut $inner, age);
        }
    };
}
pub(super) use forward;

/// The same of one whose entries remember what they do without it.
macro_rules! forward_stamps {
    ($X:ident) => {
        $crate::memo::expiry::forward!($X, stamp => *stamp);

        type Stamp = $X::Stamp;
        type Own = $X::Own;
        const OWN: bool = $X::OWN;
        const WEIGHS: bool = $X::WEIGHS;

        fn stamp(&self, is_err: bool) -> Option<Self::Stamp> {
            self.expiry.stamp(is_err)
        }

        fn copy(&self, stamp: &Self::Stamp) -> Option<Self::Stamp> {
            self.expiry.copy(stamp)
        }

        fn own(&self, key: &dyn Any, value: &dyn Any) -> Self::Own {
            self.expiry.own(key, value)
        }

        fn stamp_own(&self, is_err: bool, own: Self::Own) -> Option<Self::Stamp> {
            self.expiry.stamp_own(is_err, own)
        }

        fn stamp_left(&self, own: Self::Own, left: Option<Duration>) -> Option<Self::Stamp> {
            self.expiry.stamp_left(own, left)
        }

        fn heaviest(&self) -> usize {
            self.expiry.heaviest()
        }

        fn weightless(own: Self::Own) -> Self::Own {
            $X::weightless(own)
        }
    };
}
pub(super) use forward_stamps;

/// Never.
#[derive(Clone, Copy, Debug, Default)]
pub struct Never;

impl Expiry for Never {
    type Now = ();
    type Stamp = ();
    type Own = ();
    type Causes = ();
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

/// What becomes of a time to live.
pub trait Vary: 'static {
    /// Whether it becomes another.
    const VARIES: bool;

    /// As long, or shorter.
    fn vary(&self, ttl: Tick) -> Tick;

    /// The shortest that it can be.
    fn shortest(&self, ttl: Duration) -> Duration;
}

/// Nothing.
impl Vary for () {
    const VARIES: bool = false;

    #[inline]
    fn vary(&self, ttl: Tick) -> Tick {
        ttl
    }

    fn shortest(&self, ttl: Duration) -> Duration {
        ttl
    }
}

/// A random part of up to a fraction is taken from it.
#[derive(Clone, Copy, Debug)]
pub struct Jitter(f64);

impl Vary for Jitter {
    const VARIES: bool = true;

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a random number, a part of another"
    )]
    fn vary(&self, ttl: Tick) -> Tick {
        // Each has other keys. (Of this many bits an `f64` is exact.)
        let random = RandomState::new().build_hasher().finish() >> 11;
        let fraction = random as f64 / (1_u64 << 53) as f64;
        ttl.saturating_sub((ttl as f64 * self.0 * fraction) as Tick)
    }

    fn shortest(&self, ttl: Duration) -> Duration {
        ttl.mul_f64(1.0 - self.0)
    }
}

/// After a time to live.
#[derive(Debug)]
#[expect(clippy::struct_field_names, reason = "named for the options")]
pub struct Ttl<V = ()> {
    ttl: Option<Duration>,
    err_ttl: Option<Duration>,
    tolerance: Tolerance,
    vary: V,
}

impl Ttl {
    /// `err_ttl` takes the place of `ttl` for errors.
    #[must_use]
    pub fn new(ttl: Option<Duration>, err_ttl: Option<Duration>) -> Self {
        let shortest = [ttl, err_ttl].into_iter().flatten().min().unwrap_or_default();
        Self { ttl, err_ttl, tolerance: Tolerance::of(shortest), vary: () }
    }

    /// With each time shortened by a random part of up to this `fraction`, which is from 0 to 1.
    #[must_use]
    pub fn jitter(self, fraction: f64) -> Ttl<Jitter> {
        let Self { ttl, err_ttl, vary: (), .. } = self;
        let fraction = if fraction.is_nan() { 0.0 } else { fraction.clamp(0.0, 1.0) };
        let shortest = [ttl, err_ttl].into_iter().flatten().min().unwrap_or_default();
        let vary = Jitter(fraction);
        Ttl { ttl, err_ttl, tolerance: Tolerance::of(vary.shortest(shortest)), vary }
    }
}

/// The end of a time to live.
#[derive(Debug)]
pub struct Deadline {
    at: Tick,
    links: Links,
}

impl Aged for Deadline {
    const LINKED: bool = true;
    type Total = ();

    #[inline]
    fn links(&mut self) -> Option<&mut Links> {
        Some(&mut self.links)
    }
}

impl<V: Vary> Expiry for Ttl<V> {
    type Now = Tick;
    type Stamp = Deadline;
    type Own = ();
    type Causes = ();
    const EXPIRES: bool = true;

    #[inline]
    fn now(&self) -> Tick {
        clock::now(self.tolerance)
    }

    fn stamp(&self, is_err: bool) -> Option<Deadline> {
        let at = match if is_err { self.err_ttl.or(self.ttl) } else { self.ttl } {
            None => Tick::MAX,
            Some(Duration::ZERO) => return None,
            Some(ttl) => clock::exact().saturating_add(self.vary.vary(clock::nanos(ttl))),
        };
        Some(Deadline { at, links: Links::NONE })
    }

    #[inline]
    fn is_live(&self, deadline: &Deadline, now: Tick) -> bool {
        now < deadline.at
    }

    #[inline]
    fn touch(&self, _: &Deadline, _: Tick) {}

    #[inline]
    fn is_in_order(&self) -> bool {
        !V::VARIES && (self.err_ttl.is_none() || self.err_ttl == self.ttl)
    }

    fn stamp_left(&self, (): (), left: Option<Duration>) -> Option<Self::Stamp> {
        match left {
            Some(left) => self.stamp_until(left),
            None => self.stamp(false),
        }
    }

    fn left(&self, stamp: &Self::Stamp) -> Option<Duration> {
        left(Self::end(stamp))
    }
}

/// After a time not read, and perhaps a time to live.
#[derive(Debug)]
#[expect(clippy::struct_field_names, reason = "named for the options")]
pub struct Idle<V = ()> {
    idle: Duration,
    /// `idle`, in ticks.
    patience: Tick,
    ttl: Ttl<V>,
}

#[derive(Debug)]
pub struct Stamp {
    deadline: Deadline,
    /// When the entry was last read.
    read: AtomicU64,
}

impl Aged for Stamp {
    const LINKED: bool = true;
    type Total = ();

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

    /// As [`Ttl::jitter`].
    #[must_use]
    pub fn jitter(self, fraction: f64) -> Idle<Jitter> {
        let Self { idle, patience, ttl } = self;
        let tolerance = ttl.tolerance;
        let mut ttl = ttl.jitter(fraction);
        ttl.tolerance = ttl.tolerance.min(tolerance);
        Idle { idle, patience, ttl }
    }
}

impl<V: Vary> Expiry for Idle<V> {
    type Now = Tick;
    type Stamp = Stamp;
    type Own = ();
    type Causes = ();
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

    #[inline]
    fn is_in_order(&self) -> bool {
        false
    }

    fn stamp_left(&self, (): (), left: Option<Duration>) -> Option<Self::Stamp> {
        match left {
            Some(left) => self.stamp_until(left),
            None => self.stamp(false),
        }
    }

    fn left(&self, stamp: &Self::Stamp) -> Option<Duration> {
        left(Self::end(stamp))
    }
}

/// What is left until a time, if that ever comes.
pub(super) fn left(end: Tick) -> Option<Duration> {
    (end != Tick::MAX).then(|| Duration::from_nanos(end.saturating_sub(clock::exact())))
}

/// An expiry with a time to live, of which [`Renewed`](super::Renewed) makes another.
pub trait Lifetime: Expiry<Now = Tick> {
    /// When an entry expires, if it is read until then.
    fn end(stamp: &Self::Stamp) -> Tick;

    /// Whether an entry was not read for too long.
    fn is_idle(&self, stamp: &Self::Stamp, now: Tick) -> bool;

    /// Another stamp.
    fn copy_of(stamp: &Self::Stamp) -> Self::Stamp;

    /// How long errors are kept.
    fn err_ttl(&self) -> Option<Duration>;

    /// The time is to be known well enough for this duration too.
    fn measure(&mut self, duration: Duration);

    /// How well the time is to be known at least: the bits of a tolerance.
    fn tolerance(&self) -> u64;

    /// For how short a time such an entry may live.
    fn shortest(&self, ttl: Duration) -> Duration;

    /// The stamp of an entry made now that lives for so long, if it would not end before.
    fn stamp_within(&self, ttl: Duration) -> Option<Self::Stamp>;

    /// The same of an entry that was made before, and has this left.
    fn stamp_until(&self, left: Duration) -> Option<Self::Stamp>;
}

impl<V: Vary> Lifetime for Ttl<V> {
    #[inline]
    fn end(deadline: &Deadline) -> Tick {
        deadline.at
    }

    #[inline]
    fn is_idle(&self, _: &Deadline, _: Tick) -> bool {
        false
    }

    fn copy_of(deadline: &Deadline) -> Deadline {
        Deadline { at: deadline.at, links: Links::NONE }
    }

    fn err_ttl(&self) -> Option<Duration> {
        self.err_ttl
    }

    fn measure(&mut self, duration: Duration) {
        let tolerance = Tolerance::of(duration);
        // Without a ttl it is not known at all so far.
        let known = self.ttl.or(self.err_ttl).is_some();
        self.tolerance = if known { self.tolerance.min(tolerance) } else { tolerance };
    }

    fn tolerance(&self) -> u64 {
        let known = self.ttl.or(self.err_ttl).is_some();
        let tolerance = if known { self.tolerance } else { Tolerance::of(Duration::MAX) };
        tolerance.to_bits()
    }

    fn shortest(&self, ttl: Duration) -> Duration {
        self.vary.shortest(ttl)
    }

    fn stamp_within(&self, ttl: Duration) -> Option<Deadline> {
        let ttl = self.ttl.map_or(ttl, |most| most.min(ttl));
        if ttl.is_zero() {
            return None;
        }
        let at = clock::exact().saturating_add(self.vary.vary(clock::nanos(ttl)));
        Some(Deadline { at, links: Links::NONE })
    }

    fn stamp_until(&self, left: Duration) -> Option<Deadline> {
        let left = self.ttl.map_or(left, |most| most.min(left));
        let at = clock::exact().saturating_add(clock::nanos(left));
        (!left.is_zero()).then_some(Deadline { at, links: Links::NONE })
    }
}

impl<V: Vary> Lifetime for Idle<V> {
    #[inline]
    fn end(stamp: &Stamp) -> Tick {
        stamp.deadline.at
    }

    #[inline]
    fn is_idle(&self, stamp: &Stamp, now: Tick) -> bool {
        now.saturating_sub(stamp.read.load(Relaxed)) >= self.patience
    }

    fn copy_of(stamp: &Stamp) -> Stamp {
        Stamp { deadline: Ttl::<V>::copy_of(&stamp.deadline), read: AtomicU64::new(stamp.read.load(Relaxed)) }
    }

    fn err_ttl(&self) -> Option<Duration> {
        self.ttl.err_ttl
    }

    fn measure(&mut self, duration: Duration) {
        self.ttl.tolerance = self.ttl.tolerance.min(Tolerance::of(duration));
    }

    fn tolerance(&self) -> u64 {
        self.ttl.tolerance.to_bits()
    }

    fn shortest(&self, ttl: Duration) -> Duration {
        self.ttl.shortest(ttl)
    }

    fn stamp_within(&self, ttl: Duration) -> Option<Stamp> {
        let deadline = self.ttl.stamp_within(ttl)?;
        (!self.idle.is_zero()).then(|| Stamp { deadline, read: AtomicU64::new(clock::exact()) })
    }

    fn stamp_until(&self, left: Duration) -> Option<Stamp> {
        let deadline = self.ttl.stamp_until(left)?;
        (!self.idle.is_zero()).then(|| Stamp { deadline, read: AtomicU64::new(clock::exact()) })
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
    fn jitter_shortens_by_up_to_its_fraction() {
        let clock = Mock::new();
        let _installed = clock.install();
        let expiry = Ttl::new(Some(SECOND * 100), None).jitter(0.1);
        let begin = expiry.now();
        let lives: Vec<_> = (0..1000).map(|_| expiry.stamp(false).unwrap().at - begin).collect();
        let (least, most) = (*lives.iter().min().unwrap(), *lives.iter().max().unwrap());
        assert!((90_000_000_000..90_500_000_000).contains(&least), "{least}");
        assert!((99_500_000_000..=100_000_000_000).contains(&most), "{most}");
        // In each half about half of them: out of 400 to 600 once in 10^9 runs.
        let low = lives.iter().filter(|&&at| at < 95_000_000_000).count();
        assert!((400..600).contains(&low), "{low}");
        for (wrong, fraction) in [(-1.0, 0.0), (f64::NAN, 0.0), (7.0, 1.0)] {
            let vary = Ttl::new(Some(SECOND), None).jitter(wrong).vary.0;
            assert_eq!(vary.to_bits(), f64::to_bits(fraction));
        }
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
