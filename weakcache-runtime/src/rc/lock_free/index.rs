//! The table of a shard, read without a lock.
//!
//! # Memory
//!
//! An *array* of words, probed one after the other from where a hash points to. A word is [`END`], where
//! each probe is over, or [`TOMBSTONE`], where an entry was, or the address of a slot with 15 bits of the hash
//! and one that is always set above its 48. Behind the words that hashes point to there is a tail, so that a
//! probe need not wrap around; the last word of an array is always `END`.
//!
//! The address of the current array is *published* in one word a shard, which look-ups only read. Its lowest
//! nine bits say how many words hashes point to: 4 to 7 times a power of two. All else is written by who has
//! the lock of the shard.
//!
//! # Look-up
//!
//! 1. Take this thread's record. A thread past its destructors has none, and looks under the lock.
//! 2. Pin: swap the current epoch into the record.
//! 3. Load the published word, and walk the array until `END`.
//! 4. At a word of this hash's bits: the slot's hash must be equal too.
//! 5. Increment the slot's count. If that is not live take the increment back, unpin, and look under the lock.
//! 6. Unpin. The handle keeps the slot from here on.
//! 7. With no lock held and nothing pinned, compare the key. It may be another one even where it was the right
//!    one in step 4: a slot can change hands until step 5. Then the rest of the way is under the lock.
//!
//! # Change, under the lock
//!
//! *Insertion* makes the slot live, then puts its word in place of `END` or of a tombstone. *Removal*, of a slot
//! that is dying, puts `END` where the next word is `END`, and in place of the tombstones before it; otherwise
//! a tombstone. Words are never moved within an array. *Growth* copies what lives into another array,
//! publishes that, and gives the old one back. A slot becomes dying only under the lock, so under the lock
//! every word leads to a live one.
//!
//! # Giving back
//!
//! Arrays and chunks that nothing leads to any more are *retired*: stamped with the epoch, which is then
//! raised. When enough waits, a collection looks at the records of all threads, and frees what has a stamp
//! below the lowest epoch there. Nobody waits: a look-up that sleeps delays what was retired while it slept.
//!
//! # Why
//!
//! *A slot may be touched in 4 and 5*: its word stood in the array and the array was reachable after the pin, so
//! neither was retired before it, and what is retired after it has a stamp not below its epoch. The pin and the look of
//! a collection are read-modify-writes on one word, so one of them comes first. Either the collection sees the pin;
//! or the pin reads from the collection, and sees all that was unlinked before. (Between the two there can only be
//! that thread's own unpinning. Then that collection had seen the earlier pin, which is not above this
//! one.) An epoch above a stamp was read from that retirement and so sees what was unlinked before it. A record that a
//! collection does not find on the list is put there later, under the list's lock, and then the same holds by that.
//!
//! *No live entry is missed*: as long as an entry stands at its word no word between where its hash points
//! and there becomes `END`, since cleaning begins at the end of a run. It may be copied to another array; the old
//! one stays as it was until it is freed. So a look-up that comes to `END` may say that there is none.
//!
//! *Zero is final*: see the head of [`rc`](super). That the count falls to zero under the lock alone is what
//! keeps a look-up that revives an entry, and drops it at once, from giving back a chunk into which the one
//! that brought the count to zero still has a pointer.

use std::alloc::{Layout, alloc};
use std::ptr::NonNull;

use super::super::counts::Found;
use super::super::records::Record;
use super::super::slab::Slab;
use super::super::{Head, Memory, Spread, Walk};
use super::reclaim::{ADDRESS_BITS, Pin, give_back};
#[cfg(loom)]
use crate::sync::Trace;
#[cfg(any(loom, shuttle))]
use crate::sync::fault::{self, Fault};
use crate::sync::{AtomicU64, Ordering};

/// No entry, and none behind it that would have come here.
const END: u64 = 0;
/// There was an entry.
const TOMBSTONE: u64 = 1;
/// Set in the word of an entry.
const ENTRY: u64 = 1 << 63;

