//! Tasks that share computations: cancelled, dropped, panicking and invalidated where the schedule has it.
//!
//! Each model has a control: with a step of the protocol done wrong it must fail, or it shows nothing.

mod late;

use crate::schedules::{Alone, caught_async, fail, fails_with, is_control, model};
use shuttle::future::{block_on, spawn, yield_now};
use shuttle::thread;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;
use weakcache::{Cache, memoize};
use weakcache_runtime::__private::fault::Fault;

/// A cache with bodies that count themselves.
struct Numbers {
    cache: Cache<u64, u64>,
    begun: AtomicU64,
    ended: AtomicU64,
    alone: [Alone; 4],
}

impl Numbers {
    fn new() -> Arc<Self> {
        let cache = Cache::builder().capacity(4).build();
        Arc::new(Self {
            cache,
            begun: AtomicU64::new(0),
            ended: AtomicU64::new(0),
            alone: Default::default(),
        })
    }

    /// What is computed of a key, with so many places to be cancelled at.
    async fn body(&self, key: u64, waits: usize) -> u64 {
        let _alone = self.alone[usize::try_from(key).unwrap()].enter();
        self.begun.fetch_add(1, SeqCst);
        for _ in 0..waits {
            yield_now().await;
        }
        self.ended.fetch_add(1, SeqCst);
        key + 7
    }

    async fn get(&self, key: u64, waits: usize) -> u64 {
        self.cache.get_or_insert_async(&key, self.body(key, waits)).await
    }
}

/// A task that computes, cancelled at whatever await it has come to; two that may wait for it, one cancelled too.
fn a_cancellation() {
    let numbers = Numbers::new();
    let tasks = [3, 1, 2, 0].map(|waits| {
        let numbers = numbers.clone();
        spawn(async move { numbers.get(1, waits).await })
    });
    let [first, second, third, fourth] = tasks;
    first.abort();
    third.abort();
    assert_eq!(block_on(second).unwrap(), 8);
    assert_eq!(block_on(fourth).unwrap(), 8);
    let finished = [block_on(first), block_on(third)];
    assert!(finished.into_iter().flatten().all(|value| value == 8));
    assert_eq!(numbers.ended.load(SeqCst), 1);
    assert!(numbers.begun.load(SeqCst) <= 3, "one for each that was cancelled, and one that ended");
    assert_eq!(numbers.cache.peek(&1), Some(8));
    assert_eq!(numbers.cache.len(), 1);
}

/// The first bodies panic, at whatever await: who ran one has the panic, and the others a result.
fn a_panic() {
    let numbers = Numbers::new();
    let tasks = [(); 4].map(|()| {
        let numbers = numbers.clone();
        spawn(async move {
            let body = async {
                let value = numbers.body(1, 1).await;
                if numbers.ended.load(SeqCst) <= 2 { fail() } else { value }
            };
            caught_async(numbers.cache.get_or_insert_async(&1, body)).await
        })
    });
    let results = tasks.map(|task| block_on(task).unwrap());
    assert_eq!(results.iter().filter(|result| result.is_none()).count(), 2);
    assert!(results.into_iter().flatten().all(|value| value == 8));
    assert_eq!(numbers.begun.load(SeqCst), 3);
}

/// Who calls after a write and an invalidation sees the write, whoever computes or waits meanwhile.
fn an_invalidation() {
    let shared = Arc::new((Cache::<u64, u64>::lru(2), AtomicU64::new(0)));
    let call = |shared: Arc<(Cache<u64, u64>, AtomicU64)>| async move {
        let (cache, version) = &*shared;
        let body = async {
            let value = version.load(SeqCst);
            yield_now().await;
            value
        };
        cache.get_or_insert_async(&1, body).await
    };
    let tasks = [(); 2].map(|()| spawn(call(shared.clone())));
    let writer = thread::spawn({
        let shared = shared.clone();
        move || {
            shared.1.store(1, SeqCst);
            shared.0.remove(&1);
            block_on(call(shared.clone()))
        }
    });
    assert_eq!(writer.join().unwrap(), 1);
    assert_eq!(shared.0.peek(&1), Some(1));
    assert!(tasks.into_iter().all(|task| block_on(task).unwrap() <= 1));
}

/// Of tasks that wait, some are dropped as they are woken: the others are woken all the same.
fn waiters_leave() {
    let numbers = Numbers::new();
    let leader = spawn({
        let numbers = numbers.clone();
        async move { numbers.get(1, 1).await }
    });
    let tasks = [(); 4].map(|()| {
        let numbers = numbers.clone();
        spawn(async move { numbers.get(1, 0).await })
    });
    let [leaves, stays, leaves_too, stays_too] = tasks;
    leaves.abort();
    assert_eq!(block_on(stays).unwrap(), 8);
    leaves_too.abort();
    assert_eq!(block_on(stays_too).unwrap(), 8);
    assert_eq!(block_on(leader).unwrap(), 8);
    assert_eq!(numbers.ended.load(SeqCst), 1);
    // An execution may not end while a task is being dropped: where that has to wait, shuttle could not.
    for task in [leaves, leaves_too] {
        assert!(block_on(task).map_or(true, |value| value == 8));
    }
}

/// Tasks that want several keys, in other orders, one inside of another, and a thread.
fn several_keys() {
    let numbers = Numbers::new();
    let tasks = [[1, 2, 3], [3, 2, 1], [2, 3, 1]].map(|keys| {
        let numbers = numbers.clone();
        spawn(async move {
            for key in keys {
                assert_eq!(numbers.get(key, 1).await, key + 7);
            }
        })
    });
    let thread = thread::spawn({
        let numbers = numbers.clone();
        move || {
            for key in 1..4 {
                assert_eq!(
                    numbers.cache.get_or_insert_with(&key, || block_on(numbers.body(key, 0))),
                    key + 7
                );
            }
        }
    });
    thread.join().unwrap();
    for task in tasks {
        block_on(task).unwrap();
    }
    assert_eq!(numbers.ended.load(SeqCst), 3);
    let info = numbers.cache.info();
    assert_eq!((info.misses, info.hits), (3, 9));
}

