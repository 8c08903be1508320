//! The cache of a memoized function: a state, how it is reached, and what its entries are like.

use super::access::{Access, Entered, Late, Locked, MostlyRead, Unshared};
use super::erased::Erased;
use super::expiry::Expiry;
use super::index::spread;
use super::info::CacheInfo;
use super::key::Key;
use super::kind::{Kind, Shape, Shared, Storage};
use super::owned::OwnedKey;
use super::policy::{Lru, S3Fifo};
use super::removed::Removed;
#[cfg(feature = "store")]
use super::second::Second;
use super::state::{Flight, Mode, Report, Start, State};
use super::waiters::{FlightId, Outcome};
use super::walk::{Seen, retain_seen};
#[cfg(any(loom, shuttle))]
use crate::sync::fault::{self, Fault};
use crate::tags::Tag;
use std::any::Any;
use std::borrow::{Borrow, Cow};
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::marker::PhantomData;
use std::panic::Location;
use std::time::Duration;

/// The cache of a memoized function: keys `K`, results of kind `O`.
pub struct Cache<K, O: Kind, X: Expiry, A, H> {
    pub(super) access: A,
    pub(super) expiry: X,
    pub(super) hasher: H,
    pub(super) name: Cow<'static, str>,
    pub(super) single_flight: SingleFlight,
    types: PhantomData<fn() -> (K, O)>,
}

/// A cache that threads share, of at most `lru` entries.
pub type BoundedCache<K, O, X, H> = Cache<K, O, X, Locked<K, O, X>, H>;
/// A cache that threads share, of at most `capacity` entries.
pub type CapacityCache<K, O, X, H> = Cache<K, O, X, MostlyRead<K, O, X, S3Fifo>, H>;
/// A cache that threads share, of any size.
pub type UnboundedCache<K, O, X, H> = Cache<K, O, X, MostlyRead<K, O, X, Lru>, H>;
/// A cache of one thread, of any size or of at most `lru` entries.
pub type LocalCache<K, O, X, H> = Cache<K, O, X, Unshared<K, O, X, Lru>, H>;
/// A cache of one thread, of at most `capacity` entries.
pub type LocalCapacityCache<K, O, X, H> = Cache<K, O, X, Unshared<K, O, X, S3Fifo>, H>;

/// Whether callers of one key wait for the first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SingleFlight {
    /// As long as it takes.
    Join,
    /// For so long, and then they compute beside it.
    Within(Duration),
    /// Not at all.
    Off,
}

impl SingleFlight {
    /// How long a thread waits, if there is an end to that.
    pub(super) fn limit(self) -> Option<Duration> {
        match self {
            Self::Within(limit) => Some(limit),
            Self::Join | Self::Off => None,
        }
    }
}

/// How many entries there may be.
#[derive(Clone, Copy, Debug)]
pub enum Capacity {
    /// As many as there are keys.
    Unbounded,
    /// So many.
    Of(usize),
    /// As many as an expression says, which is evaluated once.
    Asked(fn() -> usize),
}

impl Capacity {
    /// The number, if there is one.
    pub(super) fn get(self) -> Option<usize> {
        match self {
            Self::Unbounded => None,
            Self::Of(capacity) => Some(capacity),
            Self::Asked(ask) => Some(ask()),
        }
    }
}

/// The options of a cache.
#[derive(Debug)]
pub struct Options<X> {
    /// The label in reports.
    pub name: &'static str,
    /// Where the function is.
    pub location: &'static Location<'static>,
    /// `lru = N`, or `capacity = N`.
    pub capacity: Capacity,
    /// `ttl`, `idle` and `err_ttl`.
    pub expiry: X,
    /// `single_flight`.
    pub single_flight: SingleFlight,
}

impl<X> Options<X> {
    /// Those of a cache without bound, of a function that is where this is called.
    #[inline]
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, expiry: X) -> Self {
        Self {
            name,
            location: Location::caller(),
            capacity: Capacity::Unbounded,
            expiry,
            single_flight: SingleFlight::Join,
        }
    }

    /// With at most so many entries. The type of the cache says which of them give way.
    #[inline]
    #[must_use]
    pub fn capacity(self, capacity: Capacity) -> Self {
        Self { capacity, ..self }
    }

    /// With callers of one key that do this.
    #[inline]
    #[must_use]
    pub fn single_flight(self, single_flight: SingleFlight) -> Self {
        Self { single_flight, ..self }
    }
}

