//! Single flight: who computes, who waits, and what comes of it.

use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use weakcache::memoize;

/// A gate that bodies wait at, and tell when they have come to.
struct Gate {
    arrived: (Mutex<Sender<()>>, Mutex<Receiver<()>>),
    open: (Mutex<Sender<()>>, Mutex<Receiver<()>>),
}

impl Gate {
    fn new() -> Self {
        let pair = || {
            let (sender, receiver) = channel();
            (Mutex::new(sender), Mutex::new(receiver))
        };
        Self { arrived: pair(), open: pair() }
    }

    /// Called by a body.
    fn pass(&self) {
        self.arrived.0.lock().unwrap().send(()).unwrap();
        self.open.1.lock().unwrap().recv().unwrap();
    }

    /// Waits for a body to arrive.
    fn wait(&self) {
        self.arrived.1.lock().unwrap().recv().unwrap();
    }

    fn open(&self) {
        self.open.0.lock().unwrap().send(()).unwrap();
    }
}

macro_rules! gates {
    ($($name:ident),*) => { $(static $name: std::sync::LazyLock<Gate> = std::sync::LazyLock::new(Gate::new);)* };
}

#[test]
fn many_threads_on_one_key_compute_once() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    #[memoize]
    fn f(x: u32) -> String {
        RUNS.fetch_add(1, SeqCst);
        thread::yield_now();
        x.to_string()
    }
    let barrier = Barrier::new(64);
    for key in 0..20 {
        thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(|| {
                    barrier.wait();
                    assert_eq!(f(key), key.to_string());
                });
            }
        });
    }
    assert_eq!(RUNS.load(SeqCst), 20);
    assert_eq!((f::cache_info().hits, f::cache_info().misses), (63 * 20, 20));
}

#[test]
fn distinct_keys_do_not_wait_for_each_other() {
    gates!(GATE);
    #[memoize(lru = 4)]
    fn f(x: u32) -> u32 {
        if x == 0 {
            GATE.pass();
        }
        x
    }
    thread::scope(|scope| {
        let slow = scope.spawn(|| f(0));
        GATE.wait();
        assert_eq!((f(1), f(2), f(1)), (1, 2, 1));
        assert_eq!(f::peek(0), None);
        GATE.open();
        assert_eq!(slow.join().unwrap(), 0);
    });
}

#[test]
fn side_by_side_without_single_flight() {
    static BARRIER: std::sync::LazyLock<Barrier> = std::sync::LazyLock::new(|| Barrier::new(4));
    #[memoize(single_flight = false)]
    fn f(x: u32) -> u32 {
        BARRIER.wait(); // passed only by four bodies at once
        x
    }
    thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(|| f(1)))));
    assert_eq!((f::cache_info().misses, f::cache_info().len), (4, 1));
}

#[test]
fn a_panic_hands_over_and_reaches_its_caller_alone() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    gates!(GATE);
    #[memoize]
    fn f(x: u32) -> u32 {
        if RUNS.fetch_add(1, SeqCst) == 0 {
            GATE.pass();
            panic!("the first");
        }
        x
    }
    thread::scope(|scope| {
        let first = scope.spawn(|| catch_unwind(|| f(1)));
        GATE.wait();
        let others: Vec<_> = (0..8).map(|_| scope.spawn(|| f(1))).collect();
        GATE.open();
        assert!(first.join().unwrap().is_err());
        assert!(others.into_iter().all(|other| other.join().unwrap() == 1));
    });
    assert_eq!(RUNS.load(SeqCst), 2);
    assert_eq!((f::cache_info().hits, f::cache_info().misses), (7, 2));
}

/// moka's `get_with` panics: every one of the bodies, one after the other.
#[test]
fn each_of_many_panics_reaches_its_own_caller() {
    #[memoize]
    fn f(x: u32) -> u32 {
        panic!("always {x}");
    }
    let failed: Vec<bool> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| catch_unwind(|| f(1)).is_err())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(failed, [true; 8]);
    assert_eq!((f::cache_info().misses, f::cache_info().len), (8, 0));
}

#[test]
fn an_error_is_shared_with_those_who_wait_if_it_can_be() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    gates!(GATE);
    #[memoize]
    fn f(x: u32) -> Result<u32, String> {
        RUNS.fetch_add(1, SeqCst);
        GATE.pass();
        Err(x.to_string())
    }
    thread::scope(|scope| {
        let first = scope.spawn(|| f(1));
        GATE.wait();
        let others: Vec<_> = (0..4).map(|_| scope.spawn(|| f(1))).collect();
        // A thread that has not come yet would find nothing; let it pass the gate too.
        for _ in 0..5 {
            GATE.open();
        }
        assert_eq!(first.join().unwrap(), Err("1".into()));
        for other in others {
            assert_eq!(other.join().unwrap(), Err("1".into()));
        }
    });
    let info = f::cache_info();
    assert_eq!((info.hits + info.misses, info.len), (5, 0));
    assert_eq!(info.misses, u64::from(RUNS.load(SeqCst)));
}

