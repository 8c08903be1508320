//! Bounded caches that threads share: hits on keys of each thread's own and on one that all ask for, and misses that
//! evict; with one thread and two, and over as many as there are processors.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;

use weakcache_bench::contestants::memo::{self as contestants, ROOM, ours};

use crate::harness::{Effort, MOST_THREADS, Race};
use crate::table::{Better, Table};

/// How many keys are asked for in turn.
const KEYS: u64 = 1000;

/// One in so many calls misses where most hit.
const SELDOM: u64 = 20;

const LRU: &str = "weakcache `lru`";
const BY_HAND: &str = "`Mutex<LruCache>`";

pub(crate) fn run(effort: Effort) {
    for threads in [1, 2] {
        hits(threads).run(effort);
        misses(threads).run(effort);
    }
    hot(2).run(effort);
}

/// The same over threads, as tables whose columns are their numbers.
pub(crate) fn over_threads(effort: Effort) {
    let effort = Effort { rounds: effort.rounds.div_ceil(2), ..effort };
    curve("A hit on keys of one's own, ns, over threads", effort, hits);
    curve("A hit on one key, ns, over threads", effort, hot);
    curve("A miss that evicts, ns, over threads", effort, misses);
    curve("Of twenty calls one misses, ns a call, over threads", effort, seldom);
}

/// Each thread asks for keys of its own.
fn hits<'a>(threads: usize) -> Race<'a> {
    let each = KEYS / threads as u64;
    let key = move |thread: usize, i: u64| i % each + each * thread as u64;
    Race::new("`capacity`, a hit on a `u64`")
        .threads(threads)
        .hits(each)
        .ours("weakcache", move |thread, i| ours::capacity(key(thread, i)))
        .ours(LRU, move |thread, i| ours::lru(key(thread, i)))
        .peer("quick_cache", move |thread, i| contestants::quick_hits(key(thread, i)))
        .peer("moka", move |thread, i| contestants::moka_hits(key(thread, i)))
        .peer(BY_HAND, move |thread, i| contestants::by_hand(key(thread, i)))
}

/// All threads ask for the same key.
fn hot<'a>(threads: usize) -> Race<'a> {
    Race::new("`capacity`, a hit on one `u64`")
        .threads(threads)
        .hits(1)
        .ours("weakcache", |_, _| ours::capacity(5))
        .ours(LRU, |_, _| ours::lru(5))
        .peer("quick_cache", |_, _| contestants::quick_hits(5))
        .peer("moka", |_, _| contestants::moka_hits(5))
        .peer(BY_HAND, |_, _| contestants::by_hand(5))
}

/// No key comes twice.
fn misses<'a>(threads: usize) -> Race<'a> {
    calls("`capacity`, a miss that evicts", threads, |_, new| new)
}

/// Most calls are for a few keys that all threads ask for.
fn seldom<'a>(threads: usize) -> Race<'a> {
    let key = |i: u64, new: u64| if i.is_multiple_of(SELDOM) { new } else { i % (ROOM as u64 / 2) };
    calls("`capacity`, of twenty calls one misses", threads, key)
}

/// The keys are made of the number of the call and a new one.
fn calls<'a>(title: &str, threads: usize, key: impl Fn(u64, u64) -> u64 + Copy + Sync + 'a) -> Race<'a> {
    // The caches are the same for all races.
    static RACES: AtomicU64 = AtomicU64::new(1);
    let race = RACES.fetch_add(1, Relaxed) << 48;
    let key = move |thread: usize, i: u64| key(i, race + ((thread as u64) << 40) + i);
    Race::new(title)
        .threads(threads)
        .full(2 * ROOM as u64)
        .ours("weakcache", move |thread, i| ours::capacity_misses(key(thread, i)))
        .ours(LRU, move |thread, i| ours::misses(key(thread, i)))
        .peer("quick_cache", move |thread, i| contestants::quick_misses(key(thread, i)))
        .peer("moka", move |thread, i| contestants::moka_misses(key(thread, i)))
        .peer(BY_HAND, move |thread, i| contestants::by_hand_misses(key(thread, i)))
}

fn curve<'a>(title: &str, effort: Effort, race: fn(usize) -> Race<'a>) {
    let processors = thread::available_parallelism().map_or(2, NonZeroUsize::get);
    let threads: Vec<usize> = numbers_of_threads(processors).collect();
    let heads: Vec<String> = threads.iter().map(ToString::to_string).collect();
    let columns: Vec<_> = heads.iter().map(|head| (head.as_str(), 1)).collect();
    // Compared at the most.
    let mut table = Table::new(title, Better::Less(columns.len() - 1), &columns);
    for threads in threads {
        for (at, (role, name, figure)) in race(threads).medians(effort).into_iter().enumerate() {
            if table.rows.len() == at {
                table.row(role, name, Vec::new());
            }
            table.rows[at].cells.push(figure);
        }
    }
    table.note("Wall time a call and thread. The verdict is on the most threads.").emit();
}

/// 1, 2, 4, and on to the number of processors.
fn numbers_of_threads(processors: usize) -> impl Iterator<Item = usize> {
    let most = processors.clamp(2, MOST_THREADS);
    let powers = (0..).map(|power| 1 << power).take_while(move |threads| *threads < most);
    powers.chain([most])
}

#[cfg(test)]
mod tests {
    use super::{Effort, hits, misses, numbers_of_threads};

    #[test]
    fn the_last_number_of_threads_is_that_of_the_processors() {
        let numbers = |processors| numbers_of_threads(processors).collect::<Vec<_>>();
        assert_eq!(numbers(1), [1, 2]);
        assert_eq!(numbers(2), [1, 2]);
        assert_eq!(numbers(6), [1, 2, 4, 6]);
        assert_eq!(numbers(16), [1, 2, 4, 8, 16]);
        assert_eq!(numbers(192), [1, 2, 4, 8, 16, 32, 64]);
    }

    #[test]
    fn sixteen_threads_can_be_raced() {
        let effort = Effort { rounds: 1, slice: std::time::Duration::from_micros(100) };
        for race in [hits(16), misses(16)] {
            let figures = race.medians(effort);
            assert!(figures.iter().all(|(_, _, figure)| *figure > 0.0), "{figures:?}");
        }
    }
}
