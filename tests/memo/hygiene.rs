//! Expansions in unfriendly places. Compiling is most of the test.

use weakcache::memoize;

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

    #[memoize(weak_key(x))]
    fn weakly(x: &::std::sync::Arc<u32>, y: u32) -> u32 {
        **x + y
    }

    #[memoize(local, lru = 2, weak_key)]
    fn any_weakly<T: 'static>(x: ::std::rc::Rc<T>, y: ::std::option::Option<&str>) -> u32 {
        ::std::convert::From::from(y.is_some() && ::std::rc::Rc::strong_count(&x) == 1)
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

    pub(super) struct Holder {
        pub(super) memo: ::weakcache::Memo,
    }

    #[memoize(controls(vis = "pub(super)"))]
    impl Holder {
        #[memoize(in(self.memo), lru = 1 + 1, ttl = "1s", skip(y))]
        fn held<T>(&self, x: &str, y: T) -> ::std::result::Result<u32, ()> {
            let _ = y;
            if x.is_empty() { ::std::result::Result::Err(()) } else { ::std::result::Result::Ok(7) }
        }

        #[memoize(in(self.memo), key = (*x, y.len()))]
        pub(super) async fn held_later(&mut self, x: u32, y: &[u8]) -> u32 {
            let _ = y;
            x
        }
    }

    pub(super) fn run() -> u64 {
        let mut count = 0;
        let holder = Holder { memo: ::weakcache::Memo::new() };
        let _ = holder.held("", 1u8);
        options(1, (2, 3), &mut count);
        options(1, (2, 3), &mut count);
        local::<u8>(1).unwrap_or(1);
        keyed(1);
        weakly(&::std::sync::Arc::new(1), any_weakly(::std::rc::Rc::new(1), ::std::option::Option::None));
        let thing = Thing(5);
        plain("x", thing.number() + thing.alone(1) + count)
    }
}

/// What a name in reports is made with is something else, and the name comes out of a macro by example.
mod named {
    #![no_implicit_prelude]
    #![deny(warnings, clippy::all, clippy::pedantic, clippy::nursery)]
    #![allow(non_camel_case_types, reason = "there to mislead")]

    use ::weakcache::memoize;

    struct str;
    struct String;
    struct Options;
    mod std {}
    mod core {}
    mod weakcache {}

    macro_rules! named {
        ($label:literal) => {
            #[memoize(name = $label)]
            pub(super) fn free(x: u32) -> u32 {
                x
            }
        };
    }
    named!("by example");

    #[memoize(name = "of \u{202e}\"<T>\"\n", local)]
    pub(super) fn local<T: 'static>(x: u32) -> u32 {
        x
    }

    #[memoize(name = r"a \raw name", controls = false)]
    pub(super) fn alone(x: u32) -> u32 {
        x
    }

    #[memoize(name = "task")]
    pub(super) async fn task(x: u32) -> u32 {
        x
    }

    #[derive(::std::clone::Clone, ::std::hash::Hash, ::std::cmp::PartialEq, ::std::cmp::Eq)]
    pub(super) struct Thing(pub(super) u32, pub(super) ::weakcache::Memo);

    #[memoize]
    impl Thing {
        #[memoize(name = "method")]
        pub(super) fn method(&self) -> u32 {
            self.0
        }

        #[memoize(name = "in the value", in(self.1))]
        pub(super) fn held(&self, x: u32) -> u32 {
            x
        }
    }

    pub(super) fn run(thing: &Thing) -> u32 {
        let _ = (str, String, Options);
        let sum = free(1) + local::<u8>(2) + alone(3) + thing.method() + thing.held(5);
        ::std::mem::drop(task(sum));
        sum
    }
}

/// What closures of an expansion might call what they are given, arguments are called.
#[test]
fn arguments_named_as_what_is_generated() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Thing(u32);

    #[memoize]
    impl Thing {
        #[memoize(local, lru = 2)]
        fn of_a_thread(&self, slot: u32, slots: u32, work: &str) -> u32 {
            self.0 + slot + slots + u32::try_from(work.len()).unwrap()
        }
        #[memoize(local)]
        fn of_a_thread_and_a_type<T: 'static>(&self, slot: u32, slots: u32) -> u32 {
            self.0 + slot + slots
        }
        #[memoize(local, controls = false)]
        fn without_controls(&self, slot: u32, slots: u32) -> u32 {
            self.0 + slot + slots
        }
        #[memoize(local, key = (*slot, *slots))]
        async fn later(&self, slot: u32, slots: u32) -> u32 {
            self.0 + slot + slots
        }
    }
    #[memoize(local)]
    fn free(slot: u32, slots: u32) -> u32 {
        slot + slots
    }

    let thing = Thing(1);
    assert_eq!(thing.of_a_thread(2, 3, "four"), 10);
    assert_eq!(thing.of_a_thread_peek(2, 3, "four"), Some(10));
    assert_eq!(thing.of_a_thread_and_a_type::<u8>(2, 3), 6);
    assert_eq!(thing.without_controls(2, 3), 6);
    assert_eq!(crate::tasks::finish(thing.later(2, 3)), 6);
    assert_eq!(free(2, 3), 5);
}

