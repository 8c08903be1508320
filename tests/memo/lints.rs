//! What is generated needs no `allow`, and lints say of a memoized function what they say of any.
//!
//! That clippy is silent shows when clippy is run on the tests; that lints fire, in `tests/ui`.

/// Every form, where no lint may be allowed.
mod forbidden {
    #![forbid(warnings, clippy::all, clippy::pedantic, clippy::nursery)]
    #![forbid(
        dead_code,
        deprecated,
        non_camel_case_types,
        non_snake_case,
        unreachable_code,
        unreachable_pub,
        unused,
        unused_lifetimes,
        unused_variables,
        let_underscore_drop,
        meta_variable_misuse,
        missing_copy_implementations,
        missing_debug_implementations,
        missing_docs,
        private_bounds,
        private_interfaces,
        redundant_lifetimes,
        single_use_lifetimes,
        trivial_casts,
        trivial_numeric_casts,
        unit_bindings,
        unnameable_types,
        unused_import_braces,
        unused_qualifications,
        unused_results,
        rust_2018_idioms,
        clippy::shadow_reuse,
        clippy::shadow_same,
        clippy::shadow_unrelated,
        clippy::exhaustive_enums
    )]

    use std::fmt::Display;
    use std::future::ready;
    use std::hash::{Hash, RandomState};
    use std::rc::Rc;
    use std::sync::Arc;
    use std::time::Duration;
    use weakcache::memoize;

    /// Adds.
    #[memoize(lru = 10)]
    #[must_use]
    pub(super) fn documented(a: u32, _b: u32) -> u32 {
        a
    }

    /// Parses.
    ///
    /// # Errors
    ///
    /// If it is no number.
    #[memoize]
    pub(super) fn fails(text: &str) -> Result<u32, std::num::ParseIntError> {
        text.parse()
    }

    #[memoize(lru = 8, ttl = "1h", idle = "5m", name = "a", hasher = RandomState, single_flight = false)]
    fn patterns((a, b): (u32, &str), maybe: Option<&str>, fixed: Option<&'static str>) -> String {
        format!("{a}{b}{}{}", maybe.unwrap_or_default(), fixed.unwrap_or_default())
    }

    #[memoize(
        key = (x.to_bits(), text.len(), *a, maybe.map(str::len)),
        cache_if = |y| y.is_finite(),
        single_flight = Duration::from_millis(1),
    )]
    fn keyed(x: f64, text: &str, log: &mut Vec<u8>, (a, _c): (u32, u8), maybe: Option<&str>) -> f64 {
        log.extend(text.bytes());
        x.sqrt() + f64::from(a) + f64::from(u8::from(maybe.is_some()))
    }

    #[memoize]
    fn owned(
        a: Option<u32>,
        b: Option<String>,
        c: Vec<u8>,
        d: Box<u8>,
        e: std::borrow::Cow<'static, str>,
    ) -> usize {
        drop((a, b, c, d, e));
        1
    }

    #[memoize(key = (list.len(), text.len()))]
    fn owned_by_key(list: Vec<u8>, text: String) -> usize {
        drop((list, text));
        1
    }

    #[memoize(local, skip(log))]
    fn local(text: &Rc<str>, log: &mut Vec<u8>) -> Rc<str> {
        log.push(1);
        Rc::clone(text)
    }

    #[memoize(local, controls = false)]
    fn local_alone(text: &Rc<str>) -> Rc<str> {
        Rc::clone(text)
    }

    #[memoize(weak)]
    fn weak(x: u32) -> Arc<u32> {
        Arc::new(x)
    }

    #[memoize(cache_errors, controls = "GenericCache")]
    fn generic<T: Hash + Eq + Clone + Send + Sync + 'static, const N: usize>(x: [T; N]) -> Result<T, String> {
        x.into_iter().next().ok_or_else(|| "empty".to_owned())
    }

    #[memoize(skip(log, name))]
    fn skipping<'a, L: FnMut(&str)>(mut log: L, name: &'a str, other: &'a str) -> usize {
        log(name);
        other.len()
    }

    #[memoize(err_ttl = "1s", controls = false)]
    fn alone(mut x: u32, _y: u8, (a, b): (u8, u8), _: u8) -> Result<u32, ()> {
        x += 1;
        if x == 1 { Err(()) } else { Ok(x + u32::from(a + b)) }
    }

    #[memoize(controls = false, key = (*x, *b))]
    fn alone_by_key(mut x: u32, (_a, b): (u8, u8)) -> u32 {
        x += 1;
        x + u32::from(b)
    }

    /// # Safety
    ///
    /// None is needed.
    #[memoize]
    unsafe fn trusting(x: u32) -> u32 {
        x
    }

    #[memoize]
    async fn waits(x: u32, text: &str) -> Result<u32, String> {
        ready(()).await;
        if x == 1 { Ok(x) } else { Err(text.into()) }
    }

    #[memoize(controls = false)]
    async fn waits_alone(mut x: u32, text: &str, _y: u8) -> Result<u32, String> {
        x += 1;
        ready(()).await;
        if x == 1 { Ok(x) } else { Err(text.into()) }
    }

    #[memoize(controls = false)]
    async fn never_alone(x: u32) -> u32 {
        ready(()).await;
        panic!("{x}")
    }

    #[memoize]
    async fn never(x: u32) -> u32 {
        ready(()).await;
        panic!("{x}")
    }

    #[memoize(lru = 3, skip(x))]
    fn nothing(x: &mut Vec<u8>, y: u8) {
        x.push(y);
    }

    trait Base {
        type Out;
    }

    trait Area: Base {
        type Unit;
        fn area(&self, scale: u32, _unused: u8) -> (u32, Self::Out, Self::Unit);
        async fn wait(&self, scale: u32) -> u32;
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

    impl<T> Base for Square<T> {
        type Out = u8;
    }

    #[memoize]
    impl<T: Hash + Eq + Clone + Send + Sync + Into<u32> + 'static> Area for Square<T> {
        type Unit = u16;

        #[memoize(lru = 4)]
        fn area(&self, scale: u32, _unused: u8) -> (u32, Self::Out, Self::Unit) {
            let side: u32 = self.0.clone().into();
            let out: Self::Out = 3;
            (side * side * scale, out, 4)
        }

        #[memoize]
        async fn wait(&self, scale: u32) -> u32 {
            ready(()).await;
            scale
        }
    }

    #[memoize]
    impl<T: Hash + Eq + Clone + Send + Sync + Into<u32> + Display + 'static> Square<T> {
        #[memoize(lru = 4, ttl = "1s")]
        fn method(&self, scale: u32, mut y: u8) -> String {
            y += 1;
            format!("{}{scale}{y}", self.0)
        }

        #[memoize(controls = false)]
        #[track_caller]
        fn tracked(&self, scale: u32) -> String {
            format!("{}{scale}", self.0)
        }

        #[memoize(key = scale)]
        async fn by_key(&self, scale: &'static str) -> String {
            ready(()).await;
            format!("{}{scale}", self.0)
        }
    }

    impl Square<u8> {
        #[memoize]
        fn method_alone(&self, scale: u32, _: u8) -> u32 {
            u32::from(self.0) * scale
        }
    }

    #[test]
    fn it_runs() {
        let mut log = Vec::new();
        assert_eq!(
            (documented(1, 2), fails("1"), patterns((1, "a"), Some("b"), None)),
            (1, Ok(1), "1ab".into())
        );
        assert!(keyed(4.0, "x", &mut log, (1, 2), None) > 2.0);
        assert_eq!(owned(None, None, Vec::new(), Box::new(1), "a".into()), 1);
        assert_eq!(owned_by_key(Vec::new(), String::new()), 1);
        assert_eq!(local(&"a".into(), &mut log), local_alone(&"a".into()));
        assert_eq!((*weak(1), generic([1_u8, 2])), (1, Ok(1)));
        assert_eq!((skipping(|_| {}, "a", "b"), skipping::peek("b")), (1, Some(1)));
        assert_eq!((alone(0, 1, (1, 2), 3), alone_by_key(1, (1, 2))), (Err(()), 4));
        // SAFETY: it asks for nothing.
        assert_eq!(unsafe { trusting(1) }, 1);
        drop((waits(1, "a"), waits_alone(1, "a", 1), never(1), never_alone(1)));
        nothing(&mut log, 5);
        let square = Square(1_u8);
        assert_eq!((square.area(1, 2), square.doubled(2), square.method(1, 2)), ((1, 3, 4), 4, "113".into()));
        assert_eq!((square.tracked(1), square.method_alone(1, 2)), ("11".into(), 1));
        drop((square.wait(1), square.by_key("a")));
    }
}
