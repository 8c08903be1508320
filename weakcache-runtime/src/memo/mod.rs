//! The caches behind `#[memoize]`.
//!
//! An expansion knows three things: where its cache is, the kind of its result, and the key of a call. It
//! puts them together once, in a function that takes a [`Request`] of any kind (`request.rs`); the function
//! itself and its controls are requests. What depends on the borrowed key is little: its hash, and the
//! comparison with stored keys. From a miss on the key is owned, and all that follows is compiled once for
//! each type of cache (`call.rs`); a ticket to run the body with knows no more than the type of its result.
//! A thread and a task go the same way, and differ in how they wait (`task.rs`).
#![forbid(unsafe_code)]

mod call;
mod expiry;
mod flight;
mod info;
mod key;
mod kind;
mod request;
mod room;
mod scope;
mod slot;
mod state;
mod table;
mod task;

use self::kind::{Shape, Shared, Storage};
use self::room::{Bounded, Local, Room, Unbounded};
use self::slot::AnyCache;
use self::state::State;
use std::fmt;
use std::hash::BuildHasher;
use std::marker::PhantomData;
use std::time::Duration;

pub use self::call::Call;
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
pub use self::request::{Enter, EnterAsync, Invalidate, Peek, Prime, Refresh, Request};

pub use self::scope::{Process, Thread};
pub use self::slot::{LocalSlot, LocalSlots, Slot, Slots, in_thread};
pub use self::task::{body, body_async};

/// The cache of a memoized function: keys `K`, results of kind `O`.
pub struct Cache<K, O: Kind, X: Expiry, R, H> {
    room: R,
    expiry: X,
    hasher: H,
    name: &'static str,
    capacity: Option<usize>,
    single_flight: SingleFlight,
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
    pub single_flight: SingleFlight,
}

/// What callers of one key do while another computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SingleFlight {
    /// They wait for it.
    Join,
    /// They wait for at most this long, and compute then.
    Within(Duration),
    /// They compute as well.
    Off,
}

impl<X> Options<X> {
    /// Those of a cache without bound.
    #[inline]
    #[must_use]
    pub const fn new(name: &'static str, expiry: X) -> Self {
        Self { name, capacity: None, expiry, single_flight: SingleFlight::Join }
    }

    /// With at most so many entries.
    #[inline]
    #[must_use]
    pub fn lru(self, capacity: Option<usize>) -> Self {
        Self { capacity, ..self }
    }

    /// With callers of one key that do this.
    #[inline]
    #[must_use]
    pub fn single_flight(self, single_flight: SingleFlight) -> Self {
        Self { single_flight, ..self }
    }
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
}

impl<K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H> Cache<K, O, X, R, H> {
    #[inline]
    fn output(taken: O::Taken) -> O::Output {
        O::Shape::output(O::Storage::value(taken))
    }

    /// A copy of a result for those who waited, if there can be one.
    fn share(&self, output: &O::Output, is_kept: bool) -> Option<Shared<O, X>> {
        match O::Shape::value(output) {
            Some((value, is_err)) => {
                let stamp = if is_kept { self.expiry.stamp(is_err) } else { None };
                Some(Shared { result: Ok(value.clone()), stamp })
            }
            None => O::Shape::error(output).map(|error| Shared { result: Err(error), stamp: None }),
        }
    }

    /// A result for one of those who waited.
    fn unshare(shared: &Shared<O, X>) -> O::Output {
        match &shared.result {
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
}

impl<K, O, X, R, H> AnyCache for Cache<K, O, X, R, H>
where
    K: Eq + 'static,
    O: Kind,
    X: Expiry,
    R: Room<K, O, X> + 'static,
    H: 'static,
{
    fn any_info(&self) -> CacheInfo {
        let counters = |state: &mut State<K, O, X>, hits: &mut u64| {
            let info = state.info();
            CacheInfo { hits: info.hits + *hits, ..info }
        };
        let info = self.room.with(counters).unwrap_or_default();
        CacheInfo { capacity: self.capacity, ..info }
    }

    fn any_clear(&self) {
        let entries = self.room.with(|state, hits| {
            *hits = 0;
            state.clear()
        });
        drop(entries);
    }

    fn any_sweep(&self) -> usize {
        let now = self.expiry.now();
        let mut swept = Vec::new();
        self.room.with(|state, _| state.sweep(&self.expiry, now, &mut swept));
        swept.len()
    }
}

impl<K, O: Kind, X: Expiry, R, H> fmt::Debug for Cache<K, O, X, R, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("name", &self.name).finish_non_exhaustive()
    }
}