/// What can be asked of a cache whose type is not known. By names that nobody would look for among the
/// controls of a function: the compiler would offer this trait for them.
pub trait AnyCache {
    fn any_info(&self) -> CacheInfo;
    /// What its table takes.
    fn any_bytes(&self) -> usize;
    fn any_clear(&self);
    /// Drops what has expired or died, and says how many entries that were.
    fn any_sweep(&self) -> usize;
    /// Sets how many entries there may be.
    fn any_set_capacity(&self, capacity: usize);
    /// Drops the entries that `keep` refuses, and says how many.
    fn any_retain(&self, keep: &mut dyn FnMut(&Seen<'_>) -> bool) -> usize;
}

/// A cache of a known type, as a slot makes it. From a function without captures: what makes it is then
/// compiled for each type of cache, and not for each function.
pub trait NewCache: AnyCache + 'static {
    type Expiry;
    fn new(options: Options<Self::Expiry>) -> Self;
}

impl<K, O, X, A, H> NewCache for Cache<K, O, X, A, H>
where
    K: OwnedKey,
    O: Kind<Output: 'static>,
    X: Expiry,
    A: Access<K, O, X>,
    H: BuildHasher + Default + 'static,
{
    type Expiry = X;

    /// An empty cache.
    fn new(options: Options<X>) -> Self {
        Self::with_hasher(options, H::default())
    }
}

impl<K, O, X, A, H> AnyCache for Cache<K, O, X, A, H>
where
    K: OwnedKey,
    O: Kind<Output: 'static>,
    X: Expiry,
    A: Access<K, O, X>,
{
    fn any_info(&self) -> CacheInfo {
        let mut info = CacheInfo::default();
        if let Some(state) = self.access.lock() {
            info = state.info();
            info.hits += A::hits(&state);
        }
        (info.refreshes, info.stale) = self.expiry.counts();
        #[cfg(feature = "store")]
        if let Some((tier, _)) = self.expiry.tier() {
            [info.store_hits, info.store_failures, info.store_bytes] = tier.counts();
        }
        info
    }

    fn any_bytes(&self) -> usize {
        match self.access.lock() {
            Some(state) => state.bytes(),
            None => 0,
        }
    }

    fn any_clear(&self) {
        // First: what a call has from there meanwhile, goes with the rest.
        #[cfg(feature = "store")]
        if let Some((tier, _)) = self.expiry.tier() {
            tier.clear();
        }
        let (mut removed, now) = (Removed::new(), self.expiry.now());
        if let Some(mut state) = self.access.lock() {
            A::reset_hits(&mut state);
            self.expiry.reset();
            let entries = state.clear(&self.expiry, now, &mut removed);
            drop(state);
            drop(entries);
        }
        self.release(removed);
    }

    fn any_sweep(&self) -> usize {
        let now = self.expiry.now();
        let mut removed = Removed::new();
        if let Some(mut state) = self.access.lock() {
            state.sweep(&self.expiry, now, &mut removed);
        }
        let count = removed.count();
        self.release(removed);
        count
    }

    fn any_set_capacity(&self, capacity: usize) {
        let now = self.expiry.now();
        let mut removed = Removed::new();
        if let Some(mut state) = self.access.lock() {
            state.set_capacity(capacity, &self.expiry, now, &mut removed);
        }
        self.release(removed);
    }

    fn any_retain(&self, keep: &mut dyn FnMut(&Seen<'_>) -> bool) -> usize {
        retain_seen(&self.access, &self.expiry, &self.name, keep)
    }
}

impl<K: OwnedKey, O: Kind, X: Expiry, A: Access<K, O, X>, H> Cache<K, O, X, A, H> {
    /// An empty cache, with this hasher.
    pub(super) fn with_hasher(options: Options<X>, hasher: H) -> Self {
        let Options { name, location: _, capacity, expiry, single_flight } = options;
        let access = A::new(State::new(capacity.get()));
        Self { access, expiry, hasher, name: Cow::Borrowed(name), single_flight, types: PhantomData }
    }
}

impl<K: OwnedKey, O: Kind, X: Expiry, A: Access<K, O, X>, H: BuildHasher> Cache<K, O, X, A, H> {
    #[inline]
    pub(super) fn hash<Q: Key<Owned = K>>(&self, key: &Q) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        key.hash(&mut hasher);
        spread(hasher.finish())
    }

    /// The result for a key, or the right to compute it, or else the hash.
    // A function has one place for it.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn enter<Q: Key<Owned = K>>(&self, key: Q) -> (u64, Entered<O::Taken, Q>) {
        let hash = self.hash(&key);
        (hash, self.access.enter(hash, key, &self.expiry))
    }

