//! `capacity`, `weight` and `weigh` in unfriendly places. Compiling, without a lint, is most of the test.

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
    struct Capacity;
    struct Weighed;
    struct usize;
    struct u64;
    trait Fn {}
    trait Clone {}
    trait Send {}
    mod std {}
    mod core {}
    mod weakcache {}
    fn bytes() {}
    fn weighed() {}

    const MANY: ::std::primitive::usize = 100;

    #[memoize(capacity = MANY)]
    fn bounded(x: &str) -> ::std::result::Result<u32, ()> {
        let _ = x;
        ::std::result::Result::Ok(1)
    }

    #[memoize(capacity = 10, weight = "1 KiB", weigh = |text, _| text.len())]
    fn text(x: &str) -> ::std::result::Result<u32, ()> {
        let _ = x;
        ::std::result::Result::Ok(1)
    }

    #[memoize(local, lru = 10, weight = MANY * 2, weigh = |text, &y, _| text.len() + y)]
    fn apart(x: &str, y: ::std::primitive::usize) -> u32 {
        let _ = (x, y);
        1
    }

    #[memoize(weight = 4096, weigh = |_, _, &weight| weight)]
    async fn task(x: u32, (weight, _): (::std::primitive::usize, u8)) -> ::std::primitive::usize {
        let _ = x;
        weight
    }

    #[test]
    fn it_runs() {
        use crate::tasks::now;
        ::std::assert_eq!(
            (bounded("x"), text("x")),
            (::std::result::Result::Ok(1), ::std::result::Result::Ok(1))
        );
        ::std::assert_eq!((apart("abc", 4), apart::cache_info().weight), (1, 7));
        ::std::assert_eq!((now(task(1, (5, 2))), task::cache_info().weight), (5, 5));
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
        unused_braces,
        unused_lifetimes,
        unused_parens,
        unused_qualifications,
        unused_results,
        unused_variables,
        rust_2018_idioms,
        clippy::shadow_reuse,
        clippy::shadow_same,
        clippy::shadow_unrelated,
        clippy::clone_on_copy,
        clippy::let_underscore_must_use,
        clippy::pattern_type_mismatch,
        clippy::let_underscore_untyped
    )]

    use crate::tasks::now;
    use std::collections::HashMap;
    use std::future::ready;
    use std::hash::{Hash, RandomState};
    use std::sync::Arc;
    use weakcache::{Memo, memoize};

    const KILO: usize = 1 << 10;

    /// Counts.
    #[memoize(capacity = KILO * 2, ttl = "1h")]
    pub(super) fn counted(text: &str, _unused: u8) -> usize {
        text.len()
    }

    /// Parses.
    ///
    /// # Errors
    ///
    /// If it is no number.
    #[memoize(capacity = 128, weight = "1.5 MiB", weigh = |key, value| key.0.len() + usize::from(*value), err_ttl = "1s")]
    pub(super) fn parsed(text: &str, _unused: u8) -> Result<u8, std::num::ParseIntError> {
        text.parse()
    }

    #[memoize(weight = KILO, weigh = |text: &String, &extra: &usize, _: &u8, value: &Arc<str>| -> usize { text.len() + extra + value.len() })]
    fn typed(text: &str, extra: usize, _c: u8) -> Arc<str> {
        text.repeat(extra).into()
    }

    #[memoize(lru = 8, weight = KILO, weigh = |mut text, _, _, value| {
        if value.is_empty() {
            text = value;
        }
        text.len()
    })]
    fn patterns(text: &str, (a, _b): (u8, &str), _c: u8) -> String {
        text.repeat(usize::from(a))
    }

    #[memoize(weight = "64 KB", weigh = |len, value| *len + *value, key = text.len(), controls = false)]
    fn alone(text: &str, mut b: u8, _c: u8) -> usize {
        b += 1;
        text.len() + usize::from(b)
    }

    #[memoize(weight = "64 KB", weigh = |&()| 1)]
    fn nothing() {}

    #[memoize(batch, weight = KILO, weigh = |id, scale, value| *id + *scale + value.len())]
    async fn many(ids: &[usize], scale: usize) -> HashMap<usize, String> {
        ready(()).await;
        ids.iter().map(|id| (*id, (id * scale).to_string())).collect()
    }

    #[derive(Clone, Default, PartialEq, Eq, Hash)]
    struct Service<T>(T, Memo);

    #[memoize]
    impl<T: Clone + Eq + Hash + Into<u32> + Send + Sync + 'static> Service<T> {
        #[memoize(weight = KILO, weigh = |own, text, value| usize::from(own.1 == Memo::new()) + text.len() + *value)]
        fn answer(&self, text: &str) -> usize {
            text.len()
        }

        #[memoize(in(self.1), capacity = KILO, weight = KILO, weigh = |a, b, value| a.len() + b.len() + *value, hasher = RandomState)]
        async fn within(&self, a: &str, b: &str) -> usize {
            ready(()).await;
            a.len() + b.len()
        }

        #[memoize(skip(self), local, capacity = 3, weight = KILO, weigh = |&(), value| *value)]
        fn quiet(self) -> usize {
            usize::try_from(self.0.into()).unwrap_or_default()
        }
    }

    #[test]
    fn it_runs() {
        nothing();
        assert_eq!((counted("a", 1), parsed("7", 1), &*typed("ab", 2, 3)), (1, Ok(7), "abab"));
        assert_eq!((patterns("ab", (0, "c"), 4), alone("abc", 1, 2)), (String::new(), 5));
        assert_eq!(now(many(&[1, 2], 3)).len(), 2);
        let service = Service(1_u8, Memo::new());
        assert_eq!((service.answer("ab"), now(service.within("ab", "c")), service.quiet()), (2, 3, 1));
        let infos = [
            parsed::cache_info(),
            typed::cache_info(),
            patterns::cache_info(),
            nothing::cache_info(),
            many::cache_info(),
            Service::<u8>::answer_cache_info(),
        ];
        assert_eq!(infos.map(|info| info.weight), [8, 8, 0, 1, 11, 5]);
    }
}
