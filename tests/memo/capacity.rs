//! The bound that is an expression, and the controls that read and set it.

use crate::support::{on_threads, watched};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::memoize;

#[test]
fn an_expression_is_evaluated_once_at_first_use() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    fn size() -> usize {
        ASKED.fetch_add(1, Relaxed);
        2
    }
    #[memoize(lru = size())]
    fn f(x: u32) -> u32 {
        x
    }
    #[memoize(lru = size() + 1)]
    fn asked_first(x: u32) -> u32 {
        x
    }
    assert_eq!(ASKED.load(Relaxed), 0);
    (0..3).for_each(|x| {
        f(x);
    });
    assert_eq!((f::cache_info().len, f::capacity(), ASKED.load(Relaxed)), (2, Some(2), 1));
    assert_eq!(asked_first::capacity(), Some(3));
    (0..5).for_each(|x| {
        asked_first(x);
    });
    let info = asked_first::cache_info();
    assert_eq!((info.len, info.capacity, ASKED.load(Relaxed)), (3, Some(3), 2));
}

#[test]
fn an_expression_that_gives_zero_passes_calls_through() {
    #[memoize(lru = std::env::args().count() / 1000)]
    fn f(x: u32) -> u32 {
        x
    }
    assert_eq!((f(1), f(1)), (1, 1));
    let info = f::cache_info();
    assert_eq!((info.hits, info.misses, info.len, info.capacity), (0, 2, 0, Some(0)));
    f::prime(1, 2);
    assert_eq!(f::peek(1), None);
    f::set_capacity(1);
    assert_eq!((f(1), f(1), f::cache_info().hits), (1, 1, 1));
}

#[test]
fn of_constants_of_generic_functions() {
    #[memoize(lru = N * 2)]
    fn f<const N: usize>(x: usize) -> usize {
        x + N
    }
    assert_eq!((f::capacity::<1>(), f::capacity::<2>()), (Some(2), Some(4)));
    f::set_capacity::<1>(7);
    assert_eq!((f::capacity::<1>(), f::capacity::<2>()), (Some(7), Some(4)));
    f::<1>(1);
    assert_eq!(f::cache_info::<1>().capacity, Some(7));
}

#[test]
fn there_is_none_without_a_bound() {
    #[memoize]
    fn f(x: u32) -> u32 {
        x
    }
    assert_eq!(f::capacity(), None);
    f(1);
    assert_eq!(f::capacity(), None);
}

#[test]
fn is_set_before_the_first_call_and_over_a_clear() {
    #[memoize(lru = 10)]
    fn f(x: u32) -> u32 {
        x
    }
    f::set_capacity(3);
    assert_eq!((f::capacity(), f::cache_info().capacity), (Some(3), Some(3)));
    (0..5).for_each(|x| {
        f(x);
    });
    assert_eq!((f::cache_info().len, f::cache_info().evictions), (3, 2));
    f::cache_clear();
    assert_eq!(f::capacity(), Some(3));
    f::set_capacity(5);
    (0..9).for_each(|x| {
        f(x);
    });
    assert_eq!((f::cache_info().len, f::cache_info().evictions), (5, 4));
    f::set_capacity(usize::MAX);
    (0..100).for_each(|x| {
        f(x);
    });
    assert_eq!((f::cache_info().len, f::capacity()), (100, Some(usize::MAX)));
}

#[test]
fn what_is_too_much_leaves_the_least_recently_used_first() {
    #[memoize(lru = 10, ttl = "1m")]
    fn f(x: u32) -> u32 {
        x
    }
    let clock = Mock::new();
    let _installed = clock.install();
    f(100);
    clock.advance(Duration::from_secs(61));
    (0..6).for_each(|x| {
        f(x);
    });
    f(0);
    f::set_capacity(2);
    assert_eq!([0, 5, 4].map(f::peek), [Some(0), Some(5), None]);
    let info = f::cache_info();
    assert_eq!((info.evictions, info.expirations, info.len), (4, 1, 2), "what had expired was swept");
    f::set_capacity(0);
    assert_eq!((f::cache_info().len, f::cache_info().evictions, f::capacity()), (0, 6, Some(0)));
    f(1);
    assert_eq!(f::cache_info().len, 0);
}

#[test]
fn of_local_functions_it_is_the_threads_own() {
    #[memoize(local, lru = 10)]
    fn f(x: u32) -> u32 {
        x
    }
    f::set_capacity(2);
    (0..5).for_each(|x| {
        f(x);
    });
    assert_eq!((f::cache_info().len, f::capacity()), (2, Some(2)));
    // A slot at the address of one that had another capacity.
    for _ in 0..4 {
        thread::spawn(|| {
            assert_eq!(f::capacity(), Some(10));
            f::set_capacity(1);
            assert_eq!(f::capacity(), Some(1));
        })
        .join()
        .unwrap();
    }
}

#[test]
fn is_set_while_others_make_the_cache() {
    watched(|| {
        for _ in 0..50 {
            #[memoize(lru = { thread::yield_now(); 100 })]
            fn f(x: usize) -> usize {
                x
            }
            on_threads(4, |thread| {
                if thread == 0 {
                    f::set_capacity(3);
                }
                (0..50).for_each(|x| {
                    f(x);
                });
            });
            assert_eq!((f::capacity(), f::cache_info().len), (Some(3), 3));
            f::set_capacity(100);
        }
    });
}

#[test]
fn zero_while_a_body_runs() {
    #[memoize(lru = 2)]
    fn f(x: u32) -> u32 {
        f::set_capacity(0);
        x
    }
    assert_eq!((f(1), f::cache_info().len, f::peek(1)), (1, 0, None));
}

mod visibility {
    use weakcache::memoize;

    mod inner {
        use weakcache::memoize;

        #[memoize(controls(vis = "pub(super)", name = "price_cache"))]
        pub fn price(x: u32) -> u32 {
            x
        }

        /// Whose controls are not for others.
        #[memoize(controls(vis = ""))]
        pub fn private(x: u32) -> u32 {
            assert_eq!(private::cache_info().len, 0);
            x
        }

        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct Shape(pub u32);

        #[memoize(controls(vis = "pub(crate)"))]
        impl Shape {
            #[memoize]
            fn hidden(&self) -> u32 {
                self.0
            }
            #[memoize(controls(vis = "pub(super)"))]
            pub fn area(&self) -> u32 {
                self.hidden()
            }
            #[memoize(controls(name = "size"))]
            pub fn side(&self) -> u32 {
                self.0
            }
        }
    }

    #[test]
    fn is_that_of_the_function_or_another() {
        assert_eq!((inner::price(1), inner::private(2)), (1, 2));
        assert_eq!(inner::price_cache::cache_info().len, 1);
        let shape = inner::Shape(3);
        assert_eq!((shape.area(), shape.side()), (3, 3));
        let infos = [
            inner::Shape::hidden_cache_info(),
            inner::Shape::area_cache_info(),
            inner::Shape::size_cache_info(),
        ];
        assert!(infos.iter().all(|info| info.len == 1));
        #[memoize(controls(name = "other",))]
        fn f(x: u32) -> u32 {
            x
        }
        assert_eq!((f(1), other::cache_info().misses), (1, 1));
    }
}
