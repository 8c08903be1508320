//! The entries of a cache, and the computations in progress, in one table.
//!
//! A [`Table`] is a row of slots and an index from hashes to their places in it. A slot is *vacant*, *in flight*
//! (a key whose value is being computed, and who waits for it) or *ready* (an [`Entry`]). A computation that ends
//! well turns its slot from one into the other where it stands: the key is neither hashed nor looked for again, and
//! the index is not touched. A place is handed out for as long as the slot is in flight; slots in flight never move.
//!
//! Ready entries are linked in the queues of a [`Policy`], in circles through the first slots, the *sentinels*, which hold
//! nothing else: so linking has no branches. With an expiry they are linked by age as well.
//!
//! No hash of a key is computed here, and no key compared but by the caller's closures, which only see it.
//!
//! Everything happens under `&mut`, so there is no interleaving to be modelled; the test at the end compares every
//! step with plain lists, and checks after each what the unsafe code (`table/slots.rs`) relies on.

mod ages;
mod journal;
mod shrink;
mod slots;
mod sweep;

use self::journal::Journal;
pub(super) use self::journal::Walk;
pub(super) use self::slots::{BESIDE, Entry, REPLACES};
use self::slots::{Flight, STALE, Slot, Slots, State, VACANT, split};
use super::expiry::{Aged, Links};
use super::index::Index;
use super::policy::Policy;
use super::total::Total;
use super::waiters::FlightId;
use crate::unwind::Panics;
use std::mem;

/// The first sentinel. As a link of another list: no one.
const SENTINEL: u32 = 0;

/// The most entries there can be: room is left for computations in progress.
pub(super) const MOST: usize = u32::MAX as usize / 2;

/// The place of a slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place(u32);

/// An entry, with what the policy keeps in it.
type EntryOf<K, S, X, P> = Entry<K, S, X, <P as Policy>::Used>;
/// The same, and its place.
type Found<'a, K, S, X, P> = (u32, &'a EntryOf<K, S, X, P>);

