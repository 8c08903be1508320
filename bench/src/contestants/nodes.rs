//! Ways to remember a function of a node without keeping that alive.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, Weak};

use foldhash::fast::RandomState;
use lru::LruCache;
use weakcache::{Interned, interned, memoize};

use super::memo::ROOM;
use super::{LOCK, body};

#[interned(get = false)]
pub struct Node(u64);

pub mod ours {
    use super::{Interned, Node, ROOM, body, memoize};

    #[memoize(weak_key(node))]
    pub fn unbounded(node: &Interned<Node>) -> u64 {
        body(node.0 + 1)
    }

    #[memoize(lru = ROOM, weak_key(node))]
    pub fn lru(node: &Interned<Node>) -> u64 {
        body(node.0 + 1)
    }
}

/// By address, with a weak handle that keeps that from being another's, and nothing that sweeps.
type Known = (Weak<u64>, u64);

static MAP: LazyLock<Mutex<HashMap<usize, Known, RandomState>>> = LazyLock::new(Default::default);
static LRU: LazyLock<Mutex<LruCache<usize, Known, RandomState>>> = LazyLock::new(|| {
    let room = ROOM.try_into().expect("not zero");
    Mutex::new(LruCache::with_hasher(room, RandomState::default()))
});

pub fn by_hand(node: &Arc<u64>) -> u64 {
    let mut known = MAP.lock().expect(LOCK);
    let new = || (Arc::downgrade(node), body(**node + 1));
    known.entry(Arc::as_ptr(node).addr()).or_insert_with(new).1
}

pub fn by_hand_lru(node: &Arc<u64>) -> u64 {
    let mut known = LRU.lock().expect(LOCK);
    let new = || (Arc::downgrade(node), body(**node + 1));
    known.get_or_insert(Arc::as_ptr(node).addr(), new).1
}

/// Nodes that live as long as the process.
#[must_use]
pub fn interned(count: u64) -> Vec<&'static Interned<Node>> {
    (0..count).map(|i| &*Box::leak(Box::new(Node::new(i)))).collect()
}

/// The same, by hand.
#[must_use]
pub fn counted(count: u64) -> Vec<&'static Arc<u64>> {
    (0..count).map(|i| &*Box::leak(Box::new(Arc::new(i)))).collect()
}
