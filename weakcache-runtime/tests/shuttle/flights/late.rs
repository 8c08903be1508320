//! Computations that end inside of a comparison of another cache's keys, where their own cache cannot be told: their ends are
//! put off until that lock is left, and who waits is told then.

use crate::schedules::{caught, fail, fails_with, model, turn};
use shuttle::future::{block_on, spawn, yield_now};
use shuttle::thread;
use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;
use std::task::{Context, Poll, Waker};
use weakcache::{Cache, Cause};
use weakcache_runtime::__private::fault::Fault;

type Act = Box<dyn FnOnce()>;
type Numbers = Cache<u64, u64>;
type Call = Pin<Box<dyn Future<Output = u64>>>;

shuttle::thread_local! {
    /// What the next comparison in this thread does.
    static ACT: RefCell<Option<Act>> = RefCell::new(None);
}

/// Whose comparison is user code, in which others may get their turn.
#[derive(Clone, Debug)]
struct Key(u64);

impl Hash for Key {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        if let Some(act) = ACT.with(RefCell::take) {
            act();
        }
        turn();
        self.0 == other.0
    }
}

impl Eq for Key {}

fn in_eq(act: impl FnOnce() + 'static) {
    ACT.with(|next| next.replace(Some(Box::new(act))));
}

/// A cache behind each kind of lock, with a value of `Key(1)`.
fn outer(locked: bool) -> Cache<Key, u64> {
    let cache = if locked { Cache::lru(4) } else { Cache::builder().capacity(4).build() };
    cache.insert(Key(1), 1);
    cache
}

/// A call whose body has begun, unless another one's has, and waits.
fn begun(numbers: &Arc<Numbers>, runs: &Arc<AtomicU64>) -> Call {
    let mut call = call(numbers, runs, true);
    let _ = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    call
}

fn call(numbers: &Arc<Numbers>, runs: &Arc<AtomicU64>, waits: bool) -> Call {
    let (numbers, runs) = (numbers.clone(), runs.clone());
    Box::pin(async move {
        let body = async {
            runs.fetch_add(1, SeqCst);
            if waits {
                yield_now().await;
            }
            7
        };
        numbers.get_or_insert_async(&1, body).await
    })
}

/// Others that want the key.
fn followers(numbers: &Arc<Numbers>, runs: &Arc<AtomicU64>) -> impl FnOnce() {
    let thread = thread::spawn({
        let (numbers, runs) = (numbers.clone(), runs.clone());
        move || {
            let body = || {
                runs.fetch_add(1, SeqCst);
                7
            };
            assert_eq!(numbers.get_or_insert_with(&1, body), 7);
        }
    });
    let task = spawn({
        let (numbers, runs) = (numbers.clone(), runs.clone());
        async move {
            let body = async {
                runs.fetch_add(1, SeqCst);
                7
            };
            assert_eq!(numbers.get_or_insert_async(&1, body).await, 7);
        }
    });
    move || {
        thread.join().unwrap();
        block_on(task).unwrap();
    }
}

/// The future of a call is dropped in a comparison, while others wait for it.
fn dropped_in_a_comparison(locked: bool) {
    let (numbers, runs) = (Arc::new(Numbers::unbounded()), Arc::new(AtomicU64::new(0)));
    let outer = outer(locked);
    let leader = begun(&numbers, &runs);
    let followed = followers(&numbers, &runs);
    in_eq(move || drop(leader));
    assert_eq!(outer.get(&Key(1)), Some(1));
    followed();
    assert_eq!(runs.load(SeqCst), 2);
    assert_eq!(numbers.peek(&1), Some(7));
}

/// The same, and the comparison panics after it.
fn dropped_in_a_comparison_that_panics(locked: bool) {
    let (numbers, runs) = (Arc::new(Numbers::unbounded()), Arc::new(AtomicU64::new(0)));
    let outer = outer(locked);
    let leader = begun(&numbers, &runs);
    let followed = followers(&numbers, &runs);
    in_eq(move || {
        drop(leader);
        fail()
    });
    assert_eq!(caught(|| outer.get(&Key(1))), None);
    followed();
    assert_eq!(outer.get(&Key(1)), Some(1));
    assert_eq!(runs.load(SeqCst), 2);
}

/// A call is polled to its end in a comparison, while others wait for it.
fn finished_in_a_comparison(locked: bool) {
    let (numbers, runs) = (Arc::new(Numbers::unbounded()), Arc::new(AtomicU64::new(0)));
    let outer = outer(locked);
    let mut leader = begun(&numbers, &runs);
    let followed = followers(&numbers, &runs);
    in_eq(move || {
        let poll = leader.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(poll, Poll::Ready(7));
    });
    assert_eq!(outer.get(&Key(1)), Some(1));
    assert_eq!(numbers.peek(&1), Some(7), "it is stored as the lock is left");
    followed();
    assert_eq!(runs.load(SeqCst), 1);
}

/// What is stored late makes another entry leave, and who is told of that panics: out of the look-up that left the lock.
fn an_end_that_panics(locked: bool) {
    let told = Arc::new(AtomicU64::new(0));
    let numbers = Cache::builder().lru(1).on_evict({
        let told = told.clone();
        move |_, _, _: Cause| {
            told.fetch_add(1, SeqCst);
            fail()
        }
    });
    let (numbers, runs) = (Arc::new(numbers.build()), Arc::new(AtomicU64::new(0)));
    let outer = outer(locked);
    let mut leader = begun(&numbers, &runs);
    numbers.insert(2, 9);
    let followed = followers(&numbers, &runs);
    in_eq(move || {
        let _ = leader.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    });
    let _ = caught(|| outer.get(&Key(1)));
    followed();
    assert_eq!((told.load(SeqCst), runs.load(SeqCst)), (1, 1));
    assert_eq!((numbers.peek(&1), numbers.peek(&2)), (Some(7), None));
    assert_eq!(outer.get(&Key(1)), Some(1));
}

fn under_each_lock(run: fn(bool)) {
    run(crate::schedules::any(2) == 0);
}

#[test]
fn a_future_dropped_under_another_lock_hands_over() {
    model(1000, || under_each_lock(dropped_in_a_comparison));
    fails_with(Fault::MakeUpNever, "flights::late::a_future_dropped_under_another_lock_hands_over");
    fails_with(Fault::PutOffUntold, "flights::late::a_future_dropped_under_another_lock_hands_over");
}

#[test]
fn a_future_dropped_in_a_comparison_that_panics_hands_over() {
    model(1000, || under_each_lock(dropped_in_a_comparison_that_panics));
    fails_with(Fault::UnwindPast, "flights::late::a_future_dropped_in_a_comparison_that_panics_hands_over");
}

#[test]
fn a_result_under_another_lock_is_shared() {
    model(1000, || under_each_lock(finished_in_a_comparison));
    fails_with(Fault::MakeUpEmpty, "flights::late::a_result_under_another_lock_is_shared");
}

#[test]
fn an_end_that_is_put_off_and_panics_is_told() {
    model(1000, || under_each_lock(an_end_that_panics));
    fails_with(Fault::MakeUpNever, "flights::late::an_end_that_is_put_off_and_panics_is_told");
}
