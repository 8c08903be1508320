//! Weak containers against plain maps that are told who died.

use crate::support::Random;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use weakcache::weak::{KeyMap, Pointer, Set, ValueMap};
use weakcache::{ByAddress, Strong};

const ROUNDS: usize = 15_000;
const KEYS: u64 = 24;

/// Two bits of hash: most keys collide in full.
#[derive(Default)]
struct Poor(u64);

impl Hasher for Poor {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = u64::from(bytes[0] & 3) << 62;
    }
}

type PoorState = BuildHasherDefault<Poor>;

/// Values that live, each known by its number, and those that die in every other round.
struct Population<P>(Vec<P>);

impl<P: Pointer<Target = u64> + From<u64>> Population<P> {
    fn pick(&mut self, random: &mut Random, number: u64) -> P {
        if self.0.len() < 40 || random.below(3) == 0 {
            self.0.push(P::from(number));
        }
        let index = random.below(self.0.len());
        self.0[index].clone()
    }

    /// Kills one and returns its number.
    fn kill(&mut self, random: &mut Random) -> Option<u64> {
        let index = random.below(self.0.len().max(1));
        (index < self.0.len()).then(|| *self.0.swap_remove(index))
    }
}

fn value_map<P: Pointer<Target = u64> + From<u64>>(seed: u64) {
    let mut random = Random(seed);
    let map: ValueMap<u64, P, PoorState> = ValueMap::default();
    let mut oracle: HashMap<u64, u64> = HashMap::new();
    let mut values: Population<P> = Population(Vec::new());
    let number = |p: P| *p;
    for round in 0..ROUNDS as u64 {
        let key = random.next() % KEYS;
        match random.below(8) {
            0..3 => {
                let value = values.pick(&mut random, round);
                assert_eq!(map.insert(key, &value).map(number), oracle.insert(key, *value));
            }
            3 => assert_eq!(map.remove(&key).map(number), oracle.remove(&key)),
            4 => {
                let value = map.get_or_insert_with(key, || round);
                assert_eq!(*value, *oracle.entry(key).or_insert(round));
                if *value == round {
                    values.0.push(value);
                }
            }
            5 if round % 50 == 0 => {
                map.retain(|key, value| (key + **value) % 3 > 0);
                oracle.retain(|key, value| (*key + *value) % 3 > 0);
            }
            _ => {
                if let Some(dead) = values.kill(&mut random) {
                    oracle.retain(|_, value| *value != dead);
                }
            }
        }
        assert_eq!(map.get(&key).map(number), oracle.get(&key).copied());
        assert_eq!((map.len(), map.is_empty()), (oracle.len(), oracle.is_empty()));
        if round % 64 == 0 {
            assert_eq!(map.iter().map(|(key, value)| (key, *value)).collect::<HashMap<_, _>>(), oracle);
        }
    }
}

/// In a set and a map by key, an element is known by its number modulo `KEYS`, so many are equal.
fn keys<P>(seed: u64)
where
    P: Pointer<Target = Modulo> + From<Modulo>,
{
    let mut random = Random(seed);
    let map: KeyMap<P, u64, PoorState> = KeyMap::default();
    let set: Set<P, PoorState> = Set::default();
    // From the key to the number of the element that is there, and the value.
    let mut oracle: HashMap<u64, (u64, u64)> = HashMap::new();
    let mut oracle_set: HashMap<u64, u64> = HashMap::new();
    let mut live: Vec<P> = Vec::new();
    for round in 0..ROUNDS as u64 {
        let key = random.next() % KEYS;
        match random.below(6) {
            0..2 => {
                live.push(P::from(Modulo(round * KEYS + key)));
                let held = live.last().unwrap();
                let old = oracle.get(&key).copied();
                assert_eq!(map.insert(held, round), old.map(|(_, value)| value));
                oracle.insert(key, (old.map_or(held.0, |(number, _)| number), round));
                assert_eq!(set.insert(held), !oracle_set.contains_key(&key));
                oracle_set.entry(key).or_insert(held.0);
            }
            2 => {
                assert_eq!(map.remove(&Modulo(key)), oracle.remove(&key).map(|(_, value)| value));
                assert_eq!(set.remove(&Modulo(key)), oracle_set.remove(&key).is_some());
            }
            3 if round % 50 == 0 => {
                map.retain(|key, value| (key.0 + value) % 3 > 0);
                oracle.retain(|_, (number, value)| (*number + *value) % 3 > 0);
                set.retain(|element| element.0 % 3 > 0);
                oracle_set.retain(|_, number| *number % 3 > 0);
            }
            _ if !live.is_empty() => {
                let index = random.below(live.len());
                let dead = live.swap_remove(index).0;
                oracle.retain(|_, (number, _)| *number != dead);
                oracle_set.retain(|_, number| *number != dead);
            }
            _ => {}
        }
        assert_eq!(map.get(&Modulo(key)), oracle.get(&key).map(|(_, value)| *value));
        assert_eq!(set.get(&Modulo(key)).map(|element| element.0), oracle_set.get(&key).copied());
        assert_eq!((map.len(), set.len()), (oracle.len(), oracle_set.len()));
        if round % 64 == 0 {
            let entries = map.iter().map(|(key, value)| (key.0 % KEYS, (key.0, value)));
            assert_eq!(entries.collect::<HashMap<_, _>>(), oracle);
            assert_eq!(set.iter().map(|e| (e.0 % KEYS, e.0)).collect::<HashMap<_, _>>(), oracle_set);
        }
    }
}

#[derive(Debug)]
struct Modulo(u64);

impl std::hash::Hash for Modulo {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.0 % KEYS).hash(state);
    }
}

impl PartialEq for Modulo {
    fn eq(&self, other: &Self) -> bool {
        self.0 % KEYS == other.0 % KEYS
    }
}

impl Eq for Modulo {}

fn by_identity<P: Pointer<Target = u64> + From<u64>>(seed: u64) {
    let mut random = Random(seed);
    let map: KeyMap<P, u64, ByAddress> = KeyMap::by_identity();
    let mut live: Vec<(P, Option<u64>)> = Vec::new();
    for round in 0..ROUNDS as u64 {
        if live.len() < 40 {
            live.push((P::from(random.below(3) as u64), None));
        }
        let index = random.below(live.len());
        let (key, value) = &mut live[index];
        match random.below(4) {
            0..2 => assert_eq!(map.insert(key, round), value.replace(round)),
            2 => assert_eq!(map.remove(key), value.take()),
            _ => drop(live.swap_remove(index)),
        }
        assert_eq!(map.len(), live.iter().filter(|(_, value)| value.is_some()).count());
        assert!(live.iter().all(|(key, value)| map.get(key) == *value));
    }
}

#[test]
fn strong() {
    value_map::<Strong<u64>>(1);
    keys::<Strong<Modulo>>(2);
    by_identity::<Strong<u64>>(3);
}

#[test]
fn arc() {
    value_map::<Arc<u64>>(4);
    keys::<Arc<Modulo>>(5);
    by_identity::<Arc<u64>>(6);
}
