//! Against plain lists, with every invariant checked after each step.

use super::super::policy::plain::{Plain, PlainLru, PlainS3Fifo};
use super::super::policy::{Lru, Policy};
use super::super::total::Sum;
use super::slots::{STALE, State};
use super::{Aged, BESIDE, FlightId, Links, Place, SENTINEL, Table};
use std::collections::HashSet;

/// When it was stored, and its place among those. What it weighs follows from that.
struct Stamp(u64, Links);

impl Aged for Stamp {
    const LINKED: bool = true;
    type Total = Sum;

    fn links(&mut self) -> Option<&mut Links> {
        Some(&mut self.1)
    }

    fn weight(&self) -> usize {
        usize::try_from(self.0 % 5).unwrap() * (usize::MAX / 4)
    }
}

impl<K, S, X: Aged, W, P: Policy> Table<K, S, X, W, P> {
    /// Checks every slot, link and word, and hands out the ready places by queue and by age.
    fn validate(&mut self) -> (Vec<Vec<u32>>, Vec<u32>) {
        let mut queues = vec![Vec::new(); P::QUEUES as usize];
        for (queue, places) in (0..).zip(&mut queues).filter(|_| self.slots.len() > 0) {
            let (mut at, mut last) = (self.slots.at(queue).head.links.newer, queue);
            while at != queue {
                assert_eq!(self.slots.at(at).head.links.older, last);
                places.push(at);
                (last, at) = (at, self.slots.at(at).head.links.newer);
            }
            assert_eq!(self.slots.at(queue).head.links.older, last);
        }

        let mut by_age = Vec::new();
        let (mut at, mut last) = (self.ages.newer, SENTINEL);
        while at != SENTINEL {
            let links = *self.age_links(at);
            assert_eq!(links.older, last);
            by_age.push(at);
            (last, at) = (at, links.newer);
        }
        assert_eq!(self.ages.older, last);

        let mut vacant = HashSet::new();
        let mut at = self.vacant;
        while at != SENTINEL {
            assert!(vacant.insert(at));
            at = self.slots.at(at).head.links.newer;
        }
        let (mut ready, mut flights, mut stale) = (HashSet::new(), 0, 0);
        let mut weight = 0;
        for (at, slot) in (P::QUEUES..self.slots.len()).map(|at| (at, self.slots.at(at))) {
            match slot.state() {
                State::Vacant => assert!(vacant.remove(&at)),
                State::Ready(entry) => {
                    weight += entry.stamp.weight() as u128;
                    assert!(ready.insert(at));
                }
                State::Flight(_) => flights += 1,
            }
            let is_stale = slot.head.has_flag(STALE);
            stale += usize::from(is_stale);
            let is_indexed = self.index.contains(slot.head.mark(), at);
            assert_eq!(is_indexed, !is_stale && !matches!(slot.state(), State::Vacant));
        }
        assert!(vacant.is_empty());
        assert_eq!((self.ready, self.flights(), self.weight()), (ready.len(), flights, weight));
        assert_eq!(self.index.len(), ready.len() + flights - stale);
        assert_eq!(queues.iter().map(Vec::len).sum::<usize>(), ready.len());
        assert_eq!(queues.iter().flatten().copied().collect::<HashSet<_>>(), ready);
        assert_eq!(by_age.iter().copied().collect::<HashSet<_>>(), ready);
        (queues, by_age)
    }
}

/// A box, so that what is lost or dropped twice shows under a sanitizer.
type Number = Box<u64>;

struct InFlight {
    key: u64,
    id: FlightId,
    place: Place,
    is_stale: bool,
    is_plain: bool,
}

#[test]
fn agrees_with_plain_lists() {
    agrees_with::<PlainLru>();
}

#[test]
fn agrees_with_plain_lists_by_another_policy() {
    agrees_with::<PlainS3Fifo>();
}

