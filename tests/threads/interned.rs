//! Many threads on few keys.
//!
//! Also run under the thread sanitizer, to which std is opaque: registries are set up before the threads
//! are, and nothing here waits through std but `join`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Mutex;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
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

/// Eight threads intern and drop the same few keys, so that entries come and go all the time.
///
/// The oracle is a word a key: which value its holders have, and how many say so. Whoever gets a handle while
/// others hold one has the same value, and nobody has a handle on a value that is dropped.
#[test]
fn few_keys_come_and_go() {
    const THREADS: usize = 8;
    const KEYS: usize = 6;
    const EACH: usize = if cfg!(debug_assertions) { 100_000 } else { 1_250_000 };
    const HOLDERS: u64 = 0xFF;

    static MADE: AtomicU64 = AtomicU64::new(0);
    static DROPPED: AtomicU64 = AtomicU64::new(0);
    static CURRENT: [AtomicU64; KEYS] = [const { AtomicU64::new(0) }; KEYS];

    #[interned]
    struct Value {
        key: usize,
        #[interned(init = AtomicU64::new((MADE.fetch_add(1, Relaxed) + 1) << 8))]
        number: AtomicU64,
    }
    impl Drop for Value {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Relaxed);
            assert_ne!(self.number.swap(0, Relaxed), 0, "dropped twice");
        }
    }

    fn come(value: &Value) {
        let number = value.number.load(Relaxed);
        assert_ne!(number, 0, "dropped while it is held");
        let holders = CURRENT[value.key].fetch_update(AcqRel, Acquire, |seen| {
            assert!(seen & HOLDERS == 0 || seen & !HOLDERS == number, "two live values of one key");
            Some(number | ((seen & HOLDERS) + 1))
        });
        assert!(holders.is_ok());
    }

    watched(|| {
        drop(Value::new(0));
        on_threads(THREADS, |thread| {
            let mut random = Random(thread as u64);
            let mut held: Option<Interned<Value>> = None;
            for _ in 0..EACH {
                let key = random.below(KEYS);
                let value = match random.below(4) {
                    0 => Value::get(key),
                    1 => Interned::downgrade(&Value::new(key)).upgrade(),
                    _ => Some(Value::new(key)),
                };
                let Some(value) = value else { continue };
                assert_eq!(value.key, key);
                come(&value);
                // One is held for longer.
                if let Some(old) = held.replace(value) {
                    CURRENT[old.key].fetch_sub(1, AcqRel);
                    drop(old);
                }
            }
            if let Some(old) = held {
                CURRENT[old.key].fetch_sub(1, AcqRel);
            }
        });
        assert_eq!(Value::registry().len(), 0);
        assert_eq!(MADE.load(Relaxed), DROPPED.load(Relaxed));
    });
}

/// What is held is found, while tables around it grow, shrink, and are given back.
#[test]
fn tables_that_grow_and_shrink_under_readers() {
    const ROUNDS: u64 = if cfg!(debug_assertions) { 15 } else { 300 };
    const MANY: u64 = 3000;

    #[interned(shards = 1)]
    struct Number(u64);

    watched(|| {
        let held: Vec<_> = (0..8).map(|i| Number::new(i * 1_000_003)).collect();
        let done = AtomicBool::new(false);
        on_threads(4, |thread| {
            if thread == 0 {
                for round in 0..ROUNDS {
                    let some: Vec<_> =
                        (0..MANY).map(|i| Number::new((1 << 40) | (round << 20) | i)).collect();
                    assert_eq!(some.len() as u64, MANY);
                    drop(some);
                    if round % 2 == 0 {
                        Number::registry().shrink_to_fit();
                    }
                }
                done.store(true, Relaxed);
            } else {
                let mut random = Random(thread as u64);
                while !done.load(Relaxed) {
                    for number in &held {
                        let found = Number::get(number.0);
                        assert!(found.as_ref() == Some(number), "what is held is found");
                    }
                    // What comes and goes is found or not, and is itself if so.
                    let key = (1 << 40) | ((random.next() % ROUNDS) << 20) | (random.next() % MANY);
                    assert!(Number::get(key).is_none_or(|found| found.0 == key));
                    drop(Number::new((random.next() % 5) << 50));
                }
            }
        });
        assert_eq!(Number::registry().len(), held.len());
        drop(held);
        Number::registry().shrink_to_fit();
        assert_eq!(Number::registry().capacity(), 0);
    });
}

/// Destructors of thread-locals may look up, before and after what the registry keeps for a thread is gone.
#[test]
fn look_ups_past_the_destructors_of_a_thread() {
    #[interned]
    struct Value(u64);

    struct AtExit(Interned<Value>);
    impl Drop for AtExit {
        fn drop(&mut self) {
            assert!(Value::get(self.0.0).as_ref() == Some(&self.0));
            assert!(Value::new(self.0.0) == self.0);
            drop(Value::new(self.0.0 + 100));
            assert!(Value::get(self.0.0 + 100).is_none());
        }
    }
    thread_local! {
        static BEFORE: std::cell::RefCell<Option<AtExit>> = const { std::cell::RefCell::new(None) };
        static AFTER: std::cell::RefCell<Option<AtExit>> = const { std::cell::RefCell::new(None) };
    }

    watched(|| {
        let count = |f: fn()| {
            let before = Value::registry().info();
            thread::spawn(f).join().unwrap();
            let after = Value::registry().info();
            assert_eq!((after.hits - before.hits, after.misses - before.misses), (4, 2 + 4));
            assert_eq!(after.live, 0);
        };
        count(|| {
            // Registered before the thread's first look-up, and after it.
            BEFORE.with(|_| {});
            let (one, two) = (Value::new(1), Value::new(2));
            BEFORE.with(|slot| *slot.borrow_mut() = Some(AtExit(one)));
            AFTER.with(|slot| *slot.borrow_mut() = Some(AtExit(two)));
        });
    });
}

#[test]
fn every_one_of_many_threads_counts() {
    #[interned]
    struct Value(u64);

    watched(|| {
        let held = Value::new(1);
        for _ in 0..50 {
            on_threads(4, |_| {
                assert!(Value::new(1) == held);
                assert!(Value::get(2).is_none());
            });
        }
        let info = Value::registry().info();
        assert_eq!((info.hits, info.misses, info.live), (200, 201, 1));
    });
}
