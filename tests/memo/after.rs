//! What runs when a body is done, or before it begins: clones and drops of keys and values. They may call
//! memoized functions, also those that wait for the computation that they are part of.

use std::cell::Cell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use weakcache::clock::Mock;
use weakcache::memoize;

use crate::support::watched;
use crate::tasks::now;

fn poll<T>(task: &mut Pin<Box<dyn Future<Output = T> + Send>>) -> Poll<T> {
    task.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// Is pending until the gate is open.
async fn pass(gate: &AtomicBool) {
    poll_fn(|_| if gate.load(SeqCst) { Poll::Ready(()) } else { Poll::Pending }).await;
}

/// A value that does something once as it goes, when it is told to.
#[derive(Clone)]
struct Last(Option<&'static AtomicBool>, fn(u32), u32);

impl Drop for Last {
    fn drop(&mut self) {
        if self.0.is_some_and(|armed| armed.swap(false, SeqCst)) {
            (self.1)(self.2);
        }
    }
}

#[test]
fn an_expired_value_calls_its_function_as_it_goes() {
    static ARMED: AtomicBool = AtomicBool::new(false);
    #[memoize(ttl = "1s")]
    fn f(x: u32) -> Last {
        Last(Some(&ARMED), |x| drop(f(x)), x)
    }
    watched(|| {
        let clock = Mock::new();
        let _installed = clock.install();
        f(1);
        clock.advance(Duration::from_secs(2));
        ARMED.store(true, SeqCst);
        f(1);
        assert!(!ARMED.load(SeqCst));
        assert_eq!(f::cache_info().len, 1);
    });
}

#[test]
fn an_expired_value_of_a_thread_calls_its_function_as_it_goes() {
    static ARMED: AtomicBool = AtomicBool::new(false);
    #[memoize(ttl = "1s", local)]
    fn f(x: u32) -> Last {
        Last(Some(&ARMED), |x| drop(f(x)), x)
    }
    watched(|| {
        let clock = Mock::new();
        let _installed = clock.install();
        f(1);
        clock.advance(Duration::from_secs(2));
        ARMED.store(true, SeqCst);
        f(1);
        assert!(!ARMED.load(SeqCst));
    });
}

#[test]
fn an_expired_value_that_panics_as_it_goes_leaves_no_computation_behind() {
    static ARMED: AtomicBool = AtomicBool::new(false);
    #[memoize(ttl = "1s")]
    fn f(x: u32) -> Last {
        Last(Some(&ARMED), |_| panic!("as it goes"), x)
    }
    watched(|| {
        let clock = Mock::new();
        let _installed = clock.install();
        f(1);
        clock.advance(Duration::from_secs(2));
        ARMED.store(true, SeqCst);
        assert!(catch_unwind(AssertUnwindSafe(|| f(1))).is_err());
        f(1);
        assert_eq!(f::cache_info().len, 1);
    });
}

#[test]
fn an_expired_value_panics_before_a_refresh() {
    static ARMED: AtomicBool = AtomicBool::new(false);
    #[memoize(ttl = "1s")]
    fn f(x: u32) -> Last {
        Last(Some(&ARMED), |_| panic!("as it goes"), x)
    }
    watched(|| {
        f(1);
        ARMED.store(true, SeqCst);
        assert!(catch_unwind(AssertUnwindSafe(|| f::refresh(1))).is_err());
        f(1);
    });
}

#[test]
fn an_evicted_value_calls_a_function_that_waits_for_its_cache() {
    static ARMED: AtomicBool = AtomicBool::new(false);
    static GATE: AtomicBool = AtomicBool::new(false);
    #[memoize(lru = 1)]
    async fn f(x: u32) -> Last {
        if x == 1 {
            pass(&GATE).await;
        }
        Last((x == 0).then_some(&ARMED), |_| assert_eq!(now(g()), 7), x)
    }
    #[memoize]
    async fn g() -> u32 {
        f(1).await;
        7
    }
    now(f(0));
    ARMED.store(true, SeqCst);
    let (mut first, mut second) = (Box::pin(f(1)) as Pin<Box<_>>, Box::pin(g()) as Pin<Box<_>>);
    assert!(poll::<Last>(&mut first).is_pending());
    assert!(poll::<u32>(&mut second).is_pending());
    GATE.store(true, SeqCst);
    assert!(poll(&mut first).is_ready());
    assert!(!ARMED.load(SeqCst));
    assert_eq!(poll(&mut second), Poll::Ready(7));
}

#[test]
fn a_clone_for_those_who_wait_calls_one_of_them() {
    static CLONES: AtomicU32 = AtomicU32::new(0);
    static GATE: AtomicBool = AtomicBool::new(false);
    struct Shared(String); // with a destructor, so that it is cloned outside of the cache
    impl Clone for Shared {
        fn clone(&self) -> Self {
            // The first is stored, the second is for those who wait.
            if CLONES.fetch_add(1, SeqCst) == 1 {
                assert_eq!(now(g()), 7);
            }
            Self(self.0.clone())
        }
    }
    #[memoize]
    async fn f() -> Shared {
        pass(&GATE).await;
        Shared(String::new())
    }
    #[memoize]
    async fn g() -> u32 {
        f().await;
        7
    }
    let (mut first, mut second) = (Box::pin(f()) as Pin<Box<_>>, Box::pin(g()) as Pin<Box<_>>);
    assert!(poll::<Shared>(&mut first).is_pending());
    assert!(poll::<u32>(&mut second).is_pending());
    GATE.store(true, SeqCst);
    assert!(poll(&mut first).is_ready());
    assert!(CLONES.load(SeqCst) >= 2);
    assert_eq!(poll(&mut second), Poll::Ready(7));
}

#[test]
fn the_key_of_a_result_that_is_not_kept_calls_a_function_that_waits_for_it() {
    static ARMED: AtomicBool = AtomicBool::new(false);
    static GATE: AtomicBool = AtomicBool::new(false);
    static RUNS: AtomicU32 = AtomicU32::new(0);
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Key(u32);
    impl Drop for Key {
        fn drop(&mut self) {
            if ARMED.swap(false, SeqCst) {
                assert_eq!(now(g()), 7);
            }
        }
    }
    #[memoize]
    async fn f(key: &Key) -> Result<u32, String> {
        pass(&GATE).await;
        ARMED.store(RUNS.fetch_add(1, SeqCst) == 0, SeqCst);
        Err(format!("{} fails", key.0))
    }
    #[memoize]
    async fn g() -> u32 {
        let key = std::mem::ManuallyDrop::new(Key(1));
        f(&key).await.unwrap_err();
        7
    }
    static KEY: Key = Key(1);
    let (mut first, mut second) = (Box::pin(f(&KEY)) as Pin<Box<_>>, Box::pin(g()) as Pin<Box<_>>);
    assert!(poll::<Result<u32, String>>(&mut first).is_pending());
    assert!(poll::<u32>(&mut second).is_pending());
    GATE.store(true, SeqCst);
    assert!(poll(&mut first).is_ready());
    assert!(!ARMED.load(SeqCst));
    assert_eq!(poll(&mut second), Poll::Ready(7));
}

#[test]
fn a_thread_that_ends_does_not_wait_for_itself() {
    static DEPTH: AtomicU32 = AtomicU32::new(0);
    #[memoize]
    fn f(x: u32) -> u32 {
        if DEPTH.fetch_add(1, SeqCst) == 0 { f(x) } else { x }
    }
    #[memoize]
    fn other(x: u32) -> u32 {
        x
    }
    struct AtTheEnd;
    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            assert_eq!(f(1), 1);
        }
    }
    thread_local! {
        static LAST: Cell<Option<AtTheEnd>> = const { Cell::new(None) };
    }
    watched(|| {
        thread::spawn(|| {
            LAST.set(Some(AtTheEnd)); // outlives what the caches keep for the thread
            other(1);
        })
        .join()
        .unwrap();
    });
    assert!(DEPTH.load(SeqCst) >= 2);
}

