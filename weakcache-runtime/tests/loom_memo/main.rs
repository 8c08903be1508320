//! Models of single flight, of a bound whose hits are readings, and of computations that end under another cache's lock.

#[cfg(loom)]
#[path = "../controls/mod.rs"]
mod controls;
#[cfg(loom)]
mod models;

#[cfg(not(loom))]
#[test]
#[ignore = "needs RUSTFLAGS='--cfg loom'"]
fn models() {}
