//! What expansions call, and nothing else does. No part of the public interface.
#![forbid(unsafe_code)]
#![allow(missing_docs)]

pub use crate::directory::Directory;
pub use ::{core, std};
