//! The runtime of [weakcache](https://docs.rs/weakcache): depend on that crate, not on this one.
#![deny(unsafe_code)]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod directory;
mod hash;
mod key_arg;
mod rc;
mod registry;
mod sync;

pub use hash::{DefaultHashBuilder, DefaultHasher};
pub use registry::{Intern, Interned, Iter, Registry, RegistryInfo, WeakInterned, registry};
