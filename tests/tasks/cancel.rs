//! Callers of memoized `async fn`s that are dropped half-way, at every point where they can be.

use std::future::poll_fn;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::thread;

use futures_util::future::join;
use weakcache::{CacheInfo, memoize};

use crate::order::{Choices, Rough, awake, every_way, run};
use crate::support::Random;
use crate::tasks::{Any, AnyLocal, Gate, Task, finish, yields};

/// A key that counts its copies.
#[derive(Clone, Debug)]
struct Key(Arc<()>);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

impl Key {
    fn new() -> Self {
        Self(Arc::new(()))
    }

    fn copies(&self) -> usize {
        Arc::strong_count(&self.0) - 1
    }
}

/// The bodies of a function, of which there is to be one at a time.
struct Bodies {
    alive: AtomicU32,
    started: AtomicU32,
}

struct Alive(&'static Bodies);

impl Bodies {
    const fn new() -> Self {
        Self { alive: AtomicU32::new(0), started: AtomicU32::new(0) }
    }

    fn enter(&'static self) -> Alive {
        assert_eq!(self.alive.fetch_add(1, SeqCst), 0, "two bodies at once");
        self.started.fetch_add(1, SeqCst);
        Alive(self)
    }

    fn alive(&self) -> u32 {
        self.alive.load(SeqCst)
    }

    fn started(&self) -> u32 {
        self.started.load(SeqCst)
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.alive.fetch_sub(1, SeqCst);
    }
}

/// A function with two kinds of await in its body, of its own and of memoized functions, one after the other
/// and two at once, and the bodies of all of them.
struct Scenario {
    call: fn(Key) -> AnyLocal<'static, Option<Arc<Key>>>,
    infos: fn() -> [CacheInfo; 2],
    clear: fn(),
    /// Of the function, and of what it calls with the arguments 0 and 1.
    bodies: &'static [Bodies; 3],
    /// Whether its results are kept.
    keeps: bool,
}

macro_rules! scenario {
    ($name:ident, $keeps:literal, $result:ty, $ok:expr, $some:expr, ($($options:tt)*)) => {
        mod $name {
            use super::*;

            static BODIES: [Bodies; 3] = [const { Bodies::new() }; 3];

            #[memoize($($options)*)]
            async fn inner(key: &Key, part: usize) -> $result {
                let _alive = BODIES[1 + part].enter();
                yields(1 + part).await;
                $ok(Arc::new(key.clone()))
            }

            #[memoize($($options)*)]
            async fn outer(key: Key) -> $result {
                let _alive = BODIES[0].enter();
                yields(1).await;
                let one = inner(&key, 0).await;
                let both = join(inner(&key, 1), inner(&key, 1)).await;
                yields(2).await;
                drop((one, both));
                $ok(Arc::new(key))
            }

            pub(super) static SCENARIO: Scenario = Scenario {
                call: |key| Box::pin(async { $some(outer(key).await) }),
                infos: || [outer::cache_info(), inner::cache_info()],
                clear: || {
                    outer::cache_clear();
                    inner::cache_clear();
                },
                bodies: &BODIES,
                keeps: $keeps,
            };
        }
    };
}

scenario!(plain, true, Arc<Key>, |key| key, Some, ());
scenario!(bounded, true, Arc<Key>, |key| key, Some, (lru = 2, ttl = "1h"));
scenario!(held_weakly, true, Arc<Key>, |key| key, Some, (weak));
scenario!(in_a_thread, true, Arc<Key>, |key| key, Some, (local));
scenario!(of_errors, false, Result<(), Arc<Key>>, Err, |result: Result<(), Arc<Key>>| result.err(), ());

impl Scenario {
    /// Plays it with so many callers, of whom some are dropped: `doomed` says who, and before which poll.
    /// Returns before which polls that was.
    fn play(&self, callers: usize, doomed: &[(usize, usize)], random: &mut Random) -> Vec<usize> {
        let [bodies, inner @ ..] = self.bodies;
        (self.clear)();
        let before = self.bodies.each_ref().map(Bodies::started);
        let key = Key::new();
        let mut tasks: Vec<_> = (0..callers).map(|_| Task::new((self.call)(key.clone()))).collect();
        let (mut dropped, mut bodies_due, mut body_due) = (Vec::new(), 0, true);
        loop {
            for &(doomed, poll) in doomed {
                let task = &mut tasks[doomed];
                if task.is_alive() && task.polls() == poll {
                    let computing = bodies.alive();
                    task.cancel();
                    assert!(task.is_forgotten(), "a waker of a dropped task is left");
                    dropped.push(poll);
                    // If it was the one that computed, another is to do so in its stead, at once.
                    body_due |= bodies.alive() < computing;
                }
            }
            let awake = awake(&tasks);
            if awake.is_empty() {
                break;
            }
            tasks[awake[random.below(awake.len())]].poll();
            if self.keeps {
                bodies_due += u32::from(std::mem::take(&mut body_due));
                assert_eq!(bodies.started() - before[0], bodies_due);
            }
        }
        assert!(self.bodies.iter().all(|bodies| bodies.alive() == 0));
        for task in &tasks {
            assert!(task.is_forgotten(), "a waker of a task that is done is left");
        }
        let outputs: Vec<_> = tasks.iter().filter_map(Task::output).collect();
        assert_eq!(outputs.len(), callers - dropped.len(), "everyone left got the value");
        assert!(outputs.iter().all(|output| output.as_deref() == Some(&key)));
        let started = |bodies: &Bodies, before: u32| u64::from(bodies.started() - before);
        let [info, inner_info] = (self.infos)();
        assert_eq!(info.misses, started(bodies, before[0]));
        assert_eq!(inner_info.misses, started(&inner[0], before[1]) + started(&inner[1], before[2]));
        if outputs.is_empty() {
            assert_eq!(info.len, 0);
            drop(tasks);
            let again = finish((self.call)(key.clone()));
            assert_eq!(again.as_deref(), Some(&key), "a further call computes anew");
            assert_eq!((self.infos)()[0].misses, info.misses + 1);
        } else {
            assert_eq!(info.len, usize::from(self.keeps));
            drop(tasks);
        }
        (self.clear)();
        assert_eq!(key.copies(), 0, "something holds the key, or the value");
        dropped
    }

    /// Plays it for all n with someone dropped at the nth poll, in several orders each.
    fn play_all(&self, callers: usize, doomed: impl Fn(usize) -> Vec<(usize, usize)>) {
        for n in 0.. {
            let dropped = (0..8).flat_map(|seed| self.play(callers, &doomed(n), &mut Random(seed)));
            if !dropped.collect::<Vec<_>>().contains(&n) {
                assert!(n > 4, "a call is done after {n} polls");
                return;
            }
        }
    }

    fn play_everything(&self) {
        const CALLERS: usize = 4;
        assert!(self.play(1, &[], &mut Random(0)).is_empty());
        for one in 0..CALLERS {
            self.play_all(CALLERS, |n| vec![(one, n)]);
        }
        self.play_all(CALLERS, |n| (0..CALLERS).map(|caller| (caller, n)).collect());
        self.play_all(CALLERS, |n| (1..CALLERS).map(|caller| (caller, n)).collect());
        self.play_all(1, |n| vec![(0, n)]);
        // Of two callers, and of three, each at a poll of its own.
        for other in 0..10 {
            self.play_all(2, |n| vec![(0, n), (1, other)]);
            self.play_all(3, |n| vec![(0, n), (1, other)]);
        }
    }
}

#[test]
fn dropped_at_every_poll() {
    plain::SCENARIO.play_everything();
}

#[test]
fn dropped_at_every_poll_of_a_bounded_cache() {
    bounded::SCENARIO.play_everything();
}

#[test]
fn dropped_at_every_poll_of_a_weak_cache() {
    held_weakly::SCENARIO.play_everything();
}

#[test]
fn dropped_at_every_poll_of_a_local_cache() {
    in_a_thread::SCENARIO.play_everything();
}

#[test]
fn dropped_at_every_poll_of_what_is_not_kept() {
    of_errors::SCENARIO.play_everything();
}

/// Three callers, and every order of their polls and of two drops that there is.
#[test]
fn dropped_in_every_order() {
    static BODIES: Bodies = Bodies::new();
    #[memoize]
    async fn f(key: Key) -> Key {
        let _alive = BODIES.enter();
        yields(1).await;
        key
    }
    let ways = every_way(|choices| {
        let key = Key::new();
        let before = (BODIES.started(), f::cache_info());
        let mut tasks: Vec<_> = (0..3).map(|_| Task::new(f(key.clone()))).collect();
        let mut left = 2;
        loop {
            let awake = awake(&tasks);
            let alive: Vec<usize> = (0..3).filter(|&task| tasks[task].is_alive()).collect();
            if alive.is_empty() {
                break;
            }
            let doomed = if left > 0 { alive.len() } else { 0 };
            let choice = choices.below(awake.len() + doomed);
            match awake.get(choice) {
                Some(&task) => drop(tasks[task].poll()),
                None => {
                    left -= 1;
                    tasks[alive[choice - awake.len()]].cancel();
                }
            }
        }
        assert!(tasks.iter().all(Task::is_forgotten));
        assert!(tasks.iter().filter_map(Task::output).count() >= 1);
        assert!(tasks.iter().filter_map(Task::output).all(|output| *output == key));
        assert_eq!(f::cache_info().misses - before.1.misses, u64::from(BODIES.started() - before.0));
        drop(tasks);
        assert_eq!((key.copies(), f::peek(key.clone()).is_some()), (2, true));
        assert!(f::invalidate(key.clone()));
        assert_eq!(key.copies(), 0);
    });
    assert!(ways > 500, "{ways}");
    assert_eq!(f::cache_info().len, 0);
}

/// The same with polls of tasks that are not awake, on three threads in turn.
#[test]
fn dropped_on_an_executor_without_manners() {
    static BODIES: Bodies = Bodies::new();
    #[memoize(lru = 8)]
    async fn f(key: Key) -> Key {
        let _alive = BODIES.enter();
        yields(3).await;
        key
    }
    fn task(key: &Key) -> Task<Any<'static, Key>> {
        Task::new(Box::pin(f(key.clone())))
    }
    for seed in 0..200 {
        let (key, misses) = (Key::new(), f::cache_info().misses);
        let mut random = Random(seed);
        let doomed: Vec<_> = (0..3).map(|task| (task, random.below(8))).collect();
        let tasks =
            thread::scope(|scope| Rough::new(scope, seed).run((0..5).map(|_| task(&key)).collect(), &doomed));
        assert!(tasks.iter().all(Task::is_forgotten));
        assert!(tasks[3..].iter().all(|task| task.output() == Some(&key)));
        assert!((1..=4).contains(&(f::cache_info().misses - misses)));
        drop(tasks);
        assert!(f::invalidate(key.clone()));
        assert_eq!(key.copies(), 0);
    }
}