#[test]
fn an_error_that_cannot_be_shared_lets_each_compute() {
    struct Own;
    #[memoize]
    fn f(x: u32) -> Result<u32, Own> {
        thread::yield_now();
        if x == 0 { Err(Own) } else { Ok(x) }
    }
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert!(f(0).is_err()));
        }
    });
    assert_eq!((f::cache_info().hits, f::cache_info().misses), (0, 8));
}

#[test]
fn callers_after_an_invalidation_start_anew() {
    static VERSION: AtomicU32 = AtomicU32::new(1);
    gates!(GATE);
    #[memoize]
    fn f(x: u32) -> u32 {
        let version = VERSION.load(SeqCst);
        if version == 1 {
            GATE.pass();
        }
        x + version
    }
    thread::scope(|scope| {
        let old = scope.spawn(|| f(1));
        GATE.wait();
        VERSION.store(2, SeqCst);
        assert!(!f::invalidate(1));
        assert_eq!(f(1), 3, "does not wait for what is out of date");
        GATE.open();
        assert_eq!(old.join().unwrap(), 2);
    });
    assert_eq!(f::peek(1), Some(3));
}

#[test]
fn waiters_of_a_cleared_cache_get_the_result_that_is_not_stored() {
    gates!(GATE);
    #[memoize(lru = 2)]
    fn f(x: u32) -> String {
        GATE.pass();
        x.to_string()
    }
    thread::scope(|scope| {
        let first = scope.spawn(|| f(1));
        GATE.wait();
        let second = scope.spawn(|| f(1));
        f::cache_clear();
        GATE.open();
        // If the second came after the clearing, it computes.
        GATE.open();
        assert_eq!((first.join().unwrap(), second.join().unwrap()), ("1".into(), "1".into()));
    });
}

#[test]
fn a_prime_beats_a_computation_in_progress() {
    gates!(GATE);
    #[memoize]
    fn f(x: u32) -> u32 {
        GATE.pass();
        x
    }
    thread::scope(|scope| {
        let computing = scope.spawn(|| f(1));
        GATE.wait();
        f::prime(1, 50);
        assert_eq!(f(1), 50);
        GATE.open();
        assert_eq!(computing.join().unwrap(), 1);
    });
    assert_eq!(f(1), 50);
}

#[test]
fn the_old_result_is_served_during_a_refresh() {
    static VERSION: AtomicU32 = AtomicU32::new(0);
    gates!(GATE);
    #[memoize(ttl = "1h")]
    fn f(x: u32) -> u32 {
        let version = VERSION.fetch_add(1, SeqCst);
        if version == 1 {
            GATE.pass();
        }
        x + version
    }
    assert_eq!(f(10), 10);
    thread::scope(|scope| {
        let refreshed = scope.spawn(|| f::refresh(10));
        GATE.wait();
        assert_eq!(f(10), 10);
        GATE.open();
        assert_eq!(refreshed.join().unwrap(), 11);
    });
    assert_eq!(f(10), 11);
}

/// Two functions that call each other, entered from both ends at once.
#[test]
fn a_cycle_across_threads_computes() {
    static BARRIER: std::sync::LazyLock<Barrier> = std::sync::LazyLock::new(|| Barrier::new(2));
    static MET: AtomicU32 = AtomicU32::new(0);
    fn meet() {
        if MET.fetch_add(1, SeqCst) < 2 {
            BARRIER.wait();
        }
    }
    #[memoize]
    fn ping(n: u32) -> u32 {
        meet();
        if n == 0 { 0 } else { pong(n - 1) + 1 }
    }
    #[memoize(lru = 9)]
    fn pong(n: u32) -> u32 {
        meet();
        if n == 0 { 0 } else { ping(n) + 1 }
    }
    // ping(1) calls pong(0); pong(1) calls ping(1): with the first two bodies inside at once.
    thread::scope(|scope| {
        let a = scope.spawn(|| ping(1));
        let b = scope.spawn(|| pong(1));
        assert_eq!((a.join().unwrap(), b.join().unwrap()), (1, 2));
    });
}

