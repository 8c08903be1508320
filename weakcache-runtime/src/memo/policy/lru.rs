//! Exact least-recently-used order: each hit moves its entry.
#![allow(unsafe_code)] // a promise

use super::{Entries, Policy, first, link, unlink};

/// The least recently used entry gives way.
#[derive(Debug)]
pub struct Lru;

const QUEUE: u32 = 0;

// SAFETY: places are `QUEUE`, those it is called with, and what the links of these lead to.
unsafe impl Policy for Lru {
    const QUEUES: u32 = 1;
    type Used = ();
    const NOTES: bool = false;

    fn new() -> Self {
        Self
    }

    #[inline]
    fn note((): &()) {}

    #[inline]
    fn touch<E: Entries<Used = ()>>(&mut self, entries: &mut E, at: u32) {
        unlink(entries, at);
        link(entries, QUEUE, at);
    }

    #[inline]
    fn insert<E: Entries<Used = ()>>(&mut self, entries: &mut E, at: u32) {
        link(entries, QUEUE, at);
    }

    #[inline]
    fn copy((): &()) {}

    /// It is the last already.
    #[inline]
    fn restore<E: Entries<Used = ()>>(&mut self, _: &mut E, _: u32, (): ()) {}

    #[inline]
    fn remove<E: Entries<Used = ()>>(&mut self, entries: &mut E, at: u32) {
        unlink(entries, at);
    }

    #[inline]
    fn victim<E: Entries<Used = ()>>(&mut self, entries: &mut E) -> u32 {
        first(entries, QUEUE)
    }
}
