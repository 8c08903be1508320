//! `capacity`: who gives way, what a hit waits for, and that the bound holds at every moment.

use crate::support::{Barrier, Random, on_threads, watched};
use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, LazyLock, OnceLock, mpsc};
use std::thread;
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::{Cache, Cause};

fn cache<K, V>(capacity: usize) -> Cache<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Cache::builder().capacity(capacity).build()
}

/// Eight threads with every operation; the length is looked at after each.
fn storm<V: Clone + PartialEq + std::fmt::Debug + Send + Sync + 'static>(
    cache: &Cache<u64, V>,
    most: usize,
    value: impl Fn(u64) -> V + Sync,
    other: impl Fn(&Cache<u64, V>, &mut Random) + Sync,
) {
    let start = Barrier::new(8);
    on_threads(8, |thread| {
        let mut random = Random(thread as u64);
        start.wait();
        for _ in 0..1500 {
            // Half of the calls are for a few keys.
            let below = if random.next().is_multiple_of(2) { 1 + most as u64 / 2 } else { 4 * most as u64 };
            let key = random.next() % below;
            match random.next() % 16 {
                0..=9 => assert_eq!(cache.get_or_insert_with(&key, || value(key)), value(key)),
                10 | 11 => assert!(cache.get(&key).is_none_or(|found| found == value(key))),
                12 => {
                    cache.insert(key, value(key));
                }
                13 => {
                    cache.remove(&key);
                }
                14 => assert!(cache.peek(&key).is_none_or(|found| found == value(key))),
                _ => other(cache, &mut random),
            }
            let len = cache.len();
            assert!(len <= most, "{len} entries, of {most} at most");
        }
    });
}

#[test]
fn no_moment_has_one_too_many() {
    watched(|| {
        for most in [1, 2, 7, 64] {
            let rarely = |cache: &Cache<u64, _>, random: &mut Random| match random.next() % 8 {
                0 => cache.clear(),
                1 => drop(cache.retain(|key, _| key % 3 != 0)),
                2 => drop(cache.sweep()),
                _ => {}
            };
            storm(&cache(most), most, |key| key + 1, rarely);
            let evicted = Arc::new(AtomicUsize::new(0));
            let counted = evicted.clone();
            let texts = Cache::builder()
                .capacity(most)
                .on_evict(move |_, _: &String, cause| {
                    counted.fetch_add(usize::from(cause == Cause::Capacity), Relaxed);
                })
                .build();
            storm(&texts, most, |key| format!("{key:032}"), |_, _| {});
            assert_eq!(texts.info().evictions, evicted.load(Relaxed) as u64, "each was told of");
        }
    });
}

#[test]
fn nor_while_the_bound_moves() {
    watched(|| {
        let cache = cache(40);
        let set = |cache: &Cache<u64, String>, random: &mut Random| {
            cache.set_capacity((random.next() % 41) as usize);
        };
        storm(&cache, 40, |key| key.to_string(), set);
        cache.set_capacity(3);
        assert!(cache.len() <= 3);
        for key in 0..100 {
            cache.get_or_insert_with(&key, || key.to_string());
            assert!(cache.len() <= 3);
        }
    });
}

#[test]
fn nor_while_entries_expire() {
    watched(|| {
        let clock = Mock::new();
        let _installed = clock.install();
        let cache = Cache::builder().capacity(20).ttl(Duration::from_secs(5)).build();
        let advance = |_: &Cache<u64, u64>, _: &mut Random| clock.advance(Duration::from_secs(1));
        storm(&cache, 20, |key| key, advance);
    });
}

/// Hits and misses are the calls, and what came in is there or left.
#[test]
fn nothing_is_lost_or_counted_twice() {
    watched(|| {
        let (cache, ran) = (cache(50), AtomicUsize::new(0));
        on_threads(8, |thread| {
            let mut random = Random(thread as u64);
            for _ in 0..4000 {
                let key = random.next() % 150;
                let body = || {
                    ran.fetch_add(1, Relaxed);
                    key
                };
                assert_eq!(cache.get_or_insert_with(&key, body), key);
            }
        });
        let info = cache.info();
        assert_eq!(info.hits + info.misses, 8 * 4000);
        assert_eq!(info.misses, ran.load(Relaxed) as u64);
        assert_eq!(info.misses, info.evictions + info.len as u64);
        assert_eq!((info.len, cache.iter().count()), (50, 50));
    });
}

