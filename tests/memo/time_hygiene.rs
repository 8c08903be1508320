//! Options about time and tags, and closures that are shown entries, in unfriendly places. Compiling, without a lint, is most of the test.

/// Everything that an expansion might name by accident is something else.
mod shadowed {
    #![no_implicit_prelude]
    #![deny(warnings, clippy::all, clippy::pedantic)]
    #![allow(dead_code, non_camel_case_types, clippy::unnecessary_wraps)]

    use ::weakcache::memoize;

    struct Option;
    struct Some;
    struct None;
    struct Result;
    struct Ok;
    struct Err;
    struct Box;
    struct Future;
    struct usize;
    struct bool;
    struct f64;
    trait Clone {}
    trait Copy {}
    trait Send {}
    trait ToOwned {}
    trait Borrow {}
    trait FnOnce {}
    mod std {}
    mod core {}
    mod weakcache {}

    fn spawn<F>(_: F) {}

    #[memoize(ttl = "1m", jitter = 0.1, refresh_after = "50s", stale_if_error = "1h")]
    fn renewed(x: &str) -> ::std::result::Result<u32, ()> {
        let _ = x;
        ::std::result::Result::Ok(1)
    }

    #[memoize(idle = "1m", jitter = 0.1, err_ttl = "1s", refresh_after = "50s")]
    fn idle(x: u32) -> ::std::result::Result<u32, ()> {
        ::std::result::Result::Ok(x)
    }

    #[memoize(ttl_of = |_, _| ::std::time::Duration::MAX, on_evict = |_, _, _| ())]
    fn shown(x: &str, y: u32) -> ::std::result::Result<u32, ()> {
        let _ = x;
        ::std::result::Result::Ok(y)
    }

    #[memoize(tags(*x, (*pair, "tag")))]
    fn tagged(x: u32, (pair, _): (u8, &str)) -> u32 {
        x + <u32 as ::std::convert::From<u8>>::from(pair)
    }

    #[memoize(refresh_after = "50s", spawn = spawn, tags(*x))]
    async fn task(
        x: u32,
        text: &str,
        maybe: ::std::option::Option<&str>,
        (pair, _): (u8, &str),
    ) -> ::std::result::Result<u32, ()> {
        let _ = (text, maybe, pair);
        ::std::result::Result::Ok(x)
    }

    #[derive(::std::clone::Clone, ::std::hash::Hash, ::std::cmp::PartialEq, ::std::cmp::Eq)]
    struct Thing(u32);

    #[memoize]
    impl Thing {
        #[memoize(refresh_after = "50s", spawn = spawn)]
        async fn number(&self) -> u32 {
            self.0
        }
    }

    #[test]
    fn it_runs() {
        use crate::tasks::now;
        ::std::assert_eq!(
            (renewed("x"), idle(1)),
            (::std::result::Result::Ok(1), ::std::result::Result::Ok(1))
        );
        let got = now(task(1, "x", ::std::option::Option::None, (1, "y")));
        ::std::assert_eq!((got, now(Thing(1).number())), (::std::result::Result::Ok(1), 1));
    }
}

