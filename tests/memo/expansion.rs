//! What is written in a memoized function means what it meant without the attribute.

use std::panic::Location;
use weakcache::memoize;

mod supertraits {
    use weakcache::memoize;

    pub(super) trait Base {
        type Out;
        type Error;
        fn base(&self) -> Self::Out;
    }

    pub(super) trait Derived: Base {
        type Kind;
        type Unit;
        fn derive(&self, by: Option<Self::Out>) -> Result<(Self::Out, Self::Kind), String>;
        fn name(&self) -> &'static str {
            "derived"
        }
    }

    /// With a variant that is called as a type of the trait.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub(super) enum State {
        Error,
        Unit(u8),
        Fine,
    }

    impl Base for State {
        type Out = u64;
        type Error = ();
        fn base(&self) -> u64 {
            7
        }
    }

    #[memoize]
    impl Derived for State {
        type Kind = Self;
        type Unit = ();

        #[memoize(lru = 8, cache_if = |made| !matches!(made, Ok((_, Self::Fine))))]
        fn derive(&self, by: Option<Self::Out>) -> Result<(Self::Out, Self::Kind), String> {
            let out: Self::Out = self.base() + by.unwrap_or_default();
            let kind: Self::Kind = match self {
                Self::Error => Self::Error,
                Self::Unit(by) => Self::Unit(by + 1),
                Self::Fine => return Err(self.name().to_owned()),
            };
            Ok((out, kind))
        }
    }

    #[test]
    fn their_types_are_found_in_bodies_and_controls() {
        assert_eq!(State::Error.derive(Some(1)), Ok((8, State::Error)));
        assert_eq!(State::Unit(1).derive(None), Ok((7, State::Unit(2))));
        assert_eq!(State::Fine.derive(None), Err("derived".into()));
        assert_eq!(State::Error.derive_peek(Some(1)), Some(Ok((8, State::Error))));
        assert_eq!(State::Unit(3).derive_uncached(None), Ok((7, State::Unit(4))));
        assert_eq!(State::Unit(3).derive_refresh(None), Ok((7, State::Unit(4))));
        State::Error.derive_prime(None, Ok((1, State::Fine)));
        assert_eq!(State::Error.derive(None), Ok((1, State::Fine)));
        assert_eq!(State::derive_cache_info().misses, 4);
    }
}

/// The trait is not in scope but in its impl.
mod out_of_scope {
    pub(super) mod inner {
        pub(crate) trait Measure<'a, T: ?Sized> {
            const SCALE: usize;
            fn measure(&self, of: &'a T) -> usize;
            fn twice(self, of: &'a T) -> Option<usize>
            where
                Self: Sized,
            {
                Some(self.measure(of) * 2)
            }
        }
    }

    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Ruler<const N: usize>;

    #[weakcache::memoize]
    impl<'a, const N: usize> inner::Measure<'a, str> for Ruler<N> {
        const SCALE: usize = N;

        #[weakcache::memoize]
        fn measure(&self, of: &'a str) -> usize {
            of.len() * Self::SCALE
        }

        #[weakcache::memoize]
        fn twice(self, of: &'a str) -> Option<usize> {
            let this: Option<Self> = Some(self);
            this.map(|this| inner::Measure::measure(&this, of) * 2)
        }
    }