/// What is asked for again and again outlives any number of keys that are asked for once.
#[test]
fn a_scan_does_not_drive_out_what_is_in_use() {
    let (ours, lru) = (cache(100), Cache::lru(100));
    let mut hits = [0, 0];
    for key in 0..20_000_u64 {
        let hot = key % 50;
        for (cache, hits) in [&ours, &lru].into_iter().zip(&mut hits) {
            *hits += u32::from(cache.get(&hot).is_some());
            cache.insert(hot, 0);
            // Two scans for each: of a hundred entries, all were asked for since.
            cache.insert(1000 + 2 * key, 1);
            cache.insert(1001 + 2 * key, 1);
        }
    }
    assert!(hits[0] > 19_000, "{hits:?}");
    assert_eq!(hits[1], 0, "as it must be of the exact order of use");
}

/// Of a loop through three times as many keys as there is room for, a part stays, and is hit in each round.
#[test]
fn of_a_loop_a_part_stays() {
    let (ours, lru) = (cache(100), Cache::lru(100));
    for key in (0..300).cycle().take(30_000) {
        for cache in [&ours, &lru] {
            cache.get_or_insert_with(&key, || key);
        }
    }
    assert!(ours.info().hits > 8_000, "{}", ours.info());
    assert_eq!(lru.info().hits, 0);
}

#[test]
fn what_has_expired_goes_first() {
    let clock = Mock::new();
    let _installed = clock.install();
    let cache = Cache::builder().capacity(10).ttl(Duration::from_mins(1)).build();
    for key in 0..5 {
        cache.insert(key, key);
    }
    clock.advance(Duration::from_secs(40));
    for key in 5..10 {
        cache.insert(key, key);
    }
    clock.advance(Duration::from_secs(30));
    for key in 10..15 {
        cache.insert(key, key);
    }
    let info = cache.info();
    assert_eq!((info.len, info.evictions, info.expirations), (10, 0, 5));
    assert!((5..15).all(|key| cache.peek(&key) == Some(key)));
}

/// A key whose comparison waits, on the thread that says so.
#[derive(Clone, Debug)]
struct Slow(u64);

thread_local! {
    static WAITS: Cell<bool> = const { Cell::new(false) };
}

/// Says that a thread is in a comparison, and hears that it may go on.
type Signals = (mpsc::SyncSender<()>, std::sync::Mutex<mpsc::Receiver<()>>);
static SIGNALS: OnceLock<Signals> = OnceLock::new();

impl PartialEq for Slow {
    fn eq(&self, other: &Self) -> bool {
        if WAITS.replace(false) {
            let (entered, go_on) = SIGNALS.get().unwrap();
            entered.send(()).unwrap();
            go_on.lock().unwrap().recv().unwrap();
        }
        self.0 == other.0
    }
}

impl Eq for Slow {}

impl Hash for Slow {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// One thread is in the middle of a hit, and others hit the same entry, and another.
#[test]
fn a_hit_waits_for_no_other() {
    watched(|| {
        static CACHE: LazyLock<Cache<Slow, u64>> = LazyLock::new(|| cache(4));
        let ((entered, is_in), (go_on, gate)) = (mpsc::sync_channel(1), mpsc::sync_channel(1));
        assert!(SIGNALS.set((entered, gate.into())).is_ok());
        CACHE.insert(Slow(1), 1);
        CACHE.insert(Slow(2), 2);
        let slow = thread::spawn(|| {
            WAITS.set(true);
            CACHE.get(&Slow(1))
        });
        is_in.recv().unwrap();
        assert_eq!((CACHE.get(&Slow(1)), CACHE.get(&Slow(2))), (Some(1), Some(2)));
        assert_eq!(CACHE.get_or_insert_with(&Slow(1), || unreachable!()), 1);
        go_on.send(()).unwrap();
        assert_eq!(slow.join().unwrap(), Some(1));
        assert_eq!(CACHE.info().hits, 4);
    });
}

/// A value that asks the cache when it is dropped.
#[derive(Clone)]
struct Asks(&'static LazyLock<Cache<u64, Arc<Asks>>>);

impl Drop for Asks {
    fn drop(&mut self) {
        assert!(self.0.len() <= 3);
        self.0.get(&0);
        self.0.peek(&1);
    }
}

#[test]
fn what_gives_way_is_dropped_outside_of_the_lock() {
    watched(|| {
        static CACHE: LazyLock<Cache<u64, Arc<Asks>>> = LazyLock::new(|| cache(3));
        on_threads(4, |thread| {
            for key in 0..200 {
                CACHE.get_or_insert_with(&(key + thread as u64), || Arc::new(Asks(&CACHE)));
            }
        });
        CACHE.set_capacity(1);
        assert_eq!(CACHE.len(), 1);
        CACHE.set_capacity(0);
        assert!(CACHE.is_empty());
    });
}

#[test]
fn zero_keeps_nothing() {
    let cache = cache(0);
    assert_eq!((cache.get_or_insert_with(&1, || 7), cache.insert(1, 8), cache.get(&1)), (7, None, None));
    cache.set_capacity(1);
    assert_eq!((cache.insert(1, 8), cache.get(&1)), (None, Some(8)));
}
