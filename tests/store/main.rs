//! Second tiers of memoized functions, and what their keys know of the code, through the public interface.

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

mod fingerprint;
mod fingerprint_hygiene;

#[cfg(feature = "store")]
mod async_fn;
#[cfg(feature = "store")]
mod broken;
#[cfg(feature = "store")]
mod circuit;
#[cfg(feature = "store")]
mod code;
#[cfg(feature = "store")]
mod flight;
#[cfg(feature = "store")]
mod heard;
#[cfg(feature = "store")]
mod hygiene;
#[cfg(feature = "store")]
mod memoized;
#[cfg(feature = "store")]
mod owed;
#[cfg(feature = "store")]
mod serde;
#[cfg(feature = "store")]
mod spy;
#[cfg(feature = "store")]
mod tags;
