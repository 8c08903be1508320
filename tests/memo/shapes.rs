//! What can be memoized, and what the key is.

use crate::tasks::finish;
use std::borrow::Cow;
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use weakcache::memoize;

/// Runs `calls` and counts how often the bodies that count in `counter` ran.
fn runs(counter: &AtomicU32, calls: impl FnOnce()) -> u32 {
    let before = counter.load(Relaxed);
    calls();
    counter.load(Relaxed) - before
}

macro_rules! counters {
    ($($name:ident),*) => { $(static $name: AtomicU32 = AtomicU32::new(0);)* };
}

#[test]
fn borrowed_arguments() {
    counters!(RUNS);
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Point(i32, i32);

    #[memoize]
    fn all(text: &str, bytes: &[u8], path: &Path, point: &Point, maybe: Option<&str>) -> usize {
        RUNS.fetch_add(1, Relaxed);
        text.len()
            + bytes.len()
            + path.as_os_str().len()
            + maybe.map_or(0, str::len)
            + usize::from(point.0 == 1)
    }
    let (text, path) = (String::from("text"), PathBuf::from("p"));
    assert_eq!(runs(&RUNS, || assert_eq!(all(&text, &[1, 2], &path, &Point(1, 2), Some("x")), 9)), 1);
    assert_eq!(
        runs(&RUNS, || assert_eq!(all("text", &[1, 2], Path::new("p"), &Point(1, 2), Some("x")), 9)),
        0
    );
    assert_eq!(runs(&RUNS, || assert_eq!(all("text", &[1, 2], Path::new("p"), &Point(1, 2), None), 8)), 1);
    assert_eq!(all::cache_info().len, 2);
}

#[test]
fn owned_arguments_are_moved_into_the_body() {
    #[memoize]
    fn join(mut parts: Vec<String>, last: String) -> String {
        parts.push(last);
        parts.concat()
    }
    for _ in 0..2 {
        assert_eq!(join(vec!["a".into(), "b".into()], "c".into()), "abc");
    }
    assert_eq!((join::cache_info().hits, join::cache_info().misses), (1, 1));
    assert_eq!(join::peek(vec!["a".into(), "b".into()], "c".into()), Some("abc".into()));
}

#[test]
fn patterns_are_part_of_the_key() {
    #[memoize]
    fn sum((a, b): (u32, u32), [c, _]: [u32; 2], _: u8, mut d: u32) -> u32 {
        d += 1;
        a + b + c + d
    }
    assert_eq!(sum((1, 2), [3, 4], 5, 6), 13);
    assert_eq!(sum((1, 2), [3, 4], 5, 6), 13);
    assert_eq!(sum((1, 2), [3, 4], 9, 6), 13);
    assert_eq!((sum::cache_info().hits, sum::cache_info().misses), (1, 2));
}

