//! Models of pools under limits.

#[cfg(shuttle)]
mod models;
#[cfg(shuttle)]
#[path = "../schedules/mod.rs"]
mod schedules;

#[cfg(not(shuttle))]
#[test]
#[ignore = "needs RUSTFLAGS='--cfg shuttle'"]
fn models() {}
