//! The controls and the counters.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use weakcache::{CacheInfo, memoize};

use crate::support::Random;

fn counts(info: CacheInfo) -> (u64, u64, usize) {
    (info.hits, info.misses, info.len)
}

#[test]
fn info_before_the_first_call() {
    #[memoize(lru = 3)]
    #[allow(dead_code, reason = "it is not called")]
    fn f(x: u32) -> u32 {
        x
    }
    let info = f::cache_info();
    assert_eq!((info.hits, info.misses, info.len, info.capacity), (0, 0, 0, Some(3)));
    f::cache_clear();
    assert_eq!(f::peek(1), None);
    assert!(!f::invalidate(1));
    assert_eq!(f::cache_info(), info);
}

/// `test_lru` of Python: exact counters for exact orders.
#[test]
fn lru_evicts_exactly_the_least_recently_used() {
    #[memoize(lru = 20)]
    fn orig(x: i32, y: i32) -> i32 {
        3 * x + y
    }
    assert_eq!(orig::cache_info().capacity, Some(20));
    let mut random = Random(1);
    for _ in 0..1000 {
        let (x, y) = ((random.next() % 5) as i32, (random.next() % 5) as i32);
        assert_eq!(orig(x, y), 3 * x + y);
    }
    let info = orig::cache_info();
    assert!(info.hits > info.misses);
    assert_eq!((info.hits + info.misses, info.len), (1000, 20));
    assert_eq!(info.misses - info.evictions, 20);

    orig::cache_clear();
    assert_eq!(counts(orig::cache_info()), (0, 0, 0));
    for y in 0..20 {
        orig(0, y);
    }
    orig(0, 0);
    orig(0, 20); // evicts (0, 1)
    assert_eq!((orig::peek(0, 0), orig::peek(0, 1), orig::peek(0, 2)), (Some(0), None, Some(2)));
    assert_eq!(orig::cache_info().evictions, 1);
}

#[test]
fn peek_has_no_effect() {
    #[memoize(lru = 2)]
    fn f(x: u32) -> u32 {
        x
    }
    f(1);
    f(2);
    assert_eq!(f::peek(1), Some(1));
    f(3); // evicts 1, since the peek was none of its uses
    assert_eq!((f::peek(1), f::peek(2), f::peek(3)), (None, Some(2), Some(3)));
    assert_eq!(counts(f::cache_info()), (0, 3, 2));
}

#[test]
fn refresh_and_prime_make_the_most_recent() {
    static VERSION: AtomicU32 = AtomicU32::new(0);
    #[memoize(lru = 2)]
    fn f(x: u32) -> u32 {
        x * 10 + VERSION.load(Relaxed)
    }
    assert_eq!((f(1), f(2)), (10, 20));
    VERSION.store(1, Relaxed);
    assert_eq!(f(1), 10);
    assert_eq!(f::refresh(2), 21);
    assert_eq!(f::uncached(1), 11);
    assert_eq!(f(2), 21);
    f(1);
    f::refresh(2);
    f(3); // evicts 1
    assert_eq!((f::peek(1), f::peek(2)), (None, Some(21)));
    f::prime(2, 99);
    f(4); // evicts 3
    assert_eq!((f(2), f::peek(3)), (99, None));
    let info = f::cache_info();
    assert_eq!((info.hits, info.misses, info.evictions), (4, 6, 2));
}

#[test]
fn a_refresh_that_fails_leaves_the_old_result() {
    static FAIL: AtomicBool = AtomicBool::new(false);
    #[memoize]
    fn f(x: u32) -> Result<u32, String> {
        if FAIL.load(Relaxed) { Err("failed".into()) } else { Ok(x) }
    }
    #[memoize]
    fn g(x: u32) -> u32 {
        assert!(!FAIL.load(Relaxed));
        x
    }
    assert_eq!((f(1), g(1)), (Ok(1), 1));
    FAIL.store(true, Relaxed);
    assert_eq!(f::refresh(1), Err("failed".into()));
    assert!(catch_unwind(|| g::refresh(1)).is_err());
    assert_eq!((f(1), g(1)), (Ok(1), 1));
    assert_eq!((f::cache_info().misses, g::cache_info().misses), (2, 2));
}

#[test]
fn a_result_invalidated_in_its_computation_is_not_stored() {
    #[memoize]
    fn f(x: u32, how: u32) -> u32 {
        match how {
            0 => assert!(!f::invalidate(x, how)),
            1 => f::cache_clear(),
            2 => f::prime(x, how, 77),
            _ => {}
        }
        x
    }
    assert_eq!((f(1, 0), f::peek(1, 0)), (1, None));
    assert_eq!((f(1, 1), f::peek(1, 1)), (1, None));
    assert_eq!((f(1, 2), f::peek(1, 2)), (1, Some(77)));
    assert_eq!((f(1, 3), f::peek(1, 3)), (1, Some(1)));
}

