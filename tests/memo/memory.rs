//! What a cache keeps of memory, and what it gives back.

use crate::support::alloc::live_bytes;
use std::sync::Arc;
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::{caches, memoize};

const SECOND: Duration = Duration::from_secs(1);
const MANY: u64 = 20_000;

/// How many bytes this thread has allocated, and not freed, since `before`.
fn since(before: isize) -> usize {
    usize::try_from(live_bytes() - before).unwrap_or(0)
}

#[test]
fn what_is_invalidated_gives_its_memory_back() {
    #[memoize]
    fn f(x: u64) -> u64 {
        x
    }
    f(MANY); // makes the cache
    let before = live_bytes();
    (0..MANY).for_each(|x| assert_eq!(f(x), x));
    let full = since(before);
    (10..=MANY).for_each(|x| assert!(f::invalidate(x)));
    assert!(since(before) * 20 < full, "{} of {full} bytes are left", since(before));
    assert_eq!(f::cache_info().len, 10);
    (0..10).for_each(|x| assert_eq!(f::peek(x), Some(x)));
    f::cache_clear();
    assert!(since(before) < 200, "{} bytes are left", since(before));
}

/// A slot, two words of the index, and nothing else; where hits are noted, a word more, and half a word for one that left.
#[test]
fn what_a_policy_remembers_is_paid_for_by_its_caches() {
    #[memoize(lru = 20_000)]
    fn exact(x: u64) -> u64 {
        x
    }
    #[memoize(capacity = 20_000)]
    fn noted(x: u64) -> u64 {
        x
    }
    let slots = 20_000_usize.next_power_of_two();
    let takes = |f: fn(u64) -> u64| {
        f(0); // makes the cache
        let before = live_bytes();
        (0..3 * MANY).for_each(|x| assert_eq!(f(x), x));
        since(before)
    };
    let (exact, noted) = (takes(exact), takes(noted));
    assert!(exact <= slots * (32 + 16), "{exact} bytes");
    assert!(noted <= slots * (40 + 16) + 20_000 * 9 / 2, "{noted} bytes");
}

#[test]
fn what_a_policy_remembers_is_counted_and_goes_with_the_last() {
    #[memoize(capacity = 20_000, name = "of many that left")]
    fn f(x: u64) -> u64 {
        x
    }
    let bytes = || caches().find(|report| report.name == "of many that left").expect("it is listed").bytes;
    f(0); // makes the cache
    let (before, listed) = (live_bytes(), bytes());
    (0..3 * MANY).for_each(|x| assert_eq!(f(x), x));
    assert_eq!(bytes() - listed, since(before), "of tables and slots, and what has left");
    // An entry that is left may have to give way to what comes back.
    let last = (0..3 * MANY).rfind(|x| f::peek(*x).is_some()).unwrap();
    (0..3 * MANY).filter(|x| *x != last).for_each(|x| _ = f::invalidate(x));
    f::sweep();
    assert_eq!(f::cache_info().len, 1);
    assert!((72_000..90_000).contains(&since(before)), "{} bytes are left", since(before));
    assert!(f::invalidate(last));
    f::sweep();
    assert!(since(before) < 200, "{} bytes are left", since(before));
}

#[test]
fn what_a_policy_remembers_becomes_less_with_the_bound() {
    #[memoize(capacity = 20_000)]
    fn f(x: u64) -> u64 {
        x
    }
    f(0); // makes the cache
    let before = live_bytes();
    (0..3 * MANY).for_each(|x| assert_eq!(f(x), x));
    f::set_capacity(200);
    f::sweep();
    assert_eq!(f::cache_info().len, 200);
    let slots = 200_usize.next_power_of_two();
    assert!(since(before) < slots * (40 + 32) + 200 * 8, "{} bytes are left", since(before));
    f::cache_clear();
    assert!(since(before) < 200, "{} bytes are left", since(before));
}

