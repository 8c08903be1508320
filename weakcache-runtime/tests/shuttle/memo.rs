//! Memo caches under several threads: hits, evictions, invalidations and expiry where the schedule has them.
//!
//! The lock for what is mostly read is the one that ships. A mock clock installed by one thread is that of all here,
//! since they are coroutines of one thread of the system. Each model has a control: with a step of the protocol
//! done wrong it must fail, or it shows nothing.

use crate::schedules::{Alone, Key, any, at_once, caught, fail, fails_with, is_control, model, turn};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::{Cache, Strong, invalidate_tag, memoize};
use weakcache_runtime::__private::fault::Fault;

/// A cache that is exact, one whose hits are readings, and one without a bound.
fn caches<V: Clone + Send + Sync + 'static>(most: usize) -> Cache<Key, V> {
    match any(3) {
        0 => Cache::lru(most),
        1 => Cache::builder().capacity(most).build(),
        _ => Cache::unbounded(),
    }
}

/// Each key is computed by one thread; some of the bodies panic, and then another one computes.
fn one_body_a_key() {
    struct Shared {
        cache: Cache<Key, u64>,
        alone: [Alone; 2],
        ended: AtomicU64,
        failed: AtomicU64,
    }
    let shared = Shared {
        cache: caches(2),
        alone: Default::default(),
        ended: AtomicU64::new(0),
        failed: AtomicU64::new(0),
    };
    let shared = at_once::<3, _>(shared, |shared, thread| {
        for step in 0..2 {
            let key = (thread + step) % 2;
            let body = || {
                let _alone = shared.alone[usize::try_from(key).unwrap()].enter();
                turn();
                if any(4) == 0 {
                    shared.failed.fetch_add(1, SeqCst);
                    fail()
                }
                shared.ended.fetch_add(1, SeqCst);
                key + 7
            };
            let value = caught(|| shared.cache.get_or_insert_with(&Key(key), body));
            assert!(value.is_none_or(|value| value == key + 7));
        }
    });
    let (ended, failed) = (shared.ended.load(SeqCst), shared.failed.load(SeqCst));
    let info = shared.cache.info();
    assert!(ended == shared.cache.len() as u64 && ended <= 2, "{info:?}");
    assert_eq!((info.misses, info.hits), (ended + failed, 6 - ended - failed));
}

/// What is written is seen by who calls after its key was removed, or after all was cleared; what was put in stays.
fn invalidated() {
    struct Shared {
        cache: Cache<Key, u64>,
        source: AtomicU64,
        /// What whoever calls now has to see at least.
        told: AtomicU64,
    }
    let shared = Shared { cache: caches(2), source: AtomicU64::new(0), told: AtomicU64::new(0) };
    let shared = at_once::<3, _>(shared, |shared, thread| {
        let source = || {
            let value = shared.source.load(SeqCst);
            turn();
            value
        };
        let call = || {
            let told = shared.told.load(SeqCst);
            let value = shared.cache.get_or_insert_with(&Key(1), source);
            assert!(value >= told, "{value} after {told}");
        };
        if thread == 0 {
            for version in 1..3 {
                shared.source.store(version, SeqCst);
                match any(3) {
                    0 => shared.cache.clear(),
                    1 => drop(shared.cache.insert(Key(1), version)),
                    _ => drop(shared.cache.remove(&Key(1))),
                }
                shared.told.store(version, SeqCst);
                call();
            }
        } else {
            call();
            call();
        }
    });
    assert!(shared.cache.peek(&Key(1)).is_none_or(|value| value == 2));
}

/// More keys than there is room for: none has the value of another, and there are never more, nor heavier ones.
fn evicted() {
    let builder = Cache::<Key, Strong<u64>>::builder();
    let builder = if any(2) == 0 { builder.lru(3) } else { builder.capacity(3) };
    let cache = if any(2) == 0 {
        builder.build()
    } else {
        let weigh = |_: &Key, _: &Strong<u64>| {
            turn();
            usize::try_from(any(3)).unwrap()
        };
        builder.weight(4, weigh).build()
    };
    for key in 0..3 {
        cache.insert(Key(key), Strong::new(key));
    }
    let cache = at_once::<3, _>(cache, |cache, thread| {
        for step in 0..4 {
            let key = any(6);
            match any(6) {
                0 => assert!(cache.insert(Key(key), Strong::new(key)).is_none_or(|old| *old == key)),
                1 => assert!(cache.remove(&Key(key)).is_none_or(|old| *old == key)),
                2 => assert!(cache.get(&Key(key)).is_none_or(|value| *value == key)),
                3 => assert!(cache.iter().all(|(key, value)| *value == key.0)),
                _ => assert_eq!(*cache.get_or_insert_with(&Key(key), || Strong::new(key)), key),
            }
            if thread == 0 && step == 2 {
                cache.set_capacity(2);
            }
            let info = cache.info();
            assert!(info.len <= 3 && info.weight <= 4, "there is never more than said");
        }
    });
    assert!(cache.len() <= 2);
}

