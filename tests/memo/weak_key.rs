//! Keys that hold their arguments weakly: what can be one.

use crate::support::Constant;
use crate::tasks::now;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use weakcache::{Interned, InternedRef, Strong, interned, memoize};

/// With numbers of its own in each test: the registry is for all of them.
#[interned]
#[derive(Debug)]
enum Expr {
    Num(i64),
    Add(Interned<Expr>, Interned<Expr>),
}

type Node = Interned<Expr>;

macro_rules! counters {
    ($($name:ident),*) => { $(static $name: AtomicU32 = AtomicU32::new(0);)* };
}

#[test]
fn a_node_is_the_key_and_is_not_kept_alive() {
    #[memoize(weak_key(node))]
    fn size(node: &Node, scale: u32) -> u32 {
        match &**node {
            Expr::Num(_) => scale,
            Expr::Add(a, b) => scale + size(a, scale) + size(b, scale),
        }
    }
    let one = Expr::num(-1);
    let sum = Expr::add(one.clone(), one.clone());
    assert_eq!((size(&sum, 1), size(&sum, 1), size(&sum, 2)), (3, 3, 6));
    let info = size::cache_info();
    assert_eq!((info.misses, info.hits, info.len), (4, 3, 4));
    assert_eq!((Interned::strong_count(&sum), Interned::weak_count(&sum)), (1, 2));
    drop(sum);
    assert!(Expr::get_add(one.clone(), one.clone()).is_none());
    // Stored until they are swept.
    assert_eq!(size::cache_info().len, 4);
    assert_eq!(size::sweep(), 2);
    let info = size::cache_info();
    assert_eq!((info.len, info.expirations, info.evictions), (2, 2, 0));
    let again = Expr::add(one.clone(), one.clone());
    assert_eq!((size::peek(&again, 1), size(&again, 1), size::cache_info().misses), (None, 3, 5));
}

#[test]
fn a_hit_touches_no_count() {
    #[memoize(lru = 8, weak_key(node))]
    fn leaf(node: &Node) -> bool {
        matches!(**node, Expr::Num(_))
    }
    let node = Expr::num(-2);
    leaf(&node);
    let counts = || (Interned::strong_count(&node), Interned::weak_count(&node));
    assert_eq!(counts(), (1, 1));
    for _ in 0..3 {
        assert!(leaf(&node));
    }
    assert!(leaf::peek(&node) == Some(true) && counts() == (1, 1));
    assert!(leaf::invalidate(&node) && !leaf::invalidate(&node));
    assert_eq!(counts(), (1, 0));
    leaf::prime(&node, false);
    assert!(!leaf(&node) && leaf::refresh(&node) && leaf(&node));
    assert_eq!((counts(), leaf::cache_info().len), ((1, 1), 1));
    leaf::cache_clear();
    assert_eq!(counts(), (1, 0));
}

#[test]
#[expect(clippy::many_single_char_names, reason = "as many as there are ways")]
fn every_handle_by_value_and_by_reference() {
    #[memoize(weak_key(a, b, c, d, e, f))]
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "to see that it is accepted")]
    fn all(
        a: Node,
        b: &Arc<f64>,
        c: Strong<str>,
        d: InternedRef<'_, Expr>,
        e: &InternedRef<Expr>,
        f: Option<&Arc<dyn Fn() -> u32 + Send + Sync>>,
        g: u32,
    ) -> u32 {
        let number = |node: &Expr| matches!(node, Expr::Num(n) if *n < 0);
        let flags = [number(&a), **b > 1.0, c.len() == 1, number(&d), number(e)].map(u32::from);
        flags.iter().sum::<u32>() + f.map_or(0, |f| f()) + g
    }
    let (a, b, c) = (Expr::num(-3), Arc::new(1.5), Strong::<str>::from("c"));
    let (d, f): (_, Arc<dyn Fn() -> u32 + Send + Sync>) = (Interned::borrow(&a), Arc::new(|| 10));
    for _ in 0..3 {
        assert_eq!(all(a.clone(), &b, c.clone(), d, &d, Some(&f), 100), 115);
    }
    assert_eq!(all(a.clone(), &b, c.clone(), d, &d, None, 100), 105);
    assert_eq!((all::cache_info().hits, all::cache_info().misses), (2, 2));
    assert_eq!((Arc::strong_count(&b), Arc::weak_count(&b), Strong::strong_count(&c)), (1, 2, 1));
    assert_eq!((Interned::strong_count(&a), Interned::weak_count(&a)), (1, 6));
    drop(f);
    assert_eq!(all::sweep(), 1);
    drop(b);
    assert_eq!((all::sweep(), all::cache_info().len), (1, 0));
    assert_eq!(Interned::weak_count(&a), 0);
}

