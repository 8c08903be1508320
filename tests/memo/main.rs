//! Memoized functions and caches, through the public interface: one module a feature. What an `async fn` adds is in `tests/tasks`.

// Types stand beside what they test, written as users write them.
#![allow(unreachable_pub, clippy::items_after_statements)]
// An `async fn` that never waits is memoized like any.
#![allow(clippy::unused_async)]
// Both ways to pass a key are tested.
#![allow(clippy::needless_borrows_for_generic_args, clippy::manual_c_str_literals)]

#[path = "../support/mod.rs"]
mod support;
#[path = "../support/tasks.rs"]
#[allow(dead_code, reason = "for the other programs too")]
mod tasks;

mod after;
mod batch;
mod bounds_hygiene;
mod by_hand;
mod by_hand_weight;
mod capacity;
mod closures;
mod controls;
mod cost;
mod expansion;
mod fingerprint;
mod fingerprint_hygiene;
mod flight;
mod hygiene;
mod initialisers;
mod leaks;
mod lints;
mod memory;
mod policy;
mod rayon;
mod reentrancy;
mod refresh;
mod retain;
mod shapes;
#[cfg(feature = "store")]
mod store;
#[cfg(feature = "store")]
mod store_broken;
#[cfg(feature = "store")]
mod store_circuit;
#[cfg(feature = "store")]
mod store_code;
#[cfg(feature = "store")]
mod store_flight;
#[cfg(feature = "store")]
mod store_heard;
#[cfg(feature = "store")]
mod store_hygiene;
#[cfg(feature = "store")]
mod store_owed;
#[cfg(feature = "store")]
mod store_serde;
#[cfg(feature = "store")]
mod store_tags;
#[cfg(feature = "store")]
mod store_tasks;
mod tags;
mod time;
mod time_hygiene;
#[cfg(feature = "tracing")]
mod trace;
mod value;
mod weak_key;
mod weak_key_options;
mod weight;
mod weight_options;
