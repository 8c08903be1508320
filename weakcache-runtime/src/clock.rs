//! A clock that tests can turn by hand: [`Mock`].
//!
//! ```
//! use std::time::Duration;
//! use weakcache::{clock::Mock, memoize};
//!
//! #[memoize(ttl = "60s")]
//! fn price(symbol: &str) -> usize {
//!     symbol.len()
//! }
//!
//! let clock = Mock::new();
//! let _installed = clock.install(); // on this thread, until the guard is dropped
//! price("ACME");
//! clock.advance(Duration::from_secs(60));
//! price("ACME"); // computes again
//! assert_eq!(price::cache_info().misses, 2);
//! ```
//!
//! Without one, time is the system's, late by 1 % of a duration and 10 ms at most.

// # How time is read
//
// Asking the system for the time costs more than the look-up that needs it (22 to 70 ns against 15),
// and a cache whose entries live for a minute need not know it to the nanosecond. So a thread remembers
// the last answer, and asks again once it may be older than the cache tolerates. Whether it may be, the
// processor's time stamp counter says (10 ns): a count that has moved by less than the tolerance, taken
// at the lowest rate at which such a counter runs, cannot hide more time than that. Times themselves
// always come from [`Instant`], so nothing here needs the counter's true rate, and a counter that stops,
// jumps back or differs between cores costs a question more, or is not used at all.
//
// No thread publishes ticks: one that is not scheduled in time would let entries outlive their ttl.
#![allow(unsafe_code)] // one instruction

use std::cell::{Cell, RefCell};
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

#[cfg(shuttle)]
pub(crate) use crate::sync::Instant;
#[cfg(not(any(shuttle, all(target_family = "wasm", target_os = "unknown"))))]
pub(crate) use std::time::Instant;
#[cfg(all(feature = "store", not(all(target_family = "wasm", target_os = "unknown"))))]
use std::time::SystemTime;
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub(crate) use web_time::Instant;
#[cfg(all(feature = "store", target_family = "wasm", target_os = "unknown"))]
use web_time::SystemTime;

/// Nanoseconds since the first use of the clock in this process; enough for 584 years.
pub(crate) type Tick = u64;

#[derive(Clone, Copy)]
struct Reading {
    counter: u64,
    at: Tick,
}

/// A reading that no counter is close to.
const OLD: Reading = Reading { counter: u64::MAX / 2, at: 0 };

thread_local! {
    /// What this thread last read. Stays [`OLD`] while a mock clock is installed.
    static LAST: Cell<Reading> = const { Cell::new(OLD) };
    static MOCK: RefCell<Option<Arc<AtomicU64>>> = const { RefCell::new(None) };
}

/// How old a reading may be, in counts of the time stamp counter. Zero: ask each time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Tolerance(u64);

impl Tolerance {
    pub(crate) const fn to_bits(self) -> u64 {
        self.0
    }

    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// A hundredth of the duration, and no more than 10 ms.
    pub(crate) fn of(duration: Duration) -> Self {
        /// No processor whose counter runs at a constant rate has it run slower than 100 MHz.
        const LEAST_RATE: u64 = 100_000_000;
        const NANOS: u64 = 1_000_000_000;
        let nanos = (duration / 100).min(Duration::from_millis(10)).subsec_nanos();
        Self(if counter_is_steady() { u64::from(nanos) * (LEAST_RATE / 1000) / (NANOS / 1000) } else { 0 })
    }
}

/// The time, late by no more than `tolerance`.
#[inline]
pub(crate) fn now(tolerance: Tolerance) -> Tick {
    let last = LAST.get();
    let counter = counter();
    if counter.wrapping_sub(last.counter) < tolerance.0 { last.at } else { read(counter) }
}

/// The time.
pub(crate) fn exact() -> Tick {
    read(counter())
}

/// Nanoseconds since 1970 by the wall clock, which processes share: it may be set, and jump. A mock clock moves it on.
#[cfg(feature = "store")]
pub(crate) fn wall() -> u64 {
    static START: OnceLock<u64> = OnceLock::new();
    let now = || SystemTime::UNIX_EPOCH.elapsed().map_or(0, nanos);
    match mocked() {
        Some(at) => START.get_or_init(now).saturating_add(at),
        None => now(),
    }
}

/// The time of the clock that is installed on this thread, if there is one.
fn mocked() -> Option<Tick> {
    // A thread that is being torn down has none.
    MOCK.try_with(|mock| mock.borrow().as_ref().map(|time| time.load(Ordering::Relaxed))).ok().flatten()
}

#[inline(never)]
fn read(counter: u64) -> Tick {
    static START: OnceLock<Instant> = OnceLock::new();
    if let Some(at) = mocked() {
        return at;
    }
    let at = nanos(START.get_or_init(Instant::now).elapsed());
    LAST.set(Reading { counter, at });
    at
}