/// Arrays are aligned to this, so that their size fits below their address.
const ALIGN: usize = 512;
/// Of an array, in bytes.
const HEADER: usize = 64;
/// How many bits of a hash are looked at, of which eight say where between two words.
const LEAST_BITS: u32 = 8;
/// Below this capacity a table is left as it is when entries go.
const KEEP: usize = 64;
/// Arrays up to this size are generous: what they could save is little.
const GENEROUS: usize = 1024;

/// What look-ups know of the table of one shard.
#[derive(Debug)]
pub(in crate::rc) struct Published(AtomicU64);

/// Where the current array lies and how large it is: `Published` as a number.
#[derive(Clone, Copy)]
struct Array(u64);

/// What an array begins with. Look-ups do not read it.
#[repr(C)]
struct Header {
    /// A retired block begins with something else.
    retired: [u64; 5],
    /// All words, with the tail.
    words: usize,
    #[cfg(loom)]
    trace: Trace,
}

/// Where words begin.
const WORDS_AT: usize = if cfg!(loom) { ALIGN } else { HEADER };
const _: () = assert!(size_of::<Header>() <= WORDS_AT);

/// What a table without an entry has: static, so that a look-up need not ask whether there is an array.
#[cfg(not(loom))]
#[repr(C, align(512))]
struct Empty([AtomicU64; HEADER / 8 + 8]);
#[cfg(not(loom))]
static EMPTY: Empty = Empty([const { AtomicU64::new(END) }; HEADER / 8 + 8]);

/// From here on eight bits of a hash matter little: they are not among the 15 in a word, nor do they say which shard,
/// nor, below 2²⁶ entries in one, where in its array.
pub(in crate::rc) const LENGTH_AT: u32 = 24;

/// Which shard, of a power of two less one. By bits below those that arrays look at.
#[inline]
pub(in crate::rc) fn shard_of(hash: u64, spread: Spread, mask: usize) -> usize {
    let number = (spread.apply(hash) >> 32) as usize;
    number & mask
}

/// What stands in a word above the address.
#[inline]
fn tag(hash: u64) -> u64 {
    hash << ADDRESS_BITS | ENTRY
}

impl Array {
    /// An array for `required` entries. The larger part of the tail is for hashes that are equal.
    fn new(required: usize, tail: usize) -> Option<Self> {
        let (bits, factor) = Self::size(required)?;
        let homes = Self::homes_of(bits, factor);
        let words = homes.checked_add(tail.max(Self::tail(homes)))?;
        let bytes = words.checked_mul(size_of::<AtomicU64>())?.checked_add(WORDS_AT)?;
        let layout = Layout::from_size_align(bytes, ALIGN).ok()?;
        // SAFETY: the layout is not empty.
        let base = NonNull::new(unsafe { alloc(layout) })?;
        let address = base.as_ptr().expose_provenance() as u64;
        if address >> ADDRESS_BITS != 0 {
            // SAFETY: just allocated, with this layout.
            unsafe { std::alloc::dealloc(base.as_ptr(), layout) };
            return None;
        }
        let header = Header {
            retired: [0; 5],
            words,
            #[cfg(loom)]
            trace: Trace::default(),
        };
        // SAFETY: the block is ours, aligned, and begins with room for a header.
        unsafe { base.cast::<Header>().write(header) };
        let array = Self(address | factor << 6 | u64::from(64 - bits));
        for number in 0..words {
            // SAFETY: within the block.
            let word = unsafe { array.word(number) };
            // SAFETY: which is ours.
            unsafe { word.write(AtomicU64::new(END)) };
        }
        Some(array)
    }

    /// The smallest size for so many entries: how many bits of a hash are looked at, and the factor for them.
    fn size(required: usize) -> Option<(u32, u64)> {
        for bits in LEAST_BITS + 1..=48 {
            for factor in 4..8 {
                let homes = Self::homes_of(bits, factor);
                if (factor == 4 || homes > GENEROUS) && Self::limit(homes) >= required {
                    return Some((bits, factor));
                }
            }
        }
        None
    }

