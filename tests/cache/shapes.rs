//! `weakcache::Cache`: a cache without a function.

use crate::support::{Constant, Random, on_threads, watched};
use crate::tasks::{Task, finish, yields};
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::RandomState;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::{Cache, Cause, memoize};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn works_as_a_map_that_forgets() {
    let cache: Cache<String, u32> = Cache::lru(2);
    assert_eq!((cache.get("a"), cache.insert("a".into(), 1), cache.get("a")), (None, None, Some(1)));
    assert_eq!((cache.insert("a".into(), 2), cache.insert("b".into(), 3)), (Some(1), None));
    assert_eq!((cache.get("a"), cache.insert("c".into(), 4)), (Some(2), None));
    assert_eq!((cache.peek("a"), cache.peek("b"), cache.contains_key("c")), (Some(2), None, true));
    assert_eq!(
        (cache.remove("a"), cache.remove("a"), cache.len(), cache.is_empty()),
        (Some(2), None, 1, false)
    );
    let info = cache.info();
    assert_eq!((info.hits, info.misses, info.evictions, info.len, info.capacity), (2, 1, 1, 1, Some(2)));
    cache.clear();
    assert_eq!((cache.info(), cache.is_empty()), (Cache::<u8, u8>::lru(2).info(), true));
}

#[test]
fn in_statics_and_by_default() {
    static WORDS: Cache<String, usize> = Cache::unbounded();
    static RECENT: LazyLock<Cache<u64, String>> = LazyLock::new(|| Cache::lru(1));
    assert_eq!(WORDS.get_or_insert_with("word", || 4), 4);
    RECENT.insert(1, "one".into());
    RECENT.insert(2, "two".into());
    assert_eq!((WORDS.get("word"), RECENT.get(&1), WORDS.info().capacity), (Some(4), None, None));
    fn is_shared<T: Send + Sync>(value: T) -> T {
        value
    }
    let cache: Cache<Vec<u8>, Arc<str>> = is_shared(Cache::default());
    cache.insert(vec![1], "x".into());
    assert_eq!(cache.get(&[1][..]).as_deref(), Some("x"));
    assert_eq!(format!("{cache:?}"), "Cache { len: 1, capacity: None, .. }");
    let named: Cache<u8, u8> = Cache::builder().name("bytes").lru(3).build();
    assert_eq!(
        (format!("{named:?}"), named.name()),
        ("Cache { name: \"bytes\", len: 0, capacity: Some(3), .. }".into(), Some("bytes"))
    );
}

#[test]
fn computes_once_a_key() {
    let cache: Cache<String, String> = Cache::lru(10);
    assert_eq!(cache.get_or_insert_with("a", || "b".into()), "b");
    assert_eq!(cache.get_or_insert_with("a", || unreachable!()), "b");
    assert_eq!(cache.get_or_try_insert_with("c", || Err::<String, _>(1)), Err(1));
    assert_eq!(cache.get_or_try_insert_with("c", || Ok::<_, ()>("d".into())), Ok("d".into()));
    assert_eq!(cache.get_or_try_insert_with("c", || Err::<String, _>(1)), Ok("d".into()));
    let info = cache.info();
    assert_eq!((info.hits, info.misses, info.len), (2, 3, 2));
    watched(|| {
        let ran = AtomicUsize::new(0);
        let cache: Cache<u64, u64> = Cache::unbounded();
        on_threads(8, |_| {
            for key in 0..50 {
                let value = cache.get_or_insert_with(&key, || {
                    ran.fetch_add(1, SeqCst);
                    thread::yield_now();
                    key * 2
                });
                assert_eq!(value, key * 2);
            }
        });
        assert_eq!((ran.into_inner(), cache.info().hits), (50, 350));
    });
}

