//! `Cache`: what memoized functions have, without a function.

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
#[allow(dead_code, reason = "for the other programs too")]
mod tasks;

mod shapes;
mod weight;
