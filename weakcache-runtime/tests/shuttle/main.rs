//! Models of what is larger than loom can bear, under schedules by chance.
//!
//! `RUSTFLAGS="--cfg shuttle" cargo test -p weakcache-runtime --release --test shuttle`
#![cfg(shuttle)]

#[path = "../controls/mod.rs"]
mod controls;
mod flights;
mod interned;
mod memo;
mod pool;
mod schedules;
mod weak;
