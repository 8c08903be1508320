//! What is listed, under which name, and where it is.

use crate::{alone, named, report};
use weakcache::{CacheKind, CacheReport, Str, Value, caches, interned, memoize};

/// Where this crate's modules are, as the compiler was given it.
fn is_here(report: &CacheReport, line: u32) {
    assert_eq!((report.file, report.line), (file!(), line), "{}", report.name);
}

#[test]
fn a_function_is_listed_from_its_first_call_on() {
    let _alone = alone();
    #[memoize(lru = 100)]
    fn first(n: u32) -> u32 {
        n
    }
    const LINE: u32 = line!() - 4;

    assert_eq!(first::cache_info().hits, 0);
    first::cache_clear();
    assert_eq!(named("::first"), []);
    for n in [1, 1, 2] {
        first(n);
    }
    let report = report("::first");
    assert_eq!(report.name, concat!(module_path!(), "::first"));
    is_here(&report, LINE);
    assert_eq!((report.kind, report.instances), (CacheKind::Memo, 1));
    assert_eq!((report.len, report.capacity, report.hits, report.misses), (2, Some(100), 1, 2));
    assert!(report.bytes > 2 * 16, "{}", report.bytes);
    first(3);
    assert_eq!(named("::first").len(), 1);
}

#[test]
fn instantiations_are_listed_one_by_one() {
    let _alone = alone();
    #[memoize]
    fn width<T: 'static, const N: usize>(n: usize) -> usize {
        n * N * size_of::<T>()
    }

    width::<u8, 1>(1);
    width::<u8, 1>(2);
    width::<Vec<String>, 2>(1);
    let found: Vec<_> = caches().filter(|cache| cache.name.contains("::width")).collect();
    let names: Vec<_> = found.iter().map(|cache| cache.name.strip_prefix(module_path!()).unwrap()).collect();
    assert_eq!(names, ["::width::<u8, 1>", "::width::<alloc::vec::Vec<alloc::string::String>, 2>"]);
    assert_eq!(found.iter().map(|cache| cache.len).collect::<Vec<_>>(), [2, 1]);
}

struct Shape<T>(T);

#[memoize]
impl<T: Copy + Into<u64> + std::hash::Hash + Eq + Send + Sync + 'static> Shape<T> {
    #[memoize]
    fn area(&self) -> u64 {
        self.0.into() * self.0.into()
    }

    #[memoize(lru = 10)]
    fn scaled<S: 'static>(&self, by: u64) -> u64 {
        self.0.into() * by * size_of::<S>() as u64
    }
}
const SHAPE: u32 = line!() - 11;

impl<T: std::hash::Hash + Eq + Clone + Send + Sync + 'static> std::hash::Hash for Shape<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T: PartialEq> PartialEq for Shape<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T: Eq> Eq for Shape<T> {}
impl<T: Clone> Clone for Shape<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

trait Named {
    fn label(&self) -> String;
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Plain(u8);

impl Named for Plain {
    #[memoize]
    fn label(&self) -> String {
        self.0.to_string()
    }
}

#[test]
fn methods_are_called_by_their_types() {
    let _alone = alone();
    Shape(2_u8).area();
    Shape(2_u16).area();
    Shape(2_u8).scaled::<char>(2);
    Plain(1).label();
    let module = module_path!();
    let area = report("::area::<u8>");
    assert_eq!(area.name, format!("{module}::Shape::area::<u8>"));
    is_here(&area, SHAPE + 2);
    is_here(&report("::area::<u16>"), SHAPE + 2);
    is_here(&report("::Shape::scaled::<u8, char>"), SHAPE + 7);
    // It stands alone: the attribute does not know where.
    assert_eq!(
        report(&format!("::label::<{module}::Plain>")).name,
        format!("{module}::label::<{module}::Plain>")
    );
}

#[test]
fn a_name_may_be_given() {
    let _alone = alone();
    #[memoize(name = "the answer")]
    fn answer<T: 'static>() -> usize {
        size_of::<T>()
    }
    #[interned(name = "signs")]
    struct Sign(char);
    #[interned(name = "pairs")]
    struct Pair<T>(T, T);

    answer::<u16>();
    let held = (Sign::new('x'), Pair::new(1_u8, 2));
    assert_eq!(report("the answer::<u16>").kind, CacheKind::Memo);
    let signs = report("signs");
    assert_eq!((signs.name.as_str(), signs.kind), ("signs", CacheKind::Registry));
    assert_eq!(report("pairs<u8>").len, 1);
    drop(held);
}

#[test]
fn a_registry_is_listed_from_its_first_look_up_on() {
    let _alone = alone();
    #[interned]
    struct Symbol(String);
    const LINE: u32 = line!() - 2;
    #[interned]
    struct Pair<T>(T, T);

    assert_eq!(Symbol::registry().len(), 0);
    assert_eq!(named("listing::Symbol"), []);
    let (x, y) = (Symbol::new("x"), Symbol::new("y"));
    let again = Symbol::new("x");
    assert!(Symbol::get("z").is_none());
    let report = report("listing::Symbol");
    assert_eq!(report.name, concat!(module_path!(), "::Symbol"));
    is_here(&report, LINE);
    assert_eq!((report.kind, report.instances, report.capacity), (CacheKind::Registry, 1, None));
    assert_eq!((report.len, report.hits, report.misses), (2, 1, 3));
    assert!(report.bytes > 2 * 32, "{}", report.bytes);
    drop((x, y, again));
    assert_eq!(crate::report("listing::Symbol").len, 0);

    let pairs = (Pair::new(1_u8, 1), Pair::new(1_u16, 2), Pair::new(2_u16, 2));
    assert_eq!((crate::report("Pair<u8>").len, crate::report("Pair<u16>").len), (1, 2));
    drop(pairs);
}

#[test]
fn ready_made_types_have_names() {
    let _alone = alone();
    let held = (Str::new("x"), Value::new(7_u128));
    assert_eq!(report("weakcache::Str").kind, CacheKind::Registry);
    assert_eq!(report("Value<u128>").len, 1);
    drop(held);
}

#[test]
fn the_order_is_that_of_first_use() {
    let _alone = alone();
    #[memoize]
    fn order_b() -> u8 {
        1
    }
    #[memoize]
    fn order_a() -> u8 {
        1
    }
    #[interned]
    struct OrderC(u8);

    order_a();
    let c = OrderC::new(1);
    order_b();
    order_a();
    let names: Vec<_> =
        caches().filter(|cache| cache.name.contains("rder")).map(|cache| cache.name).collect();
    let names: Vec<_> = names.iter().filter_map(|name| name.rsplit("::").next()).collect();
    assert_eq!(names, ["order_a", "OrderC", "order_b"]);
    drop(c);
}
