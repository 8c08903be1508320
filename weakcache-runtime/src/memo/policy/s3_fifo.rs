//! S3-FIFO: a hit counts in its entry, and nothing is moved before room is needed.
//!
//! Yang, Zhang, Qiu, Yue, Vigfusson: *FIFO queues are all you need for cache eviction*, SOSP 2023. New entries stand on
//! *probation*, in a short queue that most of them leave by its end; those that were asked for twice meanwhile go on to
//! the *main* queue, where each hit, up to a few, is good for another round. Of those that left probation the hashes are
//! remembered for a while: who comes back goes to the main queue at once. And so does who comes while that is not full,
//! as in `quick_cache`: of a loop that is longer than the cache a part stays.
//!
//! To find who gives way may take a round through all entries, but each step of it uses up a hit that was noted: a
//! constant number of steps for each call, on the average.
#![forbid(unsafe_code)]

use super::ghost::Ghost;
use super::{Entries, Policy, first, link, unlink};
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// The queue on probation, and the main one.
const PROBATION: u32 = 0;
const MAIN: u32 = 1;

/// So many hits are noted,
const MOST: u8 = 3;
/// and so many lead from probation to the main queue.
const ENOUGH: u8 = 2;
/// Beside them: the entry stands in the main queue. Changed by who has the table alone.
const IN_MAIN: u8 = 1 << 7;

/// The first of a queue that was not asked for gives way.
#[derive(Debug)]
pub struct S3Fifo {
    /// How many entries are in each queue.
    len: [usize; 2],
    /// Who left probation without a hit.
    ghost: Ghost,
}

impl Policy for S3Fifo {
    const QUEUES: u32 = 2;
    type Used = AtomicU8;
    const NOTES: bool = true;

    fn new() -> Self {
        Self { len: [0; 2], ghost: Ghost::new() }
    }

    /// Once an entry has its hits noted, its line is only read. Of two that note at once one may be lost.
    #[inline]
    fn note(used: &AtomicU8) {
        let before = used.load(Relaxed);
        if before & !IN_MAIN < MOST {
            used.store(before + 1, Relaxed);
        }
    }

    #[inline]
    fn touch<E: Entries<Used = AtomicU8>>(&mut self, entries: &mut E, at: u32) {
        Self::note(entries.used(at));
    }

    fn insert<E: Entries<Used = AtomicU8>>(&mut self, entries: &mut E, at: u32) {
        let [probation, main] = self.len;
        let all = probation + main + 1;
        let is_known = self.ghost.take(entries.hash(at));
        let fills = main + probation_of(all) < all;
        self.enter(entries, at, if is_known || fills { MAIN } else { PROBATION });
    }

    fn remove<E: Entries<Used = AtomicU8>>(&mut self, entries: &mut E, at: u32) {
        let in_main = *entries.used(at).get_mut() & IN_MAIN != 0;
        self.len[usize::from(in_main)] -= 1;
        unlink(entries, at);
    }

    fn victim<E: Entries<Used = AtomicU8>>(&mut self, entries: &mut E) -> Option<u32> {
        loop {
            let [probation, main] = self.len;
            let all = probation + main;
            if probation >= probation_of(all) || main == 0 {
                if all == 0 {
                    return None;
                }
                let at = first(entries, PROBATION);
                if *entries.used(at).get_mut() < ENOUGH {
                    self.ghost.insert(entries.hash(at), all - all / 10);
                    return Some(at);
                }
                self.remove(entries, at);
                self.enter(entries, at, MAIN);
            } else {
                let at = first(entries, MAIN);
                let used = entries.used(at).get_mut();
                if *used == IN_MAIN {
                    return Some(at);
                }
                *used -= 1;
                unlink(entries, at);
                link(entries, MAIN, at);
            }
        }
    }
}

/// How many of so many entries stand on probation.
#[inline]
fn probation_of(all: usize) -> usize {
    (all / 10).max(1)
}

impl S3Fifo {
    /// Puts an entry last into a queue, without a hit.
    #[inline]
    fn enter<E: Entries<Used = AtomicU8>>(&mut self, entries: &mut E, at: u32, queue: u32) {
        *entries.used(at).get_mut() = if queue == MAIN { IN_MAIN } else { 0 };
        self.len[queue as usize] += 1;
        link(entries, queue, at);
    }
}