#[test]
fn what_expires_gives_its_memory_back_as_others_come() {
    #[memoize(ttl = "1m")]
    fn f(x: u64) -> u64 {
        x
    }
    let clock = Mock::new();
    let _installed = clock.install();
    f(0);
    let before = live_bytes();
    (0..MANY).for_each(|x| assert_eq!(f(x), x));
    let full = since(before);
    clock.advance(SECOND * 61);
    // Each of them takes a few of the old along.
    (MANY..MANY + MANY / 2).for_each(|x| {
        f(x);
        f::invalidate(x);
    });
    assert_eq!(f::cache_info().len, 0);
    assert!(since(before) * 20 < full, "{} of {full} bytes are left", since(before));
}

#[test]
fn a_sweep_drops_what_is_expired_or_dead_at_once() {
    #[memoize(lru = 50_000, ttl = "1m", err_ttl = "1s")]
    fn f(x: u64) -> Result<u64, u64> {
        if x.is_multiple_of(10) { Ok(x) } else { Err(x) }
    }
    #[memoize(weak)]
    fn w(x: u64) -> Arc<u64> {
        Arc::new(x)
    }
    #[memoize(local, idle = "1s")]
    fn l(x: u64) -> u64 {
        x
    }
    let clock = Mock::new();
    let _installed = clock.install();
    assert_eq!((f::sweep(), w::sweep(), l::sweep()), (0, 0, 0), "no cache yet");
    f(0).unwrap();
    l(0);
    let held = w(0);
    let before = live_bytes();
    for x in 1..1000 {
        let _ = f(x);
        w(x);
        l(x);
    }
    let full = since(before);
    clock.advance(SECOND * 2);
    assert_eq!(f::sweep(), 900);
    assert_eq!(f::cache_info().len, 100);
    assert_eq!(f::cache_info().expirations, 900);
    // An insertion sweeps too, so most of the dead are gone already.
    assert!(w::sweep() <= 999);
    assert_eq!(w::cache_info().len, 1);
    assert!(Arc::ptr_eq(&w(0), &held));
    assert_eq!(l::sweep(), 1000);
    assert!(since(before) * 5 < full, "{} of {full} bytes are left", since(before));
    assert_eq!((f::sweep(), w::sweep(), l::sweep()), (0, 0, 0));
}

#[test]
fn entries_that_remain_survive_the_moves_of_a_shrinking_table() {
    #[memoize(lru = 5000)]
    fn f(x: u64) -> String {
        x.to_string()
    }
    (0..5000).for_each(|x| drop(f(x)));
    (0..5000).filter(|x| x % 100 != 7).for_each(|x| assert!(f::invalidate(x)));
    let info = f::cache_info();
    assert_eq!((info.len, info.evictions), (50, 0));
    // The order of use is what it was: the oldest go first.
    (5000..10_000 - 25).for_each(|x| drop(f(x)));
    assert_eq!(f::cache_info().evictions, 25);
    for x in (7..5000).step_by(100) {
        assert_eq!(f::peek(x).is_some(), x >= 2500, "{x}");
    }
}

#[test]
fn a_computation_in_progress_survives_them_too() {
    #[memoize]
    fn f(x: u64) -> u64 {
        if x == 1_000_000 {
            (0..1000).for_each(|x| assert!(f::invalidate(x)));
            f::sweep();
        }
        x
    }
    (0..1000).for_each(|x| assert_eq!(f(x), x));
    assert_eq!(f(1_000_000), 1_000_000);
    assert_eq!((f::cache_info().len, f::peek(1_000_000)), (1, Some(1_000_000)));
}

#[test]
fn a_key_does_not_keep_memory_that_it_does_not_use() {
    #[memoize(key = { let mut key = String::with_capacity(100_000); key.push_str(x); key })]
    fn whole(x: &str) -> usize {
        x.len()
    }
    #[memoize]
    fn owned(x: String) -> usize {
        x.len()
    }
    whole("");
    owned(String::new());
    let before = live_bytes();
    for x in 0..50 {
        whole(&x.to_string());
        let mut text = String::with_capacity(100_000);
        text.push_str(&x.to_string());
        owned(text);
    }
    assert!(since(before) < 50_000, "{} bytes", since(before));
}