    const fn homes_of(bits: u32, factor: u64) -> usize {
        #[expect(clippy::cast_possible_truncation, reason = "at most 7")]
        let factor = factor as usize;
        factor << (bits - LEAST_BITS)
    }

    /// How many words of so many may be used.
    const fn limit(homes: usize) -> usize {
        if homes <= GENEROUS { homes / 8 * 5 } else { homes / 32 * 27 }
    }

    /// How many words there are behind those.
    const fn tail(homes: usize) -> usize {
        if cfg!(loom) {
            4
        } else if homes <= GENEROUS {
            16
        } else if homes < 256 * 64 {
            homes / 64
        } else {
            256
        }
    }

    fn homes(self) -> usize {
        Self::homes_of(64 - (self.0 & 63) as u32, self.0 >> 6 & 7)
    }

    /// Where this hash points to.
    #[inline]
    fn home(self, hash: u64, spread: Spread) -> usize {
        let bits = spread.apply(hash) >> (self.0 & 63);
        let home = (bits * (self.0 >> 6 & 7)) >> LEAST_BITS;
        home as usize
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "an address")]
    fn base_address(self) -> usize {
        (self.0 & !(ALIGN as u64 - 1)) as usize
    }

    #[inline]
    fn base(self) -> NonNull<u8> {
        let base = std::ptr::with_exposed_provenance_mut(self.base_address());
        // SAFETY: arrays do not lie at null.
        unsafe { NonNull::new_unchecked(base) }
    }

    /// # Safety
    /// The array exists and has more than `number` words.
    #[inline]
    unsafe fn word(self, number: usize) -> NonNull<AtomicU64> {
        // SAFETY: by the contract of this function.
        unsafe { self.base().byte_add(WORDS_AT + number * size_of::<AtomicU64>()) }.cast()
    }

    /// # Safety
    /// The array exists, for as long as is asked for.
    unsafe fn header<'a>(self) -> &'a Header {
        // SAFETY: by the contract of this function.
        unsafe { self.base().cast().as_ref() }
    }

    /// # Safety
    /// As above, and the lock is held under which it is given back.
    unsafe fn words<'a>(self) -> &'a [AtomicU64] {
        // SAFETY: by the contract of this function.
        let words = unsafe { self.header() }.words;
        // SAFETY: there are so many, and that is not none.
        let first = unsafe { self.word(0) };
        // SAFETY: they are initialised.
        unsafe { std::slice::from_raw_parts(first.as_ptr(), words) }
    }

    /// # Safety
    /// Nothing leads to the array but look-ups under way.
    unsafe fn give_back(self) {
        // SAFETY: it exists until here.
        let header = unsafe { self.header() };
        let bytes = WORDS_AT + header.words * size_of::<AtomicU64>();
        let memory = Memory {
            base: self.base(),
            layout: Layout::from_size_align(bytes, ALIGN).expect("that of the allocation"),
            #[cfg(loom)]
            trace: NonNull::from(&header.trace),
        };
        // SAFETY: by the contract of this function, and look-ups do not read the header.
        unsafe { give_back(&memory) };
    }
}

/// The slot in a word that is neither `END` nor a tombstone.
fn slot(word: u64) -> NonNull<Head> {
    at(word & ((1 << ADDRESS_BITS) - 1))
}

#[inline]
fn at(address: u64) -> NonNull<Head> {
    debug_assert_ne!(address, 0);
    #[expect(clippy::cast_possible_truncation, reason = "an address")]
    let slot = std::ptr::with_exposed_provenance_mut(address as usize);
    // SAFETY: slots do not lie at null.
    unsafe { NonNull::new_unchecked(slot) }
}

/// The hash of a slot in the table.
///
/// # Safety
/// The lock is held, and a word leads to the slot.
unsafe fn hash_of(head: NonNull<Head>) -> u64 {
    // SAFETY: slots in the table are live.
    unsafe { head.as_ref() }.word.load(Ordering::Relaxed)
}

