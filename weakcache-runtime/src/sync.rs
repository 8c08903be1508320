//! Synchronisation, of `std`, of loom or as shuttle schedules it: what a model is to see comes from here.
//!
//! # The lock
//!
//! What a [`Lock`] guards is short: a probe of a table, the insertion of an entry, now and then the growth
//! of a table. Of user code there runs at most the comparison of memoized keys, or a copy of a value without
//! destructor, and `memo/access.rs` keeps these from coming back to a lock. So it cannot be re-entered. For
//! such sections a read-modify-write is the larger part of the cost, and an unlock that may have to wake a
//! sleeper needs one: this lock unlocks with a plain store instead, and those who wait spin, yield, and then
//! sleep in steps, so that a holder which was preempted, or which has a lower priority, gets to run. (The
//! arrangement of folly's `MicroSpinLock`.)
#![allow(unsafe_code)] // one cell

#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicPtr, AtomicU8, AtomicU64, AtomicUsize, Ordering};
#[cfg(loom)]
pub(crate) use loom::{
    lazy_static,
    sync::{Condvar, Mutex, MutexGuard},
};
#[cfg(shuttle)]
pub(crate) use scheduled::{
    AtomicBool, AtomicPtr, AtomicU8, AtomicU64, AtomicUsize, Condvar, Instant, Mutex, MutexGuard, OnceLock,
    RwLock, RwLockReadGuard, RwLockWriteGuard, panicking, pause, thread_number,
};
#[cfg(shuttle)]
pub(crate) use shuttle::thread;
pub(crate) use std::sync::Arc;
#[cfg(not(shuttle))]
pub(crate) use std::sync::OnceLock;
#[cfg(not(loom))]
pub(crate) use std::sync::Weak;
/// For words whose order is another's business: loom does not branch on them.
pub(crate) use std::sync::atomic::AtomicU64 as Unmodelled;
#[cfg(not(loom))]
pub(crate) use std::sync::atomic::Ordering;
#[cfg(not(any(loom, shuttle)))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU64, AtomicUsize};
#[cfg(not(any(loom, shuttle)))]
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard};
#[cfg(not(shuttle))]
pub(crate) use std::thread;
/// Whether this thread unwinds.
#[cfg(not(shuttle))]
pub(crate) use std::thread::panicking;

#[cfg(shuttle)]
mod scheduled;