#[test]
fn the_first_of_two_results_stays() {
    static DEPTH: AtomicU32 = AtomicU32::new(0);
    #[memoize]
    fn f(x: u32) -> u32 {
        let depth = DEPTH.fetch_add(1, Relaxed);
        // A call of its own key computes, rather than wait for itself.
        if depth < 3 { f(x) } else { depth }
    }
    assert_eq!(f(1), 3);
    assert_eq!(counts(f::cache_info()), (0, 4, 1));
    assert_eq!(f(1), 3);
}

#[test]
fn a_panic_caches_nothing() {
    static FAIL: AtomicBool = AtomicBool::new(true);
    #[memoize(lru = 1)]
    fn f(x: u32) -> u32 {
        assert!(!FAIL.load(Relaxed), "told to");
        x
    }
    for _ in 0..2 {
        assert!(catch_unwind(|| f(1)).is_err());
    }
    assert_eq!(counts(f::cache_info()), (0, 2, 0));
    FAIL.store(false, Relaxed);
    assert_eq!((f(1), f(1)), (1, 1));
    assert_eq!(counts(f::cache_info()), (1, 3, 1));
}

/// Python's reentrancy test: a call from inside of the same function.
#[test]
fn recursion() {
    #[memoize(lru = 128)]
    fn fib(n: u32) -> u64 {
        if n < 2 { u64::from(n) } else { fib(n - 1) + fib(n - 2) }
    }
    #[memoize]
    fn even(n: u32) -> bool {
        n == 0 || odd(n - 1)
    }
    #[memoize]
    fn odd(n: u32) -> bool {
        n != 0 && even(n - 1)
    }
    let results: Vec<u64> = (0..16).map(fib).collect();
    assert_eq!(results, [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610]);
    assert_eq!(counts(fib::cache_info()), (28, 16, 16));
    assert!(even(100) && !odd(100));
    assert_eq!(counts(even::cache_info()), (0, 101, 101));
}

#[test]
fn deep_recursion_under_single_flight() {
    #[memoize]
    fn depth(n: u32) -> u32 {
        if n == 0 { 0 } else { depth(n - 1) + 1 }
    }
    let deep = std::thread::Builder::new().stack_size(64 << 20).spawn(|| depth(5000)).unwrap();
    assert_eq!(deep.join().unwrap(), 5000);
    assert_eq!(counts(depth::cache_info()), (0, 5001, 5001));
}

#[test]
fn an_lru_of_zero_passes_calls_through() {
    const NONE: usize = 0;
    #[memoize(lru = NONE)]
    fn f(x: u32) -> u32 {
        x
    }
    assert_eq!((f(1), f(1), f::refresh(1)), (1, 1, 1));
    f::prime(1, 5);
    let info = f::cache_info();
    assert_eq!((info.hits, info.misses, info.len, info.capacity), (0, 3, 0, Some(0)));
    assert_eq!(f::peek(1), None);
}

#[test]
fn lru_takes_a_const_expression() {
    #[memoize(lru = N * 2)]
    fn f<const N: usize>(x: usize) -> usize {
        x + N
    }
    f::<1>(1);
    assert_eq!(f::cache_info::<1>().capacity, Some(2));
    assert_eq!(f::cache_info::<4>().capacity, Some(8));
}

#[test]
fn errors_are_not_kept_unless_asked() {
    type Alias = Result<u32, NotClone>;
    #[derive(Debug, PartialEq)]
    struct NotClone(u32);
    static RUNS: AtomicU32 = AtomicU32::new(0);

    #[memoize]
    fn by_type(x: u32) -> Alias {
        RUNS.fetch_add(1, Relaxed);
        if x == 0 { Err(NotClone(x)) } else { Ok(x) }
    }
    #[memoize(cache_errors)]
    fn kept(x: u32) -> Result<u32, String> {
        RUNS.fetch_add(1, Relaxed);
        if x == 0 { Err("zero".into()) } else { Ok(x) }
    }
    #[memoize]
    fn generic<T: Clone + Send + Sync + 'static>(x: Option<u32>, value: fn() -> T) -> Result<T, NotClone> {
        RUNS.fetch_add(1, Relaxed);
        x.map(|_| value()).ok_or(NotClone(0))
    }
    for _ in 0..2 {
        assert_eq!((by_type(0), by_type(1)), (Err(NotClone(0)), Ok(1)));
    }
    assert_eq!(RUNS.swap(0, Relaxed), 3);
    assert_eq!(by_type::cache_info().len, 1);
    by_type::prime(7, Err(NotClone(7)));
    assert_eq!(by_type::peek(7), None);
    by_type::prime(7, Ok(8));
    assert_eq!(by_type(7), Ok(8));

    for _ in 0..2 {
        assert_eq!((kept(0), kept(1)), (Err("zero".into()), Ok(1)));
    }
    assert_eq!(RUNS.swap(0, Relaxed), 2);

    for _ in 0..2 {
        assert_eq!((generic(None, || 'x'), generic(Some(1), || 'x')), (Err(NotClone(0)), Ok('x')));
    }
    assert_eq!(RUNS.swap(0, Relaxed), 3);
}

