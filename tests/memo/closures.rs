//! `ttl_of` and `on_evict`: closures that are shown what is stored.

use crate::support::watched;
use crate::tasks::{Task, now};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::{CacheInfo, Cause, invalidate_tag, memoize};

const SECOND: Duration = Duration::from_secs(1);

/// A token of a service, and how many seconds it is good for.
#[derive(Clone, Debug, PartialEq)]
struct Token {
    text: String,
    seconds: u64,
}

type Answer = Result<Token, String>;

fn token(text: &str) -> Answer {
    match text.split_once(' ') {
        Some((text, seconds)) => {
            Ok(Token { text: text.into(), seconds: seconds.parse().map_err(|_| "no number".to_owned())? })
        }
        None => Err("no time".into()),
    }
}

#[test]
fn each_entry_has_its_own_time() {
    #[memoize(ttl_of = |text, token| Duration::from_secs(token.seconds) + SECOND * u32::try_from(text.len()).unwrap())]
    fn unbounded(text: &str) -> Answer {
        token(text)
    }
    #[memoize(lru = 8, ttl_of = |(text, more), token| Duration::from_secs(token.seconds + *more) + SECOND * u32::try_from(text.len()).unwrap())]
    fn bounded(text: &str, more: u64) -> Answer {
        let _ = more;
        token(text)
    }
    #[memoize(local, idle = "1h", ttl_of = |text: &String, token: &Token| Duration::from_secs(token.seconds) + SECOND * u32::try_from(text.len()).unwrap())]
    fn local(text: &str) -> Answer {
        token(text)
    }
    fn of(key: &(String, usize), token: &Token) -> Duration {
        Duration::from_secs(token.seconds) + SECOND * u32::try_from(key.1).unwrap()
    }
    #[memoize(key = (text.to_uppercase(), text.len()), ttl_of = of)]
    async fn task(text: &str) -> Answer {
        token(text)
    }
    type Peek = fn(&str) -> bool;
    type Call = fn(&str) -> Answer;
    let caches: [(Call, Peek); 4] = [
        (unbounded, |x| unbounded::peek(x).is_some()),
        (|x| bounded(x, 0), |x| bounded::peek(x, 0).is_some()),
        (local, |x| local::peek(x).is_some()),
        (|x| now(task(x)), |x| task::peek(x).is_some()),
    ];
    for (call, is_there) in caches {
        let clock = Mock::new();
        let _installed = clock.install();
        for text in ["a 10", "b 60"] {
            call(text).unwrap();
        }
        call("fails").unwrap_err();
        for (wait, a, b) in
            [(0, true, true), (13, true, true), (1, false, true), (49, false, true), (1, false, false)]
        {
            clock.advance(SECOND * wait);
            assert_eq!((is_there("a 10"), is_there("b 60")), (a, b), "{wait}");
        }
    }
}

#[test]
fn the_shorter_of_both_times_and_none() {
    #[memoize(ttl = "30s", ttl_of = |_, token| Duration::from_secs(token.seconds))]
    fn f(text: &str) -> Answer {
        token(text)
    }
    let clock = Mock::new();
    let _installed = clock.install();
    for text in ["a 10", "b 60", "c 0"] {
        f(text).unwrap();
    }
    assert_eq!(f::cache_info().len, 2, "zero keeps nothing");
    clock.advance(SECOND * 29);
    assert_eq!((f::peek("a 10"), f::peek("b 60").is_some()), (None, true));
    clock.advance(SECOND);
    assert_eq!(f::peek("b 60"), None);
    // A value that is not to be kept takes away what was there.
    f("a 10").unwrap();
    f::prime("a 10", token("x 5"));
    assert_eq!(f::peek("a 10").unwrap().unwrap().text, "x");
    clock.advance(SECOND * 5);
    assert_eq!(f::peek("a 10"), None);
    f("a 10").unwrap();
    f::prime("a 10", token("x 0"));
    assert_eq!(f::peek("a 10"), None);
    // A refresh has a time of its own; one that is not kept leaves what is there.
    f("a 10").unwrap();
    clock.advance(SECOND * 9);
    f::refresh("a 10").unwrap();
    clock.advance(SECOND * 9);
    assert!(f::peek("a 10").is_some());
}

