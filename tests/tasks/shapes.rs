//! What `async fn` can be memoized, and expansions in unfriendly places. Compiling is much of the test.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use weakcache::memoize;

use crate::tasks::{finish, yields};

/// Runs `calls` and counts how often the bodies that count in `counter` ran.
fn runs(counter: &AtomicU32, calls: impl FnOnce()) -> u32 {
    let before = counter.load(Relaxed);
    calls();
    counter.load(Relaxed) - before
}

fn send<F: Future + Send>(future: F) -> F {
    future
}

#[test]
fn borrowed_arguments_and_lifetimes() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Point(i32);

    #[memoize]
    async fn all<'a>(
        text: &'a str,
        bytes: &[u8],
        path: &'a Path,
        point: &Point,
        maybe: Option<&'a Point>,
    ) -> usize {
        RUNS.fetch_add(1, Relaxed);
        yields(1).await;
        text.len() + bytes.len() + path.as_os_str().len() + usize::from(point.0 == 1) + maybe.iter().len()
    }
    #[memoize]
    async fn tuples(pair: (&str, u32), nested: (Option<&[u8]>, (&str,)), name: Cow<'static, str>) -> String {
        yields(1).await;
        format!("{pair:?} {nested:?} {name}")
    }
    #[memoize]
    async fn bounds<'a, 'b>(x: &'a str, y: &'b str) -> Arc<str>
    where
        'b: 'a,
    {
        yields(1).await;
        let longer: &'a str = if x.len() > y.len() { x } else { y };
        longer.into()
    }
    let ran = runs(&RUNS, || {
        let (text, bytes) = (String::from("text"), vec![1, 2]);
        for _ in 0..2 {
            let call = all(&text, &bytes, Path::new("p"), &Point(1), Some(&Point(2)));
            assert_eq!(finish(send(call)), 9);
        }
        assert_eq!(finish(all("text", &[1, 2], Path::new("p"), &Point(1), None)), 8);
    });
    assert_eq!((ran, all::cache_info().len), (2, 2));
    let expected = r#"("a", 1) (Some([1]), ("b",)) c"#;
    assert_eq!(finish(send(tuples(("a", 1), (Some(&[1]), ("b",)), "c".into()))), expected);
    assert_eq!(
        finish(tuples((&String::from("a"), 1), (Some(&[1]), ("b",)), String::from("c").into())),
        expected
    );
    assert_eq!((tuples::cache_info().hits, tuples::cache_info().misses), (1, 1));
    assert_eq!(&*finish(send(bounds("a", "bc"))), "bc");
}

#[test]
fn patterns_are_part_of_the_key() {
    #[memoize]
    async fn sum((a, b): (u32, u32), [c, _]: [u32; 2], _: u8, mut d: u32) -> u32 {
        d += 1;
        yields(1).await;
        a + b + c + d
    }
    assert_eq!(finish(sum((1, 2), [3, 4], 5, 6)), 13);
    assert_eq!(finish(sum((1, 2), [3, 4], 5, 6)), 13);
    assert_eq!(finish(sum((1, 2), [3, 4], 9, 6)), 13);
    assert_eq!((sum::cache_info().hits, sum::cache_info().misses), (1, 2));
}

