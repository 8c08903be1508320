//! Testing: a page of documentation, without code of its own.
//!
//! # Time
//!
//! What a `ttl`, an `idle` or a `refresh_after` does is tested with [`clock::Mock`](crate::clock::Mock), which stands until it is
//! moved. It is the clock of the threads that it is installed on, and so no other test notices it.
//!
//! ```
//! use std::time::Duration;
//! use weakcache::{clock::Mock, memoize};
//!
//! #[memoize(ttl = "60s")]
//! fn price(symbol: &str) -> usize { symbol.len() }
//!
//! let clock = Mock::new();
//! let _installed = clock.install();
//! price("ACME");
//! clock.advance(Duration::from_secs(59));
//! assert!(price::peek("ACME").is_some());
//! clock.advance(Duration::from_secs(1));
//! assert!(price::peek("ACME").is_none());
//! ```
//!
//! # Counters
//!
//! The cache of a function is a static, and so are its counters, and the registry of an interned type. Tests of one program
//! run at the same time: a count that one of them asks for may have been changed by another.
//!
//! | what to do | how |
//! |:--|:--|
//! | ask for what only this test uses | `f::peek(key)`, `T::get(fields…)`, with a key of the test's own |
//! | have a cache for each test | a [`Memo`](crate::Memo) in a value, with `in(self.memo)`; or a [`Cache`](crate::Cache) |
//! | have a process for each test | a file in `tests/` with one test in it, or a runner that starts processes |
//!
//! ```
//! use weakcache::{Memo, memoize};
//!
//! #[derive(Default)]
//! struct Client { memo: Memo }
//!
//! #[memoize]
//! impl Client {
//!     #[memoize(in(self.memo))]
//!     fn square(&self, n: u64) -> u64 { n * n }
//! }
//!
//! let client = Client::default();
//! assert_eq!(client.square(3) + client.square(3), 18);
//! assert_eq!(client.square_cache_info().misses, 1); // whatever other tests do
//! ```
//!
//! # Without the cache, without the source
//!
//! `f::uncached(args…)` is the function as written; `f::prime(args…, value)` stores a result, so that a test reaches no upstream.
//!
//! ```
//! use weakcache::memoize;
//!
//! #[memoize]
//! fn rate(currency: &str) -> u32 { panic!("no network in tests: {currency}") }
//!
//! rate::prime("EUR", 3);
//! assert_eq!(rate("EUR"), 3);
//! ```
//!
//! # Stores
//!
//! With the feature `store`, `store::Memory` is a second tier in memory, `store::Faulty` one that fails as you say, and
//! `store::conformance` has the tests that a store of your own should pass.
//!
//! # Leaks
//!
//! That all values of a type are gone, `T::registry().is_empty()` says. If they are not, something holds handles: most
//! often a memoized function, in its key or its result; [`caches`](crate::caches()) lists those that have entries.
