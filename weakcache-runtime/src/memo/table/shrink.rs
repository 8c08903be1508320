//! Giving back memory.
#![forbid(unsafe_code)]

use super::super::expiry::{Aged, Links};
use super::super::policy::Policy;
use super::slots::State;
use super::{SENTINEL, Slot, Table};
use std::mem;

/// Tables of fewer slots do not shrink.
const SMALL: usize = 32;

impl<K, S, X: Aged, W, P: Policy> Table<K, S, X, W, P> {
    /// Gives back memory if most slots are vacant. Takes the time of as many steps as there are slots, after half as
    /// many became vacant.
    pub(in super::super) fn shrink_if_sparse(&mut self) {
        let slots = self.slots.len();
        if slots > SMALL && (self.used as usize) < slots / 4 && self.vacated > slots / 2 {
            self.shrink();
        }
    }

    /// Moves ready slots down to where vacant ones are, and gives back what is vacant above the last flight.
    pub(super) fn shrink(&mut self) {
        if self.journal.is_some() {
            return; // who goes through the entries finds them by their places
        }
        let first = P::QUEUES as usize;
        let mut hole = first;
        let mut end = self.slots.len();
        self.pinned = SENTINEL;
        while end > first {
            match self.slots[end - 1].state() {
                State::Vacant => {}
                #[expect(clippy::cast_possible_truncation, reason = "places are 32 bits wide")]
                State::Flight(_) => {
                    // It is where its leader looks for it.
                    self.pinned = end as u32 - 1;
                    break;
                }
                State::Ready(_) => {
                    while hole < end && !matches!(self.slots[hole].state(), State::Vacant) {
                        hole += 1;
                    }
                    if hole >= end {
                        break;
                    }
                    self.relocate(end - 1, hole);
                }
            }
            end -= 1;
        }
        self.truncate(end);
    }

    #[expect(clippy::cast_possible_truncation, reason = "places are 32 bits wide")]
    fn relocate(&mut self, from: usize, to: usize) {
        let slot = mem::replace(&mut self.slots[from], Slot::EMPTY);
        let (mark, Links { older, newer }) = (slot.mark(), slot.links);
        self.slots[to] = slot;
        let (from, to) = (from as u32, to as u32);
        self.index.replace(mark, from, to);
        self.slots.at_mut(older).links.newer = to;
        self.slots.at_mut(newer).links.older = to;
        if let Some(&mut Links { older, newer }) = self.slots.at_mut(to).entry_mut().stamp.links() {
            *self.younger_than(older) = to;
            *self.elder_than(newer) = to;
        }
    }

    /// Takes away the slots from `end` on, which are vacant.
    fn truncate(&mut self, end: usize) {
        debug_assert!(self.slots[end..].iter().all(|slot| matches!(slot.state(), State::Vacant)));
        if self.used == 0 {
            // But for what the policy knows of what has left.
            let policy = mem::replace(&mut self.policy, P::new());
            *self = Self::new();
            self.policy = policy;
            return;
        }
        self.slots.truncate(end);
        self.slots.shrink_to_fit();
        self.index.shrink();
        self.vacant = SENTINEL;
        for at in (P::QUEUES as usize..self.slots.len()).rev() {
            if matches!(self.slots[at].state(), State::Vacant) {
                self.slots[at].links.newer = self.vacant;
                self.vacant = u32::try_from(at).expect("places are 32 bits wide");
            }
        }
        self.vacated = 0;
    }
}
