//! The runtime of [weakcache](https://docs.rs/weakcache): depend on that crate, not on this one.
#![deny(unsafe_code)]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod directory;
mod hash;
#[allow(dead_code, unused_imports, reason = "the registry comes next")]
mod sync;
#[cfg(not(loom))]
pub mod weak;

pub use hash::{DefaultHashBuilder, DefaultHasher};
#[cfg(not(loom))]
#[doc(inline)]
pub use weak::{
    ArcWeakKeyMap, ArcWeakSet, ArcWeakValueMap, ByAddress, Finalizer, Strong, Weak, WeakKeyMap, WeakSet,
    WeakValueMap, finalize,
};
