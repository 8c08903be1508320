//! The entries of a cache, and the computations in progress, in one table.
//!
//! A [`Table`] is a row of slots and an index from hashes to their places in it. A slot is *vacant*, *in flight*
//! (a key whose value is being computed, and who waits for it) or *ready* (an [`Entry`]). A computation that ends
//! well turns its slot from one into the other where it stands: the key is neither hashed nor looked for again, and
//! the index is not touched. A place is handed out for as long as the slot is in flight; slots in flight never move.
//!
//! Ready entries are linked from the least to the most recently used, in a circle through slot 0, which holds nothing
//! else: so linking has no branches. With an expiry they are linked by age as well.
//!
//! No hash of a key is computed here, and no key compared but by the caller's closures, which only see it.
//!
//! # What the unsafe code relies on
//!
//! * **Places.** Each place in the index, in the links of ready slots and in the list of vacant ones is below
//!   `slots.len()`. Slots are only taken away by `relocate` and `truncate`, which know all who point there; and
//!   places of slots in flight, which callers hold, are checked when they come back.
//! * **States.** The `mark` and `older` of a slot say which field of its content is alive: `READY` set, the entry;
//!   else `older` is `VACANT` and none is; else the flight. They change together with the content, with nothing in
//!   between that could panic.
//! * **Slot 0** is always there once anything is, and neither vacant, ready nor in flight.
//!
//! Everything happens under `&mut`, so there is no interleaving to be modelled; the test at the end compares every
//! step with plain lists and checks the above after each.
#![allow(unsafe_code)]

use super::expiry::{Aged, Links};
use super::index::{Index, TAKEN};
use super::total::Total;
use super::waiters::FlightId;
use crate::unwind::Panics;
use std::collections::HashMap;
use std::mem::{self, ManuallyDrop};

/// In the mark of a ready slot, and in no other.
const READY: u64 = TAKEN;
/// In `older` of a vacant slot. A flight has flags and the upper half of its number there, an entry a place.
const VACANT: u32 = u32::MAX;
/// In `older` of a flight: its key was invalidated, and it is not indexed.
const STALE: u32 = 1 << 30;
/// In `older` of a flight: there is, or was, another slot of its key.
pub(super) const BESIDE: u32 = 1 << 29;
/// In `older` of a flight: its result takes the place of one that is there.
pub(super) const REPLACES: u32 = 1 << 28;
const FLAGS: u32 = STALE | BESIDE | REPLACES;
/// The slot through which the order of use is linked. As a link of another list: no one.
const SENTINEL: u32 = 0;

/// The most entries there can be: room is left for computations in progress.
pub(super) const MOST: usize = u32::MAX as usize / 2;

/// So many entries are looked at before one that lives gives way,
const FEW: usize = 64;
/// of tables of at most so many slots, which are in the nearer caches of the processor.
const MANY: usize = 1024;

/// Tables of fewer slots do not shrink.
const SMALL: usize = 32;

/// What is stored.
#[repr(C)]
pub(super) struct Entry<K, S, X> {
    pub(super) key: K,
    pub(super) stored: S,
    pub(super) stamp: X,
}

#[repr(C)]
struct Flight<K, W> {
    key: K,
    waiters: W,
}

union Content<K, S, X, W> {
    none: (),
    flight: ManuallyDrop<Flight<K, W>>,
    entry: ManuallyDrop<Entry<K, S, X>>,
}

struct Slot<K, S, X, W> {
    /// The hash of the key, with or without `READY`.
    mark: u64,
    older: u32,
    /// Of a vacant slot, the next vacant one.
    newer: u32,
    content: Content<K, S, X, W>,
}