    #[test]
    fn it_runs() {
        use inner::Measure as _;
        assert_eq!(
            (Ruler::<2>.measure("abc"), Ruler::<3>.measure("abc"), Ruler::<2>.twice("a")),
            (6, 9, Some(4))
        );
        assert_eq!((Ruler::<2>.measure_peek("abc"), Ruler::<2>.measure_uncached("x")), (Some(6), 2));
        assert_eq!((Ruler::<2>::measure_cache_info().len, Ruler::<3>::measure_cache_info().len), (2, 1));
        assert_eq!(Ruler::<2>.twice_refresh("a"), Some(4));
    }
}

#[test]
fn several_elided_lifetimes_in_the_path_of_a_trait() {
    trait Join<A, B> {
        fn join(&self, a: A, b: B) -> String;
    }
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct With(char);
    #[memoize]
    impl Join<&str, (&str, &'_ [u8])> for With {
        #[memoize(key = (a.to_string(), b.0.to_string(), b.1.to_vec(), self.0))]
        fn join(&self, a: &str, b: (&str, &'_ [u8])) -> String {
            format!("{a}{}{}{}", self.0, b.0, b.1.len())
        }
    }
    let long = String::from("x");
    let made = {
        let short = String::from("y");
        (With('-').join(&long, (&short, &[1])), With('-').join_uncached(&long, (&short, &[])))
    };
    assert_eq!(made, ("x-y1".into(), "x-y0".into()));
    assert_eq!(With::join_cache_info().len, 1);
}

#[test]
fn items_in_a_body_do_not_capture_the_types_of_arguments() {
    type Number = u32;
    mod other {
        #[derive(Debug)]
        pub(super) struct Number;
    }
    #[memoize(controls = false)]
    fn imported(mut x: Number, (y, _): (Number, u8)) -> Number {
        use other::*;
        let _ = Number;
        x += y;
        x
    }
    #[memoize(controls = false)]
    fn declared(mut x: Number, _y: Number) -> u32 {
        struct Number(u32);
        x += 1;
        Number(x).0
    }
    #[memoize(controls = false)]
    async fn waiting((x, y): (Number, Number)) -> u32 {
        struct Number(u32);
        Number(x + y).0
    }
    assert_eq!((imported(1, (2, 3)), declared(1, 2)), (3, 2));
    drop(waiting((1, 2)));
}

#[test]
fn panics_point_to_the_caller_where_that_was_asked_for() {
    #[memoize]
    #[track_caller]
    fn free(x: u32) -> u32 {
        x + Location::caller().line()
    }
    #[memoize(controls = false)]
    #[track_caller]
    fn quiet<T: Into<u32> + Clone + Eq + std::hash::Hash + Send + Sync + 'static>(x: T) -> u32 {
        x.into() + Location::caller().line()
    }
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Type;
    trait Trait {
        #[track_caller]
        fn of_trait(&self, x: u32) -> u32;
        #[track_caller]
        fn of_trait_quiet(&self, x: u32) -> u32;
    }
    #[memoize]
    impl Type {
        #[memoize]
        #[track_caller]
        fn method(&self, x: u32) -> u32 {
            x + Location::caller().line()
        }
        #[memoize(controls = false)]
        #[track_caller]
        fn method_quiet(&self, x: u32) -> u32 {
            x + Location::caller().line()
        }
    }
    #[memoize]
    impl Trait for Type {
        #[memoize]
        #[track_caller]
        fn of_trait(&self, x: u32) -> u32 {
            x + Location::caller().line()
        }
        #[memoize(controls = false)]
        #[track_caller]
        fn of_trait_quiet(&self, x: u32) -> u32 {
            x + Location::caller().line()
        }
    }
    let here = line!();
    assert_eq!(free(0), here + 1);
    assert_eq!(quiet(0_u32), here + 2);
    assert_eq!(Type.method(0), here + 3);
    assert_eq!(Type.method_quiet(0), here + 4);
    assert_eq!(Type.of_trait(0), here + 5);
    assert_eq!(Type.of_trait_quiet(0), here + 6);
    assert_eq!(free::refresh(0), here + 7);
    assert_eq!(Type.method_refresh(0), here + 8);
    assert_eq!(Type.of_trait_refresh(0), here + 9);
    assert_eq!(Type.of_trait_uncached(0), here + 10);
}

#[test]
fn a_function_that_returns_nothing_runs_once_for_each_key() {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    static RUNS: AtomicU32 = AtomicU32::new(0);
    #[memoize(lru = 2, ttl = "1h")]
    fn once(x: u32) {
        RUNS.fetch_add(x, Relaxed);
    }
    once(1);
    once(1);
    once(10);
    assert_eq!((RUNS.load(Relaxed), once::peek(1), once::cache_info().hits), (11, Some(()), 1));
}

#[test]
fn an_operator_in_a_length_is_no_loan() {
    const A: usize = 6;
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Of<const N: usize>;
    #[memoize]
    fn lengths(bytes: [u8; A & 3], of: Of<{ A & 4 }>) -> [u8; A & 3] {
        let Of = of;
        bytes
    }
    assert_eq!((lengths([1, 2], Of), lengths::cache_info().len), ([1, 2], 1));
}

mod controls_take_the_key {
    use super::memoize;

    struct Conn(u32);

    trait Log {
        fn note(&mut self, what: u64);
    }

    impl Log for Vec<u64> {
        fn note(&mut self, what: u64) {
            self.push(what);
        }
    }

    #[memoize(skip(conn))]
    fn load(conn: &Conn, id: u64) -> u64 {
        id + u64::from(conn.0)
    }

    #[memoize(skip(log))]
    fn generic<'a, T, L>(log: &'a mut L, x: T) -> String
    where
        T: std::fmt::Display + Clone + Eq + std::hash::Hash + Send + Sync + 'static,
        L: Log + 'a,
    {
        log.note(1);
        x.to_string()
    }

    #[memoize(key = x.to_bits())]
    fn whole<L: Log>(x: f64, log: &mut L) -> f64 {
        log.note(2);
        x.sqrt()
    }

    #[memoize(key = format!("{a} {}", rest.1))]
    fn formatted(a: u8, b: u8, rest: (u8, u8)) -> u8 {
        a + b + rest.0
    }

    #[memoize(key = *b)]
    fn of_a_pattern((_a, b): (u8, u8), c: &mut u8) -> u8 {
        *c += 1;
        b
    }

    struct Repo(u64);

    #[memoize]
    impl Repo {
        #[memoize(key = id)]
        fn get(&self, id: &'static str, more: u64) -> u64 {
            self.0 + more + id.len() as u64
        }

        #[memoize(key = (self.0, *more))]
        fn of_self(&mut self, id: &str, more: u64) -> u64 {
            self.0 + more + id.len() as u64
        }

        #[memoize(skip(self))]
        fn shared(&self, id: u64) -> u64 {
            self.0 + id
        }
    }

