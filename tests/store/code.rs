//! Which functions find what others have stored: those of one name and one code.

use std::sync::LazyLock;
use weakcache::store::Memory;
use weakcache::{CacheInfo, fingerprint, memoize};

/// One for all tests, as one file is for all functions.
static STORE: LazyLock<Memory> = LazyLock::new(Memory::new);

/// How a result came about.
#[derive(Clone, Copy, Debug, PartialEq)]
enum From {
    Body,
    Store,
}

fn from(info: CacheInfo) -> From {
    assert_eq!((info.hits, info.misses + info.store_hits, info.store_failures), (0, 1, 0));
    if info.store_hits == 1 { From::Store } else { From::Body }
}

/// Modules that are states of one program: each has a function `f`, of one name if that says so.
macro_rules! states {
    ($($state:ident { $($item:tt)* })*) => {
        $(
            #[allow(dead_code, unused, clippy::pedantic)]
            mod $state {
                use super::super::STORE;
                use super::*;
                use weakcache::{fingerprint, memoize};

                $($item)*

                pub(super) fn run() -> (u64, super::super::From) {
                    (f(1), super::super::from(f::cache_info()))
                }
            }
        )*
    };
}

mod edits {
    states! {
        first {
            #[memoize(store = &*STORE, name = "edits")]
            fn f(x: u64) -> u64 {
                x + 1
            }
        }
        commented {
            /// Documented.
            #[memoize(name = "edits", store = &*STORE,)]
            #[inline]
            #[must_use]
            pub fn f(
                x: u64, // a comment
            ) -> u64 {
                x
                    + 1 /* another */
            }
        }
        body {
            #[memoize(store = &*STORE, name = "edits")]
            fn f(x: u64) -> u64 {
                x + 2
            }
        }
        signature {
            #[memoize(store = &*STORE, name = "edits")]
            fn f(x: u64) -> (u64) {
                x + 1
            }
        }
        attribute {
            #[memoize(store = &*STORE, name = "edits")]
            #[track_caller]
            fn f(x: u64) -> u64 {
                x + 1
            }
        }
        another_name {
            #[memoize(store = &*STORE, name = "others")]
            fn f(x: u64) -> u64 {
                x + 1
            }
        }
        no_name {
            #[memoize(store = &*STORE)]
            fn f(x: u64) -> u64 {
                x + 1
            }
        }
        no_name_again {
            #[memoize(store = &*STORE)]
            fn f(x: u64) -> u64 {
                x + 1
            }
        }
    }

    #[test]
    fn comments_find_what_is_stored_and_edits_do_not() {
        use super::From::{Body, Store};
        assert_eq!(first::run(), (2, Body));
        assert_eq!(commented::run(), (2, Store));
        assert_eq!(body::run(), (3, Body));
        assert_eq!(signature::run(), (2, Body));
        assert_eq!(attribute::run(), (2, Body));
        assert_eq!(another_name::run(), (2, Body));
        assert_eq!(no_name::run(), (2, Body));
        assert_eq!(no_name_again::run(), (2, Body));
    }
}

mod versions {
    pub(super) const TWO: u64 = 2;

    states! {
        none {
            #[memoize(store = &*STORE, name = "versions")]
            fn f(x: u64) -> u64 { x }
        }
        one {
            #[memoize(store = &*STORE, name = "versions", version = 1)]
            fn f(x: u64) -> u64 { x }
        }
        two {
            #[memoize(store = &*STORE, name = "versions", version = TWO)]
            fn f(x: u64) -> u64 { x }
        }
        two_again {
            #[memoize(store = &*STORE, name = "versions", version = if cfg!(all()) { 2 } else { 1 })]
            fn f(x: u64) -> u64 { x }
        }
        two_without_tokens {
            #[memoize(store = &*STORE, name = "versions", version = 2, fingerprint = false)]
            fn f(x: u64) -> u64 { x }
        }
        three_without_tokens {
            #[memoize(store = &*STORE, name = "versions", version = 3, fingerprint = false)]
            fn f(x: u64) -> u64 { x + 1 }
        }
    }

