//! Who gives way, operation by operation, against the policies on plain lists.

use super::super::index::{TAKEN, spread};
use super::super::policy::plain::{Plain, PlainLru, PlainS3Fifo};
use super::{Cache, CacheBuilder};
use crate::clock::Mock;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::time::Duration;

/// Hands on a number.
#[derive(Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are numbers")
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

const TTL: u64 = 60;

/// What a cache is to hold: the value of each key, and when it expires.
struct Held<L> {
    policy: L,
    entries: HashMap<u64, (u64, u64)>,
    most: usize,
    evictions: u64,
}

impl<L: Plain> Held<L> {
    fn evict(&mut self, most: usize) {
        while self.entries.len() > most {
            let key = self.policy.evict();
            self.entries.remove(&key).unwrap();
            self.evictions += 1;
        }
    }

    fn store(&mut self, key: u64, value: u64, now: u64) {
        if self.most == 0 {
            return;
        }
        if self.entries.contains_key(&key) {
            self.policy.touch(key);
        } else {
            self.evict(self.most - 1);
            self.policy.insert(key, spread(key) | TAKEN);
        }
        self.entries.insert(key, (value, now + TTL));
    }

    fn remove_if(&mut self, is: impl Fn(u64, (u64, u64)) -> bool) -> usize {
        let keys: Vec<u64> =
            self.entries.iter().filter(|(key, entry)| is(**key, **entry)).map(|(key, _)| *key).collect();
        for key in &keys {
            self.policy.remove(*key);
            self.entries.remove(key);
        }
        keys.len()
    }
}

/// Every operation, with a clock that moves.
fn agrees_with<L: Plain>(bound: fn(CacheBuilder<u64, u64>, usize) -> CacheBuilder<u64, u64>, seed: u64) {
    let mut seed = seed;
    let mut random = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below
    };
    let clock = Mock::new();
    let _installed = clock.install();
    let most = usize::try_from(1 + random(60)).unwrap();
    let cache = bound(Cache::builder(), most)
        .ttl(Duration::from_secs(TTL))
        .hasher(BuildHasherDefault::<Same>::default())
        .build();
    let mut held = Held { policy: L::default(), entries: HashMap::new(), most, evictions: 0 };
    let mut now = 0;
    for step in 0..6_000 {
        // Some are asked for more often.
        let below = 1 + random(120);
        let key = random(below);
        let found = held.entries.get(&key).map(|entry| entry.0);
        match random(100) {
            0..35 => {
                assert_eq!(cache.get(&key), found);
                if found.is_some() {
                    held.policy.touch(key);
                }
            }
            35..80 => {
                assert_eq!(cache.get_or_insert_with(&key, || step), found.unwrap_or(step));
                match found {
                    Some(_) => held.policy.touch(key),
                    None => held.store(key, step, now),
                }
            }
            80..88 => {
                assert_eq!(cache.insert(key, step), found);
                held.store(key, step, now);
            }
            88..93 => {
                assert_eq!(cache.remove(&key), found);
                held.remove_if(|other, _| other == key);
            }
            93..95 => {
                clock.advance(Duration::from_secs(11));
                now += 11;
                // At once: which of them a few looks find is no business of the policy's.
                assert_eq!(cache.sweep(), held.remove_if(|_, (_, end)| end <= now));
                if held.entries.is_empty() {
                    held.policy.clear();
                }
            }
            95..97 => {
                let modulus = 2 + random(9);
                let dropped = cache.retain(|key, value| (key + value) % modulus != 0);
                assert_eq!(dropped, held.remove_if(|key, (value, _)| (key + value) % modulus == 0));
            }
            97..99 => {
                held.most = usize::try_from(random(70)).unwrap();
                cache.set_capacity(held.most);
                held.evict(held.most);
            }
            _ => {
                if random(4) == 0 {
                    cache.clear();
                    held.policy.clear();
                    held.entries.clear();
                    held.evictions = 0;
                }
            }
        }
        let mut there: Vec<(u64, u64)> = cache.iter().collect();
        there.sort_unstable();
        let mut expected: Vec<(u64, u64)> = held.entries.iter().map(|(key, entry)| (*key, entry.0)).collect();
        expected.sort_unstable();
        assert_eq!(there, expected, "after step {step}");
        let info = cache.info();
        assert_eq!((info.len, info.evictions), (expected.len(), held.evictions));
        assert!(info.len <= held.most);
    }
}

fn small(weight: u64) -> usize {
    usize::try_from(weight).unwrap()
}

