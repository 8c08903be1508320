//! Which entries were stored since someone began to go through them, so that they are left alone.
#![forbid(unsafe_code)]

use super::super::expiry::Aged;
use super::super::policy::Policy;
use super::super::waiters::FlightId;
use super::{Place, SENTINEL, Slot, Table};
use std::collections::HashMap;

pub(super) struct Journal {
    id: FlightId,
    /// How many do that.
    readers: usize,
    /// How many entries were stored.
    stored: u64,
    /// Which of them was the last in a place.
    last: HashMap<u32, u64>,
}

/// Where someone who goes through the entries is, and what was there when that began.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Walk {
    journal: FlightId,
    since: u64,
    at: u32,
}

impl<K, S, X: Aged, W, P: Policy> Table<K, S, X, W, P> {
    /// Begins to go through the entries. Until all who do have ended, slots stay where they are.
    pub(in super::super) fn begin_walk(&mut self, id: FlightId) -> Walk {
        let new = || Box::new(Journal { id, readers: 0, stored: 0, last: HashMap::new() });
        let journal = self.journal.get_or_insert_with(new);
        journal.readers += 1;
        Walk { journal: journal.id, since: journal.stored, at: SENTINEL }
    }

    /// The next entry that was there when the walk began.
    pub(in super::super) fn next(&self, walk: &mut Walk) -> Option<Place> {
        while (walk.at as usize) + 1 < self.slots.len() {
            walk.at += 1;
            if self.is_unchanged(Place(walk.at), walk) {
                return Some(Place(walk.at));
            }
        }
        None
    }

    /// Whether there is still the entry that was in a place when the walk began.
    pub(in super::super) fn is_unchanged(&self, Place(at): Place, walk: &Walk) -> bool {
        // Another journal, or none: the table was cleared.
        let journal = self.journal.as_ref().filter(|journal| journal.id == walk.journal);
        journal.is_some_and(|journal| journal.last.get(&at).is_none_or(|last| *last <= walk.since))
            && self.slots.get(at as usize).is_some_and(Slot::is_ready)
    }

    /// Ends a walk.
    pub(in super::super) fn end_walk(&mut self, walk: &Walk) {
        if let Some(journal) = self.journal.as_mut().filter(|journal| journal.id == walk.journal) {
            journal.readers -= 1;
            if journal.readers == 0 {
                self.journal = None;
                self.shrink_if_sparse();
            }
        }
    }

    #[inline]
    pub(super) fn note(&mut self, at: u32) {
        if let Some(journal) = &mut self.journal {
            journal.note(at);
        }
    }
}

impl Journal {
    #[cold]
    #[inline(never)]
    fn note(&mut self, at: u32) {
        self.stored += 1;
        self.last.insert(at, self.stored);
    }
}