    #[test]
    fn a_version_begins_anew() {
        use super::From::{Body, Store};
        assert_eq!(none::run(), (1, Body));
        assert_eq!(one::run(), (1, Body));
        assert_eq!(two::run(), (1, Body));
        assert_eq!(two_again::run(), (1, Store));
        assert_eq!(two_without_tokens::run(), (1, Body));
        assert_eq!(three_without_tokens::run(), (2, Body));
    }
}

mod without {
    states! {
        first {
            #[memoize(store = &*STORE, name = "without", fingerprint = false)]
            fn f(x: u64) -> u64 { x + 1 }
        }
        edited {
            #[fingerprint]
            const STEP: u64 = 2;

            #[memoize(store = &*STORE, name = "without", fingerprint = false, depends(STEP))]
            fn f(x: u64) -> u64 { x + STEP }
        }
        with {
            #[memoize(store = &*STORE, name = "without", fingerprint = true)]
            fn f(x: u64) -> u64 { x + 1 }
        }
    }

    #[test]
    fn without_fingerprint_an_edit_finds_what_is_stored() {
        use super::From::{Body, Store};
        assert_eq!(first::run(), (2, Body));
        assert_eq!(edited::run(), (2, Store));
        assert_eq!(with::run(), (2, Body));
    }
}

mod dependencies {
    states! {
        first {
            #[fingerprint]
            const STEP: u64 = 1;

            #[fingerprint(depends(STEP))]
            fn step(x: u64) -> u64 { x + STEP }

            #[memoize(store = &*STORE, name = "dependencies", depends(step))]
            fn f(x: u64) -> u64 { step(x) }
        }
        the_same {
            #[fingerprint] // A comment.
            const STEP: u64 = 1;

            #[memoize(lru = 3)]
            #[fingerprint(depends(STEP))]
            fn step(x: u64) -> u64 { x + STEP }

            #[memoize(store = &*STORE, name = "dependencies", depends(self::step))]
            fn f(x: u64) -> u64 { step(x) }
        }
        one_further_down {
            #[fingerprint]
            const STEP: u64 = 2;

            #[fingerprint(depends(STEP))]
            fn step(x: u64) -> u64 { x + STEP }

            #[memoize(store = &*STORE, name = "dependencies", depends(step))]
            fn f(x: u64) -> u64 { step(x) }
        }
        by_the_other_attribute {
            #[fingerprint]
            const STEP: u64 = 1;

            #[fingerprint(depends(STEP))]
            fn step(x: u64) -> u64 { x + STEP }

            #[fingerprint(depends(step))]
            #[memoize(store = &*STORE, name = "dependencies")]
            fn f(x: u64) -> u64 { step(x) }
        }
        of_a_version {
            #[fingerprint]
            const STEP: u64 = 1;

            #[fingerprint(depends(STEP))]
            #[memoize(store = &*STORE, version = 2)]
            fn step(x: u64) -> u64 { x + STEP }

            #[memoize(store = &*STORE, name = "dependencies", depends(step))]
            fn f(x: u64) -> u64 { step(x) }
        }
        none {
            fn step(x: u64) -> u64 { x + 1 }

            #[memoize(store = &*STORE, name = "dependencies")]
            fn f(x: u64) -> u64 { step(x) }
        }
    }

    #[test]
    fn what_a_function_depends_on_counts() {
        use super::From::{Body, Store};
        assert_eq!(first::run(), (2, Body));
        assert_eq!(the_same::run(), (2, Store));
        assert_eq!(one_further_down::run(), (3, Body));
        assert_eq!(by_the_other_attribute::run(), (2, Store));
        assert_eq!(of_a_version::run(), (2, Body));
        assert_eq!(none::run(), (2, Body));
    }
}