/// A duration as ticks; one of over 584 years is as good as for ever.
pub(crate) fn nanos(duration: Duration) -> Tick {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
#[inline]
fn counter() -> u64 {
    // SAFETY: every x86-64 processor has the instruction. An operating system may forbid it to
    // user code (Linux: `PR_SET_TSC`), and then the clock of its own C library does not work either.
    unsafe { std::arch::x86_64::_rdtsc() }
}

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
#[inline]
fn counter() -> u64 {
    0
}

/// Whether the counter runs at one rate, whatever the processor's frequency and state of sleep.
#[cfg(all(target_arch = "x86_64", not(miri)))]
fn counter_is_steady() -> bool {
    use std::arch::x86_64::__cpuid;

    const POWER: u32 = 0x8000_0007;
    const INVARIANT: u32 = 1 << 8;
    __cpuid(0x8000_0000).eax >= POWER && __cpuid(POWER).edx & INVARIANT != 0
}

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
fn counter_is_steady() -> bool {
    false
}

/// A clock that stands still until it is told to move on: for tests of what a `ttl` or `idle` does.
///
/// It counts for the threads on which it is [installed](Self::install), and for every cache that they
/// use. A test that starts threads installs a clone on each; one under `#[tokio::test]` runs on one thread,
/// of a runtime with several each installs one as it starts. Other threads, and so other tests of the same
/// process, keep the system's clock.
///
/// ```
/// use std::time::Duration;
/// use weakcache::clock::Mock;
///
/// let clock = Mock::new();
/// let _installed = clock.install();
/// // … call a function with `ttl = "60s"` …
/// clock.advance(Duration::from_secs(61));
/// // … and it computes again.
/// ```
#[derive(Clone)]
pub struct Mock {
    time: Arc<AtomicU64>,
}

impl Mock {
    /// A clock that shows the present time, and stands.
    ///
    /// ```
    /// use weakcache::clock::Mock;
    ///
    /// let clock = Mock::new(); // counts once it is installed
    /// # drop(clock);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self { time: Arc::new(AtomicU64::new(exact())) }
    }

    /// Makes this the clock of the calling thread, until the guard is dropped.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use weakcache::{clock::Mock, memoize};
    /// #[memoize(ttl = "60s")]
    /// fn answer() -> u32 { 42 }
    ///
    /// let clock = Mock::new();
    /// let installed = clock.install();
    /// answer();
    /// clock.advance(Duration::from_secs(60));
    /// assert_eq!(answer::peek(), None);
    /// drop(installed); // the system's clock again
    /// ```
    pub fn install(&self) -> Installed<'_> {
        LAST.set(OLD);
        let previous = MOCK.replace(Some(self.time.clone()));
        Installed { previous, clock: PhantomData, thread: PhantomData }
    }

    /// Moves the clock on, for all threads that it is installed on.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use weakcache::{Cache, clock::Mock};
    /// let clock = Mock::new();
    /// let _installed = clock.install();
    /// let cache = Cache::builder().ttl(Duration::from_secs(60)).build();
    /// cache.insert("key", 1);
    /// clock.advance(Duration::from_secs(59));
    /// assert_eq!(cache.get("key"), Some(1));
    /// clock.advance(Duration::from_secs(1));
    /// assert_eq!(cache.get("key"), None);
    /// ```
    pub fn advance(&self, by: Duration) {
        let by = nanos(by);
        let moved = |time: u64| Some(time.saturating_add(by));
        // Never `Err`: the closure always returns `Some`.
        let _ = self.time.fetch_update(Ordering::Relaxed, Ordering::Relaxed, moved);
    }
}

impl Default for Mock {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = Duration::from_nanos(self.time.load(Ordering::Relaxed));
        f.debug_struct("Mock").field("time", &time).finish()
    }
}

/// While this lives, a [`Mock`] is the clock of the thread. Drop guards in the reverse order of their
/// making, as scopes do.
///
/// ```
/// use weakcache::clock::{Installed, Mock};
///
/// let clock = Mock::new();
/// let installed: Installed<'_> = clock.install();
/// drop(installed);
/// ```
#[must_use = "the clock is installed only while the guard lives"]
pub struct Installed<'a> {
    previous: Option<Arc<AtomicU64>>,
    clock: PhantomData<&'a Mock>,
    /// The clock is this thread's: the guard is not `Send`.
    thread: PhantomData<Rc<()>>,
}

impl Drop for Installed<'_> {
    fn drop(&mut self) {
        MOCK.set(self.previous.take());
        LAST.set(OLD);
    }
}

impl fmt::Debug for Installed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Installed").finish_non_exhaustive()
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn tolerates_a_hundredth_and_ten_milliseconds_at_most() {
        if !counter_is_steady() {
            return;
        }
        let nanos = |duration| Tolerance::of(duration).0 * 10; // at 100 MHz
        assert_eq!(nanos(Duration::ZERO), 0);
        assert_eq!(nanos(Duration::from_micros(1)), 10);
        assert_eq!(nanos(Duration::from_millis(100)), 1_000_000);
        assert_eq!(nanos(Duration::from_secs(1)), 10_000_000);
        assert_eq!(nanos(Duration::MAX), 10_000_000);
    }

    #[test]
    fn is_late_by_no_more_than_it_tolerates() {
        let tolerance = Tolerance::of(Duration::from_mins(1));
        let until = Instant::now() + Duration::from_millis(50);
        while Instant::now() < until {
            let before = exact();
            let now = now(tolerance);
            assert!(before.saturating_sub(now) <= 10_000_000);
            assert!(now <= exact());
        }
    }

    #[test]
    fn a_mock_stands_still_on_its_threads_only() {
        let tolerance = Tolerance::of(Duration::from_mins(1));
        let clock = Mock::new();
        let installed = clock.install();
        let then = now(tolerance);
        assert_eq!(exact(), then);
        clock.advance(Duration::from_secs(1));
        assert_eq!(now(tolerance), then + 1_000_000_000);
        thread::scope(|scope| {
            scope.spawn(|| assert!(exact() < then + 1_000_000_000));
            scope.spawn(|| {
                let _installed = clock.install();
                assert_eq!(now(tolerance), then + 1_000_000_000);
            });
        });
        drop(installed);
        assert!(now(tolerance) < then + 1_000_000_000);
    }

    #[test]
    fn mocks_nest() {
        let (outer, inner) = (Mock::new(), Mock::new());
        inner.advance(Duration::from_secs(9));
        let _outer = outer.install();
        let then = exact();
        {
            let _inner = inner.install();
            assert!(exact() > then);
        }
        assert_eq!(exact(), then);
    }
}