#[test]
fn with_everything_else_about_time() {
    static FAILS: AtomicBool = AtomicBool::new(false);
    #[memoize(
        ttl_of = |_, token| Duration::from_secs(token.seconds),
        jitter = 0.1,
        refresh_after = "20s",
        stale_if_error = "1h",
        err_ttl = "5s",
        tags(text.to_owned()),
    )]
    fn f(text: &str) -> Answer {
        if FAILS.load(SeqCst) { Err("down".into()) } else { token(text) }
    }
    let clock = Mock::new();
    let _installed = clock.install();
    f("a 10").unwrap();
    f("b 100").unwrap();
    clock.advance(SECOND * 8);
    assert!(f::peek("a 10").is_some());
    clock.advance(SECOND * 2);
    assert!(f::peek("a 10").is_none());
    FAILS.store(true, SeqCst);
    assert_eq!(f("a 10").unwrap().text, "a");
    assert_eq!(f("c 10"), Err("down".into()));
    clock.advance(SECOND * 5);
    assert_eq!(f::cache_info().stale, 1);
    clock.advance(SECOND * 5);
    assert_eq!((f("b 100").unwrap().text.as_str(), f::cache_info().refreshes), ("b", 1));
    invalidate_tag(&String::from("a 10"));
    assert_eq!(f("a 10"), Err("down".into()));
}

#[test]
fn a_short_time_is_kept_to_beside_long_ones() {
    #[memoize(ttl_of = |millis, _| Duration::from_millis(*millis))]
    fn f(millis: u64) -> u64 {
        millis
    }
    assert_eq!((f(1_000_000), f(2)), (1_000_000, 2));
    let begin = std::time::Instant::now();
    while f::peek(2).is_some() {
        assert!(begin.elapsed() < SECOND * 20);
    }
    assert!(f::peek(1_000_000).is_some());
}

#[test]
fn a_panic_keeps_nothing() {
    static PANICS: AtomicBool = AtomicBool::new(true);
    #[memoize(lru = 4, ttl_of = |x, y| {
        assert!(!PANICS.load(SeqCst), "as planned");
        SECOND * (*x + *y)
    })]
    async fn f(x: u32) -> u32 {
        static WAITS: AtomicBool = AtomicBool::new(true);
        poll_fn(|_| if WAITS.swap(false, SeqCst) { Poll::Pending } else { Poll::Ready(()) }).await;
        x
    }
    let (mut first, mut second) = (Task::new(f(1)), Task::new(f(1)));
    assert!(!first.poll() && !second.poll());
    assert!(catch_unwind(std::panic::AssertUnwindSafe(|| first.poll())).is_err());
    assert_eq!((f::peek(1), f::cache_info().len), (None, 0));
    PANICS.store(false, SeqCst);
    assert!(second.is_awake());
    assert_eq!((second.finish(), f::peek(1)), (1, Some(1)));
    PANICS.store(true, SeqCst);
    assert!(catch_unwind(|| f::prime(1, 2)).is_err());
    assert_eq!(f::peek(1), Some(1));
}

#[test]
fn they_may_use_the_cache() {
    static LEFT: Mutex<Vec<(u32, u32, Cause)>> = Mutex::new(Vec::new());
    #[memoize(
        lru = 2,
        ttl_of = |x, _| SECOND * f::peek(x + 100).map_or(1000, |y| y + u32::from(f::cache_info().len > 1)),
        on_evict = |x, y, cause| {
            LEFT.lock().unwrap().push((*x, *y, cause));
            let _ = (f::peek(*x), f::invalidate(77), f::sweep(), f(1000));
        },
    )]
    fn f(x: u32) -> u32 {
        x + 1
    }
    watched(|| {
        for x in 0..4 {
            assert_eq!(f(x), x + 1);
        }
        assert_eq!(f::cache_info().len, 2);
        let left = LEFT.lock().unwrap().clone();
        assert_eq!(left[0], (0, 1, Cause::Capacity));
        f::cache_clear();
    });
}