#[test]
fn generic_functions_have_a_cache_each() {
    #[memoize(lru = N * 2)]
    async fn describe<T, const N: usize>(x: &T) -> String
    where
        T: std::fmt::Debug + Clone + std::hash::Hash + Eq + Send + Sync + 'static,
    {
        yields(1).await;
        format!("{x:?}{N}")
    }
    #[memoize(skip(f))]
    async fn apply<F: AsyncFn(u32) -> u32>(x: u32, f: F) -> u32 {
        f(x).await
    }
    #[memoize(skip(f))]
    async fn opaque(x: u32, f: impl Future<Output = u32> + Send) -> u32 {
        x + f.await
    }
    assert_eq!(finish(send(describe::<_, 1>(&1_u8))), "11");
    assert_eq!(finish(describe::<_, 2>(&1_u8)), "12");
    assert_eq!((describe::cache_info::<u8, 1>().len, describe::cache_info::<u16, 1>().len), (1, 0));
    assert_eq!(describe::cache_info::<u8, 4>().capacity, Some(8));
    assert_eq!(describe::peek::<u8, 2>(&1), Some("12".into()));
    let offset = 1; // borrowed: `F` is not `'static`
    assert_eq!(finish(apply(1, async |x| x + offset)), 2);
    assert_eq!(finish(apply(1, async |_| unreachable!())), 2);
    assert_eq!(finish(send(opaque(1, async { offset }))), 2);
    assert_eq!(finish(opaque(1, std::future::pending())), 2);
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Sensor {
    id: u32,
}

static READS: AtomicU32 = AtomicU32::new(0);

#[memoize]
impl Sensor {
    const FACTOR: u32 = 2;

    #[memoize(lru = 4)]
    pub async fn read(&self, channel: u32) -> u32 {
        READS.fetch_add(1, Relaxed);
        yields(1).await;
        self.id * Self::FACTOR + channel
    }

    #[memoize(skip(self))]
    async fn version(&self) -> u32 {
        yields(1).await;
        self.id
    }

    #[memoize]
    async fn open(id: u32) -> Self {
        yields(1).await;
        Self { id }
    }

    #[memoize]
    async fn consumed(mut self) -> u32 {
        self.id += 1;
        yields(1).await;
        self.id
    }

    #[memoize(controls = "renamed", key = self.id)]
    async fn by_key(&mut self) -> u32 {
        yields(1).await;
        self.id += 1;
        self.id
    }

    #[memoize(controls = false)]
    async fn quiet(self: Arc<Self>, x: u32) -> u32 {
        yields(1).await;
        self.id + x
    }

    async fn plain(&self) -> u32 {
        self.id
    }
}

#[test]
fn methods_in_a_block() {
    let (a, b) = (Sensor { id: 1 }, Sensor { id: 2 });
    let ran = runs(&READS, || {
        assert_eq!((finish(send(a.read(5))), finish(b.read(5)), finish(a.read(5))), (7, 9, 7));
    });
    assert_eq!((ran, Sensor::read_cache_info().capacity), (2, Some(4)));
    assert_eq!((a.read_peek(5), a.read_invalidate(5), a.read_peek(5)), (Some(7), true, None));
    a.read_prime(5, 70);
    assert_eq!((finish(a.read(5)), finish(send(a.read_refresh(5)))), (70, 7));
    assert_eq!(finish(send(a.read_uncached(6))), 8);
    Sensor::read_cache_clear();
    assert_eq!((finish(a.version()), finish(b.version())), (1, 1));
    assert_eq!(finish(finish(Sensor::open(7)).plain()), 7);
    assert_eq!((finish(a.clone().consumed()), finish(a.clone().consumed())), (2, 2));
    assert_eq!(Sensor::consumed_cache_info().hits, 1);
    let mut c = Sensor { id: 9 };
    assert_eq!((finish(send(c.by_key())), finish(c.by_key())), (10, 11));
    assert_eq!(Sensor::renamed_cache_info().misses, 2);
    assert_eq!((finish(send(Arc::new(a).quiet(1))), finish(Arc::new(b).quiet(1))), (2, 3));
}

/// Declared as `async fn`, and as what that is short for, with a bound.
trait Source {
    type Item: std::fmt::Debug;

    async fn next(&self, from: u32) -> (u32, Self::Item);

    fn sent(&self, from: &str) -> impl Future<Output = usize> + Send;

    #[memoize]
    async fn doubled(&self, x: &str) -> usize
    where
        Self: Sized + Clone + Eq + std::hash::Hash + Send + Sync + 'static,
    {
        DOUBLED.fetch_add(1, Relaxed);
        2 * self.sent(x).await
    }
}

static DOUBLED: AtomicU32 = AtomicU32::new(0);

#[derive(Clone, PartialEq, Eq, Hash)]
struct Numbers<T>(T);

#[memoize]
impl<T> Source for Numbers<T>
where
    T: Copy + Into<u32> + Eq + std::hash::Hash + Send + Sync + 'static,
{
    type Item = u8;

    #[memoize]
    async fn next(&self, from: u32) -> (u32, Self::Item) {
        yields(1).await;
        let item: Self::Item = 7;
        (self.0.into() + from, item)
    }

    #[memoize(lru = 2)]
    async fn sent(&self, from: &str) -> usize {
        yields(1).await;
        from.len() + self.0.into() as usize
    }
}

#[test]
fn trait_impls_and_provided_methods() {
    assert_eq!((finish(Numbers(1_u8).next(1)), finish(Numbers(1_u16).next(1))), ((2, 7), (2, 7)));
    assert_eq!((finish(Numbers(1_u8).next(1)), Numbers::<u8>::next_cache_info().hits), ((2, 7), 1));
    assert_eq!(Numbers::<u16>::next_cache_info().hits, 0);
    fn generic<S: Source>(source: &S) -> usize {
        finish(send(source.sent("abc")))
    }
    assert_eq!((generic(&Numbers(1_u8)), finish(Numbers(1_u8).sent_refresh("abc"))), (4, 4));
    let ran = runs(&DOUBLED, || {
        assert_eq!((finish(Numbers(1_u8).doubled("a")), finish(Numbers(1_u8).doubled("a"))), (4, 4));
        assert_eq!(finish(send(Numbers(1_u16).doubled("a"))), 4);
    });
    assert_eq!(ran, 2);
}

struct Lonely(u32);

impl Lonely {
    #[memoize(skip(self, log))]
    async fn get(
        &self,
        (x, _): (u32, u32),
        log: &mut (impl FnMut(u32) + Send),
        names: &[&'static str],
    ) -> Option<u32> {
        yields(1).await;
        log(x);
        let name = names.first()?;
        if name.is_empty() {
            return None;
        }
        Some(self.0 + x)
    }

    #[memoize(controls = false)]
    async fn make(mut x: u32) -> Arc<u32> {
        x += 1;
        yields(1).await;
        Arc::new(x)
    }

    #[memoize(skip(self))]
    async fn countdown(&self, n: u32) -> u32 {
        if n == 0 { self.0 } else { Box::pin(self.countdown(n - 1)).await }
    }
}

#[test]
fn a_method_alone() {
    let mut log = Vec::new();
    let mut push = |x| log.push(x);
    assert_eq!(finish(send(Lonely(1).get((1, 2), &mut push, &["a"]))), Some(2));
    assert_eq!(finish(Lonely(2).get((1, 2), &mut push, &["a"])), Some(2));
    assert_eq!(finish(Lonely(2).get((1, 2), &mut push, &[])), None);
    assert_eq!(log, [1, 1]);
    assert!(Arc::ptr_eq(&finish(send(Lonely::make(1))), &finish(Lonely::make(1))));
    assert_eq!(finish(send(Lonely(3).countdown(9))), 3);
}

#[test]
fn unsafe_functions() {
    /// # Safety
    ///
    /// None is needed.
    #[memoize]
    async unsafe fn trusted(x: &u32) -> u32 {
        yields(1).await;
        // SAFETY: from a reference.
        unsafe { std::ptr::from_ref(x).read() }
    }
    // SAFETY: nothing is asked.
    assert_eq!(finish(unsafe { trusted(&1) }), 1);
    // SAFETY: as above.
    assert_eq!(finish(unsafe { trusted::refresh(&1) }), 1);
    // SAFETY: as above.
    assert_eq!(finish(unsafe { trusted::uncached(&1) }), 1);
    assert_eq!((trusted::peek(&1), trusted::cache_info().misses), (Some(1), 2));
}

#[test]
fn names_collide_with_nothing() {
    #[memoize(lru = 8)]
    #[expect(clippy::too_many_arguments)]
    async fn f(
        value: u8,
        key: u8,
        cache: u8,
        ticket: u8,
        call: u8,
        running: u8,
        body: u8,
        memo: u8,
        f: u8,
    ) -> u8 {
        yields(1).await;
        value + key + cache + ticket + call + running + body + memo + f
    }
    #[memoize]
    async fn r#match(r#type: &str, r#async: u8) -> usize {
        r#type.len() + usize::from(r#async)
    }
    assert_eq!(finish(f(1, 1, 1, 1, 1, 1, 1, 1, 1)), 9);
    assert_eq!(finish(f::refresh(1, 1, 1, 1, 1, 1, 1, 1, 1)), 9);
    assert_eq!((finish(r#match("a", 1)), r#match::cache_info().len), (2, 1));
}

#[test]
fn functions_inside_of_functions() {
    #[memoize]
    async fn outer(x: u32) -> u32 {
        #[memoize]
        async fn inner(x: u32) -> u32 {
            static RUNS: AtomicU32 = AtomicU32::new(0);
            yields(1).await;
            x + RUNS.fetch_add(1, Relaxed)
        }
        inner(x).await + inner(x).await
    }
    assert_eq!((finish(outer(1)), finish(outer(1)), finish(outer(2))), (2, 2, 6));
}

macro_rules! memoized {
    ($name:ident, $ty:ty, $option:ty, $body:expr, $first:stmt) => {
        #[weakcache::memoize(lru = 4)]
        async fn $name(x: $ty, maybe: $option) -> String {
            let _ = (x, maybe);
            $first
            let value = $body;
            format!("{value}")
        }
    };
}

#[test]
fn macros_by_example() {
    memoized!(f, &str, Option<&str>, { yields(1).await; two }, let two = 1 + 1);
    assert_eq!((finish(f("a", None)), finish(f("a", None))), ("2".into(), "2".into()));
    assert_eq!(f::cache_info().hits, 1);
}

#[test]
fn configured_functions() {
    struct Both;
    #[memoize]
    impl Both {
        #[cfg(test)]
        #[memoize]
        async fn there() -> u32 {
            yields(1).await;
            1
        }
        #[cfg(not(test))]
        #[memoize]
        async fn there() -> u32 {
            2
        }
    }
    #[cfg(not(test))]
    #[memoize]
    async fn f() -> u32 {
        2
    }
    #[cfg(test)]
    #[memoize]
    async fn f() -> u32 {
        1
    }
    assert_eq!(
        (finish(Both::there()), finish(f()), Both::there_cache_info().len, f::cache_info().len),
        (1, 1, 1, 1)
    );
}

/// Everything that an expansion might name by accident is something else, and all lints are errors.
mod shadowed {
    #![no_implicit_prelude]
    #![deny(warnings, clippy::all, clippy::pedantic, clippy::nursery)]
    #![allow(dead_code, non_camel_case_types, clippy::upper_case_acronyms)]

    use crate::tasks::yields;
    use ::weakcache::memoize;

    pub(super) struct Option;
    pub(super) struct Some;
    pub(super) struct Result;
    pub(super) struct Box;
    pub(super) struct Pin;
    pub(super) struct Poll;
    pub(super) struct u32;
    pub(super) struct usize;
    pub(super) struct bool;
    pub(super) trait Future {}
    pub(super) trait IntoFuture {}
    pub(super) trait AsyncFnOnce {}
    pub(super) trait Clone {}
    pub(super) trait Send {}
    pub(super) trait Unpin {}
    pub(super) trait Sized {}
    pub(super) mod std {}
    pub(super) mod core {}
    pub(super) mod weakcache {}
    pub(super) mod pin {}

    #[memoize]
    pub(super) async fn plain(x: &str, y: u64) -> u64 {
        yields(x.len()).await;
        y
    }

    #[memoize(lru = 2, ttl = "1s", idle = "1s", skip(z), cache_if = |x| *x != 3)]
    pub(super) async fn options(x: u64, (a, _): (u64, u64), z: &mut u64) -> u64 {
        *z += 1;
        yields(1).await;
        x + a
    }

    #[memoize(local, err_ttl = "1s")]
    async fn local<T: 'static>(x: u64) -> ::std::result::Result<u64, ()> {
        yields(::std::mem::size_of::<T>()).await;
        ::std::result::Result::Ok(x)
    }

    #[derive(::std::clone::Clone, ::std::hash::Hash, ::std::cmp::PartialEq, ::std::cmp::Eq)]
    pub(super) struct Thing(u64);

    #[memoize]
    impl Thing {
        /// Documented.
        #[memoize(lru = 4)]
        pub(super) async fn number(&self) -> u64 {
            yields(1).await;
            self.0
        }
    }

    impl Thing {
        #[memoize(controls = false)]
        pub(super) async fn alone(&self, x: u64) -> u64 {
            yields(1).await;
            self.0 + x
        }
    }

    pub(super) async fn run() -> u64 {
        let mut count = 0;
        options(1, (2, 3), &mut count).await;
        options(1, (2, 3), &mut count).await;
        let thing = Thing(5);
        plain("x", thing.number().await + thing.alone(1).await + count).await
    }
}

#[test]
fn shadowed_names() {
    assert_eq!(finish(shadowed::run()), 13);
    assert_eq!(shadowed::plain::cache_info().misses, 1);
    assert_eq!(shadowed::Thing::number_cache_info().misses, 1);
}

/// What a public interface with all lints would have to say: no more than without the attribute.
mod documented {
    #![deny(warnings, missing_docs, unreachable_pub, clippy::all, clippy::pedantic, clippy::nursery)]

    use crate::tasks::{finish, yields};
    use std::rc::Rc;
    use weakcache::memoize;

    /// Adds.
    #[memoize(lru = 10)]
    #[must_use]
    pub(super) async fn add(a: u32, b: u32) -> u32 {
        yields(1).await;
        a + b
    }

    /// Parses.
    ///
    /// # Errors
    ///
    /// If it is no number.
    #[memoize]
    pub(super) async fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
        yields(1).await;
        text.parse()
    }

    #[memoize]
    #[expect(clippy::unused_async, reason = "to see that it is accepted")]
    async fn takes(text: String) -> usize {
        text.len()
    }

    #[memoize(local)]
    #[allow(clippy::future_not_send, reason = "of the body, which is the user's")]
    async fn local(x: Rc<u32>) -> Rc<u32> {
        yields(1).await;
        x
    }

    #[memoize(local)]
    async fn stays(x: u32) -> u32 {
        yields(1).await;
        x
    }

    #[memoize(controls = false)]
    async fn diverges(x: u32) -> u32 {
        yields(1).await;
        panic!("{x}")
    }

    #[memoize(controls = false)]
    async fn returns_nothing(x: u32) {
        yields(x as usize).await;
    }

    #[test]
    #[should_panic(expected = "7")]
    fn behaves() {
        finish(returns_nothing(1));
        assert_eq!((finish(add(1, 2)), finish(parse("1")), finish(takes("a".into()))), (3, Ok(1), 1));
        assert_eq!((*finish(local(Rc::new(1))), finish(stays(1)), finish(stays::refresh(1))), (1, 1, 1));
        finish(diverges(7));
    }
}
