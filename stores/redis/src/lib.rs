//! A second tier for [`weakcache`](https://docs.rs/weakcache) in a Redis server (or Valkey, or what else speaks the same):
//! what one process has computed, all find; of many that want the same at once, one computes; and what one invalidates,
//! all hear of.
//!
//! ```toml
//! [dependencies]
//! weakcache = { version = "0.1", features = ["store"] }
//! weakcache-redis = { version = "0.1", features = ["tokio"] }
//! ```
//!
//! ```no_run
//! use std::sync::LazyLock;
//! use weakcache::memoize;
//! use weakcache_redis::Redis;
//!
//! static REDIS: LazyLock<Redis> = LazyLock::new(|| Redis::at("redis://cache.example.org/"));
//!
//! #[memoize(lru = 1000, ttl = "1h", store = &*REDIS)]
//! async fn price(symbol: &str, day: u32) -> Result<f64, String> {
//!     // Something that takes its time: in one process, while the others wait for it.
//!     Ok(symbol.len() as f64 * f64::from(day))
//! }
//!
//! # async fn example() {
//! price("ACME", 7).await;
//! // Forgotten here, in the server, and in every other process.
//! price::invalidate("ACME", 7);
//! # }
//! ```
//!
//! [`Redis`] is a [`Store`](https://docs.rs/weakcache/latest/weakcache/store/trait.Store.html), and with the feature
//! `tokio` an `AsyncStore`, so that the `async fn`s of a tokio runtime block no thread. Without that feature they compile
//! too, and block one for each call to the server; where no function is `async`, leave it out, and tokio with it.
//!
//! # What is in the server
//!
//! An entry is a string, `weakcache:e:` and the namespace and the key of the function, with the time to live that the
//! function gave it: the server's own (`PX`). Before the value are 15 bytes, and 24 for each tag: what is invalidated is
//! found out by comparing them with the generation of the namespace (`weakcache:n:…`) and of the tags (`weakcache:t:…`), so
//! clearing a namespace of a million entries is one write. What is invalid is taken out when it is met, and what
//! has a time to live ends by that; what has none stays until the server evicts it, so give the server a `maxmemory` and one of
//! the policies `allkeys-…`. It may evict generations too: then what they were of is computed again, and nothing
//! comes back that was invalidated.
//!
//! Where it is out of memory and evicts nothing (`noeviction`), entries are still found and removed, and other processes hear
//! of all that is invalidated; to clear a namespace or to invalidate a tag in the server itself fails, and is tried again.
//!
//! A hit is one round trip, a look-up in vain two, and to store one; each is a transaction. There are scripts in them, which
//! name keys of tags that they are not told of beforehand, so this is for one server, replicated or not, and not for a
//! cluster.
//!
//! # One computes
//!
//! Who finds nothing takes a lease on the key (`weakcache:l:…`, `SET … PX`, by default for [10 seconds](Builder::lease)) and
//! computes; others wait. The lease ends with the result, in the same step, or with the computation, where nothing came of it,
//! and the server tells those who wait for that, if there are any: they go on within a millisecond. (They ask too, at last 20 times a
//! second, as a message can be lost.) Or it ends with its time, where the process was killed: then the next one computes. What others
//! were told to forget meanwhile, by `invalidate` or `cache_clear` in whatever process, is not stored.
//!
//! # All hear
//!
//! `invalidate`, `invalidate_tag` and `cache_clear` are published (`weakcache:invalidated`), and every other process that has
//! the store drops what it has of it in memory. That takes as long as a message does: a process that looks into its
//! own memory meanwhile sees the old value. Where the connection is lost, messages may be: then, and again when it is back, a
//! process drops all that it has in memory of functions with this store. A lost connection is noticed after some seconds at most.
//!
//! # Time limits
//!
//! A step of a call takes no longer than the times to [connect](Builder::connect_timeout) and to
//! [answer](Builder::response_timeout) together, by default one second each, whatever the server does: stops, hangs, sends a
//! byte a second, or rubbish. (What was asked for may still be done, later than its call has failed.) Most calls are one step.
//! A value that is too large to pass in the time to answer is never stored, and each attempt is a failure: raise the limit for such.
//! A look-up that finds nothing is two; what the server refuses to do in one transaction is asked for once more without, which
//! is another. A step that fails is the last, so a call takes three times as long only where the server answers each just in time.
//! After that it is an error, which memoized functions count and go on; after five in a row they leave the
//! server alone, all functions of one `Redis` and its clones together: for a second, and for twice as long after each call
//! that tried again in vain, up to 32 seconds ([`Builder::circuit`]).
//!
//! A call that blocks talks to the server on its own thread, over a connection that it has for itself meanwhile. With TLS, or
//! the protocol RESP3, a thread does it, which makes a hit some 20 µs longer.
//!
//! # Safety
//!
//! Who can write to the server can forge entries. A checksum finds damage, not malice; what does not decode as a value of the
//! function's type is a miss. Use a password, and TLS where the line is not yours: `rediss://` works once your own
//! `Cargo.toml` turns a TLS feature of the crate `redis` on, for example `redis = { version = "1", features =
//! ["tls-rustls"] }` (for async calls `tokio-rustls-comp`).
#![forbid(unsafe_code)]

mod builder;
mod config;
mod entry;
mod error;
mod handle;
mod listen;
#[cfg(feature = "tokio")]
mod manager;
mod message;
mod names;
mod nested;
mod pool;
mod request;
mod script;
mod session;
mod wire;

pub use self::builder::Builder;
pub use self::handle::Redis;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
