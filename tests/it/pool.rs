//! Object pools.

use std::panic::{self, AssertUnwindSafe, RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::thread;
use std::time::Duration;
use weakcache::pool::{OwnedPooled, Pool, PoolInfo, Pooled};

/// An object with a number, and a count of those dropped.
struct Object(usize, Arc<AtomicUsize>);

impl Drop for Object {
    fn drop(&mut self) {
        self.1.fetch_add(1, Relaxed);
    }
}

fn numbers() -> (impl Fn() -> Object + Send + Sync + Clone + 'static, Arc<AtomicUsize>) {
    let (next, dropped) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let count = dropped.clone();
    (move || Object(next.fetch_add(1, Relaxed), count.clone()), dropped)
}

fn counts<T>(pool: &Pool<T>) -> (usize, usize, u64, u64, u64, u64) {
    let PoolInfo { idle, live, created, reused, discarded, waits, .. } = pool.info();
    (idle, live, created, reused, discarded, waits)
}

fn panics(f: impl FnOnce()) {
    panic::catch_unwind(AssertUnwindSafe(f)).expect_err("it panics");
}

#[test]
fn makes_some_at_once_and_more_when_empty_and_keeps_all() {
    let (make, dropped) = numbers();
    let pool = Pool::new(2, make);
    assert_eq!(counts(&pool), (2, 2, 2, 0, 0, 0));
    let lent = [pool.acquire(), pool.acquire(), pool.acquire()];
    assert_eq!(counts(&pool), (0, 3, 3, 2, 0, 0));
    drop(lent);
    assert_eq!(counts(&pool), (3, 3, 3, 2, 0, 0));
    drop(pool);
    assert_eq!(dropped.load(Relaxed), 3);
}

#[test]
fn the_last_returned_is_the_first_taken() {
    let pool = Pool::new(0, numbers().0);
    let (a, b, c) = (pool.acquire(), pool.acquire(), pool.acquire());
    assert_eq!((a.0, b.0, c.0), (0, 1, 2));
    drop(a);
    drop(c);
    drop(b);
    assert_eq!([pool.acquire(), pool.acquire(), pool.acquire()].map(|object| object.0), [1, 2, 0]);
}

#[test]
fn an_object_returned_by_one_thread_is_taken_by_another() {
    let pool = Pool::new(0, numbers().0);
    for _ in 0..20 {
        thread::scope(|scope| assert_eq!(scope.spawn(|| pool.acquire().0).join().unwrap(), 0));
    }
    assert_eq!(pool.info().created, 1);
}

#[test]
fn guards_lend_to_be_changed() {
    let pool = Arc::new(Pool::builder(Vec::new).reset(|list: &mut Vec<u8>| list.truncate(1)).build());
    let mut list = pool.acquire();
    list.extend([1, 2]);
    assert_eq!((format!("{list:?}"), list.len()), ("[1, 2]".into(), 2));
    drop(list);
    let mut list = pool.acquire_owned();
    assert_eq!(*list, [1]);
    list.push(5);
    assert_eq!(format!("{list:?}"), "[1, 5]");
    assert_eq!(OwnedPooled::detach(list), [1, 5]);
    assert_eq!(counts(&pool), (0, 0, 1, 1, 0, 0));
    assert!(format!("{pool:?}").starts_with("Pool { info: PoolInfo { idle: 0, live: 0, created: 1"));
}

#[test]
fn an_owned_guard_outlives_the_last_handle_of_the_pool() {
    let (make, dropped) = numbers();
    let pool = Arc::new(Pool::new(1, make));
    let object = pool.acquire_owned();
    drop(pool);
    assert_eq!(dropped.load(Relaxed), 0);
    thread::spawn(move || drop(object)).join().unwrap();
    assert_eq!(dropped.load(Relaxed), 1);
}

#[test]
fn max_idle_bounds_what_is_kept() {
    let (make, dropped) = numbers();
    let pool = Pool::builder(make).max_idle(2).build();
    drop([(); 5].map(|()| pool.acquire()));
    assert_eq!(counts(&pool), (2, 2, 5, 0, 3, 0));
    assert_eq!(dropped.load(Relaxed), 3);
}

#[test]
fn max_live_bounds_what_there_is() {
    let pool = Pool::builder(numbers().0).max_live(2).build();
    let (one, two) = (pool.try_acquire().unwrap(), pool.try_acquire().unwrap());
    assert!(pool.try_acquire().is_none());
    assert!(pool.acquire_timeout(Duration::ZERO).is_none());
    assert!(pool.acquire_timeout(Duration::from_millis(1)).is_none());
    assert_eq!(counts(&pool), (0, 2, 2, 0, 0, 1));
    drop(two);
    assert_eq!(pool.acquire_timeout(Duration::MAX).unwrap().0, 1);
    let _gone = Pooled::detach(one);
    assert_eq!(pool.try_acquire().unwrap().0, 1);
    assert_eq!(pool.info().live, 1);
}

#[test]
#[should_panic(expected = "a pool of 3 objects that may have 2")]
fn size_is_within_max_live() {
    let _ = Pool::builder(|| ()).size(3).max_live(2).build();
}

#[test]
#[should_panic(expected = "`max_live(0)`")]
fn a_pool_may_have_an_object() {
    let _ = Pool::builder(|| ()).max_live(0).build();
}

/// Runs `free` with the only object of a pool while another thread waits for it.
fn frees_a_waiter(free: impl FnOnce(Pooled<'_, Object>)) -> PoolInfo {
    let pool = Pool::builder(numbers().0).max_live(1).build();
    let held = pool.acquire();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| pool.acquire().0);
        while pool.info().waits == 0 {
            thread::yield_now();
        }
        free(held);
        waiter.join().unwrap();
    });
    assert_eq!((pool.info().idle, pool.info().live, pool.info().waits), (1, 1, 1));
    pool.info()
}

