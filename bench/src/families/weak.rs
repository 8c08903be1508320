//! Weak maps: a look-up of a live value, and a value that is made, entered and dies.

use std::sync::{Arc, Weak};

use weakcache::Strong;
use weakcache_bench::contestants::LOCK;
use weakcache_bench::contestants::weak::Maps;

use crate::harness::{Effort, Race};

const LIVE: u64 = 1000;

const STRONG: &str = "`WeakValueMap`";
const ARC: &str = "`ArcWeakValueMap`";
const TABLE: &str = "weak-table in a `Mutex`";
const BY_HAND: &str = "`Mutex<HashMap<K, Weak<V>>>`";
const ALIVE: &str = "its handle is held";

pub(crate) fn run(effort: Effort) {
    for threads in [1, 2] {
        get(effort, threads);
        insert_and_death(effort, threads);
    }
}

fn get(effort: Effort, threads: usize) {
    let maps = Maps::default();
    let strong: Vec<_> = (0..LIVE).map(Strong::new).collect();
    let arcs: Vec<_> = (0..LIVE).map(Arc::new).collect();
    for (key, (strong, arc)) in (0..).zip(strong.iter().zip(&arcs)) {
        maps.strong.insert(key, strong);
        maps.arc.insert(key, arc);
        maps.table.lock().expect(LOCK).insert(key, Arc::clone(arc));
        maps.by_hand.lock().expect(LOCK).insert(key, Arc::downgrade(arc));
    }
    Race::new("get a live value and drop the handle")
        .threads(threads)
        .ours(STRONG, |_, i| *maps.strong.get(&(i % LIVE)).expect(ALIVE))
        .ours(ARC, |_, i| *maps.arc.get(&(i % LIVE)).expect(ALIVE))
        .peer(TABLE, |_, i| {
            let found = maps.table.lock().expect(LOCK).get(&(i % LIVE));
            *found.expect(ALIVE)
        })
        .peer(BY_HAND, |_, i| {
            let found = maps.by_hand.lock().expect(LOCK).get(&(i % LIVE)).and_then(Weak::upgrade);
            *found.expect(ALIVE)
        })
        .run(effort);
}

/// Each thread has its own thousand keys.
fn insert_and_death(effort: Effort, threads: usize) {
    let maps = Maps::default();
    let key = |thread: usize, i: u64| thread as u64 * LIVE + i % LIVE;
    Race::new("make a value, insert it, drop it")
        .threads(threads)
        .ours(STRONG, |thread, i| {
            let value = Strong::new(i);
            maps.strong.insert(key(thread, i), &value);
        })
        .ours(ARC, |thread, i| {
            let value = Arc::new(i);
            maps.arc.insert(key(thread, i), &value);
        })
        .peer(TABLE, |thread, i| {
            let value = Arc::new(i);
            maps.table.lock().expect(LOCK).insert(key(thread, i), Arc::clone(&value));
        })
        .peer(BY_HAND, |thread, i| {
            let value = Arc::new(i);
            maps.by_hand.lock().expect(LOCK).insert(key(thread, i), Arc::downgrade(&value));
        })
        .note("With all but the first the dead stay in the table, until the key is used again.")
        .run(effort);
    assert!(maps.strong.is_empty(), "all are dead");
}
