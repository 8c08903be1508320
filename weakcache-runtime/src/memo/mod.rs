//! The caches behind `#[memoize]`.
//!
//! A call is one look-up, [`Cache::enter`], and on a miss a [`Ticket`] to run the body with. What depends
//! on the borrowed key is little: its hash, and the comparison with stored keys. From a miss on the key is
//! owned, and all that follows is compiled once for each type of cache.
#![forbid(unsafe_code)]

mod expiry;
mod flight;
mod info;
mod key;
mod kind;
mod room;
mod slot;
mod state;
mod table;

use self::flight::{FlightId, Outcome};
use self::kind::{Shape, Shared, Storage};
use self::state::{Manner, Report, Start, State, Trash};
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::marker::PhantomData;

pub use self::expiry::{Expiry, Idle, Never, Ttl};
pub use self::info::CacheInfo;
pub use self::key::{
    FitsLocalReferent, FitsLocalValue, FitsLocalWhole, FitsNot, FitsNotWhole, FitsReferent, FitsValue,
    FitsWhole, Key, Type, assert_local_receiver, assert_local_referent, assert_local_value,
    assert_local_whole, assert_receiver, assert_referent, assert_value, assert_whole, option, part,
};
pub use self::kind::{
    Keep, KeepsLocalStrong, KeepsLocalWeak, KeepsNothing, KeepsStrong, KeepsWeak, Kind, Probe, ProbeAny,
    ProbeErrToo, ProbeResult, ProbeShared, SharedKind, assert_local_strong, assert_local_weak, assert_result,
    assert_strong, assert_weak,
};
pub use self::room::{Bounded, Local, Room, Unbounded};
pub use self::slot::{AnyCache, LocalSlot, LocalSlots, Slot, Slots, in_thread};

/// The cache of a memoized function: keys `K`, results of kind `O`.
pub struct Cache<K, O: Kind, X: Expiry, R, H> {
    room: R,
    expiry: X,
    hasher: H,
    name: &'static str,
    capacity: Option<usize>,
    single_flight: bool,
    types: PhantomData<fn() -> (K, O)>,
}

/// A cache that threads share, of at most `lru` entries.
pub type BoundedCache<K, O, X, H> = Cache<K, O, X, Bounded<K, O, X>, H>;
/// A cache that threads share, of any size.
pub type UnboundedCache<K, O, X, H> = Cache<K, O, X, Unbounded<K, O, X>, H>;
/// A cache of one thread.
pub type LocalCache<K, O, X, H> = Cache<K, O, X, Local<K, O, X>, H>;

/// The options of a cache.
#[derive(Debug)]
pub struct Options<X> {
    /// The label in reports.
    pub name: &'static str,
    /// `lru = N`.
    pub capacity: Option<usize>,
    /// `ttl`, `idle` and `err_ttl`.
    pub expiry: X,
    /// Whether callers of one key wait for the first.
    pub single_flight: bool,
}

/// How a call goes on.
pub enum Call<'a, K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H> {
    /// With this result.
    Ready(O::Output),
    /// By running the body.
    Run(Ticket<'a, K, O, X, R, H>),
}