#[test]
fn whatever_frees_a_place_wakes_a_waiter() {
    assert_eq!(frees_a_waiter(|held| drop(held)).created, 1);
    assert_eq!(frees_a_waiter(|held| drop(Pooled::detach(held))).created, 2);
    let panicked = frees_a_waiter(|held| {
        panics(|| {
            let _held = held;
            panic!("the holder");
        });
    });
    assert_eq!((panicked.created, panicked.discarded), (2, 1));
}

#[test]
fn a_panicking_make_leaves_its_place_free() {
    let fail = Arc::new(AtomicBool::new(true));
    let armed = fail.clone();
    let pool = Pool::builder(move || assert!(!armed.load(Relaxed))).max_live(1).build();
    panics(|| drop(pool.acquire()));
    panics(|| drop(pool.try_acquire()));
    assert_eq!(counts(&pool), (0, 0, 2, 0, 0, 0));
    fail.store(false, Relaxed);
    drop(pool.acquire());
    assert_eq!(counts(&pool), (1, 1, 3, 0, 0, 0));
}

#[test]
fn what_a_panic_touched_is_thrown_away() {
    let (make, dropped) = numbers();
    let pool = Pool::builder(make)
        .max_live(1)
        .reset(|object| assert!(object.0 != 1, "reset"))
        .validate(|object| object.0 != 3 || panic!("validate"))
        .build();
    panics(|| {
        let _zero = pool.acquire();
        panic!("the holder");
    });
    assert_eq!(counts(&pool), (0, 0, 1, 0, 1, 0));
    panics(|| drop(pool.acquire())); // number 1: its reset panics
    assert_eq!(counts(&pool), (0, 0, 2, 0, 2, 0));
    drop(Pooled::detach(pool.acquire()));
    assert_eq!(pool.acquire().0, 3);
    panics(|| drop(pool.acquire()));
    assert_eq!(counts(&pool), (0, 0, 4, 0, 3, 0));
    assert_eq!(pool.acquire().0, 4);
    assert_eq!(dropped.load(Relaxed), 4);
}

