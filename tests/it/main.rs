//! Behaviour through the public interface, one module a feature.

mod support;

mod allocations;
mod deep;
mod handles;
mod interned_struct;
mod oracle;
mod panics;
mod reentrancy;
mod registry;
mod serde;
mod threads;
mod ui;
