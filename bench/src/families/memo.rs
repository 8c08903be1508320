//! Memoizing: a function of a number, and of a text of 24 bytes. Each contestant with the options that suit
//! it best.

use std::num::NonZeroUsize;
use std::sync::{LazyLock, Mutex};

use lru::LruCache;

use crate::harness::{Contestant, Effort, race};

/// How many keys are asked for in turn.
const KEYS: u64 = 1000;
/// More than there are keys: all calls are hits.
const ROOM: usize = 1024;

mod ours {
    use weakcache::memoize;

    #[memoize]
    pub(super) fn unbounded(x: u64) -> u64 {
        x + 1
    }

    #[memoize]
    pub(super) fn unbounded_text(x: &str) -> usize {
        x.len()
    }

    #[memoize(lru = super::ROOM)]
    pub(super) fn lru(x: u64) -> u64 {
        x + 1
    }

    #[memoize(lru = super::ROOM)]
    pub(super) fn lru_text(x: &str) -> usize {
        x.len()
    }

    #[memoize(lru = super::ROOM, ttl = "60s")]
    pub(super) fn lru_ttl(x: u64) -> u64 {
        x + 1
    }

    #[memoize(local)]
    pub(super) fn local(x: u64) -> u64 {
        x + 1
    }

    #[memoize(lru = super::ROOM)]
    pub(super) fn misses(x: u64) -> u64 {
        x + 1
    }
}

mod theirs {
    use cached::macros::cached;

    #[cached]
    pub(super) fn unbounded(x: u64) -> u64 {
        x + 1
    }

    #[cached(key = "String", convert = "{ x.to_owned() }")]
    pub(super) fn unbounded_text(x: &str) -> usize {
        x.len()
    }

    #[cached(max_size = 1024)]
    pub(super) fn lru(x: u64) -> u64 {
        x + 1
    }

    #[cached(max_size = 1024, key = "String", convert = "{ x.to_owned() }")]
    pub(super) fn lru_text(x: &str) -> usize {
        x.len()
    }

    #[cached(max_size = 1024, ttl_secs = 60)]
    pub(super) fn lru_ttl(x: u64) -> u64 {
        x + 1
    }

    #[cached(max_size = 1024)]
    pub(super) fn misses(x: u64) -> u64 {
        x + 1
    }

    #[memoize::memoize]
    pub(super) fn local(x: u64) -> u64 {
        x + 1
    }
}

type Hand<K, V> = LazyLock<Mutex<LruCache<K, V>>>;

fn hand_made<K: std::hash::Hash + Eq, V>() -> Mutex<LruCache<K, V>> {
    Mutex::new(LruCache::new(NonZeroUsize::new(ROOM).expect("not zero")))
}

static NUMBERS: Hand<u64, u64> = LazyLock::new(hand_made);
static MISSES: Hand<u64, u64> = LazyLock::new(hand_made);
static TEXTS: Hand<String, usize> = LazyLock::new(hand_made);

fn by_hand(cache: &Mutex<LruCache<u64, u64>>, x: u64) -> u64 {
    let mut cache = cache.lock().expect("not poisoned");
    if let Some(known) = cache.get(&x) {
        return *known;
    }
    cache.put(x, x + 1);
    x + 1
}

fn by_hand_text(x: &str) -> usize {
    let mut cache = TEXTS.lock().expect("not poisoned");
    if let Some(known) = cache.get(x) {
        return *known;
    }
    cache.put(x.to_owned(), x.len());
    x.len()
}

/// One of the keys: for each thread others of them.
fn key(threads: usize, thread: usize, i: u64) -> u64 {
    let each = KEYS / threads as u64;
    i % each + each * thread as u64
}

pub(crate) fn run(effort: Effort) {
    for threads in [1, 2] {
        let number = |thread, i| key(threads, thread, i);
        race(
            effort,
            "Unbounded, a hit on a `u64`",
            threads,
            &[
                Contestant::new("weakcache", |thread, i| ours::unbounded(number(thread, i))),
                Contestant::new("cached 4.1", |thread, i| theirs::unbounded(number(thread, i))),
            ],
        );
        race(
            effort,
            "`lru`, a hit on a `u64`",
            threads,
            &[
                Contestant::new("weakcache", |thread, i| ours::lru(number(thread, i))),
                Contestant::new("cached 4.1", |thread, i| theirs::lru(number(thread, i))),
                Contestant::new("Mutex<LruCache>", |thread, i| by_hand(&NUMBERS, number(thread, i))),
            ],
        );
    }
    race(
        effort,
        "Unbounded, a hit on one `u64`",
        2,
        &[
            Contestant::new("weakcache", |_, _| ours::unbounded(5)),
            Contestant::new("cached 4.1", |_, _| theirs::unbounded(5)),
        ],
    );
    race(
        effort,
        "`lru`, a hit on one `u64`",
        2,
        &[
            Contestant::new("weakcache", |_, _| ours::lru(5)),
            Contestant::new("cached 4.1", |_, _| theirs::lru(5)),
            Contestant::new("Mutex<LruCache>", |_, _| by_hand(&NUMBERS, 5)),
        ],
    );
    race(
        effort,
        "`lru` and `ttl`, a hit on a `u64`",
        1,
        &[
            Contestant::new("weakcache", |_, i| ours::lru_ttl(i % KEYS)),
            Contestant::new("cached 4.1", |_, i| theirs::lru_ttl(i % KEYS)),
        ],
    );
    race(
        effort,
        "`local`, a hit on a `u64`",
        1,
        &[
            Contestant::new("weakcache", |_, i| ours::local(i % KEYS)),
            Contestant::new("memoize 0.6", |_, i| theirs::local(i % KEYS)),
        ],
    );

    let texts: Vec<String> = (0..KEYS).map(|i| format!("{i:024}")).collect();
    let text = |i| texts[(i % KEYS) as usize].as_str();
    race(
        effort,
        "Unbounded, a hit on a `&str` of 24 bytes",
        1,
        &[
            Contestant::new("weakcache", |_, i| ours::unbounded_text(text(i))),
            Contestant::new("cached 4.1", |_, i| theirs::unbounded_text(text(i))),
        ],
    );
    race(
        effort,
        "`lru`, a hit on a `&str` of 24 bytes",
        1,
        &[
            Contestant::new("weakcache", |_, i| ours::lru_text(text(i))),
            Contestant::new("cached 4.1", |_, i| theirs::lru_text(text(i))),
            Contestant::new("Mutex<LruCache>", |_, i| by_hand_text(text(i))),
        ],
    );

    // Each key comes again only after many times the room.
    let new = |i| i % (ROOM as u64 * 64);
    race(
        effort,
        "`lru`, a miss that evicts",
        1,
        &[
            Contestant::new("weakcache", |_, i| ours::misses(new(i))),
            Contestant::new("cached 4.1", |_, i| theirs::misses(new(i))),
            Contestant::new("Mutex<LruCache>", |_, i| by_hand(&MISSES, new(i))),
        ],
    );
}
