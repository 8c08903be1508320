//! Models of single flight, of a bound whose hits are readings, and of computations that end under another cache's lock: every
//! interleaving that loom distinguishes, of the code that ships.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p weakcache-runtime --release --test loom_memo`
//!
//! A model that is about one step of the protocol has a control: with that step done wrong it must fail, or it
//! shows nothing.
#![cfg(loom)]

mod capacity;
#[path = "../controls/mod.rs"]
mod controls;
mod ends;

use crate::controls::{asked, fails_with};
use loom::future::block_on;
use loom::sync::Arc;
use loom::sync::atomic::AtomicU32;
use loom::thread;
use std::future::{pending, poll_fn};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering::SeqCst;
use std::task::{Context, Poll, Wake, Waker};
use weakcache_runtime::__private::fault::{Fault, commit};
use weakcache_runtime::__private::memo::look_up::*;
use weakcache_runtime::__private::memo::{
    BoundedCache, Call, Capacity, Enter, EnterAsync, Invalidate, Keep, Kept, Never, NewCache, Options, Peek,
    Probe, Process, Request, SharedKind, Tag, Type, part, tagged,
};
use weakcache_runtime::invalidate_tag;

type Hasher = BuildHasherDefault<DefaultHasher>;
type OfNumbers<O> = BoundedCache<(Kept<u32>, ()), O, Never, Hasher>;

/// What an expansion knows of a function from `u32` to `u32`.
trait Memoized: Send + Sync {
    fn call(&self, key: u32, body: &dyn Fn() -> u32) -> u32;
    fn call_async<'a>(&'a self, key: u32, body: Task<'a>) -> Task<'a>;
    fn peek(&self, key: u32) -> Option<u32>;
    fn invalidate(&self, key: u32);
}

type Task<'a> = Pin<Box<dyn Future<Output = u32> + 'a>>;