/// As long as said, values are served, and no longer: what is called for after that is computed anew, once.
fn expired() {
    const TTL: Duration = Duration::from_mins(1);
    struct Shared {
        cache: Cache<Key, u64>,
        clock: Mock,
        /// How often as much time has gone by, and how often something was computed.
        ages: AtomicU64,
        runs: AtomicU64,
    }
    let clock = Mock::new();
    let _installed = clock.install();
    // The control: they are served for longer than said.
    let builder = Cache::builder().ttl(if is_control() { 4 * TTL } else { TTL });
    let cache = match any(3) {
        0 => builder.lru(4).build(),
        1 => builder.capacity(4).build(),
        _ => builder.build(),
    };
    let shared = Shared { cache, clock: clock.clone(), ages: AtomicU64::new(0), runs: AtomicU64::new(0) };
    let shared = at_once::<3, _>(shared, |shared, thread| {
        for _ in 0..2 {
            if thread == 0 {
                shared.clock.advance(TTL);
                shared.ages.fetch_add(1, SeqCst);
                turn();
                assert!(shared.cache.sweep() <= 1);
                assert!(shared.cache.len() <= 1);
            }
            let age = shared.ages.load(SeqCst);
            let body = || {
                turn();
                shared.runs.fetch_add(1, SeqCst);
                shared.ages.load(SeqCst)
            };
            let value = shared.cache.get_or_insert_with(&Key(1), body);
            // It is stored a little later than it was made.
            assert!(value + 1 >= age, "{value} at {age}");
        }
    });
    let (runs, ages) = (shared.runs.load(SeqCst), shared.ages.load(SeqCst));
    assert!((1..=ages + 1).contains(&runs), "{runs} in {ages}");
    clock.advance(TTL);
    assert_eq!(shared.cache.get(&Key(1)), None);
    shared.cache.sweep();
    assert!(shared.cache.is_empty());
}

static SOURCE: AtomicU64 = AtomicU64::new(0);

#[memoize(lru = 4, tags("table"))]
fn tagged(key: u64) -> u64 {
    let value = SOURCE.load(SeqCst);
    turn();
    value + key
}

/// Who calls after a tag was invalidated sees what was written before that, whoever computes meanwhile.
fn a_tag() {
    static TOLD: AtomicU64 = AtomicU64::new(0);
    tagged(0); // from here on there is the cache, which `std`'s means wait for
    tagged::cache_clear();
    SOURCE.store(0, SeqCst);
    TOLD.store(0, SeqCst);
    at_once::<3, _>((), |(), thread| {
        for version in 1..3 {
            if thread == 0 {
                SOURCE.store(version, SeqCst);
                invalidate_tag(&"table");
                TOLD.store(version, SeqCst);
            }
            let told = TOLD.load(SeqCst);
            assert!(tagged(1) > told);
        }
    });
    assert_eq!(tagged(1), 3);
}

static ASKED: AtomicU64 = AtomicU64::new(0);
static FAILED: AtomicU64 = AtomicU64::new(0);

#[memoize(batch, lru = 8)]
fn squares(numbers: &[u64]) -> Vec<u64> {
    let before = ASKED.fetch_add(numbers.len() as u64, SeqCst);
    turn();
    // The first that are asked for fail.
    if before == 0 && any(2) == 0 {
        FAILED.store(numbers.len() as u64, SeqCst);
        fail()
    }
    numbers.iter().map(|number| number * number).collect()
}

/// Batches that overlap, in any order, wait for each other's keys, and compute what others have failed to.
fn batches() {
    ASKED.store(1, SeqCst);
    squares(&[1]); // as above
    squares::cache_clear();
    ASKED.store(0, SeqCst);
    FAILED.store(0, SeqCst);
    at_once::<3, _>((), |(), thread| {
        let numbers = [[1, 2, 3], [3, 2, 1], [2, 4, 1]][usize::try_from(thread).unwrap()];
        let results = caught(|| squares(&numbers));
        assert!(results.is_none_or(|results| results == numbers.map(|number| number * number)));
    });
    match (ASKED.load(SeqCst), FAILED.load(SeqCst)) {
        (asked, 0) => assert_eq!(asked, 4, "each once"),
        // Of two that take over what has failed, each may come to look, for a moment, as if it waited for the other: then
        // it computes beside.
        (asked, failed) => assert!(asked <= failed + 2 * 3, "{asked}, of which {failed} have failed"),
    }
    assert_eq!(squares(&[1, 2, 3, 4]), [1, 4, 9, 16]);
}

#[test]
fn each_key_is_computed_once() {
    model(1000, one_body_a_key);
    fails_with(Fault::LoseSilently, "memo::each_key_is_computed_once");
}

#[test]
fn what_was_invalidated_is_not_served() {
    model(1000, invalidated);
    fails_with(Fault::StoreInvalid, "memo::what_was_invalidated_is_not_served");
}

#[test]
fn no_key_has_the_value_of_another() {
    model(1000, evicted);
    fails_with(Fault::MakeRoomLate, "memo::no_key_has_the_value_of_another");
    fails_with(Fault::WriteUnasked, "memo::no_key_has_the_value_of_another");
    fails_with(Fault::NoteOver, "memo::no_key_has_the_value_of_another");
}

#[test]
fn what_has_expired_is_computed_anew() {
    model(1000, expired);
    fails_with(Fault::None, "memo::what_has_expired_is_computed_anew");
}

#[test]
fn what_a_tag_has_ended_is_not_served() {
    model(1000, a_tag);
    fails_with(Fault::FollowInvalid, "memo::what_a_tag_has_ended_is_not_served");
}

#[test]
fn batches_wait_for_each_other() {
    model(1000, batches);
    fails_with(Fault::WaitUnseen, "memo::batches_wait_for_each_other");
    fails_with(Fault::LoseSilently, "memo::batches_wait_for_each_other");
}
