//! `refresh_after`, `stale_if_error` and `jitter`: what each call returns and whether it ran the body, second by second.

use crate::support::watched;
use crate::tasks::{Task, now};
use std::cell::Cell;
use std::collections::HashSet;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed, Ordering::SeqCst};
use std::sync::mpsc::{Receiver, channel};
use std::task::Poll;
use std::thread;
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::{CacheInfo, memoize};

const SECOND: Duration = Duration::from_secs(1);

/// An error that is not `Clone`.
#[derive(Debug, PartialEq)]
struct Down;

type Answer = Result<u32, Down>;

/// What the source says when it is asked.
#[derive(Clone, Copy, Debug)]
enum Says {
    Good(u32),
    Bad,
    Panics,
}
use Says::{Bad, Good, Panics};

thread_local! {
    static SAYS: Cell<Says> = const { Cell::new(Bad) };
    static ASKED: Cell<u32> = const { Cell::new(0) };
}

fn source() -> Answer {
    ASKED.set(ASKED.get() + 1);
    match SAYS.get() {
        Good(value) => Ok(value),
        Bad => Err(Down),
        Panics => panic!("as planned"),
    }
}

/// What a call at a second does, with a source that says this: what it returns (`None`: it panics), whether it asked, and
/// what `refreshes` and `stale` are then.
type Row = (u64, Says, Option<Answer>, bool, (u64, u64));

fn check(rows: &[Row], call: impl Fn() -> Answer, info: impl Fn() -> CacheInfo) {
    let clock = Mock::new();
    let _installed = clock.install();
    let (mut at, mut calls, mut asked) = (0, 0, 0);
    for row @ (second, says, expected, asks, (refreshes, stale)) in rows {
        clock.advance(SECOND * u32::try_from(second - at).unwrap());
        at = *second;
        SAYS.set(*says);
        ASKED.set(0);
        let got = catch_unwind(AssertUnwindSafe(&call)).ok();
        assert_eq!((&got, ASKED.get() == 1), (expected, *asks), "{row:?}");
        calls += 1;
        asked += u64::from(*asks);
        let info = info();
        assert_eq!((info.refreshes, info.stale), (*refreshes, *stale), "{row:?}");
        assert_eq!((info.misses, info.hits), (asked, calls - asked), "{row:?}");
    }
}

/// The same function as each kind of cache, each checked against the rows.
macro_rules! tables {
    ($($test:ident: [$($options:tt)*] $rows:expr;)*) => {$(
        #[test]
        fn $test() {
            #[memoize($($options)*)]
            fn unbounded(_x: u32) -> Answer {
                source()
            }
            #[memoize(lru = 4, $($options)*)]
            fn bounded(_x: u32) -> Answer {
                source()
            }
            #[memoize(lru = 4, $($options)*)]
            fn of_text(_x: &str) -> Answer {
                source()
            }
            #[memoize(local, $($options)*)]
            fn local(_x: u32) -> Answer {
                source()
            }
            #[memoize(single_flight = false, $($options)*)]
            fn side_by_side(_x: u32) -> Answer {
                source()
            }
            #[memoize(lru = 4, cache_if = |_| true, $($options)*)]
            async fn task(_x: u32) -> Answer {
                source()
            }
            let rows: &[Row] = $rows;
            check(rows, || unbounded(1), unbounded::cache_info);
            check(rows, || bounded(1), bounded::cache_info);
            check(rows, || of_text("x"), of_text::cache_info);
            check(rows, || local(1), local::cache_info);
            check(rows, || side_by_side(1), side_by_side::cache_info);
            check(rows, || now(task(1)), task::cache_info);
        }
    )*};
}

