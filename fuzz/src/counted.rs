//! Values that are counted, so that one that is never dropped shows, and one that is dropped twice.

use std::cell::Cell;

thread_local! {
    static LIVE: Cell<usize> = const { Cell::new(0) };
}

/// Part of a value that is counted.
#[derive(Debug)]
pub struct Counted(());

impl Default for Counted {
    fn default() -> Self {
        LIVE.set(LIVE.get() + 1);
        Self(())
    }
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        LIVE.set(LIVE.get() - 1);
    }
}

/// How many there are in this thread.
#[must_use]
pub fn live() -> usize {
    LIVE.get()
}
