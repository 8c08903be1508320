//! `weight` and `weigh`: a bound on what entries weigh together, alone and beside the bounds on their number.

use crate::support::{Random, on_threads, watched};
use crate::tasks::{Gate, Task, now};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::{invalidate_tag, memoize};

const SECOND: Duration = Duration::from_secs(1);

/// Runs the same with every bound on the number of entries, and with none.
macro_rules! with_each_bound {
    ($check:ident) => {
        $check!(lru = 1000,);
        $check!(capacity = 1000,);
        $check!();
        $check!(local, lru = 1000,);
        $check!(local, capacity = 1000,);
        $check!(local,);
    };
}

#[test]
fn the_sum_is_kept_within_the_bound() {
    macro_rules! check {
        ($($bound:tt)*) => {{
            #[memoize($($bound)* weight = 100, weigh = |_, value: &String| value.len())]
            fn f(x: usize) -> String {
                "a".repeat(x % 40)
            }
            for x in 0..500 {
                assert_eq!(f(x).len(), x % 40);
                let info = f::cache_info();
                assert!(info.weight <= 100 && info.len <= 1000, "{info:?}");
            }
            let info = f::cache_info();
            assert!(info.evictions > 300 && info.len > 2 && info.weight > 60, "{info:?}");
            let mut weight = 0;
            f::retain(|x, value| {
                assert_eq!(value.len(), x % 40);
                weight += value.len();
                true
            });
            assert_eq!(weight, info.weight, "it is what the entries weigh");
            assert!(info.to_string().contains(&format!("weight {weight}")), "{info}");
            f::cache_clear();
            assert_eq!((f::cache_info().weight, f::cache_info().len), (0, 0));
        }};
    }
    with_each_bound!(check);
}

#[test]
fn the_least_recently_used_go_first_and_as_many_as_it_takes() {
    #[memoize(lru = 5, weight = 10, weigh = |_, value| *value)]
    fn f(x: usize) -> usize {
        x / 10
    }
    for x in [10, 21, 32, 43] {
        f(x);
    }
    assert_eq!((f::cache_info().weight, f::cache_info().len), (10, 4));
    f(10);
    f(54); // 5 more: 2 and 3 go, 1 was used
    assert_eq!([10, 21, 32, 43, 54].map(|x| f::peek(x).is_some()), [true, false, false, true, true]);
    assert_eq!((f::cache_info().weight, f::cache_info().evictions), (10, 2));
    // The number counts beside the weight.
    for x in 1..9 {
        f(x);
    }
    let info = f::cache_info();
    assert_eq!((info.len, info.capacity, info.weight), (5, Some(5), 0));
    f::set_capacity(2);
    assert_eq!((f::cache_info().len, f::capacity()), (2, Some(2)));
    f(109);
    assert_eq!((f::cache_info().len, f::cache_info().weight), (2, 10));
}

#[test]
fn what_is_heavier_than_the_bound_is_returned_and_not_kept() {
    macro_rules! check {
        ($($bound:tt)*) => {{
            #[memoize($($bound)* weight = 10, weigh = |_, value| *value)]
            fn f(x: usize) -> usize {
                x
            }
            assert_eq!((f(4), f(6), f(11), f(usize::MAX)), (4, 6, 11, usize::MAX));
            let info = f::cache_info();
            assert_eq!((info.len, info.weight, info.evictions, info.misses), (2, 10, 0, 4), "nothing gave way");
            assert_eq!((f(11), f::cache_info().misses), (11, 5));
            // As heavy as the bound is not too heavy.
            assert_eq!((f(10), f::cache_info().weight, f::cache_info().len), (10, 10, 1));
            // What is primed and not kept takes away what was there.
            f::prime(10, 11);
            assert_eq!((f::peek(10), f::cache_info().weight), (None, 0));
            f::prime(3, 7);
            assert_eq!((f(3), f::cache_info().weight), (7, 7));
        }};
    }
    with_each_bound!(check);
}

