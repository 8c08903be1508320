//! Panics on purpose, as an input says: they are told from all others, and say nothing.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

struct OnPurpose;

/// Panics so.
pub fn fail() -> ! {
    resume_unwind(Box::new(OnPurpose))
}

/// What `f` returns; `None` where it panics on purpose.
pub fn caught<R>(f: impl FnOnce() -> R) -> Option<R> {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(result) => Some(result),
        Err(panic) if panic.is::<OnPurpose>() => None,
        Err(panic) => resume_unwind(panic),
    }
}