#[test]
fn an_object_taken_while_unwinding_goes_back() {
    struct Cleanup<'a>(&'a Pool<Object>);
    impl Drop for Cleanup<'_> {
        fn drop(&mut self) {
            drop(self.0.acquire());
        }
    }
    let pool = Pool::new(1, numbers().0);
    panics(|| {
        let _cleanup = Cleanup(&pool);
        panic!("the body");
    });
    assert_eq!(counts(&pool), (1, 1, 1, 1, 0, 0));
}

#[test]
fn what_is_not_valid_is_dropped_and_another_taken() {
    let (make, dropped) = numbers();
    let pool =
        Pool::builder(make).size(4).max_live(4).validate(|object| object.0 == 1 || object.0 > 3).build();
    let one = pool.acquire();
    assert_eq!((one.0, dropped.load(Relaxed)), (1, 2));
    assert_eq!(counts(&pool), (1, 2, 4, 1, 2, 0));
    let fresh = pool.acquire();
    assert_eq!((fresh.0, dropped.load(Relaxed)), (4, 3));
    assert_eq!(counts(&pool), (0, 2, 5, 1, 3, 0));
}

#[test]
fn hooks_and_drops_may_use_the_pool() {
    static POOL: OnceLock<Pool<Nosy>> = OnceLock::new();
    static BUSY: AtomicBool = AtomicBool::new(false);
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    struct Nosy;
    fn poke() {
        if let Some(pool) = POOL.get()
            && !BUSY.swap(true, Relaxed)
        {
            drop((pool.try_acquire(), pool.acquire(), pool.info()));
            BUSY.store(false, Relaxed);
        }
    }
    impl Drop for Nosy {
        fn drop(&mut self) {
            poke();
        }
    }
    let make = || {
        poke();
        Nosy
    };
    let validate = |_: &Nosy| {
        poke();
        !CALLS.fetch_add(1, Relaxed).is_multiple_of(3)
    };
    let pool = POOL.get_or_init(|| {
        Pool::builder(make).max_idle(2).max_live(9).reset(|_| poke()).validate(validate).build()
    });
    for _ in 0..50 {
        drop([(); 4].map(|()| pool.acquire()));
    }
    assert!(pool.info().discarded > 0);
    assert_eq!(pool.info().idle, pool.info().live);
}

#[test]
fn an_object_has_one_holder() {
    const THREADS: usize = 4;
    const ROUNDS: usize = 3000;
    let pool = Arc::new(Pool::builder(|| AtomicBool::new(false)).max_live(2).build());
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let pool = &pool;
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let object = match (thread + round) % 3 {
                        0 => pool.acquire_timeout(Duration::from_micros(round as u64 % 50)),
                        1 => pool.try_acquire(),
                        _ => Some(pool.acquire()),
                    };
                    let Some(object) = object else { continue };
                    assert!(!object.swap(true, Relaxed));
                    if round % 64 == 0 {
                        thread::yield_now();
                    }
                    assert!(object.swap(false, Relaxed));
                    if round % 100 == 0 {
                        let _ = Pooled::detach(object);
                    }
                }
            });
        }
    });
    let info = pool.info();
    assert!(info.idle == info.live && info.live <= 2 && info.discarded == 0);
}

#[test]
fn all_who_wait_get_one_in_the_end() {
    let pool = Pool::builder(|| ()).max_live(1).build();
    let (sender, served) = mpsc::channel();
    let held = pool.acquire();
    thread::scope(|scope| {
        for waiter in 0..8 {
            let (pool, sender) = (&pool, sender.clone());
            scope.spawn(move || {
                let _object = pool.acquire();
                sender.send(waiter).unwrap();
            });
        }
        while pool.info().waits < 8 {
            thread::yield_now();
        }
        drop(held);
    });
    assert_eq!(served.try_iter().count(), 8);
    assert_eq!((pool.info().created, pool.info().waits), (1, 8));
}