#[test]
fn a_ring_of_threads_does_not_deadlock() {
    const RING: usize = 6;
    static BARRIER: std::sync::LazyLock<Barrier> = std::sync::LazyLock::new(|| Barrier::new(RING));
    static STARTED: [AtomicBool; RING] = [const { AtomicBool::new(false) }; RING];
    #[memoize]
    fn ring(n: usize, depth: usize) -> usize {
        let _ = depth;
        // The first body of each key waits for those of the others: all are in progress then.
        if !STARTED[n].swap(true, SeqCst) {
            BARRIER.wait();
            return 1 + ring((n + 1) % RING, 0);
        }
        0
    }
    thread::scope(|scope| {
        let threads: Vec<_> = (0..RING).map(|n| scope.spawn(move || ring(n, 0))).collect();
        let lengths: Vec<usize> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert!(lengths.iter().all(|&length| (1..=RING).contains(&length)), "{lengths:?}");
    });
}

#[test]
fn an_eq_that_calls_the_same_function_gets_an_answer() {
    #[derive(Clone, Debug)]
    struct Curious(u32);
    impl PartialEq for Curious {
        fn eq(&self, other: &Self) -> bool {
            // Inside of a comparison the cache looks empty.
            assert_eq!(double(Self(100 + self.0)), (100 + self.0) * 2);
            assert!(!double::invalidate(self.clone()));
            assert_eq!(double::peek(self.clone()), None);
            double::prime(self.clone(), 0);
            double::cache_clear();
            assert_eq!(double::cache_info().len, 0);
            self.0 == other.0
        }
    }
    impl Eq for Curious {}
    impl std::hash::Hash for Curious {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            (self.0 % 100).hash(state);
        }
    }
    #[memoize(lru = 4)]
    fn double(x: Curious) -> u32 {
        x.0 * 2
    }
    assert_eq!((double(Curious(1)), double(Curious(1)), double(Curious(101))), (2, 2, 202));
    assert_eq!((double::cache_info().hits, double::cache_info().misses), (1, 2));
}

#[test]
fn a_clone_or_drop_that_asks_the_cache_does_not_hang() {
    #[derive(PartialEq, Eq, Hash)]
    struct Noisy(u32);
    impl Clone for Noisy {
        fn clone(&self) -> Self {
            let _ = f::cache_info();
            Self(self.0)
        }
    }
    impl Drop for Noisy {
        fn drop(&mut self) {
            let _ = f::peek();
            let _ = f::cache_info();
        }
    }
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Noisy2;
    #[memoize(skip(x), lru = 1)]
    fn f(x: &Noisy2) -> Arc<Noisy> {
        let _ = x;
        Arc::new(Noisy(1))
    }
    #[memoize(lru = 1)]
    fn g(x: Noisy) -> Noisy {
        x
    }
    f(&Noisy2);
    for x in 0..4 {
        assert_eq!(g(Noisy(x)).0, x);
        assert_eq!(g(Noisy(x)).0, x);
    }
    g::cache_clear();
    f::cache_clear();
    assert_eq!(g::cache_info().len, 0);
}

#[test]
fn bad_hashes_only_cost_time() {
    #[derive(Clone, PartialEq, Eq)]
    struct Same(u32);
    impl std::hash::Hash for Same {
        fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
    }
    #[memoize(lru = 3)]
    fn f(x: Same) -> u32 {
        x.0
    }
    for x in [1, 2, 3, 1, 4] {
        assert_eq!(f(Same(x)), x);
    }
    let kept: Vec<_> = (1..5).map(|x| f::peek(Same(x))).collect();
    assert_eq!(kept, [Some(1), None, Some(3), Some(4)]);
}

/// Everything at once, from several threads; what is found must always be the key's own.
#[test]
fn a_storm() {
    #[memoize(lru = 8)]
    fn bounded(x: u64) -> String {
        x.to_string()
    }
    #[memoize]
    fn unbounded(x: u64) -> String {
        x.to_string()
    }
    thread::scope(|scope| {
        for thread in 0..4u64 {
            scope.spawn(move || {
                let mut state = thread + 1;
                for _ in 0..5_000 {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let key = (state >> 33) % 16;
                    let expected = key.to_string();
                    match (state >> 50) % 12 {
                        0 => drop(bounded::invalidate(key)),
                        1 => drop(unbounded::invalidate(key)),
                        2 => bounded::prime(key, expected.clone()),
                        3 => unbounded::prime(key, expected.clone()),
                        4 => assert_eq!(bounded::refresh(key), expected),
                        5 => assert_eq!(unbounded::refresh(key), expected),
                        6 if key == 0 => bounded::cache_clear(),
                        7 if key == 0 => unbounded::cache_clear(),
                        8 => assert!(bounded::peek(key).is_none_or(|found| found == expected)),
                        9 => assert!(unbounded::peek(key).is_none_or(|found| found == expected)),
                        _ => assert_eq!((bounded(key), unbounded(key)), (expected.clone(), expected)),
                    }
                }
            });
        }
    });
    assert!(bounded::cache_info().len <= 8 && unbounded::cache_info().len <= 16);
}