tables! {
    refreshes_before_the_ttl_and_tries_again_after_a_tenth:
        [ttl = "60s", refresh_after = "50s"] &[
            (0, Good(1), Some(Ok(1)), true, (0, 0)),
            (49, Good(2), Some(Ok(1)), false, (0, 0)),
            (50, Good(2), Some(Ok(2)), true, (1, 0)),
            (99, Good(3), Some(Ok(2)), false, (1, 0)),
            (100, Bad, Some(Ok(2)), true, (2, 0)),
            (104, Good(3), Some(Ok(2)), false, (2, 0)),
            (105, Bad, Some(Ok(2)), true, (3, 0)),
            (109, Bad, Some(Ok(2)), false, (3, 0)),
            (110, Bad, Some(Err(Down)), true, (3, 0)),
            (110, Bad, Some(Err(Down)), true, (3, 0)),
            (111, Good(4), Some(Ok(4)), true, (3, 0)),
            (161, Panics, None, true, (4, 0)),
            (161, Panics, None, true, (5, 0)),
            (162, Good(5), Some(Ok(5)), true, (6, 0)),
            (222, Good(6), Some(Ok(6)), true, (6, 0)),
        ];

    refreshes_what_does_not_expire:
        [refresh_after = "10s"] &[
            (0, Bad, Some(Err(Down)), true, (0, 0)),
            (0, Good(1), Some(Ok(1)), true, (0, 0)),
            (1000, Bad, Some(Ok(1)), true, (1, 0)),
            (1000, Bad, Some(Ok(1)), false, (1, 0)),
            (1001, Good(2), Some(Ok(2)), true, (2, 0)),
            (1010, Good(3), Some(Ok(2)), false, (2, 0)),
            (1011, Good(3), Some(Ok(3)), true, (3, 0)),
        ];

    does_not_refresh_what_nobody_reads:
        [idle = "20s", refresh_after = "15s"] &[
            (0, Good(1), Some(Ok(1)), true, (0, 0)),
            (14, Good(2), Some(Ok(1)), false, (0, 0)),
            (33, Bad, Some(Ok(1)), true, (1, 0)),
            (34, Bad, Some(Ok(1)), false, (1, 0)),
            (54, Bad, Some(Err(Down)), true, (1, 0)),
        ];

    serves_what_has_expired_in_the_place_of_an_error:
        [ttl = "60s", stale_if_error = "100s"] &[
            (0, Bad, Some(Err(Down)), true, (0, 0)),
            (0, Good(1), Some(Ok(1)), true, (0, 0)),
            (59, Bad, Some(Ok(1)), false, (0, 0)),
            (60, Bad, Some(Ok(1)), true, (0, 1)),
            (61, Bad, Some(Ok(1)), true, (0, 2)),
            (62, Panics, None, true, (0, 2)),
            (63, Good(2), Some(Ok(2)), true, (0, 2)),
            (123, Bad, Some(Ok(2)), true, (0, 3)),
            (222, Bad, Some(Ok(2)), true, (0, 4)),
            (223, Bad, Some(Err(Down)), true, (0, 4)),
            (224, Good(3), Some(Ok(3)), true, (0, 4)),
        ];
}

/// The same with an error that is kept, which has to be `Clone`.
mod kept {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Gone;

    fn source() -> Result<u32, Gone> {
        super::source().map_err(|Down| Gone)
    }

    macro_rules! tables {
        ($($test:ident: [$($options:tt)*] $rows:expr;)*) => {$(
            #[test]
            fn $test() {
                #[memoize($($options)*)]
                fn unbounded(_x: u32) -> Result<u32, Gone> {
                    source()
                }
                #[memoize(lru = 4, $($options)*)]
                fn bounded(_x: u32) -> Result<u32, Gone> {
                    source()
                }
                #[memoize(lru = 4, $($options)*)]
                async fn task(_x: u32) -> Result<u32, Gone> {
                    source()
                }
                let rows: &[Row] = $rows;
                check(rows, || unbounded(1).map_err(|Gone| Down), unbounded::cache_info);
                check(rows, || bounded(1).map_err(|Gone| Down), bounded::cache_info);
                check(rows, || now(task(1)).map_err(|Gone| Down), task::cache_info);
            }
        )*};
    }

