//! Object pools: what is dear to make is kept and used again.
//!
//! | you want | write |
//! |:--|:--|
//! | some objects at once, more as they are needed | [`Pool::new(size, make)`](Pool::new) |
//! | bounds, a reset, a check on the way out | [`Pool::builder(make)`](Pool::builder) |
//! | an object; one is made, or at `max_live` waited for | [`acquire`](Pool::acquire), or [`acquire_timeout`](Pool::acquire_timeout) |
//! | the same, or nothing at `max_live` | [`try_acquire`](Pool::try_acquire) |
//! | one that borrows nothing, for another thread or a task | [`acquire_owned`](Pool::acquire_owned) |
//! | to keep one | [`Pooled::detach`] |
//!
//! ```
//! use weakcache::pool::Pool;
//!
//! let buffers = Pool::builder(|| Vec::<u8>::with_capacity(1 << 16)).reset(Vec::clear).max_live(16).build();
//! let mut buffer = buffers.acquire();
//! buffer.extend(b"text");
//! drop(buffer); // goes back, also after `?` or `break`; after a panic it is thrown away
//! assert_eq!(buffers.info().idle, 1);
//! ```

// # How it works
//
// Idle objects lie in *racks*, each a stack with its own lock. A thread takes from and returns to its
// own rack, so it mostly gets back what it had last and meets nobody there; where that is empty it looks
// into the others. How many objects there are, and who waits for one, is kept behind the *gate*, which
// only those pass who found every rack empty, and those who make or discard.
//
// Where there are no limits, a rack has a place at its top that its thread uses without the lock: see
// `slot`. What a thread has taken from its own rack goes back there; what it was handed by another thread
// goes under the lock. So only who holds the lock of a rack brings an object from one rack to another, and
// who holds all the locks can count the objects: each is in one rack, or lent.
//
// No wake-up is lost. Who waits registers in `waiting`, then looks into all racks once more, then sleeps,
// all under the gate. Who returns an object puts it into a rack, then looks at `waiting`, and if it is not 0
// passes the gate to wake one. Both pass the lock of that rack: if the waiter did so first, the other
// sees it registered, and finds it asleep when it gets through the gate; if not, the waiter sees the object.
// (Where slots are used nobody waits.)
#![deny(unsafe_code)]

mod builder;
mod guard;
mod listed;
mod place;
mod slot;

pub use builder::PoolBuilder;
pub use guard::{OwnedPooled, Pooled};

use crate::clock::Instant;
use crate::listed::Listing;
#[cfg(any(loom, shuttle))]
use crate::sync::fault;
use crate::sync::{Arc, AtomicUsize, Condvar, Lock, LockGuard, Mutex, MutexGuard, Ordering};
use slot::Slot;
use std::fmt;
use std::mem;
use std::panic::{RefUnwindSafe, UnwindSafe};
// Not that of a model: nothing is done with it but to hold.
use std::sync::Arc as Shared;
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
/// A thread that takes what it has returned makes one exchange on a line of the cache of its own; in a pool
/// with limits, it takes an uncontended lock there and back. Neither allocates. Objects are boxed when they
/// are made, so that large ones are not moved.
pub struct Pool<T> {
    /// Where it has a name. Before the rest, so that what is dropped is not listed any more.
    #[expect(dead_code, reason = "for its drop")]
    listing: Option<Listing>,
    /// A power of two. Shared with the list of all caches, as is the gate.
    racks: Shared<[Rack<T>]>,
    gate: Shared<Mutex<Gate>>,
    /// Somebody may take or make an object.
    freed: Condvar,
    /// How many wait, or are about to. Written under the gate.
    waiting: AtomicUsize,
    make: Box<dyn Fn() -> T + Send + Sync>,
    reset: Option<Reset<T>>,
    validate: Option<Validate<T>>,
    max_idle: usize,
    max_live: usize,
    /// Whether objects go into slots as they are: there are no limits, and nothing is done to them.
    quick: bool,
}

type Reset<T> = Box<dyn Fn(&mut T) + Send + Sync>;
type Validate<T> = Box<dyn Fn(&T) -> bool + Send + Sync>;