mod options {
    states! {
        first {
            #[memoize(store = &*STORE, name = "options")]
            fn f(x: u64) -> u64 { x }
        }
        of_memory {
            #[memoize(
                store = &*STORE, name = "options", lru = 3, ttl = "1h", idle = "1m", jitter = 0.1,
                on_evict = |_, _, _| (), single_flight = false, hasher = std::hash::RandomState,
            )]
            fn f(x: u64) -> u64 { x }
        }
        of_keys {
            #[memoize(store = &*STORE, name = "options", key = *x / 2)]
            fn f(x: u64) -> u64 { x }
        }
        of_other_keys {
            #[memoize(store = &*STORE, name = "options", key = *x / 3)]
            fn f(x: u64) -> u64 { x }
        }
        of_what_is_kept {
            #[memoize(store = &*STORE, name = "options", cache_if = |x| *x > 0)]
            fn f(x: u64) -> u64 { x }
        }
        tagged {
            #[memoize(store = &*STORE, name = "options", tags(*x))]
            fn f(x: u64) -> u64 { x }
        }
    }

    #[test]
    fn options_count_that_say_what_is_kept_under_which_key() {
        use super::From::{Body, Store};
        assert_eq!(first::run(), (1, Body));
        assert_eq!(of_memory::run(), (1, Store));
        assert_eq!(of_keys::run(), (1, Body));
        assert_eq!(of_other_keys::run(), (1, Body));
        assert_eq!(of_what_is_kept::run(), (1, Body));
        assert_eq!(tagged::run(), (1, Body));
    }

    #[allow(unused_variables)]
    mod skips {
        use super::super::{From, STORE, from};
        use weakcache::memoize;

        mod first {
            use super::*;
            #[memoize(store = &*STORE, name = "skips", skip(b))]
            pub(super) fn f(a: u64, b: u64) -> u64 {
                a
            }
        }
        mod second {
            use super::*;
            #[memoize(store = &*STORE, name = "skips", skip(a))]
            pub(super) fn f(a: u64, b: u64) -> u64 {
                a
            }
        }

        #[test]
        fn what_is_skipped_counts() {
            assert_eq!((first::f(1, 1), from(first::f::cache_info())), (1, From::Body));
            assert_eq!((second::f(2, 1), from(second::f::cache_info())), (2, From::Body));
        }
    }
}

/// Functions of one text in different surroundings, where names mean something else.
mod surroundings {
    use super::{From, STORE, from};
    use std::sync::LazyLock;
    use weakcache::memoize;
    use weakcache::store::Memory;

    macro_rules! within {
        ($name:ident, $step:expr) => {
            fn $name() -> (u64, From) {
                const STEP: u64 = $step;
                #[memoize(store = &*STORE)]
                fn f(x: u64) -> u64 {
                    x + STEP
                }
                (f(1), from(f::cache_info()))
            }
        };
    }
    within!(one, 1);
    within!(two, 2);

    macro_rules! without_controls {
        ($name:ident, $step:expr) => {
            fn $name() -> u64 {
                const STEP: u64 = $step;
                #[memoize(store = &*STORE, controls = false)]
                fn f(x: u64) -> u64 {
                    x + STEP
                }
                f(1)
            }
        };
    }
    without_controls!(three, 3);
    without_controls!(four, 4);

    /// Two blocks of one function: their paths are one.
    #[test]
    fn functions_in_blocks() {
        let first = || {
            const STEP: u64 = 1;
            #[memoize(store = &*STORE)]
            fn f(x: u64) -> u64 {
                x + STEP
            }
            (f(1), from(f::cache_info()))
        };
        let second = {
            const STEP: u64 = 2;
            #[memoize(store = &*STORE)]
            fn f(x: u64) -> u64 {
                x + STEP
            }
            let first_call = (f(1), from(f::cache_info()));
            f::retain(|_, _| false);
            assert_eq!((f(1), f::cache_info().store_hits), (3, 1));
            first_call
        };
        assert_eq!((first(), second), ((2, From::Body), (3, From::Body)));
    }