    tables! {
        asks_a_source_that_failed_after_err_ttl:
            [ttl = "60s", stale_if_error = "100s", err_ttl = "10s"] &[
                (0, Bad, Some(Err(Down)), true, (0, 0)),
                (9, Good(1), Some(Err(Down)), false, (0, 0)),
                (10, Good(1), Some(Ok(1)), true, (0, 0)),
                (70, Bad, Some(Ok(1)), true, (0, 1)),
                (79, Good(2), Some(Ok(1)), false, (0, 2)),
                (80, Bad, Some(Ok(1)), true, (0, 3)),
                (90, Panics, None, true, (0, 3)),
                (91, Good(2), Some(Ok(2)), true, (0, 3)),
                (249, Bad, Some(Ok(2)), true, (0, 4)),
                (250, Good(3), Some(Ok(2)), false, (0, 5)),
                (251, Bad, Some(Err(Down)), true, (0, 5)),
                (260, Good(3), Some(Err(Down)), false, (0, 5)),
                (261, Good(3), Some(Ok(3)), true, (0, 5)),
            ];

        all_at_once:
            [ttl = "60s", refresh_after = "50s", stale_if_error = "100s", err_ttl = "7s"] &[
                (0, Good(1), Some(Ok(1)), true, (0, 0)),
                (50, Bad, Some(Ok(1)), true, (1, 0)),
                (56, Bad, Some(Ok(1)), false, (1, 0)),
                (57, Bad, Some(Ok(1)), true, (2, 0)),
                // The ttl ends, but no one tries.
                (63, Good(2), Some(Ok(1)), false, (2, 1)),
                (64, Bad, Some(Ok(1)), true, (2, 2)),
                (71, Good(2), Some(Ok(2)), true, (2, 2)),
                (121, Good(3), Some(Ok(3)), true, (3, 2)),
            ];

        an_error_that_is_kept_is_not_refreshed:
            [refresh_after = "1s", err_ttl = "10s"] &[
                (0, Bad, Some(Err(Down)), true, (0, 0)),
                (9, Good(1), Some(Err(Down)), false, (0, 0)),
                (10, Good(1), Some(Ok(1)), true, (0, 0)),
                (11, Bad, Some(Ok(1)), true, (1, 0)),
                (20, Good(2), Some(Ok(1)), false, (1, 0)),
                (21, Good(2), Some(Ok(2)), true, (2, 0)),
            ];

        an_error_that_is_as_good_is:
            [refresh_after = "10s", cache_errors] &[
                (0, Bad, Some(Err(Down)), true, (0, 0)),
                (9, Good(1), Some(Err(Down)), false, (0, 0)),
                (10, Bad, Some(Err(Down)), true, (1, 0)),
                (19, Good(1), Some(Err(Down)), false, (1, 0)),
                (20, Good(1), Some(Ok(1)), true, (2, 0)),
                (30, Bad, Some(Ok(1)), true, (3, 0)),
            ];
    }
}

#[test]
fn a_function_without_errors_is_refreshed_too() {
    #[memoize(refresh_after = "10s")]
    fn f(_x: u32) -> u32 {
        source().unwrap()
    }
    let rows: &[Row] = &[
        (0, Good(1), Some(Ok(1)), true, (0, 0)),
        (10, Good(2), Some(Ok(2)), true, (1, 0)),
        (19, Good(3), Some(Ok(2)), false, (1, 0)),
    ];
    check(rows, || Ok(f(1)), f::cache_info);
}

