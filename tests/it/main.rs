//! Interning, weak references and pools, through the public interface: one module a feature. And what holds for all: packages,
//! editors.

// Types stand beside what they test, written as users write them.
#![allow(unreachable_pub, clippy::items_after_statements)]
// An `async fn` that never waits is memoized like any.
#![allow(clippy::unused_async)]
// Both ways to pass a key are tested.
#![allow(clippy::needless_borrows_for_generic_args, clippy::manual_c_str_literals)]

#[path = "../support/mod.rs"]
mod support;

mod allocations;
#[cfg(all(feature = "store", feature = "weak-containers"))]
mod auto_traits;
mod deep;
mod editors;
mod handles;
mod hygiene;
mod interned_bodies;
mod interned_enum;
mod interned_handle;
mod interned_impl;
mod interned_is_new;
mod interned_local;
mod interned_number;
mod interned_ref;
mod interned_struct;
mod interned_unsized;
mod interned_unsized_hostile;
mod oracle;
mod packages;
mod panics;
mod pool;
mod ready_made;
mod reentrancy;
mod registry;
mod serde;
#[cfg(feature = "weak-containers")]
mod weak_containers;
#[cfg(feature = "weak-containers")]
mod weak_in_use;
#[cfg(feature = "weak-containers")]
mod weak_interned;
#[cfg(feature = "weak-containers")]
mod weak_memory;
#[cfg(feature = "weak-containers")]
mod weak_oracle;
#[cfg(feature = "weak-containers")]
mod weak_panics;
#[cfg(feature = "weak-containers")]
mod weak_races;
mod weak_strong;
