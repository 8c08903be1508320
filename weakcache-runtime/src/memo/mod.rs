//! The caches behind `#[memoize]`.
//!
//! An expansion knows three things: where its cache is, the kind of its result, and the key of a call. It
//! puts them together once, in a function that takes a [`Request`] of any kind (`request.rs`); the function
//! itself and its controls are requests. What depends on the borrowed key is little: its hash, and the
//! comparison with stored keys. From a miss on the key is owned, and all that follows is compiled once for
//! each type of cache (`call.rs`); a ticket to run the body with knows no more than the type of its result.
//! A thread and a task go the same way, and differ in how they wait (`future.rs`).
//!
//! All that names a key or a result is compiled for each function of the user's, and in a debug build nothing is inlined: so a
//! `match` stands where a combinator or `?` would be functions more, a guard where closures would be, and what knows neither
//! is in types that are not generic.
//!
//! From the lowest file up: `cause`, `total`, `expiry`, `renewal`, `kind`, `tagged`, `shown`, `owned`, `key`, `fits`, `weak_key`, `hooks`, `weighed`, `info`, `erased`; `waiters`, `index`, `policy`, `table`,
//! `trace`, `removed`, `state`, `postponed`, `access`, `walk`, `cache`; `scope`, `call`, `future`, `batch`, `request`; `pending`, `listed`, `slot`, `value`; `by_hand`.
#![expect(clippy::question_mark, clippy::manual_map, reason = "compiled for each function, as said above")]

mod access;
#[cfg(feature = "store")]
mod ask;
mod batch;
pub mod by_hand;
mod cache;
mod call;
mod cause;
mod erased;
mod expiry;
mod fits;
mod future;
mod hooks;
mod index;
mod info;
mod key;
mod kind;
mod listed;
mod owned;
mod pending;
mod policy;
mod postponed;
mod removed;
mod renewal;
mod request;
#[cfg(feature = "store")]
mod restore;
mod scope;
#[cfg(feature = "store")]
mod second;
mod shown;
mod slot;
mod state;
mod table;
mod tagged;
#[cfg(feature = "store")]
mod tier;
#[cfg(feature = "store")]
mod tiered;
mod total;
mod trace;
mod value;
mod waiters;
mod walk;
mod weak_key;
mod weighed;

#[cfg(feature = "store")]
pub use self::ask::{Asked, Finished};
pub use self::batch::{Batch, after, again, in_order};
pub use self::cache::{
    AnyCache, BoundedCache, Cache, Capacity, CapacityCache, LocalCache, LocalCapacityCache, NewCache,
    Options, SingleFlight, UnboundedCache,
};
pub use self::call::Call;
pub use self::cause::Cause;
pub use self::expiry::{Expiry, Idle, Jitter, Never, Ttl};
pub use self::fits::{
    FitsCounted, FitsLocalCounted, FitsLocalReferent, FitsLocalValue, FitsLocalWhole, FitsNot, FitsNotWhole,
    FitsPlain, FitsPlainReferent, FitsReferent, FitsValue, FitsWhole, Type, Unfit, assert_local_receiver,
    assert_local_referent, assert_local_value, assert_local_whole, assert_receiver, assert_referent,
    assert_value, assert_whole,
};
pub use self::future::{body, body_async};
pub use self::hooks::{Heeded, OnEvict, OwnTtl, TtlOf, on_evict, ttl_of, types};
pub use self::info::CacheInfo;
pub use self::key::{Key, group, option, part};
pub use self::kind::{
    Keep, KeepsCopy, KeepsLocalStrong, KeepsLocalWeak, KeepsNothing, KeepsStrong, KeepsWeak, Kind, Probe,
    ProbeAny, ProbeErrToo, ProbeResult, ProbeShared, SharedKind, assert_local_strong, assert_local_weak,
    assert_result, assert_strong, assert_weak,
};
pub use self::owned::{Kept, OwnedKey};
pub use self::renewal::Renewed;
#[cfg(feature = "store")]
pub use self::request::PrimeBoth;
pub use self::request::{
    Enter, EnterAsync, Flights, Hit, Invalidate, Peek, Prime, PrimeTagged, Refresh, Request, Unasked,
};
pub use self::scope::{Process, Thread, Value};
pub use self::slot::{LocalSlot, LocalSlots, Slot, Slots, in_thread};
pub use self::tagged::{Tagged, tagged};
#[cfg(feature = "store")]
pub use self::tier::{
    AnyStore, Codec, FORMAT, IsAsyncStore, IsNoStore, IsStore, StoredTag, StoredTagValue, Tier, Tiers,
    assert_store,
};
#[cfg(feature = "store")]
pub use self::tiered::{
    Codes, CodesNothing, Tiered, assert_stored_key, assert_stored_referent, assert_stored_result,
    assert_stored_value, assert_tiered_receiver, assert_tiered_referent, assert_tiered_strong,
    assert_tiered_value, assert_tiered_whole, code_of_result, coded, tiered,
};
pub use self::value::{Memo, MemoSlot};
pub use self::weak_key::{
    FitsLocalWeakKey, FitsNoWeakKey, FitsWeakKey, WeakKey, assert_local_weak_key, assert_weak_key, handle_of,
};
pub use self::weighed::{WeighOf, Weighed, asked, bytes, weighed};
