//! Expansions in unfriendly places. Compiling is most of the test.

/// Everything that an expansion might name by accident is something else, and all lints are errors.
mod shadowed {
    #![no_implicit_prelude]
    #![deny(warnings, clippy::all, clippy::pedantic)]
    #![allow(dead_code, non_camel_case_types, clippy::upper_case_acronyms)]

    use ::weakcache::memoize;

    pub(super) struct Option;
    pub(super) struct Some;
    pub(super) struct None;
    pub(super) struct Result;
    pub(super) struct Ok;
    pub(super) struct Err;
    pub(super) struct String;
    pub(super) struct Box;
    pub(super) struct Vec;
    pub(super) struct Slot;
    pub(super) struct Cache;
    pub(super) struct usize;
    pub(super) struct bool;
    pub(super) trait Clone {}
    pub(super) trait Send {}
    pub(super) trait Sync {}
    pub(super) trait Sized {}
    pub(super) trait Eq {}
    pub(super) trait Hash {}
    pub(super) trait FnOnce {}
    pub(super) mod std {}
    pub(super) mod core {}
    pub(super) mod weakcache {}

    #[memoize]
    pub(super) fn plain(x: &str, y: u32) -> u64 {
        let _ = x;
        ::std::convert::From::from(y)
    }

    #[memoize(lru = 2, ttl = "1s", idle = "1s", skip(z), cache_if = |x| *x != 3)]
    pub(super) fn options(x: u32, (a, _): (u32, u32), z: &mut u32) -> u32 {
        *z += 1;
        x + a
    }

    #[memoize(local, err_ttl = "1s")]
    fn local<T: 'static>(x: u32) -> ::std::result::Result<u32, ()> {
        if ::std::mem::size_of::<T>() == 0 {
            ::std::result::Result::Err(())
        } else {
            ::std::result::Result::Ok(x)
        }
    }

    #[memoize(key = *x)]
    fn keyed(x: u32) -> u32 {
        x
    }

    #[derive(::std::clone::Clone, ::std::hash::Hash, ::std::cmp::PartialEq, ::std::cmp::Eq)]
    pub(super) struct Thing(u32);

    #[memoize]
    impl Thing {
        /// Documented.
        #[memoize(lru = 4)]
        pub(super) fn number(&self) -> u32 {
            self.0
        }
    }

    impl Thing {
        #[memoize(controls = false)]
        pub(super) fn alone(&self, x: u32) -> u32 {
            self.0 + x
        }
    }

    pub(super) fn run() -> u64 {
        let mut count = 0;
        options(1, (2, 3), &mut count);
        options(1, (2, 3), &mut count);
        local::<u8>(1).unwrap_or(1);
        keyed(1);
        let thing = Thing(5);
        plain("x", thing.number() + thing.alone(1) + count)
    }
}

#[test]
fn shadowed_names() {
    assert_eq!(shadowed::run(), 13);
    assert_eq!(shadowed::plain::cache_info().misses, 1);
    assert_eq!(shadowed::Thing::number_cache_info().misses, 1);
}

/// What a public interface with all lints would have to say.
mod documented {
    #![deny(warnings, missing_docs, unreachable_pub, clippy::all, clippy::pedantic, clippy::nursery)]

    use weakcache::memoize;

    /// Adds.
    #[memoize(lru = 10)]
    #[must_use]
    pub(crate) fn add(a: u32, b: u32) -> u32 {
        a + b
    }

    /// Parses.
    ///
    /// # Errors
    ///
    /// If it is no number.
    #[memoize]
    pub(crate) fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
        text.parse()
    }

    #[memoize]
    #[expect(clippy::needless_pass_by_value, reason = "to see that it is accepted")]
    fn takes(text: String) -> usize {
        text.len()
    }

    #[memoize(local)]
    #[allow(unused_variables)]
    fn unused(x: u32, y: u32) -> u32 {
        x
    }

    #[test]
    fn behaves() {
        assert_eq!((add(1, 2), parse("1"), takes("a".into()), unused(1, 2)), (3, Ok(1), 1, 1));
    }
}

/// Out of a macro by example, with types and names that come from outside of it.
macro_rules! memoized {
    ($name:ident, $ty:ty, $option:ty, $body:expr) => {
        #[weakcache::memoize(lru = 4)]
        fn $name(x: $ty, maybe: $option) -> String {
            let _ = (x, maybe);
            let value = $body;
            format!("{value}")
        }
    };
}

#[test]
fn macros_by_example() {
    memoized!(f, &str, Option<&str>, 1 + 1);
    assert_eq!((f("a", None), f("a", None)), ("2".into(), "2".into()));
    assert_eq!(f::cache_info().hits, 1);
}

#[test]
fn configured_functions() {
    struct Both;
    #[weakcache::memoize]
    impl Both {
        #[cfg(test)]
        #[weakcache::memoize]
        fn there() -> u32 {
            1
        }
        #[cfg(not(test))]
        #[weakcache::memoize]
        fn there() -> u32 {
            2
        }
    }
    #[cfg(not(test))]
    #[weakcache::memoize]
    fn f() -> u32 {
        2
    }
    #[cfg(test)]
    #[weakcache::memoize]
    fn f() -> u32 {
        1
    }
    assert_eq!((Both::there(), f(), Both::there_cache_info().len, f::cache_info().len), (1, 1, 1, 1));
}

mod reexported {
    pub(super) use ::weakcache as cache;
}

#[test]
fn the_crate_under_another_path() {
    #[weakcache::memoize(crate = reexported::cache, hasher = std::hash::RandomState, name = "renamed")]
    fn f(x: u32) -> u32 {
        x
    }
    assert_eq!((f(1), f::cache_info().len), (1, 1));
}

#[test]
fn items_in_the_body_exist_once() {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    #[weakcache::memoize]
    fn f(x: u32) -> u32 {
        static RUNS: AtomicU32 = AtomicU32::new(0);
        RUNS.fetch_add(1, Relaxed) + x
    }
    assert_eq!((f(0), f::uncached(0), f::refresh(0), f(0)), (0, 1, 2, 2));
}
