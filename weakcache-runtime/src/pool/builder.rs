//! How a pool is set up.
#![forbid(unsafe_code)]

use crate::pool::listed::{List, Listed, list};
use crate::pool::{Gate, Pool, Rack, Reset, Validate};
use crate::sync::{AtomicUsize, Condvar, Mutex};
use std::num::NonZero;
use std::panic::Location;
use std::sync::Arc;
use std::{fmt, iter, thread};

/// A pool to be, from [`Pool::builder`].
///
/// ```
/// use weakcache::pool::Pool;
///
/// let pool = Pool::builder(Vec::<u8>::new)
///     .size(4)
///     .max_idle(8)
///     .max_live(16)
///     .reset(Vec::clear)
///     .validate(|buffer| buffer.capacity() < 1 << 20)
///     .build();
/// assert_eq!(pool.info().live, 4);
/// ```
#[must_use = "a builder does nothing until `build`"]
pub struct PoolBuilder<T> {
    make: Box<dyn Fn() -> T + Send + Sync>,
    size: usize,
    max_idle: usize,
    max_live: usize,
    reset: Option<Reset<T>>,
    validate: Option<Validate<T>>,
    name: Option<(String, List<T>)>,
}

impl<T> PoolBuilder<T> {
    pub(super) fn new(make: Box<dyn Fn() -> T + Send + Sync>) -> Self {
        Self {
            make,
            size: 0,
            max_idle: usize::MAX,
            max_live: usize::MAX,
            reset: None,
            validate: None,
            name: None,
        }
    }

    /// How many objects are made at once. Default: 0.
    ///
    /// ```
    /// # use weakcache::pool::Pool;
    /// let pool = Pool::builder(|| vec![0_u8; 1024]).size(2).build();
    /// assert_eq!(pool.info().idle, 2);
    /// ```
    pub fn size(self, size: usize) -> Self {
        Self { size, ..self }
    }

    /// How many returned objects are kept; what comes back beyond is dropped. Default: any number.
    ///
    /// All threads then return to one place, which takes longer where there are many.
    ///
    /// ```
    /// # use weakcache::pool::Pool;
    /// let pool = Pool::builder(Vec::<u8>::new).max_idle(1).build();
    /// drop((pool.acquire(), pool.acquire())); // two come back, one stays
    /// assert_eq!((pool.info().idle, pool.info().discarded), (1, 1));
    /// ```
    pub fn max_idle(self, max_idle: usize) -> Self {
        Self { max_idle, ..self }
    }

    /// How many objects there are, idle and lent together; who wants more waits. At least 1, or
    /// [`build`](Self::build) panics. Default: any number.
    ///
    /// ```
    /// # use weakcache::pool::Pool;
    /// let pool = Pool::builder(Vec::<u8>::new).max_live(1).build();
    /// let one = pool.acquire();
    /// assert!(pool.try_acquire().is_none());
    /// drop(one);
    /// assert!(pool.try_acquire().is_some());
    /// ```
    pub fn max_live(self, max_live: usize) -> Self {
        Self { max_live, ..self }
    }

    /// What is done to an object that comes back. If it panics, the object is thrown away.
    ///
    /// ```
    /// # use weakcache::pool::Pool;
    /// let pool = Pool::builder(Vec::<u8>::new).reset(Vec::clear).build();
    /// pool.acquire().push(1);
    /// assert!(pool.acquire().is_empty());
    /// ```
    pub fn reset(self, reset: impl Fn(&mut T) + Send + Sync + 'static) -> Self {
        Self { reset: Some(Box::new(reset)), ..self }
    }

    /// What is asked of an idle object before it is lent; one that fails is dropped and another taken.
    ///
    /// ```
    /// # use weakcache::pool::Pool;
    /// let pool = Pool::builder(|| 0_u32).validate(|uses| *uses < 2).build();
    /// for _ in 0..3 {
    ///     *pool.acquire() += 1;
    /// }
    /// assert_eq!(pool.info().created, 2); // the first was used up
    /// ```
    pub fn validate(self, validate: impl Fn(&T) -> bool + Send + Sync + 'static) -> Self {
        Self { validate: Some(Box::new(validate)), ..self }
    }

    /// The pool's name: with one it is listed by [`caches`](crate::caches), at the line where it is built, until it is dropped.
    ///
    /// ```
    /// use weakcache::pool::Pool;
    ///
    /// let pool = Pool::builder(Vec::<u8>::new).name("buffers").build();
    /// pool.acquire().push(1);
    /// let report = weakcache::caches().find(|cache| cache.name == "buffers").unwrap();
    /// assert_eq!((report.len, report.hits, report.misses), (1, 0, 1));
    /// ```
    pub fn name(self, name: impl Into<String>) -> Self
    where
        T: Send + 'static,
    {
        Self { name: Some((name.into(), list)), ..self }
    }

    /// Makes the pool and its first objects.
    ///
    /// ```
    /// # use weakcache::pool::Pool;
    /// let pool: Pool<Vec<u8>> = Pool::builder(Vec::new).build();
    /// assert_eq!(pool.info().live, 0);
    /// ```
    ///
    /// # Panics
    ///
    /// If `max_live` is 0: who acquires from such a pool would wait for ever. If `size` is more than
    /// `max_live`, or if making an object panics.
    #[must_use]
    #[track_caller]
    pub fn build(self) -> Pool<T> {
        let Self { make, size, max_idle, max_live, reset, validate, name } = self;
        assert!(max_live > 0, "a pool with `max_live(0)`, which could never lend an object");
        assert!(size <= max_live, "a pool of {size} objects that may have {max_live}");
        // A limit on what is idle is counted in one rack.
        let racks = if max_idle == usize::MAX { racks() } else { 1 };
        let first = Rack::new();
        let mut objects = Vec::with_capacity(size);
        objects.extend((0..size).map(|_| Box::new(make())));
        first.idle.lock().objects = objects;
        let racks = iter::once(first).chain((1..racks).map(|_| Rack::new())).collect();
        let gate = Arc::new(Mutex::new(Gate { live: size, created: size as u64, ..Gate::default() }));
        let location = Location::caller();
        let listing = name.map(|(name, list)| list(Listed::new(name, location, (&racks, &gate), max_live)));
        Pool {
            listing,
            racks,
            gate,
            freed: Condvar::new(),
            waiting: AtomicUsize::new(0),
            make,
            quick: reset.is_none() && max_idle == usize::MAX && max_live == usize::MAX,
            reset,
            validate,
            max_idle,
            max_live,
        }
    }
}

/// A power of two, so many that most threads have one to themselves where there are more than run at once.
fn racks() -> usize {
    if cfg!(any(loom, shuttle)) {
        2
    } else {
        (2 * thread::available_parallelism().map_or(4, NonZero::get)).next_power_of_two().min(64)
    }
}

impl<T> fmt::Debug for PoolBuilder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolBuilder")
            .field("size", &self.size)
            .field("max_idle", &self.max_idle)
            .field("max_live", &self.max_live)
            .finish_non_exhaustive()
    }
}