#[test]
fn boxed_errors_need_be_nothing() {
    #[memoize]
    fn parse(text: &str) -> Result<u32, Box<dyn std::error::Error>> {
        Ok(text.parse()?)
    }
    assert_eq!(parse("5").unwrap(), 5);
    assert!(parse("x").is_err());
    assert_eq!(parse::peek("5").unwrap().unwrap(), 5);
    assert_eq!(counts(parse::cache_info()), (0, 2, 1));
}

#[test]
fn cache_if_decides() {
    #[memoize(cache_if = Option::is_some)]
    fn find(x: u32) -> Option<u32> {
        (x > 1).then_some(x)
    }
    assert_eq!((find(1), find(1), find(2), find(2)), (None, None, Some(2), Some(2)));
    assert_eq!(counts(find::cache_info()), (1, 3, 1));
    find::prime(1, None);
    assert_eq!(find::peek(1), Some(None), "what is primed is not asked about");
}

#[test]
fn a_panic_of_cache_if_reaches_the_caller() {
    #[memoize(cache_if = |x| if *x == 0 { panic!("zero") } else { true })]
    fn f(x: u32) -> u32 {
        x
    }
    assert!(catch_unwind(|| f(0)).is_err());
    assert_eq!((f(1), f::peek(0)), (1, None));
}

#[test]
fn names_of_arguments_collide_with_nothing() {
    #[memoize(lru = 8)]
    #[expect(clippy::too_many_arguments)]
    fn f(value: u8, key: u8, cache: u8, ticket: u8, slot: u8, work: u8, kind: u8, memo: u8, f: u8) -> u8 {
        value + key + cache + ticket + slot + work + kind + memo + f
    }
    assert_eq!(f(1, 1, 1, 1, 1, 1, 1, 1, 1), 9);
    f::prime(2, 1, 1, 1, 1, 1, 1, 1, 1, 100);
    assert_eq!(f(2, 1, 1, 1, 1, 1, 1, 1, 1), 100);
    assert_eq!(f::refresh(2, 1, 1, 1, 1, 1, 1, 1, 1), 10);
}

#[test]
fn raw_names() {
    #[memoize]
    fn r#match(r#type: u8) -> u8 {
        r#type
    }
    assert_eq!((r#match(1), r#match::cache_info().len), (1, 1));
}

#[test]
fn renamed_controls_leave_the_name_free() {
    mod price {
        #[weakcache::memoize(controls = "price_cache")]
        pub fn price(x: u32) -> u32 {
            x
        }
    }
    use price::price;
    use price::price_cache;
    assert_eq!(price(1), 1);
    assert_eq!(price_cache::cache_info().len, 1);
}

/// Against a list kept in the order of use.
#[test]
fn agrees_with_a_plain_lru_over_many_random_operations() {
    #[memoize(lru = 16)]
    fn f(x: u64) -> u64 {
        x * 3
    }
    let mut random = Random(7);
    let mut list: Vec<(u64, u64)> = Vec::new();
    let (mut hits, mut misses, mut evictions) = (0, 0, 0);
    for _ in 0..1_000_000 {
        let key = random.next() % 32;
        let place = list.iter().position(|&(other, _)| other == key);
        let known = place.map(|place| list[place].1);
        let mut put = |value| {
            place.map(|place| list.remove(place));
            list.push((key, value));
            if list.len() > 16 {
                list.remove(0);
                evictions += 1;
            }
        };
        match random.next() % 16 {
            0 => {
                assert_eq!(f::invalidate(key), known.is_some());
                place.map(|place| list.remove(place));
            }
            1 => assert_eq!(f::peek(key), known),
            2 => {
                f::prime(key, key + 1);
                put(key + 1);
            }
            3 => {
                assert_eq!(f::refresh(key), key * 3);
                misses += 1;
                put(key * 3);
            }
            _ => {
                assert_eq!(f(key), known.unwrap_or(key * 3));
                if known.is_some() {
                    hits += 1;
                } else {
                    misses += 1;
                }
                put(known.unwrap_or(key * 3));
            }
        }
    }
    let info = f::cache_info();
    assert_eq!((info.hits, info.misses, info.evictions, info.len), (hits, misses, evictions, list.len()));
}

#[test]
fn values_that_panic_when_cloned_leave_no_trace() {
    #[derive(Debug)]
    struct Fragile(Box<u32>);
    impl Clone for Fragile {
        fn clone(&self) -> Self {
            assert_ne!(*self.0, 0, "cannot be cloned");
            Self(self.0.clone())
        }
    }
    #[memoize]
    fn f(x: u32) -> Fragile {
        Fragile(Box::new(x))
    }
    assert!(catch_unwind(AssertUnwindSafe(|| f(0))).is_err());
    assert_eq!(counts(f::cache_info()), (0, 1, 0));
    assert_eq!(*f(1).0, 1);
    assert_eq!(*f(1).0, 1);
}
