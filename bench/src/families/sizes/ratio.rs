//! How many of the same accesses hit, over the size of the cache. Real accesses are those of `replay`.

use std::cell::Cell;
use std::num::NonZeroUsize;
use std::sync::atomic::Ordering::Relaxed;

use lru::LruCache;
use weakcache::Cache;
use weakcache_bench::contestants::memo::{Moka, Quick};
use weakcache_bench::traces::made_up::{scanned, zipf};

use super::{COMPUTED, SIZES, Size, moka, quick, table_of};
use crate::harness::Effort;
use crate::table::{Better, Role};

/// How many accesses are made up.
const ACCESSES: usize = 500_000;

pub(crate) fn run(effort: Effort) {
    // To see that it runs, a part is enough.
    let accesses = if effort.rounds < 9 { ACCESSES / 10 } else { ACCESSES };
    let zipf = zipf(accesses);
    table("Hit ratio, Zipf's law (exponent 0.9)", &zipf);
    table("Hit ratio, Zipf's law, with a scan now and then", &scanned(&zipf));
}

fn table(title: &str, keys: &[u64]) {
    // From 64 to 65536, compared at 4096.
    let sizes = &SIZES[..6];
    let mut table = table_of(title, Better::More(3), sizes, 3);
    let over_sizes = |ratio: fn(&Size, &[u64]) -> f64| -> Vec<f64> {
        sizes.iter().map(|size| ratio(size, keys)).collect()
    };
    let ours = over_sizes(ours);
    assert_eq!(ours, over_sizes(exact), "`lru` is exact");
    table.row(Role::Ours, "weakcache, `capacity`", over_sizes(by_capacity));
    table.row(Role::Ours, "weakcache, `lru`: exact LRU", ours);
    table.row(Role::Peer, "cached", over_sizes(cached));
    table.row(Role::Peer, "moka", over_sizes(by_moka));
    table.row(Role::Peer, "quick_cache", over_sizes(by_quick));
    table.note("The verdict is on 4096 entries.").emit();
}

#[expect(clippy::cast_precision_loss, reason = "a ratio of a few digits")]
fn ratio(misses: u64, keys: &[u64]) -> f64 {
    1.0 - misses as f64 / keys.len() as f64
}

/// The ratio where `access` runs `compute`, given to it, for what is not there.
fn counted(keys: &[u64], access: impl Fn(u64, &dyn Fn() -> u64)) -> f64 {
    let misses = Cell::new(0);
    for &key in keys {
        access(key, &|| {
            misses.set(misses.get() + 1);
            key
        });
    }
    ratio(misses.get(), keys)
}

fn ours(size: &Size, keys: &[u64]) -> f64 {
    (size.clear)();
    for &key in keys {
        (size.ours)(key);
    }
    let info = (size.info)();
    (size.clear)();
    assert_eq!(info.hits + info.misses, keys.len() as u64);
    ratio(info.misses, keys)
}

fn exact(size: &Size, keys: &[u64]) -> f64 {
    let mut cache = LruCache::new(NonZeroUsize::new(size.entries).expect("not zero"));
    let misses = keys.iter().filter(|key| cache.put(**key, ()).is_none()).count();
    ratio(misses as u64, keys)
}

fn cached(size: &Size, keys: &[u64]) -> f64 {
    (size.clear_cached)();
    let before = COMPUTED.load(Relaxed);
    for &key in keys {
        (size.cached)(key);
    }
    (size.clear_cached)();
    ratio(COMPUTED.load(Relaxed) - before, keys)
}

fn by_capacity(size: &Size, keys: &[u64]) -> f64 {
    let cache = Cache::builder().capacity(size.entries).build();
    counted(keys, |key, compute| {
        cache.get_or_insert_with(&key, compute);
    })
}

fn by_moka(size: &Size, keys: &[u64]) -> f64 {
    let cache: Moka<u64, u64> = moka(size.entries);
    counted(keys, |key, compute| {
        cache.get_with(key, compute);
    })
}

fn by_quick(size: &Size, keys: &[u64]) -> f64 {
    let cache = Quick::new(size.entries);
    counted(keys, |key, compute| {
        quick(&cache, key, compute);
    })
}