#[test]
fn a_value_in_the_place_of_another_has_a_weight_of_its_own() {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    macro_rules! check {
        ($($bound:tt)*) => {{
            #[memoize($($bound)* weight = 10, weigh = |_, value| *value)]
            fn f(_: u8) -> usize {
                NEXT.load(SeqCst)
            }
            let set = |weight| NEXT.store(weight, SeqCst);
            let weight = || f::cache_info().weight;
            set(2);
            let _ = (f(1), f(2), f(3));
            assert_eq!(weight(), 6);
            set(1);
            assert_eq!((f::refresh(1), weight()), (1, 5));
            set(6);
            assert_eq!((f::refresh(1), weight(), f::cache_info().len), (6, 10, 3));
            // One that is heavier drives out others, and never itself.
            f::prime(2, 9);
            assert!(weight() <= 10);
            assert_eq!(f::peek(2), Some(9));
            set(10);
            assert_eq!((f::refresh(2), weight(), f::peek(2), f::cache_info().len), (10, 10, Some(10), 1));
            // A refresh that is not kept leaves what is there.
            set(11);
            assert_eq!((f::refresh(2), weight(), f::peek(2)), (11, 10, Some(10)));
            set(0);
            assert_eq!((f::refresh(2), weight(), f::peek(2)), (0, 0, Some(0)));
        }};
    }
    with_each_bound!(check);
}

#[test]
fn what_leaves_takes_its_weight_along() {
    macro_rules! check {
        ($($bound:tt)*) => {{
            #[memoize($($bound)* weight = 100, weigh = |_, value| *value, ttl = "10s", tags(("weight", *x % 2)))]
            fn f(x: usize) -> usize {
                x
            }
            let clock = Mock::new();
            let _installed = clock.install();
            let weight = || f::cache_info().weight;
            (1..6).for_each(|x| assert_eq!(f(x), x));
            assert_eq!(weight(), 15);
            assert!(f::invalidate(5));
            assert_eq!(weight(), 10);
            assert_eq!((f::retain(|x, _| *x != 4), weight()), (1, 6));
            invalidate_tag(&("weight", 1_usize));
            assert_eq!((f::sweep(), weight()), (2, 2));
            clock.advance(SECOND * 10);
            assert_eq!((f::peek(2), weight()), (None, 2), "until it is swept");
            assert_eq!((f(7), weight()), (7, 7), "as others come in");
            clock.advance(SECOND * 10);
            assert_eq!((f(7), weight(), f::cache_info().expirations), (7, 7, 2));
            f::cache_clear();
            assert_eq!(weight(), 0);
        }};
    }
    with_each_bound!(check);
}

#[test]
fn what_has_expired_goes_before_what_lives() {
    macro_rules! check {
        ($($bound:tt)*) => {{
            #[memoize($($bound)* weight = 10, weigh = |_, value| *value, ttl = "10s")]
            fn f(x: usize) -> usize {
                x
            }
            let clock = Mock::new();
            let _installed = clock.install();
            f(4);
            clock.advance(SECOND * 5);
            f(5);
            f(4);
            clock.advance(SECOND * 5);
            f(3);
            let info = f::cache_info();
            assert_eq!((info.expirations, info.evictions, info.weight, f::peek(5)), (1, 0, 8, Some(5)));
        }};
    }
    with_each_bound!(check);
}

#[test]
fn what_has_died_goes_before_what_lives() {
    macro_rules! check {
        ($($bound:tt)*) => {{
            #[memoize($($bound)* weak, weight = 10, weigh = |_, value: &Arc<usize>| **value)]
            fn f(x: usize) -> Arc<usize> {
                Arc::new(x)
            }
            let held: Vec<_> = [3, 2, 1].map(f).into();
            drop(f(4));
            assert_eq!((f::cache_info().weight, f::cache_info().len), (10, 4));
            let another = f(5); // five more: the dead one is not enough
            let info = f::cache_info();
            assert!(info.weight <= 10 && info.expirations == 1, "{info:?}");
            assert_eq!((f::peek(4), f::peek(5).as_deref()), (None, Some(&5)));
            drop((held, another));
            assert_eq!((f::sweep() > 0, f::cache_info().weight), (true, 0));
        }};
    }
    with_each_bound!(check);
}

