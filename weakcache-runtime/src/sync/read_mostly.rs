//! The lock for what is mostly read.
//!
//! A [`ReadMostly`] is read by many threads at once, and readers write nothing that they share: each
//! takes a stripe of its own, on a cache line of its own, for as long as it reads, and counts there too. A
//! reader announces itself in its stripe and then looks for a writer; a writer announces itself and then
//! looks at every stripe. All four steps are sequentially consistent, so of a reader and a writer that
//! come at once at least one sees the other: the reader steps back, the writer waits. (Known as a
//! big-reader lock.) Two threads that fall on one stripe do not wait for each other either, the second
//! takes the next.
#![allow(unsafe_code)] // one cell

#[cfg(shuttle)]
use super::fault::{self, Fault};
use super::{AtomicBool, AtomicU64, Ordering, pause, thread_number};
use std::cell::UnsafeCell;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;
use std::thread;

/// A lock for short sections that mostly read. It counts the readings that found
/// something.
pub(crate) struct ReadMostly<T> {
    gate: Gate,
    value: UnsafeCell<T>,
}

/// Who may come in. Knows nothing of the value, so it is compiled once for all.
struct Gate {
    stripes: Box<[Stripe]>,
    /// How many there are, a power of two, less one.
    mask: usize,
    /// Whether there is a writer. Who takes it from false to true is the one.
    writing: AtomicBool,
}

/// Two cache lines, since processors fetch them in pairs.
#[repr(align(128))]
#[derive(Default)]
struct Stripe {
    taken: AtomicBool,
    /// Written by who has taken the stripe, or by the writer.
    count: AtomicU64,
}

// SAFETY: readers share the value, and `write` hands it from one thread to another. A reader holds a
// stripe while it reads, a writer goes on only once it has set `writing` and has seen each stripe free
// since; by the order of these steps (head of the file) the two never overlap.
unsafe impl<T: Send + Sync> Sync for ReadMostly<T> {}

impl<T> ReadMostly<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { gate: Gate::new(), value: UnsafeCell::new(value) }
    }

    /// Reads, and counts if there was something.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn read_and_count<R>(&self, read: impl FnOnce(&T) -> Option<R>) -> Option<R> {
        let stripe = self.gate.enter();
        // SAFETY: while the stripe is taken there is no writer.
        let result = read(unsafe { &*self.value.get() });
        if result.is_some() {
            // No read-modify-write: the stripe is ours.
            let count = &stripe.0.count;
            count.store(count.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        }
        result
    }

    /// Waits until no one else writes, and no one reads. While the guard lives no one does.
    #[inline]
    pub(crate) fn write(&self) -> WriteGuard<'_, T> {
        WriteGuard { writing: self.gate.exclude(), value: &self.value }
    }
}

impl Gate {
    fn new() -> Self {
        static THREADS: OnceLock<usize> = OnceLock::new();
        let threads = || {
            // So that threads of a model meet in one.
            if cfg!(shuttle) { 2 } else { thread::available_parallelism().map_or(8, usize::from) }
        };
        let stripes = THREADS.get_or_init(threads).next_power_of_two().min(64);
        Self {
            stripes: (0..stripes).map(|_| Stripe::default()).collect(),
            mask: stripes - 1,
            writing: AtomicBool::new(false),
        }
    }

