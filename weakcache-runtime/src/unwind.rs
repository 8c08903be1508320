//! Panics of user code that must not stop what is under way.
#![forbid(unsafe_code)]

use crate::sync::panicking;
use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// The first of several panics.
#[derive(Default)]
pub(crate) struct Panics(Option<Box<dyn Any + Send>>);

impl Panics {
    pub(crate) fn catch(&mut self, part: impl FnOnce()) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(part)) {
            match self.0 {
                None => self.0 = Some(payload),
                Some(_) => discard(payload),
            }
        }
    }

    /// The same of a part that is called once for each of many: so what catches is compiled once, and not for each.
    pub(crate) fn catch_mut(&mut self, part: &mut dyn FnMut()) {
        self.catch(part);
    }

    /// Panics if a part did, unless this thread is unwinding already: that would abort.
    pub(crate) fn resume(self) {
        match self.0 {
            Some(payload) if panicking() => discard(payload),
            Some(payload) => resume_unwind(payload),
            None => {}
        }
    }
}

/// Drops what came with a panic. If that panics in turn, there is nothing left to be done with it.
pub(crate) fn discard(payload: Box<dyn Any + Send>) {
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(again);
    }
}