/// Under loom a swap: it lets a store and a concurrent compare-exchange end in either order.
fn set(word: &AtomicU64, value: u64) {
    #[cfg(loom)]
    word.swap(value, Ordering::AcqRel);
    #[cfg(not(loom))]
    word.store(value, Ordering::Release);
}

impl Published {
    pub(in crate::rc) fn new() -> Self {
        Self(AtomicU64::new(Self::empty()))
    }

    #[cfg(not(loom))]
    fn empty() -> u64 {
        (&raw const EMPTY).expose_provenance() as u64 | 4 << 6 | u64::from(64 - LEAST_BITS)
    }

    #[cfg(loom)]
    fn empty() -> u64 {
        0
    }

    /// A strong count on an entry of this hash, or that there is none.
    #[inline]
    pub(in crate::rc) fn look_up(&self, hash: u64, spread: Spread, record: &'static Record) -> Walk {
        // SAFETY: the record is this thread's. Nothing below looks up.
        let pin = unsafe { Pin::new(record) };
        let array = Array(self.0.load(Ordering::Acquire));
        // SAFETY: it was published, and is read while this is pinned.
        let found = unsafe { array.walk(hash, spread) };
        drop(pin);
        found
    }
}

impl Array {
    /// # Safety
    /// The array was published, and has been since this thread pinned.
    #[inline]
    unsafe fn walk(self, hash: u64, spread: Spread) -> Walk {
        #[cfg(loom)]
        if self.0 == Published::empty() {
            return Walk::Missed;
        }
        let tag = tag(hash);
        // SAFETY: it exists, and hashes point into it.
        let mut word = unsafe { self.word(self.home(hash, spread)) };
        loop {
            // SAFETY: as above.
            #[cfg(loom)]
            unsafe { self.header() }.trace.touch();
            // SAFETY: as above; the last word is `END`, and beyond that the walk does not go.
            let entry = unsafe { word.as_ref() }.load(Ordering::Acquire) ^ tag;
            if entry >> ADDRESS_BITS == 0 {
                // Nothing above the address is left of it.
                let head = at(entry);
                // SAFETY: the word stood in an array that was reachable since the pin, so the chunk exists.
                #[cfg(loom)]
                unsafe {
                    super::super::slab::trace(head)
                };
                // SAFETY: as above, and heads are initialised as long as their chunk exists.
                let Head { counts, word } = unsafe { head.as_ref() };
                if word.load(Ordering::Relaxed) == hash {
                    return match counts.look_up() {
                        Found::Live => Walk::Found(head),
                        Found::Dead => Walk::Unsure,
                    };
                }
            } else if entry == tag ^ END {
                return Walk::Missed;
            }
            // SAFETY: that was not the last word.
            word = unsafe { word.add(1) };
        }
    }
}

/// The table of a shard, for who has its lock.
pub(in crate::rc) struct Index {
    published: &'static Published,
    spread: Spread,
    /// Entries.
    live: usize,
    /// Words that are not `END`.
    used: usize,
    /// How many may be.
    limit: usize,
    /// The capacity that was asked for: a table does not shrink below it by itself.
    floor: usize,
    /// Of the current array. For leak detectors, which know an address only without what is published beside
    /// it.
    address: usize,
}

/// A word for the next entry.
#[derive(Clone, Copy)]
pub(in crate::rc) struct Room(usize);

impl Index {
    pub(in crate::rc) fn new(published: &'static Published, spread: Spread) -> Self {
        Self { published, spread, live: 0, used: 0, limit: 0, floor: 0, address: 0 }
    }

    /// The current array. It changes under the lock alone.
    fn array(&self) -> Array {
        Array(self.published.0.load(Ordering::Relaxed))
    }

    pub(in crate::rc) fn len(&self) -> usize {
        self.live
    }

    pub(in crate::rc) fn capacity(&self) -> usize {
        self.limit
    }

    /// What the array takes.
    pub(in crate::rc) fn bytes(&self) -> usize {
        if self.limit == 0 { 0 } else { WORDS_AT + size_of_val(self.words()) }
    }