/// Against lists in the order of use and of age, and one of flights, with few distinct hashes.
#[expect(clippy::too_many_lines, reason = "a case for each operation")]
fn agrees_with<L: Plain>() {
    let mut seed = 1u64;
    let mut random = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below
    };
    let mut table: Table<Number, Number, Stamp, Option<Number>, L::Policy> = Table::new();
    let mut by_use = L::default();
    let mut by_age: Vec<(u64, u64)> = Vec::new();
    let mut flights: Vec<InFlight> = Vec::new();
    let hash = |key: u64| (key % 31).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let drop_ready = |by_use: &mut L, by_age: &mut Vec<(u64, u64)>, entry: (u64, u64)| {
        by_use.remove(entry.0);
        by_age.retain(|&other| other != entry);
    };
    for step in 1..9_000u64 {
        // Grows, and shrinks again.
        let (keys, most) = if step % 3_000 < 1_500 { (200, 150) } else { (12, 4) };
        let key = random(keys);
        let is = |other: &Number| **other == key;
        let ready = by_age.iter().copied().find(|&(other, _)| other == key);
        let in_flight = flights.iter().any(|flight| flight.key == key && !flight.is_stale);
        assert_eq!(table.contains(hash(key), &Box::new(key)), ready.is_some() || in_flight);
        assert_eq!(table.find_flight(hash(key), &Box::new(key)).is_some(), in_flight);
        assert_eq!(table.read(hash(key), is, |entry| Some(*entry.stored)), ready.map(|(_, value)| value));
        let stamp = Stamp(step, Links::NONE);
        match random(8) {
            0 => {
                let ordered = random(2) == 0;
                let hit = table.hit(ordered, hash(key), is, |entry| Some(*entry.stored));
                assert_eq!(hit, ready.map(|(_, value)| value));
                if ready.is_some() && ordered {
                    by_use.touch(key);
                }
                if L::Policy::NOTES && ready.is_some() {
                    // As those do that only read.
                    table.read(hash(key), is, |entry| {
                        L::Policy::note(&entry.used);
                        Some(())
                    });
                    by_use.touch(key);
                }
            }
            1 => {
                if let Some(entry) = ready {
                    let place = table.find_ready(hash(key), &Box::new(key)).unwrap();
                    assert_eq!(*table.replace(place, Box::new(step), stamp), entry.1);
                    by_use.touch(key);
                    by_age.retain(|&other| other != entry);
                } else {
                    table.insert(hash(key), Box::new(key), Box::new(step), stamp, None);
                    by_use.insert(key, hash(key));
                }
                by_age.push((key, step));
            }
            2 => {
                if let Some(entry) = ready {
                    let place = table.find_ready(hash(key), &Box::new(key)).unwrap();
                    let (removed, stored) = table.remove(place);
                    assert_eq!((*removed, *stored), entry);
                    drop_ready(&mut by_use, &mut by_age, entry);
                }
                table.make_stale_by(hash(key), is);
                flights.iter_mut().filter(|flight| flight.key == key).for_each(|f| f.is_stale = true);
                table.shrink_if_sparse();
            }
            3 if flights.len() < 6 => {
                let id = FlightId::new(step << 20).unwrap();
                let is_plain = ready.is_none() && !in_flight;
                assert_eq!(table.mark_flights(hash(key), &Box::new(key)), in_flight);
                flights
                    .iter_mut()
                    .filter(|flight| flight.key == key && !flight.is_stale)
                    .for_each(|flight| flight.is_plain = false);
                let flags = if is_plain { 0 } else { BESIDE };
                let place = table.lead(hash(key), Box::new(key), id, flags);
                if let Some((_, waiters)) = table.find_flight(hash(key), &Box::new(key)) {
                    waiters.get_or_insert_with(|| Box::new(key));
                }
                flights.push(InFlight { key, id, place, is_stale: false, is_plain });
            }
            4 | 5 if !flights.is_empty() => {
                let at = usize::try_from(random(flights.len() as u64)).unwrap();
                let InFlight { key, id, place, is_stale, is_plain } = flights.swap_remove(at);
                let ready = by_age.iter().any(|&(other, _)| other == key);
                assert_eq!(table.is_plain(place, id), is_plain && !is_stale);
                // In the library a plain flight never meets an entry of its key: `store` looks.
                if is_plain && !is_stale && !ready {
                    let waiters = table.settle(place, (Box::new(step), stamp));
                    assert!(waiters.is_none_or(|waiters| *waiters == key));
                    by_use.insert(key, hash(key));
                    by_age.push((key, step));
                } else {
                    assert_eq!(*table.abandon(place, id).0.1, key);
                }
            }
            6 => {
                let dead = |stamp: &Stamp| stamp.0 + 1_000 < step;
                let mut removed = Vec::new();
                let is_whole = random(20) == 0;
                if is_whole {
                    table.sweep(|entry| !dead(&entry.stamp), &mut removed);
                    assert!(by_age.iter().filter(|entry| entry.1 + 1_000 < step).count() == removed.len());
                } else if random(3) == 0 {
                    table.make_room(random(2) == 0, |entry| !dead(&entry.stamp), &mut removed);
                    let known = by_age.first().is_some_and(|entry| entry.1 + 1_000 < step);
                    assert_eq!(removed.len(), usize::from(known), "the eldest is known");
                } else {
                    table.sweep_some(|entry| !dead(&entry.stamp), &mut removed);
                    let known = by_age.first().is_some_and(|entry| entry.1 + 1_000 < step);
                    assert!(!known || !removed.is_empty(), "the eldest is known");
                }
                for (key, stored) in removed {
                    assert!(*stored + 1_000 < step);
                    drop_ready(&mut by_use, &mut by_age, (*key, *stored));
                }
                if is_whole && by_age.is_empty() {
                    by_use.clear();
                }
            }
            _ if random(500) == 0 => {
                let (whole, entries) = table.clear();
                assert_eq!(whole.map_or(entries.len(), |table| table.len()), by_age.len());
                by_use.clear();
                by_age.clear();
                for flight in &mut flights {
                    flight.is_stale = true;
                }
            }
            _ => {}
        }
        while table.len() > most {
            let place = table.victim().unwrap();
            let (key, stored) = table.remove(place);
            assert_eq!(*key, by_use.evict());
            assert!(by_age.contains(&(*key, *stored)));
            by_age.retain(|other| other.0 != *key);
        }
        let (queues, aged) = table.validate();
        let entries = |places: Vec<u32>| -> Vec<(u64, u64)> {
            let entries = places.into_iter().map(|at| table.entry(Place(at)));
            entries.map(|entry| (*entry.key, *entry.stored)).collect()
        };
        let used = |at: u32| {
            let entry = table.entry(Place(at));
            (*entry.key, L::noted(&entry.used))
        };
        let queues = queues.into_iter().map(|queue| queue.into_iter().map(used).collect());
        assert_eq!(queues.collect::<Vec<Vec<_>>>(), by_use.queues());
        assert_eq!(entries(aged), by_age);
        assert!(table.slots.len() < 600);
    }
    assert!(table.slots.len() <= 64, "it has shrunk");
}

#[test]
fn a_sweep_for_each_insertion_bounds_the_dead() {
    let mut table: Table<u64, (), (), (), Lru> = Table::new();
    let mut dead = Vec::new();
    for key in 0..10_000u64 {
        // An entry lives until a hundred more have come.
        table.sweep_some(|entry| entry.key + 100 > key, &mut dead);
        table.insert(key << 32, key, (), (), None);
        assert!(table.len() <= 202);
    }
    assert_eq!(dead.len() + table.len(), 10_000);
}

#[test]
#[should_panic(expected = "a computation ends once")]
fn a_flight_ends_once() {
    let mut table: Table<u64, (), (), (), Lru> = Table::new();
    let id = FlightId::MIN;
    let place = table.lead(1, 1, id, 0);
    table.abandon(place, id);
    table.abandon(place, id);
}