#[test]
fn controls_of_what_is_stale() {
    #[memoize(lru = 4, ttl = "60s", stale_if_error = "100s")]
    fn f(_x: u32) -> Answer {
        source()
    }
    let clock = Mock::new();
    let _installed = clock.install();
    SAYS.set(Good(1));
    f(1).unwrap();
    clock.advance(SECOND * 60);
    SAYS.set(Bad);
    assert_eq!(f::peek(1), None);
    assert_eq!((f::sweep(), f::cache_info().len), (0, 1));
    assert_eq!(f::refresh(1), Err(Down));
    assert_eq!((f(1), f::cache_info().stale), (Ok(1), 1));
    assert!(!f::invalidate(1), "it has expired");
    assert_eq!(f(1), Err(Down));
    SAYS.set(Good(2));
    f(1).unwrap();
    clock.advance(SECOND * 60);
    SAYS.set(Good(3));
    assert_eq!(f::refresh(1), Ok(3));
    clock.advance(SECOND * 60);
    f::prime(1, Ok(4));
    assert_eq!((f(1), f::cache_info().stale), (Ok(4), 1));
    clock.advance(SECOND * 160);
    assert_eq!((f::sweep(), f::cache_info().len), (1, 0));
    f::cache_clear();
    assert_eq!(f::cache_info().stale, 0);
}

#[test]
fn controls_of_what_is_due() {
    #[memoize(refresh_after = "10s")]
    fn f(_x: u32) -> Answer {
        source()
    }
    let clock = Mock::new();
    let _installed = clock.install();
    SAYS.set(Good(1));
    f(1).unwrap();
    clock.advance(SECOND * 10);
    assert_eq!(f::peek(1), Some(Ok(1)));
    assert_eq!(f::sweep(), 0);
    SAYS.set(Bad);
    assert_eq!(f::refresh(1), Err(Down), "the control hands back what it got");
    SAYS.set(Good(2));
    assert_eq!(f(1), Ok(2), "and leaves the entry as it was");
    assert_eq!(f::cache_info().refreshes, 1);
    clock.advance(SECOND * 10);
    f::prime(1, Ok(3));
    clock.advance(SECOND * 9);
    SAYS.set(Bad);
    assert_eq!((f(1), f::cache_info().refreshes), (Ok(3), 1));
    assert!(f::invalidate(1));
    assert_eq!(f(1), Err(Down));
}

#[test]
fn an_error_leaves_what_another_computation_has_stored() {
    /// Which fails once it has stored a value by itself.
    #[memoize(ttl = "60s", stale_if_error = "100s", skip(value))]
    fn f(x: u32, value: Option<u32>) -> Answer {
        value.map_or_else(|| f(x, Some(x)).and(Err(Down)), Ok)
    }
    let clock = Mock::new();
    let _installed = clock.install();
    assert_eq!(f(1, None), Ok(1), "in the place of the error");
    clock.advance(SECOND * 59);
    assert_eq!(f(1, Some(2)), Ok(1), "nothing is due before the end of the ttl");
    let info = f::cache_info();
    assert_eq!((info.hits, info.misses, info.refreshes, info.stale), (1, 2, 0, 0));
}

#[test]
fn a_result_that_is_refused_goes_to_its_caller() {
    #[memoize(ttl = "60s", refresh_after = "10s", stale_if_error = "1m", cache_if = |x| *x != Ok(0))]
    fn f(_x: u32) -> Answer {
        source()
    }
    let rows: &[Row] = &[
        (0, Good(1), Some(Ok(1)), true, (0, 0)),
        (10, Good(0), Some(Ok(0)), true, (1, 0)),
        (10, Bad, Some(Ok(1)), true, (2, 0)),
        (10, Good(2), Some(Ok(1)), false, (2, 0)),
        (60, Good(0), Some(Ok(0)), true, (2, 0)),
        (61, Bad, Some(Ok(1)), true, (2, 1)),
    ];
    check(rows, || f(1), f::cache_info);
}

#[test]
fn what_is_held_weakly_is_refreshed_while_it_lives() {
    #[memoize(weak, ttl = "60s", refresh_after = "10s", stale_if_error = "1m")]
    fn f(_x: u32) -> Result<Arc<u32>, Down> {
        source().map(Arc::new)
    }
    let clock = Mock::new();
    let _installed = clock.install();
    SAYS.set(Good(1));
    let held = f(1).unwrap();
    clock.advance(SECOND * 10);
    SAYS.set(Bad);
    assert!(Arc::ptr_eq(&f(1).unwrap(), &held));
    clock.advance(SECOND * 60);
    assert!(Arc::ptr_eq(&f(1).unwrap(), &held));
    drop(held);
    assert_eq!(f(1), Err(Down));
}