    /// An entry with this hash. `Err` with room for one, if that was come upon.
    pub(in crate::rc) fn find(&self, _: &Slab, hash: u64) -> Result<NonNull<Head>, Option<Room>> {
        if self.limit == 0 {
            return Err(None);
        }
        let (words, tag) = (self.words(), tag(hash));
        let home = self.array().home(hash, self.spread);
        let mut room = None;
        for (number, word) in (home..).zip(&words[home..]) {
            let entry = word.load(Ordering::Relaxed) ^ tag;
            if entry >> ADDRESS_BITS == 0 {
                // SAFETY: it is in the table, and the lock is held.
                if unsafe { hash_of(at(entry)) } == hash {
                    return Ok(at(entry));
                }
            } else if entry == tag ^ TOMBSTONE {
                room = room.or(Some(Room(number)));
            } else if entry == tag ^ END {
                if self.used < self.limit && number + 1 < words.len() {
                    room = room.or(Some(Room(number)));
                }
                break;
            }
        }
        Err(room)
    }

    /// The entries with this hash, one after the other.
    pub(in crate::rc) fn of_hash(&self, _: &Slab, hash: u64) -> impl Iterator<Item = NonNull<Head>> {
        let words = if self.limit == 0 { &[] } else { &self.words()[self.array().home(hash, self.spread)..] };
        let words = words.iter().map(|word| word.load(Ordering::Relaxed)).take_while(|&word| word != END);
        let alike = words.filter(move |word| (word ^ tag(hash)) >> ADDRESS_BITS == 0).map(slot);
        // SAFETY: in the table, and the lock is held.
        alike.filter(move |&head| unsafe { hash_of(head) } == hash)
    }

    /// All entries.
    pub(in crate::rc) fn entries(&self, _: &Slab) -> impl Iterator<Item = NonNull<Head>> {
        let words = if self.limit == 0 { &[] } else { self.words() };
        let words = words.iter().map(|word| word.load(Ordering::Relaxed));
        words.filter(|word| word & ENTRY != 0).map(slot)
    }

    fn words(&self) -> &[AtomicU64] {
        // SAFETY: an array is given back through an exclusive borrow of the index.
        unsafe { self.array().words() }
    }

    /// Finds a word for an entry of this hash, so that inserting it neither allocates nor panics.
    ///
    /// `None` if there is no memory.
    pub(in crate::rc) fn make_room(&mut self, _: &Slab, hash: u64) -> Option<Room> {
        if self.limit == 0 {
            self.rebuild(self.roomy(1), 0)?;
        }
        loop {
            let words = self.words();
            let home = self.array().home(hash, self.spread);
            let free = words[home..].iter().position(|word| word.load(Ordering::Relaxed) & ENTRY == 0)?;
            let (number, last) = (home + free, words.len() - 1);
            let room = Room(number);
            if number == last {
                // Many equal hashes, or a long run by chance.
                let tail = (words.len() - self.array().homes()) * 2;
                self.rebuild(self.roomy(1), tail)?;
            } else if words[number].load(Ordering::Relaxed) == TOMBSTONE || self.used < self.limit {
                return Some(room);
            } else {
                self.rebuild(self.roomy(1), 0)?;
            }
        }
    }

    /// A capacity that leaves an eighth for what comes and goes.
    fn roomy(&self, additional: usize) -> usize {
        self.floor.max(self.live + (self.live / 8).max(additional))
    }

    /// Where room was made, and nothing happened since.
    pub(in crate::rc) fn insert(&mut self, room: Room, _: &Slab, hash: u64, head: NonNull<Head>) {
        let word = &self.words()[room.0];
        let address = head.as_ptr().expose_provenance() as u64;
        debug_assert_eq!(address >> ADDRESS_BITS, 0, "asked when the chunk was made");
        let fresh = word.load(Ordering::Relaxed) == END;
        set(word, tag(hash) | address);
        self.live += 1;
        self.used += usize::from(fresh);
    }

