//! What becomes of weak keys when nodes die: under churn, in flight, among threads, in drops and panics.

use crate::support::{Random, on_threads, watched};
use crate::tasks::{Gate, Task, now};
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use weakcache::{Interned, Strong, interned, memoize};

/// So many nodes live at a time.
const LIVE: usize = 300;

/// How many nodes come and go.
const CHURN: u64 = if cfg!(debug_assertions) { 100_000 } else { 10_000_000 };

/// No answer is ever for a node that is dead, and none for a living one is lost: the count of the body's runs says
/// which node it was asked of.
#[test]
fn churn_through_a_few_hundred_places() {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    #[interned]
    struct Node(u64);
    #[memoize(weak_key(node))]
    fn answer(node: &Interned<Node>, salt: u64) -> (u64, u64) {
        (node.0 ^ salt, RUNS.fetch_add(1, Relaxed))
    }
    /// A node, and what was answered for it, by salt.
    type Asked = (Interned<Node>, [Option<(u64, u64)>; 2]);
    let mut random = Random(1);
    let mut living: Vec<Option<Asked>> = vec![None; LIVE];
    let (mut places, mut most, mut asked, mut born) = (HashSet::new(), 0, 0, 0);
    while born < CHURN {
        let at = random.below(LIVE);
        match &mut living[at] {
            Some((node, known)) if !random.next().is_multiple_of(3) => {
                let salt = random.below(2);
                let (before, found) = (RUNS.load(Relaxed), answer(node, salt as u64));
                assert_eq!(found.0, node.0 ^ salt as u64, "an answer for another node");
                assert_eq!(RUNS.load(Relaxed) - before, u64::from(known[salt].is_none()));
                assert_eq!(
                    *known[salt].get_or_insert(found),
                    found,
                    "an answer that is not of this node's life"
                );
                asked += 1;
            }
            // The same key comes again as often as not: as another node.
            slot => {
                let key = if random.next().is_multiple_of(2) { random.next() % 1000 } else { born };
                *slot = None;
                let node = Node::get(key).is_none().then(|| Node::new(key));
                *slot = node.map(|node| (node, [None; 2]));
                if let Some((node, _)) = slot {
                    born += 1;
                    if born < 10_000 {
                        places.insert(Interned::as_ptr(node).addr());
                    }
                    most = most.max(answer::cache_info().len);
                }
            }
        }
    }
    let info = answer::cache_info();
    assert_eq!((info.misses, info.hits), (RUNS.load(Relaxed), asked - RUNS.load(Relaxed)));
    // A round of the sweep takes half as many insertions as there are slots.
    assert!(most < 5 * LIVE, "{most} entries");
    // Where each slot has a chunk to itself, the allocator says which places there are.
    assert!(cfg!(weakcache_one_slot) || places.len() < 5 * LIVE, "{} places", places.len());
    living.clear();
    let left = answer::cache_info().len;
    assert_eq!((answer::sweep(), answer::cache_info().len), (left, 0));
    assert_eq!(Node::registry().len(), 0);
    Node::registry().shrink_to_fit();
    assert_eq!(Node::registry().capacity(), 0);
}

/// The same of blocks of the allocator, which are used again sooner.
#[test]
fn churn_of_blocks() {
    #[memoize(lru = 400, weak_key(node))]
    fn of_arc(node: &Arc<u64>) -> u64 {
        **node
    }
    #[memoize(weak_key(node))]
    fn of_strong(node: &Strong<u64>) -> u64 {
        **node
    }
    let mut random = Random(2);
    let mut living: Vec<_> = (0..LIVE).map(|_| (Arc::new(0), Strong::new(0))).collect();
    for id in 1..CHURN / 10 {
        let at = random.below(LIVE);
        living[at] = (Arc::new(id), Strong::new(id));
        for at in [at, random.below(LIVE)] {
            let (arc, strong) = &living[at];
            assert_eq!((of_arc(arc), of_strong(strong)), (**arc, **strong));
        }
    }
    let len = of_arc::cache_info().len;
    assert!((LIVE / 2..=400).contains(&len), "{len}");
    assert!(of_strong::cache_info().len < 5 * LIVE);
    living.clear();
    assert_eq!((of_arc::sweep(), of_arc::cache_info().len), (len, 0));
    of_strong::sweep();
    assert_eq!(of_strong::cache_info().len, 0);
}

