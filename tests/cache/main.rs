//! `Cache`: what memoized functions have, without a function.

// Types stand beside what they test, written as users write them.
#![allow(clippy::items_after_statements)]

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "for the other programs too")]
mod support;
#[path = "../support/tasks.rs"]
#[allow(dead_code, reason = "for the other programs too")]
mod tasks;

mod shapes;
mod weight;
