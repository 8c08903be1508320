//! Models of single flight, and of a bound whose hits are readings.

#[cfg(loom)]
mod models;

#[cfg(not(loom))]
#[test]
#[ignore = "needs RUSTFLAGS='--cfg loom'"]
fn models() {}