    pub(super) fn hit<Q: Key<Owned = K>>(&self, key: &Q) -> Option<O::Output> {
        let hash = self.hash(key);
        self.access.hit(Q::PLAIN, hash, |stored| key.is(stored), &self.expiry).map(Self::output)
    }

    pub(super) fn peek<Q: Key<Owned = K>>(&self, key: &Q) -> Option<O::Output> {
        let hash = self.hash(key);
        self.access.peek(hash, |stored| key.is(stored), &self.expiry).map(Self::output)
    }

    /// The computations of a key that are in progress.
    pub(super) fn flights<Q: Key<Owned = K>>(&self, key: &Q) -> Vec<FlightId> {
        let hash = self.hash(key);
        let mut flights = Vec::new();
        if let Some(state) = self.access.lock() {
            flights = state.flights(hash, |stored| key.is(stored));
        }
        flights
    }

    pub(super) fn invalidate<Q: Key<Owned = K>>(&self, key: &Q) -> bool {
        self.remove(self.hash(key), |stored| key.is(stored))
    }

    pub(super) fn remove(&self, hash: u64, is: impl Fn(&K) -> bool) -> bool {
        let now = self.expiry.now();
        let mut removed = Removed::new();
        let mut was_live = false;
        if let Some(mut state) = self.access.lock() {
            was_live = state.invalidate(hash, is, &self.expiry, now, &mut removed);
        }
        self.release(removed);
        was_live
    }

    pub(super) fn prime<Q: Key<Owned = K>>(&self, key: Q, output: &O::Output, tags: &[Tag]) {
        let hash = self.hash(&key);
        let (key, owned) = if X::OWN { (None, Some(key.into_owned())) } else { (Some(key), None) };
        let own = self.own(output, || owned.as_ref()?.copy());
        // What is not to be kept takes the place of what was.
        let Some(mut result) = own.and_then(|own| self.stored(output, own)) else {
            match (key, owned) {
                (Some(key), _) => self.invalidate(&key),
                (_, owned) => self.remove(hash, |stored| owned.as_ref() == Some(stored)),
            };
            return;
        };
        O::Storage::tag(&mut result.0, O::Storage::tags(tags));
        let Some(key) = key.map(Key::into_owned).or(owned) else { return };
        self.put_primed((hash, key), result);
    }
}

impl<K: OwnedKey, O: Kind, X: Expiry, A, H> Cache<K, O, X, A, H> {
    /// Drops what was taken out, with no lock held, and tells before who wants to know.
    #[inline]
    pub(super) fn release(&self, removed: Removed<K, O, X>) {
        removed.release(&self.expiry, &self.name);
    }
}

impl<K: OwnedKey, O: Kind, X: Expiry, A: Access<K, O, X>, H> Cache<K, O, X, A, H> {
    /// Stores a result that was not computed here.
    pub(super) fn put_primed(&self, key: (u64, K), result: (O::Stored, X::Stamp)) {
        let (now, mut removed) = (self.expiry.now(), Removed::new());
        if let Some(mut state) = self.access.lock() {
            state.prime(key, result, &self.expiry, now, &mut removed);
        }
        self.release(removed);
    }

    /// The key of a computation.
    pub(super) fn copy_of_key(&self, flight: Flight) -> Option<K::Copy> {
        let mut partial = K::Partial::default();
        self.access.lock()?.key(flight).copy_to(&mut partial);
        K::copied(partial)
    }

    /// See [`State::start`]. `None` if this thread is under the lock of a cache.
    #[inline]
    pub(super) fn start(
        &self,
        hash: u64,
        key: &mut Option<K>,
        id: FlightId,
        mode: Mode,
        removed: &mut Removed<K, O, X>,
    ) -> Option<(Start<O, X>, Late)> {
        let now = self.expiry.now();
        match self.access.lock() {
            Some(mut state) => {
                let start = state.start(hash, key, id, mode, &self.expiry, now, removed);
                Some((start, A::unlock(state)))
            }
            None => None,
        }
    }

