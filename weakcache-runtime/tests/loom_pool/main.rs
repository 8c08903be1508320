//! Models of the pool.

#[cfg(loom)]
mod models;

#[cfg(not(loom))]
#[test]
#[ignore = "needs RUSTFLAGS='--cfg loom'"]
fn models() {}