/// Idle objects, on cache lines of their own.
#[repr(align(128))]
struct Rack<T> {
    /// The last one returned. Owned by the thread of this number.
    slot: Slot<T>,
    idle: Lock<Idle<T>>,
}

struct Idle<T> {
    objects: Vec<Box<T>>,
    /// How many were taken from here, those aside that the owner of the slot took from there.
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
///
/// ```
/// use weakcache::pool::Pool;
///
/// let pool = Pool::new(1, String::new);
/// let (one, two) = (pool.acquire(), pool.acquire());
/// let info = pool.info();
/// assert_eq!((info.live, info.idle, info.created, info.reused), (2, 0, 2, 1));
/// # drop((one, two));
/// ```
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

/// An object that is lent.
struct Lent<T> {
    object: Box<T>,
    /// The number of the thread that took it, from its own rack or to keep it there from now on.
    home: usize,
}

/// What one gets who found the racks empty.
enum Turn<'a, T> {
    Object(Box<T>),
    Make(Place<'a, T>),
}

fn locked(gate: &Mutex<Gate>) -> MutexGuard<'_, Gate> {
    gate.lock().expect("no user code runs under the gate")
}

fn info<T>(racks: &[Rack<T>], gate: &Mutex<Gate>) -> PoolInfo {
    // Under the gate nothing becomes live or dies, and with all racks locked nothing goes from one to
    // another, so no more are idle than live.
    let gate = locked(gate);
    let (mut idle, mut taken) = (0, 0);
    #[cfg(any(loom, shuttle))]
    if fault::is(fault::Fault::CountLoosely) {
        for rack in racks {
            idle += rack.idle.lock().objects.len() + usize::from(rack.slot.is_full());
            #[cfg(loom)]
            loom::thread::yield_now(); // loom does not see by itself that others may come between
        }
        return PoolInfo { idle, live: gate.live, created: gate.created, ..PoolInfo::default() };
    }
    let mut locked: Vec<LockGuard<'_, Idle<T>>> = Vec::with_capacity(racks.len());
    locked.extend(racks.iter().map(|rack| rack.idle.lock()));
    for (rack, locked) in racks.iter().zip(locked) {
        idle += locked.objects.len() + usize::from(rack.slot.is_full());
        taken += locked.taken + rack.slot.taken();
    }
    let Gate { live, created, discarded, rejected, waits } = *gate;
    // One may be taken and not yet rejected, never the other way round.
    PoolInfo { idle, live, created, reused: taken - rejected, discarded, waits }
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
        Pooled::new(self, self.check_out(Patience::Endless).expect("endless patience is not exhausted"))
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
        let lent = self.check_out(Patience::Endless).expect("endless patience is not exhausted");
        OwnedPooled::new(Arc::clone(self), lent)
    }

    /// What the pool holds and has done. It never says that more are idle than live.
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
        info(&self.racks, &self.gate)
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        locked(&self.gate)
    }

    /// The rack of the thread with this number, maybe with others.
    fn rack(&self, number: usize) -> usize {
        number & (self.racks.len() - 1)
    }

    #[inline]
    fn check_out(&self, patience: Patience) -> Option<Lent<T>> {
        let number = place::current();
        if self.validate.is_none()
            && let Some(rack) = self.racks.get(number)
            && let Some(object) = rack.slot.take_own()
        {
            return Some(Lent { object, home: number });
        }
        self.look_for(patience)
    }

    #[inline(never)]
    fn look_for(&self, patience: Patience) -> Option<Lent<T>> {
        let home = place::current_or_new();
        loop {
            let object = match self.take(home) {
                Some(object) if self.validate.is_none() => return Some(Lent { object, home }),
                Some(object) => object,
                None => match self.queue(home, patience)? {
                    Turn::Object(object) => object,
                    Turn::Make(place) => {
                        let object = Box::new((self.make)());
                        mem::forget(place);
                        return Some(Lent { object, home });
                    }
                },
            };
            let Some(validate) = &self.validate else { return Some(Lent { object, home }) };
            let mut doubtful = Doubtful { pool: self, object: Some(object), taken: true };
            if doubtful.object.as_deref().is_some_and(validate) {
                let object = doubtful.object.take()?;
                return Some(Lent { object, home });
            }
        }
    }

    /// An idle object, of this thread's rack if there is one.
    #[inline]
    fn take(&self, number: usize) -> Option<Box<T>> {
        if let Some(object) = self.racks.get(number).and_then(|rack| rack.slot.take_own()) {
            return Some(object);
        }
        let home = self.rack(number);
        self.racks[home].take().or_else(|| self.take_of_others(home))
    }

    #[cold]
    fn take_of_others(&self, home: usize) -> Option<Box<T>> {
        let (before, after) = (&self.racks[..home], &self.racks[home + 1..]);
        after.iter().chain(before).find_map(Rack::take)
    }

    /// Waits for an object or for a place to make one.
    #[cold]
    fn queue(&self, home: usize, patience: Patience) -> Option<Turn<'_, T>> {
        let mut gate = self.gate();
        if let Some(place) = self.reserve(&mut gate) {
            return Some(Turn::Make(place));
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let mut waited = false;
        let turn = loop {
            if let Some(object) = self.take(home) {
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
    fn check_in(&self, lent: Lent<T>) {
        let number = place::current();
        #[cfg(any(loom, shuttle))]
        let number = if fault::is(fault::Fault::PutUnowned) { lent.home } else { number };
        if self.quick
            && number == lent.home
            && let Some(rack) = self.racks.get(number)
        {
            // What lay there goes below it.
            let Some(object) = rack.slot.put(lent.object) else { return };
            return self.put_down(object);
        }
        self.clean_and_put_down(lent.object);
    }

    #[inline(never)]
    fn clean_and_put_down(&self, object: Box<T>) {
        let Some(reset) = &self.reset else {
            return self.put_down(object);
        };
        let mut doubtful = Doubtful { pool: self, object: Some(object), taken: false };
        doubtful.object.as_deref_mut().map(reset);
        if let Some(object) = doubtful.object.take() {
            self.put_down(object);
        }
    }

    /// Throws an object away: one beyond `max_idle`, or whose holder panicked.
    #[cold]
    fn throw_away(&self, object: Box<T>) {
        drop(Doubtful { pool: self, object: Some(object), taken: false });
    }

    /// Puts an object into this thread's rack.
    fn put_down(&self, object: Box<T>) {
        #[cfg(any(loom, shuttle))]
        let early = fault::is(fault::Fault::LookFirst).then(|| self.waiting.load(Ordering::Relaxed));
        match self.racks[self.rack(place::current_or_new())].put(object, self.max_idle) {
            Ok(()) => {
                // The lock of the rack has ordered this load: see the head of the module.
                let waiting = self.waiting.load(Ordering::Relaxed);
                #[cfg(any(loom, shuttle))]
                let waiting = early.unwrap_or(waiting);
                if waiting > 0 {
                    self.wake();
                }
            }
            Err(object) => self.throw_away(object),
        }
    }

    #[cold]
    fn wake(&self) {
        #[cfg(any(loom, shuttle))]
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
        #[cfg(any(loom, shuttle))]
        if fault::is(fault::Fault::FreeSilently) {
            return;
        }
        self.freed.notify_one();
    }
}

impl<T> Rack<T> {
    fn new() -> Self {
        Self { slot: Slot::new(), idle: Lock::new(Idle { objects: Vec::new(), taken: 0 }) }
    }

    /// What is idle here, for any thread.
    #[inline]
    fn take(&self) -> Option<Box<T>> {
        let mut idle = self.idle.lock();
        let object = match idle.objects.pop() {
            Some(object) => object,
            None => self.slot.take()?,
        };
        idle.taken += 1;
        Some(object)
    }

    #[inline]
    fn put(&self, object: Box<T>, max: usize) -> Result<(), Box<T>> {
        let mut idle = self.idle.lock();
        if idle.objects.len() >= max {
            return Err(object);
        }
        idle.objects.push(object);
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
