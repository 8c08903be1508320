//! The hot paths, and how to take each.

use std::hint::black_box;
use std::sync::{Arc, Weak};

use weakcache::pool::Pool;
use weakcache::{Interned, InternedRef, Strong};
use weakcache_bench::contestants::tasks::now;
use weakcache_bench::contestants::weak::Maps;
use weakcache_bench::contestants::{LOCK, distance, interned, memo, nodes, pool, tasks};

/// Sets up, counts, and gives the number of operations that were counted.
type Take = fn() -> u64;

/// One thing that is done again and again.
pub(super) struct Path {
    pub(super) name: &'static str,
    ours: Take,
    pub(super) peers: &'static [(&'static str, Take)],
}

/// The name of our way to do it.
pub(super) const OURS: &str = "weakcache";
/// The loop around the operations, alone.
pub(super) const LOOP: &str = "loop";

const CACHED: &str = "cached";
const BY_HAND: &str = "by hand";
const SHARED_REGISTRY: &str = "shared";

pub(super) const PATHS: &[Path] = &[
    Path {
        name: "unbounded, a hit on a `u64`",
        ours: || numbers(memo::ours::unbounded),
        peers: &[(CACHED, || numbers(memo::theirs::unbounded)), (BY_HAND, || numbers(memo::map))],
    },
    Path {
        name: "`lru`, a hit on a `u64`",
        ours: || numbers(memo::ours::lru),
        peers: &[(CACHED, || numbers(memo::theirs::lru)), (BY_HAND, || numbers(memo::by_hand))],
    },
    Path {
        name: "`lru`, a hit on a `&str`",
        ours: || texts(memo::ours::lru_text),
        peers: &[(CACHED, || texts(memo::theirs::lru_text)), (BY_HAND, || texts(memo::by_hand_text))],
    },
    Path {
        name: "unbounded, a hit on a weak key",
        ours: || laps(&nodes::interned(KEYS), black_box(nodes::ours::unbounded)),
        peers: &[(BY_HAND, || laps(&nodes::counted(KEYS), black_box(nodes::by_hand)))],
    },
    Path {
        name: "`lru`, a hit on a weak key",
        ours: || laps(&nodes::interned(KEYS), black_box(nodes::ours::lru)),
        peers: &[(BY_HAND, || laps(&nodes::counted(KEYS), black_box(nodes::by_hand_lru)))],
    },
    Path {
        name: "`lru` and `ttl`, a hit on a `u64`",
        ours: || numbers(memo::ours::lru_ttl),
        peers: &[(CACHED, || numbers(memo::theirs::lru_ttl))],
    },
    Path { name: "`lru` and a tag, a hit on a `u64`", ours: || numbers(memo::ours::lru_tag), peers: &[] },
    Path {
        name: "`local`, a hit on a `u64`",
        ours: || numbers(memo::ours::local),
        peers: &[("memoize", || numbers(memo::theirs::local))],
    },
    Path {
        name: "async, `lru`, a hit on a `u64`",
        ours: || numbers(|x| now(tasks::ours::lru(x))),
        peers: &[(CACHED, || numbers(|x| now(tasks::theirs::lru(x))))],
    },
    Path {
        name: "`lru`, a miss that evicts",
        ours: || {
            let operations = misses(memo::ours::misses);
            let info = memo::ours::misses::cache_info();
            assert!(info.hits == 0 && info.evictions >= operations, "{info}");
            operations
        },
        peers: &[(CACHED, || misses(memo::theirs::misses)), (BY_HAND, || misses(memo::by_hand_misses))],
    },
    Path {
        name: "`capacity`, a hit on a `u64`",
        ours: || numbers(memo::ours::capacity),
        peers: &[("quick_cache", || numbers(memo::quick_hits)), (BY_HAND, || numbers(memo::by_hand))],
    },
    Path {
        name: "`capacity`, a miss that evicts",
        ours: || {
            let operations = news(memo::ours::capacity_misses);
            let info = memo::ours::capacity_misses::cache_info();
            assert!(info.hits == 0 && info.evictions >= operations, "{info}");
            operations
        },
        peers: &[("quick_cache", || news(memo::quick_misses)), (BY_HAND, || news(memo::by_hand_misses))],
    },
    Path {
        name: "`Cache`, `lru`, a hit on a `u64`",
        ours: || numbers(memo::cache_lru),
        peers: &[(BY_HAND, || numbers(memo::by_hand))],
    },
    Path {
        name: "`Cache`, `capacity`, a hit on a `u64`",
        ours: || numbers(memo::cache_capacity),
        peers: &[("quick_cache", || numbers(memo::quick_hits)), (BY_HAND, || numbers(memo::by_hand))],
    },
    Path {
        name: "`Cache`, `capacity`, a miss that evicts",
        ours: || {
            let operations = news(memo::cache_misses);
            let info = memo::CACHE_MISSES.info();
            assert!(info.hits == 0 && info.evictions >= operations, "{info}");
            operations
        },
        peers: &[("quick_cache", || news(memo::quick_misses)), (BY_HAND, || news(memo::by_hand_misses))],
    },
    Path {
        name: "edit distance, a cell",
        ours: || {
            edit_distance(distance::ours::distance, distance::ours::distance::cache_clear);
            distance::ours::distance::cache_info().misses
        },
        peers: &[(BY_HAND, || {
            let mut known = std::collections::HashMap::new();
            edit_distance(|a, b| distance::by_hand(a, b, &mut known), || {});
            known.len() as u64
        })],
    },
    Path {
        name: "interned date, hit and release",
        ours: || dates(interned::weakcache_date),
        peers: &[
            ("internment", || dates(interned::internment_date)),
            ("`DashMap` of `Arc`", || dates(interned::shared_date)),
            (BY_HAND, || dates(interned::hand_date)),
        ],
    },
    Path {
        name: "interned string, hit and release",
        ours: || symbols(interned::symbol),
        peers: &[
            ("internment", || symbols(interned::internment_text)),
            ("`DashMap` of `Arc`", || symbols(interned::shared_text)),
            (BY_HAND, || symbols(interned::hand_text)),
        ],
    },
    Path {
        name: "`Str` of 16 bytes, hit and release",
        ours: || symbols(interned::weakcache_str),
        peers: &[
            ("internment", || symbols(interned::internment_text)),
            ("`DashMap` of `Arc`", || symbols(interned::shared_text)),
            (BY_HAND, || symbols(interned::hand_text)),
        ],
    },
    Path {
        name: "interned date, miss and last drop",
        ours: || numbers(interned::weakcache_date),
        peers: &[
            ("internment", || numbers(interned::internment_date)),
            ("`DashMap` of `Arc`", || numbers(interned::shared_date)),
            (BY_HAND, || numbers(interned::hand_date)),
        ],
    },
    Path {
        name: "`local` interned date, hit and release",
        ours: || dates(interned::local_date),
        peers: &[
            (SHARED_REGISTRY, || dates(interned::weakcache_date)),
            (BY_HAND, || dates(interned::local_hand_date)),
        ],
    },
    Path {
        name: "interned pair of nodes, lent, hit and release",
        ours: || pairs(interned::pair_of_lent),
        peers: &[("of clones", || pairs(interned::pair_of_clones))],
    },
    Path {
        name: "`WeakValueMap`, get and release",
        ours: || {
            let maps = Maps::default();
            let _values: Vec<_> = enter(|key| {
                let value = Strong::new(key);
                maps.strong.insert(key, &value);
                value
            });
            each_number(|key| maps.strong.get(&key).map(|value| *value))
        },
        peers: &[(BY_HAND, || {
            let maps = Maps::default();
            let _values: Vec<_> = enter(|key| {
                let value = Arc::new(key);
                maps.by_hand.lock().expect(LOCK).insert(key, Arc::downgrade(&value));
                value
            });
            each_number(|key| {
                let found = maps.by_hand.lock().expect(LOCK).get(&key).and_then(Weak::upgrade);
                found.map(|value| *value)
            })
        })],
    },
    Path {
        name: "`WeakValueMap`, make, insert, die",
        ours: || {
            let maps = Maps::default();
            each_number(|key| maps.strong.insert(key, &Strong::new(key)))
        },
        peers: &[
            ("weak-table", || {
                let maps = Maps::default();
                each_number(|key| maps.table.lock().expect(LOCK).insert(key, Arc::new(key)))
            }),
            (BY_HAND, || {
                let maps = Maps::default();
                each_number(|key| {
                    let value = Arc::new(key);
                    maps.by_hand.lock().expect(LOCK).insert(key, Arc::downgrade(&value))
                })
            }),
        ],
    },
    Path {
        name: "pool, acquire and release",
        ours: || {
            let buffers = Pool::new(4, pool::kib);
            each_number(|i| pool::write(&mut buffers.acquire(), i))
        },
        peers: &[
            ("lockfree-object-pool", || {
                let buffers = lockfree_object_pool::LinearObjectPool::new(pool::kib, |_| {});
                each_number(|i| pool::write(&mut buffers.pull(), i))
            }),
            ("object-pool", || {
                let buffers = object_pool::Pool::new(4, pool::kib);
                each_number(|i| pool::write(&mut buffers.pull(pool::kib), i))
            }),
        ],
    },
];

