//! Synchronisation, of `std` or of loom: the only file that names either.
//!
//! # The lock
//!
//! What a [`Lock`] guards is short and bounded: a probe of a table, the insertion of an entry. It never
//! runs user code, so it cannot be re-entered and is never poisoned. For such sections a read-modify-
//! write is the larger part of the cost, and an unlock that may have to wake a sleeper needs one: this
//! lock unlocks with a plain store instead, and those who wait spin, yield, and then sleep in steps, so
//! that a holder which was preempted, or which has a lower priority, gets to run. (The arrangement of
//! folly's `MicroSpinLock`.)
//!
//! # The lock for what is mostly read
//!
//! A [`ReadMostly`] is read by many threads at once, and readers write nothing that they share: each
//! takes a stripe of its own, on a cache line of its own, for as long as it reads, and counts there too. A
//! reader announces itself in its stripe and then looks for a writer; a writer announces itself and then
//! looks at every stripe. All four steps are sequentially consistent, so of a reader and a writer that
//! come at once at least one sees the other: the reader steps back, the writer waits. (Known as a
//! big-reader lock.) Two threads that fall on one stripe do not wait for each other either, the second
//! takes the next.
#![allow(unsafe_code)] // two cells

#[cfg(loom)]
pub(crate) use loom::{
    lazy_static,
    sync::atomic::{AtomicU64, Ordering},
    sync::{Arc, Condvar, Mutex},
};
/// For words whose order is another's business: loom does not branch on them.
pub(crate) use std::sync::atomic::AtomicU64 as Unmodelled;
#[cfg(not(loom))]
pub(crate) use std::{
    sync::atomic::{AtomicU64, Ordering},
    sync::{Arc, Condvar, Mutex},
};

