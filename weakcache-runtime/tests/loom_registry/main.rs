//! Models of the registry's protocol.

#[cfg(all(loom, not(weakcache_locked)))]
mod look_ups;
#[cfg(loom)]
mod models;

#[cfg(not(loom))]
#[test]
#[ignore = "needs RUSTFLAGS='--cfg loom'"]
fn models() {}
