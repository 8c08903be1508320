//! `ttl`, `idle`, `err_ttl` and `weak`: entries that end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::memoize;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn nothing_is_served_past_its_ttl() {
    #[memoize(lru = 8, ttl = "1m")]
    fn f(x: u32) -> u32 {
        x
    }
    let clock = Mock::new();
    let _installed = clock.install();
    f(1);
    clock.advance(SECOND * 59);
    f(1);
    assert_eq!((f::cache_info().hits, f::cache_info().misses), (1, 1));
    clock.advance(SECOND);
    assert_eq!(f::peek(1), None);
    assert_eq!(f::cache_info().len, 1, "not swept yet");
    assert!(!f::invalidate(1), "though it counts as expired from then on");
    f(1);
    clock.advance(SECOND * 60);
    f(1);
    let info = f::cache_info();
    assert_eq!((info.hits, info.misses, info.expirations), (1, 3, 2));
}

#[test]
fn the_ttl_begins_when_the_computation_ends() {
    #[memoize(ttl = "10s")]
    fn f(x: u32, clock: &Key) -> u32 {
        clock.0.advance(SECOND * 8);
        x
    }
    #[derive(Clone)]
    struct Key(Mock);
    impl PartialEq for Key {
        fn eq(&self, _: &Self) -> bool {
            true
        }
    }
    impl Eq for Key {}
    impl std::hash::Hash for Key {
        fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
    }
    let clock = Key(Mock::new());
    let _installed = clock.0.install();
    f(1, &clock);
    clock.0.advance(SECOND * 9);
    assert_eq!(f::peek(1, &clock), Some(1));
    clock.0.advance(SECOND);
    assert_eq!(f::peek(1, &clock), None);
}

#[test]
fn prime_and_refresh_restart_the_ttl() {
    #[memoize(ttl = Duration::from_secs(10))]
    fn f(x: u32) -> u32 {
        x
    }
    let clock = Mock::new();
    let _installed = clock.install();
    f(1);
    clock.advance(SECOND * 9);
    f::refresh(1);
    clock.advance(SECOND * 9);
    assert_eq!(f::peek(1), Some(1));
    f::prime(1, 2);
    clock.advance(SECOND * 9);
    assert_eq!(f(1), 2);
    clock.advance(SECOND);
    assert_eq!(f(1), 1);
}

#[test]
fn what_is_read_does_not_idle() {
    #[memoize(idle = "10s")]
    fn f(x: u32) -> u32 {
        x
    }
    let clock = Mock::new();
    let _installed = clock.install();
    f(1);
    for _ in 0..5 {
        clock.advance(SECOND * 9);
        assert_eq!(f(1), 1);
    }
    clock.advance(SECOND * 9);
    assert_eq!(f::peek(1), Some(1));
    clock.advance(SECOND);
    assert_eq!(f::peek(1), None, "a peek is no use");
    assert_eq!(f::cache_info().hits, 5);
}

#[test]
fn errors_have_a_ttl_of_their_own() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    #[memoize(err_ttl = "1s")]
    fn f(x: u32) -> Result<u32, String> {
        RUNS.fetch_add(1, Relaxed);
        x.checked_sub(1).ok_or_else(|| "zero".into())
    }
    let clock = Mock::new();
    let _installed = clock.install();
    for _ in 0..2 {
        assert_eq!((f(0), f(1)), (Err("zero".into()), Ok(0)));
    }
    assert_eq!(RUNS.load(Relaxed), 2);
    clock.advance(SECOND);
    assert_eq!((f(0), f(1)), (Err("zero".into()), Ok(0)));
    assert_eq!(RUNS.load(Relaxed), 3);
}

#[test]
fn one_off_keys_do_not_pile_up() {
    #[memoize(ttl = "100ms")]
    fn f(x: u32) -> u32 {
        x
    }
    let clock = Mock::new();
    let _installed = clock.install();
    for x in 0..10_000 {
        f(x);
        clock.advance(Duration::from_millis(1));
        assert!(f::cache_info().len <= 201);
    }
    let info = f::cache_info();
    assert_eq!(info.expirations + info.len as u64, 10_000);
}

#[test]
fn a_ttl_expression_is_evaluated_once() {
    static EVALUATED: AtomicU32 = AtomicU32::new(0);
    fn ttl() -> Duration {
        EVALUATED.fetch_add(1, Relaxed);
        SECOND
    }
    #[memoize(ttl = ttl())]
    fn f(x: u32) -> u32 {
        x
    }
    assert_eq!(EVALUATED.load(Relaxed), 0);
    let _ = f::cache_info();
    for x in 0..3 {
        f(x);
    }
    assert_eq!(EVALUATED.load(Relaxed), 1);
}

