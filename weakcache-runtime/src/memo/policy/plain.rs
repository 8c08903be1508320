//! The policies once more, on plain lists: what they are compared with in tests.

use super::s3_fifo::MOST_STEPS;
use super::{Lru, Policy, S3Fifo};
use crate::sync::AtomicU8;
use std::sync::atomic::Ordering::Relaxed;

/// A policy that knows entries by their keys.
pub(in super::super) trait Plain: Default {
    type Policy: Policy;

    fn insert(&mut self, key: u64, hash: u64);

    fn touch(&mut self, key: u64);

    fn remove(&mut self, key: u64);

    /// Takes out an entry, and in again where it is for its use, as what the closure takes out meanwhile allows.
    fn replace(&mut self, key: u64, make_room: impl FnOnce(&mut Self));

    /// Takes out what gives way.
    fn evict(&mut self) -> u64;

    fn clear(&mut self) {
        *self = Self::default();
    }

    /// The keys in each queue, and what is noted of their use.
    fn queues(&self) -> Vec<Vec<(u64, u8)>>;

    fn noted(used: &<Self::Policy as Policy>::Used) -> u8;
}

/// The least recently used first.
#[derive(Default)]
pub(in super::super) struct PlainLru(Vec<u64>);

impl Plain for PlainLru {
    type Policy = Lru;

    fn insert(&mut self, key: u64, _: u64) {
        self.0.push(key);
    }

    fn touch(&mut self, key: u64) {
        self.remove(key);
        self.0.push(key);
    }

    fn remove(&mut self, key: u64) {
        let at = self.0.iter().position(|other| *other == key).unwrap();
        self.0.remove(at);
    }

    fn replace(&mut self, key: u64, make_room: impl FnOnce(&mut Self)) {
        self.remove(key);
        make_room(self);
        self.0.push(key);
    }

    fn evict(&mut self) -> u64 {
        self.0.remove(0)
    }

    fn queues(&self) -> Vec<Vec<(u64, u8)>> {
        vec![self.0.iter().map(|key| (*key, 0)).collect()]
    }

    fn noted((): &()) -> u8 {
        0
    }
}

struct Entry {
    key: u64,
    hash: u64,
    hits: u8,
}

/// Both queues from their ends that are asked first, and rows of hashes from the last that came.
#[derive(Default)]
pub(in super::super) struct PlainS3Fifo {
    probation: Vec<Entry>,
    main: Vec<Entry>,
    ghost: Vec<Vec<Option<u32>>>,
    /// By how many of a hundred probation is longer than at first.
    longer: usize,
    /// Whether something gave way since the last that came.
    is_full: bool,
}

impl PlainS3Fifo {
    fn row(&mut self, hash: u64) -> &mut Vec<Option<u32>> {
        let bits = (hash << 1) >> 32;
        let at = (bits * self.ghost.len() as u64) >> 32;
        &mut self.ghost[usize::try_from(at).unwrap()]
    }

    fn word(hash: u64) -> u32 {
        u32::try_from((hash ^ (hash >> 32)) & 0xFFFF_FFFF).unwrap().max(1)
    }

    /// How many of the entries are to be on probation.
    fn share(&self, coming: usize) -> usize {
        let all = self.probation.len() + self.main.len() + coming;
        (all * (10 + self.longer) / 100).max(1)
    }

    fn remember(&mut self, hash: u64, most: usize) {
        let rows = self.ghost.len();
        let wanted = most.div_ceil(8);
        if rows < wanted || rows > most.div_ceil(16) * 4 {
            let wanted = (wanted + wanted / 8).max(1);
            let before = std::mem::take(&mut self.ghost);
            self.ghost = (0..wanted)
                .map(|at| before.get(at * before.len() / wanted).cloned().unwrap_or_default())
                .collect();
        }
        let row = self.row(hash);
        row.insert(0, Some(Self::word(hash)));
        row.truncate(8);
    }

    fn knows(&mut self, hash: u64) -> bool {
        if self.ghost.is_empty() {
            return false;
        }
        let row = self.row(hash);
        let found = row.iter_mut().find(|word| **word == Some(Self::word(hash)));
        found.and_then(Option::take).is_some()
    }

    fn queue(&mut self, is_main: bool) -> &mut Vec<Entry> {
        if is_main { &mut self.main } else { &mut self.probation }
    }

    fn find(&mut self, key: u64) -> &mut Entry {
        self.probation.iter_mut().chain(&mut self.main).find(|entry| entry.key == key).unwrap()
    }
}

impl Plain for PlainS3Fifo {
    type Policy = S3Fifo;

    fn insert(&mut self, key: u64, hash: u64) {
        let is_known = self.knows(hash);
        if is_known {
            let is_used = self.main.first().is_some_and(|entry| entry.hits > 0);
            self.longer = if is_used { self.longer.saturating_sub(1) } else { (self.longer + 1).min(20) };
        }
        let room = self.main.len() + self.share(1) < self.probation.len() + self.main.len() + 1;
        let fills = room && !self.is_full;
        self.is_full = false;
        let queue = if is_known || fills { &mut self.main } else { &mut self.probation };
        queue.push(Entry { key, hash, hits: 0 });
    }

    fn touch(&mut self, key: u64) {
        let hits = &mut self.find(key).hits;
        *hits = (*hits + 1).min(3);
    }

    fn remove(&mut self, key: u64) {
        self.probation.retain(|entry| entry.key != key);
        self.main.retain(|entry| entry.key != key);
    }

    fn replace(&mut self, key: u64, make_room: impl FnOnce(&mut Self)) {
        let in_main = self.main.iter().any(|entry| entry.key == key);
        let at = self.queue(in_main).iter().position(|entry| entry.key == key).unwrap();
        let entry = self.queue(in_main).remove(at);
        make_room(self);
        let Entry { hash, hits, .. } = entry;
        self.insert(key, hash);
        self.remove(key);
        self.queue(in_main).push(Entry { key, hash, hits });
        self.touch(key);
    }

    fn evict(&mut self) -> u64 {
        self.is_full = true;
        let mut steps = 0;
        loop {
            steps += 1;
            let is_last = steps == MOST_STEPS;
            if self.main.is_empty() || self.probation.len() >= self.share(0) {
                let entry = self.probation.remove(0);
                if is_last || entry.hits < 2 {
                    let all = self.probation.len() + self.main.len() + 1;
                    self.remember(entry.hash, all - all / 10);
                    return entry.key;
                }
                self.main.push(Entry { hits: 0, ..entry });
            } else {
                let entry = self.main.remove(0);
                if is_last || entry.hits == 0 {
                    return entry.key;
                }
                self.main.push(Entry { hits: entry.hits - 1, ..entry });
            }
        }
    }

    fn queues(&self) -> Vec<Vec<(u64, u8)>> {
        let queue =
            |queue: &[Entry], bit: u8| queue.iter().map(|entry| (entry.key, entry.hits | bit)).collect();
        vec![queue(&self.probation, 0), queue(&self.main, 0x80)]
    }

    fn noted(used: &AtomicU8) -> u8 {
        used.load(Relaxed)
    }
}
