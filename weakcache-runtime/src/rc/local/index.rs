//! The table of a core: open addressing with linear probing, a word an entry.
//!
//! A word is the address of a slot, and above it some bits of the hash and one that is always set; 0 is an empty one. So a
//! look-up reads one line of the table, as a rule, and then the slot. A hash of all bits is in the slot alone. Where an
//! entry goes, what follows is moved up to where it would have been found without it (Knuth, *The Art of Computer
//! Programming* 3, 6.4, algorithm R): there are no tombstones.
//!
//! The unsafe code relies on this, which holds between two calls, and in one but for the moments of a change:
//!
//! * `words` leads to `mask + 2` words that nobody else writes to: [`EMPTY`], which is never written to, or a block of the
//!   allocator. `mask + 1` is a power of two, and `shift` what leaves of 64 bits as many as `mask` has.
//! * The last word is [`WRAP`], and no other: a probe that comes there goes on at the first. So it steps from word to word
//!   by a pointer alone.
//! * Others that are not 0 lead to a live slot each, until `remove` takes it out.
//! * One word at least is 0, so each probe ends.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;

use super::super::Head;
use super::super::reclaim::ADDRESS_BITS;
use crate::sync::Ordering;

/// Where addresses leave no bits to use, a hash has a half of its own.
#[cfg(all(
    any(target_arch = "x86_64", target_arch = "aarch64"),
    target_pointer_width = "64",
    not(any(target_os = "android", weakcache_locked))
))]
type Word = u64;
#[cfg(not(all(
    any(target_arch = "x86_64", target_arch = "aarch64"),
    target_pointer_width = "64",
    not(any(target_os = "android", weakcache_locked))
)))]
type Word = u128;

const _: () = assert!(ADDRESS_BITS < Word::BITS);

/// Set in the word of an entry.
const ENTRY: Word = 1 << (Word::BITS - 1);
/// Behind the last word that hashes point to.
const WRAP: Word = 1;
/// Of a table without an entry: static, so that a look-up need not ask whether there is an array.
static EMPTY: [Word; 3] = [0, 0, WRAP];
const FEWEST: usize = 8;
/// Arrays up to this size are at most half full: what they could save is little.
const GENEROUS: usize = 1024;
/// Below this capacity a table is left as it is when entries go.
const KEEP: usize = 64;

pub(super) struct Index {
    words: NonNull<Word>,
    shift: u32,
    mask: usize,
    len: usize,
}

/// The hash of the key of an entry.
///
/// # Safety
/// The slot is taken, and live.
#[inline]
unsafe fn hash_of(head: NonNull<Head>) -> u64 {
    // SAFETY: by the contract of this function.
    unsafe { head.as_ref() }.word.load(Ordering::Relaxed)
}

/// What stands in a word above the address.
#[inline]
fn tag(hash: u64) -> Word {
    Word::from(hash) << ADDRESS_BITS | ENTRY
}

fn word(hash: u64, head: NonNull<Head>) -> Word {
    tag(hash) | head.as_ptr().expose_provenance() as Word
}

/// The slot in a word that has nothing above the address.
#[inline]
fn slot_at(address: Word) -> NonNull<Head> {
    debug_assert_ne!(address, 0);
    #[expect(clippy::cast_possible_truncation, reason = "an address")]
    let slot = std::ptr::with_exposed_provenance_mut(address as usize);
    // SAFETY: slots do not lie at null.
    unsafe { NonNull::new_unchecked(slot) }
}

/// The slot in the word of an entry.
fn slot(word: Word) -> NonNull<Head> {
    slot_at(word & ((1 << ADDRESS_BITS) - 1))
}

/// How many of so many words may be used.
fn limit(words: usize) -> usize {
    if words < FEWEST {
        0
    } else if words <= GENEROUS {
        words / 2
    } else {
        words / 4 * 3
    }
}

/// How many words are needed for so many entries.
fn words_for(entries: usize) -> Option<usize> {
    let mut words = FEWEST;
    while limit(words) < entries {
        words = words.checked_mul(2)?;
    }
    Some(words)
}

impl Index {
    pub(super) fn new() -> Self {
        Self { words: NonNull::from(&EMPTY).cast(), shift: 63, mask: 1, len: 0 }
    }

