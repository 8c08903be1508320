//! Weak containers, of both flavours, whose referents die while they are looked up, made, replaced and swept.
//!
//! Their table is dashmap, for which a shim stands in (`src/weak/containers/sharded.rs`): what is checked is how it is used.
//! Each model has a control: with a step of the protocol done wrong it must fail, or it shows nothing.

use crate::schedules::{Holders, Key, any, at_once, fails_with, model, turn};
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};
use weakcache::{ArcWeakKeyMap, ArcWeakSet, ArcWeakValueMap, Strong, WeakKeyMap, WeakSet, WeakValueMap};
use weakcache_runtime::__private::fault::Fault;

/// Hashes by which keys collide, all of them or none.
#[derive(Clone, Copy)]
struct Hashes {
    all_one: bool,
}

struct Few(u64, bool);

impl Hasher for Few {
    fn finish(&self) -> u64 {
        if self.1 { 0 } else { self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) }
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.wrapping_mul(31) + u64::from(byte);
        }
    }
}

impl BuildHasher for Hashes {
    type Hasher = Few;

    fn build_hasher(&self) -> Few {
        Few(0, self.all_one)
    }
}

/// Those of an execution, which begins with them.
fn hashes() -> Hashes {
    LIVE.store(0, SeqCst);
    Hashes { all_one: any(2) == 0 }
}

/// How many referents live.
static LIVE: AtomicUsize = AtomicUsize::new(0);

/// A referent, equal to others of its number. Its comparison is user code, in which others may get their turn.
#[derive(Debug)]
struct Referent(u64);

impl Referent {
    fn new(number: u64) -> Self {
        LIVE.fetch_add(1, SeqCst);
        Self(number)
    }
}

impl Drop for Referent {
    fn drop(&mut self) {
        turn();
        LIVE.fetch_sub(1, SeqCst);
    }
}

impl PartialEq for Referent {
    fn eq(&self, other: &Self) -> bool {
        turn();
        self.0 == other.0
    }
}

impl Eq for Referent {}

impl Hash for Referent {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0);
    }
}

/// As [`at_once`], and asserts that nothing lives after it.
fn until_none_lives<const N: usize, S: Send + Sync + 'static>(shared: S, work: fn(&S, u64)) -> Arc<S> {
    let shared = at_once::<N, _>(shared, work);
    assert_eq!(LIVE.load(SeqCst), 0, "each is dropped, once");
    shared
}

