//! The table of a shard, for where look-ups take its lock: a hash table of places.
//!
//! It is for targets whose addresses leave no room for what [`lock_free`](super) has beside them, and the
//! simple one of two tables that must do the same: `--cfg weakcache_locked` chooses it anywhere.

use std::ptr::NonNull;

use hashbrown::HashTable;

use super::super::records::Record;
use super::super::slab::Slab;
use super::super::{ALIGN, Head, Spread, Walk};
use crate::sync::Ordering;
#[cfg(loom)]
use crate::sync::fault::{self, Fault};

/// Below this capacity a table is left as it is when entries go.
const KEEP: usize = 64;

/// Where an entry lies in its slab: the number of its chunk, and the place in that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Place(u32);

impl Place {
    /// Slots begin at multiples of 8 below `ALIGN`.
    const OFFSETS: u32 = (ALIGN / 8) as u32;

    /// # Safety
    /// The slot is taken, and its lock is held.
    unsafe fn of(head: NonNull<Head>) -> Self {
        let offset = head.addr().get() % ALIGN / 8;
        #[expect(clippy::cast_possible_truncation, reason = "below 512")]
        // SAFETY: passed on.
        Self(unsafe { Slab::number(head) } * Self::OFFSETS + offset as u32)
    }

    /// # Safety
    /// There is a taken slot in this slab.
    #[inline]
    unsafe fn slot(self, slab: &Slab) -> NonNull<Head> {
        let offset = (self.0 % Self::OFFSETS * 8) as usize;
        // SAFETY: passed on.
        unsafe { slab.slot(self.0 / Self::OFFSETS, offset) }
    }

    /// # Safety
    /// As above.
    #[inline]
    unsafe fn hash(self, slab: &Slab) -> u64 {
        // SAFETY: passed on.
        let slot = unsafe { self.slot(slab) };
        // SAFETY: the chunk of a taken slot exists.
        unsafe { slot.as_ref() }.word.load(Ordering::Relaxed)
    }
}

/// Look-ups know nothing of a table.
#[derive(Debug)]
pub(in crate::rc) struct Published;

impl Published {
    pub(in crate::rc) fn new() -> Self {
        Self
    }

    #[inline]
    pub(in crate::rc) fn look_up(&self, _: u64, _: Spread, _: &'static Record) -> Walk {
        Walk::Unsure
    }
}

/// From here on eight bits of a hash matter little: hashbrown looks at the highest seven and at the lowest, and those
/// that say which shard are below, unless there are more than 256.
pub(in crate::rc) const LENGTH_AT: u32 = 48;

/// Which shard, of a power of two less one: by bits which hashbrown does not look at first.
#[inline]
pub(in crate::rc) fn shard_of(hash: u64, _: Spread, mask: usize) -> usize {
    #[expect(clippy::cast_possible_truncation, reason = "any bits will do")]
    let number = (hash >> 40) as usize;
    number & mask
}

/// The table of a shard. Its places are those of taken slots: an entry is taken out before its slot is vacant.
pub(in crate::rc) struct Index {
    places: HashTable<Place>,
    /// The capacity that was asked for: a table does not shrink below it by itself.
    floor: usize,
}

/// That there is room for the next entry.
pub(in crate::rc) struct Room(());

impl Index {
    pub(in crate::rc) fn new(_: &'static Published, _: Spread) -> Self {
        Self { places: HashTable::new(), floor: 0 }
    }

    pub(in crate::rc) fn len(&self) -> usize {
        self.places.len()
    }

    pub(in crate::rc) fn capacity(&self) -> usize {
        self.places.capacity()
    }

    /// What the table takes.
    pub(in crate::rc) fn bytes(&self) -> usize {
        self.places.allocation_size()
    }

    /// An entry with this hash. `Err` with room for one, if that was come upon.
    #[inline]
    pub(in crate::rc) fn find(&self, slab: &Slab, hash: u64) -> Result<NonNull<Head>, Option<Room>> {
        // SAFETY: places of the table are those of taken slots.
        let found = self.places.find(hash, |place| unsafe { place.hash(slab) } == hash).ok_or(None)?;
        // SAFETY: as above.
        Ok(unsafe { found.slot(slab) })
    }

    /// The entries with this hash, one after the other.
    pub(in crate::rc) fn of_hash(&self, slab: &Slab, hash: u64) -> impl Iterator<Item = NonNull<Head>> {
        let places = self.places.iter_hash(hash);
        // SAFETY: places of the table are those of taken slots.
        let alike = places.filter(move |place| unsafe { place.hash(slab) } == hash);
        // SAFETY: as above.
        alike.map(|place| unsafe { place.slot(slab) })
    }

    /// All entries.
    pub(in crate::rc) fn entries(&self, slab: &Slab) -> impl Iterator<Item = NonNull<Head>> {
        // SAFETY: as above.
        self.places.iter().map(|place| unsafe { place.slot(slab) })
    }

    /// Sees to it that inserting one entry neither allocates nor panics. `None` if there is no memory.
    pub(in crate::rc) fn make_room(&mut self, slab: &Slab, _: u64) -> Option<Room> {
        self.grow(slab, 1).then_some(Room(()))
    }

    fn grow(&mut self, slab: &Slab, additional: usize) -> bool {
        // SAFETY: as above.
        self.places.try_reserve(additional, |place| unsafe { place.hash(slab) }).is_ok()
    }

    /// Where room was made, and nothing happened since.
    pub(in crate::rc) fn insert(&mut self, _: Room, _: &Slab, hash: u64, head: NonNull<Head>) {
        // SAFETY: it is taken for this entry.
        let place = unsafe { Place::of(head) };
        self.places.insert_unique(hash, place, |_| unreachable!("room was made"));
    }

    /// Takes this very slot out.
    pub(in crate::rc) fn remove(&mut self, slab: &Slab, hash: u64, head: NonNull<Head>) {
        // SAFETY: it is dying.
        let place = unsafe { Place::of(head) };
        let is_it = |other: &Place| {
            #[cfg(loom)]
            if fault::is(Fault::RemoveByHash) {
                return true;
            }
            *other == place
        };
        if let Ok(entry) = self.places.find_entry(hash, is_it) {
            entry.remove();
        } else {
            debug_assert!(cfg!(loom), "an entry is in the table until its last handle takes it out");
        }
        let (len, capacity) = (self.places.len(), self.places.capacity());
        if capacity >= KEEP && len < capacity / 8 && capacity / 2 > self.floor {
            // Half full afterwards: as many must come or go again before the next rehash.
            self.shrink_to(slab, self.floor.max(len * 2));
        }
    }

    #[cold]
    fn shrink_to(&mut self, slab: &Slab, capacity: usize) {
        // SAFETY: as above.
        self.places.shrink_to(capacity, |place| unsafe { place.hash(slab) });
    }

    /// Whether there is room for so many more now.
    pub(in crate::rc) fn reserve(&mut self, slab: &Slab, additional: usize) -> bool {
        let reserved = self.grow(slab, additional);
        if reserved {
            self.floor = self.floor.max(self.places.len() + additional);
        }
        reserved
    }

    pub(in crate::rc) fn shrink_to_fit(&mut self, slab: &Slab) {
        self.floor = 0;
        self.shrink_to(slab, 0);
    }
}
