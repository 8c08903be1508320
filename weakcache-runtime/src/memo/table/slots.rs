//! What the slots of a table hold.
//!
//! The unsafe code relies on two things:
//!
//! * **Places.** Each place in the index, in the links of ready slots and in the list of vacant ones is below the number
//!   of slots. These are only taken away by `relocate` and `truncate` (`shrink.rs`), which know all who point there; and
//!   places of slots in flight, which callers hold, are checked when they come back. So nothing else asks for a slot by
//!   [`Slots::at`]; and of policies, which set those links, each promises it ([`Policy`](super::super::policy::Policy)).
//! * **States.** The `mark` and `links.older` of the head of a slot say which field of its content is alive: `READY` set, the entry;
//!   else `older` is `VACANT` and none is; else the flight. They change together with the content, with nothing in
//!   between that could panic. Sentinels are asked for their links alone.
#![allow(unsafe_code)]

use super::super::expiry::Links;
use super::super::index::TAKEN;
use super::super::policy::Entries;
use super::super::waiters::FlightId;
use std::mem::ManuallyDrop;

/// In the mark of a ready slot, and in no other.
pub(super) const READY: u64 = TAKEN;
/// In `older` of a vacant slot. A flight has flags and the upper half of its number there, an entry a place.
pub(super) const VACANT: u32 = u32::MAX;
/// In `older` of a flight: its key was invalidated, and it is not indexed.
pub(super) const STALE: u32 = 1 << 30;
/// In `older` of a flight: there is, or was, another slot of its key.
pub(in super::super) const BESIDE: u32 = 1 << 29;
/// In `older` of a flight: its result takes the place of one that is there.
pub(in super::super) const REPLACES: u32 = 1 << 28;
const FLAGS: u32 = STALE | BESIDE | REPLACES;

/// What is stored.
#[repr(C)]
pub(in super::super) struct Entry<K, S, X, U> {
    pub(in super::super) key: K,
    pub(in super::super) stored: S,
    pub(in super::super) stamp: X,
    /// What the policy keeps of its use.
    pub(in super::super) used: U,
}

#[repr(C)]
pub(super) struct Flight<K, W> {
    pub(super) key: K,
    pub(super) waiters: W,
}

union Content<E, F> {
    none: (),
    flight: ManuallyDrop<F>,
    entry: ManuallyDrop<E>,
}

/// What a slot says of itself, whatever it is of.
pub(super) struct Head {
    /// The hash of the key, with or without `READY`.
    mark: u64,
    /// Of an entry, its neighbours in the order of use. Of a vacant slot, `newer` is the next vacant one.
    pub(super) links: Links,
}

/// A slot for an entry, or a flight.
pub(super) struct Slot<E, F> {
    pub(super) head: Head,
    content: Content<E, F>,
}

pub(super) enum State<'a, E, F> {
    Vacant,
    Flight(&'a F),
    Ready(&'a E),
}

impl Head {
    const VACANT: Self = Self { mark: 0, links: Links { older: VACANT, newer: 0 } };

    /// The hash of the key, as far as it counts.
    #[inline]
    pub(super) fn mark(&self) -> u64 {
        self.mark
    }

    /// Whether the slot is of this hash.
    #[inline]
    pub(super) fn is_of(&self, hash: u64) -> bool {
        self.mark | READY == hash | READY
    }

    #[inline]
    pub(super) fn is_ready(&self) -> bool {
        self.mark & READY != 0
    }

    #[inline]
    pub(super) fn is_vacant(&self) -> bool {
        !self.is_ready() && self.links.older == VACANT
    }

    #[inline]
    pub(super) fn is_flight(&self) -> bool {
        !self.is_ready() && self.links.older != VACANT
    }

    /// The flags of a flight, if it has this number.
    #[inline]
    pub(super) fn flags_of(&self, id: FlightId) -> Option<u32> {
        (self.is_flight() && self.id() == id).then_some(self.links.older & FLAGS)
    }

    /// Of a flight.
    #[inline]
    pub(super) fn has_flag(&self, flag: u32) -> bool {
        self.is_flight() && self.links.older & flag != 0
    }

    /// Of a flight.
    #[inline]
    pub(super) fn set_flag(&mut self, flag: u32) {
        debug_assert!(self.is_flight());
        self.links.older |= flag;
    }

    /// The number of a flight.
    #[inline]
    pub(super) fn id(&self) -> FlightId {
        debug_assert!(self.is_flight());
        let Links { older, newer } = self.links;
        let id = u64::from(older & !FLAGS) << 32 | u64::from(newer);
        FlightId::new(id).expect("it was one")
    }

    /// Whether there is a flight with this number, and without flags.
    #[inline]
    pub(super) fn is_plain(&self, id: FlightId) -> bool {
        self.is_flight() && (self.links.older, self.links.newer) == split(id, 0)
    }
}

impl<E, F> Slot<E, F> {
    /// A vacant slot.
    pub(super) const EMPTY: Self = Self { head: Head::VACANT, content: Content { none: () } };

    /// One that holds nothing, through which others are linked. It has no state.
    pub(super) const fn sentinel(at: u32) -> Self {
        Self { head: Head { mark: 0, links: Links { older: at, newer: at } }, content: Content { none: () } }
    }

    /// Not of a sentinel.
    #[inline]
    pub(super) fn state(&self) -> State<'_, E, F> {
        if self.head.is_ready() {
            // SAFETY: (states) ready.
            State::Ready(unsafe { &self.content.entry })
        } else if self.head.links.older == VACANT {
            State::Vacant
        } else {
            // SAFETY: (states) neither ready nor vacant.
            State::Flight(unsafe { &self.content.flight })
        }
    }

    /// The entry, if the slot is ready and of this hash.
    #[inline]
    pub(super) fn entry_of(&self, hash: u64) -> Option<&E> {
        if self.head.mark == hash | READY {
            // SAFETY: (states) the mark has `READY` set.
            Some(unsafe { &self.content.entry })
        } else {
            None
        }
    }

    #[inline]
    pub(super) fn entry(&self) -> &E {
        assert!(self.head.is_ready());
        // SAFETY: (states) ready.
        unsafe { &self.content.entry }
    }

    #[inline]
    pub(super) fn entry_mut(&mut self) -> &mut E {
        assert!(self.head.is_ready());
        // SAFETY: (states) ready.
        unsafe { &mut self.content.entry }
    }

    pub(super) fn flight_mut(&mut self) -> &mut F {
        assert!(self.head.is_flight());
        // SAFETY: (states) in flight.
        unsafe { &mut self.content.flight }
    }

    /// Puts a flight into a vacant slot. `older` and `newer` are its number and flags.
    #[inline]
    pub(super) fn put_flight(&mut self, hash: u64, (older, newer): (u32, u32), flight: F) {
        debug_assert!(self.head.is_vacant() && older != VACANT);
        self.head = Head { mark: hash & !READY, links: Links { older, newer } };
        self.content.flight = ManuallyDrop::new(flight);
    }

    /// Puts an entry into a vacant slot. Its links are the caller's to set.
    #[inline]
    pub(super) fn put_entry(&mut self, hash: u64, entry: E) {
        debug_assert!(self.head.is_vacant());
        self.content.entry = ManuallyDrop::new(entry);
        self.head.mark = hash | READY;
    }

    /// Takes the flight out. The slot is vacant, though not yet in their list.
    #[inline]
    pub(super) fn take_flight(&mut self) -> F {
        assert!(self.head.is_flight());
        (self.head.mark, self.head.links.older) = (0, VACANT);
        // SAFETY: (states) it was in flight, and the slot says no more that it is.
        #[expect(clippy::multiple_unsafe_ops_per_block, reason = "one field, taken")]
        unsafe {
            ManuallyDrop::take(&mut self.content.flight)
        }
    }

    /// Takes the entry out. As above.
    #[inline]
    pub(super) fn take_entry(&mut self) -> E {
        assert!(self.head.is_ready());
        (self.head.mark, self.head.links.older) = (0, VACANT);
        // SAFETY: (states) it was ready, and the slot says no more that it is.
        #[expect(clippy::multiple_unsafe_ops_per_block, reason = "one field, taken")]
        unsafe {
            ManuallyDrop::take(&mut self.content.entry)
        }
    }
}