#[test]
#[expect(clippy::toplevel_ref_arg, reason = "that is what is tested")]
fn patterns_that_begin_with_a_name_are_bound_in_the_body() {
    #[memoize]
    fn sum(pair @ (a, b): (u32, u32), ref c: u32, mut d @ (Ok(e) | Err(e)): Result<u32, u32>) -> u32 {
        if e == 9 {
            d = Ok(90);
        }
        pair.0 * 1000 + pair.1 * 100 + a + b + *c + d.unwrap_or(e)
    }
    #[memoize(key = pair.0 + a)]
    fn of_key(pair @ (a, _): (u32, u32)) -> u32 {
        pair.1 + a
    }
    #[memoize]
    fn unnamed(ref _a: u32, _b @ (_, c): (u32, u32)) -> u32 {
        c
    }

    assert_eq!(sum((1, 2), 3, Ok(4)), 1210);
    assert_eq!(sum((1, 2), 3, Err(9)), 1296);
    assert_eq!(sum((1, 2), 3, Ok(4)), 1210);
    assert_eq!((sum::cache_info().hits, sum::cache_info().misses), (1, 2));
    assert_eq!(of_key((1, 5)), 6);
    assert_eq!(of_key((1, 6)), 6, "of the same key");
    assert_eq!(unnamed(1, (2, 3)), 3);

    // In a closure where it was.
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Scale(u32);
    impl Scale {
        #[memoize]
        fn sum(
            &self,
            pair @ (a, b): (u32, u32),
            ref c: u32,
            mut d @ (Ok(e) | Err(e)): Result<u32, u32>,
        ) -> u32 {
            if e == 9 {
                d = Ok(90);
            }
            (pair.0 + pair.1 + a + b + *c + d.unwrap_or(e)) * self.0
        }
        #[memoize]
        async fn later(&self, pair @ (a, _): (u32, u32), ref _b: u32) -> u32 {
            (pair.1 + a) * self.0
        }
        #[memoize]
        fn changed(&self, ref mut a: u32, (ref mut b, _): (u32, u32)) -> u32 {
            *a += 1;
            *b += *a;
            *b * self.0
        }
        #[memoize]
        fn unnamed(&self, _b @ (_, c): (u32, u32)) -> u32 {
            c * self.0
        }
    }
    let scale = Scale(10);
    assert_eq!(scale.sum((1, 2), 3, Ok(4)), 130);
    assert_eq!(scale.sum((1, 2), 3, Err(9)), 990);
    assert_eq!(finish(scale.later((1, 2), 3)), 30);
    assert_eq!((scale.changed(1, (2, 3)), scale.changed(1, (2, 3))), (40, 40));
    assert_eq!(scale.unnamed((1, 2)), 20);
}

#[test]
fn attributes_inside_of_a_body_are_those_of_the_function() {
    struct Unit;
    impl Unit {
        #[memoize(skip(self))]
        fn alone(&self, mut X: u32) -> u32 {
            //! Documented inside.
            #![allow(non_snake_case, clippy::unused_self)]
            X += 1;
            X
        }
        #[memoize(skip(self))]
        async fn later(&self, X: u32) -> u32 {
            #![allow(non_snake_case)]
            X
        }
    }
    #[memoize]
    fn beside(X: u32) -> u32 {
        #![allow(non_snake_case)]
        X
    }
    assert_eq!((Unit.alone(1), finish(Unit.later(2)), beside(3)), (2, 2, 3));
}

#[test]
fn tuples_and_options_of_borrows() {
    #[memoize]
    fn show(pair: (&str, u32), nested: (Option<&[u8]>, (&str,)), name: Cow<'static, str>) -> String {
        format!("{pair:?} {nested:?} {name}")
    }
    let expected = r#"("a", 1) (Some([1]), ("b",)) c"#;
    assert_eq!(show(("a", 1), (Some(&[1]), ("b",)), "c".into()), expected);
    assert_eq!(show((&String::from("a"), 1), (Some(&[1]), ("b",)), String::from("c").into()), expected);
    assert_eq!((show::cache_info().hits, show::cache_info().misses), (1, 1));
}

#[test]
fn no_arguments_and_very_many() {
    #[memoize]
    fn none() -> String {
        String::from("made")
    }
    #[memoize]
    #[expect(clippy::too_many_arguments, clippy::many_single_char_names)]
    fn many(
        a: u8,
        b: u8,
        c: u8,
        d: u8,
        e: u8,
        f: u8,
        g: u8,
        h: u8,
        i: u8,
        j: u8,
        k: u8,
        l: u8,
        m: u8,
        n: u8,
    ) -> u8 {
        a + b + c + d + e + f + g + h + i + j + k + l + m + n
    }
    assert_eq!((none(), none()), ("made".into(), "made".into()));
    assert_eq!(none::cache_info().hits, 1);
    assert_eq!(many(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2), 15);
    assert_eq!(many(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3), 16);
    assert_eq!(many(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2), 15);
    assert_eq!((many::cache_info().hits, many::cache_info().misses), (1, 2));
}

