//! The runtime of [weakcache](https://docs.rs/weakcache): depend on that crate, not on this one.
#![deny(unsafe_code)]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub mod clock;
mod directory;
mod hash;
#[allow(missing_docs, reason = "for expansions, but for what is named below")]
mod memo;
mod sync;

pub use hash::{DefaultHashBuilder, DefaultHasher};
pub use memo::CacheInfo;