    /// Takes this very slot out.
    pub(in crate::rc) fn remove(&mut self, _: &Slab, hash: u64, head: NonNull<Head>) {
        let words = self.words();
        let home = self.array().home(hash, self.spread);
        let entry = tag(hash) | head.as_ptr().expose_provenance() as u64;
        let entry_or_hash = |word: &AtomicU64| {
            let word = word.load(Ordering::Relaxed);
            #[cfg(any(loom, shuttle))]
            if fault::is(Fault::RemoveByHash) && word & ENTRY != 0 {
                // SAFETY: it is in the table, and the lock is held.
                return unsafe { hash_of(slot(word)) } == hash;
            }
            word == entry
        };
        let Some(number) = words[home..].iter().position(entry_or_hash) else {
            debug_assert!(
                cfg!(any(loom, shuttle)),
                "an entry is in the table until its last handle takes it out"
            );
            return;
        };
        let number = home + number;
        let mut freed = 0;
        let at_end = words[number + 1].load(Ordering::Relaxed) == END;
        #[cfg(any(loom, shuttle))]
        let at_end = at_end || fault::is(Fault::CleanInTheMiddle);
        if at_end {
            set(&words[number], END);
            freed = 1;
            for word in words[..number].iter().rev() {
                if word.load(Ordering::Relaxed) != TOMBSTONE {
                    break;
                }
                set(word, END);
                freed += 1;
            }
        } else {
            set(&words[number], TOMBSTONE);
        }
        self.live -= 1;
        self.used -= freed;
        if self.limit >= KEEP && self.live < self.limit / 8 && self.limit / 2 > self.floor {
            // Half full afterwards: as many must come or go again before the next time.
            let _ = self.rebuild(self.floor.max(self.live * 2), 0);
        }
    }

    /// Whether there is room for so many more now.
    pub(in crate::rc) fn reserve(&mut self, _: &Slab, additional: usize) -> bool {
        let Some(wanted) = self.live.checked_add(additional) else { return false };
        if wanted > self.limit && self.rebuild(wanted, 0).is_none() {
            return false;
        }
        self.floor = self.floor.max(wanted);
        true
    }

    pub(in crate::rc) fn shrink_to_fit(&mut self, _: &Slab) {
        self.floor = 0;
        if self.live == 0 {
            self.publish(Array(Published::empty()), 0);
        } else if Array::size(self.live)
            .is_some_and(|(bits, factor)| Array::homes_of(bits, factor) < self.array().homes())
        {
            let _ = self.rebuild(self.live, 0);
        }
    }