#[test]
fn skipped_arguments_do_not_count() {
    #[memoize(skip(log, verbose, sink))]
    fn square(x: u64, log: &mut Vec<u64>, verbose: bool, sink: impl FnOnce(u64)) -> u64 {
        log.push(x);
        sink(x);
        if verbose { x * x } else { x.pow(2) }
    }
    let mut log = Vec::new();
    let mut sunk = 0;
    assert_eq!(square(3, &mut log, true, |x| sunk = x), 9);
    assert_eq!(square(3, &mut log, false, |_| unreachable!()), 9);
    assert_eq!((log, sunk), (vec![3], 3));
    assert_eq!(square::peek(3), Some(9));
}

#[test]
fn a_key_of_ones_own() {
    #[memoize(key = (name.to_lowercase(), x.to_bits()))]
    fn greet(name: &str, x: f64, times: &mut u32) -> String {
        *times += 1;
        format!("{name} {x}")
    }
    let mut times = 0;
    assert_eq!(greet("Ann", 1.5, &mut times), "Ann 1.5");
    assert_eq!(greet("ANN", 1.5, &mut times), "Ann 1.5");
    assert_eq!(greet("ANN", 2.5, &mut times), "ANN 2.5");
    assert_eq!(times, 2);
    assert!(greet::invalidate("ann", 1.5));
    assert!(!greet::invalidate("ann", 1.5));
    assert_eq!(greet::cache_info().len, 1);
}

#[test]
fn a_key_without_arguments_of_the_function_moves_none() {
    #[memoize(key = items.iter().sum::<u32>())]
    fn total(items: Vec<u32>) -> usize {
        let moved: Vec<u32> = items;
        moved.len()
    }
    assert_eq!((total(vec![1, 2]), total(vec![3])), (2, 2));
}

#[test]
fn generic_functions_have_a_cache_each() {
    #[memoize]
    fn size<T: 'static>() -> usize {
        size_of::<T>()
    }
    #[memoize]
    fn describe<T, const N: usize>(x: &T) -> String
    where
        T: std::fmt::Debug + Clone + std::hash::Hash + Eq + Send + Sync + 'static,
    {
        format!("{x:?}{N}")
    }
    assert_eq!((size::<u8>(), size::<u16>(), size::<u8>()), (1, 2, 1));
    assert_eq!((size::cache_info::<u8>().hits, size::cache_info::<u16>().hits), (1, 0));
    size::cache_clear::<u8>();
    assert_eq!((size::cache_info::<u8>().len, size::cache_info::<u16>().len), (0, 1));

    assert_eq!((describe::<_, 1>(&1u8), describe::<_, 2>(&1u8)), ("11".into(), "12".into()));
    assert_eq!(describe::cache_info::<u8, 1>().len, 1);
    assert_eq!(describe::cache_info::<u16, 1>().len, 0);
    assert_eq!(describe::peek::<u8, 2>(&1), Some("12".into()));
}

