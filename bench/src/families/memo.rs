//! Memoizing: a function of a number, and of a text of 24 bytes. Each contestant with the options that suit
//! it best; a cache by hand computes under its lock, which a memoized function may not.

use weakcache_bench::contestants::memo::{self as contestants, ROOM, ours, theirs};
use weakcache_bench::contestants::nodes;

use crate::harness::{Effort, Race};

/// How many keys are asked for in turn.
const KEYS: u64 = 1000;

const BY_HAND: &str = "`Mutex<LruCache>`";
const SCHNELL: &str = "`Mutex<schnellru::LruMap>`";
const MAP: &str = "`Mutex<HashMap>`";

pub(crate) fn run(effort: Effort) {
    for threads in [1, 2] {
        numbers(effort, threads);
        texts(effort, threads);
        misses(effort, threads);
        nodes(effort, threads);
    }
    one_thread(effort);
    one_key(effort);
}

fn numbers(effort: Effort, threads: usize) {
    // For each thread others of them.
    let each = KEYS / threads as u64;
    let key = |thread: usize, i: u64| i % each + each * thread as u64;
    Race::new("Unbounded, a hit on a `u64`")
        .threads(threads)
        .hits(KEYS)
        .ours("weakcache", |thread, i| ours::unbounded(key(thread, i)))
        .peer("cached", |thread, i| theirs::unbounded(key(thread, i)))
        .peer("papaya", |thread, i| contestants::papaya(key(thread, i)))
        .peer(MAP, |thread, i| contestants::map(key(thread, i)))
        .run(effort);
    Race::new("`lru`, a hit on a `u64`")
        .threads(threads)
        .hits(KEYS)
        .ours("weakcache", |thread, i| ours::lru(key(thread, i)))
        .peer("cached", |thread, i| theirs::lru(key(thread, i)))
        .peer(BY_HAND, |thread, i| contestants::by_hand(key(thread, i)))
        .peer(SCHNELL, |thread, i| contestants::schnell(key(thread, i)))
        .peer("moka", |thread, i| contestants::moka_hits(key(thread, i)))
        .peer("quick_cache", |thread, i| contestants::quick_hits(key(thread, i)))
        .note("Those in a `Mutex` compute under it: others wait, and a recursion would deadlock.")
        .run(effort);
    Race::new("`lru` and `ttl`, a hit on a `u64`")
        .threads(threads)
        .hits(KEYS)
        .ours("weakcache", |thread, i| ours::lru_ttl(key(thread, i)))
        .peer("cached", |thread, i| theirs::lru_ttl(key(thread, i)))
        .run(effort);
}

fn texts(effort: Effort, threads: usize) {
    let texts: Vec<String> = (0..KEYS).map(|i| format!("{i:024}")).collect();
    let each = KEYS / threads as u64;
    let text = |thread: usize, i: u64| {
        let at = usize::try_from(i % each + each * thread as u64).expect("64 bits");
        texts[at].as_str()
    };
    Race::new("Unbounded, a hit on a `&str` of 24 bytes")
        .threads(threads)
        .hits(KEYS)
        .ours("weakcache", |thread, i| ours::unbounded_text(text(thread, i)))
        .peer("cached", |thread, i| theirs::unbounded_text(text(thread, i)))
        .peer("papaya", |thread, i| contestants::papaya_text(text(thread, i)))
        .peer(MAP, |thread, i| contestants::map_text(text(thread, i)))
        .run(effort);
    Race::new("`lru`, a hit on a `&str` of 24 bytes")
        .threads(threads)
        .hits(KEYS)
        .ours("weakcache", |thread, i| ours::lru_text(text(thread, i)))
        .peer("cached", |thread, i| theirs::lru_text(text(thread, i)))
        .peer(BY_HAND, |thread, i| contestants::by_hand_text(text(thread, i)))
        .peer(SCHNELL, |thread, i| contestants::schnell_text(text(thread, i)))
        .peer("moka", |thread, i| contestants::moka_text(text(thread, i)))
        .peer("quick_cache", |thread, i| contestants::quick_text(text(thread, i)))
        .run(effort);
}