    /// Ends a computation, and says who waits for it, and what is to be dropped once they are told, and then what was put off.
    /// Where that is not possible yet, the flight stays, and whoever asked puts it off (`postponed.rs`).
    // A cache has one place for it that is hot.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn end(
        &self,
        flight: &mut Option<Flight>,
        result: Option<(O::Stored, X::Stamp)>,
        // Made out there: `Eq` of a key may panic in here, and then they are dropped after the unlock.
        (report, removed): (&mut Report<O, X>, &mut Removed<K, O, X>),
    ) -> Option<Late> {
        let now = self.expiry.now();
        if flight.is_none() {
            return None;
        }
        let Some(mut state) = self.access.lock() else {
            self.access.postpone();
            return None;
        };
        // Whatever panics from here on, it is over. Not before: where this is not reached, a drop of what was passed may panic.
        if let Some(ended) = flight.take() {
            state.finish(ended, result, &self.expiry, now, (&mut *report, &mut *removed));
        }
        let late = A::unlock(state);
        #[cfg(any(loom, shuttle))]
        if fault::is(Fault::MakeRoomLate)
            && let Some(mut state) = self.access.lock()
        {
            state.bound_late(&self.expiry, now, removed);
        }
        Some(late)
    }

    /// Counts a hit of a call that was handed a result, unless that is too old by now.
    pub(super) fn hit_shared(&self, hash: u64, key: &K, shared: &Shared<O, X>) -> bool {
        let now = self.expiry.now();
        // A task may come to look long after it was woken.
        if let Some(stamp) = &shared.stamp {
            if !self.expiry.is_live(stamp, now) && !self.expiry.is_fresh(stamp, now) {
                return false;
            }
            self.expiry.count(stamp, now);
        }
        drop(self.access.hit_shared(hash, key, &self.expiry));
        true
    }

    #[inline]
    pub(super) fn output(taken: O::Taken) -> O::Output {
        O::Shape::output(O::Storage::value(taken))
    }

    /// A copy of a result for those who waited, if there can be one.
    pub(super) fn share(&self, output: &O::Output, is_kept: bool, own: X::Own) -> Option<Shared<O, X>> {
        match O::Shape::value(output) {
            Some((value, is_err)) => {
                let stamp = if is_kept { self.expiry.stamp_own(is_err, own) } else { None };
                Some(Shared { result: Ok(value.clone()), stamp })
            }
            None => match O::Shape::error(output) {
                Some(error) => Some(Shared { result: Err(error), stamp: None }),
                None => None,
            },
        }
    }

    /// A result for one of those who waited.
    pub(super) fn unshare(shared: &Shared<O, X>) -> O::Output {
        match &shared.result {
            Ok(value) => O::Shape::output(value.clone()),
            Err(error) => O::Shape::from_error(error.clone()),
        }
    }

    /// What is stored of a result, unless nothing is. Runs with no lock held.
    #[inline]
    pub(super) fn stored(&self, output: &O::Output, own: X::Own) -> Option<(O::Stored, X::Stamp)> {
        let Some((value, is_err)) = O::Shape::value(output) else { return None };
        let stored = O::Storage::store(value);
        match self.expiry.stamp_own(is_err, own) {
            Some(stamp) => Some((stored, stamp)),
            None => None,
        }
    }

    /// How long a result is to live, where a closure says so. `None` if it is not to be stored: its key has died.
    #[inline]
    pub(super) fn own(&self, output: &O::Output, key: impl FnOnce() -> Option<K::Copy>) -> Option<X::Own> {
        if X::OWN
            && let Some((value, _)) = O::Shape::value(output)
            && let Some(value) = O::Shape::shown(value)
        {
            return Some(self.expiry.own(key()?.borrow(), value));
        }
        Some(X::Own::default())
    }
}

/// A cache, as a ticket sees it. The result it is given is of the type that the function returns.
pub trait Finish {
    /// The label in reports.
    #[cfg(feature = "tracing")]
    fn name(&self) -> &str;

