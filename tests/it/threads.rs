//! Many threads on few keys.
//!
//! Also run under the thread sanitizer, to which std is opaque: registries are set up before the threads
//! are, and nothing here waits through std but `join`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::thread;

use weakcache::{Interned, interned};

use crate::support::{Barrier, Random, on_threads, watched};

const THREADS: usize = 4;

/// All that threads hold at one moment: equal keys are one value.
fn assert_canonical<K: std::hash::Hash + Eq + Copy, T>(handles: &[(K, Interned<T>)]) {
    let mut by_key: HashMap<K, &Interned<T>> = HashMap::new();
    for (key, handle) in handles {
        match by_key.entry(*key) {
            Entry::Vacant(entry) => drop(entry.insert(handle)),
            Entry::Occupied(entry) => assert!(*entry.get() == handle, "two live values of one key"),
        }
    }
}

macro_rules! storm {
    ($test:ident, hasher = $hasher:ty, rounds = $rounds:literal, keys = $keys:literal) => {
        #[test]
        fn $test() {
            static MADE: AtomicUsize = AtomicUsize::new(0);
            static DROPPED: AtomicUsize = AtomicUsize::new(0);

            /// Counts, and notices a second drop.
            struct Guard(AtomicBool);
            impl Guard {
                fn new() -> Self {
                    MADE.fetch_add(1, Relaxed);
                    Self(AtomicBool::new(false))
                }
            }
            impl Drop for Guard {
                fn drop(&mut self) {
                    assert!(!self.0.swap(true, Relaxed), "dropped twice");
                    DROPPED.fetch_add(1, Relaxed);
                }
            }
            #[interned(hasher = $hasher)]
            struct Value {
                key: u64,
                #[interned(init = Guard::new())]
                guard: Guard,
            }

            watched(|| {
                drop(Value::new(0));
                let barrier = Barrier::new(THREADS);
                let shared: Vec<Mutex<Vec<(u64, Interned<Value>)>>> =
                    (0..THREADS).map(|_| Mutex::default()).collect();
                on_threads(THREADS, |thread| {
                    let mut random = Random(thread as u64);
                    let mut held = Vec::new();
                    for round in 0..$rounds {
                        for _ in 0..200 {
                            let key = random.below($keys) as u64;
                            match random.below(8) {
                                0..4 => held.push((key, Value::new(key))),
                                4 => held.extend(Value::get(key).map(|found| (key, found))),
                                5 => {
                                    let weak = Interned::downgrade(&Value::new(key));
                                    held.extend(weak.upgrade().map(|found| (key, found)));
                                }
                                _ if !held.is_empty() => drop(held.swap_remove(random.below(held.len()))),
                                _ => {}
                            }
                            if let Some((key, value)) = held.last() {
                                assert_eq!(value.key, *key);
                                assert!(!value.guard.0.load(Relaxed), "alive while it is held");
                            }
                        }
                        shared[thread].lock().unwrap().clone_from(&held);
                        if barrier.wait() {
                            let all: Vec<_> = shared
                                .iter()
                                .flat_map(|held| std::mem::take(&mut *held.lock().unwrap()))
                                .collect();
                            assert_canonical(&all);
                            assert!(Value::registry().len() <= $keys);
                            assert!(Value::registry().iter().count() <= $keys);
                        }
                        barrier.wait();
                        if round % 4 == 0 {
                            // All at once: the last handles of a key are dropped side by side.
                            held.clear();
                        }
                    }
                });
                assert_eq!(Value::registry().len(), 0);
                assert_eq!(MADE.load(Relaxed), DROPPED.load(Relaxed));
            });
        }
    };
}

storm!(one_key, hasher = weakcache::DefaultHashBuilder, rounds = 100, keys = 1);
storm!(few_keys, hasher = weakcache::DefaultHashBuilder, rounds = 100, keys = 10);
storm!(many_keys, hasher = weakcache::DefaultHashBuilder, rounds = 100, keys = 2000);
storm!(one_hash, hasher = crate::support::Constant, rounds = 20, keys = 10);

/// The two last handles of a value go at the same moment, again and again.
#[test]
fn two_last_handles_dropped_at_once() {
    #[interned]
    struct Value(u64);

    watched(|| {
        drop(Value::new(0));
        let slot: Mutex<Option<Interned<Value>>> = Mutex::new(None);
        let (ready, go) = (Barrier::new(2), Barrier::new(2));
        on_threads(2, |thread| {
            for i in 0..20_000 {
                let mine = if thread == 0 {
                    let value = Value::new(i);
                    *slot.lock().unwrap() = Some(value.clone());
                    ready.wait();
                    value
                } else {
                    ready.wait();
                    slot.lock().unwrap().take().unwrap()
                };
                go.wait();
                assert_eq!(mine.0, i);
                drop(mine);
            }
        });
        assert_eq!(Value::registry().len(), 0);
    });
}

/// One thread drops the last handle while another looks the key up: old or new, but alive.
#[test]
fn look_up_against_last_drop() {
    #[interned]
    struct Value {
        key: u64,
        #[interned(init = Box::new(AtomicU64::new(*key)))]
        heap: Box<AtomicU64>,
    }
    impl Drop for Value {
        fn drop(&mut self) {
            self.heap.store(u64::MAX, Relaxed);
        }
    }

    watched(|| {
        drop(Value::new(0));
        let round = Barrier::new(2);
        on_threads(2, |_| {
            for i in 0..20_000 {
                round.wait();
                let key = i / 4;
                let value = Value::new(key);
                assert_eq!((value.key, value.heap.load(Relaxed)), (key, key));
            }
        });
        assert_eq!(Value::registry().len(), 0);
    });
}

#[test]
fn generic_types_share_one_registry_between_threads() {
    #[interned]
    struct Wrapper<T>(T);

    let registries: Vec<usize> = thread::scope(|scope| {
        let threads: Vec<_> =
            (0..8).map(|_| scope.spawn(|| std::ptr::from_ref(Wrapper::<u16>::registry()).addr())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(registries.iter().all(|&registry| registry == registries[0]));
    assert_eq!(Wrapper::new(1_u16).0, 1);
}