    #[test]
    fn functions_in_functions() {
        assert_eq!((one(), two()), ((2, From::Body), (3, From::Body)));
        assert_eq!((three(), four()), (4, 5));
    }

    trait Number: 'static {
        const STEP: u64;
        fn step(x: u64) -> u64
        where
            Self: Sized;
        fn other(&self, x: u64) -> u64;
        fn provided(&self, x: u64) -> u64
        where
            Self: Sized
                + serde::Serialize
                + serde::de::DeserializeOwned
                + Eq
                + std::hash::Hash
                + Clone
                + Send
                + Sync;
    }

    macro_rules! number {
        ($ty:ident, $step:expr) => {
            #[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
            struct $ty;

            #[memoize]
            impl Number for $ty {
                const STEP: u64 = $step;

                #[memoize(store = &*STORE)]
                fn step(x: u64) -> u64 {
                    x + Self::STEP
                }

                #[memoize(store = &*STORE)]
                fn other(&self, x: u64) -> u64 {
                    x + Self::STEP
                }

                #[memoize(store = &*STORE, controls = false)]
                fn provided(&self, x: u64) -> u64 {
                    x + Self::STEP
                }
            }

            impl $ty {
                #[memoize(store = &*STORE)]
                fn alone(&self, x: u64) -> u64 {
                    x + Self::STEP
                }
            }
        };
    }
    number!(One, 1);
    number!(Two, 2);

    #[test]
    fn methods_of_two_types() {
        assert_eq!((One::step(1), Two::step(1)), (2, 3));
        assert_eq!((One.other(1), Two.other(1)), (2, 3));
        assert_eq!((One.provided(1), Two.provided(1)), (2, 3));
        assert_eq!((One.alone(1), Two.alone(1)), (2, 3));
    }

    #[test]
    fn methods_of_two_traits() {
        trait A {
            fn f(x: u64) -> u64;
        }
        trait B {
            fn f(x: u64) -> u64;
        }
        struct Both;
        #[memoize(controls = "of_a")]
        impl A for Both {
            #[memoize(store = &*STORE)]
            fn f(x: u64) -> u64 {
                x + 1
            }
        }
        #[memoize(controls = "of_b")]
        impl B for Both {
            #[memoize(store = &*STORE)]
            fn f(x: u64) -> u64 {
                x + 1
            }
        }
        assert_eq!((<Both as A>::f(1), <Both as B>::f(1)), (2, 2));
        assert_eq!((from(Both::of_a_cache_info()), from(Both::of_b_cache_info())), (From::Body, From::Body));
    }

    #[memoize(store = &*STORE, name = "width")]
    fn width<T: 'static, const N: usize>(x: usize) -> usize {
        x + N * size_of::<T>()
    }

    #[memoize(store = &*STORE, controls = false, name = "height")]
    fn height<T: 'static, const B: bool>(x: usize) -> usize {
        x + usize::from(B) + size_of::<T>()
    }

    #[test]
    fn instances_of_generic_functions() {
        assert_eq!((width::<u8, 1>(1), width::<u16, 1>(1), width::<u8, 3>(1)), (2, 3, 4));
        assert_eq!((height::<u8, false>(1), height::<u16, false>(1), height::<u8, true>(1)), (2, 3, 3));
        assert_eq!(from(width::cache_info::<u8, 1>()), From::Body);
    }

    /// Nothing that lasts tells these apart, and so none of them has what another stored, in whatever run.
    #[test]
    fn instances_of_types_of_one_path_have_no_store() {
        static OWN: LazyLock<Memory> = LazyLock::new(Memory::new);

        #[memoize(store = &*OWN)]
        fn size<T: 'static>(x: usize) -> usize {
            x + size_of::<T>()
        }

        fn load<T: 'static>() -> (usize, (u64, u64)) {
            size::retain::<T>(|_, _| false);
            let size = size::<T>(1);
            let info = size::cache_info::<T>();
            (size, (info.store_hits, info.store_failures))
        }

        let narrow = {
            struct S(#[expect(dead_code, reason = "it has a size")] u8);
            load::<S>
        };
        let wide = {
            struct S(#[expect(dead_code, reason = "it has a size")] u16);
            load::<S>
        };
        assert_eq!([narrow(), narrow()], [(2, (0, 0)), (2, (1, 0))]);
        assert_eq!(OWN.len(), 1);
        assert_eq!([wide(), wide()], [(3, (0, 1)), (3, (0, 2))]);
        assert!(OWN.is_empty(), "in the next run the other may be first");
        assert_eq!((narrow(), OWN.len()), ((2, (1, 1)), 0));
        size::prime::<u8>(1, 7);
        assert_eq!((load::<u8>(), OWN.len()), ((7, (1, 0)), 1), "others have theirs");
    }

    struct Generic<T>(std::marker::PhantomData<T>);

    #[memoize]
    impl<T: 'static> Generic<T> {
        #[memoize(store = &*STORE, name = "of generic")]
        fn size(x: usize) -> usize {
            x + size_of::<T>()
        }

        #[memoize(store = &*STORE, controls = false)]
        fn with<U: 'static>(x: usize) -> usize {
            x + size_of::<(T, U)>()
        }
    }

    #[test]
    fn methods_of_generic_types() {
        assert_eq!((Generic::<u8>::size(1), Generic::<u16>::size(1)), (2, 3));
        assert_eq!((Generic::<u8>::with::<u8>(1), Generic::<u8>::with::<[u8; 2]>(1)), (3, 4));
        assert_eq!((Generic::<[u8; 4]>::with::<u8>(1), Generic::<[u8; 5]>::with::<u8>(1)), (6, 7));
        let _ = Generic(std::marker::PhantomData::<u8>);
    }
}