#[test]
fn names_in_reports() {
    let thing = named::Thing(4, weakcache::Memo::new());
    assert_eq!(named::run(&thing), 15);
    assert_eq!(crate::tasks::now(named::task(6)), 6);
    let names: Vec<_> =
        weakcache::caches().filter(|cache| cache.misses == 1).map(|cache| cache.name).collect();
    let expected =
        ["by example", "of \u{202e}\"<T>\"\n::<u8>", r"a \raw name", "task", "method", "in the value"];
    for name in expected {
        assert!(names.iter().any(|listed| listed == name), "{name}: {names:?}");
    }
}

#[test]
fn shadowed_names() {
    assert_eq!(shadowed::run(), 13);
    assert_eq!(shadowed::plain::cache_info().misses, 1);
    let holder = shadowed::Holder { memo: weakcache::Memo::new() };
    assert_eq!((holder.held_retain(|_, _| true), holder.held_later_cache_info().misses), (0, 0));
    assert_eq!(shadowed::Thing::number_cache_info().misses, 1);
}

/// What a public interface with all lints would have to say.
mod documented {
    #![deny(warnings, missing_docs, unreachable_pub, clippy::all, clippy::pedantic, clippy::nursery)]

    use weakcache::memoize;

    /// Adds.
    #[memoize(lru = 10)]
    #[must_use]
    pub(super) fn add(a: u32, b: u32) -> u32 {
        a + b
    }

    /// Parses.
    ///
    /// # Errors
    ///
    /// If it is no number.
    #[memoize]
    pub(super) fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
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

/// Every option and every place, under every lint that a user might deny.
mod strict {
    #![deny(
        warnings,
        let_underscore_drop,
        meta_variable_misuse,
        missing_docs,
        private_bounds,
        private_interfaces,
        redundant_lifetimes,
        single_use_lifetimes,
        trivial_casts,
        trivial_numeric_casts,
        unit_bindings,
        unnameable_types,
        unreachable_pub,
        unused_import_braces,
        unused_lifetimes,
        unused_qualifications,
        unused_results,
        clippy::all,
        clippy::pedantic,
        clippy::nursery
    )]

    use std::hash::{Hash, RandomState};
    use std::rc::Rc;
    use std::sync::Arc;
    use weakcache::memoize;

    #[memoize(lru = 8, ttl = "1h", idle = "5m", name = "strict", hasher = RandomState, single_flight = false)]
    fn timed((a, b): (u32, &str), maybe: Option<&str>) -> String {
        format!("{a}{b}{}", maybe.unwrap_or_default())
    }

    #[memoize(key = (x.to_bits(), text.len()), cache_if = |y| y.is_finite())]
    fn keyed(x: f64, text: &str, log: &mut Vec<u8>) -> f64 {
        log.extend(text.bytes());
        x.sqrt()
    }

    #[memoize(local, skip(log))]
    fn local(text: &Rc<str>, log: &mut Vec<u8>) -> Rc<str> {
        log.push(1);
        text.clone()
    }

    #[memoize(weak)]
    fn weak(x: u32) -> Arc<u32> {
        Arc::new(x)
    }

    #[memoize(cache_errors, controls = "generic_cache")]
    fn generic<T: Hash + Eq + Clone + Send + Sync + 'static, const N: usize>(x: [T; N]) -> Result<T, String> {
        x.into_iter().next().ok_or_else(|| "empty".to_owned())
    }

    #[memoize(err_ttl = "1s", controls = false)]
    fn alone(mut x: u32) -> Result<u32, ()> {
        x += 1;
        if x == 1 { Err(()) } else { Ok(x) }
    }

    /// # Safety
    ///
    /// None is needed.
    #[memoize]
    unsafe fn trusting(x: u32) -> u32 {
        x
    }

    trait Area {
        fn area(&self, scale: u32) -> u32;

        #[memoize(skip(self))]
        fn doubled(&self, x: u32) -> u32
        where
            Self: Sized + 'static,
        {
            x * 2
        }
    }

    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Square<T>(T);

    #[memoize]
    impl<T: Hash + Eq + Clone + Send + Sync + Into<u32> + 'static> Area for Square<T> {
        #[memoize(lru = 4)]
        fn area(&self, scale: u32) -> u32 {
            let side: u32 = self.0.clone().into();
            side * side * scale
        }
    }

    #[test]
    fn it_runs() {
        let mut log = Vec::new();
        assert_eq!(timed((1, "a"), Some("b")), "1ab");
        assert!((keyed(4.0, "x", &mut log) - 2.0).abs() < f64::EPSILON);
        assert_eq!(&*local(&"a".into(), &mut log), "a");
        assert_eq!((*weak(1), generic([1_u8, 2]), alone(0), alone(1)), (1, Ok(1), Err(()), Ok(2)));
        // SAFETY: it asks for nothing.
        assert_eq!(unsafe { trusting(1) }, 1);
        assert_eq!((Square(2_u8).area(1), Square(2_u8).doubled(2)), (4, 4));
        assert_eq!(Square::<u8>::area_cache_info().len, 1);
        assert_eq!(generic_cache::cache_info::<u8, 2>().misses, 1);
        assert_eq!(log, [b'x', 1]);
    }
}