impl<K, O, X, R, H> Cache<K, O, X, R, H>
where
    K: Eq,
    O: Kind,
    X: Expiry,
    R: Room<K, O, X>,
    H: BuildHasher + Default,
{
    /// An empty cache. Allocates nothing for its entries.
    #[must_use]
    pub fn new(options: Options<X>) -> Self {
        let Options { name, capacity, expiry, single_flight } = options;
        let room = R::new(State::new(capacity));
        Self { room, expiry, hasher: H::default(), name, capacity, single_flight, types: PhantomData }
    }

    /// A call of the function: its result if it is known, or else a ticket to run the body with.
    ///
    /// May wait for another thread that computes the same. The kind is there for inference.
    #[inline]
    pub fn enter<Q: Key<Owned = K>>(&self, _: O, key: Q) -> Call<'_, K, O, X, R, H> {
        let hash = self.hash(&key);
        match self.room.hit(hash, |stored| key.is(stored), &self.expiry) {
            Some(taken) => Call::Ready(Self::output(taken)),
            None => self.miss(hash, key.into_owned()),
        }
    }

    /// A call of `refresh`: runs the body in any case.
    pub fn refresh<Q: Key<Owned = K>>(&self, _: O, key: Q) -> Ticket<'_, K, O, X, R, H> {
        if self.capacity == Some(0) {
            self.count_miss();
            return Ticket { cache: self, flight: None };
        }
        let (hash, id) = (self.hash(&key), flight::new_id());
        let begun = self.start((hash, key.into_owned()), id, Manner::Anew);
        self.ticket(hash, id, true, begun.is_some())
    }

    /// The stored result of a key. Changes nothing.
    #[expect(clippy::needless_pass_by_value, reason = "as for a call")]
    pub fn peek<Q: Key<Owned = K>>(&self, _: O, key: Q) -> Option<O::Output> {
        let hash = self.hash(&key);
        self.room.peek(hash, |stored| key.is(stored), &self.expiry).map(Self::output)
    }

    /// Drops the entry of a key, and says whether it could have been served.
    #[expect(clippy::needless_pass_by_value, reason = "as for a call")]
    pub fn invalidate<Q: Key<Owned = K>>(&self, _: O, key: Q) -> bool {
        let hash = self.hash(&key);
        let now = self.expiry.now();
        let mut trash = Trash::new();
        let invalidate = |state: &mut State<K, O, X>, _: &mut u64| {
            state.invalidate(hash, |stored| key.is(stored), &self.expiry, now, &mut trash)
        };
        self.room.with(invalidate).unwrap_or(false)
    }

    /// Stores a result as if it had been computed now, if it is of the kind that is kept.
    #[expect(clippy::needless_pass_by_value, reason = "the control's user hands over the value")]
    pub fn prime<Q: Key<Owned = K>>(&self, _: O, key: Q, output: O::Output) {
        if self.capacity == Some(0) {
            return;
        }
        let hash = self.hash(&key);
        let key = key.into_owned();
        let Some(result) = self.stored(&output) else { return };
        let now = self.expiry.now();
        let mut trash = Trash::new();
        self.room.with(|state, _| {
            state.flights.invalidate(hash, |other| *other == key);
            state.store((hash, key), result, true, &self.expiry, now, &mut trash);
        });
    }

    #[inline]
    fn hash<Q: Key>(&self, key: &Q) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        key.hash(&mut hasher);
        hasher.finish()
    }
}

/// What needs no hasher.
impl<K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H> Cache<K, O, X, R, H> {
    #[inline]
    fn output(taken: O::Taken) -> O::Output {
        O::Shape::output(O::Storage::value(taken))
    }

    /// A copy of a result for those who waited, if there can be one.
    fn share(output: &O::Output) -> Option<Shared<O>> {
        match O::Shape::value(output) {
            Some((value, _)) => Some(Ok(value.clone())),
            None => O::Shape::error(output).map(Err),
        }
    }

    /// A result for one of those who waited.
    fn unshare(shared: &Shared<O>) -> O::Output {
        match shared {
            Ok(value) => O::Shape::output(value.clone()),
            Err(error) => O::Shape::from_error(error.clone()),
        }
    }

    /// What is stored of a result, unless nothing is. Runs with no lock held.
    fn stored(&self, output: &O::Output) -> Option<(O::Stored, X::Stamp)> {
        let (value, is_err) = O::Shape::value(output)?;
        let stored = O::Storage::store(value);
        Some((stored, self.expiry.stamp(is_err)?))
    }

    fn count_miss(&self) {
        self.room.with(|state, _| state.count_miss());
    }