/// What the tokens name may be another type one day.
mod types {
    macro_rules! builds {
        ($($build:ident { type Key = $key:ty; type Value = $value:ty; })*) => {$(
            mod $build {
                use super::super::{From, STORE, from};
                use weakcache::memoize;

                type Key = $key;
                type Value = $value;

                #[memoize(store = &*STORE, name = "types")]
                fn f(x: Key) -> Result<Value, String> {
                    x.try_into().map_err(|_| String::new())
                }

                #[memoize(store = &*STORE, name = "types, lent")]
                fn lent(x: Option<&Key>, (y, _): (&Key, u8)) -> Value {
                    x.map_or(0, |x| (x + y).try_into().unwrap_or(0))
                }

                #[memoize(store = &*STORE, name = "types, as a whole", key = *x)]
                fn whole(x: Key) -> Value {
                    x.try_into().unwrap_or(0)
                }

                pub(super) fn run() -> [From; 3] {
                    assert_eq!((f(1), lent(Some(&1), (&1, 0)), whole(1)), (Ok(1), 2, 1));
                    [f::cache_info(), lent::cache_info(), whole::cache_info()].map(from)
                }
            }
        )*};
    }

    builds! {
        first { type Key = i32; type Value = i64; }
        another_key { type Key = i16; type Value = i64; }
        another_value { type Key = i32; type Value = i16; }
        again { type Key = i32; type Value = i64; }
    }

    #[test]
    fn count_whatever_their_names_are() {
        use super::From::{Body, Store};
        assert_eq!([first::run(), another_key::run(), another_value::run()], [[Body; 3]; 3]);
        assert_eq!(again::run(), [Store; 3]);
    }
}

#[fingerprint]
struct Row;

#[memoize(store = &*STORE, depends(Row))]
async fn later(x: u64) -> u64 {
    let _ = Row;
    x
}

#[test]
fn async_functions_have_codes_too() {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut call = std::pin::pin!(later(1));
    assert_eq!(call.as_mut().poll(&mut context), std::task::Poll::Ready(1));
    assert_eq!(from(later::cache_info()), From::Body);
}