/// Entries with the cause for which they left.
#[test]
fn every_cause() {
    static LEFT: Mutex<Vec<(String, u32, Cause)>> = Mutex::new(Vec::new());
    fn left() -> Vec<(String, u32, Cause)> {
        let mut left = std::mem::take(&mut *LEFT.lock().unwrap());
        left.sort_by(|a, b| a.0.cmp(&b.0));
        left
    }
    macro_rules! check {
        ($($options:tt)*) => {{
            #[memoize(
                lru = 3,
                ttl = "60s",
                tags(("cause", text.len())),
                on_evict = |text, value, cause| LEFT.lock().unwrap().push((text.clone(), *value, cause)),
                $($options)*
            )]
            fn f(text: &str) -> Result<u32, String> {
                static NEXT: AtomicU32 = AtomicU32::new(0);
                if text == "bad" { Err(text.into()) } else { Ok(NEXT.fetch_add(1, SeqCst)) }
            }
            let clock = Mock::new();
            let _installed = clock.install();
            let of = |text: &str, value, cause| (text.to_owned(), value, cause);
            for text in ["a", "bb", "ccc", "bad"] {
                let _ = f(text);
            }
            f::invalidate("zzz");
            assert_eq!(left(), []);
            f("dddd").unwrap();
            assert_eq!(left(), [of("a", 0, Cause::Capacity)]);
            f::invalidate("bb");
            assert_eq!(left(), [of("bb", 1, Cause::Invalidated)]);
            f::refresh("ccc").unwrap();
            f::prime("dddd", Ok(70));
            assert_eq!(left(), [of("ccc", 2, Cause::Replaced), of("dddd", 3, Cause::Replaced)]);
            invalidate_tag(&("cause", 3_usize));
            assert_eq!(left(), [], "when it is come upon");
            f::sweep();
            assert_eq!(left(), [of("ccc", 4, Cause::Invalidated)]);
            clock.advance(SECOND * 60);
            f("dddd").unwrap();
            assert_eq!(left(), [of("dddd", 70, Cause::Expired)]);
            f("e").unwrap();
            assert_eq!(f::retain(|text, _| text != "e"), 1);
            assert_eq!(left(), [of("e", 6, Cause::Invalidated)]);
            f("e").unwrap();
            f::set_capacity(1);
            assert_eq!(left(), [of("dddd", 5, Cause::Capacity)]);
            f::prime("e", Err("not kept".into()));
            assert_eq!(left(), [of("e", 7, Cause::Invalidated)]);
            f("e").unwrap();
            f::cache_clear();
            assert_eq!(left(), [of("e", 8, Cause::Invalidated)]);
            assert_eq!(f::cache_info().len, 0);
        }};
    }
    check!();
    check!(hasher = std::hash::RandomState);
}

#[test]
fn a_refresh_of_its_own_replaces() {
    static LEFT: Mutex<Vec<(u32, Arc<u32>, Cause)>> = Mutex::new(Vec::new());
    #[memoize(
        refresh_after = "10s",
        on_evict = |x, value, cause| LEFT.lock().unwrap().push((*x, Arc::clone(value), cause)),
    )]
    async fn f(x: u32) -> Arc<u32> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Arc::new(x + NEXT.fetch_add(1, SeqCst))
    }
    let clock = Mock::new();
    let _installed = clock.install();
    let first = now(f(10));
    clock.advance(SECOND * 10);
    assert_eq!(*now(f(10)), 11);
    let left = LEFT.lock().unwrap();
    assert!(matches!(left.as_slice(), [(10, value, Cause::Replaced)] if Arc::ptr_eq(value, &first)));
}

#[test]
fn errors_that_are_kept_on_the_side_are_not_shown() {
    static LEFT: Mutex<Vec<u32>> = Mutex::new(Vec::new());
    #[memoize(err_ttl = "1s", ttl_of = |_, value| SECOND * *value, on_evict = |_, value, _| LEFT.lock().unwrap().push(*value))]
    fn f(x: u32) -> Result<u32, ()> {
        if x == 0 { Err(()) } else { Ok(x) }
    }
    #[memoize(cache_errors, on_evict = |_, value, _| LEFT.lock().unwrap().push(value.unwrap_or(99)))]
    fn g(x: u32) -> Result<u32, ()> {
        if x == 0 { Err(()) } else { Ok(x) }
    }
    for x in [0, 1, 2] {
        let _ = (f(x), g(x));
    }
    f::cache_clear();
    LEFT.lock().unwrap().sort_unstable();
    assert_eq!(std::mem::take(&mut *LEFT.lock().unwrap()), [1, 2]);
    g::cache_clear();
    LEFT.lock().unwrap().sort_unstable();
    assert_eq!(*LEFT.lock().unwrap(), [1, 2, 99]);
}