#[test]
fn one_of_those_who_wait_goes_on_where_computing_fails() {
    watched(|| {
        let cache: Cache<u8, u8> = Cache::lru(10);
        let (begun, go) = (AtomicBool::new(false), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                let failed = cache.get_or_try_insert_with(&1, || {
                    begun.store(true, SeqCst);
                    while !go.load(SeqCst) {
                        thread::yield_now();
                    }
                    Err::<u8, _>("no")
                });
                assert_eq!(failed, Err("no"));
            });
            while !begun.load(SeqCst) {
                thread::yield_now();
            }
            let waits = scope.spawn(|| cache.get_or_insert_with(&1, || 7));
            go.store(true, SeqCst);
            assert_eq!(waits.join().unwrap(), 7);
        });
        assert_eq!(cache.get(&1), Some(7));
        // And where it panics.
        assert!(
            catch_unwind(AssertUnwindSafe(|| cache.get_or_insert_with(&2, || panic!("on purpose")))).is_err()
        );
        assert_eq!(cache.get_or_insert_with(&2, || 3), 3);
    });
}

#[test]
fn closures_may_use_the_cache() {
    watched(|| {
        let cache: Cache<u64, u64> = Cache::unbounded();
        fn fibonacci(cache: &Cache<u64, u64>, n: u64) -> u64 {
            cache.get_or_insert_with(&n, || {
                if n < 2 { n } else { fibonacci(cache, n - 1) + fibonacci(cache, n - 2) }
            })
        }
        assert_eq!((fibonacci(&cache, 80), cache.info().misses), (23_416_728_348_467_685, 81));
        // Of its own key: it would wait for itself.
        assert_eq!(cache.get_or_insert_with(&500, || cache.get_or_insert_with(&500, || 5) + 1), 6);
        assert_eq!(cache.get(&500), Some(5), "the first that was stored");
        // With a memoized function between.
        #[memoize]
        fn between(x: u64) -> u64 {
            CACHE.get_or_insert_with(&x, || 1) + 1
        }
        static CACHE: Cache<u64, u64> = Cache::unbounded();
        assert_eq!(CACHE.get_or_insert_with(&1, || between(1)), 2);
    });
}

#[test]
fn what_is_inserted_or_removed_beats_what_is_computed() {
    let cache: Cache<u8, String> = Cache::lru(10);
    let value = cache.get_or_insert_with(&1, || {
        assert_eq!(cache.insert(1, "inserted".into()), None);
        "computed".into()
    });
    assert_eq!((value, cache.get(&1)), ("computed".into(), Some("inserted".into())));
    cache.get_or_insert_with(&2, || {
        assert_eq!(cache.remove(&2), None);
        "computed".into()
    });
    cache.get_or_insert_with(&3, || {
        cache.clear();
        "computed".into()
    });
    assert_eq!((cache.get(&2), cache.get(&3), cache.len()), (None, None, 0));
}

#[test]
fn tasks_await_one_another() {
    let cache: Cache<String, u32> = Cache::lru(10);
    let polled = AtomicU32::new(0);
    let future = |value| {
        let polled = &polled;
        async move {
            polled.fetch_add(1, SeqCst);
            yields(2).await;
            value
        }
    };
    let both = finish(async {
        futures_util::future::join(
            cache.get_or_insert_async("a", future(1)),
            cache.get_or_insert_async("a", future(2)),
        )
        .await
    });
    assert_eq!((both, polled.load(SeqCst)), ((1, 1), 1));
    assert_eq!(finish(cache.get_or_insert_async("a", future(3))), 1);
    // The one that computes is dropped.
    let (mut first, mut second) = (
        Task::new(cache.get_or_insert_async("b", future(4))),
        Task::new(cache.get_or_insert_async("b", future(5))),
    );
    assert!(!first.poll() && !second.poll());
    first.cancel();
    drop(first);
    assert_eq!((second.finish(), cache.get("b")), (5, Some(5)));
    // The future is `Send`, and the cache is found by its value's address.
    let shared = Arc::new(cache);
    let own = shared.clone();
    let task = async move { own.get_or_insert_async("c", async { 6 }).await };
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    assert_eq!(finish(is_send(task)), 6);
    // A future that a thread's call waits for.
    assert_eq!(shared.get_or_insert_with("c", || unreachable!()), 6);
}

