//! Weak references: handles with hooks, finalizers, containers whose entries die with their referents.
//!
//! The whole of Python's `weakref`, typed and concurrent (the containers with the feature `weak-containers`,
//! which is on by default):
//!
//! | Python | here |
//! |---|---|
//! | a reference | [`Strong`], an `Arc` with hooks |
//! | `ref(x)`, `ref(x, callback)` | [`Strong::downgrade`], [`Strong::downgrade_with`] |
//! | `finalize(x, callback)` | [`finalize()`] |
//! | `WeakValueDictionary` | [`WeakValueMap`], [`ArcWeakValueMap`] |
//! | `WeakKeyDictionary` | [`WeakKeyMap`], [`ArcWeakKeyMap`], [`InternedWeakKeyMap`](crate::InternedWeakKeyMap) |
//! | `WeakSet` | [`WeakSet`], [`ArcWeakSet`], [`InternedWeakSet`](crate::InternedWeakSet) |
//!
//! ```
//! use weakcache::{Strong, WeakValueMap, finalize};
//!
//! let stock = WeakValueMap::new();
//! let cheeses = ["Red Leicester", "Tilsit", "Brie", "Parmesan"].map(Strong::new);
//! for cheese in &cheeses {
//!     finalize(cheese, || println!("sold out"));
//!     stock.insert(cheese.to_lowercase(), cheese);
//! }
//! assert_eq!(stock.len(), 4);
//! drop(cheeses);
//! assert!(stock.get("brie").is_none());
//! assert!(stock.is_empty());
//! ```
#![deny(unsafe_code)]

// From the bottom up: `callbacks`, `death`, `links`, `strong`, then `traits`, `finalize` and the containers. Each
// imports only from those before it.
mod callbacks;
#[cfg(feature = "weak-containers")]
mod containers;
mod death;
mod finalize;
#[cfg(feature = "weak-containers")]
mod links;
mod strong;
mod traits;

#[cfg(feature = "weak-containers")]
pub use containers::{
    ArcWeakKeyMap, ArcWeakSet, ArcWeakValueMap, ByAddress, KeyMap, Keying, Lookup, Pointer, Set, Snapshot,
    ValueMap, WeakKeyMap, WeakSet, WeakValueMap,
};
pub use finalize::{Finalizer, finalize};
pub use strong::{Strong, Weak};