#[test]
fn other_callers_are_served_while_one_refreshes() {
    static ENTERED: AtomicU32 = AtomicU32::new(0);
    #[memoize(ttl = "60s", refresh_after = "50s", skip(go))]
    fn f(x: u32, go: Option<Receiver<Says>>) -> Answer {
        ENTERED.fetch_add(1, SeqCst);
        SAYS.set(go.map_or(Good(x), |go| go.recv().unwrap()));
        source()
    }
    watched(|| {
        let clock = Mock::new();
        let _installed = clock.install();
        for (x, says, then) in [(1, Good(2), Some(2)), (2, Bad, Some(2)), (3, Panics, None)] {
            f(x, None).unwrap();
            clock.advance(SECOND * 50);
            let entered = ENTERED.load(SeqCst);
            let (go, gone) = channel();
            thread::scope(|scope| {
                let refresh = scope.spawn(|| {
                    let _installed = clock.install();
                    f(x, Some(gone))
                });
                while ENTERED.load(SeqCst) == entered {
                    thread::yield_now();
                }
                assert_eq!((f(x, None), ENTERED.load(SeqCst)), (Ok(x), entered + 1));
                go.send(says).unwrap();
                assert_eq!(refresh.join().ok().map(Result::unwrap), then);
            });
            assert_eq!(f::peek(x), Some(Ok(then.unwrap_or(x))));
            // After a panic the next call tries again.
            f(x, None).unwrap();
            assert_eq!(ENTERED.load(SeqCst), entered + if matches!(says, Panics) { 2 } else { 1 });
        }
        assert_eq!(f::cache_info().refreshes, 4);
    });
}

#[test]
fn who_waits_longer_than_the_ttl_has_the_new_value() {
    static ENTERED: AtomicU32 = AtomicU32::new(0);
    #[memoize(ttl = "60s", refresh_after = "50s")]
    async fn f(x: u32) -> Answer {
        ENTERED.fetch_add(1, SeqCst);
        poll_fn(|_| if matches!(SAYS.get(), Panics) { Poll::Pending } else { Poll::Ready(()) }).await;
        source().map(|value| x + value)
    }
    let clock = Mock::new();
    let _installed = clock.install();
    SAYS.set(Good(1));
    now(f(1)).unwrap();
    clock.advance(SECOND * 50);
    SAYS.set(Panics);
    let mut refresh = Task::new(f(1));
    assert!(!refresh.poll());
    clock.advance(SECOND * 10);
    let mut other = Task::new(f(1));
    assert!(!other.poll(), "what was there has expired");
    SAYS.set(Good(2));
    assert!(refresh.poll() && other.poll());
    assert_eq!((refresh.finish(), other.finish(), ENTERED.load(SeqCst)), (Ok(3), Ok(3), 2));
}

#[test]
fn those_who_wait_for_a_body_that_fails_have_the_stale_value() {
    static WAITS: AtomicBool = AtomicBool::new(true);
    #[memoize(ttl = "60s", stale_if_error = "1h")]
    async fn f(_x: u32) -> Answer {
        poll_fn(|_| if WAITS.load(SeqCst) { Poll::Pending } else { Poll::Ready(()) }).await;
        source()
    }
    for by_control in [false, true] {
        f::cache_clear();
        let clock = Mock::new();
        let _installed = clock.install();
        WAITS.store(false, SeqCst);
        SAYS.set(Good(1));
        now(f(1)).unwrap();
        clock.advance(SECOND * 60);
        WAITS.store(true, SeqCst);
        SAYS.set(Bad);
        let mut first: Task<std::pin::Pin<Box<dyn Future<Output = Answer>>>> =
            if by_control { Task::new(Box::pin(f::refresh(1))) } else { Task::new(Box::pin(f(1))) };
        assert!(!first.poll());
        let (mut second, mut third) = (Task::new(f(1)), Task::new(f(1)));
        assert!(!second.poll() && !third.poll());
        WAITS.store(false, SeqCst);
        ASKED.set(0);
        assert!(first.poll());
        assert_eq!(first.finish(), if by_control { Err(Down) } else { Ok(1) });
        assert!(second.is_awake() && second.poll() && third.poll());
        assert_eq!((second.finish(), third.finish(), ASKED.get()), (Ok(1), Ok(1), 1));
        assert_eq!(f::cache_info().stale, if by_control { 2 } else { 3 });
    }
}