#[test]
fn times() {
    let clock = Mock::new();
    let _installed = clock.install();
    let ttl: Cache<u8, u8> = Cache::builder().ttl(SECOND * 60).build();
    let idle: Cache<u8, u8> = Cache::builder().idle(SECOND * 60).lru(10).build();
    let both: Cache<u8, u8> = Cache::builder().ttl(SECOND * 90).idle(SECOND * 60).build();
    let of: Cache<u8, u8> =
        Cache::builder().ttl(SECOND * 30).ttl_of(|_, value| SECOND * u32::from(*value)).build();
    for cache in [&ttl, &idle, &both, &of] {
        cache.insert(1, 20);
        cache.insert(2, 200);
        assert_eq!(cache.get_or_insert_with(&3, || 10), 10);
    }
    clock.advance(SECOND * 15);
    assert_eq!([1, 2, 3].map(|key| of.peek(&key)), [Some(20), Some(200), None]);
    clock.advance(SECOND * 10);
    assert_eq!([1, 2, 3].map(|key| of.get(&key)), [None, Some(200), None]);
    clock.advance(SECOND * 15);
    assert_eq!((of.get(&2), ttl.get(&1), idle.get(&1), both.get(&1)), (None, Some(20), Some(20), Some(20)));
    clock.advance(SECOND * 30);
    assert_eq!((ttl.get(&1), idle.get(&1), idle.get(&2), both.get(&1)), (None, Some(20), None, Some(20)));
    clock.advance(SECOND * 30);
    assert_eq!((idle.get(&1), both.get(&1)), (Some(20), None));
    assert_eq!((ttl.len(), ttl.sweep(), ttl.len(), ttl.info().expirations), (3, 3, 0, 3));
    // Nothing that does not live is kept, and it takes out what was.
    of.insert(7, 5);
    assert_eq!((of.insert(7, 0), of.get(&7)), (Some(5), None));
    let none: Cache<u8, u8> = Cache::builder().ttl(Duration::ZERO).build();
    none.insert(1, 1);
    assert_eq!((none.get_or_insert_with(&1, || 2), none.len()), (2, 0));
}

#[test]
fn is_told_what_leaves() {
    let clock = Mock::new();
    let _installed = clock.install();
    let told: Arc<Mutex<Vec<(u8, String, Cause)>>> = Arc::default();
    let own = told.clone();
    let cache = Cache::builder()
        .lru(2)
        .ttl(SECOND)
        .on_evict(move |key: &u8, value: &String, cause| {
            own.lock().unwrap().push((*key, value.clone(), cause));
        })
        .build();
    let taken = || std::mem::take(&mut *told.lock().unwrap());
    cache.insert(1, "a".into());
    cache.insert(1, "b".into());
    assert_eq!(taken(), [(1, "a".into(), Cause::Replaced)]);
    cache.insert(2, "c".into());
    cache.get_or_insert_with(&3, || "d".into());
    assert_eq!(taken(), [(1, "b".into(), Cause::Capacity)]);
    cache.remove(&2);
    assert_eq!(cache.retain(|_, _| false), 1);
    assert_eq!(taken(), [(2, "c".into(), Cause::Invalidated), (3, "d".into(), Cause::Invalidated)]);
    cache.insert(4, "e".into());
    clock.advance(SECOND);
    assert_eq!(cache.sweep(), 1);
    assert_eq!(taken(), [(4, "e".into(), Cause::Expired)]);
    cache.insert(5, "f".into());
    cache.clear();
    assert_eq!(taken(), [(5, "f".into(), Cause::Invalidated)]);
    cache.insert(6, "g".into());
    cache.set_capacity(0);
    assert_eq!(taken(), [(6, "g".into(), Cause::Capacity)]);
    drop(cache);
    assert_eq!(taken(), []);
}

