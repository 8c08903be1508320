//! The counts of a slot; their states and orderings are told at the head of the module.
#![forbid(unsafe_code)]

use std::process::abort;

#[cfg(any(loom, shuttle))]
use crate::sync::fault::{self, Fault};
use crate::sync::{AtomicU64, Ordering};

const STRONG: u64 = 1;
const WEAK: u64 = 1 << 32;
/// In the strong half: no value lives here. What stands beside it there means nothing.
const ZERO: u64 = 1 << 31;
/// More handles than this and the process aborts, as with `Arc`: a count must not wrap.
const MAX: u32 = i32::MAX as u32;

#[expect(clippy::cast_possible_truncation, reason = "the lower half")]
const fn strong(counts: u64) -> u32 {
    counts as u32
}

const fn weak(counts: u64) -> u32 {
    (counts >> 32) as u32
}

/// Strong handles in the lower half, weak ones in the upper half of one word.
pub(super) struct Counts(AtomicU64);

/// What a look-up without the lock comes upon.
#[allow(dead_code, reason = "for the table without a lock")]
#[must_use]
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Found {
    /// The value lives, and a strong count is the caller's.
    Live,
    /// It does not.
    Dead,
}

impl Counts {
    pub(super) fn vacant() -> Self {
        Self(AtomicU64::new(ZERO))
    }

    /// One strong handle, from vacant. `Release`: who finds the slot live sees its value.
    pub(super) fn begin(&self) {
        self.set(STRONG + WEAK, Ordering::Release);
    }

    /// No handle, from dead.
    pub(super) fn end(&self) {
        self.set(ZERO, Ordering::Relaxed);
    }

    /// A store. Increments of look-ups that came late may meet it.
    fn set(&self, counts: u64, ordering: Ordering) {
        // Loom lets a store and a concurrent read-modify-write end in either order, also where the latter
        // has read what came before the store; hardware and language do not.
        #[cfg(loom)]
        self.0.swap(counts, if ordering == Ordering::Release { Ordering::AcqRel } else { ordering });
        #[cfg(not(loom))]
        self.0.store(counts, ordering);
    }

    pub(super) fn strong(&self) -> usize {
        let counts = self.0.load(Ordering::Relaxed);
        if counts & ZERO == 0 { strong(counts) as usize } else { 0 }
    }

    /// Weak handles; while a value lives, the one that its strong handles hold together is among them.
    pub(super) fn weak(&self) -> usize {
        weak(self.0.load(Ordering::Relaxed)) as usize
    }

    /// One more, from a strong handle.
    #[inline]
    pub(super) fn clone_strong(&self) {
        // Relaxed: the new handle is passed on by something that synchronises.
        if strong(self.0.fetch_add(STRONG, Ordering::Relaxed)) >= MAX {
            abort();
        }
    }

    /// One more, from a handle of either kind.
    pub(super) fn clone_weak(&self) {
        #[cfg(any(loom, shuttle))]
        if fault::is(Fault::HoldNoPlace) {
            return;
        }
        if weak(self.0.fetch_add(WEAK, Ordering::Relaxed)) > MAX {
            abort();
        }
    }

    /// One more strong handle, from a weak one or under the lock.
    pub(super) fn upgrade(&self) -> bool {
        #[cfg(any(loom, shuttle))]
        if fault::is(Fault::Revive) {
            self.0.fetch_add(STRONG, Ordering::Acquire);
            return true;
        }
        let mut seen = self.0.load(Ordering::Relaxed);
        loop {
            if seen & ZERO != 0 {
                return false;
            }
            if strong(seen) >= MAX {
                abort();
            }
            match self.0.compare_exchange_weak(seen, seen + STRONG, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => seen = now,
            }
        }
    }

    /// One more strong handle if the slot is live, for who holds no count and no lock.
    #[allow(dead_code, reason = "for the table without a lock")]
    #[inline]
    pub(super) fn look_up(&self) -> Found {
        let before = self.0.fetch_add(STRONG, Ordering::Acquire);
        if strong(before) < MAX { Found::Live } else { self.undo(before + STRONG) }
    }

    /// Takes an increment of a dead slot back.
    #[inline] // no call, so that a look-up need not save what it has in hand
    fn undo(&self, mut seen: u64) -> Found {
        #[cfg(any(loom, shuttle))]
        if fault::is(Fault::UndoBlindly) {
            self.0.fetch_sub(STRONG, Ordering::Relaxed);
            return Found::Dead;
        }
        // The bits beside `ZERO` in its half. If they were all set, there were too many and not none.
        let beside = |counts| strong(counts) << 1;
        if beside(seen) == 0 {
            abort();
        }
        // What is not there any more was overwritten when the slot was used again.
        while seen & ZERO != 0 && beside(seen) != 0 {
            match self.0.compare_exchange_weak(seen, seen - STRONG, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => break,
                Err(now) => seen = now,
            }
        }
        Found::Dead
    }

    /// One strong handle less, unless it reads as the last one.
    #[inline]
    pub(super) fn drop_strong(&self) -> bool {
        #[cfg(any(loom, shuttle))]
        if fault::is(Fault::ZeroUnlocked) {
            return strong(self.0.fetch_sub(STRONG, Ordering::AcqRel)) > 1;
        }
        let seen = self.0.load(Ordering::Relaxed);
        strong(seen) > 1 && (self.leave(seen) || self.drop_contended())
    }

    /// As often as it takes. In silence between: a failed exchange costs the others as much as one that
    /// succeeds.
    #[cold]
    fn drop_contended(&self) -> bool {
        #[cfg(not(any(loom, shuttle)))]
        let mut round = 0;
        loop {
            #[cfg(not(any(loom, shuttle)))]
            {
                (0..8 << round).for_each(|_| std::hint::spin_loop());
                round = (round + 1).min(4);
            }
            let seen = self.0.load(Ordering::Relaxed);
            if strong(seen) <= 1 {
                return false;
            }
            if self.leave(seen) {
                return true;
            }
        }
    }