/// How many keys there are, for hits.
const KEYS: u64 = 1000;
/// How often each is asked for.
const LAPS: u64 = 10;

/// Takes a path, and gives the number of operations.
pub(super) fn take(path: &str, contestant: &str) -> u64 {
    if path == LOOP {
        return each_number(black_box);
    }
    let path = PATHS.iter().find(|other| other.name == path).expect("a path of the list");
    let ours = [(OURS, path.ours)];
    let mut contestants = ours.iter().chain(path.peers);
    let (_, take) = contestants.find(|(name, _)| *name == contestant).expect("a contestant of the list");
    take()
}

/// Calls `f` with every key, several times. Callgrind counts inside of this function alone, and knows it by
/// its name.
#[inline(never)]
fn counted_laps<K: Copy, R>(keys: &[K], laps: u64, f: &mut impl FnMut(K) -> R) {
    for _ in 0..laps {
        for key in keys {
            black_box(f(black_box(*key)));
        }
    }
}

/// After two laps that are not counted.
fn laps<K: Copy, R>(keys: &[K], mut f: impl FnMut(K) -> R) -> u64 {
    for key in keys.iter().chain(keys) {
        black_box(f(black_box(*key)));
    }
    counted_laps(keys, LAPS, &mut f);
    keys.len() as u64 * LAPS
}

