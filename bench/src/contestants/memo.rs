//! Ways to remember a function of a number, and of a text.

use std::collections::HashMap;
use std::convert::Infallible;
use std::hash::Hash;
use std::num::NonZeroUsize;
use std::sync::{LazyLock, Mutex};

use foldhash::fast::RandomState;
use lru::LruCache;
use schnellru::ByLength;
use weakcache::Cache;

use super::{LOCK, body};

/// More than there are keys: all calls are hits.
pub const ROOM: usize = 1024;
/// For those that divide it among shards, and could evict before they are full.
const WIDE: usize = 4 * ROOM;

pub mod ours {
    use super::{ROOM, body};
    use weakcache::memoize;

    #[memoize]
    pub fn unbounded(x: u64) -> u64 {
        body(x + 1)
    }

    #[memoize]
    pub fn unbounded_text(x: &str) -> usize {
        body(x.len())
    }

    #[memoize(lru = ROOM)]
    pub fn lru(x: u64) -> u64 {
        body(x + 1)
    }

    #[memoize(lru = ROOM)]
    pub fn lru_text(x: &str) -> usize {
        body(x.len())
    }

    #[memoize(capacity = ROOM)]
    pub fn capacity(x: u64) -> u64 {
        body(x + 1)
    }

    #[memoize(lru = ROOM, ttl = "60s")]
    pub fn lru_ttl(x: u64) -> u64 {
        body(x + 1)
    }

    #[memoize(lru = ROOM, tags(*x))]
    pub fn lru_tag(x: u64) -> u64 {
        body(x + 1)
    }

    #[memoize(local)]
    pub fn local(x: u64) -> u64 {
        body(x + 1)
    }

    #[memoize(lru = ROOM)]
    pub fn misses(x: u64) -> u64 {
        x + 1
    }

    #[memoize(capacity = ROOM)]
    pub fn capacity_misses(x: u64) -> u64 {
        x + 1
    }
}

pub mod theirs {
    use super::body;
    use cached::macros::cached;

    #[cached]
    pub fn unbounded(x: u64) -> u64 {
        body(x + 1)
    }

    #[cached(key = "String", convert = "{ x.to_owned() }")]
    pub fn unbounded_text(x: &str) -> usize {
        body(x.len())
    }

    #[cached(max_size = 1024)]
    pub fn lru(x: u64) -> u64 {
        body(x + 1)
    }

    #[cached(max_size = 1024, key = "String", convert = "{ x.to_owned() }")]
    pub fn lru_text(x: &str) -> usize {
        body(x.len())
    }

    #[cached(max_size = 1024, ttl_secs = 60)]
    pub fn lru_ttl(x: u64) -> u64 {
        body(x + 1)
    }

    #[cached(max_size = 1024)]
    pub fn misses(x: u64) -> u64 {
        x + 1
    }

    #[memoize::memoize]
    pub fn local(x: u64) -> u64 {
        body(x + 1)
    }
}

/// `Mutex<LruCache>`: what one writes by hand.
pub struct ByHand<K: Hash + Eq, V>(Mutex<LruCache<K, V>>);

impl<K: Hash + Eq, V: Copy> ByHand<K, V> {
    pub fn new(room: usize) -> Self {
        Self(Mutex::new(LruCache::new(NonZeroUsize::new(room).expect("not zero"))))
    }

    /// The value of `x`; `own` makes the key, only where there is none.
    pub fn get<Q>(&self, x: &Q, own: impl FnOnce() -> K, compute: impl FnOnce() -> V) -> V
    where
        Q: Hash + Eq + ?Sized,
        K: std::borrow::Borrow<Q>,
    {
        let mut cache = self.0.lock().expect(LOCK);
        if let Some(known) = cache.get(x) {
            return *known;
        }
        let value = compute();
        cache.put(own(), value);
        value
    }
}

/// `Mutex<schnellru::LruMap>`.
pub struct Schnell<K: Hash + Eq, V>(Mutex<schnellru::LruMap<K, V, ByLength, RandomState>>);

impl<K: Hash + Eq, V: Copy> Schnell<K, V> {
    pub fn new(room: usize) -> Self {
        let room = ByLength::new(room.try_into().expect("a small one"));
        Self(Mutex::new(schnellru::LruMap::with_hasher(room, RandomState::default())))
    }

    pub fn get<Q>(&self, x: &Q, own: impl FnOnce() -> K, compute: impl FnOnce() -> V) -> V
    where
        Q: Hash + PartialEq<K> + ?Sized,
        K: PartialEq<Q>,
    {
        let mut cache = self.0.lock().expect(LOCK);
        if let Some(known) = cache.get(x) {
            return *known;
        }
        let value = compute();
        cache.insert(own(), value);
        value
    }
}

pub type Moka<K, V> = moka::sync::Cache<K, V, RandomState>;
pub type Quick<K, V> = quick_cache::sync::Cache<K, V>;

pub fn moka<K, V>(room: usize) -> Moka<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    moka::sync::Cache::builder().max_capacity(room as u64).build_with_hasher(RandomState::default())
}

pub fn quick<V: Clone>(cache: &Quick<u64, V>, x: u64, compute: impl FnOnce() -> V) -> V {
    let Ok(value) = cache.get_or_insert_with(&x, || Ok::<_, Infallible>(compute()));
    value
}

type Papaya<K, V> = papaya::HashMap<K, V, RandomState>;

