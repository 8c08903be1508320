//! Containers that hold their referents weakly.
//!
//! From the bottom up: `built_in`, `snapshot`, `pointer`, `held`, `table`, `keys`, then the containers. Each
//! imports only from those before it.

mod built_in;
mod held;
mod key_map;
mod keys;
mod pointer;
mod set;
#[cfg(shuttle)]
mod sharded;
mod snapshot;
mod table;
mod value_map;

pub use key_map::{ArcWeakKeyMap, KeyMap, WeakKeyMap};
pub use keys::{ByAddress, Keying, Lookup};
pub use pointer::Pointer;
pub use set::{ArcWeakSet, Set, WeakSet};
pub use snapshot::Snapshot;
pub use value_map::{ArcWeakValueMap, ValueMap, WeakValueMap};
