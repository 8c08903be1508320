//! Computations that wait for each other, and those that only look like it.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::SeqCst};
use std::sync::{Barrier, LazyLock, Mutex};
use std::task::{Context, Waker};
use std::thread;

use futures_util::StreamExt;
use futures_util::future::{join, join_all};
use futures_util::stream::FuturesUnordered;
use weakcache::memoize;

use crate::executors::{block_on, on_every_executor};
use crate::order::{Choices, every_way, poll_once, run};
use crate::support::watched;
use crate::tasks::{Any, Gate, Task, finish, yields};

/// What has been begun. The first body of a key goes on to call others; a second one, which the end of a
/// cycle has to run, does not.
struct Begun(Mutex<Option<HashSet<(usize, usize)>>>);

impl Begun {
    const fn new() -> Self {
        Self(Mutex::new(None))
    }

    fn is_first(&self, run: usize, key: usize) -> bool {
        self.0.lock().unwrap().get_or_insert_default().insert((run, key))
    }
}

/// Runs the tasks in every order there is.
fn in_every_order<T>(mut make: impl FnMut(usize) -> Vec<Any<'static, T>>, mut check: impl FnMut(usize, &[T]))
where
    T: Copy,
{
    let mut number = 0;
    every_way(|choices| {
        let mut tasks: Vec<_> = make(number).into_iter().map(Task::new).collect();
        run(&mut tasks, choices);
        let outputs: Vec<T> = tasks.iter().map(|task| *task.output().expect("done")).collect();
        check(number, &outputs);
        number += 1;
    });
    assert!(number > 1);
}

#[test]
fn a_call_of_its_own_key_computes() {
    static DEPTH: AtomicU32 = AtomicU32::new(0);
    #[memoize]
    async fn f(x: u32) -> u32 {
        let depth = DEPTH.fetch_add(1, SeqCst);
        yields(1).await;
        if depth < 3 { Box::pin(f(x)).await } else { depth }
    }
    assert_eq!(finish(f(1)), 3);
    assert_eq!((f::cache_info().misses, f::cache_info().len), (4, 1));
    assert_eq!(finish(f(1)), 3);
}

#[test]
fn two_that_call_each_other() {
    static BEGUN: Begun = Begun::new();
    #[memoize]
    async fn ping(run: usize) -> u32 {
        let first = BEGUN.is_first(run, 0);
        yields(1).await;
        if first { 1 + Box::pin(pong(run)).await } else { 0 }
    }
    #[memoize(lru = 4, ttl = "1h")]
    async fn pong(run: usize) -> u32 {
        let first = BEGUN.is_first(run, 1);
        yields(2).await;
        if first { 1 + Box::pin(ping(run)).await } else { 0 }
    }
    in_every_order(
        |run| vec![Box::pin(ping(run)), Box::pin(pong(run)), Box::pin(ping(run))],
        |_, lengths| assert!(lengths.iter().all(|&length| length <= 2), "{lengths:?}"),
    );
}

#[test]
fn three_that_call_each_other() {
    static BEGUN: Begun = Begun::new();
    #[memoize]
    async fn one(run: usize) -> u32 {
        let first = BEGUN.is_first(run, 0);
        yields(1).await;
        if first { 1 + Box::pin(two(run)).await } else { 0 }
    }
    #[memoize(weak)]
    async fn boxed(run: usize) -> std::sync::Arc<u32> {
        let first = BEGUN.is_first(run, 1);
        (if first { 1 + Box::pin(three(run)).await } else { 0 }).into()
    }
    async fn two(run: usize) -> u32 {
        *boxed(run).await
    }
    #[memoize(lru = 1)]
    async fn fallible(run: usize) -> Result<u32, String> {
        let first = BEGUN.is_first(run, 2);
        yields(1).await;
        if first { Ok(1 + Box::pin(one(run)).await) } else { Err("the end".into()) }
    }
    async fn three(run: usize) -> u32 {
        fallible(run).await.unwrap_or(0)
    }
    in_every_order(
        |run| vec![Box::pin(one(run)), Box::pin(two(run)), Box::pin(three(run))],
        |_, lengths| assert!(lengths.iter().all(|&length| length <= 3), "{lengths:?}"),
    );
}

/// All bodies are in progress before the first calls the next: on any executor, in any number of threads.
#[test]
fn a_ring_of_tasks() {
    const RING: usize = 9;
    static BEGUN: Begun = Begun::new();
    static MET: [(AtomicUsize, Gate); 8] = [const { (AtomicUsize::new(0), Gate::new()) }; 8];
    static RUN: AtomicUsize = AtomicUsize::new(0);
    #[memoize]
    async fn ring(run: usize, n: usize) -> usize {
        if !BEGUN.is_first(run, n) {
            return 0;
        }
        let (met, gate) = &MET[run];
        if met.fetch_add(1, SeqCst) + 1 == RING {
            gate.open();
        }
        gate.pass().await;
        1 + Box::pin(ring(run, (n + 1) % RING)).await
    }
    watched(|| {
        on_every_executor(
            || {
                let run = RUN.fetch_add(1, SeqCst);
                (0..RING).map(|n| Box::pin(ring(run, n)) as Any<'static, usize>).collect()
            },
            |name, lengths| {
                // One of them ends the ring, and is not counted by those who wait for it.
                assert!(lengths.iter().all(|length| (1..=RING).contains(length)), "{name}: {lengths:?}");
                assert!(lengths.contains(&1), "{name}: {lengths:?}");
            },
        );
    });
}

/// Each of two computations is in the middle of another one of the same task when it calls the other's.
#[test]
fn a_cycle_through_inner_computations() {
    static BEGUN: Begun = Begun::new();
    #[memoize]
    async fn outer(run: usize, n: usize) -> u32 {
        yields(1).await;
        1 + inner(run, n).await
    }
    #[memoize(lru = 16)]
    async fn inner(run: usize, n: usize) -> u32 {
        yields(1).await;
        if BEGUN.is_first(run, n) { 1 + Box::pin(outer(run, 1 - n)).await } else { 0 }
    }
    in_every_order(
        |run| vec![Box::pin(outer(run, 0)), Box::pin(outer(run, 1))],
        |_, lengths| assert!(lengths.iter().all(|length| (1..=6).contains(length)), "{lengths:?}"),
    );
}

/// Nobody computes in vain where there is no cycle.
#[test]
fn a_diamond_is_no_cycle() {
    #[memoize]
    async fn top(run: usize) -> u32 {
        let (left, right) = join(side(run, 0), side(run, 1)).await;
        left + right
    }
    #[memoize]
    async fn side(run: usize, which: u32) -> u32 {
        let bottom = bottom(run).await;
        bottom + which
    }
    #[memoize]
    async fn bottom(run: usize) -> u32 {
        yields(2).await;
        u32::from(run > 0) + 1
    }
    in_every_order(
        |run| vec![Box::pin(side(run, 1)), Box::pin(top(run)), Box::pin(side(run, 0))],
        |run, _| {
            let misses =
                [top::cache_info(), side::cache_info(), bottom::cache_info()].map(|info| info.misses);
            let runs = run as u64 + 1;
            assert_eq!(misses, [runs, 2 * runs, runs]);
        },
    );
}

#[test]
fn a_body_that_makes_several_calls_at_once() {
    #[memoize]
    async fn part(run: usize, n: u32) -> u32 {
        yields(1 + (run + n as usize) % 4).await;
        n
    }
    #[memoize]
    async fn twice(run: usize) -> u32 {
        let (one, other) = join(part(run, 0), part(run, 0)).await;
        one + other
    }
    #[memoize]
    async fn all(run: usize) -> u32 {
        let mut parts: FuturesUnordered<_> = (0..6).map(|n| part(run, n % 3)).collect();
        let mut sum = twice(run).await;
        while let Some(part) = parts.next().await {
            sum += part;
        }
        sum + join_all((0..40).map(|n| part(run, n % 4))).await.iter().sum::<u32>()
    }
    for run in 0..20 {
        let mut random = crate::support::Random(run as u64);
        let mut tasks: Vec<_> = (0..3).map(|_| Task::new(all(run))).collect();
        while tasks.iter().any(Task::is_alive) {
            let awake = crate::order::awake(&tasks);
            tasks[awake[random.below(awake.len())]].poll();
        }
        assert!(tasks.iter().all(|task| task.output() == Some(&66)));
        let misses = (all::cache_info().misses, part::cache_info().misses);
        assert_eq!(misses, (run as u64 + 1, 4 * (run as u64 + 1)));
    }
}

/// Both halves of a join call the other's key.
#[test]
fn a_cycle_inside_of_one_body() {
    static BEGUN: Begun = Begun::new();
    #[memoize]
    async fn half(run: usize, n: usize) -> u32 {
        let first = BEGUN.is_first(run, n);
        yields(1).await;
        if first { 1 + Box::pin(half(run, 1 - n)).await } else { 0 }
    }
    #[memoize]
    async fn whole(run: usize) -> (u32, u32) {
        join(half(run, 0), half(run, 1)).await
    }
    in_every_order(
        |run| vec![Box::pin(whole(run)), Box::pin(whole(run))],
        |_, wholes| assert!(wholes.iter().all(|whole| whole == &wholes[0] && whole.0 + whole.1 == 3)),
    );
}

#[test]
fn a_blocking_function_between_two_async_ones() {
    static BEGUN: Begun = Begun::new();
    #[memoize]
    async fn waits(run: usize) -> u32 {
        let first = BEGUN.is_first(run, 0);
        yields(1).await;
        if first { 1 + blocks(run) } else { 0 }
    }
    #[memoize]
    fn blocks(run: usize) -> u32 {
        if BEGUN.is_first(run, 1) { 1 + block_on(waits(run)) } else { 0 }
    }
    assert_eq!(finish(waits(0)), 2);
    assert_eq!(blocks(1), 2);
    assert_eq!((waits::cache_info().misses, blocks::cache_info().misses), (3, 3));
}

#[test]
fn a_blocking_function_and_an_async_one_from_two_threads() {
    static BARRIER: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(2));
    static BEGUN: Begun = Begun::new();
    #[memoize]
    async fn waits(run: usize) -> u32 {
        if !BEGUN.is_first(run, 0) {
            return 0;
        }
        BARRIER.wait();
        yields(1).await;
        1 + blocks(run)
    }
    #[memoize]
    fn blocks(run: usize) -> u32 {
        if !BEGUN.is_first(run, 1) {
            return 0;
        }
        BARRIER.wait();
        1 + block_on(waits(run))
    }
    watched(|| {
        for run in 0..100 {
            thread::scope(|scope| {
                let (one, two) = (scope.spawn(|| block_on(waits(run))), scope.spawn(|| blocks(run)));
                let lengths = (one.join().unwrap(), two.join().unwrap());
                assert!(matches!(lengths, (1, 2) | (2, 1)), "{lengths:?}");
            });
        }
    });
}

/// A thread waits for what a task of another thread computes, and the other way about.
#[test]
fn threads_and_tasks_wait_for_each_other_without_a_cycle() {
    static GATE: Gate = Gate::new();
    #[memoize]
    async fn shared(x: u32) -> u32 {
        GATE.pass().await;
        x
    }
    #[memoize]
    fn blocking(x: u32) -> u32 {
        block_on(shared(x))
    }
    #[memoize]
    async fn outer(x: u32) -> u32 {
        blocking(x)
    }
    watched(|| {
        let mut leader = Task::new(shared(1));
        leader.poll();
        thread::scope(|scope| {
            let waiting: Vec<_> = (0..3).map(|_| scope.spawn(|| block_on(outer(1)))).collect();
            GATE.open();
            assert_eq!(leader.finish(), 1);
            assert!(waiting.into_iter().all(|thread| thread.join().unwrap() == 1));
        });
        assert_eq!((shared::cache_info().misses, outer::cache_info().misses), (1, 1));
    });
}

/// A destructor in a cancelled body is inside of its computation still.
#[test]
fn a_cancelled_body_that_calls_its_own_key_as_it_goes() {
    static BODIES: AtomicU32 = AtomicU32::new(0);
    struct Farewell(u32);
    impl Drop for Farewell {
        fn drop(&mut self) {
            assert_eq!(finish(f(self.0)), 101);
        }
    }
    #[memoize]
    async fn f(x: u32) -> u32 {
        let body = BODIES.fetch_add(1, SeqCst);
        if body == 0 {
            let _farewell = Farewell(x);
            std::future::pending::<()>().await;
        }
        yields(1).await;
        x + body
    }
    for waiters in 0..3 {
        BODIES.store(0, SeqCst);
        f::cache_clear();
        let mut leader = Task::new(f(100));
        leader.poll();
        let mut tasks: Vec<_> = (0..waiters).map(|_| Task::new(f(100))).collect();
        for task in &mut tasks {
            task.poll();
        }
        drop(leader);
        run(&mut tasks, &mut Choices::first());
        assert!(tasks.iter().all(|task| task.output() == Some(&101)));
        assert_eq!((f::cache_info().misses, f::peek(100)), (2, Some(101)));
    }
}

type Stash = Mutex<Vec<Any<'static, u32>>>;

/// A wait that began in one computation and goes on in another holds up the other.
#[test]
fn a_wait_that_moves() {
    static BEGUN: Begun = Begun::new();
    static STASH: Stash = Mutex::new(Vec::new());
    #[memoize]
    async fn slow(run: usize) -> u32 {
        let first = BEGUN.is_first(run, 0);
        yields(3).await;
        if first { 1 + Box::pin(second(run)).await } else { 0 }
    }
    #[memoize]
    async fn first(run: usize) -> u32 {
        let mut wait: Any<'static, u32> = Box::pin(slow(run));
        if poll_once(&mut wait).await.is_none() {
            STASH.lock().unwrap().push(wait);
        }
        0
    }
    #[memoize]
    async fn second(_run: usize) -> u32 {
        let stashed = STASH.lock().unwrap().pop();
        match stashed {
            Some(wait) => 1 + wait.await,
            None => 0,
        }
    }
    in_every_order(
        |run| {
            STASH.lock().unwrap().clear();
            let mut slow: Any<'static, u32> = Box::pin(slow(run));
            // Begun before it is waited for, so that nobody puts the computation itself aside.
            assert!(slow.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            vec![slow, Box::pin(first(run)), Box::pin(second(run))]
        },
        |_, lengths| assert!(lengths.iter().all(|&length| length <= 3), "{lengths:?}"),
    );
}

/// A computation that began in one and goes on in another is inside of the other.
#[test]
fn a_computation_that_moves() {
    static BEGUN: Begun = Begun::new();
    static STASH: Stash = Mutex::new(Vec::new());
    #[memoize]
    async fn moved(run: usize) -> u32 {
        let first = BEGUN.is_first(run, 0);
        yields(1).await;
        if first { 1 + Box::pin(second(run)).await } else { 0 }
    }
    #[memoize]
    async fn first(run: usize) -> u32 {
        let mut future: Any<'static, u32> = Box::pin(moved(run));
        assert_eq!(poll_once(&mut future).await, None);
        STASH.lock().unwrap().push(future);
        0
    }
    #[memoize]
    async fn second(run: usize) -> u32 {
        let first = BEGUN.is_first(run, 1);
        yields(1).await;
        let stashed = STASH.lock().unwrap().pop();
        match stashed {
            Some(future) if first => 1 + future.await,
            _ => 0,
        }
    }
    in_every_order(
        |run| {
            finish(first(run));
            vec![Box::pin(second(run)), Box::pin(moved(run)), Box::pin(second(run))]
        },
        |_, lengths| assert_eq!((lengths[0].max(lengths[2]), lengths[1]), (2, 1)),
    );
}

/// A future that is not polled holds up those who wait for it, until it is dropped.
#[test]
fn a_future_that_is_put_aside_holds_up_others_until_it_is_dropped() {
    #[memoize]
    async fn f(x: u32) -> u32 {
        yields(1).await;
        x
    }
    let mut aside = Task::new(f(1));
    aside.poll();
    let mut waiter = Task::new(f(1));
    assert!(!waiter.poll() && !waiter.is_awake());
    drop(aside);
    assert!(waiter.is_awake());
    assert_eq!(waiter.finish(), 1);
}

#[test]
fn recursion() {
    #[memoize(lru = 128)]
    async fn fib(n: u32) -> u64 {
        if n < 2 {
            return n.into();
        }
        let (one, two) = join(Box::pin(fib(n - 1)), Box::pin(fib(n - 2))).await;
        one + two
    }
    assert_eq!(finish(fib(90)), 2_880_067_194_370_816_120);
    assert_eq!(fib::cache_info().misses, 91);
    #[memoize]
    async fn depth(n: u32) -> u32 {
        yields(1).await;
        if n == 0 { 0 } else { Box::pin(depth(n - 1)).await + 1 }
    }
    let deep = thread::Builder::new().stack_size(64 << 20).spawn(|| finish(depth(300))).unwrap();
    assert_eq!(deep.join().unwrap(), 300);
    assert_eq!(depth::cache_info().misses, 301);
}
