//! Memoizing asynchronously: a hit, and many tasks that ask for one key which is not there; those run on tokio.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::runtime::{Builder, Runtime};
use weakcache_bench::contestants::body;
use weakcache_bench::contestants::tasks::{MOKA, MOKA_TEXT, now, ours, quick, quick_text, slow, theirs};

use crate::harness::{Effort, Race};

/// How many keys are asked for in turn.
const KEYS: u64 = 1000;
/// How many tasks ask for one key.
const CROWD: usize = 1000;

/// Has as many tasks call `f` with a key that was never asked for.
fn crowd<F: Future<Output = u64> + Send + 'static>(runtime: &Runtime, key: &AtomicU64, f: fn(u64) -> F) {
    let key = key.fetch_add(1, Ordering::Relaxed);
    runtime.block_on(async {
        let tasks: Vec<_> = (0..CROWD).map(|_| tokio::spawn(f(key))).collect();
        for task in tasks {
            assert_eq!(task.await.expect("no call panics"), key + 1);
        }
    });
}

pub(crate) fn run(effort: Effort) {
    for threads in [1, 2] {
        hits(effort, threads);
    }
    texts(effort);
    cold(effort);
}

fn hits(effort: Effort, threads: usize) {
    // For each thread others of them.
    let each = KEYS / threads as u64;
    let key = |thread, i| i % each + each * thread as u64;
    Race::new("Async, `lru`, a hit on a `u64`")
        .threads(threads)
        .hits(KEYS)
        .ours("weakcache", |thread, i| now(ours::lru(key(thread, i))))
        .peer("moka `get_with`", |thread, i| {
            let x = key(thread, i);
            now(MOKA.get_with(x, async move { body(x + 1) }))
        })
        .peer("quick_cache", |thread, i| {
            let x = key(thread, i);
            now(quick(x, async move { body(x + 1) }))
        })
        .peer("cached", |thread, i| now(theirs::lru(key(thread, i))))
        .run(effort);
    Race::new("Async, unbounded, a hit on a `u64`")
        .threads(threads)
        .hits(KEYS)
        .ours("weakcache", |thread, i| now(ours::unbounded(key(thread, i))))
        .peer("cached", |thread, i| now(theirs::unbounded(key(thread, i))))
        .run(effort);
}

fn texts(effort: Effort) {
    let texts: Vec<String> = (0..KEYS).map(|i| format!("{i:024}")).collect();
    let text = |i| texts[(i % KEYS) as usize].as_str();
    Race::new("Async, `lru`, a hit on a `&str` of 24 bytes")
        .hits(KEYS)
        .ours("weakcache", |_, i| now(ours::text(text(i))))
        .peer("moka `get_with_by_ref`", |_, i| {
            let x = text(i);
            now(MOKA_TEXT.get_with_by_ref(x, async { body(x.len()) }))
        })
        .peer("quick_cache", |_, i| now(quick_text(text(i))))
        .peer("cached", |_, i| now(theirs::text(text(i))))
        .run(effort);
}

fn cold(effort: Effort) {
    let keys: [AtomicU64; 5] = Default::default();
    for (title, runtime) in [
        ("1000 tasks on one cold key, current-thread runtime", Builder::new_current_thread().build()),
        ("1000 tasks on one cold key, runtime of two threads", {
            Builder::new_multi_thread().worker_threads(2).build()
        }),
    ] {
        let runtime = runtime.expect("a runtime");
        Race::new(title)
            .ours("weakcache", |_, _| crowd(&runtime, &keys[0], ours::cold))
            .peer("moka `get_with`", |_, _| {
                crowd(&runtime, &keys[1], |x| MOKA.get_with(x + KEYS, slow(x)));
            })
            .peer("quick_cache", |_, _| {
                crowd(&runtime, &keys[2], |x| async move { quick(x + KEYS, slow(x)).await });
            })
            .peer("cached", |_, _| crowd(&runtime, &keys[3], theirs::cold))
            .less("the tasks alone", |_, _| crowd(&runtime, &keys[4], slow))
            .run(effort);
    }
    let info = ours::cold::cache_info();
    assert_eq!(info.misses, keys[0].load(Ordering::Relaxed), "one body a key: {info}");
}
