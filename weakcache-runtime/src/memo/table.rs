//! The entries of a cache: a slab, an index by hash, and a list from the least to the most recently used.
//!
//! Entries lie side by side in a vector and are linked by position. Removing one moves the last into its
//! place, so there are no holes: the slab is as large as it is full, and a sweep walks all of it. The
//! index holds positions and finds them by the stored hash; no hash is computed here, and no key compared
//! except by the caller's closure.

use hashbrown::HashTable;
use std::mem;

const NONE: u32 = u32::MAX;

/// The most entries there can be.
pub(super) const MOST: usize = NONE as usize;

pub(super) struct Entry<K, S, X> {
    hash: u64,
    older: u32,
    newer: u32,
    pub(super) key: K,
    pub(super) stored: S,
    pub(super) stamp: X,
}

pub(super) struct Table<K, S, X> {
    slab: Vec<Entry<K, S, X>>,
    index: HashTable<u32>,
    oldest: u32,
    newest: u32,
    /// Where the next sweep begins.
    hand: usize,
}

impl<K, S, X> Table<K, S, X> {
    pub(super) const fn new() -> Self {
        Self { slab: Vec::new(), index: HashTable::new(), oldest: NONE, newest: NONE, hand: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.slab.len()
    }

    #[inline]
    pub(super) fn get(&self, at: u32) -> &Entry<K, S, X> {
        &self.slab[at as usize]
    }

    #[inline]
    fn get_mut(&mut self, at: u32) -> &mut Entry<K, S, X> {
        &mut self.slab[at as usize]
    }

    /// Where the entry with this key is.
    #[inline]
    pub(super) fn find(&self, hash: u64, mut is: impl FnMut(&K) -> bool) -> Option<u32> {
        let found = |&at: &u32| {
            let entry = self.get(at);
            entry.hash == hash && is(&entry.key)
        };
        self.index.find(hash, found).copied()
    }

    /// Makes an entry the most recently used.
    #[inline]
    pub(super) fn touch(&mut self, at: u32) {
        if self.newest != at {
            self.unlink(at);
            self.link(at);
        }
    }

    /// Adds an entry, as the most recently used. Its key must not be there yet, and there must be room.
    pub(super) fn insert(&mut self, hash: u64, key: K, stored: S, stamp: X) {
        debug_assert!(self.len() < MOST);
        #[expect(clippy::cast_possible_truncation, reason = "there are at most `MOST` entries")]
        let at = self.slab.len() as u32;
        // The index first: if it cannot grow, nothing has changed.
        let slab = &self.slab;
        self.index.insert_unique(hash, at, |&at| slab[at as usize].hash);
        self.slab.push(Entry { hash, older: NONE, newer: NONE, key, stored, stamp });
        self.link(at);
    }

    /// Puts a new entry in the place of the least recently used, which is handed back.
    ///
    /// # Panics
    ///
    /// If the table is empty.
    pub(super) fn replace_oldest(&mut self, hash: u64, key: K, stored: S, stamp: X) -> (K, S) {
        let at = self.oldest;
        self.unlink(at);
        self.forget(at);
        let entry = self.get_mut(at);
        entry.hash = hash;
        entry.stamp = stamp;
        let old = (mem::replace(&mut entry.key, key), mem::replace(&mut entry.stored, stored));
        let slab = &self.slab;
        self.index.insert_unique(hash, at, |&at| slab[at as usize].hash);
        self.link(at);
        old
    }

    /// Puts another value in an entry, which becomes the most recently used, and hands back the old one.
    pub(super) fn replace(&mut self, at: u32, stored: S, stamp: X) -> S {
        self.touch(at);
        let entry = self.get_mut(at);
        entry.stamp = stamp;
        mem::replace(&mut entry.stored, stored)
    }

    /// Takes out an entry.
    pub(super) fn remove(&mut self, at: u32) -> (K, S) {
        self.unlink(at);
        self.forget(at);
        let entry = self.slab.swap_remove(at as usize);
        if let Some(moved) = self.slab.get(at as usize) {
            // The last entry has moved here: whatever pointed to it follows.
            #[expect(clippy::cast_possible_truncation, reason = "there are at most `MOST` entries")]
            let from = self.slab.len() as u32;
            let Entry { hash, older, newer, .. } = *moved;
            *self.index.find_mut(hash, |&other| other == from).expect("every entry is indexed") = at;
            *self.newer_of(older) = at;
            *self.older_of(newer) = at;
        }
        (entry.key, entry.stored)
    }

    /// Looks at the next two entries in turn, and takes out those that are not `live`.
    ///
    /// With one sweep for each insertion, entries that nobody asks for again cannot pile up: a round
    /// takes half as many insertions as there are entries, so at most half of them are left to find.
    pub(super) fn sweep(&mut self, live: impl Fn(&Entry<K, S, X>) -> bool, dead: &mut Vec<(K, S)>) {
        for _ in 0..2 {
            if self.hand >= self.slab.len() {
                self.hand = 0;
            }
            match self.slab.get(self.hand) {
                None => return,
                Some(entry) if live(entry) => self.hand += 1,
                #[expect(clippy::cast_possible_truncation, reason = "there are at most `MOST` entries")]
                Some(_) => dead.push(self.remove(self.hand as u32)),
            }
        }
    }

    /// Takes out all entries that are not `live`, and makes the table as small as it can be.
    pub(super) fn sweep_all(&mut self, live: impl Fn(&Entry<K, S, X>) -> bool, dead: &mut Vec<(K, S)>) {
        let mut at = 0;
        while let Some(entry) = self.slab.get(at) {
            if live(entry) {
                at += 1;
            } else {
                #[expect(clippy::cast_possible_truncation, reason = "there are at most `MOST` entries")]
                dead.push(self.remove(at as u32));
            }
        }
        self.slab.shrink_to_fit();
        let slab = &self.slab;
        self.index.shrink_to_fit(|&at| slab[at as usize].hash);
    }

    /// Takes the entry at `at` out of the index.
    fn forget(&mut self, at: u32) {
        let hash = self.get(at).hash;
        let found = self.index.find_entry(hash, |&other| other == at);
        found.unwrap_or_else(|_| unreachable!("every entry is indexed")).remove();
    }

    #[inline]
    fn unlink(&mut self, at: u32) {
        let Entry { older, newer, .. } = *self.get(at);
        *self.newer_of(older) = newer;
        *self.older_of(newer) = older;
    }

    #[inline]
    fn link(&mut self, at: u32) {
        let older = mem::replace(&mut self.newest, at);
        *self.newer_of(older) = at;
        let entry = self.get_mut(at);
        entry.older = older;
        entry.newer = NONE;
    }

    /// The link that leads away from `at` to the newer side.
    #[inline]
    fn newer_of(&mut self, at: u32) -> &mut u32 {
        if at == NONE { &mut self.oldest } else { &mut self.get_mut(at).newer }
    }

    /// The link that leads away from `at` to the older side.
    #[inline]
    fn older_of(&mut self, at: u32) -> &mut u32 {
        if at == NONE { &mut self.newest } else { &mut self.get_mut(at).older }
    }
}

#[cfg(test)]
mod tests {
    use super::{NONE, Table};

