//! What a cache is to have.

use super::{has_no_weight, ttl_of, weight_of};
use std::collections::HashMap;
use weakcache::{CacheInfo, Cause};
use weakcache_fuzz::fault::{Fault, is_planted};

pub(super) struct Times {
    pub(super) ttl: Option<u64>,
    pub(super) idle: Option<u64>,
    /// Whether each value has one of its own.
    pub(super) own: bool,
}

struct Entry {
    key: u8,
    id: u32,
    weight: usize,
    /// When it is too old, in any case.
    until: u64,
    read: u64,
}

pub(super) struct Model {
    /// The most recent last.
    entries: Vec<Entry>,
    capacity: Option<usize>,
    heaviest: Option<usize>,
    times: Times,
    hears: bool,
    /// Whether it is known who gives way.
    exact: bool,
    pub(super) now: u64,
    ids: u32,
    hits: u64,
    misses: u64,
    /// How many gave way.
    evictions: u64,
    /// How often a key, or all, were invalidated.
    invalidated: HashMap<u8, u64>,
    cleared: u64,
    /// What left, as it was to leave, of which the cache has not told yet.
    left: Vec<(u8, u32, Cause)>,
}

impl Model {
    pub(super) fn new(
        capacity: Option<usize>,
        heaviest: Option<usize>,
        times: Times,
        hears: bool,
        exact: bool,
    ) -> Self {
        // What has expired may give way before others do.
        let has_times = times.ttl.is_some() || times.idle.is_some() || times.own;
        let exact = exact && !(has_times && (capacity.is_some() || heaviest.is_some()));
        Self {
            entries: Vec::new(),
            capacity,
            heaviest,
            times,
            hears,
            exact,
            now: 0,
            ids: 0,
            hits: 0,
            misses: 0,
            evictions: 0,
            invalidated: HashMap::new(),
            cleared: 0,
            left: Vec::new(),
        }
    }

    pub(super) fn new_id(&mut self) -> u32 {
        self.ids += 1;
        self.ids
    }

    fn position(&self, key: u8) -> Option<usize> {
        self.entries.iter().position(|entry| entry.key == key)
    }

    fn is_live(&self, entry: &Entry) -> bool {
        self.now < entry.until
            && self.times.idle.is_none_or(|idle| self.now < entry.read.saturating_add(idle))
    }

    /// The entry that is to be served, if it may be.
    fn live(&self, key: u8) -> Option<usize> {
        self.position(key).filter(|at| self.is_live(&self.entries[*at]))
    }

    /// Compares what was served with what is to be: what is missing may have given way unheard.
    fn serve(&mut self, key: u8, found: Option<u32>) -> Option<usize> {
        let at = self.live(key);
        let expected = at.map(|at| self.entries[at].id);
        if found.is_none() && expected.is_some() && !self.exact && !self.hears {
            self.entries.retain(|entry| entry.key != key);
            return None;
        }
        assert_eq!(found, expected, "of {key}");
        at
    }

    fn touch(&mut self, at: usize) {
        let mut entry = self.entries.remove(at);
        entry.read = self.now;
        let at = if is_planted(Fault::MemoOrder) { at } else { self.entries.len() };
        self.entries.insert(at, entry);
    }

    pub(super) fn peek(&mut self, key: u8, found: Option<u32>) {
        self.serve(key, found);
    }

    pub(super) fn get(&mut self, key: u8, found: Option<u32>) {
        match self.serve(key, found) {
            Some(at) => {
                self.hits += 1;
                self.touch(at);
            }
            None => self.misses += 1,
        }
    }

    pub(super) fn hit(&mut self, key: u8, found: u32) {
        let at = self.serve(key, Some(found)).expect("served");
        self.hits += 1;
        self.touch(at);
    }

    pub(super) fn begin(&mut self, key: u8) {
        // It was not there.
        if self.live(key).is_some() && !self.exact && !self.hears {
            self.entries.retain(|entry| entry.key != key);
        }
        // Or is being computed further out, and was stored meanwhile: then this call would not be.
        assert!(self.live(key).is_none() || self.hears, "{key} is computed, though it is there");
        self.misses += 1;
    }

    /// What a result of now must agree with, if it is to be stored. Where there is no room a call passes through, and it never is.
    pub(super) fn began(&self, key: u8) -> Option<(u64, u64)> {
        (self.capacity != Some(0)).then(|| self.invalidated(key))
    }

    fn invalidated(&self, key: u8) -> (u64, u64) {
        (self.cleared, self.invalidated.get(&key).copied().unwrap_or(0))
    }