/// Three that call each other in a circle, entered from all sides.
fn a_circle() {
    let caches = Arc::new([(); 3].map(|()| Cache::<u64, u64>::unbounded()));
    let tasks = [0, 1, 2].map(|first: usize| {
        let caches = caches.clone();
        spawn(async move {
            let [one, two, three] = [0, 1, 2].map(|step| &caches[(first + step) % 3]);
            let innermost = three.get_or_insert_async(&1, async { 1 });
            let inner = two.get_or_insert_async(&1, async { innermost.await + 1 });
            one.get_or_insert_async(&1, async { inner.await + 1 }).await
        })
    });
    let results = tasks.map(|task| block_on(task).unwrap());
    assert!(results.iter().all(|&value| (1..=7).contains(&value)), "{results:?}");
}

static RUNS: AtomicU64 = AtomicU64::new(0);

/// In how many schedules somebody was late.
static LATE: AtomicU64 = AtomicU64::new(0);

#[memoize(single_flight = "50ms", lru = 4)]
fn impatient(waits: u64) -> u64 {
    takes_a_while(waits)
}

#[memoize(lru = 4)]
fn patient(waits: u64) -> u64 {
    takes_a_while(waits)
}

fn takes_a_while(waits: u64) -> u64 {
    for _ in 0..waits {
        thread::yield_now();
    }
    RUNS.fetch_add(1, SeqCst);
    waits + 7
}

/// Followers that are late: they compute beside the leader, and all have a result.
fn a_limit() {
    let call = if is_control() { patient } else { impatient };
    call(0); // from here on there is the cache, which `std`'s means wait for
    impatient::cache_clear();
    patient::cache_clear();
    RUNS.store(0, SeqCst);
    let threads = [(); 3].map(|()| thread::spawn(move || call(5)));
    assert_eq!(call(5), 12);
    assert!(threads.into_iter().all(|thread| thread.join().unwrap() == 12));
    let runs = RUNS.load(SeqCst);
    assert!((1..=4).contains(&runs));
    LATE.fetch_add(u64::from(runs > 1), SeqCst);
    assert_eq!(impatient::peek(5).or_else(|| patient::peek(5)), Some(12));
}

#[memoize(single_flight = "50ms", lru = 4)]
fn waits_for_others(key: u64) -> u64 {
    joins(key, waits_for_others)
}

#[memoize(lru = 4)]
fn waits_for_ever(key: u64) -> u64 {
    joins(key, waits_for_ever)
}

/// Waits for a thread that makes the same call, by means that no cache sees.
fn joins(key: u64, call: fn(u64) -> u64) -> u64 {
    if RUNS.fetch_add(1, SeqCst) == 0 {
        let other = thread::spawn(move || call(key));
        assert_eq!(other.join().unwrap(), key);
    }
    key
}

/// A leader waits for its follower: that is late at last, and computes.
fn a_leader_waits_for_its_follower() {
    let call = if is_control() { waits_for_ever } else { waits_for_others };
    RUNS.store(1, SeqCst);
    call(0); // as above
    waits_for_others::cache_clear();
    waits_for_ever::cache_clear();
    RUNS.store(0, SeqCst);
    let third = thread::spawn(move || call(3));
    assert_eq!(call(3), 3);
    assert_eq!(third.join().unwrap(), 3);
    assert!((2..=3).contains(&RUNS.load(SeqCst)));
}

#[test]
fn a_cancellation_at_any_await_hands_over() {
    model(2000, a_cancellation);
    fails_with(Fault::LoseSilently, "flights::a_cancellation_at_any_await_hands_over");
    fails_with(Fault::WaitUnseen, "flights::a_cancellation_at_any_await_hands_over");
}

#[test]
fn a_panic_hands_over() {
    model(2000, a_panic);
    fails_with(Fault::LoseSilently, "flights::a_panic_hands_over");
}

#[test]
fn what_was_invalidated_is_not_served() {
    model(2000, an_invalidation);
    fails_with(Fault::StoreInvalid, "flights::what_was_invalidated_is_not_served");
}

#[test]
fn who_leaves_takes_no_wake_up_along() {
    model(2000, waiters_leave);
    fails_with(Fault::TakeAllWakers, "flights::who_leaves_takes_no_wake_up_along");
    fails_with(Fault::WaitUnseen, "flights::who_leaves_takes_no_wake_up_along");
}

#[test]
fn each_of_several_keys_is_computed_once() {
    model(1000, several_keys);
    fails_with(Fault::WaitUnseen, "flights::each_of_several_keys_is_computed_once");
}

#[test]
fn a_circle_of_tasks_is_no_deadlock() {
    model(2000, a_circle);
    fails_with(Fault::WaitBlindly, "flights::a_circle_of_tasks_is_no_deadlock");
}

#[test]
fn who_is_late_computes() {
    model(1000, a_limit);
    assert!(LATE.load(SeqCst) > 0, "some are late");
    fails_with(Fault::None, "flights::who_is_late_computes");
}

#[test]
fn a_leader_that_waits_for_its_follower_is_waited_for_no_longer_than_said() {
    model(500, a_leader_waits_for_its_follower);
    fails_with(
        Fault::None,
        "flights::a_leader_that_waits_for_its_follower_is_waited_for_no_longer_than_said",
    );
}