    /// Copies all entries into an array for `required`. If there is no memory nothing has changed.
    #[cold]
    fn rebuild(&mut self, required: usize, mut tail: usize) -> Option<()> {
        'longer: loop {
            let array = Array::new(required, tail)?;
            // SAFETY: just made.
            let words = unsafe { array.words() };
            let old = if self.limit == 0 { &[] } else { self.words() };
            for entry in old.iter().map(|word| word.load(Ordering::Relaxed)).filter(|word| word & ENTRY != 0)
            {
                // SAFETY: it is in the table, and the lock is held.
                let hash = unsafe { hash_of(slot(entry)) };
                let home = array.home(hash, self.spread);
                let free = words[home..].iter().position(|word| word.load(Ordering::Relaxed) == END);
                let number = home + free.expect("the last word is `END`");
                if number == words.len() - 1 {
                    tail = (words.len() - array.homes()) * 2;
                    // SAFETY: not published.
                    unsafe { array.give_back() };
                    continue 'longer;
                }
                words[number].store(entry, Ordering::Relaxed);
            }
            self.publish(array, Array::limit(array.homes()));
            return Some(());
        }
    }

    fn publish(&mut self, array: Array, limit: usize) {
        let old = self.array();
        #[cfg(loom)]
        self.published.0.swap(array.0, Ordering::AcqRel);
        #[cfg(not(loom))]
        self.published.0.store(array.0, Ordering::Release);
        self.address = array.base_address();
        let had = std::mem::replace(&mut self.limit, limit) != 0;
        self.used = self.live;
        if had {
            #[cfg(any(loom, shuttle))]
            if fault::is(Fault::MoveOnGrowth) {
                // What a look-up in the old array then misses is still there.
                // SAFETY: it exists until below.
                unsafe { old.words() }.iter().for_each(|word| set(word, END));
            }
            // SAFETY: no longer published.
            unsafe { old.give_back() };
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::super::records::{enter, record};
    use super::super::super::{Entries, Keyed, Look, Shared};
    use super::super::reclaim::waiting;
    use super::*;
    use std::sync::mpsc::channel;
    use std::thread;

    const SPREAD: Spread = Spread::new(true);
    /// Points to the first words of any array.
    const HELD: u64 = 1;
    const GONE: u64 = 2;

    impl Keyed<Shared> for u64 {
        const NUMBERED: bool = false;

        fn same(&self, _: &Self) -> bool {
            false
        }
    }

    #[test]
    fn a_look_up_that_sleeps_reads_what_was_there() {
        let (entries, _) = Box::leak(Box::new(Entries::<u64, ()>::new())).begin((), 1, SPREAD);
        let insert = |hash| entries.place(hash, hash, false).0;
        let held = insert(HELD);
        // In chunks of their own, behind the first one.
        let gone: Vec<_> = (GONE..3000).map(insert).collect();
        let published = entries.published();
        let before = Array(published.0.load(Ordering::Acquire));
        let ((asleep, wait), (wake, slept)) = (channel(), channel());
        let reader = thread::spawn(move || {
            enter();
            // SAFETY: the record is this thread's, and nothing below pins.
            let pin = unsafe { Pin::new(record().expect("entered")) };
            let array = Array(published.0.load(Ordering::Acquire));
            asleep.send(()).expect("it waits");
            slept.recv().expect("it wakes this");
            // SAFETY: it was published, and this is pinned.
            let walk = |hash| unsafe { array.walk(hash, SPREAD) };
            assert!(matches!(walk(HELD), Walk::Found(_)), "what lives is found in the old array");
            assert!((GONE..3000).all(|hash| !matches!(walk(hash), Walk::Found(_))), "what is gone is not");
            assert!(matches!(walk(3000), Walk::Missed));
            drop(pin);
        });
        wait.recv().expect("it goes to sleep");
        // The table is replaced as it shrinks, and again; all chunks but the first are given back.
        drop(gone);
        entries.shrink_to_fit();
        entries.reserve(100);
        let after = Array(published.0.load(Ordering::Acquire));
        assert!(before.0 != after.0 && entries.capacity() < 1000);
        // SAFETY: what is not freed may be read.
        let waits = unsafe { before.words() }.len() * 8;
        assert!(waiting() >= waits as u64, "both wait for the reader");
        wake.send(()).expect("it waits");
        reader.join().expect("it read what was there");
        assert_eq!(held.strong_count(), 2, "one was found, and is kept by no one");
        assert!(matches!(entries.look_up(HELD, SPREAD), Look::Found(..) | Look::Unsure));
    }

    #[test]
    fn sizes_rise_by_a_quarter_at_most() {
        let homes = |required| {
            let (bits, factor) = Array::size(required).expect("there is one");
            let homes = Array::homes_of(bits, factor);
            assert!(Array::limit(homes) >= required);
            homes
        };
        let mut last = homes(1);
        for required in 1..300_000 {
            let now = homes(required);
            assert!(now >= last && (now <= GENEROUS || now * 4 <= last * 5), "{last} to {now}");
            last = now;
        }
        assert!(Array::size(usize::MAX).is_none());
        assert!(Array::size(1 << 30).is_some());
    }

    #[test]
    fn hashes_point_to_all_words_before_the_tail() {
        for required in [1, 5, 100, 700, 900, 1200, 1500] {
            let array = Array::new(required, 0).expect("there is memory");
            let mut hit = vec![false; array.homes()];
            for i in 0..1 << 16 {
                hit[array.home(i << 48, SPREAD)] = true;
            }
            assert!(hit.iter().all(|&hit| hit));
            // SAFETY: just made.
            unsafe { array.give_back() };
        }
    }
}