#[test]
fn capacities() {
    let cache: Cache<u64, u64> = Cache::lru(0);
    cache.insert(1, 1);
    assert_eq!((cache.get_or_insert_with(&1, || 2), cache.len(), cache.info().misses), (2, 0, 1));
    cache.set_capacity(2);
    (0..5).for_each(|key| assert_eq!(cache.insert(key, key), None));
    assert_eq!((cache.len(), cache.info().capacity, cache.get(&4)), (2, Some(2), Some(4)));
    let unbounded: Cache<u64, u64> = Cache::unbounded();
    (0..10).for_each(|key| assert_eq!(unbounded.insert(key, key), None));
    unbounded.get(&0);
    unbounded.set_capacity(3);
    assert_eq!((unbounded.len(), unbounded.info().capacity, unbounded.peek(&9)), (3, Some(3), Some(9)));
    unbounded.insert(10, 10);
    assert_eq!((unbounded.len(), unbounded.peek(&7)), (3, None), "what was stored first");
}

#[test]
fn snapshots() {
    let cache: Cache<u32, String> = Cache::lru(100);
    (0..70).for_each(|key| drop(cache.insert(key, key.to_string())));
    let mut count = 0;
    for (key, value) in &cache {
        assert_eq!(value, key.to_string());
        cache.insert(key + 1000, value);
        cache.remove(&key);
        count += 1;
    }
    assert_eq!((count, cache.len()), (70, 70));
    let entries = cache.iter();
    assert_eq!(entries.len(), 70);
    assert!(entries.map(|(key, _)| key).all(|key| key >= 1000));
    assert_eq!(cache.info().hits, 0);
    assert_eq!(
        cache.retain(|key, value| {
            cache.insert(*key, value.clone() + "!");
            false
        }),
        0,
        "newer ones"
    );
    assert_eq!(cache.peek(&1000), Some("0!".into()));
}

#[test]
fn other_hashers_and_bad_ones() {
    let cache = Cache::builder().hasher(RandomState::new()).lru(10).build();
    cache.insert("a", 1);
    assert_eq!(cache.get("a"), Some(1));
    let cache = Cache::builder().hasher(Constant::default()).build();
    (0..100u64).for_each(|key| assert_eq!(cache.insert(key, key), None));
    assert!((0..100).all(|key| cache.get(&key) == Some(key)));
    assert_eq!((cache.remove(&50), cache.get(&50), cache.len()), (Some(50), None, 99));
}

/// `Eq`, `Hash`, `Clone` and `Drop` of keys and values that come back.
#[test]
fn users_code_may_come_back() {
    thread_local!(static CACHE: RefCell<Option<Arc<Cache<Odd, Odd>>>> = const { RefCell::new(None) });
    fn again() {
        if let Some(cache) = CACHE.take() {
            cache.get(&Odd(100));
            cache.insert(Odd(101), Odd(1));
            cache.remove(&Odd(101));
            CACHE.set(Some(cache));
        }
    }
    #[derive(Debug)]
    struct Odd(u32);
    impl PartialEq for Odd {
        fn eq(&self, other: &Self) -> bool {
            again();
            self.0 == other.0
        }
    }
    impl Eq for Odd {}
    impl std::hash::Hash for Odd {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            again();
            state.write_u32(self.0 % 3);
        }
    }
    impl Clone for Odd {
        fn clone(&self) -> Self {
            again();
            Self(self.0)
        }
    }
    impl Drop for Odd {
        fn drop(&mut self) {
            again();
        }
    }
    watched(|| {
        let cache: Arc<Cache<Odd, Odd>> = Arc::new(Cache::lru(4));
        CACHE.set(Some(cache.clone()));
        for round in 0..3 {
            for key in 0..8 {
                cache.get_or_insert_with(&Odd(key), || Odd(key + round));
                cache.insert(Odd(key), Odd(key));
                assert!(cache.get(&Odd(key)).is_some());
            }
            cache.retain(|key, _| key.0 % 2 == 0);
            cache.iter().for_each(drop);
            cache.remove(&Odd(6));
        }
        CACHE.set(None);
        cache.clear();
        assert!(cache.is_empty());
    });
}