/// A panic in it comes out of the call; the others are told, and the cache is whole.
#[test]
fn a_panic_in_on_evict_comes_out_of_the_call() {
    static TOLD: AtomicU32 = AtomicU32::new(0);
    static PANICS: AtomicBool = AtomicBool::new(true);
    #[memoize(lru = 2, ttl = "60s", on_evict = |_, _, _| {
        TOLD.fetch_add(1, SeqCst);
        assert!(!PANICS.load(SeqCst), "as planned");
    })]
    fn f(x: u32) -> Arc<u32> {
        Arc::new(x)
    }
    let clock = Mock::new();
    let _installed = clock.install();
    watched({
        let clock = clock.clone();
        move || {
            let _installed = clock.install();
            let held: Vec<_> = [1, 2].map(f).into();
            assert!(catch_unwind(|| f(3)).is_err());
            assert_eq!((f::peek(3).as_deref(), f::cache_info().len), (Some(&3), 2));
            assert_eq!(Arc::strong_count(&held[0]), 1, "what left is dropped");
            clock.advance(SECOND * 60);
            // In a call that finds its own entry expired: the next may compute.
            assert!(catch_unwind(|| f(3)).is_err());
            PANICS.store(false, SeqCst);
            assert_eq!(*f(3), 3);
            PANICS.store(true, SeqCst);
            f(4);
            TOLD.store(0, SeqCst);
            assert!(catch_unwind(f::cache_clear).is_err());
            assert_eq!((TOLD.load(SeqCst), f::cache_info().len), (2, 0), "both");
            f(1);
            assert!(catch_unwind(|| f::invalidate(1)).is_err());
            assert_eq!(f::peek(1), None);
            f(1);
            assert!(catch_unwind(|| f::refresh(1)).is_err());
            assert!(catch_unwind(|| f::prime(1, Arc::new(7))).is_err());
            assert_eq!(f::peek(1), Some(Arc::new(7)));
            assert!(catch_unwind(|| f::retain(|_, _| false)).is_err());
            f(1);
            clock.advance(SECOND * 60);
            assert!(catch_unwind(f::sweep).is_err());
            assert_eq!(f::cache_info().len, 0);
        }
    });
}

/// Keys and values of generic functions, of methods, of many arguments.
mod shapes {
    use super::*;
    use std::hash::Hash;

    static LEFT: Mutex<BTreeMap<String, Cause>> = Mutex::new(BTreeMap::new());

    fn note(what: &impl std::fmt::Debug, cause: Cause) {
        LEFT.lock().unwrap().insert(format!("{what:?}"), cause);
    }

    #[memoize(on_evict = |x, y, cause| note(&(x, y), cause), ttl_of = |_, _| SECOND)]
    fn generic<T: Clone + Eq + Hash + Send + Sync + std::fmt::Debug + 'static>(x: T) -> (T,) {
        (x,)
    }

    type Alias<T> = Result<T, String>;

    #[memoize(on_evict = |(a, b, c, d, (e, g), h, i), y, cause| note(&(a.len() + b.len(), c, d, e, g, h, i, *y + 1), cause))]
    #[expect(clippy::too_many_arguments)]
    fn many(a: &str, b: String, c: u8, d: Option<&str>, (e, g): (u8, &str), h: u8, i: u8) -> Alias<u32> {
        let _ = (e, g, h, i, d, c);
        u32::try_from(a.len() + b.len()).map_err(|e| e.to_string())
    }

    #[memoize(on_evict = |key, y, cause| note(&(key.0 + 1, &key.1, y), cause), key = (*x + *y, format!("{x}")))]
    fn keyed(x: u64, y: u64) -> u64 {
        x * y
    }

    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    struct Thing(u8);

    #[memoize]
    impl Thing {
        #[memoize(on_evict = |(this, x), y, cause| note(&(this, x, y), cause))]
        fn method(&self, x: u8) -> u8 {
            self.0 + x
        }

        #[memoize(on_evict = |x, y, cause| note(&("alone", x, y), cause), controls = false, skip(self), lru = 1)]
        async fn quiet(&self, x: u8) -> u8 {
            self.0 + x
        }
    }

    #[test]
    fn all() {
        generic("text");
        generic(7_u8);
        many("a", "bc".into(), 1, Some("d"), (2, "e"), 3, 4).unwrap();
        keyed(2, 3);
        Thing(1).method(2);
        now(Thing(1).quiet(1));
        now(Thing(1).quiet(2));
        generic::cache_clear::<&str>();
        generic::cache_clear::<u8>();
        many::cache_clear();
        keyed::cache_clear();
        Thing::method_cache_clear();
        let left: Vec<_> =
            LEFT.lock().unwrap().iter().map(|(what, cause)| format!("{what} {cause:?}")).collect();
        assert_eq!(
            left,
            [
                "(\"alone\", 1, 2) Capacity",
                "(\"text\", (\"text\",)) Invalidated",
                "(3, 1, Some(\"d\"), 2, \"e\", 3, 4, 4) Invalidated",
                "(6, \"2\", 6) Invalidated",
                "(7, (7,)) Invalidated",
                "(Thing(1), 2, 3) Invalidated",
            ]
        );
    }
}