#[test]
fn a_parameter_of_skipped_arguments_selects_no_cache() {
    #[memoize(skip(f))]
    fn apply<F: Fn(u32) -> u32>(x: u32, f: F) -> u32 {
        f(x)
    }
    let offset = 1; // borrowed: `F` is not `'static`
    assert_eq!(apply(1, |x| x + offset), 2);
    assert_eq!(apply(1, |_| unreachable!()), 2);
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Sensor {
    id: u32,
}

#[memoize]
impl Sensor {
    const FACTOR: u32 = 2;

    #[memoize(lru = 4)]
    pub fn read(&self, channel: u32) -> u32 {
        SENSOR_READS.fetch_add(1, Relaxed);
        self.id * Self::FACTOR + channel
    }

    #[memoize(skip(self))]
    fn version(&self) -> u32 {
        self.id
    }

    #[memoize]
    fn open(id: u32) -> Self {
        Self { id }
    }

    #[memoize]
    fn consumed(self) -> u32 {
        self.id
    }

    #[memoize(controls = "renamed", key = self.id)]
    fn by_key(&mut self) -> u32 {
        self.id += 1;
        self.id
    }

    #[memoize(controls = false)]
    fn quiet(self: Arc<Self>, x: u32) -> u32 {
        self.id + x
    }

    #[memoize(controls = false)]
    fn changed(mut self) -> u32 {
        self.id += 1;
        self.id
    }

    #[memoize(controls = false)]
    async fn changed_later(mut self) -> u32 {
        self.id += 1;
        self.id
    }

    fn plain(&self) -> u32 {
        self.id
    }
}

impl Sensor {
    #[memoize]
    fn changed_alone(mut self, by: u32) -> u32 {
        self.id += by;
        self.id
    }
}

counters!(SENSOR_READS);

#[test]
fn methods_in_a_block() {
    let (a, b) = (Sensor { id: 1 }, Sensor { id: 2 });
    assert_eq!(runs(&SENSOR_READS, || assert_eq!((a.read(5), b.read(5), a.read(5)), (7, 9, 7))), 2);
    assert_eq!(Sensor::read_cache_info().len, 2);
    assert_eq!(Sensor::read_cache_info().capacity, Some(4));
    assert_eq!(a.read_peek(5), Some(7));
    assert!(a.read_invalidate(5));
    assert_eq!((a.read_peek(5), b.read_peek(5)), (None, Some(9)));
    a.read_prime(5, 70);
    assert_eq!(a.read(5), 70);
    assert_eq!((a.read_refresh(5), a.read(5), a.read_uncached(6)), (7, 7, 8));
    Sensor::read_cache_clear();
    assert_eq!(Sensor::read_cache_info().hits, 0);

    assert_eq!((a.version(), b.version()), (1, 1));
    assert_eq!(Sensor::open(7).plain(), 7);
    assert_eq!(Sensor::open_cache_info().misses, 1);
    assert_eq!((a.clone().consumed(), b.clone().consumed()), (1, 2));
    let mut c = Sensor { id: 9 };
    assert_eq!((c.by_key(), c.by_key()), (10, 11));
    assert_eq!(Sensor::renamed_cache_info().misses, 2);
    for _ in 0..2 {
        assert_eq!((a.clone().changed(), b.clone().changed_alone(5)), (2, 7));
        assert_eq!(finish(a.clone().changed_later()), 2);
    }
    assert_eq!((Arc::new(a).quiet(1), Arc::new(b).quiet(1)), (2, 3));
}

trait Area {
    type Unit: std::fmt::Debug;
    fn area(&self, scale: u32) -> (u32, Self::Unit);

    fn perimeter(&self) -> u32;

    #[memoize]
    fn doubled(&self) -> u32
    where
        Self: Sized + Clone + Eq + std::hash::Hash + Send + Sync + 'static,
    {
        DOUBLED.fetch_add(1, Relaxed);
        2 * self.perimeter()
    }
}

counters!(DOUBLED);

#[derive(Clone, PartialEq, Eq, Hash)]
struct Square<T>(T);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Metre;

#[memoize]
impl<T> Area for Square<T>
where
    T: Copy + Into<u32> + Clone + Eq + std::hash::Hash + Send + Sync + 'static,
{
    type Unit = Metre;

    #[memoize]
    fn area(&self, scale: u32) -> (u32, Self::Unit) {
        let unit: Self::Unit = Metre;
        (self.0.into() * self.0.into() * scale, unit)
    }

    #[memoize(controls = false)]
    fn perimeter(&self) -> u32 {
        self.0.into() * 4
    }
}

#[test]
fn trait_impls_and_provided_methods() {
    assert_eq!(
        (Square(2u8).area(1), Square(2u16).area(1), Square(2u8).area(1)),
        ((4, Metre), (4, Metre), (4, Metre))
    );
    assert_eq!(Square::<u8>::area_cache_info().hits, 1);
    assert_eq!(Square::<u16>::area_cache_info().hits, 0);
    assert_eq!(Square(3u8).area_uncached(2), (18, Metre));
    assert_eq!(runs(&DOUBLED, || assert_eq!((Square(2u8).doubled(), Square(2u8).doubled()), (16, 16))), 1);
    assert_eq!(runs(&DOUBLED, || assert_eq!(Square(2u16).doubled(), 16)), 1);
}

/// A trait whose parameter the type does not mention.
trait Convert<T> {
    fn width(&self) -> usize;
}

#[memoize]
impl<T> Convert<T> for Metre
where
    T: 'static,
    Metre: Copy,
{
    #[memoize(controls = "convert")]
    fn width(&self) -> usize {
        size_of::<T>()
    }
}

impl<T: 'static> Convert<T> for Sensor {
    #[memoize]
    fn width(&self) -> usize {
        size_of::<T>()
    }
}