struct Memo<O: SharedKind>(&'static OfNumbers<O>, O);

impl<O: SharedKind<Output = u32> + Copy> Memo<O> {
    fn ask<R: Request<u32, Process>>(&self, key: u32, request: R) -> R::Answer {
        request.ask(Some(self.0), self.1, (part(&key, (&&&Type::<u32>::new()).__weakcache_value()), ()))
    }
}

impl<O: SharedKind<Output = u32> + Copy + Send + Sync> Memoized for Memo<O> {
    fn call(&self, key: u32, body: &dyn Fn() -> u32) -> u32 {
        match self.ask(key, Enter) {
            Call::Ready(value) => value,
            Call::Run(ticket) => ticket.start().finish(body()),
        }
    }

    fn call_async<'a>(&'a self, key: u32, body: Task<'a>) -> Task<'a> {
        Box::pin(async move {
            let call = match self.ask(key, EnterAsync) {
                Ok(value) => return value,
                Err(call) => call,
            };
            let ticket = match call.await {
                Call::Ready(value) => return value,
                Call::Run(ticket) => ticket,
            };
            let (ticket, value) = ticket.drive(pin!(Some(body))).await;
            ticket.finish(value)
        })
    }

    fn peek(&self, key: u32) -> Option<u32> {
        self.ask(key, Peek)
    }

    fn invalidate(&self, key: u32) {
        self.ask(key, Invalidate);
    }
}

fn memo() -> Box<dyn Memoized> {
    let kind = (&&&Keep((&&&Probe::<u32>::new()).__weakcache_shape())).__weakcache_strong();
    let options = Options::new("model", Never).capacity(Capacity::Of(4));
    // As a function's cache is; a model is small.
    Box::new(Memo(Box::leak(Box::new(NewCache::new(options))), kind))
}

/// Runs `f` in all interleavings, with a fault if the environment asks for one.
fn model(f: fn()) {
    commit(asked().unwrap_or(Fault::None));
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(f);
}

/// Two callers of one key: the body runs once, and both have its result.
fn one_key() {
    let shared = Arc::new((memo(), AtomicU32::new(0)));
    let call = |shared: Arc<(Box<dyn Memoized>, AtomicU32)>| {
        move || {
            let (memo, runs) = &*shared;
            assert_eq!(memo.call(1, &|| runs.fetch_add(1, SeqCst) + 7), 7);
        }
    };
    let other = thread::spawn(call(shared.clone()));
    call(shared.clone())();
    other.join().unwrap();
    assert_eq!(shared.1.load(SeqCst), 1);
    assert_eq!(shared.0.peek(1), Some(7));
}

/// The first body panics: its caller has the panic, the other a result.
fn a_panic() {
    let shared = Arc::new((memo(), AtomicU32::new(0)));
    let call = |shared: Arc<(Box<dyn Memoized>, AtomicU32)>| {
        move || {
            let (memo, runs) = &*shared;
            let body = || {
                // `resume_unwind`: no message for each of the interleavings.
                if runs.fetch_add(1, SeqCst) == 0 { std::panic::resume_unwind(Box::new(())) } else { 7 }
            };
            catch_unwind(AssertUnwindSafe(|| memo.call(1, &body))).ok()
        }
    };
    let other = thread::spawn(call(shared.clone()));
    let mut results = [call(shared.clone())(), other.join().unwrap()];
    results.sort();
    assert_eq!(results, [None, Some(7)]);
    assert_eq!(shared.1.load(SeqCst), 2);
}

/// Two functions that call each other, entered from both ends.
fn a_cycle() {
    let shared = Arc::new((memo(), memo()));
    let there = shared.clone();
    let other = thread::spawn(move || {
        let (ping, pong) = &*there;
        pong.call(1, &|| ping.call(1, &|| 5) + 1)
    });
    let (ping, pong) = &*shared;
    let ping = ping.call(1, &|| pong.call(1, &|| 8) + 1);
    let pong = other.join().unwrap();
    // Who closes the cycle runs its own body, in which the other function is the plain number.
    assert!([5, 7, 9].contains(&ping), "{ping}");
    assert!([6, 8, 10].contains(&pong), "{pong}");
}

/// A computation that began before its key was invalidated leaves nothing behind.
fn an_invalidation() {
    let shared = Arc::new((memo(), AtomicU32::new(0)));
    let there = shared.clone();
    let other = thread::spawn(move || {
        let (memo, version) = &*there;
        memo.call(1, &|| version.load(SeqCst))
    });
    let (memo, version) = &*shared;
    version.store(1, SeqCst);
    memo.invalidate(1);
    assert_eq!(memo.call(1, &|| version.load(SeqCst)), 1);
    other.join().unwrap();
    assert_eq!(memo.peek(1), Some(1));
}

/// Is pending once, and counts the body in.
/// A source that is written, and a cache of what was read there, with a tag.
struct Tagged {
    source: AtomicU32,
    call: Box<dyn Fn(&AtomicU32, bool) -> u32 + Send + Sync>,
}

/// The number of the tag of a model: that of another may still be there.
static MODELS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

fn tagged_memo(tag: u32) -> Tagged {
    let kind = (&&&Keep((&&&Probe::<u32>::new()).__weakcache_shape())).__weakcache_strong();
    let kind = tagged::<1, _, _>(kind);
    let memo = Memo(
        Box::leak(Box::new(NewCache::new(Options::new("model", Never).capacity(Capacity::Of(4))))),
        kind,
    );
    let call = move |source: &AtomicU32, late: bool| match memo.ask(1, Enter) {
        Call::Ready(value) => value,
        // As an expansion does it; `late`: the tag is looked at when the body has run.
        Call::Run(ticket) if late => {
            let value = source.load(SeqCst);
            ticket.tagged(|| [Tag::new(tag)]).start().finish(value)
        }
        Call::Run(ticket) => ticket.tagged(|| [Tag::new(tag)]).start().finish(source.load(SeqCst)),
    };
    Tagged { source: AtomicU32::new(0), call: Box::new(call) }
}

/// Who calls after a write and an invalidation, sees the write, whoever computes meanwhile.
fn a_tag(late: bool) {
    let tag = MODELS.fetch_add(1, SeqCst);
    let shared = Arc::new(tagged_memo(tag));
    let other = thread::spawn({
        let shared = shared.clone();
        move || {
            (shared.call)(&shared.source, late);
        }
    });
    shared.source.store(1, SeqCst);
    invalidate_tag(&tag);
    assert_eq!((shared.call)(&shared.source, late), 1);
    other.join().unwrap();
    assert_eq!((shared.call)(&shared.source, late), 1);
}

fn slow(runs: &AtomicU32) -> Task<'_> {
    Box::pin(async {
        let mut was_polled = false;
        poll_fn(|cx| {
            cx.waker().wake_by_ref();
            if std::mem::replace(&mut was_polled, true) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        runs.fetch_add(1, SeqCst) + 7
    })
}

/// A waker that does nothing, and says when it is gone.
struct Idle;

impl Wake for Idle {
    fn wake(self: std::sync::Arc<Self>) {}
}

/// Polls a call once and drops it.
fn poll_and_drop(mut call: Task<'_>) -> (Poll<u32>, std::sync::Weak<Idle>) {
    let idle = std::sync::Arc::new(Idle);
    let weak = std::sync::Arc::downgrade(&idle);
    (call.as_mut().poll(&mut Context::from_waker(&Waker::from(idle))), weak)
}

/// Two tasks that call with one key: the body runs once, and both are woken to its result.
fn two_tasks() {
    let shared = Arc::new((memo(), AtomicU32::new(0)));
    let call = |shared: Arc<(Box<dyn Memoized>, AtomicU32)>| {
        move || {
            let (memo, runs) = &*shared;
            assert_eq!(block_on(memo.call_async(1, slow(runs))), 7);
        }
    };
    let other = thread::spawn(call(shared.clone()));
    call(shared.clone())();
    other.join().unwrap();
    assert_eq!(shared.1.load(SeqCst), 1);
    assert_eq!(shared.0.peek(1), Some(7));
}

/// A thread and a task that call with one key.
fn a_thread_and_a_task() {
    let shared = Arc::new((memo(), AtomicU32::new(0)));
    let there = shared.clone();
    let other = thread::spawn(move || {
        let (memo, runs) = &*there;
        assert_eq!(memo.call(1, &|| runs.fetch_add(1, SeqCst) + 7), 7);
    });
    let (memo, runs) = &*shared;
    assert_eq!(block_on(memo.call_async(1, slow(runs))), 7);
    other.join().unwrap();
    assert_eq!(runs.load(SeqCst), 1);
}

/// A task that would compute for ever is dropped: one that waited computes.
fn a_cancellation() {
    let shared = Arc::new((memo(), AtomicU32::new(0)));
    let there = shared.clone();
    let other = thread::spawn(move || {
        let (memo, _) = &*there;
        // It finds the result, computes, or waits; there is nothing else.
        poll_and_drop(memo.call_async(1, Box::pin(pending())))
    });
    let (memo, runs) = &*shared;
    assert_eq!(block_on(memo.call_async(1, slow(runs))), 7);
    let (found, waker) = other.join().unwrap();
    assert!(found.is_pending() || found == Poll::Ready(7), "{found:?}");
    assert_eq!(runs.load(SeqCst), 1);
    assert_eq!(waker.strong_count(), 0);
}

/// Of two tasks that wait for a third, or for each other, one is dropped: the other is woken all the same.
fn a_waiter_leaves() {
    let shared = Arc::new((memo(), AtomicU32::new(0)));
    let (there, elsewhere) = (shared.clone(), shared.clone());
    let leaves = thread::spawn(move || {
        let (memo, runs) = &*there;
        poll_and_drop(memo.call_async(1, slow(runs))).1
    });
    let stays = thread::spawn(move || {
        let (memo, runs) = &*elsewhere;
        block_on(memo.call_async(1, slow(runs)))
    });
    let (memo, runs) = &*shared;
    assert_eq!(block_on(memo.call_async(1, slow(runs))), 7);
    assert_eq!(stays.join().unwrap(), 7);
    assert_eq!(leaves.join().unwrap().strong_count(), 0, "its waker is gone");
    assert_eq!(runs.load(SeqCst), 1);
}

/// As [`a_cycle`], of tasks.
fn a_cycle_of_tasks() {
    let shared = Arc::new((memo(), memo()));
    let there = shared.clone();
    let other = thread::spawn(move || {
        let (ping, pong) = &*there;
        let inner = ping.call_async(1, Box::pin(async { 5 }));
        block_on(pong.call_async(1, Box::pin(async { inner.await + 1 })))
    });
    let (ping, pong) = &*shared;
    let inner = pong.call_async(1, Box::pin(async { 8 }));
    let ping = block_on(ping.call_async(1, Box::pin(async { inner.await + 1 })));
    let pong = other.join().unwrap();
    assert!([5, 7, 9].contains(&ping), "{ping}");
    assert!([6, 8, 10].contains(&pong), "{pong}");
}

#[test]
fn callers_of_one_key_compute_once() {
    model(one_key);
}

#[test]
fn a_panic_hands_over() {
    model(a_panic);
    fails_with(Fault::LoseSilently, "a_panic_hands_over");
}

#[test]
fn a_cycle_of_calls_is_no_deadlock() {
    model(a_cycle);
    fails_with(Fault::WaitBlindly, "a_cycle_of_calls_is_no_deadlock");
}

#[test]
fn what_was_invalidated_is_not_stored() {
    model(an_invalidation);
    fails_with(Fault::StoreInvalid, "what_was_invalidated_is_not_stored");
}

#[test]
fn nobody_is_served_what_a_tag_ended() {
    fails_with(Fault::FollowInvalid, "nobody_is_served_what_a_tag_ended");
    model(|| a_tag(false));
}

/// The control of the order of tag and body.
#[test]
fn a_tag_that_is_seen_late_is_noticed() {
    if asked().is_none() {
        fails_with(Fault::None, "a_tag_that_is_seen_late_is_noticed");
    } else {
        model(|| a_tag(true));
    }
}

#[test]
fn tasks_with_one_key_compute_once() {
    model(two_tasks);
    fails_with(Fault::WaitUnseen, "tasks_with_one_key_compute_once");
}

#[test]
fn a_thread_and_a_task_compute_once() {
    model(a_thread_and_a_task);
    fails_with(Fault::WaitUnseen, "a_thread_and_a_task_compute_once");
}

#[test]
fn a_cancellation_hands_over() {
    model(a_cancellation);
    fails_with(Fault::LoseSilently, "a_cancellation_hands_over");
}

#[test]
fn a_waiter_that_leaves_takes_no_wake_up_along() {
    model(a_waiter_leaves);
    fails_with(Fault::LoseSilently, "a_waiter_that_leaves_takes_no_wake_up_along");
    fails_with(Fault::TakeAllWakers, "a_waiter_that_leaves_takes_no_wake_up_along");
}

#[test]
fn a_cycle_of_tasks_is_no_deadlock() {
    model(a_cycle_of_tasks);
    fails_with(Fault::WaitBlindly, "a_cycle_of_tasks_is_no_deadlock");
}
