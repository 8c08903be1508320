//! Synchronisation as shuttle schedules it, with the layouts and the constant initialisers of `std`'s.
//!
//! The threads and tasks of a model are coroutines of one thread of the system, and go on until they come to a place where
//! shuttle may take up another one. Each operation on an atomic is such a place, and so are locks, waits and wake-ups.
//! Everything between two of them is one step. So what is `std`'s and not from here can neither race nor block: its
//! atomics are words that no model sees change in between, and its locks are free, as long as nothing under them comes to
//! such a place. (Under loom more has to be swapped: it looks at each access, and counts what stays behind.)
//!
//! What is in order under one schedule is in order for all threads: shuttle knows no weaker ordering than the strongest. Whether
//! the orderings suffice is loom's affair, and what loom takes for weaker than it is, as in `read_mostly.rs`, is this one's.
//!
//! Not from here are the waits for the cache of a function that is being made, and those for second tiers: a model makes its caches
//! before it has threads, and has no tiers.
//!
//! What is static stays between executions: the table of an interned type, the epochs, the records of threads, the list of
//! waits. Each execution has its own threads, thread-locals and caches.
#![forbid(unsafe_code)]

use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicBool as Flag, Ordering::Relaxed};
use std::sync::{LockResult, PoisonError, atomic};
use std::time::Duration;

use shuttle::rand::Rng;
use shuttle::thread::{self, Thread};

std::thread_local! {
    /// How many coroutines of this thread wait for their turn while they unwind.
    static ASIDE: Cell<u32> = const { Cell::new(0) };
    /// What time it is: only waits with a limit take some.
    static TIME: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// Whether this thread of the model unwinds. `std` counts panics by thread of the system.
///
/// While one that unwinds waits, another one's own panic is taken for that.
pub(crate) fn panicking() -> bool {
    std::thread::panicking() && ASIDE.get() == 0
}

/// A step in which others may get their turn.
fn aside<R>(step: impl FnOnce() -> R) -> R {
    let unwinds = u32::from(panicking());
    ASIDE.set(ASIDE.get() + unwinds);
    let result = step();
    ASIDE.set(ASIDE.get() - unwinds);
    result
}

/// The number of this thread of the model, counted from 1 in the order in which they begin.
pub(crate) fn thread_number() -> u64 {
    usize::from(thread::current().id()) as u64 + 1
}

/// Others may get their turn here. What unwinds goes on until it has to wait.
fn switch() {
    if !panicking() {
        thread::sleep(Duration::ZERO); // a switch, and nothing else
    }
}

/// Others get their turn here: this one waits for them.
pub(crate) fn pause(_round: u32) {
    aside(thread::yield_now);
}

/// Words whose every operation is a place where others may get their turn, before it.
macro_rules! atomics {
    ($($name:ident $(<$t:ident>)? ($value:ty)),*) => {$(
        #[derive(Debug, Default)]
        #[repr(transparent)]
        #[allow(unreachable_pub, reason = "as public as `std`'s, which are in bounds of public traits")]
        pub struct $name $(<$t>)? (atomic::$name $(<$t>)?);

        impl $(<$t>)? $name $(<$t>)? {
            #[allow(dead_code, reason = "of some there are but defaults")]
            pub(crate) const fn new(value: $value) -> Self {
                Self(atomic::$name::new(value))
            }
        }

        impl $(<$t>)? Deref for $name $(<$t>)? {
            type Target = atomic::$name $(<$t>)?;

            fn deref(&self) -> &Self::Target {
                switch();
                &self.0
            }
        }

        impl $(<$t>)? DerefMut for $name $(<$t>)? {
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.0
            }
        }
    )*};
}

atomics! { AtomicBool(bool), AtomicU8(u8), AtomicU64(u64), AtomicUsize(usize), AtomicPtr<T>(*mut T) }

/// Locks that are not poisoned: to `std` every coroutine unwinds while one does.
macro_rules! locks {
    ($($(#[$attr:meta])* $lock:ident { $($step:ident -> $guard:ident $(, $mutable:tt)?;)* })*) => {$(
        $(#[$attr])*
        #[derive(Debug, Default)]
        pub(crate) struct $lock<T>(shuttle::sync::$lock<T>);

        impl<T> $lock<T> {
            pub(crate) const fn new(value: T) -> Self {
                Self(shuttle::sync::$lock::new(value))
            }

            $(
                pub(crate) fn $step(&self) -> LockResult<$guard<'_, T>> {
                    let guard = aside(|| self.0.$step().unwrap_or_else(PoisonError::into_inner));
                    Ok($guard { guard: Some(guard), lock: self })
                }
            )*
        }

        $(
            pub(crate) struct $guard<'a, T> {
                /// `None` while it is dropped.
                guard: Option<shuttle::sync::$guard<'a, T>>,
                #[allow(dead_code, reason = "of some it is not asked")]
                lock: &'a $lock<T>,
            }

            impl<T> Deref for $guard<'_, T> {
                type Target = T;

                fn deref(&self) -> &T {
                    self.guard.as_ref().expect(HELD)
                }
            }

            $(
                impl<T> DerefMut for $guard<'_, T> {
                    fn deref_mut(&$mutable self) -> &mut T {
                        self.guard.as_mut().expect(HELD)
                    }
                }
            )?

            impl<T> Drop for $guard<'_, T> {
                fn drop(&mut self) {
                    aside(|| self.guard = None);
                }
            }
        )*
    )*};
}

