//! Over the size of a bounded cache: how long hits and misses take, and how many of real and made-up
//! accesses hit.

pub(crate) mod ratio;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use weakcache_bench::contestants::body;
use weakcache_bench::contestants::memo::{ByHand, Moka, Quick, Schnell, moka, quick};

use crate::harness::{Effort, Race};
use crate::table::{Better, Role, Table};

/// How many bodies of the attributes' functions were run.
static COMPUTED: AtomicU64 = AtomicU64::new(0);

/// The body of a function whose hits are counted.
fn compute(x: u64) -> u64 {
    COMPUTED.store(COMPUTED.load(Relaxed) + 1, Relaxed);
    body(x + 1)
}

/// Functions with so much room.
struct Size {
    entries: usize,
    ours: fn(u64) -> u64,
    clear: fn(),
    info: fn() -> weakcache::CacheInfo,
    cached: fn(u64) -> u64,
    clear_cached: fn(),
}

// The attributes' bounds are part of the code.
macro_rules! sizes {
    ($($name:ident = $entries:literal),* $(,)?) => {
        mod ours {
            $(
                #[weakcache::memoize(lru = $entries)]
                pub(super) fn $name(x: u64) -> u64 {
                    super::compute(x)
                }
            )*
        }

        mod theirs {
            $(
                pub(super) mod $name {
                    use cached::Cached as _;

                    #[cached::macros::cached(name = "CACHE", max_size = $entries)]
                    pub(crate) fn f(x: u64) -> u64 {
                        super::super::compute(x)
                    }

                    pub(crate) fn clear() {
                        CACHE.write().cache_clear();
                    }
                }
            )*
        }

        const SIZES: &[Size] = &[$(Size {
            entries: $entries,
            ours: ours::$name,
            clear: ours::$name::cache_clear,
            info: ours::$name::cache_info,
            cached: theirs::$name::f,
            clear_cached: theirs::$name::clear,
        }),*];
    };
}

sizes! {
    e6 = 64, e8 = 256, e10 = 1024, e12 = 4096, e14 = 16_384, e16 = 65_536, e18 = 262_144,
}

/// A table with the sizes for columns.
fn table_of(title: &str, better: Better, sizes: &[Size], digits: usize) -> Table {
    let heads: Vec<String> = sizes.iter().map(|size| size.entries.to_string()).collect();
    let columns: Vec<_> = heads.iter().map(|head| (head.as_str(), digits)).collect();
    Table::new(title, better, &columns)
}

type Figures = Vec<(Role, &'static str, f64)>;

/// Hits and misses, as tables of nanoseconds whose columns are sizes.
pub(crate) fn run(effort: Effort) {
    let effort = Effort { rounds: effort.rounds.div_ceil(3), ..effort };
    table("A hit, ns, over the size of the cache", |size| hits(effort, size));
    table("A miss that evicts, ns, over the size of the cache", |size| misses(effort, size));
}

fn table(title: &str, figures: impl Fn(&Size) -> Figures) {
    // Compared at 4096 entries.
    let mut table = table_of(title, Better::Less(3), SIZES, 1);
    for size in SIZES {
        for (at, (role, name, figure)) in figures(size).into_iter().enumerate() {
            if table.rows.len() == at {
                table.row(role, name, Vec::new());
            }
            table.rows[at].cells.push(figure);
        }
        (size.clear)();
    }
    table.note("The verdict is on 4096 entries.").emit();
}

/// All entries are asked for, in an order that no prefetcher knows.
fn hits(effort: Effort, size: &Size) -> Figures {
    let entries = size.entries;
    let key = |i: u64| i.wrapping_mul(0x9E37_79B9_7F4A_7C15) % entries as u64;
    let by_hand = ByHand::new(entries);
    let schnell = Schnell::new(entries);
    // These divide it among shards, or evict before they are full.
    let (moka_cache, quick_cache) = (moka(4 * entries), Quick::new(4 * entries));
    Race::new(format!("a hit, {entries} entries"))
        .hits(entries as u64)
        .ours("weakcache", |_, i| (size.ours)(key(i)))
        .peer("cached", |_, i| (size.cached)(key(i)))
        .peer("`Mutex<LruCache>`", |_, i| by_hand.get(&key(i), || key(i), || body(i)))
        .peer("`Mutex<schnellru::LruMap>`", |_, i| schnell.get(&key(i), || key(i), || body(i)))
        .peer("moka", |_, i| moka_cache.get_with(key(i), || body(i)))
        .peer("quick_cache", |_, i| quick(&quick_cache, key(i), || body(i)))
        .medians(effort)
}

/// No key comes twice.
fn misses(effort: Effort, size: &Size) -> Figures {
    let entries = size.entries;
    let by_hand = ByHand::new(entries);
    let schnell = Schnell::new(entries);
    let (moka_cache, quick_cache): (Moka<u64, u64>, Quick<u64, u64>) = (moka(entries), Quick::new(entries));
    // Past the first eviction: until then tables grow, and one such operation would be taken for the price of all.
    let figures = Race::new(format!("a miss, {entries} entries"))
        .full(2 * entries as u64)
        .ours("weakcache", |_, i| (size.ours)(i))
        .peer("cached", |_, i| (size.cached)(i))
        .peer("`Mutex<LruCache>`", |_, i| by_hand.get(&i, || i, || i))
        .peer("`Mutex<schnellru::LruMap>`", |_, i| schnell.get(&i, || i, || i))
        .peer("moka", |_, i| moka_cache.get_with(i, || i))
        .peer("quick_cache", |_, i| quick(&quick_cache, i, || i))
        .medians(effort);
    let info = (size.info)();
    assert_eq!(info.hits, 0, "not all of them miss: {info}");
    figures
}