    #[inline(never)]
    fn miss(&self, hash: u64, mut key: K) -> Call<'_, K, O, X, R, H> {
        if self.capacity == Some(0) {
            self.count_miss();
            return Call::Run(Ticket { cache: self, flight: None });
        }
        let id = flight::new_id();
        let mut manner = if self.single_flight { Manner::Shared } else { Manner::Alone };
        loop {
            let Some(start) = self.start((hash, key), id, manner) else {
                return Call::Run(self.ticket(hash, id, false, false));
            };
            match start {
                Start::Found(taken, _) => return Call::Ready(Self::output(taken)),
                Start::Lead => return Call::Run(self.ticket(hash, id, false, true)),
                Start::Join(flight, landing, returned) => {
                    key = returned;
                    match landing.wait(flight) {
                        Some(Outcome::Shared(shared)) => {
                            self.room.with(|state, _| state.hits += 1);
                            return Call::Ready(Self::unshare(&shared));
                        }
                        Some(Outcome::Lost) => {}
                        // To wait for the next to fail, or round a cycle, is no use.
                        Some(Outcome::Unshared) | None => manner = Manner::Alone,
                    }
                }
            }
        }
    }

    fn start(&self, key: (u64, K), id: FlightId, manner: Manner) -> Option<Start<K, O>> {
        let now = self.expiry.now();
        let mut trash = Trash::new();
        self.room.with(|state, _| state.start(key, id, manner, &self.expiry, now, &mut trash))
    }

    /// A ticket; `begun` says whether the cache knows of the computation.
    fn ticket(&self, hash: u64, id: FlightId, replaces: bool, begun: bool) -> Ticket<'_, K, O, X, R, H> {
        if !begun {
            return Ticket { cache: self, flight: None };
        }
        flight::enter(id);
        Ticket { cache: self, flight: Some(Begun { hash, id, replaces }) }
    }

    /// Ends a computation, and says who waits for it.
    fn finish(&self, begun: Begun, result: Option<(O::Stored, X::Stamp)>) -> Report<Shared<O>> {
        flight::leave(begun.id);
        let now = self.expiry.now();
        let Begun { hash, id, replaces } = begun;
        let (mut report, mut trash) = (Report::new(), Trash::new());
        self.room.with(|state, _| {
            state.finish(hash, id, result, replaces, &self.expiry, now, (&mut report, &mut trash));
        });
        report
    }
}

impl<K, O, X, R, H> AnyCache for Cache<K, O, X, R, H>
where
    K: Eq + 'static,
    O: Kind,
    X: Expiry,
    R: Room<K, O, X> + 'static,
    H: 'static,
{
    fn info(&self) -> CacheInfo {
        let counters = |state: &mut State<K, O, X>, hits: &mut u64| {
            let info = state.info();
            CacheInfo { hits: info.hits + *hits, ..info }
        };
        let info = self.room.with(counters).unwrap_or_default();
        CacheInfo { capacity: self.capacity, ..info }
    }

    fn clear(&self) {
        let entries = self.room.with(|state, hits| {
            *hits = 0;
            state.clear()
        });
        drop(entries);
    }
}

impl<K, O: Kind, X: Expiry, R, H> fmt::Debug for Cache<K, O, X, R, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A computation that a cache knows of.
#[derive(Clone, Copy)]
struct Begun {
    hash: u64,
    id: FlightId,
    replaces: bool,
}

/// The right, and the duty, to run the body for a key. Dropped without that, as when the body panics, it
/// hands over to those who wait.
pub struct Ticket<'a, K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H> {
    cache: &'a Cache<K, O, X, R, H>,
    /// `None` if the cache is not to know of the result.
    flight: Option<Begun>,
}

impl<K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H> Ticket<'_, K, O, X, R, H> {
    /// Runs the body, stores its result and shares it with those who wait.
    #[inline]
    pub fn run(self, body: impl FnOnce() -> O::Output) -> O::Output {
        self.run_if(body, |_| true)
    }

    /// The same, but stores the result only if `keep` says so.
    #[inline]
    pub fn run_if(
        self,
        body: impl FnOnce() -> O::Output,
        keep: impl FnOnce(&O::Output) -> bool,
    ) -> O::Output {
        let output = body();
        // An error that is not kept is not a value to be asked about.
        let kept = O::Shape::value(&output).is_some() && keep(&output);
        self.complete(&output, kept);
        output
    }

    #[inline(never)]
    fn complete(mut self, output: &O::Output, kept: bool) {
        // Before the flight is taken: if a clone panics, the ticket is dropped with it.
        let result = if kept && self.flight.is_some() { self.cache.stored(output) } else { None };
        if let Some(begun) = self.flight.take() {
            let report = self.cache.finish(begun, result);
            report.send(|| Cache::<K, O, X, R, H>::share(output).map_or(Outcome::Unshared, Outcome::Shared));
        }
    }
}

impl<K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H> Drop for Ticket<'_, K, O, X, R, H> {
    fn drop(&mut self) {
        if let Some(begun) = self.flight.take() {
            drop(self.cache.finish(begun, None));
        }
    }
}

/// A `cache_if`, with the type of its argument settled.
#[inline]
pub const fn predicate<R, F: FnOnce(&R) -> bool>(predicate: F) -> F {
    predicate
}
