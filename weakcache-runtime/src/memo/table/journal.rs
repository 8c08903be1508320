//! Which entries were stored since someone began to go through them, so that they are left alone.
#![forbid(unsafe_code)]

use super::super::expiry::Aged;
use super::super::policy::Policy;
use super::super::waiters::FlightId;
use super::{Place, SENTINEL, Table};
use std::collections::HashMap;

struct Journal {
    id: FlightId,
    /// How many do that.
    readers: usize,
    /// How many entries were stored.
    stored: u64,
    /// Which of them was the last in a place.
    last: HashMap<u32, u64>,
}

/// That of a table, while someone goes through the entries.
pub(in super::super) struct Journals(Option<Box<Journal>>);

/// Where someone who goes through the entries is, and what was there when that began.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Walk {
    journal: FlightId,
    since: u64,
    at: u32,
}

impl Journals {
    pub(super) const fn new() -> Self {
        Self(None)
    }

    /// Whether someone goes through the entries. Until all who do have ended, slots stay where they are.
    pub(super) fn is_kept(&self) -> bool {
        self.0.is_some()
    }

    /// Begins to go through the entries.
    pub(in super::super) fn begin(&mut self, id: FlightId) -> Walk {
        let new = || Box::new(Journal { id, readers: 0, stored: 0, last: HashMap::new() });
        let journal = self.0.get_or_insert_with(new);
        journal.readers += 1;
        Walk { journal: journal.id, since: journal.stored, at: SENTINEL }
    }

    /// Whether nothing was stored in a place since the walk began.
    fn is_unchanged(&self, at: u32, walk: &Walk) -> bool {
        // Another journal, or none: the table was cleared.
        let journal = self.0.as_ref().filter(|journal| journal.id == walk.journal);
        journal.is_some_and(|journal| journal.last.get(&at).is_none_or(|last| *last <= walk.since))
    }

    /// Ends a walk, and says whether it was the last.
    fn end(&mut self, walk: &Walk) -> bool {
        let Some(journal) = self.0.as_mut().filter(|journal| journal.id == walk.journal) else {
            return false;
        };
        journal.readers -= 1;
        let is_last = journal.readers == 0;
        if is_last {
            self.0 = None;
        }
        is_last
    }

    /// Notes that an entry was stored.
    #[inline]
    pub(super) fn note(&mut self, at: u32) {
        if let Some(journal) = &mut self.0 {
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

impl<K, S, X: Aged, W, P: Policy> Table<K, S, X, W, P> {
    /// The next entry that was there when the walk began.
    pub(in super::super) fn next(&self, walk: &mut Walk) -> Option<Place> {
        while walk.at + 1 < self.slots.len() {
            walk.at += 1;
            if self.is_unchanged(Place(walk.at), walk) {
                return Some(Place(walk.at));
            }
        }
        None
    }

    /// Whether there is still the entry that was in a place when the walk began.
    pub(in super::super) fn is_unchanged(&self, Place(at): Place, walk: &Walk) -> bool {
        self.journal.is_unchanged(at, walk) && at < self.slots.len() && self.slots.at(at).head.is_ready()
    }

    /// Ends a walk.
    pub(in super::super) fn end_walk(&mut self, walk: &Walk) {
        if self.journal.end(walk) {
            self.shrink_if_sparse();
        }
    }
}