/// A bound on what entries weigh: values are replaced by heavier ones, for which others have to go.
fn agrees_by_weight<L: Plain>(bound: fn(CacheBuilder<u64, u64>, usize) -> CacheBuilder<u64, u64>, seed: u64) {
    const HEAVIEST: u64 = 200;
    let mut seed = seed;
    let mut random = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below
    };
    let weight = |value: u64| value % 20;
    let most = 30;
    let cache = bound(Cache::builder(), most)
        .weight(small(HEAVIEST), |_, value: &u64| small(value % 20))
        .hasher(BuildHasherDefault::<Same>::default())
        .build();
    let (mut policy, mut entries) = (L::default(), HashMap::new());
    let mut heavier = 0;
    for step in 0..10_000 {
        let below = 1 + random(60);
        let key = random(below);
        let found = entries.get(&key).copied();
        if random(3) > 0 {
            assert_eq!(cache.get(&key), found);
            if found.is_some() {
                policy.touch(key);
            }
        } else {
            let value = step * 20 + random(20);
            assert_eq!(cache.insert(key, value), found);
            entries.remove(&key);
            let others: u64 = entries.values().map(|value| weight(*value)).sum();
            let mut make_room = |policy: &mut L| {
                let mut evicted = 0;
                while entries.len() >= most
                    || entries.values().map(|value| weight(*value)).sum::<u64>() + weight(value) > HEAVIEST
                {
                    entries.remove(&policy.evict()).unwrap();
                    evicted += 1;
                }
                evicted
            };
            match found {
                None => {
                    make_room(&mut policy);
                    policy.insert(key, spread(key) | TAKEN);
                }
                Some(before) => {
                    if others + weight(value) <= HEAVIEST {
                        policy.touch(key);
                    } else {
                        assert!(weight(value) > weight(before));
                        heavier += 1;
                        policy.replace(key, |policy| assert!(make_room(policy) > 0));
                    }
                }
            }
            entries.insert(key, value);
        }
        let there: HashMap<u64, u64> = cache.iter().collect();
        assert_eq!(there, entries, "after step {step}");
        assert!(cache.info().weight as u64 <= HEAVIEST);
    }
    assert!(heavier > 100, "{heavier}");
}

/// What is asked for often stays where its value grows, though others have to go for that.
#[test]
fn a_heavier_value_leaves_an_entry_its_standing() {
    let cache: Cache<u64, u64, _> = Cache::builder()
        .capacity(100)
        .weight(100, |_, value: &u64| small(*value))
        .hasher(BuildHasherDefault::<Same>::default())
        .build();
    for key in 0..100 {
        cache.insert(key, 1);
    }
    for _ in 0..3 {
        cache.get(&7);
    }
    cache.insert(7, 20);
    // A scan, which lasts for less than a round of the main queue.
    for key in 1_000..1_200 {
        cache.insert(key, 1);
    }
    assert_eq!((cache.get(&7), cache.info().weight), (Some(20), 100));
}

#[test]
fn lru_agrees_with_a_plain_list_by_weight() {
    (0..4).for_each(|seed| agrees_by_weight::<PlainLru>(CacheBuilder::lru, seed));
}

#[test]
fn capacity_agrees_with_plain_lists_by_weight() {
    (0..6).for_each(|seed| agrees_by_weight::<PlainS3Fifo>(CacheBuilder::capacity, seed));
}

#[test]
fn lru_agrees_with_a_plain_list() {
    (0..4).for_each(|seed| agrees_with::<PlainLru>(CacheBuilder::lru, seed));
}

#[test]
fn capacity_agrees_with_plain_lists() {
    (0..6).for_each(|seed| agrees_with::<PlainS3Fifo>(CacheBuilder::capacity, seed));
}

/// Where everything was asked for, one that was gives way after a few steps, and not after a round through all.
#[test]
fn few_are_looked_at() {
    let most = 2_000;
    let cache: Cache<u64, u64, _> =
        Cache::builder().capacity(most).hasher(BuildHasherDefault::<Same>::default()).build();
    let mut held = Held { policy: PlainS3Fifo::default(), entries: HashMap::new(), most, evictions: 0 };
    for key in 0..most as u64 {
        cache.insert(key, key);
        held.store(key, key, 0);
    }
    for round in 0..40 {
        let there: Vec<(u64, u64)> = cache.iter().collect();
        for (key, _) in &there {
            for _ in 0..3 {
                cache.get(key);
                held.policy.touch(*key);
            }
        }
        let key = (most + round) as u64;
        cache.insert(key, key);
        held.store(key, key, 0);
        assert!(there.iter().all(|(key, _)| cache.contains_key(key) == held.entries.contains_key(key)));
        // As long as there are any in the main queue, the first of it would go after three rounds.
        assert!(cache.contains_key(&0) && cache.len() == most);
    }
}
