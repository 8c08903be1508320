//! Object pools: what is dear to make is kept and used again.
//!
//! # How it works
//!
//! Idle objects lie in *racks*, each a stack with its own lock. A thread takes from and returns to its
//! own rack, so it mostly gets back what it had last and meets nobody there; where that is empty it looks
//! into the others. How many objects there are, and who waits for one, is kept behind the *gate*, which
//! only those pass who found every rack empty, and those who make or discard.
//!
//! No wake-up is lost. Who waits registers in `waiting`, then looks into all racks once more, then sleeps,
//! all under the gate. Who returns an object puts it into a rack, then looks at `waiting`, and if it is not 0
//! passes the gate to wake one. Both pass the lock of that rack: if the waiter did so first, the other
//! sees it registered, and finds it asleep when it gets through the gate; if not, the waiter sees the object.
#![forbid(unsafe_code)]

mod builder;
mod guard;

pub use builder::PoolBuilder;
pub use guard::{OwnedPooled, Pooled};

use crate::clock::Instant;
#[cfg(loom)]
use crate::sync::fault;
use crate::sync::{Arc, AtomicUsize, Condvar, Lock, Mutex, MutexGuard, Ordering, thread_number};
use std::fmt;
use std::mem;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

/// A pool of objects that are dear to make.
///
/// [`acquire`](Pool::acquire) lends an object, or makes one if none is idle; when the guard is dropped,
/// the object goes back. The last returned is the first taken, best by the same thread.
///
/// No user code (`make`, `reset`, `validate`, drops) runs with a lock held, so each may use the pool. An
/// object whose holder panicked, or whose `reset` or `validate` did, is thrown away and its place is
/// free.
///
/// ```
/// use weakcache::pool::Pool;
///
/// let buffers = Pool::builder(|| Vec::with_capacity(1 << 16))
///     .reset(Vec::clear)
///     .build();
/// for text in ["one", "two"] {
///     let mut buffer = buffers.acquire();
///     buffer.extend(text.bytes());
///     assert_eq!(buffer.len(), 3);
/// }
/// assert_eq!(buffers.info().created, 1);
/// ```
///
/// # Cost
///
/// Taking and returning an object takes one uncontended lock each and no allocation. Objects are boxed
/// when they are made, so that large ones are not moved.
pub struct Pool<T> {
    /// A power of two.
    racks: Box<[Rack<T>]>,
    gate: Mutex<Gate>,
    /// Somebody may take or make an object.
    freed: Condvar,
    /// How many wait, or are about to. Written under the gate.
    waiting: AtomicUsize,
    make: Box<dyn Fn() -> T + Send + Sync>,
    reset: Option<Reset<T>>,
    validate: Option<Validate<T>>,
    max_idle: usize,
    max_live: usize,
}

type Reset<T> = Box<dyn Fn(&mut T) + Send + Sync>;
type Validate<T> = Box<dyn Fn(&T) -> bool + Send + Sync>;

/// Idle objects, on cache lines of their own.
#[repr(align(128))]
struct Rack<T>(Lock<Idle<T>>);

struct Idle<T> {
    objects: Vec<Box<T>>,
    /// How many were taken from here.
    taken: u64,
}

#[derive(Default)]
struct Gate {
    live: usize,
    created: u64,
    discarded: u64,
    /// Taken, but not valid any more.
    rejected: u64,
    waits: u64,
}

/// What a pool holds and has done, from [`Pool::info`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolInfo {
    /// Objects that wait to be taken.
    pub idle: usize,
    /// Objects that are idle or out.
    pub live: usize,
    /// Calls of `make`.
    pub created: u64,
    /// Objects handed out that were not made for that very call.
    pub reused: u64,
    /// Objects thrown away: not valid, beyond `max_idle`, or after a panic. Those detached do not count.
    pub discarded: u64,
    /// Calls that had to wait.
    pub waits: u64,
}

/// How long to wait for an object.
#[derive(Clone, Copy)]
enum Patience {
    None,
    Until(Instant),
    Endless,
}

/// What one gets who found the racks empty.
enum Turn<'a, T> {
    Object(Box<T>),
    Make(Place<'a, T>),
}

impl<T> Pool<T> {
    /// A pool that makes `size` objects at once, and more whenever none is idle, and keeps them all.
    ///
    /// ```
    /// use weakcache::pool::Pool;
    ///
    /// let pool = Pool::new(2, || [0u8; 1024]);
    /// assert_eq!((pool.info().idle, pool.info().created), (2, 2));
    /// ```
    ///
    /// # Panics
    ///
    /// If `make` does.
    #[must_use]
    pub fn new(size: usize, make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self::builder(make).size(size).build()
    }

