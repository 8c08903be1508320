//! Capacities that were set before there was a cache, by the address of its slot. A word in each slot would be one
//! for every function, and this is asked for once in the life of a cache.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

static CAPACITIES: Mutex<BTreeMap<usize, usize>> = Mutex::new(BTreeMap::new());
/// Whether there was ever one.
static ANY: AtomicBool = AtomicBool::new(false);

fn with<R>(work: impl FnOnce(&mut BTreeMap<usize, usize>) -> R) -> R {
    // No user code runs under this lock, so it is not poisoned.
    work(&mut CAPACITIES.lock().unwrap_or_else(PoisonError::into_inner))
}

/// What was set for a slot.
pub(super) fn get(slot: usize) -> Option<usize> {
    with(|all| all.get(&slot).copied())
}

/// Sets it.
pub(super) fn set(slot: usize, capacity: usize) {
    ANY.store(true, Relaxed);
    with(|all| all.insert(slot, capacity));
}

/// Sets it, unless it is, and says what it is.
pub(super) fn get_or_set(slot: usize, capacity: usize) -> usize {
    ANY.store(true, Relaxed);
    with(|all| *all.entry(slot).or_insert(capacity))
}

/// Forgets it: at this address there will be another slot.
pub(super) fn forget(slot: usize) {
    if ANY.load(Relaxed) {
        with(|all| all.remove(&slot));
    }
}