enum State<'a, K, S, X, W> {
    Vacant,
    Flight(&'a Flight<K, W>),
    Ready(&'a Entry<K, S, X>),
}

impl<K, S, X, W> Slot<K, S, X, W> {
    const EMPTY: Self = Self { mark: 0, older: VACANT, newer: SENTINEL, content: Content { none: () } };

    /// Not of slot 0.
    #[inline]
    fn state(&self) -> State<'_, K, S, X, W> {
        if self.mark & READY != 0 {
            // SAFETY: (states) ready.
            State::Ready(unsafe { &self.content.entry })
        } else if self.older == VACANT {
            State::Vacant
        } else {
            // SAFETY: (states) neither ready nor vacant.
            State::Flight(unsafe { &self.content.flight })
        }
    }

    fn flight_mut(&mut self) -> &mut Flight<K, W> {
        assert!(self.is_flight());
        // SAFETY: (states) in flight.
        unsafe { &mut self.content.flight }
    }

    #[inline]
    fn entry_mut(&mut self) -> &mut Entry<K, S, X> {
        assert!(self.mark & READY != 0);
        // SAFETY: (states) ready.
        unsafe { &mut self.content.entry }
    }

    #[inline]
    fn is_flight(&self) -> bool {
        self.mark & READY == 0 && self.older != VACANT
    }

    /// Takes the flight out. The slot is vacant, though not yet in their list.
    #[inline]
    fn take_flight(&mut self) -> Flight<K, W> {
        assert!(self.is_flight());
        (self.mark, self.older) = (0, VACANT);
        // SAFETY: (states) it was in flight, and the slot says no more that it is.
        #[expect(clippy::multiple_unsafe_ops_per_block, reason = "one field, taken")]
        unsafe {
            ManuallyDrop::take(&mut self.content.flight)
        }
    }

    /// Takes the entry out. As above.
    #[inline]
    fn take_entry(&mut self) -> Entry<K, S, X> {
        assert!(self.mark & READY != 0);
        (self.mark, self.older) = (0, VACANT);
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
fn split(id: FlightId, flags: u32) -> (u32, u32) {
    let id = id.get();
    let high = (id >> 32) as u32;
    assert!(high < REPLACES, "numbers do not run out");
    (high | flags, id as u32)
}

#[inline]
fn joined(older: u32, newer: u32) -> FlightId {
    let id = u64::from(older & !FLAGS) << 32 | u64::from(newer);
    FlightId::new(id).expect("it was one")
}

/// The place of a slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place(u32);

pub(super) struct Table<K, S, X: Aged, W> {
    index: Index,
    slots: Vec<Slot<K, S, X, W>>,
    /// The first vacant slot, or `SENTINEL`.
    vacant: u32,
    ready: usize,
    /// Slots that are not vacant, but for the first.
    used: u32,
    /// Where the next sweep begins.
    hand: u32,
    /// The entries that were stored first and last, or `SENTINEL`.
    ages: Links,
    /// What the entries weigh together.
    weight: X::Total,
    /// Slots that became vacant since the table last shrank.
    vacated: usize,
    /// The flight that kept it from shrinking further, or `SENTINEL`.
    pinned: u32,
    /// While someone goes through the entries.
    journal: Option<Box<Journal>>,
}

impl<K, S, X: Aged, W> Table<K, S, X, W> {
    pub(super) fn new() -> Self {
        Self {
            index: Index::new(),
            slots: Vec::new(),
            vacant: SENTINEL,
            ready: 0,
            used: 0,
            hand: 0,
            ages: Links::NONE,
            weight: X::Total::default(),
            vacated: 0,
            pinned: SENTINEL,
            journal: None,
        }
    }

    /// How many computations are in progress.
    pub(super) fn flights(&self) -> usize {
        self.used as usize - self.ready
    }

    /// How many entries are ready.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.ready
    }

    /// What they weigh together.
    #[inline]
    pub(super) fn weight(&self) -> u128 {
        self.weight.get()
    }

    #[inline]
    fn slot(&self, at: u32) -> &Slot<K, S, X, W> {
        debug_assert!((at as usize) < self.slots.len());
        // SAFETY: (places) all of them come from the index, from links, or were checked.
        unsafe { self.slots.get_unchecked(at as usize) }
    }

    #[inline]
    fn slot_mut(&mut self, at: u32) -> &mut Slot<K, S, X, W> {
        debug_assert!((at as usize) < self.slots.len());
        // SAFETY: as above.
        unsafe { self.slots.get_unchecked_mut(at as usize) }
    }

    /// Works on the entry of a key, if it is ready, and, where that is `ordered`, makes it the most recently used if
    /// `read` returned something.
    #[inline]
    pub(super) fn hit<R>(
        &mut self,
        ordered: bool,
        hash: u64,
        is: impl FnMut(&K) -> bool,
        read: impl FnOnce(&Entry<K, S, X>) -> Option<R>,
    ) -> Option<R> {
        let at = self.find(hash, is)?;
        // SAFETY: (states) `find` returns places of ready slots.
        let result = read(unsafe { &self.slot(at).content.entry })?;
        if ordered {
            self.unlink(at);
            self.link(at);
        }
        Some(result)
    }

    /// Works on the entry of a key, if it is ready.
    #[inline]
    pub(super) fn read<R>(
        &self,
        hash: u64,
        is: impl FnMut(&K) -> bool,
        read: impl FnOnce(&Entry<K, S, X>) -> Option<R>,
    ) -> Option<R> {
        let at = self.find(hash, is)?;
        // SAFETY: (states) `find` returns places of ready slots.
        read(unsafe { &self.slot(at).content.entry })
    }

    #[inline]
    fn find(&self, hash: u64, mut is: impl FnMut(&K) -> bool) -> Option<u32> {
        let mark = hash | TAKEN;
        self.index.find(mark, |at| {
            let slot = self.slot(at);
            // SAFETY: (states) an equal mark has `READY` set.
            slot.mark == mark && is(unsafe { &slot.content.entry.key })
        })
    }

    /// Where the entry of a key is, if it is ready.
    pub(super) fn find_ready(&self, hash: u64, is: impl FnMut(&K) -> bool) -> Option<Place> {
        self.find(hash, is).map(Place)
    }

    /// Whether there is a slot of this key, ready or in flight.
    #[inline]
    pub(super) fn contains(&self, hash: u64, mut is: impl FnMut(&K) -> bool) -> bool {
        let mark = hash | TAKEN;
        self.index.find(mark, |at| self.is_of(at, mark, &mut is)).is_some()
    }

    /// Whether the slot, ready or in flight, is of a key.
    #[inline]
    fn is_of(&self, at: u32, mark: u64, is: &mut impl FnMut(&K) -> bool) -> bool {
        let slot = self.slot(at);
        slot.mark | READY == mark
            && match slot.state() {
                State::Ready(entry) => is(&entry.key),
                State::Flight(flight) => is(&flight.key),
                State::Vacant => unreachable!("what is vacant is not indexed"),
            }
    }

    /// The number of a flight of this key, and those who wait for it.
    pub(super) fn find_flight(
        &mut self,
        hash: u64,
        mut is: impl FnMut(&K) -> bool,
    ) -> Option<(FlightId, &mut W)> {
        let mark = hash | TAKEN;
        let at = self.index.find(mark, |at| self.slot(at).is_flight() && self.is_of(at, mark, &mut is))?;
        let slot = self.slot_mut(at);
        Some((joined(slot.older, slot.newer), &mut slot.flight_mut().waiters))
    }

    /// The key of a flight.
    pub(super) fn key(&self, place: Place, id: FlightId) -> &K {
        self.flags(place, id);
        match self.slot(place.0).state() {
            State::Flight(flight) => &flight.key,
            State::Vacant | State::Ready(_) => unreachable!("its flags were read"),
        }
    }

    /// Those who wait for a flight.
    pub(super) fn waiters(&mut self, place: Place, id: FlightId) -> &mut W {
        self.flags(place, id);
        &mut self.slot_mut(place.0).flight_mut().waiters
    }

    /// Tells the flights of a key that it has another slot, and says whether there are any. Of several all know already.
    pub(super) fn mark_flights(&mut self, hash: u64, mut is: impl FnMut(&K) -> bool) -> bool {
        let mark = hash | TAKEN;
        let first = self.index.find(mark, |at| self.slot(at).is_flight() && self.is_of(at, mark, &mut is));
        if let Some(at) = first {
            self.slot_mut(at).older |= BESIDE;
        }
        first.is_some()
    }

    /// Makes the flights of a key worthless: no one finds them, and they say so when they end.
    pub(super) fn make_stale(&mut self, hash: u64, mut is: impl FnMut(&K) -> bool) {
        if self.flights() == 0 {
            return;
        }
        for at in self.flights_of(hash, &mut is) {
            self.forget(at);
            self.slot_mut(at).older |= STALE;
        }
    }

    /// The same of those with a smaller number.
    pub(super) fn make_stale_before(&mut self, hash: u64, id: FlightId, mut is: impl FnMut(&K) -> bool) {
        if self.flights() == 0 {
            return;
        }
        for at in self.flights_of(hash, &mut is) {
            if joined(self.slot(at).older, self.slot(at).newer) < id {
                self.forget(at);
                self.slot_mut(at).older |= STALE;
            }
        }
    }

    fn flights_of(&self, hash: u64, is: &mut impl FnMut(&K) -> bool) -> Vec<u32> {
        let mark = hash | TAKEN;
        let mut flights = Vec::new();
        self.index.find(mark, |at| {
            if self.slot(at).is_flight() && self.is_of(at, mark, is) {
                flights.push(at);
            }
            false // and on to the end of the probe
        });
        flights
    }

    /// The numbers of the flights of a key.
    pub(super) fn ids_of(&self, hash: u64, mut is: impl FnMut(&K) -> bool) -> Vec<FlightId> {
        let flights = self.flights_of(hash, &mut is).into_iter().map(|at| self.slot(at));
        flights.map(|slot| joined(slot.older, slot.newer)).collect()
    }

    /// Puts a key in flight. `flags` may be [`BESIDE`] and [`REPLACES`].
    #[inline]
    pub(super) fn lead(&mut self, hash: u64, key: K, id: FlightId, flags: u32) -> Place
    where
        W: Default,
    {
        let mark = hash | TAKEN;
        let at = self.occupy(mark);
        let (older, newer) = split(id, flags);
        let slot = self.slot_mut(at);
        slot.mark = mark & !READY;
        (slot.older, slot.newer) = (older, newer);
        slot.content.flight = ManuallyDrop::new(Flight { key, waiters: W::default() });
        Place(at)
    }

    /// Checks a place that was handed out, and returns the flags of the flight there.
    fn flags(&self, Place(at): Place, id: FlightId) -> u32 {
        let slot = &self.slots[at as usize];
        assert!(slot.is_flight() && joined(slot.older, slot.newer) == id, "a computation ends once");
        slot.older & FLAGS
    }

    /// The key of a flight.
    pub(super) fn flight(&self, place: Place, id: FlightId) -> &K {
        self.flags(place, id); // checks both
        match self.slots[place.0 as usize].state() {
            State::Flight(flight) => &flight.key,
            State::Vacant | State::Ready(_) => unreachable!("a place of a slot in flight"),
        }
    }

    /// Whether the key of a flight was invalidated, and whether its result replaces another.
    pub(super) fn is_stale_or_replaces(&self, place: Place, id: FlightId) -> (bool, bool) {
        let flags = self.flags(place, id);
        (flags & STALE != 0, flags & REPLACES != 0)
    }

    /// Ends a flight with a result, which is the most recently used from now on. The result comes back if the flight has a
    /// flag: if the key was invalidated, or has, or had, another slot.
    #[inline]
    pub(super) fn settle(
        &mut self,
        Place(at): Place,
        id: FlightId,
        (stored, stamp): (S, X),
    ) -> Result<W, (S, X)> {
        let slot = &mut self.slots[at as usize];
        if !slot.is_flight() || (slot.older, slot.newer) != split(id, 0) {
            return Err((stored, stamp));
        }
        let mark = slot.mark | READY;
        let Flight { key, waiters } = slot.take_flight();
        self.put(at, mark, Entry { key, stored, stamp });
        Ok(waiters)
    }

    /// Ends a flight without one. The hash and the key come back, and those who wait.
    pub(super) fn abandon(&mut self, place: Place, id: FlightId) -> ((u64, K), W) {
        let Place(at) = place;
        if self.flags(place, id) & STALE == 0 {
            self.forget(at);
        }
        let slot = self.slot_mut(at);
        let hash = slot.mark;
        let Flight { key, waiters } = slot.take_flight();
        self.vacate(at);
        if at == self.pinned {
            self.vacated = self.slots.len();
        }
        ((hash, key), waiters)
    }

    /// Adds an entry, as the most recently used. Its key must have no ready slot.
    pub(super) fn insert(&mut self, hash: u64, key: K, stored: S, stamp: X) {
        let mark = hash | TAKEN;
        let at = self.occupy(mark);
        self.put(at, mark, Entry { key, stored, stamp });
    }

    /// Fills a vacant slot that is indexed.
    #[inline]
    fn put(&mut self, at: u32, mark: u64, entry: Entry<K, S, X>) {
        self.weight.add(entry.stamp.weight());
        let slot = self.slot_mut(at);
        slot.content.entry = ManuallyDrop::new(entry);
        slot.mark = mark;
        self.link(at);
        self.link_by_age(at);
        self.ready += 1;
        self.note(at);
    }

    /// The entry at a place.
    pub(super) fn entry(&self, Place(at): Place) -> &Entry<K, S, X> {
        match self.slots[at as usize].state() {
            State::Ready(entry) => entry,
            State::Vacant | State::Flight(_) => unreachable!("a place of a ready slot"),
        }
    }

    /// The same, to be changed. Its place in the order of age is none of the caller's.
    pub(super) fn entry_mut(&mut self, Place(at): Place) -> &mut Entry<K, S, X> {
        self.slots[at as usize].entry_mut()
    }

    /// Changes the stamps of all entries of a hash. Their places in the order of age are none of the caller's.
    pub(super) fn each_stamp(&mut self, hash: u64, mut change: impl FnMut(&mut X)) {
        let mark = hash | TAKEN;
        let mut entries = Vec::new();
        self.index.find(mark, |at| {
            if self.slot(at).mark == mark {
                entries.push(at);
            }
            false // and on to the end of the probe
        });
        for at in entries {
            change(&mut self.slot_mut(at).entry_mut().stamp);
        }
    }

    /// Where the entry of the key of a flight is, if it is ready.
    pub(super) fn find_beside(&self, place: Place, id: FlightId) -> Option<Place>
    where
        K: Eq,
    {
        self.flags(place, id);
        let slot = &self.slots[place.0 as usize];
        match slot.state() {
            State::Flight(flight) => self.find_ready(slot.mark, |key| *key == flight.key),
            State::Vacant | State::Ready(_) => unreachable!("its flags were read"),
        }
    }

    /// Makes an entry the most recently used.
    pub(super) fn touch(&mut self, place: Place) {
        self.entry(place);
        self.unlink(place.0);
        self.link(place.0);
    }

    /// Puts another value in an entry, which becomes the most recently used, and hands back the old one.
    pub(super) fn replace(&mut self, place: Place, stored: S, stamp: X) -> S {
        self.touch(place);
        let Place(at) = place;
        self.unlink_by_age(at);
        self.weight.add(stamp.weight());
        let entry = self.slot_mut(at).entry_mut();
        let before = mem::replace(&mut entry.stamp, stamp);
        let old = mem::replace(&mut entry.stored, stored);
        self.weight.subtract(before.weight());
        self.link_by_age(at);
        self.note(at);
        old
    }

    /// Takes out an entry.
    pub(super) fn remove(&mut self, place: Place) -> (K, S) {
        self.entry(place);
        self.remove_at(place.0)
    }

    #[inline]
    fn remove_at(&mut self, at: u32) -> (K, S) {
        self.forget(at);
        self.unlink(at);
        self.unlink_by_age(at);
        let Entry { key, stored, stamp } = self.slot_mut(at).take_entry();
        self.weight.subtract(stamp.weight());
        self.ready -= 1;
        self.vacate(at);
        (key, stored)
    }

    /// Takes out the least recently used entry, and says whether it was `live`.
    #[inline]
    pub(super) fn remove_oldest(
        &mut self,
        live: impl FnOnce(&Entry<K, S, X>) -> bool,
    ) -> Option<(bool, (K, S))> {
        let at = self.slots.first()?.newer;
        if at == SENTINEL {
            return None;
        }
        let was_live = live(self.slot_mut(at).entry_mut());
        Some((was_live, self.remove_at(at)))
    }

    /// The entry that was stored first, where entries have an age.
    pub(super) fn eldest(&self) -> Option<Place> {
        (self.ages.newer != SENTINEL).then_some(Place(self.ages.newer))
    }

    /// Takes out entries that are not `live`, among those that are looked at: the two that were stored first, and the
    /// next two in turn.
    ///
    /// With one sweep for each insertion, entries that nobody asks for again cannot pile up: a round takes half as
    /// many insertions as there are slots, so at most half of them are left to find.
    pub(super) fn sweep_some(&mut self, live: impl Fn(&Entry<K, S, X>) -> bool, dead: &mut Vec<(K, S)>) {
        for _ in 0..2 {
            match self.eldest() {
                Some(place) if !live(self.entry(place)) => dead.push(self.remove(place)),
                _ => break,
            }
        }
        for _ in 0..2 {
            self.sweep_next(&live, dead);
        }
        self.shrink_if_sparse();
    }

    /// Looks at the next entry in turn, and takes it out if it is not `live`. Says whether it did.
    #[inline]
    fn sweep_next(&mut self, live: impl Fn(&Entry<K, S, X>) -> bool, dead: &mut Vec<(K, S)>) -> bool {
        let at = if (self.hand as usize) < self.slots.len() { self.hand.max(1) } else { 1 };
        self.hand = at + 1;
        match self.slots.get(at as usize).map(Slot::state) {
            Some(State::Ready(entry)) if !live(entry) => {
                dead.push(self.remove(Place(at)));
                true
            }
            _ => false,
        }
    }

    /// Takes out an entry that is not `live`, to make room: of a table of some dozens if there is one at all, of a larger
    /// one if it is among some dozens. Where a look is dear, since there are many, it is left to
    /// [`sweep_some`](Self::sweep_some).
    pub(super) fn make_room(&mut self, live: impl Fn(&Entry<K, S, X>) -> bool, dead: &mut Vec<(K, S)>) {
        if self.slots.len() <= MANY {
            let all = self.slots.len().saturating_sub(1);
            let _ = (0..all.min(FEW)).any(|_| self.sweep_next(&live, dead));
        }
    }

    /// Takes out all entries that are not `live`, and gives back memory that is not needed.
    pub(super) fn sweep(&mut self, live: impl Fn(&Entry<K, S, X>) -> bool, dead: &mut Vec<(K, S)>) {
        for at in 1..self.slots.len() {
            #[expect(clippy::cast_possible_truncation, reason = "places are 32 bits wide")]
            match self.slots[at].state() {
                State::Ready(entry) if !live(entry) => dead.push(self.remove(Place(at as u32))),
                _ => {}
            }
        }
        self.shrink();
    }

    /// Takes out all entries, and makes all flights stale.
    pub(super) fn clear(&mut self) -> (Option<Self>, Vec<(K, S)>) {
        if self.flights() == 0 {
            return (Some(mem::replace(self, Self::new())), Vec::new());
        }
        (None, self.drain())
    }

    /// The same, entry by entry.
    pub(super) fn drain(&mut self) -> Vec<(K, S)> {
        let mut entries = Vec::with_capacity(self.ready);
        for at in 1..u32::try_from(self.slots.len()).expect("places are 32 bits wide") {
            match self.slot(at).state() {
                State::Ready(_) => entries.push(self.remove(Place(at))),
                State::Flight(_) if self.slot(at).older & STALE == 0 => {
                    self.forget(at);
                    self.slot_mut(at).older |= STALE;
                }
                State::Flight(_) | State::Vacant => {}
            }
        }
        self.shrink();
        entries
    }

    /// A slot that is vacant and indexed.
    #[inline]
    fn occupy(&mut self, mark: u64) -> u32 {
        if self.vacant == SENTINEL {
            self.grow();
        }
        let at = self.vacant;
        self.index.insert(mark, at);
        self.vacant = self.slot(at).newer;
        self.used += 1;
        at
    }

    #[cold]
    fn grow(&mut self) {
        if self.slots.is_empty() {
            self.slots.push(Slot { older: SENTINEL, ..Slot::EMPTY });
        }
        let at = u32::try_from(self.slots.len()).ok().filter(|&at| at < VACANT).expect("at most 2^32 slots");
        self.slots.push(Slot::EMPTY);
        self.vacant = at;
    }

    #[inline]
    fn vacate(&mut self, at: u32) {
        let vacant = self.vacant;
        let slot = self.slot_mut(at);
        debug_assert!(matches!(slot.state(), State::Vacant));
        slot.newer = vacant;
        self.vacant = at;
        self.used -= 1;
        self.vacated += 1;
    }

    /// Takes a slot out of the index.
    #[inline]
    fn forget(&mut self, at: u32) {
        self.index.remove(self.slot(at).mark | READY, at);
    }

    #[inline]
    fn unlink(&mut self, at: u32) {
        let &Slot { older, newer, .. } = self.slot(at);
        self.slot_mut(older).newer = newer;
        self.slot_mut(newer).older = older;
    }

    #[inline]
    fn link(&mut self, at: u32) {
        let older = mem::replace(&mut self.slot_mut(SENTINEL).older, at);
        self.slot_mut(older).newer = at;
        let slot = self.slot_mut(at);
        (slot.older, slot.newer) = (older, SENTINEL);
    }

    #[inline]
    fn link_by_age(&mut self, at: u32) {
        let last = self.ages.older;
        let Some(links) = self.slot_mut(at).entry_mut().stamp.links() else { return };
        *links = Links { older: last, newer: SENTINEL };
        *self.younger_than(last) = at;
        self.ages.older = at;
    }

    #[inline]
    fn unlink_by_age(&mut self, at: u32) {
        let Some(&mut Links { older, newer }) = self.slot_mut(at).entry_mut().stamp.links() else { return };
        *self.younger_than(older) = newer;
        *self.elder_than(newer) = older;
    }

    /// The link that leads away from `at` to the younger side.
    fn younger_than(&mut self, at: u32) -> &mut u32 {
        if at == SENTINEL { &mut self.ages.newer } else { &mut self.age_links(at).newer }
    }

    /// The link that leads away from `at` to the elder side.
    fn elder_than(&mut self, at: u32) -> &mut u32 {
        if at == SENTINEL { &mut self.ages.older } else { &mut self.age_links(at).older }
    }

    fn age_links(&mut self, at: u32) -> &mut Links {
        self.slot_mut(at).entry_mut().stamp.links().expect("all stamps have links, or none")
    }

    /// Gives back memory if most slots are vacant. Takes the time of as many steps as there are slots, after half as
    /// many became vacant.
    pub(super) fn shrink_if_sparse(&mut self) {
        let slots = self.slots.len();
        if slots > SMALL && (self.used as usize) < slots / 4 && self.vacated > slots / 2 {
            self.shrink();
        }
    }

    /// Moves ready slots down to where vacant ones are, and gives back what is vacant above the last flight.
    fn shrink(&mut self) {
        if self.journal.is_some() {
            return; // who goes through the entries finds them by their places
        }
        let mut hole = 1;
        let mut end = self.slots.len();
        self.pinned = SENTINEL;
        while end > 1 {
            match self.slots[end - 1].state() {
                State::Vacant => {}
                #[expect(clippy::cast_possible_truncation, reason = "places are 32 bits wide")]
                State::Flight(_) => {
                    // It is where its leader looks for it.
                    self.pinned = end as u32 - 1;
                    break;
                }
                State::Ready(_) => {
                    while hole < end && !matches!(self.slots[hole].state(), State::Vacant) {
                        hole += 1;
                    }
                    if hole >= end {
                        break;
                    }
                    self.relocate(end - 1, hole);
                }
            }
            end -= 1;
        }
        self.truncate(end);
    }

    #[expect(clippy::cast_possible_truncation, reason = "places are 32 bits wide")]
    fn relocate(&mut self, from: usize, to: usize) {
        let slot = mem::replace(&mut self.slots[from], Slot::EMPTY);
        let (mark, older, newer) = (slot.mark, slot.older, slot.newer);
        self.slots[to] = slot;
        let (from, to) = (from as u32, to as u32);
        self.index.replace(mark, from, to);
        self.slot_mut(older).newer = to;
        self.slot_mut(newer).older = to;
        if let Some(&mut Links { older, newer }) = self.slot_mut(to).entry_mut().stamp.links() {
            *self.younger_than(older) = to;
            *self.elder_than(newer) = to;
        }
    }

    /// Takes away the slots from `end` on, which are vacant.
    fn truncate(&mut self, end: usize) {
        debug_assert!(self.slots[end..].iter().all(|slot| matches!(slot.state(), State::Vacant)));
        if self.used == 0 {
            *self = Self::new();
            return;
        }
        self.slots.truncate(end);
        self.slots.shrink_to_fit();
        self.index.shrink();
        self.vacant = SENTINEL;
        for at in (1..self.slots.len()).rev() {
            if matches!(self.slots[at].state(), State::Vacant) {
                self.slots[at].newer = self.vacant;
                self.vacant = u32::try_from(at).expect("places are 32 bits wide");
            }
        }
        self.vacated = 0;
    }
}

/// Which entries were stored since someone began to go through them, so that they are left alone.
struct Journal {
    id: FlightId,
    /// How many do that.
    readers: usize,
    /// How many entries were stored.
    stored: u64,
    /// Which of them was the last in a place.
    last: HashMap<u32, u64>,
}

/// Where someone who goes through the entries is, and what was there when that began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    journal: FlightId,
    since: u64,
    at: u32,
}