#[test]
fn what_is_expired_goes_before_what_lives() {
    #[memoize(lru = 4, ttl = "1m")]
    fn f(x: u32) -> u32 {
        x
    }
    let clock = Mock::new();
    let _installed = clock.install();
    f(1);
    clock.advance(SECOND * 30);
    (2..=4).for_each(|x| assert_eq!(f(x), x));
    clock.advance(SECOND * 29);
    f(1); // the most recently used, and the eldest
    clock.advance(SECOND);
    f(5);
    let info = f::cache_info();
    assert_eq!((info.len, info.evictions, info.expirations), (4, 0, 1));
    assert_eq!([1, 2, 3, 4, 5].map(f::peek), [None, Some(2), Some(3), Some(4), Some(5)]);

    // Where errors live for less, the one that expires may be any.
    #[memoize(lru = 64, ttl = "1m", err_ttl = "1s")]
    fn g(x: u32) -> Result<u32, u32> {
        if x.is_multiple_of(2) { Ok(x) } else { Err(x) }
    }
    (0..64).for_each(|x| assert!(g(x).is_ok() == (x % 2 == 0)));
    clock.advance(SECOND * 2);
    (64..96).for_each(|x| assert!(g(x).is_ok() == (x % 2 == 0)));
    let info = g::cache_info();
    assert_eq!(info.evictions + info.expirations, 32);
    assert!(info.expirations >= 20, "{info}");
}

#[test]
fn a_victim_that_has_expired_counts_as_such() {
    #[memoize(lru = 2, ttl = "1m")]
    fn f(x: u32) -> u32 {
        x
    }
    let clock = Mock::new();
    let _installed = clock.install();
    f(1);
    f(2);
    clock.advance(SECOND * 60);
    f(3);
    f(4);
    let info = f::cache_info();
    assert_eq!((info.evictions, info.expirations), (0, 2));
}

#[test]
fn a_burst_of_computations_gives_its_memory_back() {
    use std::pin::Pin;
    use std::task::{Context, Waker};

    #[memoize(lru = 16)]
    async fn f(x: u32, wait: bool) -> u32 {
        if wait {
            std::future::pending::<()>().await;
        }
        x
    }
    let poll = |x: u32, wait: bool| {
        let mut call: Pin<Box<dyn Future<Output = u32>>> = Box::pin(f(x, wait));
        let ready = call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
        (ready, call)
    };
    assert!(poll(0, false).0);
    let before = live_bytes();
    let burst: Vec<_> = (0..20_000).map(|x| poll(x, true).1).collect();
    let full = since(before);
    drop(burst);
    (0..40_000).for_each(|x| assert!(poll(x, false).0));
    assert!(since(before) * 50 < full, "{} of {full} bytes are left", since(before));
}

#[test]
fn a_flight_that_pins_the_table_lets_go() {
    #[memoize(cache_if = |x| *x != 1_000_000)]
    fn f(x: u64) -> u64 {
        if x == 1_000_000 {
            f::cache_clear();
        }
        x
    }
    f(0);
    let before = live_bytes();
    (0..MANY).for_each(|x| assert_eq!(f(x), x));
    let full = since(before);
    f(1_000_000);
    assert!(since(before) * 50 < full, "{} of {full} bytes are left", since(before));
}

#[test]
fn what_is_primed_and_not_kept_takes_what_was_there_along() {
    #[memoize]
    fn f(x: u32) -> Result<u32, String> {
        if x == 0 { Err("none".into()) } else { Ok(x) }
    }
    assert_eq!(f(1), Ok(1));
    f::prime(1, Err("gone".into()));
    assert_eq!(f::peek(1), None);
}
