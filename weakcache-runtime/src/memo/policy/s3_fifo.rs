//! S3-FIFO: a hit counts in its entry, and nothing is moved before room is needed.
//!
//! Yang, Zhang, Qiu, Yue, Vigfusson: *FIFO queues are all you need for cache eviction*, SOSP 2023. New entries stand on
//! *probation*, in a short queue that most of them leave by its end; those that were asked for twice meanwhile go on to
//! the *main* queue, where each hit, up to a few, is good for another round. Of those that left probation the hashes are
//! remembered for a while: who comes back goes to the main queue at once.
//!
//! Two things are not as in the paper. Who comes while the main queue is not full goes there too, as in `quick_cache`: of a
//! loop that is longer than the cache a part stays. And how long probation is floats, between a tenth and three tenths of
//! all: who comes back says that it was too short for him, which counts where the next of the main queue to go was not
//! asked for either, and against it otherwise. So those who came first do not stay for ever where nothing is asked for
//! twice within a short time. Both were chosen by figures, over 23 traces (`bench/POLICIES.md`).
//!
//! Each step to find who gives way uses up a hit that was noted: a constant number of steps for each call, on the average. Where
//! everything was asked for that would still be a round or three through all entries at once, under the lock, so after a
//! number of steps the next goes in any case.
#![allow(unsafe_code)] // a promise

use super::ghost::Ghost;
use super::{Entries, Policy, first, link, unlink};
use crate::sync::AtomicU8;
#[cfg(any(loom, shuttle))]
use crate::sync::fault::{self, Fault};
use std::mem;
use std::sync::atomic::Ordering::Relaxed;

/// The queue on probation, and the main one.
const PROBATION: u32 = 0;
const MAIN: u32 = 1;

/// So many hits are noted,
const MOST: u8 = 3;
/// and so many lead from probation to the main queue.
const ENOUGH: u8 = 2;
/// Beside them: the entry stands in the main queue. Changed by who has the table alone.
const IN_MAIN: u8 = 1 << 7;

/// So many entries are looked at to find one that gives way.
pub(super) const MOST_STEPS: u32 = 256;

/// So many of a hundred entries stand on probation.
const LEAST_SHARE: u8 = 10;
const MOST_SHARE: u8 = 30;

/// The first of a queue that was not asked for gives way.
#[derive(Debug)]
pub struct S3Fifo {
    /// How many entries are in each queue.
    len: [usize; 2],
    /// How many of a hundred entries are to be on probation.
    share: u8,
    /// Whether another has to give way to the next.
    is_full: bool,
    /// Who left probation without a hit.
    ghost: Ghost,
}

// SAFETY: places are `PROBATION` and `MAIN`, those it is called with, and what the links of these lead to. The first of a queue
// is one of an entry: `len` says for each queue how many there are, and is asked before.
unsafe impl Policy for S3Fifo {
    const QUEUES: u32 = 2;
    type Used = AtomicU8;
    const NOTES: bool = true;

    fn new() -> Self {
        Self { len: [0; 2], share: LEAST_SHARE, is_full: false, ghost: Ghost::new() }
    }

    /// Once an entry has its hits noted, its line is only read. Of two that note at once one may be lost.
    #[inline]
    fn note(used: &AtomicU8) {
        let before = used.load(Relaxed);
        #[cfg(any(loom, shuttle))]
        let before = if fault::is(Fault::NoteOver) { before & !IN_MAIN } else { before };
        if before & !IN_MAIN < MOST {
            used.store(before + 1, Relaxed);
        }
    }

    #[inline]
    fn touch<E: Entries<Used = AtomicU8>>(&mut self, entries: &mut E, at: u32) {
        Self::note(entries.used(at));
    }

    fn insert<E: Entries<Used = AtomicU8>>(&mut self, entries: &mut E, at: u32) {
        let is_known = self.ghost.take(entries.hash(at));
        if is_known {
            self.learn(entries);
        }
        let all = self.all() + 1;
        // Else the main queue would fill with whatever comes where probation has become shorter.
        let fills = !mem::take(&mut self.is_full) && self.len[1] + self.probation_of(all) < all;
        self.enter(entries, at, if is_known || fills { MAIN } else { PROBATION });
    }

    fn copy(used: &AtomicU8) -> AtomicU8 {
        AtomicU8::new(used.load(Relaxed))
    }

    /// In the queue in which it was.
    fn restore<E: Entries<Used = AtomicU8>>(&mut self, entries: &mut E, at: u32, used: AtomicU8) {
        let used = used.load(Relaxed);
        self.remove(entries, at);
        self.enter(entries, at, if used & IN_MAIN == 0 { PROBATION } else { MAIN });
        entries.used(at).store(used, Relaxed);
        self.touch(entries, at);
    }

    fn remove<E: Entries<Used = AtomicU8>>(&mut self, entries: &mut E, at: u32) {
        let in_main = entries.used(at).load(Relaxed) & IN_MAIN != 0;
        self.len[usize::from(in_main)] -= 1;
        unlink(entries, at);
    }

    fn victim<E: Entries<Used = AtomicU8>>(&mut self, entries: &mut E) -> u32 {
        self.is_full = true;
        let mut steps = 0;
        loop {
            steps += 1;
            let is_last = steps == MOST_STEPS;
            let all = self.all();
            if self.len[0] >= self.probation_of(all) || self.len[1] == 0 {
                let at = first(entries, PROBATION);
                if is_last || entries.used(at).load(Relaxed) < ENOUGH {
                    self.ghost.insert(entries.hash(at), all - all / 10);
                    return at;
                }
                self.remove(entries, at);
                self.enter(entries, at, MAIN);
            } else {
                let at = first(entries, MAIN);
                let used = entries.used(at).load(Relaxed);
                if is_last || used == IN_MAIN {
                    return at;
                }
                entries.used(at).store(used - 1, Relaxed);
                unlink(entries, at);
                link(entries, MAIN, at);
            }
        }
    }

    fn bytes(&self) -> usize {
        self.ghost.bytes()
    }
}

impl S3Fifo {
    /// How many entries there are.
    #[inline]
    fn all(&self) -> usize {
        self.len[0] + self.len[1]
    }

    /// How many of so many entries are to be on probation.
    #[inline]
    fn probation_of(&self, all: usize) -> usize {
        (all as u64 * u64::from(self.share) / 100).max(1) as usize
    }

    /// Draws the conclusion from one who came back.
    fn learn<E: Entries<Used = AtomicU8>>(&mut self, entries: &mut E) {
        let is_idle = self.len[1] == 0 || {
            let next = first(entries, MAIN);
            entries.used(next).load(Relaxed) == IN_MAIN
        };
        self.share =
            if is_idle { (self.share + 1).min(MOST_SHARE) } else { (self.share - 1).max(LEAST_SHARE) };
    }

    /// Puts an entry last into a queue, without a hit.
    #[inline]
    fn enter<E: Entries<Used = AtomicU8>>(&mut self, entries: &mut E, at: u32, queue: u32) {
        entries.used(at).store(if queue == MAIN { IN_MAIN } else { 0 }, Relaxed);
        self.len[queue as usize] += 1;
        link(entries, queue, at);
    }
}