impl<K, S, X: Aged, W> Table<K, S, X, W> {
    /// Begins to go through the entries. Until all who do have ended, slots stay where they are.
    pub(super) fn begin_walk(&mut self, id: FlightId) -> Walk {
        let new = || Box::new(Journal { id, readers: 0, stored: 0, last: HashMap::new() });
        let journal = self.journal.get_or_insert_with(new);
        journal.readers += 1;
        Walk { journal: journal.id, since: journal.stored, at: SENTINEL }
    }

    /// The next entry that was there when the walk began.
    pub(super) fn next(&self, walk: &mut Walk) -> Option<Place> {
        while (walk.at as usize) + 1 < self.slots.len() {
            walk.at += 1;
            if self.is_unchanged(Place(walk.at), walk) {
                return Some(Place(walk.at));
            }
        }
        None
    }

    /// Whether there is still the entry that was in a place when the walk began.
    pub(super) fn is_unchanged(&self, Place(at): Place, walk: &Walk) -> bool {
        // Another journal, or none: the table was cleared.
        let journal = self.journal.as_ref().filter(|journal| journal.id == walk.journal);
        journal.is_some_and(|journal| journal.last.get(&at).is_none_or(|last| *last <= walk.since))
            && self.slots.get(at as usize).is_some_and(|slot| slot.mark & READY != 0)
    }

    /// Ends a walk.
    pub(super) fn end_walk(&mut self, walk: &Walk) {
        if let Some(journal) = self.journal.as_mut().filter(|journal| journal.id == walk.journal) {
            journal.readers -= 1;
            if journal.readers == 0 {
                self.journal = None;
                self.shrink_if_sparse();
            }
        }
    }

    #[inline]
    fn note(&mut self, at: u32) {
        if let Some(journal) = &mut self.journal {
            journal.note(at);
        }
    }
}

impl Journal {
    #[cold]
    #[inline(never)]
    fn note(&mut self, at: u32) {
        self.stored += 1;
        self.last.insert(at, self.stored);
    }
}

impl<K, S, X: Aged, W> Drop for Table<K, S, X, W> {
    fn drop(&mut self) {
        if !mem::needs_drop::<(K, S, X, W)>() {
            return;
        }
        let mut panics = Panics::default();
        for slot in self.slots.iter_mut().skip(1) {
            panics.catch(|| match slot.state() {
                State::Ready(_) => drop(slot.take_entry()),
                State::Flight(_) => drop(slot.take_flight()),
                State::Vacant => {}
            });
        }
        panics.resume();
    }
}

#[cfg(test)]
mod tests;
