//! Models of the pool: no object has two holders, and no wake-up is lost.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p weakcache-runtime --release --test loom_pool`
//!
//! Each model of a wake-up has a control: with one step of the protocol done wrong it must fail, or it
//! shows nothing.
#![cfg(loom)]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicBool, Ordering::Relaxed};
use loom::thread;
use weakcache_runtime::__private::fault::{Fault, commit};
use weakcache_runtime::pool::{Pool, Pooled};

/// Loom notices when two threads are in it at once.
struct Object(UnsafeCell<u32>);

impl Object {
    fn new() -> Self {
        Self(UnsafeCell::new(0))
    }

    fn touch(&mut self) {
        self.0.with_mut(|_| thread::yield_now());
    }
}

/// Runs `f` in all interleavings, with at most `preemptions` of them forced.
fn model(fault: Fault, preemptions: usize, f: fn()) {
    static SERIAL: Mutex<()> = Mutex::new(());
    let _serial = SERIAL.lock().unwrap_or_else(PoisonError::into_inner);
    commit(fault);
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    let outcome = catch_unwind(AssertUnwindSafe(|| builder.check(f)));
    commit(Fault::None);
    match (fault, outcome) {
        (Fault::None, Ok(())) => {}
        (Fault::None, Err(panic)) => resume_unwind(panic),
        (fault, outcome) => assert!(outcome.is_err(), "the model does not notice {fault:?}"),
    }
}

/// One object, two threads that want it: one of them may have to wait for the other.
fn two_want_one() {
    let pool = Arc::new(Pool::builder(Object::new).max_live(1).build());
    let other = {
        let pool = Arc::clone(&pool);
        thread::spawn(move || pool.acquire().touch())
    };
    pool.acquire().touch();
    other.join().unwrap();
    let info = pool.info();
    assert_eq!((info.idle, info.live, info.created, info.reused), (1, 1, 1, 1));
}

#[test]
fn an_object_has_one_holder_and_its_return_wakes() {
    model(Fault::None, 4, two_want_one);
}

#[test]
fn a_return_that_looks_for_waiters_first_is_noticed() {
    model(Fault::LookFirst, 4, two_want_one);
}

#[test]
fn a_wake_up_past_the_gate_is_noticed() {
    model(Fault::WakeInPassing, 4, two_want_one);
}

#[test]
fn a_place_that_becomes_free_wakes() {
    model(Fault::None, 4, || {
        let pool = Arc::new(Pool::builder(Object::new).max_live(1).build());
        let other = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || pool.acquire().touch())
        };
        drop(Pooled::detach(pool.acquire()));
        other.join().unwrap();
        assert!(pool.info().created <= 2);
    });
}

#[test]
fn what_is_dropped_beyond_the_idle_wakes() {
    model(Fault::None, 4, || {
        let pool = Arc::new(Pool::builder(Object::new).max_live(1).max_idle(0).build());
        let other = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || pool.acquire().touch())
        };
        pool.acquire().touch();
        other.join().unwrap();
        let info = pool.info();
        assert_eq!((info.live, info.created, info.discarded), (0, 2, 2));
    });
}

#[test]
fn three_want_one() {
    model(Fault::None, 2, || {
        let pool = Arc::new(Pool::builder(Object::new).max_live(1).build());
        let others = [(); 2].map(|()| {
            let pool = Arc::clone(&pool);
            thread::spawn(move || pool.acquire().touch())
        });
        pool.acquire().touch();
        others.into_iter().for_each(|other| other.join().unwrap());
        assert_eq!(pool.info().created, 1);
    });
}

#[test]
fn two_take_from_the_racks_of_each_other() {
    model(Fault::None, 3, || {
        let pool = Arc::new(Pool::new(2, Object::new));
        let other = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || {
                pool.acquire().touch();
                pool.acquire().touch();
            })
        };
        let mut first = pool.acquire();
        let mut second = pool.acquire();
        first.touch();
        second.touch();
        drop((first, second));
        other.join().unwrap();
        let info = pool.info();
        assert!(info.idle == info.live && info.created <= 3);
    });
}

/// One thread returns what it has while another returns what the first one took: into one rack, but only the
/// first may use its slot.
fn two_return_to_one_rack() {
    let pool = Arc::new(Pool::new(0, Object::new));
    let (mut one, mut two) = (pool.acquire(), pool.acquire());
    let other = {
        let pool = Arc::clone(&pool);
        let mut handed_on = pool.acquire_owned();
        thread::spawn(move || {
            handed_on.touch();
            drop(handed_on);
        })
    };
    one.touch();
    two.touch();
    drop(one);
    drop(two);
    other.join().unwrap();
    let info = pool.info();
    assert_eq!((info.idle, info.live, info.created), (3, 3, 3));
    let mut all = [(); 3].map(|()| pool.acquire());
    all.iter_mut().for_each(|object| object.touch());
    assert_eq!((pool.info().idle, pool.info().created, pool.info().reused), (0, 3, 3));
}

#[test]
fn nothing_is_lost_in_a_slot() {
    model(Fault::None, 4, two_return_to_one_rack);
}

#[test]
fn a_slot_that_is_not_the_threads_own_is_noticed() {
    model(Fault::PutUnowned, 4, two_return_to_one_rack);
}

/// An object goes from the rack of one thread to that of another while somebody counts.
fn one_moves_and_is_counted() {
    let pool = Arc::new(Pool::new(0, Object::new));
    pool.acquire().touch();
    let begun = Arc::new(AtomicBool::new(false));
    let other = {
        let (pool, begun) = (Arc::clone(&pool), Arc::clone(&begun));
        thread::spawn(move || {
            while !begun.load(Relaxed) {
                thread::yield_now();
            }
            drop(pool.acquire());
        })
    };
    begun.store(true, Relaxed);
    let info = pool.info();
    assert!(info.idle <= info.live && info.live as u64 == info.created, "{info:?}");
    other.join().unwrap();
    assert!(pool.info().idle == pool.info().live && pool.info().created == 1);
}

#[test]
fn each_object_is_counted_once() {
    model(Fault::None, 4, one_moves_and_is_counted);
}

#[test]
fn a_count_of_one_rack_after_the_other_is_noticed() {
    model(Fault::CountLoosely, 4, one_moves_and_is_counted);
}

/// A thread takes from its slot, and puts back, while another one takes from there.
#[test]
fn two_want_what_is_in_a_slot() {
    model(Fault::None, 3, || {
        let pool = Arc::new(Pool::new(0, Object::new));
        drop(pool.acquire());
        let other = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || pool.acquire().touch())
        };
        pool.acquire().touch();
        pool.acquire().touch();
        other.join().unwrap();
        let info = pool.info();
        assert!(info.idle == info.live && info.created <= 2 && info.created + info.reused == 4, "{info:?}");
    });
}
