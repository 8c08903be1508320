//! What has a name: caches by hand, pools, weak containers.

use crate::{alone, named, report};
use std::sync::Arc;
use std::time::Duration;
use weakcache::pool::Pool;
use weakcache::{Cache, CacheKind, CacheReport, clear_all, clock, sweep_all};

fn is_here(report: &CacheReport, kind: CacheKind, line: u32) {
    assert_eq!((report.kind, report.file, report.line, report.instances), (kind, file!(), line, 1));
}

#[test]
fn a_cache_by_hand() {
    let _alone = alone();
    let unnamed: Cache<u8, u8> = Cache::lru(3);
    unnamed.insert(1, 1);
    let cache: Cache<u8, u8> = Cache::builder().lru(2).name("by hand").build();
    let line = line!() - 1;
    for n in 0..3 {
        cache.insert(n, n);
    }
    assert_eq!((cache.get(&2), cache.get(&0)), (Some(2), None));
    let report_of = report("by hand");
    is_here(&report_of, CacheKind::Cache, line);
    assert_eq!((report_of.len, report_of.capacity), (2, Some(2)));
    assert_eq!((report_of.hits, report_of.misses, report_of.evictions), (1, 1, 1));
    assert_eq!(cache.info().misses, 1);
    assert!(report_of.bytes > 0);

    let moved = Box::new(cache);
    clear_all();
    assert!(moved.is_empty());
    assert_eq!((report("by hand").misses, moved.info().misses), (0, 0));
    assert_eq!(unnamed.len(), 1, "what has no name is nobody else's");
    drop(moved);
    assert_eq!(named("by hand"), []);
}

#[test]
fn every_kind_of_cache_by_hand() {
    let _alone = alone();
    let clock = clock::Mock::new();
    let _installed = clock.install();
    let second = Duration::from_secs(1);
    let builders = || {
        [
            Cache::<u8, u8>::builder(),
            Cache::builder().ttl(second),
            Cache::builder().lru(9),
            Cache::builder().capacity(9).idle(second),
            Cache::builder().lru(9).on_evict(|_, _, _| {}),
            Cache::builder().capacity(9).weight(100, |_, _| 3),
        ]
    };
    let caches: Vec<_> = builders().into_iter().map(|builder| builder.name("one of many").build()).collect();
    for cache in &caches {
        cache.insert(1, 1);
    }
    let reports = named("one of many");
    assert_eq!(reports.iter().map(|report| report.len).collect::<Vec<_>>(), [1; 6]);
    assert_eq!(reports.iter().map(|report| report.weight).collect::<Vec<_>>(), [0, 0, 0, 0, 0, 3]);
    sweep_all();
    clock.advance(second);
    assert_eq!(sweep_all(), 2);
    assert_eq!(named("one of many").iter().map(|report| report.expirations).sum::<u64>(), 2);
}

#[test]
fn a_pool() {
    let _alone = alone();
    let pool = Pool::builder(|| [0_u8; 100]).size(2).max_live(5).name("buffers").build();
    let line = line!() - 1;
    let held = (pool.acquire(), pool.acquire(), pool.acquire());
    let report_of = report("buffers");
    is_here(&report_of, CacheKind::Pool, line);
    assert_eq!((report_of.len, report_of.capacity, report_of.hits, report_of.misses), (3, Some(5), 2, 3));
    assert!(report_of.bytes > 300);
    clear_all();
    drop(held);
    assert_eq!((report("buffers").len, pool.info().idle), (3, 3));
    drop(pool);
    assert_eq!(named("buffers"), []);

    let shared = Arc::new(Pool::builder(|| 1).name("buffers").build());
    let object = shared.acquire_owned();
    drop(shared);
    assert_eq!(
        (report("buffers").len, report("buffers").capacity),
        (1, None),
        "who holds an object holds the pool"
    );
    drop(object);
    assert_eq!(named("buffers"), []);
}

#[cfg(feature = "weak-containers")]
#[test]
fn weak_containers() {
    use std::hash::RandomState;
    use weakcache::{ArcWeakValueMap, Strong, WeakKeyMap, WeakSet, WeakValueMap};

    let _alone = alone();
    let (strong, other) = (Strong::new(1_u8), Strong::new(2_u8));
    let values = WeakValueMap::new().with_name("values");
    let line = line!() - 1;
    let keys = WeakKeyMap::by_identity().with_name("keys");
    let set = WeakSet::with_hasher(RandomState::new()).with_name("set");
    let arcs = ArcWeakValueMap::new().with_name("arcs");
    values.insert("one", &strong);
    keys.insert(&strong, "one");
    set.insert(&strong);
    set.insert(&other);
    let arc = Arc::new(1_u8);
    arcs.insert("one", &arc);
    is_here(&report("values"), CacheKind::WeakMap, line);
    is_here(&report("keys"), CacheKind::WeakMap, line + 2);
    is_here(&report("set"), CacheKind::WeakSet, line + 3);
    assert_eq!(
        (report("values").len, report("keys").len, report("set").len, report("arcs").len),
        (1, 1, 2, 1)
    );
    assert!(report("values").bytes > 0);
    clear_all();
    assert_eq!(report("values").len, 1, "it holds nothing that could be computed again");
    drop((strong, arc));
    assert_eq!(
        (report("values").len, report("keys").len, report("set").len, report("arcs").len),
        (0, 0, 1, 0)
    );
    sweep_all();
    let renamed = values.with_name("renamed");
    assert_eq!((named("values"), named("renamed").len()), (vec![], 1));
    drop((renamed, keys, set, arcs));
    for name in ["renamed", "keys", "set", "arcs"] {
        assert_eq!(named(name), [], "{name}");
    }
}
