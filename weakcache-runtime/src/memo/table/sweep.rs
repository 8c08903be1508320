//! Finding what has expired or died.
#![forbid(unsafe_code)]

use super::super::expiry::Aged;
use super::super::policy::Policy;
use super::slots::State;
use super::{EntryOf, Place, Table};

/// So many entries are looked at before one that lives gives way,
const FEW: u32 = 64;
/// of tables of at most so many slots, which are in the nearer caches of the processor.
const MANY: u32 = 1024;

impl<K, S, X: Aged, W, P: Policy> Table<K, S, X, W, P> {
    /// Takes out entries that are not `live`, among those that are looked at: the two that were stored first, and the
    /// next two in turn.
    ///
    /// With one sweep for each insertion, entries that nobody asks for again cannot pile up: a round takes half as
    /// many insertions as there are slots, so at most half of them are left to find.
    pub(in super::super) fn sweep_some(
        &mut self,
        live: impl Fn(&EntryOf<K, S, X, P>) -> bool,
        dead: &mut Vec<(K, S)>,
    ) {
        for _ in 0..2 {
            match self.eldest() {
                Some(place) if !live(self.entry(place)) => dead.push(self.remove(place)),
                _ => break,
            }
        }
        for _ in 0..2 {
            self.sweep_next(&live, dead);
        }
        self.shrink_if_sparse();
    }

    /// Looks at the next entry in turn, and takes it out if it is not `live`. Says whether it did.
    #[inline]
    fn sweep_next(&mut self, live: impl Fn(&EntryOf<K, S, X, P>) -> bool, dead: &mut Vec<(K, S)>) -> bool {
        let at = if self.hand < self.slots.len() { self.hand.max(P::QUEUES) } else { P::QUEUES };
        self.hand = at + 1;
        if at >= self.slots.len() {
            return false;
        }
        match self.slots.get(at).state() {
            State::Ready(entry) if !live(entry) => {
                dead.push(self.remove(Place(at)));
                true
            }
            _ => false,
        }
    }

    /// Takes out an entry that is not `live`, to make room: the one that was stored first, if it is such. Unless they end in that
    /// order, others too: of a table of some dozens if there is one at all, of a larger one if it is among some dozens. Where a
    /// look is dear, since there are many, it is left to [`sweep_some`](Self::sweep_some).
    pub(in super::super) fn make_room(
        &mut self,
        is_in_order: bool,
        live: impl Fn(&EntryOf<K, S, X, P>) -> bool,
        dead: &mut Vec<(K, S)>,
    ) {
        match self.eldest() {
            Some(place) if !live(self.entry(place)) => dead.push(self.remove(place)),
            _ if is_in_order => {}
            _ if self.slots.len() <= MANY => {
                let all = self.slots.len().saturating_sub(P::QUEUES);
                let _ = (0..all.min(FEW)).any(|_| self.sweep_next(&live, dead));
            }
            _ => {}
        }
    }

    /// Takes out all entries that are not `live`, and gives back memory that is not needed.
    pub(in super::super) fn sweep(
        &mut self,
        live: impl Fn(&EntryOf<K, S, X, P>) -> bool,
        dead: &mut Vec<(K, S)>,
    ) {
        for at in P::QUEUES..self.slots.len() {
            match self.slots.get(at).state() {
                State::Ready(entry) if !live(entry) => dead.push(self.remove(Place(at))),
                _ => {}
            }
        }
        if self.ready == 0 {
            // Nor is there a use for what is remembered of those that left before.
            self.policy = P::new();
        }
        self.shrink();
    }
}