const MASK: usize = 3;

/// Whose parameters have lifetimes that are not those of the impl, and a length in which `&` is an operator.
trait Apply<T: ?Sized, F> {
    fn apply(&self, function: F) -> usize;
    fn length(&self) -> usize;
}

#[memoize]
impl Apply<[u8; 5 & MASK], fn(&str) -> usize> for Sensor {
    #[memoize]
    fn apply(&self, function: fn(&str) -> usize) -> usize {
        function("abc")
    }

    #[memoize(lru = 2)]
    fn length(&self) -> usize {
        size_of::<[u8; 5 & MASK]>()
    }
}

#[test]
fn a_trait_of_functions_and_of_computed_lengths_has_controls() {
    let sensor = Sensor { id: 1 };
    assert_eq!((sensor.apply(str::len), sensor.length()), (3, 1));
    assert_eq!((Sensor::apply_cache_info().misses, Sensor::length_cache_info().misses), (1, 1));
}

#[test]
fn parameters_of_a_trait_select_too() {
    assert_eq!((Convert::<u8>::width(&Metre), Convert::<u64>::width(&Metre)), (1, 8));
    assert_eq!(Metre::convert_cache_info::<u8>().len, 1);
    let sensor = Sensor { id: 1 };
    assert_eq!((Convert::<u8>::width(&sensor), Convert::<u64>::width(&sensor)), (1, 8));
}

struct Lonely(u32);

impl Lonely {
    #[memoize(skip(self, log))]
    fn get(&self, x: u32, log: &mut impl FnMut(u32)) -> u32 {
        log(x);
        self.0 + x
    }

    /// Without `self` only the absence of controls makes it possible.
    #[memoize(controls = false)]
    fn make(x: u32) -> Arc<u32> {
        Arc::new(x)
    }
}

#[test]
fn a_method_alone() {
    let mut log = Vec::new();
    let mut push = |x| log.push(x);
    assert_eq!((Lonely(1).get(1, &mut push), Lonely(2).get(1, &mut push)), (2, 2));
    assert_eq!(log, [1]);
    assert!(Arc::ptr_eq(&Lonely::make(1), &Lonely::make(1)));
}

#[test]
fn local_caches_take_what_is_not_send() {
    use std::rc::Rc;

    #[memoize(local)]
    fn shared(text: Rc<str>) -> Rc<Cell<u32>> {
        Rc::new(Cell::new(u32::try_from(text.len()).unwrap()))
    }
    #[memoize(local, lru = 2)]
    fn of<T: 'static>(x: u8) -> Rc<usize> {
        Rc::new(size_of::<T>() + usize::from(x))
    }
    assert!(Rc::ptr_eq(&shared("ab".into()), &shared("ab".into())));
    assert_eq!(shared::cache_info().hits, 1);
    assert_eq!(std::thread::spawn(|| shared::cache_info().misses).join().unwrap(), 0);
    assert_eq!((*of::<u8>(1), *of::<u16>(1), *of::<u8>(1)), (2, 3, 2));
    assert_eq!(of::cache_info::<u8>().hits, 1);
    assert_eq!(of::cache_info::<u8>().capacity, Some(2));
    of::cache_clear::<u8>();
    assert_eq!((of::cache_info::<u8>().len, of::cache_info::<u16>().len), (0, 1));
}