/// The number of a flight, and the flags beside it, as they lie in a slot.
#[expect(clippy::cast_possible_truncation, reason = "the two halves")]
#[inline]
pub(super) fn split(id: FlightId, flags: u32) -> (u32, u32) {
    let id = id.get();
    let high = (id >> 32) as u32;
    assert!(high < REPLACES, "numbers do not run out");
    (high | flags, id as u32)
}

/// A row of slots.
pub(super) struct Slots<E, F>(Vec<Slot<E, F>>);

impl<E, F> Slots<E, F> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    #[inline]
    pub(super) fn at(&self, at: u32) -> &Slot<E, F> {
        debug_assert!((at as usize) < self.0.len());
        // SAFETY: (places) all of them come from the index, from links, or were checked.
        unsafe { self.0.get_unchecked(at as usize) }
    }

    #[inline]
    pub(super) fn at_mut(&mut self, at: u32) -> &mut Slot<E, F> {
        debug_assert!((at as usize) < self.0.len());
        // SAFETY: as above.
        unsafe { self.0.get_unchecked_mut(at as usize) }
    }

    /// A slot at a place that a caller has handed in.
    #[inline]
    pub(super) fn get(&self, at: u32) -> &Slot<E, F> {
        assert!(at < self.len());
        self.at(at)
    }

    /// The same, to be changed.
    #[inline]
    pub(super) fn get_mut(&mut self, at: u32) -> &mut Slot<E, F> {
        assert!(at < self.len());
        self.at_mut(at)
    }

    #[expect(clippy::cast_possible_truncation, reason = "places are 32 bits wide")]
    #[inline]
    pub(super) fn len(&self) -> u32 {
        self.0.len() as u32
    }

    pub(super) fn bytes(&self) -> usize {
        self.0.capacity() * size_of::<Slot<E, F>>()
    }

    pub(super) fn push(&mut self, slot: Slot<E, F>) {
        assert!(self.len() < VACANT, "at most 2^32 slots");
        self.0.push(slot);
    }

    /// Takes away the slots from `end` on, which are vacant, and their memory.
    pub(super) fn truncate(&mut self, end: u32) {
        debug_assert!((end..self.len()).all(|at| self.at(at).head.is_vacant()));
        self.0.truncate(end as usize);
        self.0.shrink_to_fit();
    }
}

impl<K, S, X, U, F> Entries for Slots<Entry<K, S, X, U>, F> {
    type Used = U;

    #[inline]
    fn links(&mut self, at: u32) -> &mut Links {
        &mut self.at_mut(at).head.links
    }

    #[inline]
    fn used(&self, at: u32) -> &U {
        &self.at(at).entry().used
    }

    #[inline]
    fn hash(&self, at: u32) -> u64 {
        self.at(at).head.mark
    }
}
