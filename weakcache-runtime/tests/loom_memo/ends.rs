//! Computations that end in a comparison of keys, under the lock of another cache: who waits for one is told when that
//! lock is left, however that is.

use super::{Hasher, Memoized, Task, memo, model, slow};
use crate::controls::fails_with;
use loom::future::block_on;
use loom::sync::Arc;
use loom::sync::atomic::AtomicU32;
use loom::thread;
use std::cell::RefCell;
use std::hash::Hash;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::Ordering::SeqCst;
use std::task::{Context, Poll, Waker};
use weakcache_runtime::__private::fault::Fault;
use weakcache_runtime::__private::memo::look_up::*;
use weakcache_runtime::__private::memo::{
    BoundedCache, Call, Capacity, CapacityCache, Enter, Keep, Kept, Never, NewCache, Options, Probe, Process,
    Request, Type, part,
};

type Act = Box<dyn FnOnce()>;

loom::thread_local! {
    static ACT: RefCell<Option<Act>> = RefCell::new(None);
}

/// Equal to all others. A comparison does what is to be done.
#[derive(Clone)]
struct Key;

impl Hash for Key {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

impl PartialEq for Key {
    fn eq(&self, _: &Self) -> bool {
        if let Some(act) = ACT.with(|act| act.take()) {
            act();
        }
        true
    }
}

impl Eq for Key {}

/// Does something in a comparison of keys, under the lock of a cache of its own.
type UnderLock = fn(Act);

macro_rules! under_lock {
    ($name:ident, $cache:ident) => {
        fn $name(act: Act) {
            let kind = (&&&Keep((&&&Probe::<u32>::new()).__weakcache_shape())).__weakcache_strong();
            let options = Options::new("compares", Never).capacity(Capacity::Of(4));
            let cache: &'static $cache<(Kept<Key>, ()), _, Never, Hasher> =
                Box::leak(Box::new(NewCache::new(options)));
            let call = || {
                let key = (part(&Key, (&&&Type::<Key>::new()).__weakcache_value()), ());
                match Request::<u32, Process>::ask(Enter, Some(cache), kind, key) {
                    Call::Ready(value) => value,
                    Call::Run(ticket) => ticket.start().finish(3),
                }
            };
            call();
            ACT.with(|next| next.replace(Some(act)));
            assert_eq!(call(), 3);
            assert!(ACT.with(|next| next.take()).is_none(), "keys were compared");
        }
    };
}

under_lock!(under_a_lock, BoundedCache);
under_lock!(under_a_read_lock, CapacityCache);

type Shared = Arc<(Box<dyn Memoized>, AtomicU32)>;

fn shared() -> Shared {
    Arc::new((memo(), AtomicU32::new(0)))
}

/// A call whose body waits once.
fn call(shared: &Shared) -> Task<'static> {
    let shared = shared.clone();
    Box::pin(async move {
        let (memo, runs) = &*shared;
        memo.call_async(1, slow(runs)).await
    })
}

/// The same, polled once; a result that was there already has no end to put off.
fn begun(shared: &Shared) -> Task<'static> {
    let mut call = call(shared);
    match poll(&mut call) {
        Poll::Pending => call,
        Poll::Ready(value) => Box::pin(async move { value }),
    }
}

fn poll(call: &mut Task<'_>) -> Poll<u32> {
    call.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// A call that computes, or waits, is dropped there: a thread that waits for it computes in turn.
fn one_that_is_dropped(under_lock: UnderLock) {
    let shared = shared();
    let there = shared.clone();
    let other = thread::spawn(move || {
        let call = begun(&there);
        under_lock(Box::new(move || drop(call)));
    });
    let (memo, runs) = &*shared;
    assert_eq!(memo.call(1, &|| runs.fetch_add(1, SeqCst) + 7), 7);
    other.join().unwrap();
    assert_eq!(memo.peek(1), Some(7));
    assert_eq!(runs.load(SeqCst), 1);
}

/// It is polled to its end there: who waits has its result.
fn one_that_is_finished(under_lock: UnderLock) {
    let shared = shared();
    let there = shared.clone();
    let other = thread::spawn(move || {
        let mut call = begun(&there);
        under_lock(Box::new(move || {
            // If it waits for the other, it is dropped.
            let got = poll(&mut call);
            assert!(got.is_pending() || got == Poll::Ready(7));
        }));
    });
    assert_eq!(block_on(call(&shared)), 7);
    other.join().unwrap();
    let (memo, runs) = &*shared;
    assert_eq!(memo.peek(1), Some(7));
    assert_eq!(runs.load(SeqCst), 1, "what was computed there is shared");
}

/// It is dropped there, and the comparison panics.
fn one_that_a_panic_follows(under_lock: UnderLock) {
    let shared = shared();
    let there = shared.clone();
    let other = thread::spawn(move || {
        let call = begun(&there);
        let act = move || {
            drop(call);
            resume_unwind(Box::new(()));
        };
        catch_unwind(AssertUnwindSafe(|| under_lock(Box::new(act)))).unwrap_err();
    });
    assert_eq!(block_on(call(&shared)), 7);
    other.join().unwrap();
    assert_eq!(shared.1.load(SeqCst), 1);
}

#[test]
fn what_is_dropped_under_a_lock_hands_over() {
    model(|| one_that_is_dropped(under_a_lock));
    model(|| one_that_is_dropped(under_a_read_lock));
    for fault in [Fault::MakeUpNever, Fault::PutOffUntold, Fault::LoseSilently] {
        fails_with(fault, "ends::what_is_dropped_under_a_lock_hands_over");
    }
}

#[test]
fn what_is_finished_under_a_lock_is_shared() {
    model(|| one_that_is_finished(under_a_lock));
    model(|| one_that_is_finished(under_a_read_lock));
    for fault in [Fault::MakeUpNever, Fault::PutOffUntold, Fault::MakeUpEmpty] {
        fails_with(fault, "ends::what_is_finished_under_a_lock_is_shared");
    }
}

#[test]
fn a_panic_under_a_lock_leaves_nobody_waiting() {
    model(|| one_that_a_panic_follows(under_a_lock));
    model(|| one_that_a_panic_follows(under_a_read_lock));
    fails_with(Fault::UnwindPast, "ends::a_panic_under_a_lock_leaves_nobody_waiting");
}