#[test]
fn a_future_that_is_never_polled_does_nothing() {
    #[memoize]
    async fn f(key: Key) -> Key {
        key
    }
    let key = Key::new();
    drop(f(key.clone()));
    drop(f::refresh(key.clone()));
    drop(f::uncached(key.clone()));
    assert_eq!((key.copies(), f::cache_info()), (0, CacheInfo::default()));
}

#[test]
fn the_others_go_on_waiting_when_a_waiter_is_dropped() {
    static GATE: Gate = Gate::new();
    #[memoize]
    async fn f(x: u32) -> u32 {
        GATE.pass().await;
        x
    }
    let mut tasks: Vec<_> = (0..64).map(|_| Task::new(f(1))).collect();
    for task in &mut tasks {
        task.poll();
    }
    // All but the one that computes, and every third.
    for task in tasks[1..].iter_mut().step_by(3) {
        task.cancel();
    }
    GATE.open();
    run(&mut tasks, &mut Choices::first());
    assert_eq!(tasks.iter().filter(|task| task.output() == Some(&1)).count(), 64 - 21);
    assert_eq!((f::cache_info().hits, f::cache_info().misses), (42, 1));
}

#[test]
fn what_is_invalidated_hands_over_too() {
    static BODIES: AtomicU32 = AtomicU32::new(0);
    #[memoize]
    async fn f(x: u32) -> u32 {
        let body = BODIES.fetch_add(1, SeqCst);
        yields(2).await;
        x + body
    }
    let mut tasks: Vec<_> = (0..3).map(|_| Task::new(f(10))).collect();
    tasks[0].poll();
    tasks[1].poll();
    assert!(!f::invalidate(10));
    tasks[2].poll();
    assert_eq!(BODIES.load(SeqCst), 2, "who comes after starts anew");
    tasks[0].cancel();
    // Joins the one that is in progress, though it waited for an older one.
    run(&mut tasks, &mut Choices::first());
    assert_eq!((tasks[1].output(), tasks[2].output()), (Some(&11), Some(&11)));
    assert_eq!((BODIES.load(SeqCst), f::peek(10)), (2, Some(11)));
}