    /// A pool with limits or hooks.
    ///
    /// ```
    /// use weakcache::pool::Pool;
    ///
    /// let pool = Pool::builder(String::new).max_live(1).reset(String::clear).build();
    /// let text = pool.acquire();
    /// assert!(pool.try_acquire().is_none());
    /// # drop(text);
    /// ```
    pub fn builder(make: impl Fn() -> T + Send + Sync + 'static) -> PoolBuilder<T> {
        PoolBuilder::new(Box::new(make))
    }

    /// Lends an idle object, or makes one; with as many live as there may be, waits.
    ///
    /// Waiting is in no order: an object goes to whoever comes first after its return.
    ///
    /// ```
    /// use weakcache::pool::Pool;
    ///
    /// let pool = Pool::new(1, Vec::<u8>::new);
    /// pool.acquire().push(1);
    /// assert_eq!(*pool.acquire(), [1]);
    /// ```
    ///
    /// # Panics
    ///
    /// If `make` or `validate` does.
    pub fn acquire(&self) -> Pooled<'_, T> {
        let object = self.check_out(Patience::Endless).expect("endless patience is not exhausted");
        Pooled::new(self, object)
    }

    /// Lends an idle object, or makes one; `None` with as many live as there may be.
    ///
    /// ```
    /// use weakcache::pool::Pool;
    ///
    /// let pool = Pool::builder(|| 0).max_live(1).build();
    /// let zero = pool.try_acquire().unwrap();
    /// assert!(pool.try_acquire().is_none());
    /// # drop(zero);
    /// ```
    ///
    /// # Panics
    ///
    /// If `make` or `validate` does.
    pub fn try_acquire(&self) -> Option<Pooled<'_, T>> {
        Some(Pooled::new(self, self.check_out(Patience::None)?))
    }

    /// Lends an object as [`acquire`](Pool::acquire) does, but waits no longer than `timeout`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use weakcache::pool::Pool;
    ///
    /// let pool = Pool::builder(|| 0).max_live(1).build();
    /// let zero = pool.acquire_timeout(Duration::from_secs(1)).unwrap();
    /// assert!(pool.acquire_timeout(Duration::from_millis(1)).is_none());
    /// # drop(zero);
    /// ```
    ///
    /// # Panics
    ///
    /// If `make` or `validate` does.
    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Pooled<'_, T>> {
        let patience = Instant::now().checked_add(timeout).map_or(Patience::Endless, Patience::Until);
        Some(Pooled::new(self, self.check_out(patience)?))
    }

    /// Lends an object as [`acquire`](Pool::acquire) does, with a guard that keeps the pool alive instead
    /// of borrowing it.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use weakcache::pool::Pool;
    ///
    /// let pool = Arc::new(Pool::new(1, || 5));
    /// let five = pool.acquire_owned();
    /// drop(pool);
    /// assert_eq!(std::thread::spawn(move || *five).join().unwrap(), 5);
    /// ```
    ///
    /// # Panics
    ///
    /// If `make` or `validate` does.
    pub fn acquire_owned(self: &Arc<Self>) -> OwnedPooled<T> {
        let object = self.check_out(Patience::Endless).expect("endless patience is not exhausted");
        OwnedPooled::new(Arc::clone(self), object)
    }

    /// What the pool holds and has done.
    ///
    /// ```
    /// use weakcache::pool::Pool;
    ///
    /// let pool = Pool::new(2, || 5);
    /// let five = pool.acquire();
    /// assert_eq!((pool.info().idle, pool.info().live, pool.info().reused), (1, 2, 1));
    /// # drop(five);
    /// ```
    #[must_use]
    pub fn info(&self) -> PoolInfo {
        // Under the gate nothing becomes live or dies, so no more are idle than live.
        let gate = self.gate();
        let (mut idle, mut taken) = (0, 0);
        for rack in &self.racks {
            let rack = rack.0.lock();
            idle += rack.objects.len();
            taken += rack.taken;
        }
        let Gate { live, created, discarded, rejected, waits } = *gate;
        // One may be taken and not yet rejected, never the other way round.
        PoolInfo { idle, live, created, reused: taken - rejected, discarded, waits }
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().expect("no user code runs under the gate")
    }

    #[inline]
    fn home(&self) -> usize {
        #[expect(clippy::cast_possible_truncation, reason = "its last bits are wanted")]
        let number = thread_number() as usize;
        number & (self.racks.len() - 1)
    }

    /// An idle object, of this thread's rack if there is one.
    #[inline]
    fn take(&self) -> Option<Box<T>> {
        let home = self.home();
        self.racks[home].take().or_else(|| {
            let (before, after) = (&self.racks[..home], &self.racks[home + 1..]);
            after.iter().chain(before).find_map(Rack::take)
        })
    }

    #[inline]
    fn check_out(&self, patience: Patience) -> Option<Box<T>> {
        loop {
            let object = match self.take() {
                Some(object) => object,
                None => match self.queue(patience)? {
                    Turn::Object(object) => object,
                    Turn::Make(place) => {
                        let object = Box::new((self.make)());
                        mem::forget(place);
                        return Some(object);
                    }
                },
            };
            let Some(validate) = &self.validate else { return Some(object) };
            let mut doubtful = Doubtful { pool: self, object: Some(object), taken: true };
            if doubtful.object.as_deref().is_some_and(validate) {
                return doubtful.object.take();
            }
        }
    }

    /// Waits for an object or for a place to make one.
    #[cold]
    fn queue(&self, patience: Patience) -> Option<Turn<'_, T>> {
        let mut gate = self.gate();
        if let Some(place) = self.reserve(&mut gate) {
            return Some(Turn::Make(place));
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let mut waited = false;
        let turn = loop {
            if let Some(object) = self.take() {
                break Some(Turn::Object(object));
            }
            if let Some(place) = self.reserve(&mut gate) {
                break Some(Turn::Make(place));
            }
            let left = match patience {
                Patience::None => break None,
                Patience::Until(deadline) => Some(deadline.saturating_duration_since(Instant::now())),
                Patience::Endless => None,
            };
            if left.is_some_and(|left| left.is_zero()) {
                break None;
            }
            if !mem::replace(&mut waited, true) {
                gate.waits += 1;
            }
            gate = match left {
                Some(left) => self.freed.wait_timeout(gate, left).expect("as above").0,
                None => self.freed.wait(gate).expect("no user code runs under the gate"),
            };
        };
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        turn
    }

    fn reserve(&self, gate: &mut Gate) -> Option<Place<'_, T>> {
        if gate.live >= self.max_live {
            return None;
        }
        gate.live += 1;
        gate.created += 1;
        Some(Place(self))
    }

    /// Takes an object back.
    #[inline]
    fn check_in(&self, object: Box<T>) {
        let object = match &self.reset {
            None => object,
            Some(reset) => {
                let mut doubtful = Doubtful { pool: self, object: Some(object), taken: false };
                doubtful.object.as_deref_mut().map(reset);
                doubtful.object.take().expect("nobody else takes it")
            }
        };
        #[cfg(loom)]
        let early = fault::is(fault::Fault::LookFirst).then(|| self.waiting.load(Ordering::Relaxed));
        match self.racks[self.home()].put(object, self.max_idle) {
            Ok(()) => {
                // The lock of the rack has ordered this load: see the head of the module.
                let waiting = self.waiting.load(Ordering::Relaxed);
                #[cfg(loom)]
                let waiting = early.unwrap_or(waiting);
                if waiting > 0 {
                    self.wake();
                }
            }
            Err(object) => drop(Doubtful { pool: self, object: Some(object), taken: false }),
        }
    }

    #[cold]
    fn wake(&self) {
        #[cfg(loom)]
        if fault::is(fault::Fault::WakeInPassing) {
            return self.freed.notify_one();
        }
        drop(self.gate());
        self.freed.notify_one();
    }

    /// Frees the place of an object that leaves the pool.
    fn vacate(&self, note: impl FnOnce(&mut Gate)) {
        let mut gate = self.gate();
        gate.live -= 1;
        note(&mut gate);
        drop(gate);
        self.freed.notify_one();
    }
}