#[test]
fn agrees_with_a_plain_lru() {
    let mut random = Random(3);
    for capacity in [1usize, 2, 7, 30] {
        let cache: Cache<u64, u64> = Cache::lru(capacity);
        let mut model: Vec<(u64, u64)> = Vec::new(); // the most recent last
        for step in 0..3000u64 {
            let key = random.below(capacity * 2 + 2) as u64;
            let at = model.iter().position(|(other, _)| *other == key);
            match random.below(8) {
                0 | 1 => {
                    let old = at.map(|at| model.remove(at).1);
                    model.push((key, step));
                    assert_eq!(cache.insert(key, step), old);
                }
                2 | 3 => {
                    let found = at.map(|at| model.remove(at));
                    model.extend(found);
                    assert_eq!(cache.get(&key), found.map(|(_, value)| value));
                }
                4 => assert_eq!(cache.remove(&key), at.map(|at| model.remove(at).1)),
                5 => assert_eq!(cache.peek(&key), at.map(|at| model[at].1)),
                _ => {
                    let entry = at.map_or((key, step), |at| model.remove(at));
                    model.push(entry);
                    assert_eq!(cache.get_or_insert_with(&key, || step), entry.1);
                }
            }
            if model.len() > capacity {
                model.remove(0);
            }
            assert_eq!(cache.len(), model.len());
        }
        let entries: HashMap<u64, u64> = cache.iter().collect();
        assert_eq!(entries, model.into_iter().collect());
    }
}

#[test]
fn threads_do_everything_at_once() {
    watched(|| {
        let evicted = Arc::new(AtomicUsize::new(0));
        let own = evicted.clone();
        let hooked = Cache::builder().lru(50).idle(SECOND).on_evict(move |_: &u64, _: &String, _| {
            own.fetch_add(1, SeqCst);
        });
        let caches =
            [Cache::lru(50), Cache::unbounded(), hooked.build(), Cache::builder().ttl(SECOND).build()];
        for cache in &caches {
            on_threads(4, |thread| {
                let mut random = Random(thread as u64 + 9);
                for _ in 0..3000 {
                    let key = random.below(100) as u64;
                    let check =
                        |value: Option<String>| assert!(value.is_none_or(|value| value == key.to_string()));
                    match random.below(40) {
                        0 => drop(cache.retain(|key, value| {
                            assert_eq!(*value, key.to_string());
                            key % 3 != 0
                        })),
                        1 => cache.clear(),
                        2 => cache.set_capacity(10 + random.below(60)),
                        3..10 => check(cache.remove(&key)),
                        10..20 => check(cache.insert(key, key.to_string())),
                        20..30 => check(cache.get(&key)),
                        30 => assert!(cache.iter().all(|(key, value)| value == key.to_string())),
                        _ => check(Some(cache.get_or_insert_with(&key, || key.to_string()))),
                    }
                }
            });
            assert!(cache.len() <= 100);
        }
        assert!(evicted.load(SeqCst) > 0);
    });
}

/// An insertion is the last word, also where nothing is kept.
#[test]
fn an_insertion_into_no_room_beats_a_computation() {
    let cache: Cache<u8, u8> = Cache::builder().capacity(5).build();
    let value = cache.get_or_insert_with(&1, || {
        cache.set_capacity(0);
        cache.insert(1, 2);
        cache.set_capacity(5);
        1
    });
    assert_eq!((value, cache.peek(&1)), (1, None));
    assert_eq!((cache.get_or_insert_with(&1, || 3), cache.peek(&1)), (3, Some(3)));
}

/// A value that is too heavy takes the old one out, which is dropped if its own `Drop` panics.
#[test]
fn nothing_leaks_as_a_refused_value_panics() {
    #[derive(Clone)]
    struct Load(usize, #[expect(dead_code, reason = "counts")] Arc<()>);
    impl Drop for Load {
        fn drop(&mut self) {
            assert!(self.0 <= 10 || thread::panicking(), "too heavy");
        }
    }

    let count = Arc::new(());
    let cache: Cache<u8, Load> = Cache::builder().weight(10, |_, load: &Load| load.0).build();
    cache.insert(1, Load(1, count.clone()));
    let heavy = Load(11, count.clone());
    assert!(catch_unwind(AssertUnwindSafe(|| drop(cache.insert(1, heavy)))).is_err());
    assert_eq!((cache.len(), Arc::strong_count(&count)), (0, 1));
}