/// From the start: once it has grown, it is slow as long as it is only read.
fn room_for_all<K, V>() -> Papaya<K, V> {
    papaya::HashMap::builder().capacity(WIDE).hasher(RandomState::default()).build()
}

static CACHE_LRU: LazyLock<Cache<u64, u64>> = LazyLock::new(|| Cache::lru(ROOM));
static CACHE_CAPACITY: LazyLock<Cache<u64, u64>> = LazyLock::new(|| Cache::builder().capacity(ROOM).build());
pub static CACHE_MISSES: LazyLock<Cache<u64, u64>> =
    LazyLock::new(|| Cache::builder().capacity(ROOM).build());
static BY_HAND: LazyLock<ByHand<u64, u64>> = LazyLock::new(|| ByHand::new(ROOM));
static BY_HAND_MISSES: LazyLock<ByHand<u64, u64>> = LazyLock::new(|| ByHand::new(ROOM));
static BY_HAND_TEXT: LazyLock<ByHand<String, usize>> = LazyLock::new(|| ByHand::new(ROOM));
static SCHNELL: LazyLock<Schnell<u64, u64>> = LazyLock::new(|| Schnell::new(ROOM));
static SCHNELL_MISSES: LazyLock<Schnell<u64, u64>> = LazyLock::new(|| Schnell::new(ROOM));
static SCHNELL_TEXT: LazyLock<Schnell<String, usize>> = LazyLock::new(|| Schnell::new(ROOM));
static MOKA: LazyLock<Moka<u64, u64>> = LazyLock::new(|| moka(WIDE));
static MOKA_MISSES: LazyLock<Moka<u64, u64>> = LazyLock::new(|| moka(ROOM));
static MOKA_TEXT: LazyLock<Moka<String, usize>> = LazyLock::new(|| moka(WIDE));
static QUICK: LazyLock<Quick<u64, u64>> = LazyLock::new(|| Quick::new(WIDE));
static QUICK_MISSES: LazyLock<Quick<u64, u64>> = LazyLock::new(|| Quick::new(ROOM));
static QUICK_TEXT: LazyLock<Quick<String, usize>> = LazyLock::new(|| Quick::new(WIDE));
static PAPAYA: LazyLock<Papaya<u64, u64>> = LazyLock::new(room_for_all);
static PAPAYA_TEXT: LazyLock<Papaya<String, usize>> = LazyLock::new(room_for_all);
static MAP: LazyLock<Mutex<HashMap<u64, u64, RandomState>>> = LazyLock::new(Default::default);
static MAP_TEXT: LazyLock<Mutex<HashMap<String, usize, RandomState>>> = LazyLock::new(Default::default);

pub fn cache_lru(x: u64) -> u64 {
    CACHE_LRU.get_or_insert_with(&x, || body(x + 1))
}

pub fn cache_capacity(x: u64) -> u64 {
    CACHE_CAPACITY.get_or_insert_with(&x, || body(x + 1))
}

pub fn cache_misses(x: u64) -> u64 {
    CACHE_MISSES.get_or_insert_with(&x, || x + 1)
}

pub fn by_hand(x: u64) -> u64 {
    BY_HAND.get(&x, || x, || body(x + 1))
}

pub fn by_hand_misses(x: u64) -> u64 {
    BY_HAND_MISSES.get(&x, || x, || x + 1)
}

pub fn by_hand_text(x: &str) -> usize {
    BY_HAND_TEXT.get(x, || x.to_owned(), || body(x.len()))
}

pub fn schnell(x: u64) -> u64 {
    SCHNELL.get(&x, || x, || body(x + 1))
}

pub fn schnell_misses(x: u64) -> u64 {
    SCHNELL_MISSES.get(&x, || x, || x + 1)
}

pub fn schnell_text(x: &str) -> usize {
    SCHNELL_TEXT.get(x, || x.to_owned(), || body(x.len()))
}

pub fn moka_hits(x: u64) -> u64 {
    MOKA.get_with(x, || body(x + 1))
}

pub fn moka_misses(x: u64) -> u64 {
    MOKA_MISSES.get_with(x, || x + 1)
}

pub fn moka_text(x: &str) -> usize {
    MOKA_TEXT.get_with_by_ref(x, || body(x.len()))
}

pub fn quick_hits(x: u64) -> u64 {
    quick(&QUICK, x, || body(x + 1))
}

pub fn quick_misses(x: u64) -> u64 {
    quick(&QUICK_MISSES, x, || x + 1)
}

pub fn quick_text(x: &str) -> usize {
    let Ok(value) = QUICK_TEXT.get_or_insert_with(x, || Ok::<_, Infallible>(body(x.len())));
    value
}

pub fn papaya(x: u64) -> u64 {
    let map = PAPAYA.pin();
    map.get(&x).copied().unwrap_or_else(|| *map.get_or_insert_with(x, || body(x + 1)))
}

pub fn papaya_text(x: &str) -> usize {
    let map = PAPAYA_TEXT.pin();
    map.get(x).copied().unwrap_or_else(|| *map.get_or_insert_with(x.to_owned(), || body(x.len())))
}

pub fn map(x: u64) -> u64 {
    *MAP.lock().expect(LOCK).entry(x).or_insert_with(|| body(x + 1))
}

pub fn map_text(x: &str) -> usize {
    let mut map = MAP_TEXT.lock().expect(LOCK);
    map.get(x).copied().unwrap_or_else(|| *map.entry(x.to_owned()).or_insert_with(|| body(x.len())))
}