mod raw_identifiers {
    use weakcache::memoize;

    #[derive(Clone, PartialEq, Eq, Hash)]
    struct r#Type {
        r#fn: u32,
    }

    #[memoize]
    impl r#Type {
        #[memoize(skip(r#in))]
        fn r#match(&self, r#in: u32) -> u32 {
            self.r#fn + r#in
        }
    }

    #[memoize(key = *r#move, cache_if = |r#mod| *r#mod != 2)]
    fn r#loop(r#move: u32) -> u32 {
        r#move
    }

    #[memoize(skip(r#type), controls = false)]
    fn r#impl(r#type: u32, (r#a, _): (u32, u32)) -> u32 {
        r#type + a
    }

    #[test]
    fn it_runs() {
        let value = r#Type { r#fn: 1 };
        assert_eq!((value.r#match(1), value.r#match(2), r#Type::match_cache_info().hits), (2, 2, 1));
        assert_eq!((r#loop(1), r#loop(2), r#loop::cache_info().len), (1, 2, 1));
        assert_eq!((r#impl(1, (1, 1)), r#impl(2, (1, 1))), (2, 2));
    }
}

mod configured_arguments {
    #![deny(warnings)]
    use weakcache::memoize;

    #[memoize(lru = 4)]
    fn free(a: u32, #[cfg(test)] b: u32, #[cfg(not(test))] c: u8, #[cfg(test)] d: u32) -> u32 {
        #[cfg(test)]
        return a + b + d;
        #[cfg(not(test))]
        return a + u32::from(c);
    }

    #[memoize(skip(gone, there), controls = false)]
    fn skipped(a: u32, #[cfg(not(test))] gone: u32, #[cfg(test)] there: u32) -> u32 {
        a + there
    }

    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Shape(usize);

    #[memoize]
    impl Shape {
        #[memoize]
        fn area(&self, #[cfg(not(test))] a: &str, #[cfg(test)] b: &str) -> usize {
            b.len() * self.0
        }
    }

    #[test]
    fn they_are_as_any_other_where_they_are_there() {
        assert_eq!((free(1, 2, 3), free(1, 2, 4), free(1, 2, 3)), (6, 7, 6));
        assert_eq!((free::peek(1, 2, 4), free::cache_info().hits), (Some(7), 1));
        assert_eq!((skipped(1, 2), skipped(1, 3)), (3, 3));
        assert_eq!((Shape(1).area("a"), Shape(1).area("ab"), Shape::area_cache_info().len), (1, 2, 2));
    }
}

/// Out of a macro by example: an impl block, and expressions that name arguments from inside and outside.
#[test]
fn blocks_and_expressions_by_example() {
    macro_rules! block {
        ($ty:ident, $name:ident($argument:ident: $of:ty), $key:expr, $keep:expr) => {
            #[weakcache::memoize]
            impl $ty {
                #[weakcache::memoize(lru = 4, key = $key, cache_if = $keep)]
                fn $name($argument: $of, more: u32) -> u32 {
                    u32::from($argument) + more
                }

                #[weakcache::memoize(key = (*x, $argument.clone()))]
                fn inside(x: u32, $argument: $of) -> u32 {
                    u32::from($argument) + x
                }
            }
        };
    }
    struct Numbers;
    block!(Numbers, sum(x: u8), *x / 2, |value| *value != 3);
    assert_eq!((Numbers::sum(2, 2), Numbers::sum(3, 2)), (4, 4));
    assert_eq!((Numbers::sum(0, 3), Numbers::sum_cache_info().len), (3, 1));
    assert_eq!((Numbers::inside(1, 2), Numbers::inside_peek(1, 2)), (3, Some(3)));
}

/// A hasher's tokens say where errors about it stand: they may come from anywhere.
#[test]
fn hashers_by_example() {
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, RandomState};

    macro_rules! hashed {
        ($point:ident, $pair:ident, $free:ident, $hasher:ty) => {
            #[weakcache::interned(hasher = $hasher)]
            struct $point(u32, String);

            #[weakcache::interned(hasher = std::hash::BuildHasherDefault<DefaultHasher>)]
            struct $pair<T>(T, T);

            #[weakcache::memoize(hasher = $hasher)]
            fn $free(x: u32) -> u32 {
                x
            }

            #[weakcache::memoize(hasher = BuildHasherDefault<DefaultHasher>, controls = false, local)]
            fn inside(x: u32) -> u32 {
                x
            }
        };
    }
    hashed!(Point, Pair, free, RandomState);
    assert!(Point::new(1, "a") == Point::new(1, "a") && Point::get(1, "a").is_none());
    assert!(Pair::new(1, 2) == Pair::new(1, 2));
    assert_eq!((free(1), free::cache_info().len, inside(1)), (1, 1, 1));

    #[weakcache::interned(hasher = S)]
    struct With<S: BuildHasher + Default>(u32, std::marker::PhantomData<S>);
    assert!(With::<RandomState>::new(1, std::marker::PhantomData) == With::new(1, std::marker::PhantomData));

    #[weakcache::memoize(hasher = S)]
    fn with<S: BuildHasher + Default + Send + Sync + 'static>(x: u32) -> usize {
        size_of::<S>() + x as usize
    }
    assert_eq!((with::<RandomState>(1), with::cache_info::<RandomState>().len), (17, 1));
}

/// Lints that the user allows are allowed wherever the user's tokens stand.
mod allowed {
    #![deny(warnings)]
    #![allow(unreachable_pub)]

    use std::hash::Hash;
    use weakcache::memoize;

    #[deprecated]
    #[derive(Clone, PartialEq, Eq, Hash)]
    pub struct Old(u8);

    #[allow(non_snake_case)]
    #[memoize]
    pub fn upper(X: u8) -> u8 {
        X
    }

    #[expect(non_snake_case)]
    #[memoize]
    pub async fn expected(X: u8) -> u8 {
        X
    }

    #[allow(deprecated)]
    #[memoize]
    pub fn old(x: &Old) -> u8 {
        x.0
    }

    #[allow(non_camel_case_types)]
    #[memoize]
    pub fn lower<t: Clone + Hash + Eq + Send + Sync + 'static>(x: t) -> t {
        x
    }

    #[allow(unused_parens)]
    #[memoize(lru = { 1 + 1 })]
    pub fn parens(x: (u8)) -> u8 {
        x
    }

    #[allow(deprecated)]
    #[memoize]
    impl Old {
        #[allow(non_snake_case)]
        #[memoize]
        pub fn method(&self, X: u8) -> u8 {
            self.0 + X
        }
    }
}

#[test]
#[expect(deprecated)]
fn what_is_allowed_is_allowed_everywhere() {
    assert_eq!((allowed::upper(1), allowed::lower(2), allowed::parens(3)), (1, 2, 3));
    drop(allowed::expected(1));
    let _: fn(&allowed::Old) -> u8 = allowed::old;
    let _: fn(&allowed::Old, u8) -> u8 = allowed::Old::method;
    let _ = allowed::Old::method_cache_info();
}

#[test]
fn fragments_of_macros_by_example() {
    use weakcache::memoize;
    macro_rules! function {
        ($name:ident, $ttl:literal, $room:literal, $body:block) => {
            #[memoize(ttl = $ttl, lru = $room)]
            fn $name() -> u8 $body
        };
    }
    function!(one, "60s", 8, { 1 });
    assert_eq!((one(), one::cache_info().capacity), (1, Some(8)));
}

/// Attributes under `cfg_attr`: as if they were written where the condition holds, and not there elsewhere.
#[test]
fn configured_attributes_in_a_block() {
    use weakcache::memoize;
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Shape(u32);
    #[memoize]
    impl Shape {
        #[cfg_attr(test, must_use, memoize(lru = 2))]
        #[cfg_attr(not(test), must_use)]
        fn area(&self) -> u32 {
            self.0 * self.0
        }

        #[cfg_attr(not(test), memoize)]
        fn plain(&self, log: &mut Vec<u32>) -> u32 {
            log.push(self.0);
            self.0
        }

        #[cfg_attr(all(), cfg_attr(test, memoize(lru = 7)))]
        #[cfg_attr(any(), memoize(local))]
        fn nested(&self) -> u32 {
            self.0
        }
    }
    let shape = Shape(3);
    assert_eq!((shape.area(), shape.area()), (9, 9));
    assert_eq!((Shape::area_cache_info().hits, Shape::area_cache_info().capacity), (1, Some(2)));
    let mut log = Vec::new();
    assert_eq!((shape.plain(&mut log), shape.plain(&mut log), log.len()), (3, 3, 2));
    assert_eq!((shape.nested(), Shape::nested_cache_info().capacity), (3, Some(7)));
}
