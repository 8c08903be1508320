//! Weak references: handles with hooks, finalizers, containers whose entries die with their referents.
//!
//! The whole of Python's `weakref`, typed and concurrent:
//!
//! | Python | here |
//! |---|---|
//! | a reference | [`Strong`], an `Arc` with hooks |
//! | `ref(x)`, `ref(x, callback)` | [`Strong::downgrade`], [`Strong::downgrade_with`] |
//! | `finalize(x, callback)` | [`finalize()`] |
//! | `WeakValueDictionary` | [`WeakValueMap`], [`ArcWeakValueMap`] |
//! | `WeakKeyDictionary` | [`WeakKeyMap`], [`ArcWeakKeyMap`] |
//! | `WeakSet` | [`WeakSet`], [`ArcWeakSet`] |
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

// Each file imports only from those before it.
mod built_in;
mod callbacks;
mod death;
mod finalize;
mod held;
mod key_map;
mod keys;
mod links;
mod pointer;
mod set;
mod snapshot;
mod strong;
mod table;
mod traits;
mod value_map;

pub use finalize::{Finalizer, finalize};
pub use key_map::{ArcWeakKeyMap, KeyMap, WeakKeyMap};
pub use keys::{ByAddress, Keying, Lookup};
pub use pointer::Pointer;
pub use set::{ArcWeakSet, Set, WeakSet};
pub use snapshot::Snapshot;
pub use strong::{Strong, Weak};
pub use value_map::{ArcWeakValueMap, ValueMap, WeakValueMap};
