//! What is also run optimised, where more of the same happens: many threads, and values that come and go by the million.

// Types stand beside what they test, written as users write them.
#![allow(unreachable_pub, clippy::items_after_statements)]

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "for the other programs too")]
mod support;
#[path = "../support/tasks.rs"]
#[allow(dead_code, reason = "for the other programs too")]
mod tasks;

mod chains;
mod interned;
mod weak_key;