/// No lint may be allowed.
mod forbidden {
    #![forbid(warnings, clippy::all, clippy::pedantic, clippy::nursery)]
    #![forbid(
        unsafe_code,
        dead_code,
        let_underscore_drop,
        missing_docs,
        non_snake_case,
        single_use_lifetimes,
        trivial_casts,
        trivial_numeric_casts,
        unreachable_code,
        unreachable_pub,
        unused,
        unused_lifetimes,
        unused_qualifications,
        unused_results,
        unused_variables,
        rust_2018_idioms,
        clippy::shadow_reuse,
        clippy::shadow_same,
        clippy::shadow_unrelated,
        clippy::clone_on_copy,
        clippy::let_underscore_must_use
    )]

    use crate::tasks::now;
    use std::future::ready;
    use std::path::Path;
    use std::time::Duration;
    use weakcache::memoize;

    /// Parses.
    ///
    /// # Errors
    ///
    /// If it is no number.
    #[memoize(
        ttl = Duration::from_mins(1),
        jitter = f64::from(1_u8) / 10.0,
        refresh_after = Duration::from_secs(1),
        stale_if_error = "1d",
        err_ttl = "1s",
        cache_if = Result::is_ok,
    )]
    pub(super) fn renewed(text: &str, _unused: u8) -> Result<u32, std::num::ParseIntError> {
        text.parse()
    }

    #[memoize(
        lru = 4,
        ttl_of = |(text, _), len| Duration::from_secs(u64::from(*len)) + Duration::from_secs(text.len() as u64),
        on_evict = |(text, b), len, cause| drop((text.clone(), *b, *len, cause)),
    )]
    fn shown(text: &str, _b: u8) -> Result<u8, std::num::TryFromIntError> {
        text.len().try_into()
    }

    #[memoize(on_evict = |key, _, _| drop(key.clone()), controls = false, key = (text.to_owned(), *b))]
    fn shown_alone(text: &str, mut b: u8, _c: u8) -> usize {
        b += 1;
        text.len() + usize::from(b)
    }

    #[memoize(lru = 4, tags(text.len(), (*a, "a"), maybe.is_some()))]
    fn tagged(text: &str, (a, _b): (u8, u8), _c: u8, maybe: Option<&str>) -> usize {
        text.len() + usize::from(a) + maybe.map_or(0, str::len)
    }

    #[memoize(tags(text.len(), *b), controls = false)]
    fn tagged_alone(text: &str, mut b: u8, _c: u8) -> usize {
        b += 1;
        text.len() + usize::from(b)
    }

    #[memoize(local, key = (text.len(), *b), tags(text.len(), *b))]
    fn tagged_by_key(text: &str, b: u8, _c: u8) -> usize {
        text.len() + usize::from(b)
    }

    #[memoize(refresh_after = "1s", spawn = drop, cache_if = |x| !x.is_empty(), tags(a.len(), *b))]
    async fn task(a: &str, mut b: u32, _c: u8, (d, _e): (&Path, u8), f: Option<&str>, _: u8) -> String {
        b += 1;
        ready(()).await;
        format!("{a}{b}{}{f:?}", d.display())
    }

    #[memoize(refresh_after = "1s", spawn = drop, controls = false)]
    async fn alone<'a>(a: &'a str, mut b: u32, (c, _d): (&'a str, u8)) -> String {
        b += 1;
        ready(()).await;
        format!("{a}{b}{c}")
    }

    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Service<T>(T);

    #[memoize]
    impl<T: Clone + Eq + std::hash::Hash + Into<u32> + Send + Sync + 'static> Service<T> {
        #[memoize(refresh_after = "1s", spawn = drop, tags(self.0.clone().into(), text.len()))]
        async fn answer(&self, text: &str) -> u32 {
            ready(()).await;
            let mut answer: u32 = self.0.clone().into();
            answer += u32::from(!text.is_empty());
            answer
        }

        #[memoize(refresh_after = "1s", spawn = drop, controls = false)]
        async fn quiet(self) -> u32 {
            ready(()).await;
            self.0.into()
        }
    }

    #[test]
    fn it_runs() {
        assert_eq!(renewed("7", 1), Ok(7));
        assert_eq!((tagged("a", (1, 2), 3, None), tagged_alone("a", 1, 2)), (2, 3));
        assert_eq!((shown("a", 1), shown_alone("a", 1, 2)), (Ok(1), 3));
        assert_eq!(tagged_by_key("a", 1, 2), 2);
        assert_eq!(now(task("a", 1, 2, (Path::new("b"), 3), Some("c"), 5)), "a2bSome(\"c\")");
        assert_eq!(now(alone("a", 1, ("b", 2))), "a2b");
        assert_eq!((now(Service(1_u8).answer("x")), now(Service(1_u8).quiet())), (2, 1));
    }
}
