//! Memoized `async fn`s, through the public interface: one module a feature. Apart from `tests/memo`, so that both are compiled
//! side by side.

// Types stand beside what they test, written as users write them.
#![allow(unreachable_pub, clippy::items_after_statements)]
// An `async fn` that never waits is memoized like any.
#![allow(clippy::unused_async)]
// Both ways to pass a key are tested.
#![allow(clippy::needless_borrows_for_generic_args)]

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "for the other programs too")]
mod support;
#[path = "../support/tasks.rs"]
mod tasks;

mod executors;
mod order;

mod cancel;
mod cost;
mod cycles;
mod ends_under_lock;
mod functions;
mod panics;
mod send;
mod shapes;
mod spawn;
mod storm;