#[test]
fn without_names_it_is_every_handle_by_type() {
    type Lent<'a> = &'a Node;
    type Counted = Arc<f64>;
    #[memoize(weak_key)]
    fn all(a: Node, b: Counted, c: &str, d: u32, e: &[u8], (f, _): (Arc<u8>, u8)) -> usize {
        usize::from(matches!(*a, Expr::Num(_)))
            + usize::from(*b > 1.0)
            + c.len()
            + d as usize
            + e.len()
            + usize::from(*f)
    }
    #[memoize(weak_key, skip(b))]
    fn some(a: &Node, b: &Arc<u8>) -> u8 {
        **b + u8::from(matches!(**a, Expr::Num(_)))
    }
    #[memoize(weak_key(a))]
    fn named(a: Lent<'_>) -> bool {
        matches!(**a, Expr::Num(_))
    }
    let (a, b, f) = (Expr::num(-4), Arc::new(1.5), Arc::new(1));
    for _ in 0..2 {
        assert_eq!(all(a.clone(), b.clone(), "c", 1, &[1], (f.clone(), 0)), 6);
        assert_eq!((some(&a, &f), named(&a)), (2, true));
    }
    let hits = [all::cache_info().hits, some::cache_info().hits, named::cache_info().hits];
    assert_eq!(hits, [1, 1, 1]);
    assert_eq!((Interned::strong_count(&a), Arc::strong_count(&b), Arc::weak_count(&b)), (1, 1, 1));
    // What is in a tuple is not an argument.
    assert_eq!((Arc::strong_count(&f), Arc::weak_count(&f)), (2, 0));
    drop(a);
    assert_eq!((all::sweep(), some::sweep(), named::sweep()), (1, 1, 1));
}

#[test]
fn handles_of_ones_own() {
    #[interned(handle = Term)]
    enum RTerm {
        Var(u32),
        App(Term, Term),
    }
    #[memoize]
    impl Term {
        #[memoize(weak_key(self))]
        fn size(&self) -> u32 {
            match &**self {
                RTerm::Var(_) => 1,
                RTerm::App(f, x) => f.size() + x.size(),
            }
        }

        #[memoize(weak, weak_key)]
        fn twice(self) -> Term {
            RTerm::app(self.clone(), self)
        }
    }
    #[memoize(weak_key)]
    fn both(term: &Term, inner: Interned<RTerm>, lent: InternedRef<'_, RTerm>) -> bool {
        Interned::ptr_eq(term.as_ref(), &inner) && lent == Interned::borrow(&inner)
    }
    let x = RTerm::var(1);
    let xx = x.clone().twice();
    assert!(xx == x.clone().twice() && xx.size() == 2 && xx.size() == 2);
    let inner: &Interned<RTerm> = xx.as_ref();
    let lent = Interned::borrow(inner);
    assert!(both(&xx, inner.clone(), lent) && both(&xx, inner.clone(), lent));
    assert_eq!((both::cache_info().hits, Interned::weak_count(inner)), (1, 5));
    assert_eq!(Term::size_retain(|term, size| matches!(**term, RTerm::App(..)) && *size == 2), 1);
    assert_eq!((Term::size_peek(&xx), Term::size_peek(&x)), (Some(2), None));
    drop((x, xx));
    assert_eq!(RTerm::registry().len(), 0);
    assert_eq!((Term::size_sweep(), Term::twice_sweep(), both::sweep()), (1, 1, 1));
}