const HELD: &str = "a guard holds its lock";

locks! {
    /// A mutual exclusion.
    Mutex { lock -> MutexGuard, mut; }
    /// The same for one writer, or readers.
    RwLock { read -> RwLockReadGuard; write -> RwLockWriteGuard, mut; }
}

/// Who waits, and what says that it was told.
type Waiting = (Thread, std::sync::Arc<Flag>);

/// A condition variable. Who is told, of several, is up to chance, and limits of time end: shuttle's do not.
#[derive(Debug, Default)]
pub(crate) struct Condvar(std::sync::Mutex<Vec<Waiting>>);

impl Condvar {
    pub(crate) const fn new() -> Self {
        Self(std::sync::Mutex::new(Vec::new()))
    }

    fn waiting<R>(&self, work: impl FnOnce(&mut Vec<Waiting>) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Joins those who wait, before the lock is free.
    fn join(&self) -> std::sync::Arc<Flag> {
        switch();
        let told = std::sync::Arc::new(Flag::new(false));
        self.waiting(|all| all.push((thread::current(), told.clone())));
        told
    }

    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        let (mutex, told) = (guard.lock, self.join());
        drop(guard);
        while !told.load(Relaxed) {
            aside(thread::park);
        }
        mutex.lock()
    }

    /// Waits for some rounds of the others, and then it is late.
    pub(crate) fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, ())> {
        let (mutex, told) = (guard.lock, self.join());
        drop(guard);
        for round in 0..shuttle::rand::thread_rng().gen_range(0..8) {
            if told.load(Relaxed) {
                break;
            }
            pause(round);
        }
        if !told.load(Relaxed) {
            self.waiting(|all| all.retain(|(_, other)| !std::sync::Arc::ptr_eq(other, &told)));
            TIME.set(TIME.get() + limit);
        }
        mutex.lock().map(|guard| (guard, ())).map_err(|_| unreachable!("it is not poisoned"))
    }

    pub(crate) fn notify_one(&self) {
        switch();
        let told = self.waiting(|all| {
            let one = (!all.is_empty()).then(|| shuttle::rand::thread_rng().gen_range(0..all.len()));
            one.map(|at| all.swap_remove(at))
        });
        told.into_iter().for_each(Self::tell);
    }

    pub(crate) fn notify_all(&self) {
        switch();
        self.waiting(std::mem::take).into_iter().for_each(Self::tell);
    }

    fn tell((thread, told): Waiting) {
        told.store(true, Relaxed);
        aside(|| thread.unpark());
    }
}

/// A place that is filled once. Others wait while somebody fills it.
#[derive(Debug, Default)]
pub(crate) struct OnceLock<T> {
    value: std::sync::OnceLock<T>,
    filling: Mutex<()>,
}

impl<T> OnceLock<T> {
    pub(crate) const fn new() -> Self {
        Self { value: std::sync::OnceLock::new(), filling: Mutex::new(()) }
    }

    pub(crate) fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
        if let Some(value) = self.get() {
            return value;
        }
        let _filling = self.filling.lock();
        self.value.get_or_init(make)
    }
}

impl<T> Deref for OnceLock<T> {
    type Target = std::sync::OnceLock<T>;

    fn deref(&self) -> &Self::Target {
        switch();
        &self.value
    }
}

impl<T> DerefMut for OnceLock<T> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.value
    }
}

impl<T> From<T> for OnceLock<T> {
    fn from(value: T) -> Self {
        Self { value: value.into(), filling: Mutex::new(()) }
    }
}

// As `std`'s: what is half done is not there.
impl<T: UnwindSafe> UnwindSafe for OnceLock<T> {}
impl<T: RefUnwindSafe + UnwindSafe> RefUnwindSafe for OnceLock<T> {}

/// A point in time. Only waits with a limit take some.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant(Duration);

impl Instant {
    pub(crate) fn now() -> Self {
        Self(TIME.get())
    }

    pub(crate) fn elapsed(self) -> Duration {
        Self::now().saturating_duration_since(self)
    }

    pub(crate) fn checked_add(self, time: Duration) -> Option<Self> {
        self.0.checked_add(time).map(Self)
    }

    pub(crate) fn checked_duration_since(self, earlier: Self) -> Option<Duration> {
        self.0.checked_sub(earlier.0)
    }

    pub(crate) fn saturating_duration_since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}
