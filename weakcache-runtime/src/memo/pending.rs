//! Capacities that were set before there was a cache, by the address of its slot. A word in each slot would be one
//! for every function, and this is asked for once in the life of a cache.
#![forbid(unsafe_code)]

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

static CAPACITIES: Mutex<Vec<(usize, usize)>> = Mutex::new(Vec::new());
/// Whether there was ever one.
static ANY: AtomicBool = AtomicBool::new(false);

fn with<R>(work: impl FnOnce(&mut Vec<(usize, usize)>) -> R) -> R {
    // No user code runs under this lock, so it is not poisoned.
    work(&mut CAPACITIES.lock().unwrap_or_else(PoisonError::into_inner))
}

/// What was set for a slot.
pub(super) fn get(slot: usize) -> Option<usize> {
    with(|all| all.iter().find(|(of, _)| *of == slot).map(|(_, capacity)| *capacity))
}

/// Sets it.
pub(super) fn set(slot: usize, capacity: usize) {
    ANY.store(true, Relaxed);
    with(|all| match all.iter_mut().find(|(of, _)| *of == slot) {
        Some((_, old)) => *old = capacity,
        None => all.push((slot, capacity)),
    });
}

/// Sets it, unless it is, and says what it is.
pub(super) fn get_or_set(slot: usize, capacity: usize) -> usize {
    ANY.store(true, Relaxed);
    with(|all| match all.iter().find(|(of, _)| *of == slot) {
        Some((_, old)) => *old,
        None => {
            all.push((slot, capacity));
            capacity
        }
    })
}

/// Forgets it: at this address there will be another slot.
pub(super) fn forget(slot: usize) {
    if ANY.load(Relaxed) {
        with(|all| all.retain(|(of, _)| *of != slot));
    }
}
