//! Pools under limits: nothing is given out twice, nothing is lost, and who waits is woken.
//!
//! Each model has a control: with a step of the protocol done wrong it must fail, or it shows nothing.

use crate::schedules::{Alone, any, at_once, caught, fail, fails_with, model, turn};
use shuttle::thread;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;
use weakcache::pool::{Pool, PoolBuilder, Pooled};
use weakcache_runtime::__private::fault::Fault;

/// How many objects there are, and how many there were.
#[derive(Default)]
struct Counts {
    live: AtomicUsize,
    made: AtomicUsize,
}

struct Object {
    alone: Alone,
    used: u32,
    counts: Arc<Counts>,
}

impl Object {
    /// Asserts that nobody else has it.
    fn touch(&mut self) {
        let _alone = self.alone.enter();
        turn();
        self.used += 1;
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        drop(self.alone.enter());
        turn();
        self.counts.live.fetch_sub(1, SeqCst);
    }
}

fn pool(options: impl FnOnce(PoolBuilder<Object>) -> PoolBuilder<Object>) -> (Pool<Object>, Arc<Counts>) {
    let counts = Arc::new(Counts::default());
    let make = {
        let counts = counts.clone();
        move || {
            turn();
            counts.live.fetch_add(1, SeqCst);
            counts.made.fetch_add(1, SeqCst);
            Object { alone: Alone::default(), used: 0, counts: counts.clone() }
        }
    };
    (options(Pool::builder(make)).build(), counts)
}

/// What holds when all have returned what they had.
fn settled(pool: Arc<Pool<Object>>, counts: &Counts, most: usize) {
    let info = pool.info();
    assert!(info.idle == info.live && info.live <= most, "{info:?}");
    assert_eq!(info.live, counts.live.load(SeqCst));
    assert_eq!(info.created, counts.made.load(SeqCst) as u64);
    let mut all: Vec<_> = (0..info.idle).map(|_| pool.try_acquire().expect("it is idle")).collect();
    for object in &mut all {
        object.touch();
    }
    assert_eq!(pool.info().created, info.created, "none was lost");
    drop(all);
    drop(pool);
    assert_eq!(counts.live.load(SeqCst), 0, "with the pool all are dropped");
}

/// More want objects than there may be: some wait, and are woken.
fn a_limit() {
    let (pool, counts) = pool(|pool| pool.max_live(2));
    let pool = at_once::<4, _>(pool, |pool, _| {
        for _ in 0..2 {
            pool.acquire().touch();
            let info = pool.info();
            assert!(info.idle <= info.live && info.live <= 2, "{info:?}");
        }
    });
    let info = pool.info();
    assert_eq!(info.created + info.reused, 8);
    settled(pool, &counts, 2);
}

/// Those who take objects out of the pool free their places, and so do those whose objects are dropped.
fn places() {
    let (pool, counts) = pool(|pool| pool.max_live(1).max_idle(usize::from(any(2) == 0)));
    let pool = at_once::<3, _>(pool, |pool, number| {
        let mut object = pool.acquire();
        object.touch();
        if number == 0 {
            drop(Pooled::detach(object));
        }
    });
    settled(pool, &counts, 1);
}

/// Some wait no longer than they say, some not at all; one gets what is there, or goes.
fn patience() {
    let (pool, counts) = pool(|pool| pool.max_live(1));
    let pool = at_once::<4, _>(pool, |pool, number| match number {
        0 => pool.acquire().touch(),
        1 => {
            if let Some(mut object) = pool.try_acquire() {
                object.touch();
            }
        }
        _ => {
            if let Some(mut object) = pool.acquire_timeout(Duration::from_millis(50)) {
                object.touch();
            }
        }
    });
    settled(pool, &counts, 1);
}

/// Objects that are reset, refused, or dropped as their holders panic.
fn doubts() {
    let (pool, counts) = pool(|pool| {
        let reset = |object: &mut Object| {
            object.touch();
            if any(4) == 0 {
                fail()
            }
        };
        pool.max_live(2).reset(reset).validate(|object| {
            turn();
            object.used < 4
        })
    });
    let pool = at_once::<3, _>(pool, |pool, number| {
        for _ in 0..2 {
            // A panic comes out of who returns it, or of who has it.
            caught(|| {
                let mut object = pool.acquire();
                assert!(object.used < 4, "it was asked");
                object.touch();
                if number == 1 {
                    fail()
                }
            });
        }
    });
    let info = pool.info();
    assert!(info.idle <= info.live && info.live <= 2, "{info:?}");
    assert_eq!((info.live, info.idle), (counts.live.load(SeqCst), info.live));
    drop(pool);
    assert_eq!(counts.live.load(SeqCst), 0);
}

/// Objects that go from thread to thread, and are returned by another one than took them.
fn handed_on() {
    let (pool, counts) = pool(|pool| pool);
    let pool = Arc::new(pool);
    let (mut one, mut two) = (pool.acquire_owned(), pool.acquire_owned());
    let threads = [(); 2].map(|()| {
        let pool = pool.clone();
        let mut handed = pool.acquire_owned();
        thread::spawn(move || {
            handed.touch();
            let mut own = pool.acquire();
            own.touch();
            drop(handed);
        })
    });
    one.touch();
    two.touch();
    drop((one, two));
    drop(pool.acquire());
    for thread in threads {
        thread.join().unwrap();
    }
    settled(pool, &counts, 7);
}

/// Objects that move from rack to rack while somebody counts them.
fn counted() {
    let (pool, counts) = pool(|pool| pool.size(1));
    let pool = at_once::<3, _>(pool, |pool, number| {
        if number == 0 {
            for _ in 0..3 {
                let info = pool.info();
                assert!(info.idle <= info.live && info.live as u64 == info.created, "{info:?}");
            }
        } else {
            pool.acquire().touch();
            drop(pool.acquire());
        }
    });
    settled(pool, &counts, 3);
}

#[test]
fn nobody_has_the_object_of_another() {
    model(1000, a_limit);
    fails_with(Fault::LookFirst, "pool::nobody_has_the_object_of_another");
}

#[test]
fn a_place_that_becomes_free_wakes() {
    model(1000, places);
    fails_with(Fault::FreeSilently, "pool::a_place_that_becomes_free_wakes");
    fails_with(Fault::WakeInPassing, "pool::a_place_that_becomes_free_wakes");
}

#[test]
fn who_has_no_patience_takes_nothing_along() {
    model(1000, patience);
    fails_with(Fault::LookFirst, "pool::who_has_no_patience_takes_nothing_along");
}

#[test]
fn doubtful_objects_free_their_places() {
    model(1000, doubts);
    fails_with(Fault::FreeSilently, "pool::doubtful_objects_free_their_places");
}

#[test]
fn nothing_is_lost_in_a_slot() {
    model(1000, handed_on);
    fails_with(Fault::PutUnowned, "pool::nothing_is_lost_in_a_slot");
}

#[test]
fn each_object_is_counted_once() {
    model(1000, counted);
    fails_with(Fault::CountLoosely, "pool::each_object_is_counted_once");
}
