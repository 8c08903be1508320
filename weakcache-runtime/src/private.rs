//! What expansions call, and nothing else does. No part of the public interface.
#![forbid(unsafe_code)]
#![allow(missing_docs)]

pub use crate::directory::Directory;
pub use crate::hash::DefaultHashBuilder;
pub use ::{core, std};

/// The caches behind `#[memoize]`.
pub mod memo {
    pub use crate::memo::*;
}