#[test]
fn what_weighs_nothing_is_bounded_by_its_number_alone() {
    macro_rules! check {
        ($most:expr, $($bound:tt)*) => {{
            #[memoize($($bound)* weigh = |_, value| *value)]
            fn f(x: usize) -> usize {
                x / 1000
            }
            for x in 0..500 {
                f(x);
            }
            assert_eq!((f::cache_info().len, f::cache_info().weight), ($most, 0));
            assert_eq!(f(1000), 1);
            assert!(f::cache_info().weight <= 1);
        }};
    }
    fn none() -> usize {
        0
    }
    check!(500, weight = 5,);
    check!(500, weight = none(),);
    check!(50, weight = 5, lru = 50,);
    check!(50, weight = none(), capacity = 50,);
    check!(0, weight = 5, capacity = none(),);
}

#[test]
fn a_bound_of_zero_keeps_nothing_that_weighs_something() {
    #[memoize(weight = std::env::args().count() / 1000, weigh = |_, value: &String| value.len())]
    fn f(x: u32) -> String {
        x.to_string()
    }
    assert_eq!((f(1), f(1)), ("1".to_owned(), "1".to_owned()));
    let info = f::cache_info();
    assert_eq!((info.misses, info.len, info.weight, info.capacity), (2, 0, 0, None));
}

#[test]
fn an_expression_is_evaluated_once_at_first_use() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    fn size() -> usize {
        ASKED.fetch_add(1, SeqCst) + 10
    }
    #[memoize(weight = size(), weigh = |_, value| *value)]
    fn f(x: usize) -> usize {
        x
    }
    assert_eq!((f::cache_info().weight, f::capacity(), ASKED.load(SeqCst)), (0, None, 0));
    let _ = (f(4), f(6), f(11));
    f::cache_clear();
    let _ = (f(4), f(6), f(11));
    assert_eq!((f::cache_info().weight, f::capacity(), ASKED.load(SeqCst)), (10, None, 1));
}

#[test]
fn sizes_are_written_with_their_units() {
    macro_rules! check {
        ($($size:literal is $bytes:expr;)*) => {$({
            #[memoize(weight = $size, weigh = |_, value| *value)]
            fn f(x: usize) -> usize {
                x
            }
            assert_eq!((f($bytes), f($bytes + 1)), ($bytes, $bytes + 1));
            assert_eq!((f::peek($bytes), f::peek($bytes + 1)), (Some($bytes), None), "{}", stringify!($size));
        })*};
    }
    check! {
        "5 B" is 5;
        "5KB" is 5_000;
        "5 KiB" is 5_120;
        "5 MB" is 5_000_000;
        "64 MiB" is 67_108_864;
        "1 GB" is 1_000_000_000;
        "1.5 GiB" is 1_610_612_736;
        4096 is 4096;
        4096usize is 4096;
    }
}

/// The sum of three of these is no `usize`.
#[test]
fn the_largest_weights_do_not_overflow() {
    macro_rules! check {
        ($($bound:tt)*) => {{
            #[memoize($($bound)* weight = usize::MAX, weigh = |_, value| *value)]
            fn f(x: usize) -> usize {
                usize::MAX - x
            }
            for x in 0..10 {
                f(x);
                let info = f::cache_info();
                assert_eq!((info.len, info.weight), (1, usize::MAX - x));
            }
            f::prime(9, usize::MAX);
            assert_eq!((f::cache_info().len, f::cache_info().weight), (1, usize::MAX));
            f(usize::MAX);
            assert_eq!((f::cache_info().len, f::cache_info().weight), (2, usize::MAX));
        }};
    }
    with_each_bound!(check);
}

mod closures {
    use super::*;

    /// Of several arguments, a tuple or each by itself: the number says which.
    #[test]
    fn take_a_key_or_the_arguments() {
        #[memoize(weight = 100, weigh = |key, value| key.0.len() + usize::from(key.1) + value.len())]
        fn whole(a: &str, b: u8) -> String {
            a.repeat(usize::from(b))
        }
        #[memoize(weight = 100, weigh = |(a, b), value| a.len() + usize::from(*b) + value.len())]
        fn tuple(a: &str, b: u8) -> String {
            a.repeat(usize::from(b))
        }
        #[memoize(weight = 100, weigh = |a, b, value| a.len() + usize::from(*b) + value.len())]
        fn apart(a: &str, b: u8) -> String {
            a.repeat(usize::from(b))
        }
        #[memoize(weight = 100, weigh = |a: &String, &b: &u8, value: &String| -> usize { a.len() + usize::from(b) + value.len() })]
        fn typed(a: &str, b: u8) -> String {
            a.repeat(usize::from(b))
        }
        #[memoize(weight = 100, weigh = |mut a, _, value| { if value.is_empty() { a = value; } a.len() + 9 })]
        fn patterns(a: &str, b: u8) -> String {
            a.repeat(usize::from(b))
        }
        #[expect(clippy::ptr_arg, reason = "what is shown is what is stored")]
        fn weigh(key: &(String, u8), value: &String) -> usize {
            key.0.len() + usize::from(key.1) + value.len()
        }
        #[memoize(weight = 100, weigh = weigh)]
        fn named(a: &str, b: u8) -> String {
            a.repeat(usize::from(b))
        }
        for f in [whole, tuple, apart, typed, patterns, named] {
            f("abc", 2);
        }
        let infos = [
            whole::cache_info(),
            tuple::cache_info(),
            apart::cache_info(),
            typed::cache_info(),
            patterns::cache_info(),
            named::cache_info(),
        ];
        assert_eq!(infos.map(|info| info.weight), [11, 11, 11, 11, 12, 11]);
    }