fn misses(effort: Effort, threads: usize) {
    // Each key comes again only after many times the room; each thread of each race has its own.
    let own = (threads as u64) << 40;
    let new = |thread: usize, i: u64| i % (ROOM as u64 * 64) + own + ((thread as u64) << 32);
    Race::new("`lru`, a miss that evicts")
        .threads(threads)
        .ours("weakcache", |thread, i| ours::misses(new(thread, i)))
        .peer("cached", |thread, i| theirs::misses(new(thread, i)))
        .peer(BY_HAND, |thread, i| contestants::by_hand_misses(new(thread, i)))
        .peer(SCHNELL, |thread, i| contestants::schnell_misses(new(thread, i)))
        .peer("moka", |thread, i| contestants::moka_misses(new(thread, i)))
        .peer("quick_cache", |thread, i| contestants::quick_misses(new(thread, i)))
        .run(effort);
    let info = ours::misses::cache_info();
    assert_eq!(info.hits, 0, "not all of them miss: {info}");
    assert_eq!(info.evictions + ROOM as u64, info.misses, "not all of them evict: {info}");
}

fn nodes(effort: Effort, threads: usize) {
    let (interned, counted) = (nodes::interned(KEYS), nodes::counted(KEYS));
    let each = KEYS / threads as u64;
    let key = |thread: usize, i: u64| i % each + each * thread as u64;
    let at = |thread, i| usize::try_from(key(thread, i)).expect("64 bits");
    Race::new("Unbounded, a hit on a node, which is not kept alive")
        .threads(threads)
        .hits(KEYS)
        .ours("weakcache, `weak_key`", |thread, i| nodes::ours::unbounded(interned[at(thread, i)]))
        .less("weakcache, on a `u64`", |thread, i| ours::unbounded(key(thread, i)))
        .peer("`Mutex<HashMap>` with `Weak`", |thread, i| nodes::by_hand(counted[at(thread, i)]))
        .run(effort);
    Race::new("`lru`, a hit on a node, which is not kept alive")
        .threads(threads)
        .hits(KEYS)
        .ours("weakcache, `weak_key`", |thread, i| nodes::ours::lru(interned[at(thread, i)]))
        .less("weakcache, on a `u64`", |thread, i| ours::lru(key(thread, i)))
        .peer("`Mutex<LruCache>` with `Weak`", |thread, i| nodes::by_hand_lru(counted[at(thread, i)]))
        .run(effort);
}

fn one_thread(effort: Effort) {
    Race::new("`local`, a hit on a `u64`")
        .hits(KEYS)
        .ours("weakcache", |_, i| ours::local(i % KEYS))
        .peer("memoize", |_, i| theirs::local(i % KEYS))
        .run(effort);
}

fn one_key(effort: Effort) {
    Race::new("Unbounded, a hit on one `u64`")
        .threads(2)
        .hits(1)
        .ours("weakcache", |_, _| ours::unbounded(5))
        .peer("cached", |_, _| theirs::unbounded(5))
        .peer("papaya", |_, _| contestants::papaya(5))
        .peer(MAP, |_, _| contestants::map(5))
        .run(effort);
    Race::new("`lru`, a hit on one `u64`")
        .threads(2)
        .hits(1)
        .ours("weakcache", |_, _| ours::lru(5))
        .peer("cached", |_, _| theirs::lru(5))
        .peer(BY_HAND, |_, _| contestants::by_hand(5))
        .peer(SCHNELL, |_, _| contestants::schnell(5))
        .peer("moka", |_, _| contestants::moka_hits(5))
        .peer("quick_cache", |_, _| contestants::quick_hits(5))
        .run(effort);
}
