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
//! No hash of a key is computed here. Keys are compared by their `Eq`, or, of one that is not at hand as it is stored, by a
//! closure of the caller's, which only sees it.
//!
//! Everything happens under `&mut`, so there is no interleaving to be modelled; the test at the end compares every
//! step with plain lists, and checks after each what the unsafe code (`table/slots.rs`) relies on.

mod ages;
mod journal;
mod shrink;
mod slots;
mod sweep;

use self::journal::Journals;
pub(super) use self::journal::Walk;
pub(super) use self::slots::{BESIDE, Entry, REPLACES};
use self::slots::{Flight, STALE, Slot, Slots, State, split};
use super::expiry::{Aged, Links};
use super::index::{Index, Probe};
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
    /// Which entries are new to who goes through them.
    pub(super) journal: Journals,
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
            journal: Journals::new(),
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
        self.index.bytes() + self.slots.bytes() + self.policy.bytes()
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
        let Some((at, entry)) = self.find(hash, is) else { return None };
        let Some(result) = read(entry) else { return None };
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
        match self.find(hash, is) {
            Some((_, entry)) => read(entry),
            None => None,
        }
    }

    #[inline]
    fn find(&self, hash: u64, mut is: impl FnMut(&K) -> bool) -> Option<Found<'_, K, S, X, P>> {
        let mut probe = self.index.probe(hash);
        loop {
            if let Some(at) = probe.place(&self.index)
                && let Some(entry) = self.slots.at(at).entry_of(hash)
                && is(&entry.key)
            {
                return Some((at, entry));
            }
            if !probe.advance(&self.index) {
                return None;
            }
        }
    }

    /// Where the entry of a key is, if it is ready.
    pub(super) fn find_ready(&self, hash: u64, key: &K) -> Option<Place>
    where
        K: Eq,
    {
        match self.find(hash, |stored| *stored == *key) {
            Some((at, _)) => Some(Place(at)),
            None => None,
        }
    }

    /// The same of a key that is not at hand as it is stored.
    pub(super) fn find_ready_by(&self, hash: u64, is: impl FnMut(&K) -> bool) -> Option<Place> {
        match self.find(hash, is) {
            Some((at, _)) => Some(Place(at)),
            None => None,
        }
    }

    /// Whether there is a slot of this key, ready or in flight.
    #[inline]
    pub(super) fn contains(&self, hash: u64, key: &K) -> bool
    where
        K: Eq,
    {
        let mut probe = self.index.probe(hash);
        loop {
            if let Some(at) = probe.place(&self.index)
                && let slot = self.slots.at(at)
                && slot.head.is_of(hash)
            {
                let stored = match slot.state() {
                    State::Ready(entry) => &entry.key,
                    State::Flight(flight) => &flight.key,
                    State::Vacant => unreachable!("what is vacant is not indexed"),
                };
                if *stored == *key {
                    return true;
                }
            }
            if !probe.advance(&self.index) {
                return false;
            }
        }
    }

    /// The next flight of which `is` holds.
    fn next_flight_by(&self, probe: &mut Probe, hash: u64, mut is: impl FnMut(&K) -> bool) -> Option<u32> {
        while let Some(at) = probe.next(&self.index) {
            let slot = self.slots.at(at);
            if slot.head.is_of(hash)
                && let State::Flight(flight) = slot.state()
                && is(&flight.key)
            {
                return Some(at);
            }
        }
        None
    }

    /// The next flight of a key.
    fn next_flight(&self, probe: &mut Probe, hash: u64, key: &K) -> Option<u32>
    where
        K: Eq,
    {
        self.next_flight_by(probe, hash, |stored| *stored == *key)
    }

    /// The number of a flight of this key, and those who wait for it.
    pub(super) fn find_flight(&mut self, hash: u64, key: &K) -> Option<(FlightId, &mut W)>
    where
        K: Eq,
    {
        let Some(at) = self.next_flight(&mut self.index.probe(hash), hash, key) else { return None };
        let slot = self.slots.at_mut(at);
        Some((slot.head.id(), &mut slot.flight_mut().waiters))
    }

    /// The key of a flight.
    pub(super) fn key(&self, place: Place, id: FlightId) -> &K {
        self.flags(place, id); // checks both
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
    pub(super) fn mark_flights(&mut self, hash: u64, key: &K) -> bool
    where
        K: Eq,
    {
        match self.next_flight(&mut self.index.probe(hash), hash, key) {
            Some(at) => {
                self.slots.at_mut(at).head.set_flag(BESIDE);
                true
            }
            None => false,
        }
    }

    /// Makes the flights of a key worthless, those with a smaller number than this: no one finds them, and they say so when
    /// they end.
    pub(super) fn make_stale(&mut self, hash: u64, before: FlightId, key: &K)
    where
        K: Eq,
    {
        if self.flights() == 0 {
            return;
        }
        self.forget_flights(self.flights_by(hash, |stored| *stored == *key), before);
    }

    /// The same of all flights of a key that is not at hand as it is stored.
    pub(super) fn make_stale_by(&mut self, hash: u64, is: impl FnMut(&K) -> bool) {
        if self.flights() > 0 {
            self.forget_flights(self.flights_by(hash, is), FlightId::MAX);
        }
    }

    fn forget_flights(&mut self, flights: Vec<u32>, before: FlightId) {
        for at in flights {
            if self.slots.at(at).head.id() < before {
                self.outdate(at);
            }
        }
    }

    /// Makes a flight worthless.
    fn outdate(&mut self, at: u32) {
        self.forget(at);
        self.slots.at_mut(at).head.set_flag(STALE);
    }

    fn flights_by(&self, hash: u64, mut is: impl FnMut(&K) -> bool) -> Vec<u32> {
        let (mut flights, mut probe) = (Vec::new(), self.index.probe(hash));
        while let Some(at) = self.next_flight_by(&mut probe, hash, &mut is) {
            flights.push(at);
        }
        flights
    }

    /// The numbers of the flights of a key.
    pub(super) fn ids_of(&self, hash: u64, is: impl FnMut(&K) -> bool) -> Vec<FlightId> {
        self.flights_by(hash, is).into_iter().map(|at| self.slots.at(at).head.id()).collect()
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
        let flags = self.slots.get(at).head.flags_of(id);
        flags.expect("a computation ends once")
    }

    /// Whether the key of a flight was invalidated, and whether its result replaces another.
    pub(super) fn is_stale_or_replaces(&self, place: Place, id: FlightId) -> (bool, bool) {
        let flags = self.flags(place, id);
        (flags & STALE != 0, flags & REPLACES != 0)
    }

    /// Whether a flight has no flag: its key was not invalidated, and has, and had, no other slot.
    #[inline]
    pub(super) fn is_plain(&self, Place(at): Place, id: FlightId) -> bool {
        self.slots.get(at).head.is_plain(id)
    }

    /// Ends such a flight with a result.
    #[inline]
    pub(super) fn settle(&mut self, Place(at): Place, (stored, stamp): (S, X)) -> W {
        let slot = self.slots.get_mut(at);
        let hash = slot.head.mark();
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
        let hash = slot.head.mark();
        let Flight { key, waiters } = slot.take_flight();
        self.vacate(at);
        if at == self.pinned {
            self.vacated = self.slots.len() as usize;
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
        if X::LINKED {
            self.link_by_age(at);
        }
        self.ready += 1;
        self.journal.note(at);
    }

    /// The entry at a place.
    pub(super) fn entry(&self, Place(at): Place) -> &EntryOf<K, S, X, P> {
        match self.slots.get(at).state() {
            State::Ready(entry) => entry,
            State::Vacant | State::Flight(_) => unreachable!("a place of a ready slot"),
        }
    }

    /// The same, to be changed. Its place in the order of age is none of the caller's.
    pub(super) fn entry_mut(&mut self, Place(at): Place) -> &mut EntryOf<K, S, X, P> {
        self.slots.get_mut(at).entry_mut()
    }

    /// Changes the stamps of all entries of a hash. Their places in the order of age are none of the caller's.
    pub(super) fn each_stamp(&mut self, hash: u64, mut change: impl FnMut(&mut X)) {
        let mut probe = self.index.probe(hash);
        while let Some(at) = probe.next(&self.index) {
            let slot = self.slots.at_mut(at);
            if slot.entry_of(hash).is_some() {
                change(&mut slot.entry_mut().stamp);
            }
        }
    }

    /// Where the entry of the key of a flight is, if it is ready.
    pub(super) fn find_beside(&self, place: Place, id: FlightId) -> Option<Place>
    where
        K: Eq,
    {
        let key = self.key(place, id); // checks both
        self.find_ready(self.slots.at(place.0).head.mark(), key)
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
        if X::LINKED {
            self.unlink_by_age(at);
        }
        self.weight.add(stamp.weight());
        let entry = self.slots.at_mut(at).entry_mut();
        let before = mem::replace(&mut entry.stamp, stamp);
        let old = mem::replace(&mut entry.stored, stored);
        self.weight.subtract(before.weight());
        if X::LINKED {
            self.link_by_age(at);
        }
        self.journal.note(at);
        old
    }

    /// Takes out an entry.
    pub(super) fn remove(&mut self, place: Place) -> (K, S) {
        self.entry(place); // checks it
        let Place(at) = place;
        self.forget(at);
        self.policy.remove(&mut self.slots, at);
        if X::LINKED {
            self.unlink_by_age(at);
        }
        let Entry { key, stored, stamp, .. } = self.slots.at_mut(at).take_entry();
        self.weight.subtract(stamp.weight());
        self.ready -= 1;
        self.vacate(at);
        (key, stored)
    }

    /// The entry that is to give way. It is taken out next.
    #[inline]
    pub(super) fn victim(&mut self) -> Option<Place> {
        if self.ready == 0 { None } else { Some(Place(self.policy.victim(&mut self.slots))) }
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
        for at in P::QUEUES..self.slots.len() {
            let head = &self.slots.at(at).head;
            if head.is_ready() {
                entries.push(self.remove(Place(at)));
            } else if head.is_flight() && !head.has_flag(STALE) {
                self.outdate(at);
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
        self.vacant = self.slots.at(at).head.links.newer;
        self.used += 1;
        at
    }

    #[cold]
    fn grow(&mut self) {
        if self.slots.len() == 0 {
            for queue in 0..P::QUEUES {
                self.slots.push(Slot::sentinel(queue));
            }
        }
        self.vacant = self.slots.len();
        self.slots.push(Slot::EMPTY);
    }

    #[inline]
    fn vacate(&mut self, at: u32) {
        let vacant = self.vacant;
        let slot = self.slots.at_mut(at);
        debug_assert!(slot.head.is_vacant());
        slot.head.links.newer = vacant;
        self.vacant = at;
        self.used -= 1;
        self.vacated += 1;
    }

    /// Takes a slot out of the index.
    #[inline]
    fn forget(&mut self, at: u32) {
        self.index.remove(self.slots.at(at).head.mark(), at);
    }
}

impl<K, S, X: Aged, W, P: Policy> Drop for Table<K, S, X, W, P> {
    fn drop(&mut self) {
        if const { mem::needs_drop::<(K, S, X, W)>() } {
            let (mut panics, mut at) = (Panics::default(), P::QUEUES);
            while at < self.slots.len() {
                panics.catch_mut(&mut || {
                    let slot = self.slots.at_mut(at);
                    at += 1;
                    match slot.state() {
                        State::Ready(_) => _ = slot.take_entry(),
                        State::Flight(_) => _ = slot.take_flight(),
                        State::Vacant => {}
                    }
                });
            }
            panics.resume();
        }
    }
}

#[cfg(test)]
mod tests;