/// The models, of one flavour of handle and the containers of it.
macro_rules! models {
    ($name:ident, $handle:ident, $values:ident, $keys:ident, $set:ident, tells: $tells:expr) => {
        mod $name {
            use super::*;

            type Values = $values<Key, Referent, Hashes>;
            type Numbers = $values<u64, Referent, Hashes>;
            type Keys = $keys<Referent, Arc<()>, Hashes>;
            type Set = $set<Referent, Hashes>;

            fn made(number: u64) -> $handle<Referent> {
                $handle::new(Referent::new(number))
            }

            fn address(handle: &$handle<Referent>) -> usize {
                std::ptr::from_ref::<Referent>(handle).addr()
            }

            /// All want the values of two keys, hold them for a while, and look them up while others hold them: there is one
            /// value a key, and what is held is found. Keys whose comparison is the language's own go another way.
            pub(super) fn one_value_a_key() {
                let maps =
                    (Values::with_hasher(hashes()), Numbers::with_hasher(hashes()), Holders::default());
                let maps = until_none_lives::<3, _>(maps, |(values, numbers, holders), _| {
                    for _ in 0..2 {
                        let key = any(2);
                        let of_number = holders.look_up(2 + key, || numbers.get(&key), address);
                        let value = values.get_or_insert_with(Key(key), || made(key));
                        let held = holders.hold(key, address(&value));
                        let number =
                            of_number.unwrap_or_else(|| numbers.get_or_insert_with(key, || made(key)));
                        let number_held = holders.hold(2 + key, address(&number));
                        assert_eq!(values.get(&Key(key)).as_ref().map(address), Some(address(&value)));
                        drop(number_held);
                        drop(number);
                        let other = 1 - key;
                        holders.look_up(other, || values.get(&Key(other)), address);
                        drop(held);
                    }
                });
                assert_eq!((maps.0.len(), maps.1.len()), (0, 0));
                assert!(maps.0.iter().next().is_none() && maps.1.is_empty());
            }

            /// Values are put in the place of others, which die: what was put in last stays.
            pub(super) fn replaced_and_dying() {
                let maps = until_none_lives::<3, _>(Numbers::with_hasher(hashes()), |map, thread| {
                    // A key of this thread's own, and one of all.
                    let own = 10 + thread;
                    let value = made(own);
                    assert!(map.insert(own, &value).is_none());
                    map.insert(1, &value);
                    assert_eq!(map.get(&own).as_ref().map(address), Some(address(&value)));
                    let newer = made(own);
                    map.insert(own, &newer);
                    drop(value);
                    assert_eq!(map.get(&own).as_ref().map(address), Some(address(&newer)));
                    match any(3) {
                        0 => drop(map.remove(&own)),
                        1 => drop(newer),
                        _ => {
                            drop(newer);
                            let again = map.get_or_insert_with(own, || made(own));
                            assert_eq!(map.get(&own).as_ref().map(address), Some(address(&again)));
                        }
                    }
                    assert!(map.get(&own).is_none(), "it is dead, or was taken out");
                });
                assert!(maps.is_empty() && maps.len() == 0 && maps.get(&1).is_none());
            }

            /// Some go through the map, sweep it, and refuse what is in there, while others hold, make and drop.
            pub(super) fn walked_and_swept() {
                let map = until_none_lives::<3, _>(Values::with_hasher(hashes()), |map, thread| {
                    if thread == 0 {
                        for _ in 0..2 {
                            let all: Vec<_> = map.iter().collect();
                            assert!(
                                all.iter().all(|(key, value)| key.0 == value.0),
                                "keys have their values"
                            );
                            let mut keys: Vec<_> = all.iter().map(|(key, _)| key.0).collect();
                            keys.sort_unstable();
                            keys.dedup();
                            assert_eq!(keys.len(), all.len(), "each key is there once");
                            drop(all);
                            map.sweep();
                            assert!(map.len() <= 4);
                        }
                        map.retain(|key, value| {
                            assert_eq!(key.0, value.0);
                            key.0 != 9
                        });
                        map.shrink_to_fit();
                        return;
                    }
                    let value = made(thread);
                    map.insert(Key(thread), &value);
                    let refused = made(9);
                    map.insert(Key(9), &refused);
                    drop(refused);
                    assert_eq!(
                        map.get(&Key(thread)).as_ref().map(address),
                        Some(address(&value)),
                        "it lives"
                    );
                    assert!(map.iter().any(|(key, _)| key.0 == thread));
                    assert!((1..=4).contains(&map.len()));
                });
                assert_eq!(map.len(), 0, "the dead are not counted");
                if $tells {
                    assert_eq!(map.sweep(), 0, "they are gone, too");
                }
            }

            /// Keys that die with the values stored under them: each is there for as long as its key lives, and dropped with it.
            pub(super) fn keys_that_die() {
                let all_values = Arc::new(());
                let map = Keys::with_hasher(hashes());
                let keys = Vec::from([1, 2].map(made));
                let shared = (map, Mutex::new(keys), all_values.clone());
                let shared = at_once::<3, _>(shared, |(map, keys, value), thread| {
                    let key = {
                        let keys = keys.lock().unwrap();
                        keys[usize::try_from(thread % 2).unwrap()].clone()
                    };
                    map.get_or_insert_with(&key, || value.clone());
                    assert!(map.get(&*key).is_some() && map.contains_key(&*key));
                    assert!(map.with(&*key, |_| ()).is_some());
                    let own = made(10 + thread);
                    assert!(map.insert(&own, value.clone()).is_none());
                    if any(2) == 0 {
                        assert!(map.remove(&*own).is_some());
                    }
                    drop(own);
                    if thread == 2 {
                        map.sweep();
                        assert!(map.iter().all(|(key, _)| key.0 < 13));
                        map.retain(|key, _| key.0 != 12);
                    }
                });
                let (map, keys, value) = &*shared;
                assert_eq!(map.len(), 2);
                keys.lock().unwrap().clear();
                assert!(map.is_empty());
                map.sweep();
                assert_eq!(Arc::strong_count(value), 2, "what was stored under them is dropped");
                assert_eq!(LIVE.load(SeqCst), 0);
            }

            /// A set of which one element of equal ones is: found while it lives, and another one's place after that.
            pub(super) fn elements() {
                let shared = (Set::with_hasher(hashes()), Holders::default());
                let shared = until_none_lives::<3, _>(shared, |(set, holders), thread| {
                    let element = made(any(2));
                    let is_new = set.insert(&element);
                    let found = set.get(&*element);
                    if is_new {
                        // Nobody takes out what lives.
                        assert_eq!(found.as_ref().map(address), Some(address(&element)));
                        let held = holders.hold(element.0, address(&element));
                        assert!(set.contains(&*element));
                        assert!(set.iter().any(|other| address(&other) == address(&element)));
                        assert!((1..=2).contains(&set.len()));
                        drop(held);
                    } else if let Some(found) = &found {
                        drop(holders.hold(element.0, address(found)));
                    }
                    if thread == 1 {
                        set.sweep();
                        set.shrink_to_fit();
                    }
                });
                assert!(shared.0.is_empty() && shared.0.iter().next().is_none());
            }
        }
    };
}

