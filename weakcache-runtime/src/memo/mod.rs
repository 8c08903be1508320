//! The caches behind `#[memoize]`.
//!
//! A call is one look-up, [`Cache::enter`] or [`enter_async`], and on a miss a [`Ticket`] to run the
//! body with. What depends on the borrowed key is little: its hash, and the comparison with stored keys.
//! From a miss on the key is owned, and all that follows is compiled once for each type of cache. A thread
//! and a task go the same way; they differ in how they wait (`call.rs`, `task.rs`).
#![forbid(unsafe_code)]

mod call;
mod expiry;
mod flight;
mod info;
mod key;
mod kind;
mod room;
mod slot;
mod state;
mod table;
mod task;

use self::kind::{Shape, Shared, Storage};
use self::state::{Report, State, Trash};
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::marker::PhantomData;

pub use self::call::{Attempt, Begun, Call, Lands, Ticket};
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
pub use self::task::{Entering, Erased, Running, body, enter_async, erase, refresh_async};

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
    pub fn enter<Q: Key<Owned = K>>(&self, _: O, key: Q) -> Call<O::Output, &Self> {
        let hash = self.hash(&key);
        match self.hit(hash, &key) {
            Some(output) => Call::Ready(output),
            None => Attempt::new(self, hash, key.into_owned()).wait(),
        }
    }

    #[inline]
    fn hit<Q: Key<Owned = K>>(&self, hash: u64, key: &Q) -> Option<O::Output> {
        self.room.hit(hash, |stored| key.is(stored), &self.expiry).map(Self::output)
    }

    /// A call of `refresh`: runs the body in any case.
    pub fn refresh<Q: Key<Owned = K>>(&self, kind: O, key: Q) -> Ticket<&Self> {
        refresh_async(self, kind, key)
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

    /// Ends a computation, and says who waits for it.
    fn finish(&self, begun: Begun, result: Option<(O::Stored, X::Stamp)>) -> Report<Shared<O>> {
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

/// A `cache_if`, with the type of its argument settled.
#[inline]
pub const fn predicate<R, F: FnOnce(&R) -> bool>(predicate: F) -> F {
    predicate
}