fn each_number<R>(f: impl FnMut(u64) -> R) -> u64 {
    laps(&enter(|key| key), f)
}

// By pointer: whether a function were part of the loop would be the compiler's whim.
fn numbers<R>(f: fn(u64) -> R) -> u64 {
    each_number(black_box(f))
}

fn texts(f: fn(&str) -> usize) -> u64 {
    let texts: Vec<String> = (0..KEYS).map(|i| format!("{i:024}")).collect();
    laps(&texts.iter().map(String::as_str).collect::<Vec<_>>(), black_box(f))
}

fn misses(f: fn(u64) -> u64) -> u64 {
    let keys: Vec<u64> = (0..2 * memo::ROOM as u64).collect();
    laps(&keys, black_box(f))
}

/// Keys that never come again: in turn, some of them would stay.
fn news(f: fn(u64) -> u64) -> u64 {
    let first = 2 * memo::ROOM as u64;
    for key in 0..first {
        f(key);
    }
    let keys: Vec<u64> = (first..10 * first).collect();
    counted_laps(&keys, 1, &mut black_box(f));
    keys.len() as u64
}

fn edit_distance(mut f: impl FnMut(&'static str, &'static str) -> usize, clear: impl FnOnce()) {
    let words = &distance::WORDS[..4];
    let expected = distance::all_pairs(words, distance::by_table);
    // Makes what is made once.
    f("a", "b");
    clear();
    let mut sum = 0;
    counted_laps(&[words], 1, &mut |words| sum = distance::all_pairs(words, &mut f));
    assert_eq!(sum, expected);
}

/// What `make` gives for each key.
fn enter<V>(make: impl Fn(u64) -> V) -> Vec<V> {
    (0..KEYS).map(make).collect()
}

/// All alive meanwhile.
fn dates<H>(make: fn(u64) -> H) -> u64 {
    let _alive = enter(make);
    numbers(make)
}

fn pairs<H>(make: fn([InternedRef<'static, interned::Date>; 2]) -> H) -> u64 {
    let dates = enter(|key| Interned::leak(interned::weakcache_date(key)));
    let keys: Vec<_> = dates.iter().zip(dates.iter().rev()).map(|(a, b)| [*a, *b]).collect();
    let _alive: Vec<H> = keys.iter().map(|key| make(*key)).collect();
    laps(&keys, black_box(make))
}

fn symbols<H>(make: fn(&str) -> H) -> u64 {
    let texts = interned::texts(KEYS);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let _alive: Vec<H> = texts.iter().map(|text| make(text)).collect();
    laps(&texts, black_box(make))
}