    #[inline]
    fn enter(&self) -> Taken<'_> {
        #[expect(clippy::cast_possible_truncation, reason = "any bits will do")]
        let at = thread_number() as usize & self.mask;
        // SAFETY: there are `mask + 1` stripes.
        let stripe = unsafe { self.stripes.get_unchecked(at) };
        if !stripe.taken.swap(true, Ordering::SeqCst) {
            let taken = Taken(stripe);
            if !self.writing.load(Ordering::SeqCst) {
                return taken;
            }
        }
        self.enter_slowly()
    }

    #[cold]
    #[inline(never)] // a hit would save registers for it
    fn enter_slowly(&self) -> Taken<'_> {
        for (round, stripe) in (0..).zip(self.stripes.iter().cycle()) {
            if !self.writing.load(Ordering::Relaxed) && !stripe.taken.swap(true, Ordering::SeqCst) {
                let taken = Taken(stripe);
                if !self.writing.load(Ordering::SeqCst) {
                    return taken;
                }
            }
            pause(round);
        }
        unreachable!("there is at least one stripe")
    }

    #[inline]
    fn exclude(&self) -> Writing<'_> {
        if self.writing.swap(true, Ordering::SeqCst) {
            self.wait_for_writer();
        }
        let writing = Writing(self);
        #[cfg(shuttle)]
        if fault::is(Fault::WriteUnasked) {
            return writing;
        }
        for stripe in &self.stripes {
            for round in 0.. {
                if !stripe.taken.load(Ordering::SeqCst) {
                    break;
                }
                pause(round);
            }
        }
        writing
    }

    #[cold]
    #[inline(never)]
    fn wait_for_writer(&self) {
        for round in 0u32.. {
            pause(round);
            if !self.writing.load(Ordering::Relaxed) && !self.writing.swap(true, Ordering::SeqCst) {
                return;
            }
        }
    }
}

/// Lets readers and other writers in again when it is dropped, also if a write panics.
struct Writing<'a>(&'a Gate);

impl Drop for Writing<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.writing.store(false, Ordering::Release);
    }
}

/// The value, while no one else writes, and no one reads.
pub struct WriteGuard<'a, T> {
    writing: Writing<'a>,
    value: &'a UnsafeCell<T>,
}

impl<T> WriteGuard<'_, T> {
    /// How many readings found something.
    pub(crate) fn count(&self) -> u64 {
        self.writing.count()
    }

    /// Begins to count anew.
    pub(crate) fn reset_count(&mut self) {
        self.writing.reset_count();
    }
}

impl Writing<'_> {
    fn count(&self) -> u64 {
        self.0.stripes.iter().map(|stripe| stripe.count.load(Ordering::Relaxed)).sum()
    }

    fn reset_count(&self) {
        for stripe in &self.0.stripes {
            stripe.count.store(0, Ordering::Relaxed);
        }
    }
}

impl<T> Deref for WriteGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: while the guard lives no one reads, and no one else writes.
        unsafe { &*self.value.get() }
    }
}

impl<T> DerefMut for WriteGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above, and `self` is borrowed exclusively.
        unsafe { &mut *self.value.get() }
    }
}

impl<T> fmt::Debug for ReadMostly<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadMostly").finish_non_exhaustive()
    }
}

/// A stripe that a reader has taken.
struct Taken<'a>(&'a Stripe);

impl Drop for Taken<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.taken.store(false, Ordering::Release);
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::ReadMostly;
    use std::thread;

    #[test]
    fn readers_never_see_a_write_half_done() {
        const EACH: u32 = 20_000;
        let lock = ReadMostly::new((0u32, 0u32));
        thread::scope(|scope| {
            for writes in [false, true, false, true, false] {
                let lock = &lock;
                scope.spawn(move || {
                    for step in 0..EACH {
                        if writes && step % 8 == 0 {
                            let mut pair = lock.write();
                            pair.0 += 1;
                            pair.1 += 1;
                        } else {
                            lock.read_and_count(|pair| {
                                assert_eq!(pair.0, pair.1);
                                Some(())
                            });
                        }
                    }
                });
            }
        });
        let reads = u64::from(3 * EACH + 2 * EACH * 7 / 8);
        let mut pair = lock.write();
        assert_eq!(*pair, (EACH / 4, EACH / 4));
        assert_eq!(pair.count(), reads);
        pair.reset_count();
        assert_eq!(pair.count(), 0);
    }

    #[test]
    fn a_panic_leaves_it_free() {
        let read_mostly = ReadMostly::new(0);
        for _ in 0..2 {
            let panics = |run: &dyn Fn()| {
                assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err());
            };
            panics(&|| {
                read_mostly.read_and_count(|_| -> Option<()> { panic!() });
            });
            panics(&|| {
                let _value = read_mostly.write();
                panic!();
            });
        }
    }
}