    #[test]
    fn skipped_arguments_are_not_asked_for() {
        assert_eq!(load(&Conn(1), 5), 6);
        assert_eq!((load::peek(5), load::invalidate(5), load::peek(5)), (Some(6), true, None));
        load::prime(5, 70);
        assert_eq!((load(&Conn(2), 5), load::refresh(&Conn(2), 5), load::uncached(&Conn(3), 5)), (70, 7, 8));

        let mut log: Vec<u64> = Vec::new();
        assert_eq!(generic(&mut log, 5_u8), "5");
        assert_eq!((generic::peek(5_u8), generic::peek(6_u8)), (Some("5".into()), None));
        assert_eq!((generic::cache_info::<u8>().len, generic::cache_info::<u16>().len), (1, 0));
        assert_eq!(generic::refresh(&mut log, 5_u8), "5");
        assert_eq!(generic::uncached(&mut log, 5_u8), "5");
        generic::cache_clear::<u8>();
        assert_eq!((generic::sweep::<u8>(), log.len()), (0, 3));
    }

    #[test]
    fn of_a_key_of_ones_own_what_it_names() {
        let mut log: Vec<u64> = Vec::new();
        assert!((whole(4.0, &mut log) - 2.0).abs() < 1e-9);
        assert_eq!(
            (whole::peek(4.0).is_some(), whole::invalidate(4.0), whole::peek(4.0)),
            (true, true, None)
        );
        assert_eq!(
            (whole::cache_info().misses, whole::refresh(9.0, &mut log).to_bits()),
            (1, 3_f64.to_bits())
        );

        assert_eq!((formatted(1, 2, (3, 4)), formatted(1, 9, (9, 4))), (6, 6));
        assert_eq!((formatted::peek(1, (0, 4)), formatted::invalidate(1, (0, 5))), (Some(6), false));

        let mut count = 0;
        assert_eq!((of_a_pattern((1, 2), &mut count), of_a_pattern((2, 2), &mut count), count), (2, 2, 1));
        assert_eq!(of_a_pattern::peek((0, 2)), Some(2));

        let mut repo = Repo(1);
        assert_eq!((repo.get("a", 1), Repo::get_peek("a"), Repo::get_invalidate("b")), (3, Some(3), false));
        assert_eq!((repo.of_self("a", 1), repo.of_self_peek(1), Repo(2).of_self_peek(1)), (3, Some(3), None));
        assert_eq!((repo.shared(1), Repo::shared_peek(1), repo.shared_refresh(1)), (2, Some(2), 2));
        Repo::shared_prime(1, 9);
        assert_eq!(repo.shared(1), 9);
    }
}

#[test]
fn a_sweep_says_how_many_entries_went() {
    use std::sync::Arc;
    use std::time::Duration;
    use weakcache::clock::Mock;

    let clock = Mock::new();
    let _installed = clock.install();
    #[memoize(ttl = "1s", lru = 100)]
    fn timed(x: u32) -> u32 {
        x
    }
    #[memoize(ttl = "1s", local)]
    fn local<T: 'static>(x: u32) -> u32 {
        x
    }
    #[memoize(weak)]
    fn weak(x: u32) -> Arc<u32> {
        Arc::new(x)
    }
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Type(u32);
    #[memoize]
    impl Type {
        #[memoize(idle = "1s")]
        fn method(&self) -> u32 {
            self.0
        }
    }
    assert_eq!((timed::sweep(), local::sweep::<u8>(), weak::sweep(), Type::method_sweep()), (0, 0, 0, 0));
    let held: Vec<_> = (0..10).map(weak).collect();
    for x in 0..10 {
        timed(x);
        local::<u8>(x);
        Type(x).method();
    }
    assert_eq!((timed::sweep(), local::sweep::<u8>(), weak::sweep(), Type::method_sweep()), (0, 0, 0, 0));
    clock.advance(Duration::from_secs(2));
    timed(10);
    let [one, ..] = held.as_slice() else { unreachable!() };
    let one = one.clone();
    drop(held);
    let swept = (timed::sweep(), local::sweep::<u8>(), weak::sweep(), Type::method_sweep());
    // Some were swept as the last came in.
    assert!((1..10).contains(&swept.0));
    assert_eq!((swept.1, swept.2, swept.3), (10, 9, 10));
    assert_eq!((timed::cache_info().len, weak::cache_info().len, *one), (1, 1, 0));
    assert_eq!((timed::cache_info().expirations, timed(10)), (10, 10));
}

#[test]
fn a_limit_on_waiting_is_taken_and_computes_as_ever() {
    use std::time::Duration;
    #[memoize(single_flight = "50ms")]
    fn text(x: u32) -> u32 {
        x
    }
    #[memoize(single_flight = Duration::from_millis(20), lru = 2)]
    fn expression(x: u32) -> u32 {
        x
    }
    assert_eq!((text(1), text(1), expression(1), expression(1)), (1, 1, 1, 1));
    assert_eq!((text::cache_info().hits, expression::cache_info().hits), (1, 1));
}
