//! One module a kind of thing that is done.

pub mod cache;
pub mod distance;
pub mod fib;
pub mod interned;
pub mod memo;
pub mod nodes;
pub mod pool;
pub mod replay;
pub mod tasks;
pub mod weak;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// How often a body ran whose result was to be remembered.
static BODIES: AtomicU64 = AtomicU64::new(0);

/// What the functions compute whose hits are measured.
pub fn body<R>(result: R) -> R {
    // One that is lost in a race does not matter: it is none at all that is asserted.
    BODIES.store(bodies() + 1, Relaxed);
    result
}

/// How often [`body`] was called.
pub fn bodies() -> u64 {
    BODIES.load(Relaxed)
}

/// Why a lock is not poisoned.
pub const LOCK: &str = "nobody panics under this lock";
