//! Values of a `WeakKeyMap` that are taken out while they are in use.

use crate::support::watched;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use weakcache::{Strong, WeakKeyMap, WeakSet, WeakValueMap};

#[derive(Clone, Default)]
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

#[test]
fn a_value_in_use_is_dropped_by_its_last_user() {
    let counted = Counted::default();
    let map = WeakKeyMap::new();
    let key = Strong::new(1);
    map.insert(&key, counted.clone());
    map.with(&1, |_| {
        assert!(map.remove(&1).is_none());
        assert!(map.is_empty());
        assert!(map.insert(&key, counted.clone()).is_none());
        assert_eq!(counted.0.load(Relaxed), 0);
    });
    assert_eq!(counted.0.load(Relaxed), 1);
    assert!(map.remove(&1).is_some());
}

#[test]
fn a_value_that_is_copied_is_handed_over_always() {
    let map = WeakKeyMap::new();
    let key = Strong::new(1);
    map.insert(&key, "text");
    map.with(&1, |_| assert_eq!(map.insert(&key, "other"), Some("text")));
    map.with(&1, |text| assert_eq!(map.remove(&1), Some(*text)));
}

/// A lock that one thread holds while it removes, and that the other wants while it uses the value.
#[test]
fn who_removes_a_value_waits_for_no_closure() {
    watched(|| {
        let map = WeakKeyMap::new();
        let key = Strong::new(1);
        let counted = Counted::default();
        map.insert(&key, counted.clone());
        let stdout = Mutex::new(());
        let (sender, started) = channel();
        thread::scope(|scope| {
            let held = stdout.lock().unwrap();
            scope.spawn(|| {
                map.with(&1, |counted| {
                    sender.send(()).unwrap();
                    drop(stdout.lock().unwrap());
                    assert_eq!(counted.0.load(Relaxed), 0);
                });
            });
            started.recv().unwrap();
            assert!(map.remove(&1).is_none() && map.is_empty());
            assert!(map.insert(&key, counted.clone()).is_none());
            drop(held);
        });
        assert_eq!(counted.0.load(Relaxed), 1);
    });
}

/// A key whose comparison tells that it has begun and waits until it may go on.
struct Slow(u32, AtomicBool, Mutex<(Sender<()>, Receiver<()>)>);

impl Slow {
    fn new(number: u32) -> (Self, (Receiver<()>, Sender<()>)) {
        let ((begun, told), (go, may_go)) = (channel(), channel());
        (Self(number, AtomicBool::new(false), Mutex::new((begun, may_go))), (told, go))
    }
}

impl Hash for Slow {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl PartialEq for Slow {
    fn eq(&self, other: &Self) -> bool {
        for slow in [self, other] {
            if slow.1.load(Relaxed) {
                let channels = slow.2.lock().unwrap();
                channels.0.send(()).unwrap();
                channels.1.recv().unwrap();
            }
        }
        self.0 == other.0
    }
}

impl Eq for Slow {}

/// While another thread compares the key, a value is handed over as ever: what is compared is the key.
#[test]
fn who_removes_a_value_waits_for_no_comparison() {
    watched(|| {
        let map = WeakKeyMap::new();
        let key = Strong::new(Slow::new(1).0);
        map.insert(&key, Counted::default());
        let (query, (begun, go)) = Slow::new(1);
        query.1.store(true, Relaxed);
        thread::scope(|scope| {
            let looking = scope.spawn(|| map.get(&query).is_some());
            begun.recv().unwrap();
            assert!(map.insert(&key, Counted::default()).is_some());
            assert!(map.remove(&*key).is_some());
            go.send(()).unwrap();
            assert!(!looking.join().unwrap());
        });
    });
}

/// The same of keys and sets: nobody waits for a comparison.
#[test]
fn containers_change_while_a_key_is_compared() {
    watched(|| {
        let (key, _) = Slow::new(1);
        let (map, set) = (WeakValueMap::new(), WeakSet::new());
        let element = Strong::new(Slow::new(1).0);
        map.insert(key, &element);
        set.insert(&element);
        let (query, (begun, go)) = Slow::new(1);
        query.1.store(true, Relaxed);
        thread::scope(|scope| {
            let looking = scope.spawn(|| (map.contains_key(&query), set.contains(&query)));
            begun.recv().unwrap();
            assert!(map.remove(&Slow::new(1).0).is_some());
            go.send(()).unwrap();
            begun.recv().unwrap();
            assert!(set.remove(&*element));
            go.send(()).unwrap();
            assert_eq!(looking.join().unwrap(), (true, true));
        });
        assert!(map.is_empty() && set.is_empty());
    });
}
