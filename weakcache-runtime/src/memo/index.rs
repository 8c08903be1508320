//! From hashes to places: open addressing with linear probing, a word an entry.
//!
//! A word is the upper half of a hash, and a place; 0 is an empty one. The lowest bits of that half are where the probe
//! begins, so a word tells its home, and what follows a removed word is moved up to where it would have been found
//! without it (Knuth, *The Art of Computer Programming* 3, 6.4, algorithm R): there are no tombstones, and growth looks
//! at nothing but the words.
//!
//! Written for this one use: a table of groups, whose tags are compared at once, takes twice the instructions for a
//! look-up that ends at its first word, as most do here, and its answer is known later.
//!
//! The unsafe code relies on `words.len()` being a power of two, at all times.
#![allow(unsafe_code)]

/// In every word of an entry: none is 0, and no empty word looks like one. The highest bit, so that it counts for
/// nothing where a probe begins.
pub(super) const TAKEN: u64 = 1 << 63;

const FEWEST: usize = 4;

pub(super) struct Index {
    words: Box<[u64]>,
    len: usize,
}

/// A hash whose upper half depends on its lower half. (The multiplier is 2^64 over the golden ratio: Fibonacci
/// hashing.) Also for foldhash: of small integers its highest bits fall together with some seeds, of those with many
/// trailing zeros its lowest, and probes of ten and more steps would follow. So much the better for hashers whose low bits differ.
#[inline]
pub(super) fn spread(hash: u64) -> u64 {
    hash.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[inline]
fn word(hash: u64, place: u32) -> u64 {
    (hash | TAKEN) >> 32 << 32 | u64::from(place)
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half")]
#[inline]
fn place(word: u64) -> u32 {
    word as u32
}

impl Index {
    pub(super) fn new() -> Self {
        Self::with_words(FEWEST)
    }

    fn with_words(words: usize) -> Self {
        debug_assert!(words.is_power_of_two() && words >= FEWEST);
        Self { words: vec![0; words].into_boxed_slice(), len: 0 }
    }

    /// What the words take.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.words)
    }

    /// The places of a hash, as far as a word knows it.
    #[inline]
    pub(super) fn probe(&self, hash: u64) -> Probe {
        Probe { hash: hash | TAKEN, at: self.home(hash) }
    }

    /// Adds a place.
    #[inline]
    pub(super) fn insert(&mut self, hash: u64, place: u32) {
        // At most half: a look-up sees one word and a half, or two and a half in vain.
        if self.len * 2 >= self.words.len() {
            self.resize(self.words.len() * 2);
        }
        self.put(word(hash, place));
        self.len += 1;
    }

    #[inline]
    fn put(&mut self, word: u64) {
        let mut at = self.home(word);
        while self.word(at) != 0 {
            at = self.next(at);
        }
        *self.word_mut(at) = word;
    }

    /// Takes out a place that is there.
    #[inline]
    pub(super) fn remove(&mut self, hash: u64, place: u32) {
        let mut hole = self.position(hash, place);
        let mut at = hole;
        loop {
            at = self.next(at);
            let word = self.word(at);
            if word == 0 {
                break;
            }
            // Whether its probe comes by the hole.
            let mask = self.words.len() - 1;
            if at.wrapping_sub(self.home(word)) & mask >= at.wrapping_sub(hole) & mask {
                *self.word_mut(hole) = word;
                hole = at;
            }
        }
        *self.word_mut(hole) = 0;
        self.len -= 1;
    }

    /// Puts another place where `from` is.
    pub(super) fn replace(&mut self, hash: u64, from: u32, to: u32) {
        let at = self.position(hash, from);
        *self.word_mut(at) = word(hash, to);
    }

    #[inline]
    fn position(&self, hash: u64, place: u32) -> usize {
        let wanted = word(hash, place);
        let mut at = self.home(wanted);
        while self.word(at) != wanted {
            assert!(self.word(at) != 0, "it is indexed");
            at = self.next(at);
        }
        at
    }

    /// Gives back memory that is not needed.
    pub(super) fn shrink(&mut self) {
        let words = (self.len * 2 + 1).next_power_of_two().max(FEWEST);
        if words < self.words.len() {
            self.resize(words);
        }
    }

    #[cold]
    fn resize(&mut self, words: usize) {
        let mut resized = Self::with_words(words);
        for &word in self.words.iter().filter(|&&word| word != 0) {
            resized.put(word);
        }
        resized.len = self.len;
        *self = resized;
    }

    #[inline]
    fn home(&self, word: u64) -> usize {
        (word >> 32) as usize & (self.words.len() - 1)
    }

    #[inline]
    fn next(&self, at: usize) -> usize {
        (at + 1) & (self.words.len() - 1)
    }

    #[inline]
    fn word(&self, at: usize) -> u64 {
        debug_assert!(at < self.words.len());
        // SAFETY: `at` comes from `home` or `next`, which are below the length of `words` by what stands at the head.
        unsafe { *self.words.get_unchecked(at) }
    }

    #[inline]
    fn word_mut(&mut self, at: usize) -> &mut u64 {
        debug_assert!(at < self.words.len());
        // SAFETY: as above.
        unsafe { self.words.get_unchecked_mut(at) }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether a place is there.
    #[cfg(test)]
    pub(super) fn contains(&self, hash: u64, place: u32) -> bool {
        let mut probe = self.probe(hash);
        std::iter::from_fn(|| probe.next(self)).any(|other| other == place)
    }
}

/// Where a look-up is, in the index that it began in. It borrows nothing, and takes no closure: so it is compiled once.
pub(super) struct Probe {
    hash: u64,
    at: usize,
}

impl Probe {
    /// The place where it is, if that is one of this hash.
    #[inline]
    pub(super) fn place(&self, index: &Index) -> Option<u32> {
        let word = index.word(self.at);
        if (word ^ self.hash) >> 32 == 0 { Some(place(word)) } else { None }
    }

    /// Goes on to the next word, unless it is at the end.
    #[inline]
    pub(super) fn advance(&mut self, index: &Index) -> bool {
        let is_end = index.word(self.at) == 0;
        self.at = index.next(self.at);
        !is_end
    }

    /// The next of the places, where time does not count.
    pub(super) fn next(&mut self, index: &Index) -> Option<u32> {
        loop {
            let place = self.place(index);
            if !self.advance(index) || place.is_some() {
                return place;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Index, TAKEN, spread};
    use crate::hash::DefaultHashBuilder;
    use std::hash::BuildHasher;

    /// Against a list, with hashes that fall together.
    #[test]
    fn agrees_with_a_plain_list() {
        let mut seed = 1u64;
        let mut random = move || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            seed >> 33
        };
        let mut index = Index::new();
        let mut list: Vec<(u64, u32)> = Vec::new();
        for step in 1..40_000u32 {
            let most = if step % 4_000 < 2_000 { 200 } else { 8 };
            if list.len() < most && random() % 3 != 0 {
                let hash = spread(random() % 40) | TAKEN;
                index.insert(hash, step);
                list.push((hash, step));
            } else if !list.is_empty() {
                let (hash, place) = list.swap_remove(usize::try_from(random()).unwrap() % list.len());
                if random() % 8 == 0 {
                    index.replace(hash, place, step);
                    list.push((hash, step));
                } else {
                    index.remove(hash, place);
                    assert!(!index.contains(hash, place));
                }
            }
            if step % 100 == 0 {
                index.shrink();
            }
            assert_eq!(index.len(), list.len());
            for &(hash, place) in &list {
                assert!(index.contains(hash, place));
            }
        }
        list.drain(..).for_each(|(hash, place)| index.remove(hash, place));
        index.shrink();
        assert_eq!(index.words.len(), 4);
    }

    /// Whatever the seed: keys that follow each other, and keys that are far apart.
    #[test]
    fn probes_are_short() {
        for step in [1u64, 3, 8, 4096, 1 << 40] {
            for _ in 0..20 {
                let builder = DefaultHashBuilder::default();
                let mut index = Index::new();
                let hashes: Vec<u64> =
                    (0..1000).map(|key| spread(builder.hash_one(key * step)) | TAKEN).collect();
                (1..).zip(&hashes).for_each(|(place, &hash)| index.insert(hash, place));
                let probe = |hash: u64| {
                    let (mut at, mut looks) = (index.home(hash), 1);
                    while index.word(at) >> 32 != hash >> 32 {
                        at = index.next(at);
                        looks += 1;
                    }
                    looks
                };
                let looks: u64 = hashes.iter().map(|&hash| probe(hash)).sum();
                assert!(looks < 2_000, "{looks} looks for 1000 keys with a step of {step}");
            }
        }
    }
}