impl<T> Rack<T> {
    fn new() -> Self {
        Self(Lock::new(Idle { objects: Vec::new(), taken: 0 }))
    }

    #[inline]
    fn take(&self) -> Option<Box<T>> {
        let mut rack = self.0.lock();
        let object = rack.objects.pop()?;
        rack.taken += 1;
        Some(object)
    }

    #[inline]
    fn put(&self, object: Box<T>, max: usize) -> Result<(), Box<T>> {
        let mut rack = self.0.lock();
        if rack.objects.len() >= max {
            return Err(object);
        }
        rack.objects.push(object);
        Ok(())
    }
}

/// Room for a live object. Dropped, it is free again.
struct Place<'a, T>(&'a Pool<T>);

impl<T> Drop for Place<'_, T> {
    fn drop(&mut self) {
        self.0.vacate(|_| {});
    }
}

/// An object that is thrown away unless it is taken out.
struct Doubtful<'a, T> {
    pool: &'a Pool<T>,
    object: Option<Box<T>>,
    /// Whether it counts as taken from a rack.
    taken: bool,
}

impl<T> Drop for Doubtful<'_, T> {
    fn drop(&mut self) {
        // Its place is free before its own drop, which may use the pool.
        if self.object.is_some() {
            self.pool.vacate(|gate| {
                gate.discarded += 1;
                gate.rejected += u64::from(self.taken);
            });
        }
    }
}

// What a panic left half done is thrown away.
impl<T> RefUnwindSafe for Pool<T> {}
impl<T> UnwindSafe for Pool<T> {}

impl<T> fmt::Debug for Pool<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("info", &self.info()).finish_non_exhaustive()
    }
}