    /// One without entries, with so many words: a power of two. `None` if there is no memory.
    fn with_words(words: usize) -> Option<Self> {
        debug_assert!(words.is_power_of_two() && words >= FEWEST);
        let layout = Layout::array::<Word>(words + 1).ok()?;
        // SAFETY: the layout is not empty.
        let base = NonNull::new(unsafe { alloc_zeroed(layout) })?.cast::<Word>();
        // SAFETY: there are so many.
        let last = unsafe { base.add(words) };
        // SAFETY: and they are ours.
        unsafe { last.write(WRAP) };
        Some(Self { words: base, shift: 64 - words.trailing_zeros(), mask: words - 1, len: 0 })
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn capacity(&self) -> usize {
        limit(self.mask + 1)
    }

    /// What the array takes.
    pub(super) fn bytes(&self) -> usize {
        if self.capacity() == 0 { 0 } else { (self.mask + 2) * size_of::<Word>() }
    }

    /// Where a probe for this hash begins. By the highest bits of a product that depend on all bits of the hash: the
    /// hasher may be any. (The multiplier is 2^64 over the golden ratio: Fibonacci hashing.)
    #[inline]
    fn home(&self, hash: u64) -> usize {
        #[expect(clippy::cast_possible_truncation, reason = "fewer bits than a length has")]
        let home = (hash.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize;
        home
    }

    #[inline]
    fn next(&self, at: usize) -> usize {
        (at + 1) & self.mask
    }

    #[inline]
    fn at(&self, at: usize) -> NonNull<Word> {
        debug_assert!(at <= self.mask);
        // SAFETY: `at` comes from `home` or `next` or counts up to `mask`, and there are so many words.
        unsafe { self.words.add(at) }
    }

    fn word(&self, at: usize) -> Word {
        // SAFETY: it is one of the words.
        unsafe { self.at(at).read() }
    }

    fn set(&mut self, at: usize, word: Word) {
        debug_assert!(self.mask >= FEWEST - 1);
        // SAFETY: as above; who calls this has made room, or has come upon an entry, so these are not `EMPTY`.
        unsafe { self.at(at).write(word) };
    }

    /// The first entry of this hash.
    #[inline]
    pub(super) fn find(&self, hash: u64) -> Option<NonNull<Head>> {
        // SAFETY: it is one of the words.
        unsafe { self.find_from(hash, &mut self.at(self.home(hash))) }
    }

    /// The first entry of this hash from this word on, which then is that of the entry.
    ///
    /// # Safety
    /// It is one of the words, and no change was made since it was looked up.
    #[inline]
    unsafe fn find_from(&self, hash: u64, at: &mut NonNull<Word>) -> Option<NonNull<Head>> {
        let tag = tag(hash);
        loop {
            // SAFETY: by the contract of this function, and below.
            let entry = unsafe { at.read() } ^ tag;
            if entry >> ADDRESS_BITS == 0 {
                // Nothing above the address is left of it.
                let head = slot_at(entry);
                // SAFETY: what is in the table lives.
                if unsafe { hash_of(head) } == hash {
                    return Some(head);
                }
            } else if entry & ENTRY != 0 {
                // No entry: 0 or `WRAP`.
                if entry == tag {
                    return None;
                }
                *at = self.words;
                continue;
            }
            // SAFETY: that was not the last word.
            *at = unsafe { at.add(1) };
        }
    }

    /// All entries of this hash.
    pub(super) fn of_hash(&self, hash: u64) -> impl Iterator<Item = NonNull<Head>> {
        let mut at = self.at(self.home(hash));
        std::iter::from_fn(move || {
            // SAFETY: it is one of the words, and the table is borrowed.
            let found = unsafe { self.find_from(hash, &mut at) }?;
            // SAFETY: that of an entry is not the last word.
            at = unsafe { at.add(1) };
            Some(found)
        })
    }

    /// All entries.
    pub(super) fn iter(&self) -> impl Iterator<Item = NonNull<Head>> {
        (0..=self.mask).map(|at| self.word(at)).filter(|word| *word != 0).map(slot)
    }

    /// Makes room. `None` if there is none, or no memory.
    pub(super) fn reserve(&mut self, additional: usize) -> Option<()> {
        let entries = self.len.checked_add(additional)?;
        if entries > self.capacity() { self.resize(words_for(entries)?) } else { Some(()) }
    }

    /// Gives back memory that is not needed for so many entries, of which there are no more. If there is none for a
    /// smaller array, this one stays.
    pub(super) fn shrink_to(&mut self, entries: usize) {
        debug_assert!(entries >= self.len);
        if entries == 0 {
            *self = Self::new();
        } else if let Some(words) = words_for(entries)
            && words <= self.mask
        {
            let _ = self.resize(words);
        }
    }

    /// There is room for what is there.
    #[cold]
    fn resize(&mut self, words: usize) -> Option<()> {
        let mut resized = Self::with_words(words)?;
        for head in self.iter() {
            // SAFETY: what is in the table lives.
            resized.put(unsafe { hash_of(head) }, head);
        }
        *self = resized;
        Some(())
    }

    /// Adds an entry, whose slot has this hash. There is room.
    pub(super) fn insert(&mut self, hash: u64, head: NonNull<Head>) {
        assert!(self.len < self.capacity(), "there is room");
        self.put(hash, head);
    }

    fn put(&mut self, hash: u64, head: NonNull<Head>) {
        let mut at = self.home(hash);
        while self.word(at) != 0 {
            at = self.next(at);
        }
        self.set(at, word(hash, head));
        self.len += 1;
    }

    /// Takes out an entry that is there, and gives back memory where few are left.
    ///
    /// # Safety
    /// The slot is taken, and its word still the hash.
    pub(super) unsafe fn remove(&mut self, head: NonNull<Head>) {
        // SAFETY: passed on.
        let hash = unsafe { hash_of(head) };
        let wanted = word(hash, head);
        let mut hole = self.home(hash);
        while self.word(hole) != wanted {
            debug_assert_ne!(self.word(hole), 0, "what lives is in the table");
            hole = self.next(hole);
        }
        let mut at = hole;
        loop {
            at = self.next(at);
            let word = self.word(at);
            if word == 0 {
                break;
            }
            // SAFETY: what is in the table lives.
            let begin = self.home(unsafe { hash_of(slot(word)) });
            // Whether its probe comes by the hole.
            if at.wrapping_sub(begin) & self.mask >= at.wrapping_sub(hole) & self.mask {
                self.set(hole, word);
                hole = at;
            }
        }
        self.set(hole, 0);
        self.len -= 1;
        let capacity = self.capacity();
        if capacity > KEEP && self.len < capacity / 8 {
            self.shrink_to(self.len * 2);
        }
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        if self.mask >= FEWEST - 1 {
            let layout = Layout::array::<Word>(self.mask + 2).expect("that of the allocation");
            // SAFETY: more words than `EMPTY` has are a block of the allocator, of this layout.
            unsafe { dealloc(self.words.as_ptr().cast(), layout) };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ptr::NonNull;

    use super::super::super::counts::Counts;
    use super::{FEWEST, Head, Index};
    use crate::sync::Unmodelled;

    fn head(hash: u64) -> NonNull<Head> {
        NonNull::from(Box::leak(Box::new(Head { counts: Counts::vacant(), word: Unmodelled::new(hash) })))
    }

    fn free(head: NonNull<Head>) {
        // SAFETY: made above, and in no table any more.
        drop(unsafe { Box::from_raw(head.as_ptr()) });
    }

    /// Against a list: few hashes, so that they fall together, and more entries than are left later, so that it grows
    /// and shrinks.
    #[test]
    fn agrees_with_a_plain_list() {
        let mut seed = 1u64;
        let mut random = move || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            seed >> 33
        };
        let mut index = Index::new();
        assert_eq!(index.find(0), None);
        let mut list: Vec<(u64, NonNull<Head>)> = Vec::new();
        let steps = if cfg!(miri) { 400 } else { 20_000 };
        for step in 1..steps {
            let most = if step % 4_000 < 2_000 { 300 } else { 4 };
            if list.len() < most && random() % 3 != 0 {
                let hash = (random() % 100) << if random() % 2 == 0 { 0 } else { 57 };
                let head = head(hash);
                index.reserve(1).unwrap();
                index.insert(hash, head);
                list.push((hash, head));
            } else if !list.is_empty() {
                let (hash, head) = list.swap_remove(usize::try_from(random()).unwrap() % list.len());
                // SAFETY: it is there.
                unsafe { index.remove(head) };
                assert!(index.of_hash(hash).all(|other| other != head));
                free(head);
            }
            assert_eq!(index.len(), list.len());
            assert!(index.capacity() >= index.len() && index.capacity() <= 1024);
            if step % 16 == 0 {
                assert_eq!(index.iter().count(), list.len());
                for &(hash, head) in &list {
                    assert!(index.of_hash(hash).any(|other| other == head));
                    assert_eq!(index.find(hash), index.of_hash(hash).next());
                    let of_hash = list.iter().filter(|entry| entry.0 == hash).count();
                    assert_eq!(index.of_hash(hash).count(), of_hash);
                }
            }
        }
        for (_, head) in list {
            // SAFETY: it is there.
            unsafe { index.remove(head) };
            free(head);
        }
        assert!(index.len() == 0 && index.find(0).is_none());
        index.shrink_to(0);
        assert_eq!((index.capacity(), index.mask), (0, 1));
    }

    #[test]
    fn room_is_made_and_given_back() {
        let mut index = Index::new();
        assert_eq!(index.reserve(usize::MAX), None);
        assert_eq!(index.reserve(usize::MAX / 4), None);
        index.reserve(1).unwrap();
        assert_eq!(index.capacity(), FEWEST / 2);
        index.reserve(10_000).unwrap();
        assert!(index.capacity() >= 10_000);
        index.shrink_to(3);
        assert_eq!(index.capacity(), FEWEST / 2);
    }
}