#[test]
fn a_cancelled_refresh_is_tried_again() {
    static WAITS: AtomicBool = AtomicBool::new(false);
    #[memoize(ttl = "60s", refresh_after = "50s", stale_if_error = "1h")]
    async fn f(_x: u32) -> Answer {
        poll_fn(|_| if WAITS.load(SeqCst) { Poll::Pending } else { Poll::Ready(()) }).await;
        source()
    }
    let clock = Mock::new();
    let _installed = clock.install();
    SAYS.set(Good(1));
    now(f(1)).unwrap();
    clock.advance(SECOND * 50);
    WAITS.store(true, SeqCst);
    let mut refresh = Task::new(f(1));
    assert!(!refresh.poll());
    assert_eq!(now(f(1)), Ok(1), "it is under way");
    refresh.cancel();
    WAITS.store(false, SeqCst);
    SAYS.set(Good(2));
    assert_eq!(now(f(1)), Ok(2));
    assert_eq!(f::cache_info().refreshes, 2);
    // The same of one that has expired: the one that waits computes.
    clock.advance(SECOND * 60);
    WAITS.store(true, SeqCst);
    let (mut first, mut second) = (Task::new(f(1)), Task::new(f(1)));
    assert!(!first.poll() && !second.poll());
    first.cancel();
    assert!(second.is_awake());
    SAYS.set(Bad);
    WAITS.store(false, SeqCst);
    assert!(second.poll());
    assert_eq!(second.finish(), Ok(2));
    assert_eq!(f::cache_info().stale, 1);
}

#[test]
fn a_key_that_is_invalidated_meanwhile_is_not_stored_nor_put_off() {
    static WAITS: AtomicBool = AtomicBool::new(false);
    #[memoize(refresh_after = "50s")]
    async fn f(_x: u32) -> Answer {
        poll_fn(|_| if WAITS.load(SeqCst) { Poll::Pending } else { Poll::Ready(()) }).await;
        source()
    }
    let clock = Mock::new();
    let _installed = clock.install();
    SAYS.set(Good(1));
    now(f(1)).unwrap();
    for (end, got) in [(Good(2), Ok(2)), (Bad, Err(Down))] {
        clock.advance(SECOND * 50);
        WAITS.store(true, SeqCst);
        let mut refresh = Task::new(f(1));
        assert!(!refresh.poll());
        assert!(f::invalidate(1));
        WAITS.store(false, SeqCst);
        SAYS.set(end);
        assert!(refresh.poll());
        assert_eq!((refresh.finish(), f::peek(1)), (got, None));
        SAYS.set(Good(3));
        assert_eq!(now(f(1)), Ok(3));
    }
    // What was primed meanwhile is the last good value, and is not put off by the failure.
    clock.advance(SECOND * 50);
    WAITS.store(true, SeqCst);
    let mut refresh = Task::new(f(1));
    assert!(!refresh.poll());
    f::prime(1, Ok(7));
    WAITS.store(false, SeqCst);
    SAYS.set(Bad);
    assert!(refresh.poll());
    assert_eq!(refresh.finish(), Ok(7));
    clock.advance(SECOND * 49);
    SAYS.set(Good(8));
    assert_eq!(now(f(1)), Ok(7));
    clock.advance(SECOND);
    assert_eq!(now(f(1)), Ok(8));
}

