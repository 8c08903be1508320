//! Caches by hand: `get` of what is there, and a batch of 100 ids, of which 10 miss, against 100 single calls.

use weakcache_bench::contestants::cache::{
    CAPACITY, LRU, MOKA, MOKA_ASYNC, QUICK, UNBOUNDED, batch, by_hand, fill, ids, single,
};
use weakcache_bench::contestants::tasks::now;

use crate::harness::{Effort, Race};

/// How many keys are asked for in turn.
const KEYS: u64 = 1000;

pub(crate) fn run(effort: Effort) {
    fill(KEYS);
    for threads in [1, 2] {
        gets(effort, threads);
    }
    batches(effort);
}

fn gets(effort: Effort, threads: usize) {
    // For each thread others of them.
    let each = KEYS / threads as u64;
    let key = |thread: usize, i: u64| i % each + each * thread as u64;
    Race::new("`Cache::get`, a hit on a `u64`")
        .threads(threads)
        .hits(KEYS)
        .ours("weakcache `lru`", |thread, i| LRU.get(&key(thread, i)))
        .ours("weakcache `capacity`", |thread, i| CAPACITY.get(&key(thread, i)))
        .peer("weakcache `unbounded`", |thread, i| UNBOUNDED.get(&key(thread, i)))
        .peer("moka", |thread, i| MOKA.get(&key(thread, i)))
        .peer("moka `future`", |thread, i| now(MOKA_ASYNC.get(&key(thread, i))))
        .peer("quick_cache", |thread, i| QUICK.get(&key(thread, i)))
        .peer("`Mutex<LruCache>`", |thread, i| by_hand(key(thread, i)))
        .note("quick_cache's `get` is the same for threads and tasks.")
        .run(effort);
}

fn batches(effort: Effort) {
    Race::new("100 ids, of which 10 miss")
        .ours("`batch`", |_, i| batch(&ids(i)))
        .peer("single calls", |_, i| ids(i).map(single))
        .run(effort);
}