#[test]
fn a_result_is_not_served_past_its_ttl_to_those_who_waited_for_it() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    static GATE: AtomicBool = AtomicBool::new(false);
    #[memoize(ttl = "1s")]
    async fn f() -> u32 {
        pass(&GATE).await;
        RUNS.fetch_add(1, SeqCst)
    }
    let clock = Mock::new();
    let _installed = clock.install();
    let mut tasks = [(); 3].map(|()| Box::pin(f()) as Pin<Box<dyn Future<Output = u32> + Send>>);
    for task in &mut tasks {
        assert!(poll(task).is_pending());
    }
    GATE.store(true, SeqCst);
    assert_eq!(poll(&mut tasks[0]), Poll::Ready(0));
    clock.advance(Duration::from_millis(900));
    assert_eq!(poll(&mut tasks[1]), Poll::Ready(0));
    clock.advance(Duration::from_millis(900));
    assert_eq!(poll(&mut tasks[2]), Poll::Ready(1), "it is computed anew");
    assert_eq!((f::cache_info().hits, f::cache_info().misses), (1, 2));
}

#[test]
fn to_share_a_result_is_to_use_it() {
    static GATE: AtomicBool = AtomicBool::new(false);
    #[memoize(lru = 2)]
    async fn f(x: u32) -> Arc<u32> {
        if x == 1 {
            pass(&GATE).await;
        }
        Arc::new(x)
    }
    let mut tasks = [(); 2].map(|()| Box::pin(f(1)) as Pin<Box<dyn Future<Output = Arc<u32>> + Send>>);
    for task in &mut tasks {
        assert!(poll(task).is_pending());
    }
    GATE.store(true, SeqCst);
    assert!(poll(&mut tasks[0]).is_ready());
    now(f(2));
    assert!(poll(&mut tasks[1]).is_ready());
    now(f(3));
    assert!(f::peek(1).is_some(), "it was used after 2");
    assert!(f::peek(2).is_none());
}
