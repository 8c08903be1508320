//! `CacheBuilder::weight` and `capacity`.

use crate::support::{Random, on_threads, watched};
use crate::tasks::{Task, now, yields};
use std::hash::RandomState;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::{Cache, CacheBuilder, Cause};

const SECOND: Duration = Duration::from_secs(1);

type Builder = CacheBuilder<u32, usize>;
type Option = (&'static str, fn(Builder) -> Builder);

/// Each kind of bound with everything else, in every combination.
#[test]
fn every_combination() {
    const BOUNDS: [Option; 3] = [
        ("lru", |builder| builder.lru(5)),
        ("capacity", |builder| builder.capacity(5)),
        ("weight alone", |builder| builder),
    ];
    const OTHERS: [Option; 5] = [
        ("ttl", |builder| builder.ttl(SECOND * 60)),
        ("idle", |builder| builder.idle(SECOND * 60)),
        ("ttl_of", |builder| builder.ttl_of(|_, _| SECOND * 60)),
        ("on_evict", |builder| {
            builder.on_evict(|_, value, _| _ = LEFT.lock().map(|mut left| left.push(*value)))
        }),
        ("name", |builder| builder.name("heavy")),
    ];
    static LEFT: Mutex<Vec<usize>> = Mutex::new(Vec::new());
    let clock = Mock::new();
    let _installed = clock.install();
    for (bound, with_bound) in BOUNDS {
        for which in 0..1 << OTHERS.len() {
            for weight_first in [true, false] {
                let chosen: Vec<_> = (0..OTHERS.len()).filter(|at| which & 1 << at != 0).collect();
                let mut builder = Cache::builder();
                let heavy = |builder: Builder| builder.weight(10, |_, value| *value);
                if weight_first {
                    builder = heavy(builder);
                }
                for at in &chosen {
                    builder = OTHERS[*at].1(builder);
                }
                builder = with_bound(builder);
                if !weight_first {
                    builder = heavy(builder);
                }
                let cache = builder.build();
                let context = format!("{bound} {chosen:?}");
                for key in 0..40 {
                    cache.insert(key, key as usize % 7);
                    let info = cache.info();
                    assert!(
                        info.weight <= 10 && (bound == "weight alone" || info.len <= 5),
                        "{context}: {info:?}"
                    );
                    assert_eq!(cache.get(&key), Some(key as usize % 7), "{context}");
                }
                assert_eq!(cache.insert(41, 11), None);
                assert_eq!(
                    (cache.get(&41), cache.info().capacity),
                    (None, (bound != "weight alone").then_some(5))
                );
                assert_eq!(
                    cache.insert(39, 11),
                    Some(4),
                    "{context}: what is too heavy takes out what there was"
                );
                assert_eq!(cache.peek(&39), None);
                let weight: usize = cache.iter().map(|(_, value)| value).sum();
                assert_eq!(weight, cache.info().weight, "{context}");
                assert_eq!(LEFT.lock().unwrap().is_empty(), !chosen.contains(&3), "{context}");
                LEFT.lock().unwrap().clear();
                let is_mortal = chosen.iter().any(|&at| at < 3);
                clock.advance(SECOND * 61);
                assert_eq!(cache.sweep() > 0, is_mortal, "{context}");
                assert_eq!(cache.info().weight == 0, is_mortal, "{context}");
                cache.clear();
                assert_eq!(cache.info().weight, 0);
                LEFT.lock().unwrap().clear();
            }
        }
    }
}

#[test]
fn types_are_named_as_ever_and_lie_in_statics() {
    static PAGES: LazyLock<Cache<String, Arc<[u8]>>> = LazyLock::new(|| {
        Cache::builder().weight(10, |url: &String, page: &Arc<[u8]>| url.len() + page.len()).build()
    });
    struct Holds {
        cache: Cache<u8, u8, RandomState>,
    }
    let holds =
        Holds { cache: Cache::builder().weight(2, |_, _| 1).hasher(RandomState::new()).capacity(7).build() };
    for key in 0..9 {
        holds.cache.insert(key, key);
        PAGES.insert(key.to_string(), vec![0; 3].into());
    }
    assert_eq!((holds.cache.len(), PAGES.info().weight), (2, 8));
    assert_eq!(
        format!("{:?}", Cache::<u8, u8>::builder().weight(7, |_, _| 1)),
        "CacheBuilder { bound: Unbounded, weight: Some(7), ttl: None, idle: None, name: None, .. }"
    );
}

#[test]
fn what_it_computes_is_weighed_too() {
    let cache: Cache<u32, usize> = Cache::builder().weight(10, |key, value| *key as usize + *value).build();
    assert_eq!((cache.get_or_insert_with(&1, || 4), cache.info().weight), (4, 5));
    assert_eq!(cache.get_or_try_insert_with(&2, || "9".parse::<usize>()), Ok(9));
    assert_eq!((cache.get(&2), cache.info().weight), (None, 5), "too heavy");
    assert_eq!(now(cache.get_or_insert_async(&3, async { 7 })), 7);
    assert_eq!((cache.get(&3), cache.info().weight, cache.len()), (Some(7), 10, 1));
    let (mut first, mut second) = (
        Task::new(cache.get_or_insert_async(&4, async {
            yields(1).await;
            1
        })),
        Task::new(cache.get_or_insert_async(&4, async { 2 })),
    );
    assert!(!first.poll() && !second.poll());
    first.cancel();
    assert_eq!((second.finish(), cache.info().weight), (2, 6));
}

#[test]
fn evicts_when_its_capacity_is_set() {
    let cache = Cache::builder().weight(100, |_, value| *value).build();
    for key in 0..20 {
        cache.insert(key, 5_usize);
    }
    assert_eq!((cache.len(), cache.info().weight, cache.info().capacity), (20, 100, None));
    cache.set_capacity(4);
    assert_eq!((cache.len(), cache.info().weight, cache.info().capacity), (4, 20, Some(4)));
    cache.insert(30, 90);
    assert_eq!(cache.info().weight, 100);
    assert!(cache.len() <= 3);
    cache.set_capacity(0);
    assert_eq!((cache.len(), cache.info().weight), (0, 0));
}

#[test]
fn a_panic_keeps_what_was_there_and_a_weigher_may_use_the_cache() {
    static CACHE: OnceLock<Cache<u32, usize>> = OnceLock::new();
    static PANICS: AtomicBool = AtomicBool::new(false);
    watched(|| {
        let cache = CACHE.get_or_init(|| {
            Cache::builder()
                .lru(9)
                .weight(10, |key, value| {
                    assert!(!PANICS.load(SeqCst), "as planned");
                    let cache = CACHE.get().unwrap();
                    if *key < 10 {
                        cache.insert(key + 10, *value / 2);
                    }
                    cache.sweep();
                    cache.retain(|_, _| true);
                    *value
                })
                .on_evict(|_, _, _| _ = CACHE.get().unwrap().info())
                .build()
        });
        cache.insert(1, 4);
        assert_eq!((cache.get(&1), cache.get(&11), cache.info().weight), (Some(4), Some(2), 6));
        PANICS.store(true, SeqCst);
        assert!(catch_unwind(AssertUnwindSafe(|| cache.insert(1, 5))).is_err());
        assert!(catch_unwind(AssertUnwindSafe(|| cache.get_or_insert_with(&2, || 5))).is_err());
        assert!(catch_unwind(AssertUnwindSafe(|| now(cache.get_or_insert_async(&3, async { 5 })))).is_err());
        assert_eq!(
            (cache.get(&1), cache.get(&2), cache.get(&3), cache.info().weight),
            (Some(4), None, None, 6)
        );
        PANICS.store(false, SeqCst);
        assert_eq!(cache.get_or_insert_with(&2, || 1), 1);
    });
}

#[test]
fn causes_are_told() {
    static LEFT: Mutex<Vec<(u32, usize, Cause)>> = Mutex::new(Vec::new());
    let cache = Cache::builder()
        .lru(9)
        .weight(10, |_, value| *value)
        .on_evict(|key, value, cause| LEFT.lock().unwrap().push((*key, *value, cause)))
        .build();
    let left = || std::mem::take(&mut *LEFT.lock().unwrap());
    for (key, value) in [(1, 3), (2, 3), (3, 3)] {
        cache.insert(key, value);
    }
    assert_eq!(cache.insert(2, 4), Some(3));
    assert_eq!(left(), [(2, 3, Cause::Replaced)]);
    assert_eq!(cache.insert(2, 8), Some(4));
    let mut gone = left();
    gone.sort_by_key(|(key, ..)| *key);
    assert_eq!(gone, [(1, 3, Cause::Capacity), (2, 4, Cause::Replaced), (3, 3, Cause::Capacity)]);
    assert_eq!((cache.insert(2, 11), left()), (Some(8), vec![(2, 8, Cause::Invalidated)]));
    assert_eq!((cache.info().weight, cache.info().evictions), (0, 2));
}

#[test]
fn no_bound_is_exceeded_in_a_storm() {
    let caches: [Cache<usize, Arc<str>>; 3] = [
        Cache::builder().lru(20).weight(300, |_, value: &Arc<str>| value.len()).build(),
        Cache::builder().capacity(20).weight(300, |_, value: &Arc<str>| value.len()).ttl(SECOND * 60).build(),
        Cache::builder().weight(300, |_, value: &Arc<str>| value.len()).on_evict(|_, _, _| {}).build(),
    ];
    watched(move || {
        for (cache, most) in caches.iter().zip([20, 20, 1000]) {
            on_threads(8, |thread| {
                let mut random = Random(thread as u64);
                for _ in 0..2_000 {
                    let (key, value) = (random.below(80), "a".repeat(random.below(60)).into());
                    match random.below(10) {
                        0 => drop(cache.insert(key, value)),
                        1 => drop(cache.remove(&key)),
                        2 if key == 0 => cache.clear(),
                        3 => drop(cache.get(&key)),
                        _ => drop(cache.get_or_insert_with(&key, || value)),
                    }
                    let info = cache.info();
                    assert!(info.len <= most && info.weight <= 300, "{info:?}");
                }
            });
            let weight: usize = cache.iter().map(|(_, value)| value.len()).sum();
            assert_eq!(weight, cache.info().weight);
        }
    });
}
