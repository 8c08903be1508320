//! `lru` and `capacity`: bounds that are expressions, and the controls that read and set them.

use crate::support::{Random, on_threads, watched};
use crate::tasks::now;
use std::hash::{Hash, RandomState};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::{Cause, Interned, Memo, interned, memoize};

#[interned]
struct Leaf(u32);

/// What holds of both bounds, since it does not depend on who gives way.
macro_rules! of_both {
    ($bound:ident) => {
        #[test]
        fn an_expression_is_evaluated_once_at_first_use() {
            static ASKED: AtomicUsize = AtomicUsize::new(0);
            fn size() -> usize {
                ASKED.fetch_add(1, Relaxed);
                2
            }
            #[memoize($bound = size())]
            fn f(x: u32) -> u32 {
                x
            }
            #[memoize($bound = size() + 1)]
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
            #[memoize($bound = std::env::args().count() / 1000)]
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
            #[memoize($bound = N * 2)]
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
        fn is_set_before_the_first_call_and_over_a_clear() {
            #[memoize($bound = 10)]
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
        fn of_local_functions_it_is_the_threads_own() {
            #[memoize(local, $bound = 10)]
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
                    #[memoize($bound = { thread::yield_now(); 100 })]
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
            #[memoize($bound = 2)]
            fn f(x: u32) -> u32 {
                f::set_capacity(0);
                x
            }
            assert_eq!((f(1), f::cache_info().len, f::peek(1)), (1, 0, None));
        }

        /// Functions of all shapes, and beside every option that there is.
        #[test]
        #[expect(clippy::too_many_lines, reason = "one for each option and shape")]
        fn in_every_shape() {
            static LEFT: AtomicUsize = AtomicUsize::new(0);
            type Node = Interned<Leaf>;
            #[memoize($bound = 3, ttl = "1h", idle = "1h", jitter = 0.1, tags(("capacity", *x)), cache_if = |y| *y != 7)]
            fn times(x: u32) -> u32 {
                x
            }
            #[memoize($bound = 3, refresh_after = "1m", stale_if_error = "1h", ttl = "2m", err_ttl = "1s")]
            fn renewed(x: u32) -> Result<u32, String> {
                Ok(x)
            }
            #[memoize(
                $bound = 3,
                ttl_of = |_, _| Duration::from_mins(1),
                on_evict = |_, _, cause| {
                    assert_eq!(cause, Cause::Capacity);
                    LEFT.fetch_add(1, Relaxed);
                },
                hasher = RandomState,
                single_flight = false,
            )]
            fn told(x: u32) -> u32 {
                x
            }
            #[memoize($bound = 3, local)]
            fn local(x: u32) -> Rc<u32> {
                Rc::new(x)
            }
            #[memoize($bound = 3, weak)]
            fn weak(x: u32) -> Arc<u32> {
                Arc::new(x)
            }
            #[memoize($bound = 3, weak_key(node))]
            fn keyed(node: &Node, x: u32) -> u32 {
                node.0 + x
            }
            #[memoize($bound = 3, batch)]
            fn batch(xs: &[u32]) -> Vec<u32> {
                xs.to_vec()
            }
            #[memoize($bound = 3, key = (*x, x.to_string()), cache_errors)]
            async fn task(x: u32) -> Result<u32, u32> {
                Err(x)
            }
            #[memoize($bound = 3)]
            fn generic<T: Clone + Eq + Hash + Send + Sync + 'static>(x: T) -> (T,) {
                (x,)
            }
            #[derive(Clone, PartialEq, Eq, Hash, Default)]
            struct Thing {
                memo: Memo,
            }
            trait Provides {
                fn required(&self, x: u32) -> u32;
                #[memoize($bound = 3)]
                fn provided(&self, x: u32) -> u32
                where
                    Self: Clone + Eq + Hash + Send + Sync + 'static,
                {
                    self.required(x)
                }
            }
            #[memoize]
            impl Thing {
                #[memoize($bound = 3)]
                fn method(&self, x: u32) -> u32 {
                    x
                }
                #[memoize($bound = 3, in(self.memo))]
                async fn within(&self, x: u32) -> u32 {
                    x
                }
            }
            #[memoize]
            impl Provides for Thing {
                #[memoize($bound = 3, skip(self))]
                fn required(&self, x: u32) -> u32 {
                    x
                }
            }
            let (thing, node, mut held) = (Thing::default(), Leaf::new(1), Vec::new());
            for x in 0..50 {
                assert_eq!((times(x), renewed(x), told(x), *local(x)), (x, Ok(x), x, x));
                held.push(weak(x));
                assert_eq!((keyed(&node, x), batch(&[x, x + 1]), now(task(x))), (x + 1, vec![x, x + 1], Err(x)));
                assert_eq!((generic(x), thing.method(x), now(thing.within(x))), ((x,), x, x));
                assert_eq!((thing.required(x), thing.provided(x)), (x, x));
            }
            let infos = [
                times::cache_info(),
                renewed::cache_info(),
                told::cache_info(),
                local::cache_info(),
                weak::cache_info(),
                keyed::cache_info(),
                batch::cache_info(),
                task::cache_info(),
                generic::cache_info::<u32>(),
                Thing::method_cache_info(),
                thing.within_cache_info(),
                Thing::required_cache_info(),
            ];
            for (at, info) in infos.iter().enumerate() {
                assert_eq!((info.len, info.capacity), (3, Some(3)), "{at}: {info:?}");
                assert!(info.evictions >= 46, "{at}: {info:?}");
            }
            assert_eq!(LEFT.load(Relaxed), 47);
            thing.within_set_capacity(1);
            assert_eq!(thing.within_cache_info().len, 1);
        }

        #[test]
        fn what_has_expired_or_died_goes_first() {
            #[memoize($bound = 4, ttl = "10s")]
            fn mortal(x: u32) -> u32 {
                x
            }
            #[memoize($bound = 4, weak)]
            fn weak(x: u32) -> Arc<u32> {
                Arc::new(x)
            }
            let clock = Mock::new();
            let _installed = clock.install();
            mortal(1);
            clock.advance(Duration::from_secs(5));
            let _ = (mortal(2), mortal(3), mortal(4));
            let _ = (mortal(1), mortal(1));
            clock.advance(Duration::from_secs(5));
            mortal(5);
            let info = mortal::cache_info();
            assert_eq!((info.expirations, info.evictions, info.len), (1, 0, 4));
            let held: Vec<_> = [1, 2, 3].map(weak).into();
            drop(weak(4));
            let more = weak(5);
            let info = weak::cache_info();
            assert_eq!((info.expirations, info.evictions, info.len), (1, 0, 4));
            drop((held, more));
        }

        /// Wherever it lies.
        #[test]
        fn what_expires_before_its_elders_goes_first() {
            static SHORT: AtomicU32 = AtomicU32::new(0);

            #[memoize($bound = 8, ttl_of = |x, ()| Duration::from_secs(if *x == SHORT.load(Relaxed) { 1 } else { 100 }))]
            fn own(_x: u32) {}
            #[memoize($bound = 8, ttl = "100s", err_ttl = "1s")]
            fn failing(x: u32) -> Result<u32, u32> {
                if x == SHORT.load(Relaxed) { Err(x) } else { Ok(x) }
            }
            #[memoize($bound = 8, ttl = "100s", idle = "2s")]
            fn resting(_x: u32) {}

            let clock = Mock::new();
            let _installed = clock.install();
            for short in 0..8 {
                SHORT.store(short, Relaxed);
                let others = || (0..8).filter(|x| *x != short);
                for x in 0..8 {
                    let _ = (own(x), failing(x), resting(x));
                }
                clock.advance(Duration::from_millis(1500));
                others().for_each(resting);
                clock.advance(Duration::from_secs(1));
                let _ = (own(8), failing(8), resting(8));
                assert!(others().all(|x| own::peek(x).is_some()), "{short}");
                assert!(others().all(|x| failing::peek(x).is_some()), "{short}");
                assert!(others().all(|x| resting::peek(x).is_some()), "{short}");
                for info in [own::cache_info(), failing::cache_info(), resting::cache_info()] {
                    assert_eq!((info.len, info.expirations, info.evictions), (8, 1, 0), "{short}");
                }
                (own::cache_clear(), failing::cache_clear(), resting::cache_clear());
            }
        }

        #[test]
        fn as_many_as_have_expired_go_first() {
            #[memoize($bound = 100, weight = 80, weigh = |_, value| *value, ttl = "10s")]
            fn f(x: usize) -> usize {
                x % 100
            }
            let (old, new) = ([10, 110, 210, 310, 410], [510, 610, 710]);
            let clock = Mock::new();
            let _installed = clock.install();
            let all = |keys: &[usize]| keys.iter().for_each(|x| assert_eq!(f(*x), x % 100));
            all(&old);
            clock.advance(Duration::from_secs(6));
            all(&new);
            all(&old);
            clock.advance(Duration::from_secs(5));
            f(50);
            let info = f::cache_info();
            assert_eq!((info.len, info.weight, info.expirations, info.evictions), (4, 80, 5, 0));
            assert!(new.iter().all(|x| f::peek(*x).is_some()));
        }

        #[test]
        fn is_not_exceeded_in_a_storm() {
            #[memoize($bound = 10)]
            fn f(x: usize) -> Arc<usize> {
                Arc::new(x)
            }
            watched(|| {
                on_threads(8, |thread| {
                    let mut random = Random(thread as u64);
                    for _ in 0..3_000 {
                        let x = random.below(40);
                        match random.below(30) {
                            0 => drop(f::invalidate(x)),
                            1 => drop(f::refresh(x)),
                            2 => f::prime(x, Arc::new(x)),
                            3 => f::set_capacity(1 + x % 10),
                            4 => drop(f::retain(|y, _| y % 7 != x % 7)),
                            5 if x == 0 => f::cache_clear(),
                            _ => assert_eq!(*f(x), x),
                        }
                        let info = f::cache_info();
                        assert!(Some(info.len) <= info.capacity && info.len <= 10, "{info:?}");
                    }
                });
            });
        }
    };
}

mod of_lru {
    use super::*;

    of_both!(lru);
}

mod of_capacity {
    use super::*;

    of_both!(capacity);
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