#[test]
fn places_and_not_values_are_compared() {
    #[memoize(weak_key(text))]
    fn length(text: &Arc<str>) -> usize {
        text.len()
    }
    #[memoize(weak_key(_unit), hasher = Constant)]
    fn of_no_size(_unit: &Arc<()>, name: &'static str) -> &'static str {
        name
    }
    let (one, other): (Arc<str>, Arc<str>) = ("abc".into(), "abc".into());
    assert_eq!((length(&one), length(&other), length(&one.clone())), (3, 3, 3));
    assert_eq!(length::cache_info().misses, 2);
    let units: Vec<_> = (0..50).map(|_| Arc::new(())).collect();
    for unit in units.iter().chain(&units) {
        assert_eq!(of_no_size(unit, "a"), "a");
    }
    assert_eq!((of_no_size::cache_info().hits, of_no_size::cache_info().misses), (50, 50));
}

struct Shape(AtomicU32);

trait Sides {
    fn sides(&self) -> u32;

    #[memoize(weak_key)]
    fn twice(&self) -> u32
    where
        Self: Sized + weakcache_tests::IsShape + 'static,
    {
        self.sides() * 2
    }
}

/// A bound that is nothing to the macro.
mod weakcache_tests {
    pub(super) trait IsShape: Clone + PartialEq + Eq + std::hash::Hash + Send + Sync {}
    impl<T: Clone + PartialEq + Eq + std::hash::Hash + Send + Sync> IsShape for T {}
}

#[memoize]
impl Shape {
    #[memoize(weak_key(self))]
    fn of_arc(self: &Arc<Self>, by: u32) -> u32 {
        self.0.fetch_add(1, Relaxed) + by
    }

    #[memoize(lru = 2, weak_key)]
    fn of_own(self: Arc<Self>) -> u32 {
        self.0.fetch_add(1, Relaxed)
    }

    #[memoize(weak_key(other))]
    fn of_other(other: &Arc<Shape>) -> u32 {
        other.0.fetch_add(1, Relaxed)
    }
}

#[memoize(controls = false)]
impl Sides for Node {
    #[memoize(weak_key(self))]
    fn sides(&self) -> u32 {
        counters!(RUNS);
        RUNS.fetch_add(1, Relaxed)
    }
}

#[test]
fn receivers_that_are_handles() {
    let shape = Arc::new(Shape(AtomicU32::new(0)));
    for _ in 0..2 {
        assert_eq!((shape.of_arc(5), shape.clone().of_own(), Shape::of_other(&shape)), (5, 1, 2));
    }
    assert_eq!((Arc::strong_count(&shape), Arc::weak_count(&shape)), (1, 3));
    assert!(Shape::of_arc_invalidate(&shape, 5) && shape.of_arc(5) == 8);
    drop(shape);
    assert_eq!((Shape::of_arc_sweep(), Shape::of_own_sweep(), Shape::of_other_sweep()), (1, 1, 1));

    let (one, two) = (Expr::num(-5), Expr::num(-6));
    assert_eq!((one.sides(), two.sides(), one.sides(), two.twice()), (0, 1, 0, 2));
    assert_eq!((Interned::strong_count(&one), Interned::weak_count(&one)), (1, 1));
}

#[test]
fn generic_functions_and_closures() {
    #[memoize(weak_key(node))]
    fn counted<T: Send + Sync + 'static>(node: &Interned<T>, by: u32) -> (usize, u32) {
        (Interned::strong_count(node), by)
    }
    #[memoize(weak_key, controls = false)]
    fn alone<T: ?Sized + Send + Sync + 'static>(node: &Arc<T>) -> usize {
        Arc::strong_count(node)
    }
    #[interned]
    struct Other(u8);
    let (one, other) = (Expr::num(-7), Other::new(1));
    let kept = (one.clone(), other.clone());
    assert_eq!((counted(&one, 1), counted(&other, 1)), ((2, 1), (2, 1)));
    drop(kept);
    assert_eq!((counted(&one, 1), counted(&other, 1), other.0), ((2, 1), (2, 1), 1));
    assert_eq!(counted::cache_info::<Expr>().hits + counted::cache_info::<Other>().hits, 2);
    let (text, number): (Arc<str>, _) = ("x".into(), Arc::new(1));
    let kept = (text.clone(), number.clone());
    assert_eq!((alone(&text), alone(&number)), (2, 2));
    drop(kept);
    assert_eq!((alone(&text), alone(&number)), (2, 2));
}

#[test]
fn asynchronous_functions() {
    #[memoize(weak_key)]
    async fn depth(node: &Node, of: InternedRef<'_, Expr>) -> u32 {
        match &**node {
            Expr::Num(_) => 0,
            Expr::Add(a, b) => 1 + Box::pin(depth(a, of)).await.max(Box::pin(depth(b, of)).await),
        }
    }
    fn is_send<T: Send>(future: T) -> T {
        future
    }
    let mut node = Expr::num(-8);
    let of = Expr::num(-9);
    for _ in 0..5 {
        node = Expr::add(node.clone(), node);
    }
    let of = Interned::borrow(&of);
    assert_eq!(now(is_send(depth(&node, of))), 5);
    assert_eq!(now(depth(&node, of)), 5);
    assert_eq!((depth::cache_info().misses, depth::peek(&node, of)), (6, Some(5)));
    assert_eq!(Interned::strong_count(&node), 1);
    drop(node);
    assert_eq!(depth::sweep(), 6);
}