models!(strong, Strong, WeakValueMap, WeakKeyMap, WeakSet, tells: true);
models!(arc, Arc, ArcWeakValueMap, ArcWeakKeyMap, ArcWeakSet, tells: false);

#[test]
fn a_key_has_one_value() {
    model(500, strong::one_value_a_key);
    fails_with(Fault::PlaceBlindly, "weak::a_key_has_one_value");
    fails_with(Fault::UnlinkByHash, "weak::a_key_has_one_value");
}

#[test]
fn a_key_has_one_value_of_std() {
    model(500, arc::one_value_a_key);
    fails_with(Fault::PlaceBlindly, "weak::a_key_has_one_value_of_std");
}

#[test]
fn what_was_put_in_last_stays() {
    model(500, strong::replaced_and_dying);
    fails_with(Fault::UnlinkByHash, "weak::what_was_put_in_last_stays");
}

#[test]
fn what_was_put_in_last_stays_of_std() {
    model(500, arc::replaced_and_dying);
    fails_with(Fault::CountDead, "weak::what_was_put_in_last_stays_of_std");
}

#[test]
fn what_lives_is_walked_and_not_swept() {
    model(500, strong::walked_and_swept);
    fails_with(Fault::UnlinkByHash, "weak::what_lives_is_walked_and_not_swept");
}

#[test]
fn what_lives_is_walked_and_not_swept_of_std() {
    model(500, arc::walked_and_swept);
    fails_with(Fault::SweepUnasked, "weak::what_lives_is_walked_and_not_swept_of_std");
    fails_with(Fault::CountDead, "weak::what_lives_is_walked_and_not_swept_of_std");
}

#[test]
fn values_live_as_long_as_their_keys() {
    model(500, strong::keys_that_die);
    fails_with(Fault::UnlinkByHash, "weak::values_live_as_long_as_their_keys");
    fails_with(Fault::PlaceBlindly, "weak::values_live_as_long_as_their_keys");
}

#[test]
fn values_live_as_long_as_their_keys_of_std() {
    model(500, arc::keys_that_die);
    fails_with(Fault::SweepUnasked, "weak::values_live_as_long_as_their_keys_of_std");
}

#[test]
fn a_set_has_one_of_equal_elements() {
    model(500, strong::elements);
    fails_with(Fault::PlaceBlindly, "weak::a_set_has_one_of_equal_elements");
    fails_with(Fault::UnlinkByHash, "weak::a_set_has_one_of_equal_elements");
}

#[test]
fn a_set_has_one_of_equal_elements_of_std() {
    model(500, arc::elements);
    fails_with(Fault::PlaceBlindly, "weak::a_set_has_one_of_equal_elements_of_std");
    fails_with(Fault::SweepUnasked, "weak::a_set_has_one_of_equal_elements_of_std");
}
