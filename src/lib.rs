//! Values that exist once, functions that compute once: interning with weak references and memoization, by
//! attribute, and what goes with weak caching.
//!
//! | you want | use |
//! |:--|:--|
//! | one living value a key, compared by address | [`#[interned]`](macro@interned), [`Interned`] |
//! | a text, or a value of another crate's type, that exists once | [`Str`], [`Value`] |
//! | a function's results kept: all, the most recent, for a time | [`#[memoize]`](macro@memoize), [`CacheInfo`] |
//! | the same for a method, in the value that it is called on | [`Memo`] |
//! | the same without a function: a cache by hand | [`Cache`] |
//! | to see all caches of the process, and to empty them | [`caches`], [`clear_all`], [`sweep_all`] |
//! | results that outlive the process, on disk or in a server | [`#[memoize(store = …)]`](macro@memoize#second-tiers) |
//! | results that know which code they are of | [`#[fingerprint]`](macro@fingerprint) |
//! | to be told when a shared value dies | [`Strong`], [`Weak`], [`finalize()`] |
//! | a map or set that lets go of what nobody else holds | [`WeakValueMap`], [`WeakKeyMap`], [`WeakSet`] |
//! | to reuse what is dear to make | [`pool::Pool`] |
//! | to see all of these while the program runs | [`caches()`], and as a page [`inspect`](mod@inspect) |
//! | to test code that uses them | [`testing`] |
//!
//! ```
//! use weakcache::{Interned, interned, memoize};
//!
//! #[interned]
//! #[derive(Debug)]
//! pub struct Date { pub year: i32, pub month: u8, pub day: u8 }
//!
//! let a: Interned<Date> = Date::new(2022, 12, 3);
//! let b = Date::new(2022, 12, 3);
//! assert!(Interned::ptr_eq(&a, &b));
//! drop((a, b));
//! assert_eq!(Date::registry().len(), 0);
//!
//! #[memoize(lru = 128)]
//! fn fibonacci(n: u64) -> u64 {
//!     if n < 2 { n } else { fibonacci(n - 1) + fibonacci(n - 2) }
//! }
//!
//! assert_eq!(fibonacci(80), 23_416_728_348_467_685);
//! assert_eq!(fibonacci::cache_info().misses, 81);
//! ```
//!
//! All of it may be used from any thread, and from within its own callbacks: no user code runs with a lock
//! held where it could come back to that lock.
//!
//! # Features
//!
//! * `serde`: `Serialize` and `Deserialize` for [`Interned`], [`Str`] and [`Value`], and `Serialize` for [`Caches`] and [`CacheReport`].
//! * `store`: second tiers for memoized functions, behind the cache in memory: see the module `store`. Brings serde and postcard.
//! * `metrics`: the figures of all caches, for exporters behind the crate [metrics](https://docs.rs/metrics): see the module `metrics`.
//! * `tracing`: what misses do, for a subscriber of [tracing](https://docs.rs/tracing); see [below](#what-is-told-of-misses).
//! * `weak-containers`, on by default: [`WeakValueMap`], [`WeakKeyMap`], [`WeakSet`] and those for `Arc` and [`Interned`].
//!   What needs dashmap.
//!
//! # What is told of misses
//!
//! With the feature `tracing`, under the target `weakcache` and at the level `DEBUG`:
//!
//! | what | fields | when |
//! |:--|:--|:--|
//! | span `miss` | `cache`, `wait`, `time` | a body that runs, and all that it calls. `time` is recorded when its result is stored and handed over, or it has panicked or was cancelled |
//! | the same of a batch | and `elements` | one for all elements that the body is asked for |
//! | event `waited` | `cache`, `wait`, `outcome` | a call that waited for another's computation: its result was `shared`, or `not shared` as it cannot be cloned, or there was none (`lost`); or the call has `given up` |
//! | event `store failed`, a `WARN` | `cache`, `error` | the second tier did not answer, or what it answered is no value |
//! | event `expired` | `cache`, `entries` | that many were past their time, and have left |
//!
//! `cache` is the name, as `name = "…"` gives it; `wait` and `time` are seconds, of the [`clock`] that the thread has. A hit tells nothing, and costs
//! what it does without the feature. A subscriber is called with no lock held.
//!
//! ```
//! # #[cfg(feature = "tracing")] {
//! use weakcache::memoize;
//!
//! #[memoize(name = "squares")]
//! fn square(n: u64) -> u64 {
//!     tracing::info!("inside of `miss`, with `cache` = \"squares\"");
//!     n * n
//! }
//!
//! assert_eq!(square(4) + square(4), 32); // one span, if there is a subscriber
//! # }
//! ```
//!
//! # Platforms
//!
//! Those of `std` that have 64-bit atomics. Tests are run on Linux on x86-64 alone.
//!
//! On `wasm32-unknown-unknown`, where `std` has no clock, times (`ttl`, `idle`, `acquire_timeout`) are those of the
//! JavaScript host, by [web-time](https://docs.rs/web-time). It has one thread: no call ever waits for another's
//! computation there, and [`Pool::acquire`](pool::Pool::acquire) must not be called where all of `max_live` are out,
//! as nobody could return one; [`try_acquire`](pool::Pool::try_acquire) says so. A panic ends the program there, so
//! what is promised of panics is of no use.
#![forbid(unsafe_code)]
// What is said of weak containers is said without them too.
#![cfg_attr(not(feature = "weak-containers"), allow(rustdoc::broken_intra_doc_links))]

#[doc(inline)]
pub use weakcache_macros::{fingerprint, interned, memoize};
#[doc(inline)]
pub use weakcache_runtime::*;

#[cfg(doc)]
pub mod testing;

#[doc(hidden)]
pub mod __private {
    pub use weakcache_macros::__Interned;
    pub use weakcache_runtime::__private::*;
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