#[test]
fn one_thread_of_many_refreshes() {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    #[memoize(lru = 8, refresh_after = "10s")]
    fn f(_x: u32) -> u32 {
        thread::sleep(Duration::from_millis(1));
        ASKED.fetch_add(1, Relaxed)
    }
    watched(|| {
        let clock = Mock::new();
        let _installed = clock.install();
        f(1);
        for round in 1..=20 {
            clock.advance(SECOND * 10);
            crate::support::on_threads(4, |_| {
                let _installed = clock.install();
                assert!((round - 1..=round).contains(&f(1)));
            });
            assert_eq!(ASKED.load(Relaxed), round + 1);
        }
        let info = f::cache_info();
        assert_eq!((info.misses, info.hits, info.refreshes), (21, 60, 20));
    });
}

#[test]
fn entries_with_jitter_do_not_end_together() {
    #[memoize(ttl = "100s", jitter = 0.1)]
    fn f(x: u32) -> u32 {
        x
    }
    #[memoize(ttl = "100s", jitter = half() - 0.4)]
    fn g(x: u32) -> u32 {
        x
    }
    fn half() -> f64 {
        0.5
    }
    let clock = Mock::new();
    let _installed = clock.install();
    for x in 0..1000 {
        assert_eq!((f(x), g(x)), (x, x));
    }
    clock.advance(Duration::from_millis(89_999));
    assert!((0..1000).all(|x| f::peek(x).is_some() && g::peek(x).is_some()));
    clock.advance(SECOND * 5);
    let left: HashSet<_> = (0..1000).filter(|&x| f::peek(x).is_some()).collect();
    assert!((400..600).contains(&left.len()), "{}", left.len());
    assert_ne!(left, (0..1000).filter(|&x| g::peek(x).is_some()).collect());
    clock.advance(SECOND * 5 + Duration::from_millis(1));
    assert!((0..1000).all(|x| f::peek(x).is_none() && g::peek(x).is_none()));
}

/// `Eq` that panics once, when it is armed.
mod comparisons {
    use super::{Bad, Good, Panics, SAYS};
    use super::{Cell, Mock, SECOND, Says, catch_unwind, memoize, source, watched};

    thread_local! {
        static ARMED: Cell<bool> = const { Cell::new(false) };
        static ARMS: Cell<bool> = const { Cell::new(false) };
    }

    #[derive(Clone, Hash, Debug)]
    #[allow(clippy::derived_hash_with_manual_eq)]
    struct Key(u32);

    impl PartialEq for Key {
        fn eq(&self, other: &Self) -> bool {
            assert!(!ARMED.take(), "as planned");
            self.0 == other.0
        }
    }

    impl Eq for Key {}

    #[memoize(refresh_after = "10s", cache_if = |value| value.is_some_and(|value| value > 0))]
    fn f(key: Key) -> Option<u32> {
        let _ = key;
        ARMED.set(ARMS.get());
        source().ok()
    }

    fn at_the_end_of(key: u32, says: Says) {
        watched(move || {
            let clock = Mock::new();
            let _installed = clock.install();
            SAYS.set(Good(1));
            assert_eq!(f(Key(key)), Some(1));
            clock.advance(SECOND * 11);
            SAYS.set(says);
            ARMS.set(true);
            let _ = catch_unwind(|| f(Key(key)));
            ARMS.set(false);
            ARMED.set(false);
            // Nobody computes it, and it is due still, or again.
            SAYS.set(Good(2));
            clock.advance(SECOND * 11);
            assert_eq!((f(Key(key)), f::peek(Key(key))), (Some(2), Some(Some(2))));
        });
    }

    #[test]
    fn that_panic_leave_no_flight() {
        at_the_end_of(1, Good(3));
        at_the_end_of(2, Good(0));
        at_the_end_of(3, Bad);
    }