pub(super) struct Table<K, S, X: Aged, W, P: Policy> {
    index: Index,
    slots: Slots<EntryOf<K, S, X, P>, Flight<K, W>>,
    /// Who gives way.
    policy: P,
    /// The first vacant slot, or `SENTINEL`.
    vacant: u32,
    ready: usize,
    /// Slots that are not vacant, but for the sentinels.
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

impl<K, S, X: Aged, W, P: Policy> Table<K, S, X, W, P> {
    pub(super) fn new() -> Self {
        Self {
            index: Index::new(),
            slots: Slots::new(),
            policy: P::new(),
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

    /// What slots, index and policy take.
    pub(super) fn bytes(&self) -> usize {
        let slots = self.slots.capacity() * size_of::<Slot<Entry<K, S, X, P::Used>, Flight<K, W>>>();
        self.index.bytes() + slots + self.policy.bytes()
    }

    /// What they weigh together.
    #[inline]
    pub(super) fn weight(&self) -> u128 {
        self.weight.get()
    }

    /// Works on the entry of a key, if it is ready, and, where that is `ordered`, makes it the most recently used if
    /// `read` returned something.
    #[inline]
    pub(super) fn hit<R>(
        &mut self,
        ordered: bool,
        hash: u64,
        is: impl FnMut(&K) -> bool,
        read: impl FnOnce(&EntryOf<K, S, X, P>) -> Option<R>,
    ) -> Option<R> {
        let (at, entry) = self.find(hash, is)?;
        let result = read(entry)?;
        if ordered {
            self.policy.touch(&mut self.slots, at);
        }
        Some(result)
    }

    /// Works on the entry of a key, if it is ready.
    #[inline]
    pub(super) fn read<R>(
        &self,
        hash: u64,
        is: impl FnMut(&K) -> bool,
        read: impl FnOnce(&EntryOf<K, S, X, P>) -> Option<R>,
    ) -> Option<R> {
        let (_, entry) = self.find(hash, is)?;
        read(entry)
    }

    #[inline]
    fn find(&self, hash: u64, mut is: impl FnMut(&K) -> bool) -> Option<Found<'_, K, S, X, P>> {
        self.index.find_map(hash, |at| {
            let entry = self.slots.at(at).entry_of(hash)?;
            is(&entry.key).then_some((at, entry))
        })
    }

    /// Where the entry of a key is, if it is ready.
    pub(super) fn find_ready(&self, hash: u64, is: impl FnMut(&K) -> bool) -> Option<Place> {
        self.find(hash, is).map(|(at, _)| Place(at))
    }

    /// Whether there is a slot of this key, ready or in flight.
    #[inline]
    pub(super) fn contains(&self, hash: u64, mut is: impl FnMut(&K) -> bool) -> bool {
        self.index.find(hash, |at| self.is_of(at, hash, &mut is)).is_some()
    }

    /// Whether the slot, ready or in flight, is of a key.
    #[inline]
    fn is_of(&self, at: u32, hash: u64, is: &mut impl FnMut(&K) -> bool) -> bool {
        let slot = self.slots.at(at);
        slot.is_of(hash)
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
        let is = |at| self.slots.at(at).is_flight() && self.is_of(at, hash, &mut is);
        let at = self.index.find(hash, is)?;
        let slot = self.slots.at_mut(at);
        Some((slot.id(), &mut slot.flight_mut().waiters))
    }

    /// The key of a flight.
    pub(super) fn key(&self, place: Place, id: FlightId) -> &K {
        self.flags(place, id);
        match self.slots.at(place.0).state() {
            State::Flight(flight) => &flight.key,
            State::Vacant | State::Ready(_) => unreachable!("its flags were read"),
        }
    }

    /// Those who wait for a flight.
    pub(super) fn waiters(&mut self, place: Place, id: FlightId) -> &mut W {
        self.flags(place, id);
        &mut self.slots.at_mut(place.0).flight_mut().waiters
    }

    /// Tells the flights of a key that it has another slot, and says whether there are any. Of several all know already.
    pub(super) fn mark_flights(&mut self, hash: u64, mut is: impl FnMut(&K) -> bool) -> bool {
        let is = |at| self.slots.at(at).is_flight() && self.is_of(at, hash, &mut is);
        let first = self.index.find(hash, is);
        if let Some(at) = first {
            self.slots.at_mut(at).set_flag(BESIDE);
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
            self.slots.at_mut(at).set_flag(STALE);
        }
    }

    /// The same of those with a smaller number.
    pub(super) fn make_stale_before(&mut self, hash: u64, id: FlightId, mut is: impl FnMut(&K) -> bool) {
        if self.flights() == 0 {
            return;
        }
        for at in self.flights_of(hash, &mut is) {
            if self.slots.at(at).id() < id {
                self.forget(at);
                self.slots.at_mut(at).set_flag(STALE);
            }
        }
    }

    fn flights_of(&self, hash: u64, is: &mut impl FnMut(&K) -> bool) -> Vec<u32> {
        let mut flights = Vec::new();
        self.index.find(hash, |at| {
            if self.slots.at(at).is_flight() && self.is_of(at, hash, is) {
                flights.push(at);
            }
            false // and on to the end of the probe
        });
        flights
    }

    /// The numbers of the flights of a key.
    pub(super) fn ids_of(&self, hash: u64, mut is: impl FnMut(&K) -> bool) -> Vec<FlightId> {
        self.flights_of(hash, &mut is).into_iter().map(|at| self.slots.at(at).id()).collect()
    }

    /// Puts a key in flight. `flags` may be [`BESIDE`] and [`REPLACES`].
    #[inline]
    pub(super) fn lead(&mut self, hash: u64, key: K, id: FlightId, flags: u32) -> Place
    where
        W: Default,
    {
        let at = self.occupy(hash);
        self.slots.at_mut(at).put_flight(hash, split(id, flags), Flight { key, waiters: W::default() });
        Place(at)
    }

    /// Checks a place that was handed out, and returns the flags of the flight there.
    fn flags(&self, Place(at): Place, id: FlightId) -> u32 {
        let flags = self.slots[at as usize].flags_of(id);
        flags.expect("a computation ends once")
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

    /// Whether a flight has no flag: its key was not invalidated, and has, and had, no other slot.
    #[inline]
    pub(super) fn is_plain(&self, Place(at): Place, id: FlightId) -> bool {
        self.slots[at as usize].is_plain(id)
    }

    /// Ends such a flight with a result.
    #[inline]
    pub(super) fn settle(&mut self, Place(at): Place, (stored, stamp): (S, X)) -> W {
        let slot = &mut self.slots[at as usize];
        let hash = slot.mark();
        let Flight { key, waiters } = slot.take_flight();
        self.put(at, hash, (key, stored, stamp));
        waiters
    }

    /// Ends a flight without one. The hash and the key come back, and those who wait.
    pub(super) fn abandon(&mut self, place: Place, id: FlightId) -> ((u64, K), W) {
        let Place(at) = place;
        if self.flags(place, id) & STALE == 0 {
            self.forget(at);
        }
        let slot = self.slots.at_mut(at);
        let hash = slot.mark();
        let Flight { key, waiters } = slot.take_flight();
        self.vacate(at);
        if at == self.pinned {
            self.vacated = self.slots.len();
        }
        ((hash, key), waiters)
    }

    /// Adds an entry. Its key must have no ready slot. If it had one until now, for a lighter value, this is `again` what that
    /// remembered of its use.
    pub(super) fn insert(&mut self, hash: u64, key: K, stored: S, stamp: X, again: Option<P::Used>) {
        let at = self.occupy(hash);
        self.put(at, hash, (key, stored, stamp));
        if let Some(used) = again {
            self.policy.restore(&mut self.slots, at, used);
        }
    }

    /// Fills a vacant slot that is indexed.
    #[inline]
    fn put(&mut self, at: u32, hash: u64, (key, stored, stamp): (K, S, X)) {
        self.weight.add(stamp.weight());
        self.slots.at_mut(at).put_entry(hash, Entry { key, stored, stamp, used: P::Used::default() });
        self.policy.insert(&mut self.slots, at);
        self.link_by_age(at);
        self.ready += 1;
        self.note(at);
    }

    /// The entry at a place.
    pub(super) fn entry(&self, Place(at): Place) -> &EntryOf<K, S, X, P> {
        match self.slots[at as usize].state() {
            State::Ready(entry) => entry,
            State::Vacant | State::Flight(_) => unreachable!("a place of a ready slot"),
        }
    }

    /// The same, to be changed. Its place in the order of age is none of the caller's.
    pub(super) fn entry_mut(&mut self, Place(at): Place) -> &mut EntryOf<K, S, X, P> {
        self.slots[at as usize].entry_mut()
    }

    /// Changes the stamps of all entries of a hash. Their places in the order of age are none of the caller's.
    pub(super) fn each_stamp(&mut self, hash: u64, mut change: impl FnMut(&mut X)) {
        let mut entries = Vec::new();
        self.index.find(hash, |at| {
            if self.slots.at(at).entry_of(hash).is_some() {
                entries.push(at);
            }
            false // and on to the end of the probe
        });
        for at in entries {
            change(&mut self.slots.at_mut(at).entry_mut().stamp);
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
            State::Flight(flight) => self.find_ready(slot.mark(), |key| *key == flight.key),
            State::Vacant | State::Ready(_) => unreachable!("its flags were read"),
        }
    }

    /// Notes a use of an entry.
    pub(super) fn touch(&mut self, place: Place) {
        self.entry(place);
        self.policy.touch(&mut self.slots, place.0);
    }

    /// Puts another value in an entry, which is used by that, and hands back the old one.
    pub(super) fn replace(&mut self, place: Place, stored: S, stamp: X) -> S {
        self.touch(place);
        let Place(at) = place;
        self.unlink_by_age(at);
        self.weight.add(stamp.weight());
        let entry = self.slots.at_mut(at).entry_mut();
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
        self.policy.remove(&mut self.slots, at);
        self.unlink_by_age(at);
        let Entry { key, stored, stamp, .. } = self.slots.at_mut(at).take_entry();
        self.weight.subtract(stamp.weight());
        self.ready -= 1;
        self.vacate(at);
        (key, stored)
    }

    /// Takes out the entry that is to give way, and says whether it was `live`.
    #[inline]
    pub(super) fn evict(
        &mut self,
        live: impl FnOnce(&EntryOf<K, S, X, P>) -> bool,
    ) -> Option<(bool, (K, S))> {
        if self.ready == 0 {
            return None;
        }
        let at = self.policy.victim(&mut self.slots);
        let was_live = live(self.slots.at_mut(at).entry_mut());
        Some((was_live, self.remove_at(at)))
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
        let slots = u32::try_from(self.slots.len()).expect("places are 32 bits wide");
        for at in P::QUEUES..slots {
            match self.slots.at(at).state() {
                State::Ready(_) => entries.push(self.remove(Place(at))),
                State::Flight(_) if !self.slots.at(at).has_flag(STALE) => {
                    self.forget(at);
                    self.slots.at_mut(at).set_flag(STALE);
                }
                State::Flight(_) | State::Vacant => {}
            }
        }
        self.policy = P::new();
        self.shrink();
        entries
    }

    /// A slot that is vacant and indexed.
    #[inline]
    fn occupy(&mut self, hash: u64) -> u32 {
        if self.vacant == SENTINEL {
            self.grow();
        }
        let at = self.vacant;
        self.index.insert(hash, at);
        self.vacant = self.slots.at(at).links.newer;
        self.used += 1;
        at
    }

    #[cold]
    fn grow(&mut self) {
        if self.slots.is_empty() {
            self.slots.extend((0..P::QUEUES).map(Slot::sentinel));
        }
        let at = u32::try_from(self.slots.len()).ok().filter(|&at| at < VACANT).expect("at most 2^32 slots");
        self.slots.push(Slot::EMPTY);
        self.vacant = at;
    }

    #[inline]
    fn vacate(&mut self, at: u32) {
        let vacant = self.vacant;
        let slot = self.slots.at_mut(at);
        debug_assert!(matches!(slot.state(), State::Vacant));
        slot.links.newer = vacant;
        self.vacant = at;
        self.used -= 1;
        self.vacated += 1;
    }

    /// Takes a slot out of the index.
    #[inline]
    fn forget(&mut self, at: u32) {
        self.index.remove(self.slots.at(at).mark(), at);
    }
}

impl<K, S, X: Aged, W, P: Policy> Drop for Table<K, S, X, W, P> {
    fn drop(&mut self) {
        if !mem::needs_drop::<(K, S, X, W)>() {
            return;
        }
        let mut panics = Panics::default();
        for slot in self.slots.iter_mut().skip(P::QUEUES as usize) {
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