    #[test]
    fn of_one_argument_and_of_none() {
        #[memoize(weight = 100, weigh = |key, value| key.len() + *value)]
        fn one(text: &str) -> usize {
            text.len()
        }
        #[memoize(weight = 100, weigh = |value| *value)]
        fn none() -> usize {
            7
        }
        #[memoize(weight = 100, weigh = |(), value| *value)]
        fn unit() -> usize {
            8
        }
        let _ = (one("abc"), none(), unit());
        let infos = [one::cache_info(), none::cache_info(), unit::cache_info()];
        assert_eq!(infos.map(|info| info.weight), [6, 7, 8]);
    }

    #[test]
    #[expect(clippy::too_many_arguments)]
    fn of_many_arguments() {
        #[memoize(
            weight = 100,
            weigh = |a, b, _, d, (e, g), h, i, j, k, l, m, n, o, value| {
                a.len() + b.len() + d.as_ref().map_or(0, String::len) + g.len() + usize::from(*e + *h + *i + *j)
                    + usize::from(*k + *l + *m + *n + *o) + *value
            },
        )]
        fn f(
            a: &str,
            b: String,
            c: u8,
            d: Option<&str>,
            (e, g): (u8, &str),
            h: u8,
            i: u8,
            j: u8,
            k: u8,
            l: u8,
            m: u8,
            n: u8,
            o: u8,
        ) -> usize {
            let _ = (a, b, c, d, e, g, h, i, j, k, l, m, n, o);
            1
        }
        f("a", "bc".into(), 50, Some("d"), (1, "ef"), 1, 1, 1, 1, 1, 1, 1, 1);
        assert_eq!(f::cache_info().weight, 1 + 2 + 1 + 2 + 9 + 1);
    }

    #[test]
    fn of_what_key_and_skip_leave() {
        #[memoize(weight = 100, key = (*x + *y, x.to_string()), weigh = |(sum, text), _| *sum + text.len())]
        fn keyed(x: usize, y: usize) -> usize {
            x * y
        }
        #[memoize(weight = 100, skip(y), weigh = |x, _| *x)]
        fn skipped(x: usize, y: usize) -> usize {
            x * y
        }
        #[memoize(weight = 100, skip(y), weigh = |x, z, _| *x + *z)]
        fn rest(x: usize, y: usize, z: usize) -> usize {
            x * y * z
        }
        let _ = (keyed(2, 3), skipped(2, 3), rest(2, 3, 4));
        let infos = [keyed::cache_info(), skipped::cache_info(), rest::cache_info()];
        assert_eq!(infos.map(|info| info.weight), [6, 2, 6]);
    }
}

#[test]
fn a_panic_keeps_nothing_and_reaches_its_caller_alone() {
    static PANICS: AtomicBool = AtomicBool::new(true);
    static GATE: Gate = Gate::new();
    #[memoize(weight = 10, weigh = |_, value| {
        assert!(!PANICS.load(SeqCst), "as planned");
        *value
    })]
    async fn f(x: usize) -> usize {
        GATE.pass().await;
        x
    }
    let (mut first, mut second) = (Task::new(f(1)), Task::new(f(1)));
    assert!(!first.poll() && !second.poll());
    GATE.open();
    assert!(catch_unwind(AssertUnwindSafe(|| first.poll())).is_err());
    assert_eq!((f::peek(1), f::cache_info().len, f::cache_info().weight), (None, 0, 0));
    PANICS.store(false, SeqCst);
    assert!(second.is_awake());
    assert_eq!((second.finish(), f::peek(1), f::cache_info().weight), (1, Some(1), 1));
    PANICS.store(true, SeqCst);
    assert!(catch_unwind(|| f::prime(1, 2)).is_err());
    assert!(catch_unwind(|| now(f::refresh(1))).is_err());
    assert_eq!((f::peek(1), f::cache_info().weight), (Some(1), 1));
}