#[test]
fn patterns_and_many_arguments() {
    #[memoize(weak_key)]
    #[expect(clippy::too_many_arguments)]
    fn many(a: &Node, _: &Node, b: u8, c: u8, d: u8, e: u8, f: u8, g: &Node) -> u8 {
        b + c + d + e + f + u8::from(Interned::ptr_eq(a, g))
    }
    let (one, two) = (Expr::num(-14), Expr::num(-15));
    assert_eq!(many(&one, &two, 1, 1, 1, 1, 1, &one), 6);
    assert_eq!(many(&one, &two, 1, 1, 1, 1, 1, &two), 5);
    assert_eq!(many(&one, &one, 1, 1, 1, 1, 1, &two), 5);
    assert_eq!(many(&one, &one, 1, 1, 1, 1, 1, &two), 5);
    assert_eq!((many::cache_info().misses, many::cache_info().hits), (3, 1));
    drop(two);
    assert_eq!((many::sweep(), Interned::weak_count(&one)), (3, 0));
}

#[test]
fn values_of_no_fixed_size_and_those_ready_made() {
    #[interned]
    struct Name(str);

    #[memoize(weak_key)]
    fn length(name: &Interned<Name>, text: weakcache::Str, value: &weakcache::Value<u32>) -> usize {
        name.0.len() + text.len() + **value as usize
    }
    let (name, text, value) =
        (Name::new("name"), weakcache::Str::new("its own"), weakcache::Value::new(1_000_000_007));
    for _ in 0..2 {
        assert_eq!(length(&name, text.clone(), &value), 1_000_000_018);
    }
    assert_eq!((length::cache_info().hits, Interned::weak_count(&name)), (1, 1));
    drop(text);
    assert!(weakcache::Str::get("its own").is_none());
    assert_eq!((length::sweep(), Interned::weak_count(&name)), (1, 0));
}

#[test]
fn nodes_of_one_thread() {
    use weakcache::LocalInterned;

    #[interned(local)]
    struct Shared(Rc<str>);

    #[interned(local, handle = Term)]
    enum RTerm {
        Var(u32),
        App(Term, Term),
    }

    #[memoize(local, weak_key)]
    fn size(term: &Term) -> u32 {
        match &**term {
            RTerm::Var(_) => 1,
            RTerm::App(f, x) => size(f) + size(x),
        }
    }
    #[memoize(local, weak, weak_key(shared))]
    fn text(shared: LocalInterned<Shared>) -> Rc<str> {
        shared.0.clone()
    }
    let shared = Shared::new(Rc::from("x"));
    let found = text(shared.clone());
    assert!(Rc::ptr_eq(&found, &text(shared.clone())) && text::cache_info().hits == 1);
    drop((shared, found));
    assert_eq!((Shared::registry().len(), text::sweep()), (0, 1));

    let x = RTerm::var(1);
    let app = RTerm::app(x.clone(), x.clone());
    assert_eq!((size(&app), size(&app), size::cache_info().misses), (2, 2, 2));
    let inner: &LocalInterned<RTerm> = app.as_ref();
    assert_eq!((LocalInterned::strong_count(inner), LocalInterned::weak_count(inner)), (1, 1));
    drop((x, app));
    assert_eq!((RTerm::registry().len(), size::sweep()), (0, 2));
}

#[test]
fn handles_of_functions_and_of_computed_lengths() {
    const MASK: usize = 3;
    #[memoize(weak_key)]
    fn length(
        measure: &Arc<dyn for<'a> Fn(&'a str) -> &'a str + Send + Sync>,
        plain: Arc<fn(&str) -> usize>,
        bytes: &Arc<[u8; 5 & MASK]>,
    ) -> usize {
        measure(" x ").len() + plain("abc") + bytes.len()
    }
    let measure: Arc<dyn for<'a> Fn(&'a str) -> &'a str + Send + Sync> = Arc::new(str::trim);
    let plain: Arc<fn(&str) -> usize> = Arc::new(str::len);
    let bytes = Arc::new([0]);
    for _ in 0..2 {
        assert_eq!(length(&measure, plain.clone(), &bytes), 5);
    }
    assert_eq!(length::cache_info().hits, 1);
    assert_eq!(length::retain(|(measure, plain, _), _| measure(" y ").len() != plain("x")), 1);
}
