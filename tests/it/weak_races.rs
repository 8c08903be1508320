//! Weak containers under threads. What can go wrong needs luck here: these run many rounds.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Barrier};
use std::thread;
use weakcache::weak::{KeyMap, Pointer, Set, ValueMap};
use weakcache::{Strong, WeakKeyMap, WeakSet, WeakValueMap};

#[test]
fn a_late_removal_never_takes_a_newer_entry() {
    let map = WeakValueMap::new();
    let set = WeakSet::new();
    for round in 0..500 {
        let old = Strong::new(1);
        map.insert("key", &old);
        set.insert(&old);
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| {
                barrier.wait();
                drop(old);
            });
            barrier.wait();
            let new = Strong::new(1);
            map.insert("key", &new);
            assert!(map.get("key").is_some_and(|found| Strong::ptr_eq(&found, &new)), "{round}");
            while !set.insert(&new) {
                thread::yield_now();
            }
            thread::yield_now();
            assert!(map.contains_key("key") && set.contains(&1), "{round}");
        });
        assert!(map.is_empty() && set.is_empty());
    }
}

/// `setdefault` in two threads while the values die in both.
#[test]
fn defaults_are_set_while_values_die() {
    fn check<P: Pointer<Target = u32> + From<u32>>() {
        let map: ValueMap<u32, P> = ValueMap::default();
        let keys: KeyMap<P, u32> = KeyMap::default();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for round in 0..5000 {
                        let key = round % 7;
                        let value = map.get_or_insert_with(key, || 10 * key);
                        assert_eq!(*value, 10 * key);
                        assert!(map.contains_key(&key) && map.len() <= 7);
                        assert_eq!(keys.get_or_insert_with(&value, || *value), *value);
                    }
                });
            }
        });
        assert!(map.is_empty() && keys.is_empty());
    }
    check::<Strong<u32>>();
    check::<Arc<u32>>();
}

#[test]
fn the_first_default_wins() {
    for _ in 0..300 {
        let map: WeakValueMap<&str, usize> = WeakValueMap::new();
        let barrier = Barrier::new(4);
        let values: Vec<_> = thread::scope(|scope| {
            let threads = [0, 1, 2, 3].map(|n| {
                let (map, barrier) = (&map, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    map.get_or_insert_with("key", || n)
                })
            });
            threads.map(|thread| thread.join().unwrap()).into()
        });
        assert!(values.iter().all(|value| Strong::ptr_eq(value, &values[0])));
    }
}

/// Every value that goes into a map with `insert` comes out once: replaced, removed, or dropped with
/// its key.
#[test]
fn values_come_out_once() {
    struct Dropped<'a>(&'a AtomicUsize);
    impl Drop for Dropped<'_> {
        fn drop(&mut self) {
            self.0.fetch_add(1, Relaxed);
        }
    }
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    let map: WeakKeyMap<u32, Dropped<'static>> = WeakKeyMap::new();
    let (came_out, died) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for round in 0..4000 {
                    let key = Strong::new(round % 5);
                    let old = map.insert(&key, Dropped(&DROPPED));
                    let removed = map.remove(&(round % 3));
                    let seen = map.with(&(round % 5), |value| value.0.load(Relaxed));
                    assert!(seen.is_none_or(|dropped| dropped <= 12_000));
                    came_out.fetch_add(usize::from(old.is_some()) + usize::from(removed.is_some()), Relaxed);
                    died.fetch_add(1, Relaxed);
                }
            });
        }
    });
    assert!(map.is_empty());
    assert_eq!((DROPPED.load(Relaxed), died.into_inner()), (12_000, 12_000));
    assert!(came_out.into_inner() > 0);
}

/// Says so when a thread is done, even if it failed.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

#[test]
fn length_is_of_the_living_at_any_moment() {
    fn check<P: Pointer<Target = usize> + From<usize>>() {
        let set: Set<P> = Set::default();
        let kept: Vec<P> = (0..10).map(P::from).collect();
        assert!(kept.iter().all(|element| set.insert(element)));
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                let _done = Done(&done);
                for _ in 0..300 {
                    let passing: Vec<P> = (100..110).map(P::from).collect();
                    for element in &passing {
                        // Not added where a snapshot still holds the one of the last round.
                        set.insert(element);
                    }
                }
            });
            while !done.load(Relaxed) {
                thread::yield_now();
                // A walk sees each key at most once, though not all of them at one moment.
                let len = set.len();
                assert!((10..=20).contains(&len), "{len}");
                let numbers: HashSet<usize> = set.iter().map(|element| *element).collect();
                assert!((0..10).all(|n| numbers.contains(&n)));
            }
        });
        assert_eq!(set.len(), 10);
    }
    check::<Strong<usize>>();
    check::<Arc<usize>>();
}

#[test]
fn maps_die_while_their_values_do() {
    for _ in 0..500 {
        let map = Arc::new(WeakValueMap::new());
        let values: Vec<_> = (0..20).map(Strong::new).collect();
        for value in &values {
            map.insert(**value, value);
        }
        let barrier = Barrier::new(3);
        thread::scope(|scope| {
            let clone = Arc::clone(&map);
            scope.spawn(|| {
                barrier.wait();
                drop(map);
            });
            scope.spawn(|| {
                barrier.wait();
                drop(values);
            });
            barrier.wait();
            clone.clear();
            drop(clone);
        });
    }
}

#[test]
fn iteration_and_destruction_go_together() {
    let map: WeakKeyMap<usize, String> = WeakKeyMap::new();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _done = Done(&done);
            for round in 0..300 {
                let keys: Vec<_> = (0..50).map(Strong::new).collect();
                for key in &keys {
                    map.insert(key, format!("{round}: {key}"));
                }
                map.retain(|key, _| **key % 2 == 0);
                drop(keys);
            }
        });
        while !done.load(Relaxed) {
            for (key, value) in &map {
                assert!(value.ends_with(&format!(": {key}")));
            }
        }
    });
    assert!(map.is_empty());
}