#[test]
fn one_off_nodes_do_not_pile_up() {
    #[memoize(weak_key(node))]
    fn once(node: &Arc<u64>) -> Arc<u64> {
        Arc::new(**node)
    }
    let kept: Vec<_> = (0..10).map(Arc::new).collect();
    for node in &kept {
        once(node);
    }
    for id in 0..10_000 {
        once(&Arc::new(id));
        assert!(once::cache_info().len < 64);
    }
    let misses = once::cache_info().misses;
    for node in &kept {
        assert_eq!(once(node), *node);
    }
    assert_eq!(once::cache_info().misses, misses);
}

#[test]
fn threads_that_make_ask_and_drop() {
    #[interned]
    struct Node(u64);
    #[memoize(weak_key)]
    fn unbounded(node: &Interned<Node>) -> u64 {
        node.0 * 3
    }
    #[memoize(lru = 50, weak_key)]
    fn bounded(node: &Interned<Node>, salt: u64) -> u64 {
        unbounded(node) + salt
    }
    watched(|| {
        on_threads(4, |thread| {
            let mut random = Random(thread as u64);
            let mut living: Vec<Interned<Node>> = Vec::new();
            for _ in 0..CHURN / 50 {
                // Few keys: threads share nodes, and each is the last to hold one now and then.
                let node = Node::new(random.next() % 100);
                assert_eq!(bounded(&node, 1), node.0 * 3 + 1);
                if living.len() == 20 {
                    living.swap_remove(random.below(20));
                }
                living.push(node);
                let node = &living[random.below(living.len())];
                assert_eq!((unbounded(node), bounded::peek(node, 2)), (node.0 * 3, None));
                if random.next().is_multiple_of(64) {
                    unbounded::sweep();
                    unbounded::invalidate(node);
                }
            }
        });
        assert_eq!(Node::registry().len(), 0);
        bounded::sweep();
        unbounded::sweep();
        assert_eq!((bounded::cache_info().len, unbounded::cache_info().len), (0, 0));
        Node::registry().shrink_to_fit();
        assert_eq!(Node::registry().capacity(), 0, "no weak handle is left");
    });
}

#[test]
fn callers_of_one_node_compute_once() {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    #[memoize(weak_key(node))]
    fn slow(node: &Arc<u64>) -> u64 {
        thread::yield_now();
        RUNS.fetch_add(1, Relaxed) + **node
    }
    watched(|| {
        for round in 0..200 {
            let node = Arc::new(1000);
            let before = RUNS.load(Relaxed);
            on_threads(3, |_| assert_eq!(slow(&node.clone()), 1000 + before));
            assert_eq!(RUNS.load(Relaxed), before + 1, "round {round}");
        }
    });
}

#[test]
fn a_node_that_dies_in_flight_leaves_nothing() {
    #[memoize(weak_key(node))]
    fn consumed(node: Arc<u64>) -> u64 {
        let value = *node;
        drop(node);
        value
    }
    #[memoize(lru = 1, weak_key(node))]
    fn bounded(node: Arc<u64>) -> u64 {
        consumed(node)
    }
    assert_eq!((consumed(Arc::new(7)), consumed::cache_info().len), (7, 0));
    let kept = Arc::new(8);
    assert_eq!((consumed(kept.clone()), bounded(kept.clone())), (8, 8));
    // It drives nobody out who lives.
    assert_eq!((bounded(Arc::new(9)), bounded::peek(kept.clone())), (9, Some(8)));
    let info = bounded::cache_info();
    assert_eq!((info.misses, info.len, info.evictions, consumed::cache_info().len), (2, 1, 0, 1));
    consumed::refresh(Arc::new(10));
    consumed::prime(Arc::new(10), 10);
    assert!(consumed::cache_info().len <= 2 && consumed(kept) == 8);
}

#[test]
fn a_cancelled_call_lets_go() {
    static GATE: Gate = Gate::new();
    #[memoize(weak_key(node))]
    async fn waits(node: Arc<u64>) -> u64 {
        GATE.pass().await;
        *node
    }
    let node = Arc::new(5);
    let mut leader = Task::new(waits(node.clone()));
    let mut follower = Task::new(waits(node.clone()));
    assert!(!leader.poll() && !follower.poll());
    // The handle of the call, the body's, and that of one who waits.
    assert!(Arc::strong_count(&node) >= 3);
    leader.cancel();
    assert!(!follower.poll(), "it computes now");
    follower.cancel();
    assert_eq!((Arc::strong_count(&node), Arc::weak_count(&node), waits::cache_info().len), (1, 0, 0));
    let mut last = Task::new(waits(node));
    assert!(!last.poll());
    GATE.open();
    assert_eq!(last.finish(), 5);
    waits::sweep();
    assert_eq!(waits::cache_info().len, 0);
    assert_eq!(now(waits(Arc::new(6))), 6);
}