#[test]
fn a_panic_hands_over_to_a_thread_that_waits() {
    watched(|| {
        static PANICS: AtomicBool = AtomicBool::new(true);
        static BODIES: AtomicUsize = AtomicUsize::new(0);
        #[memoize(capacity = 5, weight = 10, weigh = |_, value| {
            assert!(!PANICS.swap(false, SeqCst), "as planned");
            *value
        })]
        fn f(x: usize) -> usize {
            BODIES.fetch_add(1, SeqCst);
            thread::yield_now();
            x
        }
        let (begin, panics) = (Barrier::new(4), AtomicUsize::new(0));
        on_threads(4, |_| {
            begin.wait();
            match catch_unwind(|| f(7)) {
                Ok(value) => assert_eq!(value, 7),
                Err(_) => assert_eq!(panics.fetch_add(1, SeqCst), 0, "one caller"),
            }
        });
        assert_eq!((panics.into_inner(), BODIES.load(SeqCst), f::peek(7)), (1, 2, Some(7)));
    });
}

#[test]
fn it_may_use_the_cache() {
    watched(|| {
        macro_rules! check {
            ($($bound:tt)*) => {{
                #[memoize($($bound)* weight = 10, weigh = |x, value| {
                    let _ = (f::peek(*x), f::invalidate(77), f::sweep(), f::cache_info().weight <= 10);
                    f::retain(|_, _| true);
                    if *x < 100 { f(*x + 100) - *x } else { *value % 5 }
                })]
                fn f(x: usize) -> usize {
                    x + 1
                }
                for x in 0..20 {
                    assert_eq!(f(x), x + 1);
                    assert!(f::cache_info().weight <= 10);
                }
            }};
        }
        with_each_bound!(check);
    });
}

#[test]
fn a_key_that_is_invalidated_while_it_is_weighed_is_not_stored() {
    #[memoize(weight = 10, weigh = |x, value| {
        if *value == 1 { f::invalidate(*x); }
        if *value == 2 { f::cache_clear(); }
        if *value == 3 { f::prime(*x, 9); }
        *value
    })]
    fn f(x: usize) -> usize {
        x
    }
    assert_eq!((f(1), f::peek(1), f(2), f::peek(2)), (1, None, 2, None));
    assert_eq!((f(3), f::peek(3), f::cache_info().weight), (3, Some(9), 9));
}

#[test]
fn a_task_that_is_dropped_weighs_nothing() {
    static GATE: Gate = Gate::new();
    static WEIGHED: AtomicUsize = AtomicUsize::new(0);
    #[memoize(lru = 5, weight = 10, weigh = |_, value| {
        WEIGHED.fetch_add(1, SeqCst);
        *value
    })]
    async fn f(x: usize) -> usize {
        GATE.pass().await;
        x
    }
    let (mut first, mut second) = (Task::new(f(4)), Task::new(f(4)));
    assert!(!first.poll() && !second.poll());
    first.cancel();
    assert!(second.is_awake() && !second.poll());
    assert_eq!((f::cache_info().weight, WEIGHED.load(SeqCst)), (0, 0));
    GATE.open();
    assert_eq!((second.finish(), f::cache_info().weight, WEIGHED.load(SeqCst)), (4, 4, 1));
}

#[test]
fn those_who_wait_for_what_is_too_heavy_are_handed_it() {
    static GATE: Gate = Gate::new();
    #[memoize(capacity = 5, weight = 10, weigh = |_, value| *value)]
    async fn f(x: usize) -> usize {
        GATE.pass().await;
        x
    }
    let (mut first, mut second) = (Task::new(f(11)), Task::new(f(11)));
    assert!(!first.poll() && !second.poll());
    GATE.open();
    assert_eq!((first.finish(), second.finish()), (11, 11));
    let info = f::cache_info();
    assert_eq!((info.misses, info.hits, info.len, info.weight), (1, 1, 0, 0));
}

