//! Caches by hand: `get` of what is there, sync and async, and many ids that are asked for at once.

use std::num::NonZeroUsize;
use std::sync::{LazyLock, Mutex};

use foldhash::fast::RandomState;
use lru::LruCache;
use weakcache::{Cache, memoize};

use super::LOCK;

/// Room for all keys, also in caches that divide it among shards.
const ROOM: usize = 4096;

pub static CAPACITY: LazyLock<Cache<u64, u64>> = LazyLock::new(|| Cache::builder().capacity(ROOM).build());
pub static LRU: LazyLock<Cache<u64, u64>> = LazyLock::new(|| Cache::lru(ROOM));
pub static UNBOUNDED: Cache<u64, u64> = Cache::unbounded();
pub static BY_HAND: LazyLock<Mutex<LruCache<u64, u64>>> =
    LazyLock::new(|| Mutex::new(LruCache::new(NonZeroUsize::new(ROOM).expect("not zero"))));
pub static MOKA: LazyLock<moka::sync::Cache<u64, u64, RandomState>> = LazyLock::new(|| {
    moka::sync::Cache::builder().max_capacity(ROOM as u64).build_with_hasher(RandomState::default())
});
pub static MOKA_ASYNC: LazyLock<moka::future::Cache<u64, u64, RandomState>> = LazyLock::new(|| {
    moka::future::Cache::builder().max_capacity(ROOM as u64).build_with_hasher(RandomState::default())
});
pub static QUICK: LazyLock<quick_cache::sync::Cache<u64, u64>> =
    LazyLock::new(|| quick_cache::sync::Cache::new(ROOM));

/// Puts the keys below `keys` into all of them.
pub fn fill(keys: u64) {
    for key in 0..keys {
        super::tasks::now(MOKA_ASYNC.insert(key, key + 1));
        CAPACITY.insert(key, key + 1);
        LRU.insert(key, key + 1);
        UNBOUNDED.insert(key, key + 1);
        BY_HAND.lock().expect(LOCK).put(key, key + 1);
        MOKA.insert(key, key + 1);
        QUICK.insert(key, key + 1);
    }
}

pub fn by_hand(key: u64) -> Option<u64> {
    BY_HAND.lock().expect(LOCK).get(&key).copied()
}

/// How many ids are asked for at once, and how many of them are new.
pub const BATCH: usize = 100;
pub const NEW: usize = 10;

#[memoize(batch, lru = ROOM)]
pub fn batch(ids: &[u64]) -> Vec<u64> {
    ids.iter().map(|id| id + 1).collect()
}

#[memoize(lru = ROOM)]
pub fn single(id: u64) -> u64 {
    id + 1
}

/// The ids of the `round`th call: the last ones were never asked for.
pub fn ids(round: u64) -> [u64; BATCH] {
    let new = 1_000_000 + round * NEW as u64;
    std::array::from_fn(|at| if at < BATCH - NEW { at as u64 } else { new + at as u64 })
}