#[test]
fn recursion_goes_as_deep_as_the_stack() {
    #[interned]
    enum List {
        Nil,
        Cons(u32, Interned<List>),
    }
    #[memoize(weak_key(list))]
    fn sum(list: &Interned<List>) -> u64 {
        match &**list {
            List::Nil => 0,
            List::Cons(head, tail) => u64::from(*head) + sum(tail),
        }
    }
    let deep = || {
        let mut list = List::nil();
        for head in 0..5000 {
            list = List::cons(head, list);
        }
        assert_eq!((sum(&list), sum(&list)), (12_497_500, 12_497_500));
        assert_eq!((sum::cache_info().misses, sum::cache_info().hits), (5001, 1));
        drop(list);
        assert_eq!((sum::sweep(), List::registry().len()), (5001, 0));
    };
    thread::Builder::new().stack_size(64 << 20).spawn(deep).unwrap().join().unwrap();
}

#[test]
fn drops_may_ask_again() {
    thread_local! {
        static OTHER: Arc<Node> = Arc::new(Node { value: 1, asks: false });
    }
    struct Node {
        value: u64,
        asks: bool,
    }
    #[derive(Clone)]
    struct Answer(#[allow(dead_code, reason = "dropped")] Arc<Node>);
    impl Drop for Node {
        fn drop(&mut self) {
            if self.asks {
                let _ = OTHER.try_with(|other| assert_eq!(value(other), 1));
                made(&Arc::new(Self { value: 5, asks: false }));
                made::sweep();
            }
        }
    }
    #[memoize(lru = 2, weak_key)]
    fn value(node: &Arc<Node>) -> u64 {
        node.value
    }
    #[memoize(weak_key)]
    fn made(node: &Arc<Node>) -> Answer {
        Answer(Arc::new(Node { value: node.value, asks: node.asks }))
    }
    watched(|| {
        for round in 0..100 {
            let node = Arc::new(Node { value: round, asks: true });
            assert_eq!(value(&node), round);
            drop((made(&node), node));
        }
        made::sweep();
        assert_eq!(made::cache_info().len, 0);
    });
}

#[test]
fn panics_leave_the_cache_whole() {
    static ARMED: AtomicBool = AtomicBool::new(false);
    struct Answer;
    impl Drop for Answer {
        fn drop(&mut self) {
            if ARMED.load(Relaxed) && !thread::panicking() {
                resume_unwind(Box::new("a drop"));
            }
        }
    }
    #[memoize(weak_key)]
    fn answer(node: &Arc<u64>) -> Arc<Answer> {
        if **node == 0 {
            resume_unwind(Box::new("a body"));
        }
        Arc::new(Answer)
    }
    let zero = Arc::new(0);
    assert!(catch_unwind(|| answer(&zero)).is_err());
    assert_eq!((answer::cache_info().len, Arc::weak_count(&zero)), (0, 0));
    let nodes: Vec<_> = (1..20).map(Arc::new).collect();
    for node in &nodes {
        answer(node);
    }
    drop(nodes);
    ARMED.store(true, Relaxed);
    assert!(catch_unwind(answer::sweep).is_err());
    ARMED.store(false, Relaxed);
    assert_eq!((answer::cache_info().len, answer::sweep()), (0, 0));
    // Swept by the way.
    let nodes: Vec<_> = (1..20).map(Arc::new).collect();
    for node in &nodes {
        answer(node);
    }
    drop(nodes);
    ARMED.store(true, Relaxed);
    let kept: Vec<_> = (1..40).map(Arc::new).collect();
    for node in &kept {
        let _ = catch_unwind(AssertUnwindSafe(|| answer(node)));
    }
    ARMED.store(false, Relaxed);
    assert_eq!(kept.iter().filter(|node| answer::peek(node).is_some()).count(), kept.len());
    assert_eq!(answer::cache_info().len, kept.len());
}