    #[test]
    fn that_panic_while_the_body_unwinds_do_not_abort() {
        at_the_end_of(4, Panics);
    }
}

/// What began earlier and ends later is older.
mod overlaps {
    use super::{Cell, Mock, SECOND, Task, memoize};
    use crate::tasks::yields;

    thread_local! {
        static TABLE: Cell<u32> = const { Cell::new(1) };
        static MEANWHILE: Cell<Option<fn()>> = const { Cell::new(None) };
    }

    #[memoize(local, refresh_after = "10s", ttl = "20s")]
    fn row(key: u32) -> u32 {
        let value = TABLE.get() * key;
        if let Some(meanwhile) = MEANWHILE.take() {
            meanwhile();
        }
        value
    }

    #[test]
    fn a_renewal_is_older_than_a_refresh_that_began_after_it() {
        let clock = Mock::new();
        let _installed = clock.install();
        let newer = || {
            TABLE.set(2);
            assert_eq!(row::refresh(1), 2);
        };
        assert_eq!(row(1), 1);
        clock.advance(SECOND * 11);
        MEANWHILE.set(Some(newer));
        assert_eq!((row(1), row::peek(1)), (1, Some(2)));
        TABLE.set(1);
        MEANWHILE.set(Some(newer));
        assert_eq!((row::refresh(1), row::peek(1)), (1, Some(2)));
    }

    #[memoize(local, cache_if = |value| *value > 0)]
    async fn slow(key: u32) -> u32 {
        let value = TABLE.get() * key;
        yields(1).await;
        value
    }

    #[test]
    fn of_two_refreshes_the_one_that_began_later_stays() {
        let begun = |value| {
            TABLE.set(value);
            let mut task = Task::new(slow::refresh(1));
            assert!(!task.poll());
            task
        };
        let (first, second) = (begun(1), begun(2));
        assert_eq!((first.finish(), slow::peek(1)), (1, Some(1)));
        assert_eq!((second.finish(), slow::peek(1)), (2, Some(2)));
        let (first, second) = (begun(3), begun(4));
        assert_eq!((second.finish(), slow::peek(1)), (4, Some(4)));
        assert_eq!((first.finish(), slow::peek(1)), (3, Some(4)));
        let (first, second) = (begun(5), begun(0));
        assert_eq!((second.finish(), slow::peek(1)), (0, Some(4)), "not kept");
        assert_eq!((first.finish(), slow::peek(1)), (5, Some(5)));
        assert_eq!(Task::new(slow(1)).finish(), 5);
    }
}

/// Whichever comparison panics as a refresh begins, a later call refreshes.
#[test]
fn a_key_that_panics_does_not_end_refreshes() {
    thread_local! {
        static LEFT: Cell<u32> = const { Cell::new(u32::MAX) };
        static RUNS: Cell<u32> = const { Cell::new(0) };
    }
    #[expect(clippy::derived_hash_with_manual_eq, reason = "equal keys are written alike")]
    #[derive(Clone, Hash, Debug)]
    struct Key;
    impl Eq for Key {}
    impl PartialEq for Key {
        fn eq(&self, _: &Self) -> bool {
            LEFT.set(LEFT.get().checked_sub(1).expect("no comparison is left"));
            true
        }
    }
    #[memoize(capacity = 5, refresh_after = "10s")]
    fn due(_: Key) -> u32 {
        RUNS.set(RUNS.get() + 1);
        RUNS.get()
    }

    let clock = Mock::new();
    let _installed = clock.install();
    let mut panics = 0;
    for left in 0..8 {
        due::cache_clear();
        LEFT.set(u32::MAX);
        due(Key);
        clock.advance(11 * SECOND);
        LEFT.set(left);
        panics += u32::from(catch_unwind(|| due(Key)).is_err());
        LEFT.set(u32::MAX);
        let before = RUNS.get();
        clock.advance(11 * SECOND);
        assert_eq!(due(Key), before + 1, "after {left} comparisons");
    }
    assert!(panics > 2, "{panics}");
}
