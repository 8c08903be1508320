//! Entries in the order in which they were stored, where they expire: of stamps that are [`LINKED`](Aged::LINKED).
#![forbid(unsafe_code)]

use super::super::expiry::{Aged, Links};
use super::super::policy::Policy;
use super::{Place, SENTINEL, Table};

impl<K, S, X: Aged, W, P: Policy> Table<K, S, X, W, P> {
    /// The entry that was stored first, where entries have an age.
    pub(super) fn eldest(&self) -> Option<Place> {
        (self.ages.newer != SENTINEL).then_some(Place(self.ages.newer))
    }

    #[inline]
    pub(super) fn link_by_age(&mut self, at: u32) {
        let last = self.ages.older;
        *self.age_links(at) = Links { older: last, newer: SENTINEL };
        *self.younger_than(last) = at;
        self.ages.older = at;
    }

    #[inline]
    pub(super) fn unlink_by_age(&mut self, at: u32) {
        let Links { older, newer } = *self.age_links(at);
        *self.younger_than(older) = newer;
        *self.elder_than(newer) = older;
    }

    /// The link that leads away from `at` to the younger side.
    pub(super) fn younger_than(&mut self, at: u32) -> &mut u32 {
        if at == SENTINEL { &mut self.ages.newer } else { &mut self.age_links(at).newer }
    }

    /// The link that leads away from `at` to the elder side.
    pub(super) fn elder_than(&mut self, at: u32) -> &mut u32 {
        if at == SENTINEL { &mut self.ages.older } else { &mut self.age_links(at).older }
    }

    #[inline]
    pub(super) fn age_links(&mut self, at: u32) -> &mut Links {
        self.slots.at_mut(at).entry_mut().stamp.links().expect("they are linked")
    }
}
