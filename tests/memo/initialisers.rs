//! What runs when a cache is made, and calls the function that it is for.

use crate::support::watched;
use std::hash::{BuildHasher, RandomState};
use std::pin::pin;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;
use weakcache::memoize;

#[test]
fn a_ttl_may_call_its_own_function() {
    static EVALUATED: AtomicU32 = AtomicU32::new(0);
    static RUNS: AtomicU32 = AtomicU32::new(0);

    fn period() -> Duration {
        EVALUATED.fetch_add(1, SeqCst);
        Duration::from_secs(u64::from(f(60)))
    }

    #[memoize(ttl = period())]
    fn f(x: u32) -> u32 {
        RUNS.fetch_add(1, SeqCst);
        x
    }

    watched(|| {
        assert_eq!(f(1), 1);
        // The call from in there was answered by the body, and nothing is known of it.
        assert_eq!((RUNS.load(SeqCst), EVALUATED.load(SeqCst)), (2, 1));
        assert_eq!(f(1), 1);
        assert_eq!(f::peek(60), None);
        let info = f::cache_info();
        assert_eq!((info.hits, info.misses, info.len), (1, 1, 1));
        assert_eq!(EVALUATED.load(SeqCst), 1, "once");
    });
}

#[test]
fn controls_within_a_ttl_find_no_cache() {
    static BODIES: AtomicU32 = AtomicU32::new(0);

    fn period() -> Duration {
        assert_eq!(f::peek(1), None);
        assert!(!f::invalidate(1));
        f::prime(1, 100);
        assert_eq!(f::refresh(1), 1);
        assert_eq!(f::cache_info().misses, 0);
        f::cache_clear();
        assert_eq!(f::sweep(), 0);
        Duration::from_mins(1)
    }

    #[memoize(lru = 4, idle = period())]
    fn f(x: u32) -> u32 {
        BODIES.fetch_add(1, SeqCst);
        x
    }

    watched(|| {
        assert_eq!((f(1), f(1)), (1, 1));
        assert_eq!(BODIES.load(SeqCst), 2, "`refresh`, and the call");
    });
}

#[test]
fn a_thread_of_its_own_has_the_same() {
    fn period() -> Duration {
        Duration::from_secs(u64::from(f(60)))
    }

    #[memoize(local, ttl = period())]
    fn f(x: u32) -> u32 {
        x
    }

    #[memoize(local, lru = 2, ttl = generic_period::<T>())]
    fn generic<T: 'static>(x: u32) -> u32 {
        x + u32::try_from(size_of::<T>()).unwrap()
    }

    fn generic_period<T: 'static>() -> Duration {
        Duration::from_secs(u64::from(generic::<T>(60)))
    }

    watched(|| {
        assert_eq!((f(1), f(1)), (1, 1));
        assert_eq!(f::cache_info().hits, 1);
        assert_eq!((generic::<u8>(1), generic::<u8>(1), generic::<u16>(1)), (2, 2, 3));
        assert_eq!(generic::cache_info::<u8>().hits, 1);
    });
}

#[test]
fn a_hasher_may_call_the_function_when_it_is_made() {
    struct Hashers(RandomState);

    impl Default for Hashers {
        fn default() -> Self {
            assert_eq!(f(7), 7);
            Self(RandomState::new())
        }
    }

    impl BuildHasher for Hashers {
        type Hasher = <RandomState as BuildHasher>::Hasher;
        fn build_hasher(&self) -> Self::Hasher {
            self.0.build_hasher()
        }
    }

    #[memoize(lru = 8, hasher = Hashers)]
    fn f(x: u32) -> u32 {
        x
    }

    watched(|| {
        assert_eq!((f(1), f(1)), (1, 1));
        assert_eq!((f::cache_info().hits, f::cache_info().misses), (1, 1));
    });
}

#[test]
fn an_async_function_may_too() {
    fn period() -> Duration {
        // It is not polled from within an executor of its own: those refuse to nest.
        let Poll::Ready(x) = pin!(f(60)).poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("it waits for nothing")
        };
        Duration::from_secs(u64::from(x))
    }

    #[memoize(ttl = period())]
    async fn f(x: u32) -> u32 {
        x
    }

    watched(|| {
        futures_executor::block_on(async { assert_eq!((f(1).await, f(1).await), (1, 1)) });
        assert_eq!((f::cache_info().hits, f::cache_info().misses), (1, 1));
    });
}

/// A's time to live waits for a computation of B, whose body calls A.
#[test]
fn two_threads_do_not_wait_for_each_others_caches() {
    static IN_BODY: Barrier = Barrier::new(2);
    static FIRST: AtomicBool = AtomicBool::new(true);

    fn period() -> Duration {
        if FIRST.swap(false, SeqCst) {
            IN_BODY.wait();
            return Duration::from_secs(u64::from(b(1)) + 60);
        }
        Duration::from_mins(1)
    }

    #[memoize(ttl = period())]
    fn a(x: u32) -> u32 {
        x
    }

    #[memoize]
    fn b(x: u32) -> u32 {
        IN_BODY.wait(); // `a` is being made on the other thread
        a(x) + 1
    }

    watched(|| {
        let other = thread::spawn(|| a(1));
        assert_eq!(b(1), 2);
        assert_eq!(other.join().unwrap(), 1);
        assert_eq!((a(1), a::cache_info().misses), (1, 1), "one cache stayed");
    });
}

/// A's time to live waits for a thread that calls A.
#[test]
fn a_ttl_may_wait_for_another_thread() {
    static FIRST: AtomicBool = AtomicBool::new(true);

    fn period() -> Duration {
        if FIRST.swap(false, SeqCst) {
            assert_eq!(thread::spawn(|| f(1)).join().unwrap(), 1);
        }
        Duration::from_mins(1)
    }

    #[memoize(ttl = period())]
    fn f(x: u32) -> u32 {
        x
    }

    watched(|| {
        assert_eq!(f(1), 1);
        assert_eq!((f::cache_info().hits, f::cache_info().misses), (1, 1));
    });
}

#[test]
fn threads_that_come_first_share_one_cache_and_evaluate_once() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    static EVALUATED: AtomicU32 = AtomicU32::new(0);
    fn period() -> Duration {
        EVALUATED.fetch_add(1, SeqCst);
        thread::yield_now();
        Duration::from_mins(1)
    }
    #[memoize(ttl = period())]
    fn f(x: u32) -> u32 {
        RUNS.fetch_add(1, SeqCst);
        x
    }
    let barrier = Barrier::new(16);
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                barrier.wait();
                assert_eq!(f(1), 1);
            });
        }
    });
    assert_eq!((RUNS.load(SeqCst), EVALUATED.load(SeqCst)), (1, 1));
    assert_eq!((f::cache_info().hits, f::cache_info().misses), (15, 1));
}

#[test]
fn an_expression_that_panics_is_asked_again() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    fn period() -> Duration {
        assert!(CALLS.fetch_add(1, SeqCst) > 0, "the first time");
        Duration::from_mins(1)
    }
    #[memoize(ttl = period())]
    fn f(x: u32) -> u32 {
        x
    }
    assert!(std::panic::catch_unwind(|| f(1)).is_err());
    assert_eq!((f(1), f(1)), (1, 1));
    assert_eq!(f::cache_info().hits, 1);
}