/// `thread_local!` with a constant initialiser; in a model one for each of its threads, which are none
/// of the system's.
macro_rules! thread_local_const {
    ($(#[$attr:meta])* static $name:ident: $t:ty = $init:expr;) => {
        #[cfg(not(any(loom, shuttle)))]
        std::thread_local! { $(#[$attr])* static $name: $t = const { $init }; }
        #[cfg(loom)]
        loom::thread_local! { $(#[$attr])* static $name: $t = $init; }
        #[cfg(shuttle)]
        shuttle::thread_local! { $(#[$attr])* static $name: $t = $init; }
    };
}
pub(crate) use thread_local_const;

/// Faults to put into the protocols, so that a model can show that it would notice.
#[cfg(any(loom, shuttle))]
pub mod fault {
    use std::sync::atomic::{AtomicU8, Ordering::SeqCst};

    /// The enum, each of whose faults is also found by its name: a model is told of one by that.
    macro_rules! faults {
        ($(#[$attr:meta])* pub enum Fault { $($(#[$doc:meta])* $name:ident,)* }) => {
            $(#[$attr])*
            pub enum Fault { $($(#[$doc])* $name,)* }

            impl Fault {
                /// The fault of this name.
                pub fn named(name: &str) -> Option<Self> {
                    match name {
                        $(stringify!($name) => Some(Self::$name),)*
                        _ => None,
                    }
                }
            }
        };
    }

    faults! {
        /// A step done wrong.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum Fault {
            /// None.
            None,
            /// An upgrade takes its reference without asking whether the count is zero.
            Revive,
            /// A drop goes by the count that it read before its decrement.
            CheckFirst,
            /// The last drop removes whatever stands under its hash.
            RemoveByHash,
            /// The last drop marks the count without asking whether it rose meanwhile.
            FlagBlindly,
            /// A drop may bring the count to zero without the lock.
            ZeroUnlocked,
            /// A look-up takes its increment back without asking whether the slot was used again.
            UndoBlindly,
            /// A look-up pins by a store.
            PinByStore,
            /// A look-up unpins without ordering.
            UnpinRelaxed,
            /// A collection loads the epochs of look-ups.
            ScanByLoad,
            /// A collection does not look at the epochs of look-ups.
            NoScan,
            /// A removal ends probes where entries stand behind it.
            CleanInTheMiddle,
            /// Growth takes the entries out of the old array.
            MoveOnGrowth,
            /// A thread takes the record of another one that is still there.
            ShareRecords,
            /// A weak handle does not keep the slot from being used again.
            HoldNoPlace,
            /// A sweep does not ask whether the node of a weak key is dead.
            SweepUnasked,
            /// A computation that was invalidated is stored all the same.
            StoreInvalid,
            /// A caller waits for a computation of which a tag was invalidated.
            FollowInvalid,
            /// Room for an entry is made in a step of its own, after it is stored.
            MakeRoomLate,
            /// A hit writes what it notes over the rest.
            NoteOver,
            /// A caller waits without asking whether that closes a cycle.
            WaitBlindly,
            /// A computation that is lost tells no one.
            LoseSilently,
            /// Who leaves the lock of a cache makes up for nothing that ended under it.
            MakeUpNever,
            /// The same, but only who unwinds from it.
            UnwindPast,
            /// A computation that ends under the lock of a cache is put off without a word to who leaves the lock.
            PutOffUntold,
            /// What ended under the lock of a cache, with its result, is made up for as one that was lost.
            MakeUpEmpty,
            /// A task that comes to leave its waker does not look whether the flight has landed.
            WaitUnseen,
            /// A task that no longer waits takes the wakers of others along.
            TakeAllWakers,
            /// Who returns an object to a pool looks for waiters before it is there.
            LookFirst,
            /// Who wakes a waiter does not pass the gate.
            WakeInPassing,
            /// Who returns an object puts it into the slot of a thread that it is not.
            PutUnowned,
            /// Who counts the idle objects of a pool looks at one rack after the other.
            CountLoosely,
            /// Who frees a place in a pool wakes no one.
            FreeSilently,
            /// A death takes out of a weak container whatever stands under its hash.
            UnlinkByHash,
            /// Who adds to a weak container does not look whether the key came in meanwhile.
            PlaceBlindly,
            /// Who counts what is in a weak container counts the dead too.
            CountDead,
            /// A writer goes ahead though others read.
            WriteUnasked,
        }
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

/// What a model frees: it stays, and who touches it after that is found out.
#[cfg(loom)]
#[derive(Debug, Default)]
pub(crate) struct Trace {
    freed: std::sync::atomic::AtomicBool,
    /// Tells an access that no order keeps apart from the end, though it came first this time.
    access: loom::cell::UnsafeCell<()>,
}

#[cfg(loom)]
impl Trace {
    pub(crate) fn touch(&self) {
        assert!(!self.freed.load(Ordering::SeqCst), "touched after it was freed");
        self.access.with(|_| ());
    }

    pub(crate) fn free(&self) {
        self.access.with_mut(|_| ());
        self.freed.store(true, Ordering::SeqCst);
    }
}

#[cfg(loom)]
pub(crate) use loom::sync::MutexGuard as LockGuard;
#[cfg(not(loom))]
pub(crate) use read_mostly::{ReadMostly, WriteGuard};
#[cfg(not(loom))]
pub(crate) use spin::{Lock, LockGuard};

#[cfg(not(loom))]
mod read_mostly;

/// The number of this thread, counted from 1 in the order in which they first ask.
#[cfg(not(shuttle))]
#[inline]
pub(crate) fn thread_number() -> u64 {
    thread_local_const! {
        static NUMBER: std::cell::Cell<u64> = std::cell::Cell::new(0);
    }
    #[cold]
    fn next() -> u64 {
        #[cfg(not(loom))]
        static NEXT: Unmodelled = Unmodelled::new(1);
        #[cfg(loom)] // one for each execution
        lazy_static! {
            static ref NEXT: Unmodelled = Unmodelled::new(1);
        }
        let new = NEXT.fetch_add(1, Ordering::Relaxed);
        NUMBER.with(|number| number.set(new));
        new
    }
    match NUMBER.with(std::cell::Cell::get) {
        0 => next(),
        number => number,
    }
}

/// One round of waiting for another thread.
///
/// In silence, longer each time: a look at a lock takes its line away from the holder, who is likely to
/// want it again soon.
#[cfg(not(any(loom, shuttle)))]
pub(crate) fn pause(round: u32) {
    match round {
        0..4 => (0..4 << round).for_each(|_| std::hint::spin_loop()),
        4..16 => thread::yield_now(),
        _ => thread::sleep(std::time::Duration::from_micros(50)),
    }
}

// What may panic under a lock, `Eq` of a memoized key, does so before or after a step, and not within.
impl<T> std::panic::RefUnwindSafe for Lock<T> {}
impl<T> std::panic::UnwindSafe for Lock<T> {}

/// Under loom the lock is loom's mutex, which knows how to wait.
#[cfg(loom)]
#[derive(Debug, Default)]
pub(crate) struct Lock<T>(Mutex<T>);

#[cfg(loom)]
impl<T> Lock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> LockGuard<'_, T> {
        self.0.lock().expect(UNPOISONED)
    }
}

/// Under loom its lock for readers and writers stands for the real one: loom takes sequential consistency for less than
/// it is, so that protocol would fail there.
#[cfg(loom)]
#[derive(Debug)]
pub(crate) struct ReadMostly<T> {
    value: loom::sync::RwLock<T>,
    count: Mutex<u64>,
}

#[cfg(loom)]
impl<T> ReadMostly<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { value: loom::sync::RwLock::new(value), count: Mutex::new(0) }
    }

    pub(crate) fn read_and_count<R>(&self, read: impl FnOnce(&T) -> Option<R>) -> Option<R> {
        let value = self.value.read().expect(UNPOISONED);
        let result = read(&value);
        if result.is_some() {
            *self.count.lock().expect(UNPOISONED) += 1;
        }
        result
    }

    pub(crate) fn write(&self) -> WriteGuard<'_, T> {
        WriteGuard { value: self.value.write().expect(UNPOISONED), count: &self.count }
    }
}

#[cfg(loom)]
pub struct WriteGuard<'a, T> {
    value: loom::sync::RwLockWriteGuard<'a, T>,
    count: &'a Mutex<u64>,
}

#[cfg(loom)]
impl<T> WriteGuard<'_, T> {
    pub(crate) fn count(&self) -> u64 {
        *self.count.lock().expect(UNPOISONED)
    }

    pub(crate) fn reset_count(&mut self) {
        *self.count.lock().expect(UNPOISONED) = 0;
    }
}

#[cfg(loom)]
impl<T> std::ops::Deref for WriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

#[cfg(loom)]
impl<T> std::ops::DerefMut for WriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

#[cfg(loom)]
const UNPOISONED: &str = "no user code runs under this lock";

#[cfg(not(loom))]
mod spin {
    use super::{AtomicBool, Ordering};
    use std::cell::UnsafeCell;
    use std::marker::PhantomData;
    use std::ops::{Deref, DerefMut};

    /// A mutual exclusion for short sections; see the head of the file.
    ///
    /// The flag comes first, so that it shares a line of the cache with what is touched next.
    #[derive(Debug, Default)]
    #[repr(C)]
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
            if self.held.swap(true, Ordering::Acquire) {
                wait(&self.held);
            }
            LockGuard { lock: self, value: PhantomData }
        }

        /// The value of a lock that nobody else can reach.
        #[cfg(feature = "weak-containers")]
        #[inline]
        pub(crate) fn get_mut(&mut self) -> &mut T {
            self.value.get_mut()
        }
    }

    #[cold]
    #[inline(never)] // a hit would save registers for it
    fn wait(held: &AtomicBool) {
        for round in 0u32.. {
            super::pause(round);
            if !held.load(Ordering::Relaxed) && !held.swap(true, Ordering::Acquire) {
                return;
            }
        }
    }

    pub struct LockGuard<'a, T> {
        lock: &'a Lock<T>,
        // The guard gives `&T`, so it is no more `Sync` than that, though the lock is.
        value: PhantomData<&'a mut T>,
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
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::Lock;
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
}
