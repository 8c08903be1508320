//! Weak references: handles with hooks, finalizers, containers whose entries die with their referents.
#![forbid(unsafe_code)]

mod cascade;
mod finalize;
mod hooks;
mod strong;
mod traits;

pub use finalize::{Finalizer, finalize};
pub use strong::{Strong, Weak};
