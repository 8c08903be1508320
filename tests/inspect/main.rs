//! All caches of the process. A program of its own: what is counted here, and emptied, is everything.

// Types stand beside what they test, written as users write them.
#![allow(clippy::items_after_statements)]

#[cfg(feature = "metrics")]
mod figures;
mod listing;
mod local;
mod named;
mod page;
mod races;
mod steering;
mod table;
mod values;

use std::sync::{Mutex, MutexGuard, PoisonError};
use weakcache::{CacheReport, caches};

/// One test at a time: each may empty the caches of all.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The reports whose names end so.
fn named(name: &str) -> Vec<CacheReport> {
    caches().filter(|cache| cache.name.ends_with(name)).collect()
}

/// The one report whose name ends so.
fn report(name: &str) -> CacheReport {
    let mut all = named(name);
    assert_eq!(all.len(), 1, "{name}: {all:?}");
    all.remove(0)
}
