//! Giving back memory.
#![forbid(unsafe_code)]

use super::super::expiry::{Aged, Links};
use super::super::policy::Policy;
use super::{SENTINEL, Slot, Table};
use std::mem;

/// Tables of fewer slots do not shrink.
const SMALL: u32 = 32;

impl<K, S, X: Aged, W, P: Policy> Table<K, S, X, W, P> {
    /// Gives back memory if most slots are vacant. Takes the time of as many steps as there are slots, after half as
    /// many became vacant.
    pub(in super::super) fn shrink_if_sparse(&mut self) {
        let slots = self.slots.len();
        if slots > SMALL && self.used < slots / 4 && self.vacated > slots as usize / 2 {
            self.shrink();
        }
    }

    /// Moves ready slots down to where vacant ones are, and gives back what is vacant above the last flight.
    pub(super) fn shrink(&mut self) {
        if self.journal.is_kept() {
            return; // who goes through the entries finds them by their places
        }
        let first = P::QUEUES;
        let mut hole = first;
        let mut end = self.slots.len();
        self.pinned = SENTINEL;
        while end > first {
            let head = &self.slots.get(end - 1).head;
            if head.is_flight() {
                // It is where its leader looks for it.
                self.pinned = end - 1;
                break;
            }
            if head.is_ready() {
                while hole < end && !self.slots.get(hole).head.is_vacant() {
                    hole += 1;
                }
                if hole >= end {
                    break;
                }
                self.relocate(end - 1, hole);
            }
            end -= 1;
        }
        self.truncate(end);
    }

    fn relocate(&mut self, from: u32, to: u32) {
        let slot = mem::replace(self.slots.get_mut(from), Slot::EMPTY);
        let (mark, Links { older, newer }) = (slot.head.mark(), slot.head.links);
        *self.slots.get_mut(to) = slot;
        self.index.replace(mark, from, to);
        self.slots.at_mut(older).head.links.newer = to;
        self.slots.at_mut(newer).head.links.older = to;
        if X::LINKED {
            let Links { older, newer } = *self.age_links(to);
            *self.younger_than(older) = to;
            *self.elder_than(newer) = to;
        }
    }

    /// Takes away the slots from `end` on, which are vacant.
    fn truncate(&mut self, end: u32) {
        if self.used == 0 {
            // But for what the policy knows of what has left.
            let policy = mem::replace(&mut self.policy, P::new());
            *self = Self::new();
            self.policy = policy;
            return;
        }
        self.slots.truncate(end);
        self.index.shrink();
        self.vacant = SENTINEL;
        for at in (P::QUEUES..self.slots.len()).rev() {
            let head = &mut self.slots.get_mut(at).head;
            if head.is_vacant() {
                head.links.newer = self.vacant;
                self.vacant = at;
            }
        }
        self.vacated = 0;
    }
}