#[test]
fn a_body_is_gone_before_the_next_begins() {
    static ORDER: Mutex<Vec<&str>> = Mutex::new(Vec::new());
    static GATE: Gate = Gate::new();
    struct Local;
    impl Drop for Local {
        fn drop(&mut self) {
            ORDER.lock().unwrap().push("ends");
        }
    }
    #[memoize]
    async fn f(x: u32) -> u32 {
        ORDER.lock().unwrap().push("begins");
        let _local = Local;
        GATE.pass().await;
        x
    }
    let (mut one, mut two) = (Task::new(f(1)), Task::new(f(1)));
    one.poll();
    two.poll();
    drop(one);
    GATE.open();
    assert_eq!(two.finish(), 1);
    assert_eq!(*ORDER.lock().unwrap(), ["begins", "ends", "begins", "ends"]);
}

/// Woken by the hand-over in the middle of being dropped itself.
#[test]
fn the_whole_of_a_crowd_is_dropped_in_any_order() {
    #[memoize]
    async fn f(key: Key) -> Key {
        std::future::pending::<()>().await;
        key
    }
    for seed in 0..50 {
        let mut random = Random(seed);
        let key = Key::new();
        let mut tasks: Vec<_> = (0..8).map(|_| Task::new(f(key.clone()))).collect();
        for task in &mut tasks {
            task.poll();
        }
        while !tasks.is_empty() {
            let mut task = tasks.swap_remove(random.below(tasks.len()));
            if task.is_awake() && random.below(2) == 0 {
                task.poll();
            }
            task.cancel();
            assert!(task.is_forgotten());
        }
        assert_eq!(key.copies(), 0);
    }
    assert_eq!(f::cache_info().len, 0);
}

/// A select that throws away the loser, over and over.
#[test]
fn whoever_loses_a_race_is_dropped() {
    #[memoize]
    async fn slow(x: u32) -> u32 {
        yields(5).await;
        x
    }
    async fn first(x: u32, patience: usize) -> Option<u32> {
        let (mut call, mut alarm) = (Box::pin(slow(x)), Box::pin(yields(patience)));
        poll_fn(|cx| match call.as_mut().poll(cx) {
            Poll::Ready(x) => Poll::Ready(Some(x)),
            Poll::Pending => alarm.as_mut().poll(cx).map(|()| None),
        })
        .await
    }
    for x in 0..8 {
        let mut tasks: Vec<_> = (0..8).map(|patience| Task::new(first(x, patience))).collect();
        run(&mut tasks, &mut Choices::first());
        assert_eq!(tasks[7].output(), Some(&Some(x)));
    }
}
