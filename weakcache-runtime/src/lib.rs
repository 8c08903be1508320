//! The runtime of [weakcache](https://docs.rs/weakcache): depend on that crate, not on this one.
#![deny(unsafe_code)]
// What is said of a feature is said without it too.
#![cfg_attr(
    not(all(feature = "weak-containers", feature = "store", feature = "metrics")),
    allow(rustdoc::broken_intra_doc_links)
)]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod caches;
pub mod clock;
mod directory;
mod fingerprint;
mod handle;
mod hash;
pub mod inspect;
#[cfg(all(not(loom), feature = "weak-containers"))]
mod interned_containers;
mod key_arg;
mod listed;
#[allow(missing_docs, reason = "for expansions, but for what is named below")]
mod memo;
#[cfg(feature = "metrics")]
pub mod metrics;
mod plain;
pub mod pool;
mod rc;
mod registry;
#[cfg(feature = "store")]
pub mod store;
mod sync;
mod tags;
mod unwind;
#[cfg(not(loom))]
pub mod weak;

#[doc(inline)]
pub use caches::{CacheKind, CacheReport, Caches, caches, clear_all, sweep_all};
pub use hash::{DefaultHashBuilder, DefaultHasher};
#[cfg(all(not(loom), feature = "weak-containers"))]
pub use interned_containers::{InternedWeakKeyMap, InternedWeakSet};
#[doc(inline)]
pub use memo::by_hand::{Cache, CacheBuilder, CacheIter};
#[doc(inline)]
pub use memo::{CacheInfo, Cause, Memo};
#[cfg(not(loom))]
pub use rc::ThreadSlot;
#[cfg(not(loom))]
pub use registry::local::{InternLocal, LocalInterned, LocalIter, LocalRegistry, LocalWeakInterned};
pub use registry::{
    Intern, Interned, InternedRef, Iter, Numbered, Registry, RegistryInfo, Str, Value, WeakInterned, Wrapped,
    registry,
};
pub use tags::invalidate_tag;
#[cfg(all(not(loom), feature = "weak-containers"))]
#[doc(inline)]
pub use weak::{ArcWeakKeyMap, ArcWeakSet, ArcWeakValueMap, ByAddress, WeakKeyMap, WeakSet, WeakValueMap};
#[cfg(not(loom))]
#[doc(inline)]
pub use weak::{Finalizer, Strong, Weak, finalize};