#[test]
fn where_nothing_is_kept_nothing_is_weighed() {
    static WEIGHED: AtomicUsize = AtomicUsize::new(0);
    #[memoize(lru = 3, weight = 10, weigh = |_, value| {
        WEIGHED.fetch_add(1, SeqCst);
        *value
    })]
    fn f(x: usize) -> usize {
        x
    }
    f::set_capacity(0);
    let _ = (f(1), f(2));
    assert_eq!((WEIGHED.load(SeqCst), f::cache_info().len), (0, 0));
    f::set_capacity(1);
    let _ = (f(1), f(1), f(2));
    assert_eq!((WEIGHED.load(SeqCst), f::cache_info().weight), (2, 2));
}

/// An oracle: what is stored, and in which order it was used.
#[test]
fn agrees_with_a_plain_list() {
    #[memoize(lru = 20, weight = 100, weigh = |_, value| *value)]
    fn f(x: usize) -> usize {
        x % 37
    }
    let mut list: Vec<(usize, usize)> = Vec::new();
    let mut random = Random(7);
    for _ in 0..20_000 {
        let (x, kind) = (random.below(60), random.below(20));
        let found = list.iter().position(|entry| entry.0 == x);
        let keep = |list: &mut Vec<(usize, usize)>, value: usize| {
            list.retain(|entry| entry.0 != x);
            if value <= 100 {
                list.push((x, value));
            }
            while list.len() > 20 || list.iter().map(|entry| entry.1).sum::<usize>() > 100 {
                list.remove(0);
            }
        };
        match (kind, found) {
            (0, _) => assert_eq!(f::invalidate(x), found.map(|at| list.remove(at)).is_some()),
            (1, _) => {
                let value = random.below(120);
                f::prime(x, value);
                keep(&mut list, value);
            }
            (2, _) => {
                f::refresh(x);
                keep(&mut list, x % 37);
            }
            (_, Some(at)) => {
                let entry = list.remove(at);
                assert_eq!(f(x), entry.1);
                list.push(entry);
            }
            (_, None) => {
                f(x);
                keep(&mut list, x % 37);
            }
        }
        let info = f::cache_info();
        assert_eq!((info.len, info.weight), (list.len(), list.iter().map(|entry| entry.1).sum()));
    }
    for x in 0..60 {
        assert_eq!(f::peek(x), list.iter().find(|entry| entry.0 == x).map(|entry| entry.1));
    }
}

/// Eight threads do everything at once: neither bound is ever exceeded.
#[test]
fn no_bound_is_exceeded_in_a_storm() {
    macro_rules! check {
        ($most:expr, $($bound:tt)*) => {{
            #[memoize($($bound)* weight = 300, weigh = |x, value| value.len() + *x % 3, ttl = "1h", tags(*x % 5))]
            fn f(x: usize) -> Arc<str> {
                "a".repeat(x % 50).into()
            }
            watched(|| {
                on_threads(8, |thread| {
                    let mut random = Random(thread as u64);
                    for _ in 0..2_000 {
                        let x = random.below(80);
                        match random.below(40) {
                            0 => drop(f::invalidate(x)),
                            1 => drop(f::refresh(x)),
                            2 => f::prime(x, "b".repeat(random.below(400)).into()),
                            3 => invalidate_tag(&(x % 5)),
                            4 => drop(f::sweep()),
                            5 => drop(f::retain(|y, _| y % 7 != x % 7)),
                            6 if x == 0 => f::cache_clear(),
                            _ => drop(f(x)),
                        }
                        let info = f::cache_info();
                        assert!(info.len <= $most && info.weight <= 300, "{info:?}");
                    }
                });
            });
            // What is counted is what is there.
            let mut weights = BTreeMap::new();
            f::sweep();
            f::retain(|x, value| weights.insert(*x, value.len() + x % 3).is_none());
            let info = f::cache_info();
            assert_eq!((info.len, info.weight), (weights.len(), weights.values().sum()));
            f::cache_clear();
            assert_eq!(f::cache_info().weight, 0);
        }};
    }
    check!(20, lru = 20,);
    check!(20, capacity = 20,);
    check!(80,);
}