    fn invalidate(&mut self, key: u8) {
        *self.invalidated.entry(key).or_default() += 1;
    }

    fn ttl(&self, kind: u8) -> Option<u64> {
        [self.times.ttl, self.times.own.then(|| ttl_of(kind))].into_iter().flatten().min()
    }

    /// Whether values of this kind have any time to live.
    fn lives(&self, kind: u8) -> bool {
        self.ttl(kind) != Some(0) && self.times.idle != Some(0)
    }

    fn weight(&self, kind: u8) -> usize {
        if self.heaviest.is_some() { weight_of(kind) } else { 0 }
    }

    /// Whether values of this kind are kept, where anything is.
    fn is_kept(&self, kind: u8) -> bool {
        let is_too_heavy = self.heaviest.is_some_and(|heaviest| self.weight(kind) > heaviest);
        self.lives(kind) && (!is_too_heavy || is_planted(Fault::MemoHeavy))
    }

    /// Whether there is a weigher, and it panics at values of this kind.
    pub(super) fn is_not_weighed(&self, kind: u8) -> bool {
        self.heaviest.is_some() && has_no_weight(kind)
    }

    /// What was computed is stored, if nothing else was meanwhile, and nothing was invalidated.
    pub(super) fn finish(&mut self, key: u8, id: u32, kind: u8, began: Option<(u64, u64)>, now: Option<u32>) {
        if began != Some(self.invalidated(key)) {
            return;
        }
        if self.is_not_weighed(kind) {
            assert!(self.live(key).is_some() || !self.lives(kind), "{key} is kept, and was not weighed");
            return;
        }
        // What was stored meanwhile may have given way unheard.
        let is_unheard = !self.exact && !self.hears && now == Some(id);
        // What is not kept leaves where it is what is too old.
        if self.is_kept(kind) && (self.live(key).is_none() || is_unheard) {
            self.put(key, id, kind, Cause::Expired);
        }
    }

    /// What an insertion says was there.
    pub(super) fn replaced(&mut self, key: u8, old: Option<u32>) {
        self.serve(key, old);
    }

    pub(super) fn store(&mut self, key: u8, id: u32, kind: u8) {
        let may_be_kept = self.lives(kind) && self.capacity != Some(0);
        assert!(!self.is_not_weighed(kind) || !may_be_kept, "{key} is kept, and was not weighed");
        self.invalidate(key);
        self.put(key, id, kind, Cause::Replaced);
    }

    fn put(&mut self, key: u8, id: u32, kind: u8, cause: Cause) {
        let is_kept = self.is_kept(kind);
        let old = self.position(key).map(|at| self.entries.remove(at));
        if let Some(old) = old {
            // Without a place for the new one, the old one goes all the same.
            let cause = match (self.is_live(&old), is_kept && self.capacity != Some(0)) {
                (false, _) => Cause::Expired,
                (true, true) => cause,
                (true, false) => Cause::Invalidated,
            };
            self.left.push((key, old.id, cause));
        }
        if !is_kept || self.capacity == Some(0) {
            return;
        }
        let ttl = self.ttl(kind).map(|ttl| ttl + u64::from(is_planted(Fault::MemoTtl)));
        let until = ttl.map_or(u64::MAX, |ttl| self.now.saturating_add(ttl));
        let weight = self.weight(kind);
        if self.exact {
            self.make_room(1, weight);
        }
        self.entries.push(Entry { key, id, weight, until, read: self.now });
    }

    fn make_room(&mut self, entries: usize, weight: usize) {
        let is_over = |model: &Self| {
            model.capacity.is_some_and(|most| model.entries.len() + entries > most)
                || model.heaviest.is_some_and(|heaviest| {
                    model.entries.iter().map(|entry| entry.weight).sum::<usize>() + weight > heaviest
                })
        };
        while is_over(self) && !self.entries.is_empty() {
            let first = self.entries.remove(0);
            self.evictions += 1;
            let cause = if is_planted(Fault::MemoCause) { Cause::Expired } else { Cause::Capacity };
            self.left.push((first.key, first.id, cause));
        }
    }

    pub(super) fn remove(&mut self, key: u8, old: Option<u32>) {
        self.serve(key, old);
        self.invalidate(key);
        if let Some(at) = self.position(key) {
            let entry = self.entries.remove(at);
            let cause = if self.is_live(&entry) { Cause::Invalidated } else { Cause::Expired };
            self.left.push((key, entry.id, cause));
        }
    }

