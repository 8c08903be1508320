//! Behaviour through the public interface, one module a feature.

// Types stand beside what they test, written as users write them.
#![allow(unreachable_pub, clippy::items_after_statements)]
// An `async fn` that never waits is memoized like any.
#![allow(clippy::unused_async)]
// Both ways to pass a key are tested.
#![allow(clippy::needless_borrows_for_generic_args, clippy::manual_c_str_literals)]

mod support;

mod allocations;
mod cache;
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
mod memo_after;
mod memo_async;
mod memo_async_cancel;
mod memo_async_cost;
mod memo_async_cycles;
mod memo_async_panics;
mod memo_async_send;
mod memo_async_shapes;
mod memo_async_storm;
mod memo_batch;
mod memo_capacity;
mod memo_closures;
mod memo_controls;

mod memo_cost;
mod memo_expansion;
mod memo_flight;
mod memo_hygiene;
mod memo_initialisers;
mod memo_leaks;
mod memo_lints;
mod memo_memory;
mod memo_rayon;
mod memo_reentrancy;
mod memo_refresh;
mod memo_retain;
mod memo_shapes;
mod memo_spawn;
mod memo_tags;
mod memo_time;
mod memo_time_hygiene;
mod memo_value;
mod memo_weak_key;
mod memo_weak_key_life;
mod memo_weak_key_options;
mod oracle;
mod packages;
mod panics;
mod pool;
mod ready_made;
mod reentrancy;
mod registry;
mod serde;
mod threads;
mod ui;
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