/// `thread_local!` with a constant initialiser; under loom one for each of its threads, which are none
/// of the system's.
macro_rules! thread_local_const {
    ($(#[$attr:meta])* static $name:ident: $t:ty = $init:expr;) => {
        #[cfg(not(loom))]
        std::thread_local! { $(#[$attr])* static $name: $t = const { $init }; }
        #[cfg(loom)]
        loom::thread_local! { $(#[$attr])* static $name: $t = $init; }
    };
}
pub(crate) use thread_local_const;

/// Faults to put into the protocols, so that a model can show that it would notice.
#[cfg(loom)]
pub mod fault {
    use std::sync::atomic::{AtomicU8, Ordering::SeqCst};

    /// A step done wrong.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    #[repr(u8)]
    pub enum Fault {
        /// None.
        None,
        /// A look-up takes its reference without asking whether the count is zero.
        Revive,
        /// A drop goes by the count that it read before its decrement.
        CheckFirst,
        /// The last drop removes whatever stands under its key.
        RemoveByKey,
    }

    static ACTIVE: AtomicU8 = AtomicU8::new(Fault::None as u8);

    /// Commits `fault` from now on, in the whole process.
    pub fn commit(fault: Fault) {
        ACTIVE.store(fault as u8, SeqCst);
    }

    pub(crate) fn is(fault: Fault) -> bool {
        ACTIVE.load(SeqCst) == fault as u8
    }
}

#[cfg(not(loom))]
pub(crate) use spin::{Lock, ReadMostly};

/// A small number that is this thread's own while it runs, and for good if fewer than 2³² threads start.
pub(crate) fn thread_number() -> u32 {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    const NONE: u32 = u32::MAX;
    thread_local_const! {
        static NUMBER: std::cell::Cell<u32> = std::cell::Cell::new(NONE);
    }
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NUMBER.with(|number| {
        if number.get() == NONE {
            number.set(NEXT.fetch_add(1, Relaxed));
        }
        number.get()
    })
}

/// Under loom the lock is loom's mutex, which knows how to wait.
#[cfg(loom)]
#[derive(Debug, Default)]
pub(crate) struct Lock<T>(loom::sync::Mutex<T>);

#[cfg(loom)]
impl<T> Lock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(loom::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> loom::sync::MutexGuard<'_, T> {
        self.0.lock().expect("no user code runs under this lock")
    }
}

/// Under loom one mutex does for readers and writers: loom takes sequential consistency for less than it
/// is, so the protocol of the real one would fail there.
#[cfg(loom)]
#[derive(Debug)]
pub(crate) struct ReadMostly<T>(loom::sync::Mutex<(T, u64)>);

#[cfg(loom)]
impl<T> ReadMostly<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(loom::sync::Mutex::new((value, 0)))
    }

    pub(crate) fn read_and_count<R>(&self, read: impl FnOnce(&T) -> Option<R>) -> Option<R> {
        let mut guard = self.0.lock().expect("no user code runs under this lock");
        let result = read(&guard.0);
        guard.1 += u64::from(result.is_some());
        result
    }

    pub(crate) fn write<R>(&self, write: impl FnOnce(&mut T, &mut u64) -> R) -> R {
        let mut guard = self.0.lock().expect("no user code runs under this lock");
        let (value, count) = &mut *guard;
        write(value, count)
    }
}

#[cfg(not(loom))]
mod spin {
    use std::cell::UnsafeCell;
    use std::fmt;
    use std::hint::spin_loop;
    use std::ops::{Deref, DerefMut};
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    use std::thread;
    use std::time::Duration;

    /// Waits a little longer each time: for a holder that runs, then for one that was preempted.
    #[derive(Default)]
    struct Backoff(u32);

    impl Backoff {
        fn wait(&mut self) {
            match self.0 {
                0..64 => spin_loop(),
                64..128 => thread::yield_now(),
                _ => thread::sleep(Duration::from_micros(50)),
            }
            self.0 = self.0.saturating_add(1);
        }
    }

    /// A mutual exclusion for short sections without user code; see the head of the file.
    #[derive(Debug, Default)]
    pub(crate) struct Lock<T> {
        held: AtomicBool,
        value: UnsafeCell<T>,
    }

    // SAFETY: `held` admits one guard at a time, so sharing the lock only ever hands the value from one
    // thread to another.
    unsafe impl<T: Send> Sync for Lock<T> {}

    impl<T> Lock<T> {
        pub(crate) const fn new(value: T) -> Self {
            Self { held: AtomicBool::new(false), value: UnsafeCell::new(value) }
        }

        #[inline]
        pub(crate) fn lock(&self) -> LockGuard<'_, T> {
            if self.held.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_err() {
                self.wait();
            }
            LockGuard { lock: self }
        }

        #[cold]
        fn wait(&self) {
            let mut backoff = Backoff::default();
            loop {
                // Reading first keeps the line shared until there is something to win.
                while self.held.load(Ordering::Relaxed) {
                    backoff.wait();
                }
                if self.held.compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()
                {
                    return;
                }
            }
        }
    }

    pub(crate) struct LockGuard<'a, T> {
        lock: &'a Lock<T>,
    }

    impl<T> Deref for LockGuard<'_, T> {
        type Target = T;

        #[inline]
        fn deref(&self) -> &T {
            // SAFETY: the guard exists, so this thread alone took `held` from false to true.
            unsafe { &*self.lock.value.get() }
        }
    }

    impl<T> DerefMut for LockGuard<'_, T> {
        #[inline]
        fn deref_mut(&mut self) -> &mut T {
            // SAFETY: as above, and `self` is borrowed exclusively.
            unsafe { &mut *self.lock.value.get() }
        }
    }

    impl<T> Drop for LockGuard<'_, T> {
        #[inline]
        fn drop(&mut self) {
            self.lock.held.store(false, Ordering::Release);
        }
    }

    /// A lock for short sections that mostly read, without user code; see the head of the file. It
    /// counts the readings that found something.
    pub(crate) struct ReadMostly<T> {
        stripes: Box<[Stripe]>,
        /// Held by the writer, if there is one.
        writing: Lock<()>,
        value: UnsafeCell<T>,
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
    // stripe while it reads, a writer goes on only once it holds `writing` and has seen each stripe free
    // since; by the order of these steps (head of the file) the two never overlap.
    unsafe impl<T: Send + Sync> Sync for ReadMostly<T> {}

    impl<T> ReadMostly<T> {
        pub(crate) fn new(value: T) -> Self {
            static THREADS: OnceLock<usize> = OnceLock::new();
            let threads = || thread::available_parallelism().map_or(8, usize::from);
            let stripes = THREADS.get_or_init(threads).next_power_of_two().min(64);
            Self {
                stripes: (0..stripes).map(|_| Stripe::default()).collect(),
                writing: Lock::new(()),
                value: UnsafeCell::new(value),
            }
        }

        /// Reads, and counts if there was something.
        #[inline]
        pub(crate) fn read_and_count<R>(&self, read: impl FnOnce(&T) -> Option<R>) -> Option<R> {
            let stripe = self.enter();
            // SAFETY: while the stripe is taken there is no writer.
            let result = read(unsafe { &*self.value.get() });
            if result.is_some() {
                // No read-modify-write: the stripe is ours.
                let count = &stripe.0.count;
                count.store(count.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
            }
            result
        }

        #[inline]
        fn enter(&self) -> Taken<'_> {
            let stripe = &self.stripes[super::thread_number() as usize & (self.stripes.len() - 1)];
            if !stripe.taken.swap(true, Ordering::SeqCst) {
                let taken = Taken(stripe);
                if !self.writing.held.load(Ordering::SeqCst) {
                    return taken;
                }
            }
            self.enter_slowly()
        }

        #[cold]
        fn enter_slowly(&self) -> Taken<'_> {
            let mut backoff = Backoff::default();
            for stripe in self.stripes.iter().cycle() {
                if !self.writing.held.load(Ordering::Relaxed) && !stripe.taken.swap(true, Ordering::SeqCst) {
                    let taken = Taken(stripe);
                    if !self.writing.held.load(Ordering::SeqCst) {
                        return taken;
                    }
                }
                backoff.wait();
            }
            unreachable!("there is at least one stripe")
        }

        /// Writes. The second argument of `write` is the count, taken out of the stripes; what it is set
        /// to is put back.
        pub(crate) fn write<R>(&self, write: impl FnOnce(&mut T, &mut u64) -> R) -> R {
            let _writing = self.writing.lock();
            // The store that `lock` made is to come before the loads below, and be seen by a reader that
            // they miss: a fence would do the same, but this is what the proof speaks of.
            self.writing.held.swap(true, Ordering::SeqCst);
            for stripe in &self.stripes {
                let mut backoff = Backoff::default();
                while stripe.taken.load(Ordering::SeqCst) {
                    backoff.wait();
                }
            }
            let mut count = 0;
            for stripe in &self.stripes {
                count += stripe.count.load(Ordering::Relaxed);
            }
            let before = count;
            // SAFETY: every stripe was seen free since `writing` was taken, so no one reads, and no one
            // else writes.
            let result = write(unsafe { &mut *self.value.get() }, &mut count);
            if count != before {
                for stripe in &self.stripes {
                    stripe.count.store(0, Ordering::Relaxed);
                }
                self.stripes[0].count.store(count, Ordering::Relaxed);
            }
            result
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
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{Lock, ReadMostly};
    use std::thread;

    #[test]
    fn excludes() {
        let lock = Lock::new((0u32, 0u32));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..10_000 {
                        let mut pair = lock.lock();
                        assert_eq!(pair.0, pair.1);
                        pair.0 += 1;
                        pair.1 += 1;
                    }
                });
            }
        });
        assert_eq!(*lock.lock(), (40_000, 40_000));
    }

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
                            lock.write(|pair, _| {
                                pair.0 += 1;
                                pair.1 += 1;
                            });
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
        lock.write(|&mut pair, count| {
            assert_eq!(pair, (EACH / 4, EACH / 4));
            assert_eq!(std::mem::replace(count, 7), reads);
        });
        lock.write(|_, count| assert_eq!(*count, 7));
    }

    #[test]
    fn a_panic_leaves_both_locks_free() {
        let (lock, read_mostly) = (Lock::new(0), ReadMostly::new(0));
        for _ in 0..2 {
            let panics = |run: &dyn Fn()| {
                assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err());
            };
            panics(&|| {
                let _guard = lock.lock();
                panic!();
            });
            panics(&|| {
                read_mostly.read_and_count(|_| -> Option<()> { panic!() });
            });
            panics(&|| read_mostly.write(|_, _| panic!()));
        }
    }
}