#[test]
fn a_ttl_of_zero_keeps_nothing() {
    #[memoize(ttl = Duration::ZERO)]
    fn f(x: u32) -> u32 {
        x
    }
    assert_eq!((f(1), f(1)), (1, 1));
    let info = f::cache_info();
    assert_eq!((info.hits, info.misses, info.len), (0, 2, 0));
}

#[test]
fn a_local_cache_has_a_ttl_too() {
    #[memoize(local, lru = 2, ttl = "1s", idle = "1s")]
    fn f(x: u32) -> u32 {
        x
    }
    let clock = Mock::new();
    let _installed = clock.install();
    f(1);
    f(1);
    clock.advance(SECOND);
    f(1);
    let info = f::cache_info();
    assert_eq!((info.hits, info.misses, info.expirations), (1, 2, 1));
}

/// Real time, without waiting for it: reads never see an entry older than the ttl by the system's clock.
#[test]
fn real_time_is_kept_to_the_granularity() {
    #[memoize(ttl = "20ms")]
    fn born(x: u32) -> std::time::Instant {
        let _ = x;
        std::time::Instant::now()
    }
    let end = std::time::Instant::now() + Duration::from_millis(200);
    while std::time::Instant::now() < end {
        let before = std::time::Instant::now();
        // Taken before the call: only what was over then must not be served.
        let age = before.saturating_duration_since(born(1));
        assert!(age <= Duration::from_micros(20_200), "{age:?}");
    }
    assert!(born::cache_info().misses >= 2);
}

#[test]
fn a_weak_cache_keeps_nothing_alive() {
    #[memoize(weak)]
    fn load(name: &str) -> Arc<String> {
        Arc::new(name.to_uppercase())
    }
    let a = load("a");
    assert!(Arc::ptr_eq(&a, &load("a")));
    assert_eq!(Arc::strong_count(&a), 1);
    assert_eq!((load::cache_info().hits, load::cache_info().len), (1, 1));
    drop(a);
    assert_eq!(load::peek("a"), None);
    assert!(!load::invalidate("a"));
    let a = load("a");
    assert_eq!((load::cache_info().misses, load::cache_info().len), (2, 1));
    load::refresh("a");
    assert_eq!(load::peek("a"), None, "the new one was dropped");
    load::prime("a", a.clone());
    assert!(Arc::ptr_eq(&a, &load("a")));
}

#[test]
fn dead_entries_are_swept() {
    #[memoize(weak)]
    fn f(x: u32) -> Arc<u32> {
        Arc::new(x)
    }
    let kept = f(0);
    for x in 1..1000 {
        f(x);
        assert!(f::cache_info().len <= 4);
    }
    assert!(Arc::ptr_eq(&kept, &f(0)));
}

#[test]
fn weak_results_and_handles() {
    #[weakcache::interned]
    #[derive(Debug)]
    struct Name {
        text: String,
    }
    #[memoize(weak)]
    fn name(text: &str) -> weakcache::Interned<Name> {
        Name::new(text)
    }
    #[memoize(weak, lru = 2)]
    fn fallible(x: u32) -> Result<Arc<u32>, String> {
        if x == 0 { Err("zero".into()) } else { Ok(Arc::new(x)) }
    }
    let a = name("a");
    assert!(weakcache::Interned::ptr_eq(&a, &name("a")));
    assert_eq!(name::cache_info().hits, 1);
    drop(a);
    assert!(Name::registry().is_empty());

    #[memoize(weak)]
    fn strong(x: u32) -> weakcache::Strong<u32> {
        weakcache::Strong::new(x)
    }

    let seven = strong(7);
    assert!(weakcache::Strong::ptr_eq(&seven, &strong(7)));
    drop(seven);
    assert!(strong::peek(7).is_none());
    let one = fallible(1).unwrap();
    assert!(Arc::ptr_eq(&one, &fallible(1).unwrap()));
    assert_eq!(fallible(0), Err("zero".into()));
}

#[test]
fn other_threads_see_the_clock_they_have() {
    #[memoize(ttl = "1h")]
    fn f(x: u32) -> u32 {
        x
    }
    let clock = Mock::new();
    let _installed = clock.install();
    f(1);
    clock.advance(SECOND * 3600);
    assert_eq!(f::peek(1), None);
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(f::peek(1), Some(1)));
        scope.spawn(|| {
            let _installed = clock.install();
            assert_eq!(f::peek(1), None);
        });
    });
}
