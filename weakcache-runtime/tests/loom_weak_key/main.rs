//! Models of weak keys: of a registry and of a cache that holds its nodes weakly.

#[cfg(loom)]
#[path = "../controls/mod.rs"]
mod controls;
#[cfg(loom)]
mod models;

#[cfg(not(loom))]
#[test]
#[ignore = "needs RUSTFLAGS='--cfg loom'"]
fn models() {}
