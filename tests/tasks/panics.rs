//! Panics in what a memoized `async fn` runs: bodies, clones, destructors, wakers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Wake, Waker};

use weakcache::memoize;

use crate::order::{Choices, run};
use crate::support::watched;
use crate::tasks::{Any, Gate, Task, finish, yields};

fn panics<R>(f: impl FnOnce() -> R) -> bool {
    catch_unwind(AssertUnwindSafe(f)).is_err()
}

#[test]
fn a_body_that_panics_at_its_nth_poll_hands_over() {
    static AT: AtomicUsize = AtomicUsize::new(0);
    static BODIES: AtomicU32 = AtomicU32::new(0);
    #[memoize]
    async fn f(x: u32) -> u32 {
        let is_first = BODIES.fetch_add(1, SeqCst) == 0;
        for n in 0..4 {
            assert!(!(is_first && AT.load(SeqCst) == n), "told to");
            yields(1).await;
        }
        x
    }
    for n in 0..4 {
        AT.store(n, SeqCst);
        BODIES.store(0, SeqCst);
        f::cache_clear();
        let mut leader = Task::new(f(1));
        let mut tasks: Vec<_> = (0..3).map(|_| Task::new(f(1))).collect();
        for poll in 0..=n {
            assert_eq!(panics(|| leader.poll()), poll == n);
            if poll < n {
                for task in &mut tasks {
                    assert!(!task.poll());
                }
            }
        }
        run(&mut tasks, &mut Choices::first());
        assert!(tasks.iter().all(|task| task.output() == Some(&1) && task.is_forgotten()));
        // The one that panicked is there to be dropped, and has nothing to hand over any more.
        leader.cancel();
        assert!(leader.is_forgotten());
        assert_eq!((BODIES.load(SeqCst), f::cache_info().misses, f::peek(1)), (2, 2, Some(1)));
    }
}

#[test]
fn each_of_many_panics_reaches_its_own_caller() {
    #[memoize]
    async fn f(x: u32) -> u32 {
        yields(1).await;
        panic!("always {x}");
    }
    let mut tasks: Vec<_> = (0..4).map(|_| Task::new(f(1))).collect();
    let mut panicked = 0;
    while tasks.iter().any(Task::is_alive) {
        let awake = crate::order::awake(&tasks)[0];
        if panics(|| tasks[awake].poll()) {
            tasks[awake].cancel();
            panicked += 1;
        }
    }
    assert_eq!((panicked, f::cache_info().misses, f::cache_info().len), (4, 4, 0));
}

/// A waker that panics when it wakes.
struct Rude;

impl Wake for Rude {
    fn wake(self: Arc<Self>) {
        panic!("not now");
    }
}