#[test]
fn unsafe_functions() {
    /// # Safety
    ///
    /// None is needed.
    #[memoize]
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "what is read is a reference")]
    unsafe fn trusted(x: &u32) -> u32 {
        // SAFETY: from a reference.
        unsafe { std::ptr::from_ref(x).read() }
    }
    // SAFETY: nothing is asked.
    assert_eq!(unsafe { trusted(&1) }, 1);
    // SAFETY: as above.
    assert_eq!(unsafe { trusted::refresh(&1) }, 1);
    // SAFETY: as above.
    assert_eq!(unsafe { trusted::uncached(&1) }, 1);
    assert_eq!((trusted::peek(&1), trusted::cache_info().misses), (Some(1), 2));
}

#[test]
fn early_returns_and_question_marks() {
    #[memoize]
    fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
        if text.is_empty() {
            return Ok(0);
        }
        let number: u32 = text.parse()?;
        Ok(number + 1)
    }
    #[memoize(controls = false)]
    fn first(text: &str) -> Option<char> {
        let c = text.chars().next()?;
        if c == 'x' {
            return None;
        }
        Some(c)
    }
    assert_eq!((parse(""), parse("1"), parse("x").is_err()), (Ok(0), Ok(2), true));
    assert_eq!((first(""), first("a"), first("x")), (None, Some('a'), None));
}

#[test]
fn what_a_function_takes_is_no_loan() {
    type Measure = Arc<dyn Fn(&str) -> usize + Send + Sync>;
    #[memoize]
    fn longer_by(n: usize) -> Arc<dyn for<'a> Fn(&'a str) -> usize + Send + Sync> {
        Arc::new(move |text| text.len() + n)
    }
    #[memoize]
    fn trims(n: u8) -> Vec<fn(&str) -> &str> {
        vec![str::trim; usize::from(n)]
    }
    #[memoize]
    fn all(functions: Vec<fn(&str) -> usize>) -> usize {
        functions.iter().map(|function| function("four")).sum()
    }
    trait Visitor<'a> {
        fn visit(&self, text: &'a str) -> usize;
    }
    struct Longer(usize);
    impl<'a> Visitor<'a> for Longer {
        fn visit(&self, text: &'a str) -> usize {
            text.len() + self.0
        }
    }
    #[memoize]
    fn visitor(n: usize) -> Arc<dyn for<'a> Visitor<'a> + Send + Sync> {
        Arc::new(Longer(n))
    }
    let measure: Measure = longer_by(2);
    assert_eq!(measure("abc"), 5);
    assert_eq!(trims(1)[0](" x "), "x");
    assert_eq!(visitor(2).visit("abc"), 5);
    assert_eq!(all(vec![str::len, str::len]), 8);
}

#[test]
fn a_trait_for_references_has_controls() {
    #[derive(Clone, Copy, PartialEq, Eq, Hash)]
    struct Meters(u32);
    #[memoize]
    impl std::ops::Add<&Meters> for Meters {
        type Output = u32;
        #[memoize]
        fn add(self, other: &Meters) -> Self::Output {
            self.0 + other.0
        }
    }
    assert_eq!(Meters(1) + &Meters(2), 3);
    assert_eq!(Meters::add_peek(Meters(1), &Meters(2)), Some(3));
}

#[test]
fn one_function_of_a_block_takes_the_name_of_its_controls() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Shape(u32);
    #[memoize(controls = "surface")]
    impl Shape {
        #[memoize]
        fn area(&self) -> u32 {
            self.0 * self.0
        }
    }
    assert_eq!(Shape(3).area(), 9);
    assert_eq!(Shape::surface_cache_info().len, 1);
}