    /// `Release`: what was done with the value comes before its drop.
    #[inline]
    fn leave(&self, seen: u64) -> bool {
        #[cfg(any(loom, shuttle))]
        if fault::is(Fault::CheckFirst) {
            self.0.fetch_sub(STRONG, Ordering::Release);
            return true;
        }
        self.0.compare_exchange_weak(seen, seen - STRONG, Ordering::Release, Ordering::Relaxed).is_ok()
    }

    /// One strong handle less, under the lock. Says whether it was the last one: then the slot is dying.
    pub(super) fn drop_locked(&self) -> bool {
        let mut seen = self.0.load(Ordering::Relaxed);
        loop {
            #[cfg(any(loom, shuttle))]
            if fault::is(Fault::ZeroUnlocked) {
                // Taken off already. If it is not zero it was raised again, and is another's.
                if strong(seen) != 0 {
                    return false;
                }
                match self.0.compare_exchange(seen, seen | ZERO, Ordering::AcqRel, Ordering::Relaxed) {
                    Ok(_) => return true,
                    Err(now) => seen = now,
                }
                continue;
            }
            let last = strong(seen) == 1;
            #[cfg(any(loom, shuttle))]
            if last && fault::is(Fault::FlagBlindly) {
                self.0.swap((seen - STRONG) | ZERO, Ordering::AcqRel);
                return true;
            }
            let next = if last { (seen - STRONG) | ZERO } else { seen - STRONG };
            // `Acquire`: against the `Release` of the others.
            match self.0.compare_exchange_weak(seen, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return last,
                Err(now) => seen = now,
            }
        }
    }

    /// One weak handle less. Says whether it was the last count of either kind: then it may be left standing.
    pub(super) fn drop_weak(&self) -> bool {
        // The lower half of a dead slot means nothing, and of a live one the upper half is 1 more than its
        // weak handles.
        weak(self.0.load(Ordering::Acquire)) == 1 || weak(self.0.fetch_sub(WEAK, Ordering::AcqRel)) == 1
    }

    #[cfg(all(test, not(loom)))]
    pub(super) fn add(&self, strong: u64, weak: u64) {
        self.0
            .fetch_add(strong.wrapping_mul(STRONG).wrapping_add(weak.wrapping_mul(WEAK)), Ordering::Relaxed);
    }
}

/// Of a slot that one thread has: loads and stores, and nothing that another could come between.
#[cfg(not(loom))]
impl Counts {
    /// One strong handle, from vacant.
    pub(super) fn begin_local(&self) {
        self.0.store(STRONG + WEAK, Ordering::Relaxed);
    }

    /// One more, from a strong handle or of an entry.
    #[inline]
    pub(super) fn clone_strong_local(&self) {
        let seen = self.0.load(Ordering::Relaxed);
        if strong(seen) >= MAX {
            abort();
        }
        self.0.store(seen + STRONG, Ordering::Relaxed);
    }

    /// One more, from a handle of either kind.
    pub(super) fn clone_weak_local(&self) {
        let seen = self.0.load(Ordering::Relaxed);
        if weak(seen) > MAX {
            abort();
        }
        self.0.store(seen + WEAK, Ordering::Relaxed);
    }

    /// One more strong handle, from a weak one.
    pub(super) fn upgrade_local(&self) -> bool {
        let lives = self.strong() > 0;
        if lives {
            self.clone_strong_local();
        }
        lives
    }

    /// One strong handle less, unless it is the last one.
    #[inline]
    pub(super) fn drop_strong_local(&self) -> bool {
        let seen = self.0.load(Ordering::Relaxed);
        let others = strong(seen) != 1;
        if others {
            self.0.store(seen - STRONG, Ordering::Relaxed);
        }
        others
    }

    /// The last strong handle goes, and the slot is dying.
    pub(super) fn die_local(&self) {
        let seen = self.0.load(Ordering::Relaxed);
        debug_assert_eq!(strong(seen), 1);
        self.0.store((seen - STRONG) | ZERO, Ordering::Relaxed);
    }

    /// One weak handle less. Says whether it was the last count of either kind.
    pub(super) fn drop_weak_local(&self) -> bool {
        let seen = self.0.load(Ordering::Relaxed);
        self.0.store(seen - WEAK, Ordering::Relaxed);
        weak(seen) == 1
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn live() -> Counts {
        let counts = Counts::vacant();
        counts.begin();
        counts
    }

    #[test]
    fn nothing_leads_back_from_dead() {
        let counts = live();
        assert_eq!(counts.look_up(), Found::Live);
        assert!(counts.drop_strong() && !counts.drop_strong());
        assert!(counts.drop_locked());
        assert_eq!((counts.look_up(), counts.upgrade(), counts.strong()), (Found::Dead, false, 0));
        assert!(counts.drop_weak());
    }

    #[test]
    fn an_increment_that_was_overwritten_is_not_taken_back() {
        let counts = live();
        assert!(counts.drop_locked());
        let late = counts.0.fetch_add(STRONG, Ordering::Relaxed) + STRONG;
        counts.end();
        counts.begin();
        assert_eq!(counts.undo(late), Found::Dead);
        assert_eq!(counts.strong(), 1);
        // The same, and the slot is dead again by then.
        assert!(counts.drop_locked());
        assert_eq!(counts.undo(late), Found::Dead);
        assert_eq!((counts.strong(), counts.weak()), (0, 1));
        assert_eq!(counts.look_up(), Found::Dead);
    }
}