#[test]
fn what_another_thread_returns_is_not_lost() {
    const THREADS: usize = 4;
    let (make, dropped) = numbers();
    let pool = Pool::new(0, make);
    for round in 0..200 {
        let lent: Vec<_> = (0..THREADS * 2).map(|_| pool.acquire()).collect();
        thread::scope(|scope| {
            let mut lent = lent.into_iter();
            while let (Some(one), Some(two)) = (lent.next(), lent.next()) {
                let pool = &pool;
                scope.spawn(move || {
                    // Its own, one of another thread's, and another one of its own.
                    let own = pool.acquire();
                    drop(one);
                    drop(own);
                    drop(two);
                    drop((pool.acquire(), pool.acquire()));
                });
            }
        });
        let info = pool.info();
        assert_eq!((info.idle, info.live), (info.live, info.live), "{round}");
        assert!((info.live as u64) == info.created && info.live <= THREADS * 3, "{info:?}");
    }
    let live = pool.info().live;
    drop(pool);
    assert_eq!(dropped.load(Relaxed), live);
}

#[test]
fn what_threads_leave_behind_is_taken_by_those_to_come() {
    let pool = Pool::new(0, numbers().0);
    for _ in 0..200 {
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| drop((pool.acquire(), pool.acquire())));
            }
        });
    }
    let info = pool.info();
    assert!(info.created <= 4 && info.created + info.reused == 800, "{info:?}");
}

#[test]
fn no_more_are_idle_than_live_at_any_moment() {
    const THREADS: usize = 3;
    let done = AtomicBool::new(false);
    let pool = Pool::new(THREADS, || ());
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (pool, done) = (&pool, &done);
            scope.spawn(move || {
                while !done.load(Relaxed) {
                    let one = pool.acquire();
                    if thread == 0 {
                        let two = pool.acquire();
                        drop(one);
                        drop(two);
                    }
                }
            });
        }
        for _ in 0..20_000 {
            let info = pool.info();
            if info.idle > info.live || (info.live as u64) != info.created {
                done.store(true, Relaxed);
                panic!("{info:?}");
            }
        }
        done.store(true, Relaxed);
    });
    assert_eq!(pool.info().idle, pool.info().live);
}

#[test]
fn a_panicking_drop_of_the_pool_leaks_nothing_that_is_detached() {
    struct Idle(Option<Arc<()>>, bool);
    impl Drop for Idle {
        fn drop(&mut self) {
            assert!(!self.1 || thread::panicking(), "an idle object");
        }
    }
    let counted = Arc::new(());
    let pool = Arc::new(Pool::new(0, || Idle(None, false)));
    let (mut one, mut two) = (pool.acquire_owned(), pool.acquire_owned());
    one.0 = Some(counted.clone());
    two.1 = true;
    drop((two, pool)); // the last share of the pool is that of `one`
    panics(|| drop(OwnedPooled::detach(one)));
    assert_eq!(Arc::strong_count(&counted), 1);
}

#[test]
fn a_pool_works_while_thread_locals_are_destroyed() {
    struct AtEnd(Option<Arc<Pool<Object>>>);
    impl Drop for AtEnd {
        fn drop(&mut self) {
            let pool = self.0.take().unwrap();
            drop((pool.acquire(), pool.acquire()));
        }
    }
    thread_local!(static AT_END: std::cell::RefCell<AtEnd> = const { std::cell::RefCell::new(AtEnd(None)) });
    let pool = Arc::new(Pool::new(0, numbers().0));
    for _ in 0..20 {
        let pool = pool.clone();
        let thread = thread::spawn(move || {
            AT_END.with_borrow_mut(|at_end| at_end.0 = Some(pool.clone()));
            drop(pool.acquire());
        });
        thread.join().unwrap();
    }
    let info = pool.info();
    assert!(info.idle == info.live && info.live <= 2, "{info:?}");
}

#[test]
fn pools_and_guards_are_shareable() {
    fn shareable<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}
    fn send<T: Send>() {}
    shareable::<Pool<std::cell::Cell<u8>>>();
    shareable::<PoolInfo>();
    send::<Pooled<'_, std::cell::Cell<u8>>>();
    send::<OwnedPooled<Mutex<u8>>>();
}