    pub(super) fn retain(&mut self, mask: u8, count: usize, mut seen: Vec<(u8, u32)>) {
        seen.sort_unstable();
        self.entries(seen.clone());
        let refused: Vec<_> = seen.into_iter().filter(|(key, _)| mask >> (key % 8) & 1 == 1).collect();
        assert_eq!(count, refused.len());
        for (key, id) in refused {
            self.entries.retain(|entry| entry.key != key);
            self.left.push((key, id, Cause::Invalidated));
        }
    }

    pub(super) fn clear(&mut self) {
        self.cleared += 1;
        for entry in std::mem::take(&mut self.entries) {
            let cause = if self.is_live(&entry) { Cause::Invalidated } else { Cause::Expired };
            self.left.push((entry.key, entry.id, cause));
        }
        (self.hits, self.misses, self.evictions) = (0, 0, 0);
    }

    pub(super) fn sweep(&mut self, count: usize) {
        let (live, old): (Vec<Entry>, Vec<Entry>) =
            std::mem::take(&mut self.entries).into_iter().partition(|entry| self.is_live(entry));
        self.entries = live;
        assert!(count <= old.len(), "{count} swept, of {} that were too old", old.len());
        self.left.extend(old.into_iter().map(|entry| (entry.key, entry.id, Cause::Expired)));
    }

    pub(super) fn set_capacity(&mut self, most: usize) {
        // One that had no bound has no order of use.
        self.exact &= self.capacity.is_some();
        self.capacity = Some(most);
        let has_times = self.times.ttl.is_some() || self.times.idle.is_some() || self.times.own;
        self.exact &= !has_times;
        if self.exact {
            self.make_room(0, 0);
        }
    }

    /// All that is served.
    pub(super) fn entries(&mut self, mut found: Vec<(u8, u32)>) {
        found.sort_unstable();
        for key in 0..16 {
            let here: Vec<u32> = found.iter().filter(|(other, _)| *other == key).map(|(_, id)| *id).collect();
            assert!(here.len() <= 1, "{key} twice");
            self.serve(key, here.first().copied());
        }
    }

    /// What the cache told of.
    pub(super) fn hear(&mut self, told: Vec<(u8, u32, Cause)>) {
        let mut left = std::mem::take(&mut self.left);
        if !self.hears {
            assert_eq!(told, []);
            return;
        }
        for (key, id, cause) in told {
            if let Some(at) = left.iter().position(|(other, other_id, _)| (*other, *other_id) == (key, id)) {
                let expected = left.swap_remove(at).2;
                assert_eq!(cause, expected, "of {key}, value {id}");
                continue;
            }
            // What was never stored leaves as well.
            let Some(at) = self.entries.iter().position(|entry| entry.key == key && entry.id == id) else {
                panic!("told of {key}, value {id}, {cause:?}, which was not there");
            };
            let entry = self.entries.remove(at);
            let is_live = self.is_live(&entry);
            match cause {
                Cause::Capacity => {
                    assert!(!self.exact, "{key} gave way, which was not its turn");
                    assert!(is_live, "{key} gave way, but was too old");
                    self.evictions += 1;
                }
                Cause::Expired => assert!(!is_live, "{key} is not too old"),
                _ => panic!("{key} left as {cause:?}"),
            }
        }
        // Told of earlier, as something that gave way.
        assert!(left.is_empty(), "not told of {left:?}");
    }

    pub(super) fn info(&mut self, info: &CacheInfo) {
        assert_eq!((info.hits, info.misses), (self.hits, self.misses), "hits and misses");
        assert_eq!(info.capacity, self.capacity);
        if self.hears || self.exact {
            assert_eq!(info.evictions, self.evictions, "evictions");
        }
        if self.hears {
            assert_eq!(info.len, self.entries.len(), "{info:?}");
            assert_eq!(info.weight, self.entries.iter().map(|entry| entry.weight).sum::<usize>(), "{info:?}");
        }
    }

    /// At no moment there is more than said.
    pub(super) fn bounded(&self, info: &CacheInfo) {
        assert!(info.len <= self.capacity.unwrap_or(usize::MAX), "{info:?}");
        assert!(info.weight <= self.heaviest.unwrap_or(usize::MAX), "{info:?}");
    }

    /// What can be served, weighed anew: all that is kept, unless something is kept that is too old.
    pub(super) fn weighed(&self, info: &CacheInfo, there: usize, weight: usize) {
        let weight = if self.heaviest.is_some() { weight } else { 0 };
        assert!(
            weight <= info.weight && (there < info.len || weight == info.weight),
            "{weight}, in {info:?}"
        );
    }
}