#[test]
fn a_waker_that_panics_costs_no_one_else_the_wake_up() {
    static GATES: [Gate; 2] = [const { Gate::new() }; 2];
    #[memoize]
    async fn f(x: usize) -> usize {
        GATES[x].pass().await;
        x
    }
    for dropped in [true, false] {
        let x = usize::from(dropped);
        let mut leader = Task::new(f(x));
        leader.poll();
        let mut before = Task::new(f(x));
        before.poll();
        let rude = Arc::new(Rude);
        let mut woken: Any<'static, usize> = Box::pin(f(x));
        let waker = Waker::from(rude.clone());
        assert!(woken.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        let mut after = Task::new(f(x));
        after.poll();
        if dropped {
            assert!(panics(|| leader.cancel()));
        } else {
            GATES[x].open();
            // It has its result by then, and it is stored; but it cannot both return and panic.
            assert!(panics(|| leader.poll()));
            assert_eq!(f::peek(x), Some(x));
        }
        assert!(before.is_awake() && after.is_awake(), "all are woken");
        if dropped {
            GATES[x].open();
        }
        assert_eq!((before.finish(), after.finish(), finish(woken)), (x, x, x));
        assert_eq!(Arc::strong_count(&rude), 2, "it is held by the test alone");
    }
}

#[test]
fn values_that_panic_when_cloned_hand_over() {
    static FAILS: AtomicU32 = AtomicU32::new(0);
    #[derive(Debug, PartialEq)]
    struct Fragile(Box<u32>);
    impl Clone for Fragile {
        fn clone(&self) -> Self {
            let fails = FAILS.load(SeqCst);
            FAILS.store(fails.saturating_sub(1), SeqCst);
            assert_ne!(fails, 1, "cannot be cloned");
            Self(self.0.clone())
        }
    }
    #[memoize]
    async fn f(x: u32) -> Fragile {
        yields(1).await;
        Fragile(Box::new(x))
    }
    // The first clone is for the cache, the second for those who wait, and each of them has one.
    for fails in 1..=4 {
        FAILS.store(0, SeqCst);
        f::cache_clear();
        let mut tasks: Vec<_> = (0..3).map(|_| Task::new(f(1))).collect();
        for task in &mut tasks {
            task.poll();
        }
        FAILS.store(fails, SeqCst);
        let mut panicked = 0;
        while tasks.iter().any(Task::is_alive) {
            let awake = crate::order::awake(&tasks)[0];
            if panics(|| tasks[awake].poll()) {
                tasks[awake].cancel();
                panicked += 1;
            }
        }
        assert_eq!(panicked, 1);
        let done: Vec<_> = tasks.iter().filter_map(Task::output).collect();
        assert_eq!(done, [&Fragile(Box::new(1)); 2]);
        assert_eq!(f::cache_info().misses, if fails == 1 { 2 } else { 1 });
    }
}

#[test]
fn a_destructor_that_panics_as_the_body_is_dropped_hands_over() {
    static ARMED: AtomicBool = AtomicBool::new(true);
    struct Grenade;
    impl Drop for Grenade {
        fn drop(&mut self) {
            assert!(!ARMED.swap(false, SeqCst), "pulled");
        }
    }
    #[memoize]
    async fn f(x: u32) -> u32 {
        let _grenade = Grenade;
        yields(1).await;
        x
    }
    let mut leader = Task::new(f(1));
    leader.poll();
    let mut tasks = [Task::new(f(1)), Task::new(f(1))];
    for task in &mut tasks {
        assert!(!task.poll());
    }
    assert!(panics(|| leader.cancel()));
    run(&mut tasks, &mut Choices::first());
    assert!(tasks.iter().all(|task| task.output() == Some(&1)));
    // As it ends: the value is lost with the panic.
    f::cache_clear();
    ARMED.store(true, SeqCst);
    let mut leader = Task::new(f(1));
    leader.poll();
    let mut waiter = Task::new(f(1));
    waiter.poll();
    assert!(panics(|| leader.poll()));
    assert_eq!((f::peek(1), waiter.finish(), f::peek(1)), (None, 1, Some(1)));
}

#[test]
fn a_panic_of_cache_if_hands_over() {
    static ARMED: AtomicBool = AtomicBool::new(true);
    #[memoize(cache_if = |x| if ARMED.swap(false, SeqCst) { panic!("{x}") } else { true })]
    async fn f(x: u32) -> u32 {
        yields(1).await;
        x
    }
    let (mut leader, mut waiter) = (Task::new(f(1)), Task::new(f(1)));
    leader.poll();
    waiter.poll();
    assert!(panics(|| leader.poll()));
    assert_eq!((waiter.finish(), f::cache_info().misses), (1, 2));
}

/// Dropped while another panic unwinds: a waker that panics then would abort the process.
#[test]
fn a_future_dropped_by_a_panic_hands_over() {
    #[memoize]
    async fn f(x: u32) -> u32 {
        yields(1).await;
        x
    }
    let rude = Arc::new(Rude);
    let waker = Waker::from(rude);
    let mut waiter = Box::pin(f(1));
    let mut other = Task::new(f(1));
    let unwound = panics(|| {
        let mut leader = Task::new(f(1));
        leader.poll();
        assert!(waiter.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        other.poll();
        panic!("by the way");
    });
    assert!(unwound && other.is_awake());
    assert_eq!(other.finish(), 1);
}

/// A waker whose clone ends the computation, and whose destructor polls another who waits for it.
#[test]
#[allow(unsafe_code)] // a waker by hand
fn wakers_are_cloned_and_dropped_with_no_lock_held() {
    type Held = Mutex<Option<Any<'static, u32>>>;
    static LEADER: Held = Mutex::new(None);
    static OTHER: Held = Mutex::new(None);
    static GATE: Gate = Gate::new();
    static LENT: RawWakerVTable = RawWakerVTable::new(clone, nothing, nothing, nothing);
    static CLONED: RawWakerVTable = RawWakerVTable::new(clone, nothing, nothing, dropped);
    fn clone(_: *const ()) -> RawWaker {
        GATE.open();
        poll(&LEADER);
        RawWaker::new(std::ptr::null(), &CLONED)
    }
    fn dropped(_: *const ()) {
        assert!(poll(&OTHER), "the result is there");
    }
    fn nothing(_: *const ()) {}
    fn poll(held: &Held) -> bool {
        let taken = held.lock().unwrap().take();
        taken.is_some_and(|mut future| {
            future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
        })
    }
    #[memoize]
    async fn f(x: u32) -> u32 {
        GATE.pass().await;
        x
    }
    watched(|| {
        for held in [&LEADER, &OTHER] {
            let mut future: Any<'static, u32> = Box::pin(f(1));
            assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            *held.lock().unwrap() = Some(future);
        }
        // SAFETY: its functions use no data, and may be called by any thread.
        let waker = unsafe { Waker::new(std::ptr::null(), &LENT) };
        let mut waiter = Box::pin(f(1));
        assert_eq!(waiter.as_mut().poll(&mut Context::from_waker(&waker)), Poll::Ready(1));
        assert!(LEADER.lock().unwrap().is_none() && OTHER.lock().unwrap().is_none());
    });
}