    /// Whether there is something in a result that could be kept.
    fn has_value(&self, output: Erased<'_>) -> bool;

    /// Ends a computation: stores its result if it is to be `kept`, and shares it with those who wait. It stays where that has
    /// to be put off.
    fn finish(&self, flight: &mut Option<Flight>, output: Erased<'_>, kept: bool);

    /// Ends a computation without a result. It stays, as above.
    fn lose(&self, flight: &mut Option<Flight>);

    /// A copy of a result, to end a computation with later, if there can be one.
    fn copy(&self, output: Erased<'_>) -> Option<Box<dyn Any>>;

    /// Says which tags the result will have. A result without is not stored.
    fn tag(&self, flight: Flight, tags: &[Tag]);

    /// If the computation ended in an error for which there is a good value: ends it, shares that with those who wait,
    /// and returns it. `settled`: none is to try again for a time.
    fn rescue(&self, flight: &mut Option<Flight>, output: Erased<'_>, settled: bool) -> Option<Box<dyn Any>>;

    /// The result that is stored and live while this is computed anew.
    fn hit_beside(&self, flight: Flight) -> Option<Box<dyn Any>>;

    /// The same cache, if it has a second tier.
    #[cfg(feature = "store")]
    fn second(&self) -> Option<&dyn Second>;
}

impl<K, O, X, A, H> Finish for Cache<K, O, X, A, H>
where
    K: OwnedKey,
    O: Kind<Output: 'static>,
    X: Expiry,
    A: Access<K, O, X>,
    H: BuildHasher + 'static,
{
    #[cfg(feature = "tracing")]
    fn name(&self) -> &str {
        &self.name
    }

    fn has_value(&self, output: Erased<'_>) -> bool {
        O::Shape::value(Self::known(output)).is_some()
    }

    fn finish(&self, flight: &mut Option<Flight>, output: Erased<'_>, kept: bool) {
        let output = Self::known(output);
        // Before the flight is taken: if a clone panics, the ticket is dropped with it.
        let key = || self.copy_of_key((*flight)?);
        let own = match kept && flight.is_some() {
            true if X::OWN => self.own(output, key),
            true => Some(X::Own::default()),
            false => None,
        };
        let result = match own {
            Some(own) => self.stored(output, own),
            None => None,
        };
        let is_kept = result.is_some();
        let (mut report, mut removed) = (Report::new(), Removed::new());
        if let Some(late) = self.end(flight, result, (&mut report, &mut removed)) {
            report.send(|| match self.share(output, is_kept, own.unwrap_or_default()) {
                Some(shared) => Outcome::Shared(shared),
                None => Outcome::Unshared,
            });
            // Last: it may call one who waits for this, and who knows by now.
            self.release(removed);
            drop(late);
        }
    }

    fn lose(&self, flight: &mut Option<Flight>) {
        let (mut report, mut removed) = (Report::new(), Removed::new());
        if let Some(late) = self.end(flight, None, (&mut report, &mut removed)) {
            drop(report);
            self.release(removed);
            drop(late);
        }
    }

    fn copy(&self, output: Erased<'_>) -> Option<Box<dyn Any>> {
        let output = Self::known(output);
        if X::RENEWS && O::Shape::value(output).is_none_or(|(_, is_err)| is_err) {
            return None; // who waits may have what is stored instead, and asks for it
        }
        match self.share(output, false, X::Own::default()) {
            Some(shared) => Some(Box::new(Self::unshare(&shared))),
            None => None,
        }
    }

    fn tag(&self, flight: Flight, tags: &[Tag]) {
        if O::Storage::TAGGED {
            let tags = O::Storage::tags(tags);
            if let Some(mut state) = self.access.lock() {
                state.tag(flight, tags);
            }
        }
    }

    fn rescue(&self, flight: &mut Option<Flight>, output: Erased<'_>, settled: bool) -> Option<Box<dyn Any>> {
        if !X::RENEWS || O::Shape::value(Self::known(output)).is_some_and(|(_, is_err)| !is_err) {
            return None;
        }
        let failed = (*flight)?;
        let now = self.expiry.now();
        let mut state = self.access.lock()?;
        let rescued = state.rescue(failed, settled, &self.expiry, now);
        drop(state);
        let (taken, stamp) = rescued?;
        // Before the flight is taken: if a clone panics, the ticket is dropped with it.
        let output = Self::output(taken);
        let (mut report, mut removed) = (Report::new(), Removed::new());
        let late = self.end(flight, None, (&mut report, &mut removed))?;
        let value = || O::Shape::value(&output).map(|(value, _)| value.clone());
        report.send(|| {
            value().map_or(Outcome::Unshared, |value| Outcome::Shared(Shared { result: Ok(value), stamp }))
        });
        self.release(removed);
        drop(late);
        Some(Box::new(output))
    }

    fn hit_beside(&self, flight: Flight) -> Option<Box<dyn Any>> {
        if !X::RENEWS {
            return None;
        }
        let now = self.expiry.now();
        let mut state = self.access.lock()?;
        let taken = state.hit_beside(flight, &self.expiry, now);
        drop(state);
        Some(Box::new(Self::output(taken?)))
    }

    #[cfg(feature = "store")]
    fn second(&self) -> Option<&dyn Second> {
        if X::TIERED { Some(self) } else { None }
    }
}

impl<K, O: Kind, X: Expiry, A, H> Cache<K, O, X, A, H> {
    #[inline]
    pub(super) fn known(output: Erased<'_>) -> &O::Output
    where
        O::Output: 'static,
    {
        output.downcast().expect("a ticket is of the type that its cache was asked for")
    }
}

impl<K, O: Kind, X: Expiry, A, H> fmt::Debug for Cache<K, O, X, A, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("name", &self.name).finish_non_exhaustive()
    }
}
