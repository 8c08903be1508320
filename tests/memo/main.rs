//! Memoized functions, through the public interface: one module a feature. What an `async fn` adds is in `tests/tasks`, second tiers
//! are in `tests/store`, and what has no function is in `tests/cache`: programs of their own, so that they are compiled side by side.

// Types stand beside what they test, written as users write them.
#![allow(unreachable_pub, clippy::items_after_statements)]
// An `async fn` that never waits is memoized like any.
#![allow(clippy::unused_async)]
// Both ways to pass a key are tested.
#![allow(clippy::needless_borrows_for_generic_args)]

#[path = "../support/mod.rs"]
mod support;
#[path = "../support/tasks.rs"]
#[allow(dead_code, reason = "for the other programs too")]
mod tasks;

mod after;
mod batch;
mod bounds_hygiene;
mod capacity;
mod closures;
mod controls;
mod cost;
mod expansion;
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