    impl<K, S, X> Table<K, S, X> {
        /// Checks every link and every entry of the index, and hands out the positions by age.
        fn validate(&self) -> Vec<u32> {
            let mut order = Vec::new();
            let (mut at, mut last) = (self.oldest, NONE);
            while at != NONE {
                let entry = self.get(at);
                assert_eq!(entry.older, last);
                assert_eq!(self.index.find(entry.hash, |&other| other == at), Some(&at));
                order.push(at);
                (last, at) = (at, entry.newer);
            }
            assert_eq!(self.newest, last);
            assert_eq!(order.len(), self.slab.len());
            assert_eq!(order.len(), self.index.len());
            order
        }
    }

    /// Against a vector kept in the order of use, with few distinct hashes.
    #[test]
    fn agrees_with_a_plain_list() {
        let mut seed = 1u64;
        let mut random = move || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            seed >> 33
        };
        let mut table = Table::new();
        let mut list: Vec<(u64, u64)> = Vec::new();
        let hash = |key: u64| key % 5;
        for step in 0..20_000 {
            let key = random() % 24;
            let found = table.find(hash(key), |&other| other == key);
            let place = list.iter().position(|&(other, _)| other == key);
            assert_eq!(found.is_some(), place.is_some());
            match (random() % 4, found, place) {
                (0, Some(at), Some(place)) => assert_eq!(table.remove(at), list.remove(place)),
                (1, Some(at), Some(place)) => {
                    let old = list.remove(place);
                    list.push((key, step));
                    assert_eq!(table.replace(at, step, ()), old.1);
                }
                (_, Some(at), Some(place)) => {
                    table.touch(at);
                    let entry = list.remove(place);
                    list.push(entry);
                }
                _ if list.len() == 16 => {
                    assert_eq!(table.replace_oldest(hash(key), key, step, ()), list.remove(0));
                    list.push((key, step));
                }
                _ => {
                    table.insert(hash(key), key, step, ());
                    list.push((key, step));
                }
            }
            let order: Vec<_> =
                table.validate().iter().map(|&at| (table.get(at).key, table.get(at).stored)).collect();
            assert_eq!(order, list);
        }
    }

    #[test]
    fn a_sweep_for_each_insertion_bounds_the_dead() {
        let mut table = Table::new();
        let mut dead = Vec::new();
        for key in 0..10_000u64 {
            // An entry lives until a hundred more have come.
            table.sweep(|entry| entry.key + 100 > key, &mut dead);
            table.insert(key, key, (), ());
            assert!(table.len() <= 201);
        }
        assert_eq!(dead.len() + table.len(), 10_000);
        table.validate();
    }
}
