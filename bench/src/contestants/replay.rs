//! Caches by hand that are asked for the keys of a trace, and the optimum.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use foldhash::fast::RandomState;
use foyer_memory::{CacheBuilder, CacheProperties, EvictionConfig, LfuConfig, S3FifoConfig};
use lru::LruCache;
use weakcache::Cache;

use super::memo;

/// What one replay gives.
#[derive(Clone, Copy, Debug)]
pub struct Replayed {
    pub hits: u64,
    /// Not of what is no cache.
    pub time: Option<Duration>,
}

/// A cache that a trace is replayed to.
pub struct Contestant {
    pub name: &'static str,
    /// Replays keys to an empty one with room for so many.
    pub replay: fn(&[u64], usize) -> Replayed,
}

/// Of this library.
pub const OURS: &[Contestant] = &[
    Contestant {
        name: "weakcache `capacity`",
        replay: |keys, room| ours(keys, Cache::builder().capacity(room).build()),
    },
    Contestant { name: "weakcache `lru`", replay: |keys, room| ours(keys, Cache::lru(room)) },
];

/// Each in one shard, since several divide the room, and are full before it is used.
pub const PEERS: &[Contestant] = &[
    Contestant {
        name: "`LruCache`",
        replay: |keys, room| {
            let cache = LruCache::new(NonZeroUsize::new(room).expect("not zero"));
            replay(keys, cache, |cache, key| cache.get(&key).is_some(), |cache, key| _ = cache.put(key, key))
        },
    },
    Contestant {
        name: "quick_cache",
        replay: |keys, room| {
            let options = quick_cache::OptionsBuilder::new()
                .estimated_items_capacity(room)
                .weight_capacity(room as u64)
                .shards(1)
                .build()
                .expect("both sizes are given");
            let cache = memo::Quick::<u64, u64>::with_options(
                options,
                quick_cache::UnitWeighter,
                quick_cache::DefaultHashBuilder::default(),
                quick_cache::sync::DefaultLifecycle::default(),
            );
            replay(keys, cache, |cache, key| cache.get(&key).is_some(), |cache, key| cache.insert(key, key))
        },
    },
    Contestant {
        name: "moka: W-TinyLFU",
        replay: |keys, room| {
            let bounded: memo::Moka<u64, u64> = memo::moka(room);
            // Left alone it evicts late, and a small one holds many times its room: so hits are counted in one that
            // is not left alone, and the time is taken of one that is.
            let hit = |cache: &mut memo::Moka<u64, u64>, key| {
                cache.run_pending_tasks();
                cache.get(&key).is_some()
            };
            let Replayed { hits, .. } = replay(keys, bounded, hit, |cache, key| cache.insert(key, key));
            let cache: memo::Moka<u64, u64> = memo::moka(room);
            let timed = replay(
                keys,
                cache,
                |cache, key| cache.get(&key).is_some(),
                |cache, key| cache.insert(key, key),
            );
            Replayed { hits, ..timed }
        },
    },
    Contestant { name: "foyer: S3-FIFO", replay: |keys, room| foyer(keys, room, S3FifoConfig::default()) },
    Contestant { name: "foyer: W-TinyLFU", replay: |keys, room| foyer(keys, room, LfuConfig::default()) },
];

/// What knows the future: keeps those that are asked for soonest, after Belady (1966). None does better.
pub const OPTIMUM: Contestant = Contestant {
    name: "the optimum",
    replay: |keys, room| Replayed { hits: optimum(keys, room), time: None },
};

/// `hit` says whether a key is there, and `insert` puts it there where it is not.
fn replay<C>(
    keys: &[u64],
    mut cache: C,
    hit: impl Fn(&mut C, u64) -> bool,
    insert: impl Fn(&mut C, u64),
) -> Replayed {
    let start = Instant::now();
    let mut hits = 0;
    for &key in keys {
        if hit(&mut cache, key) {
            hits += 1;
        } else {
            insert(&mut cache, key);
        }
    }
    Replayed { hits, time: Some(start.elapsed()) }
}

fn ours(keys: &[u64], cache: Cache<u64, u64>) -> Replayed {
    replay(keys, cache, |cache, key| cache.get(&key).is_some(), |cache, key| _ = cache.insert(key, key))
}

fn foyer(keys: &[u64], room: usize, policy: impl Into<EvictionConfig>) -> Replayed {
    let cache: foyer_memory::Cache<u64, u64, RandomState, CacheProperties> = CacheBuilder::new(room)
        .with_shards(1)
        .with_eviction_config(policy)
        .with_hash_builder(RandomState::default())
        .build();
    replay(keys, cache, |cache, key| cache.get(&key).is_some(), |cache, key| _ = cache.insert(key, key))
}

/// How many of the accesses hit, if what is evicted is always what is asked for last.
fn optimum(keys: &[u64], room: usize) -> u64 {
    let mut soonest = HashMap::new();
    let mut next: Vec<usize> = keys
        .iter()
        .enumerate()
        .rev()
        .map(|(at, key)| soonest.insert(key, at).unwrap_or(usize::MAX))
        .collect();
    next.reverse();
    // What is there, by its next access.
    let mut there = BTreeSet::new();
    let mut hits = 0;
    for (at, (&key, &next)) in keys.iter().zip(&next).enumerate() {
        if there.remove(&(at, key)) {
            hits += 1;
        }
        there.insert((next, key));
        if there.len() > room {
            // Perhaps what has just come.
            there.pop_last();
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::{OPTIMUM, OURS, PEERS, optimum};
    use crate::traces::made_up::mixed;

    #[test]
    fn the_optimum_keeps_what_comes_soonest() {
        // 3 replaces 1, which comes last.
        assert_eq!(optimum(&[1, 2, 3, 2, 3, 1], 2), 2);
        // 2 and 3, which never come again, are not kept.
        assert_eq!(optimum(&[1, 2, 1, 3, 1], 1), 2);
        assert_eq!(optimum(&[1, 2, 3, 1, 2, 3], 3), 3);
    }

    #[test]
    fn nobody_does_better_than_the_optimum() {
        let keys = mixed(4_000);
        for room in [1, 10, 300] {
            let best = (OPTIMUM.replay)(&keys, room).hits;
            for contestant in OURS.iter().chain(PEERS) {
                let hits = (contestant.replay)(&keys, room).hits;
                assert!(hits <= best, "{}, {room} entries: {hits} of at most {best}", contestant.name);
            }
        }
    }

    #[test]
    fn exact_lru_is_exact() {
        let keys = mixed(4_000);
        for room in [1, 10, 300] {
            assert_eq!((OURS[1].replay)(&keys, room).hits, (PEERS[0].replay)(&keys, room).hits);
        }
    }
}
