//! Models of single flight and of the lock that is mostly read.

#[cfg(loom)]
mod models;

#[cfg(not(loom))]
#[test]
#[ignore = "needs RUSTFLAGS='--cfg loom'"]
fn models() {}