/// A cache in a value tells nothing when it goes with that.
#[test]
fn not_when_a_cache_is_dropped() {
    static TOLD: AtomicU32 = AtomicU32::new(0);
    #[derive(Default)]
    struct Service {
        memo: weakcache::Memo,
    }
    #[memoize]
    impl Service {
        #[memoize(in(self.memo), lru = 2, on_evict = |_, _, _| { TOLD.fetch_add(1, SeqCst); }, ttl_of = |x, _| SECOND * *x)]
        fn f(&self, x: u32) -> String {
            x.to_string()
        }
    }
    let service = Service::default();
    for x in 1..4 {
        service.f(x);
    }
    assert_eq!(TOLD.load(SeqCst), 1);
    drop(service);
    assert_eq!(TOLD.load(SeqCst), 1);
}

#[test]
fn what_an_invalidation_finds_dead() {
    static LEFT: Mutex<Vec<(u32, Cause)>> = Mutex::new(Vec::new());
    #[memoize(ttl = "10s", tags(*x), on_evict = |x, _, cause| LEFT.lock().unwrap().push((*x, cause)))]
    fn f(x: u32) -> u32 {
        x
    }
    let clock = Mock::new();
    let _installed = clock.install();
    f(9001);
    f(9002);
    invalidate_tag(&9001_u32);
    assert!(!f::invalidate(9001));
    assert_eq!(f::cache_info().expirations, 0);
    clock.advance(SECOND * 11);
    assert!(!f::invalidate(9002));
    assert_eq!(f::cache_info().expirations, 1);
    assert_eq!(*LEFT.lock().unwrap(), [(9001, Cause::Invalidated), (9002, Cause::Expired)]);
}

/// What had expired before a clear has left by that; a clear counts nothing.
#[test]
fn a_clear_takes_the_expired_for_what_they_are() {
    static LEFT: Mutex<Vec<(u32, Cause)>> = Mutex::new(Vec::new());

    #[memoize(ttl = "10s", on_evict = |x, _, cause| LEFT.lock().unwrap().push((*x, cause)))]
    fn f(x: u32) -> u32 {
        x
    }

    let clock = Mock::new();
    let _installed = clock.install();
    f(1);
    clock.advance(Duration::from_secs(6));
    f(2);
    clock.advance(Duration::from_secs(6));
    f::cache_clear();
    assert_eq!(*LEFT.lock().unwrap(), [(1, Cause::Expired), (2, Cause::Invalidated)]);
    assert_eq!(f::cache_info(), CacheInfo::default());
}

/// Also what has expired, and is spared for the place of an error: whatever takes it out.
#[test]
fn what_is_spared_has_expired_all_the_same() {
    static LEFT: Mutex<Vec<(u32, Cause)>> = Mutex::new(Vec::new());

    #[memoize(lru = 9, ttl = "10s", stale_if_error = "60s", on_evict = |x, _, cause| LEFT.lock().unwrap().push((*x, cause)))]
    fn f(x: u32) -> Result<u32, ()> {
        if x == 0 { Err(()) } else { Ok(x) }
    }

    let clock = Mock::new();
    let _installed = clock.install();
    for (number, takes_out) in [
        (|| _ = f::invalidate(1)) as fn(),
        || f::cache_clear(),
        || f::set_capacity(0),
        || _ = f::retain(|_, _| false),
        || _ = f::refresh(1),
        || f::prime(1, Ok(2)),
    ]
    .into_iter()
    .enumerate()
    {
        let _ = f(1);
        clock.advance(Duration::from_secs(11));
        takes_out();
        assert_eq!(LEFT.lock().unwrap().drain(..).collect::<Vec<_>>(), [(1, Cause::Expired)], "{number}");
        let counted = u64::from(number != 1);
        assert_eq!((f::cache_info().expirations, f::cache_info().evictions), (counted, 0), "{number}");
        f::cache_clear();
        f::set_capacity(9);
        LEFT.lock().unwrap().clear();
    }
}
