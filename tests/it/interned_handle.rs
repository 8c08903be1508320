//! `#[interned(handle = Name)]`: a handle of one's own.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::error::Error;
use std::fmt;
use std::hash::BuildHasher;
use std::ops::{Add, Neg};
use std::rc::Rc;
use weakcache::{Intern, Interned, InternedRef, WeakInterned, interned, memoize};

#[interned(handle = Term, numbered, is_new = "{}_is_new")]
#[derive(Debug)]
pub enum RTerm {
    Num(i64),
    Var(String),
    Add(Term, Term),
    Neg {
        #[interned(borrow)]
        of: Term,
    },
    Unit,
}

impl Add for Term {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        RTerm::add(self, other)
    }
}

impl Neg for &Term {
    type Output = Term;
    fn neg(self) -> Term {
        RTerm::neg(self)
    }
}

/// By age.
impl Ord for Term {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.age().cmp(&other.age())
    }
}

impl PartialOrd for Term {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Term {
    fn age(&self) -> u64 {
        Interned::number(self.as_ref())
    }
}

impl fmt::Display for RTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Num(n) => n.fmt(f),
            Self::Var(name) => f.pad(name),
            Self::Add(a, b) => write!(f, "({a} + {b})"),
            Self::Neg { of } => write!(f, "-{of}"),
            Self::Unit => f.write_str("()"),
        }
    }
}

impl Error for RTerm {}

#[test]
fn constructors_and_look_ups_return_it() {
    let one: Term = RTerm::num(1);
    let sum: Term = RTerm::add(one.clone(), -&one);
    assert_eq!(sum, one.clone() + RTerm::neg(one.clone()));
    let found: Option<Term> = RTerm::get_add(one.clone(), -&one);
    assert_eq!(found.as_ref(), Some(&sum));
    let (again, is_new): (Term, bool) = RTerm::add_is_new(one.clone(), -&one);
    assert_eq!((again, is_new), (sum.clone(), false));
    assert!(
        matches!(&*sum, RTerm::Add(a, b) if *a == one && matches!(&**b, RTerm::Neg { of } if *of == one))
    );
    assert_eq!(RTerm::var("x"), RTerm::var(String::from("x")));
    assert!(RTerm::get_unit().is_none() || RTerm::unit() == RTerm::unit());
    let held: Vec<Interned<RTerm>> = RTerm::registry().iter().collect();
    assert!(held.contains(sum.as_ref()));
    let interned: Interned<RTerm> = RTerm::Num(1).intern();
    assert_eq!(Term::from(interned), one);
    assert_eq!(Term::from(RTerm::Num(1)), one);
    assert_eq!(Interned::from(one.clone()), RTerm::Num(1).intern());
}

#[test]
fn it_has_what_a_handle_has() {
    fn shared<T: Send + Sync + Unpin + Clone + Eq + std::hash::Hash + fmt::Pointer>() {}
    shared::<Term>();
    assert_eq!(size_of::<Term>(), size_of::<usize>());
    assert_eq!(size_of::<Option<Term>>(), size_of::<usize>());

    let x = RTerm::var("has");
    let state = std::hash::RandomState::new();
    assert_eq!(state.hash_one(&x), state.hash_one(AsRef::<Interned<RTerm>>::as_ref(&x)));
    assert_eq!(format!("{x:>5} {x:?}"), format!("  has {:?}", *x));
    assert_eq!(format!("{x:p}"), format!("{:p}", Interned::as_ptr(x.as_ref())));
    let error: &dyn Error = &x;
    assert!(error.source().is_none());
    assert_eq!(Interned::strong_count(x.as_ref()), 1);
    let by_deref: &RTerm = &x;
    assert!(std::ptr::eq(by_deref, AsRef::<RTerm>::as_ref(&x)));

    let weak: WeakInterned<RTerm> = Interned::downgrade(x.as_ref());
    assert_eq!(weak.upgrade().map(Term::from), Some(x.clone()));
    drop(x);
    assert!(weak.upgrade().is_none() && RTerm::get_var("has").is_none());
}

#[test]
fn order_is_the_users_own() {
    let (b, a) = (RTerm::var("order b"), RTerm::var("order a"));
    let sum = a.clone() + b.clone();
    let sorted: Vec<_> = BTreeSet::from([sum.clone(), a.clone(), b.clone()]).into_iter().collect();
    assert_eq!(sorted, [b, a, sum]);
}

#[test]
fn as_the_key_of_a_map() {
    let (x, y) = (RTerm::var("map x"), RTerm::var("map y"));
    let map = HashMap::from([(x.clone(), 1), (y.clone(), 2)]);
    assert_eq!((map.get(&x), map[&y]), (Some(&1), 2));
    assert_eq!(HashSet::from([x.clone(), x, y]).len(), 2);
}

/// On a hit, a field that says `borrow` counts nothing.
#[test]
fn as_a_borrowed_parameter() {
    let x = RTerm::var("borrowed");
    let neg = -&x;
    assert_eq!(Interned::strong_count(x.as_ref()), 2);
    assert_eq!((RTerm::neg(&x), RTerm::neg(x.clone())), (neg.clone(), neg));
    assert_eq!(Interned::strong_count(x.as_ref()), 1);
}

#[test]
fn as_a_field_of_another_type() {
    #[interned(handle = Clause)]
    struct RClause {
        head: Term,
        #[interned(borrow)]
        body: Vec<Term>,
        #[interned(init = body.len())]
        len: usize,
    }
    let x = RTerm::var("clause");
    let clause: Clause = RClause::new(x.clone(), [x.clone(), -&x]);
    assert_eq!((clause.len, clause.head == x, clause.body.len()), (2, true, 2));
    assert!(clause == RClause::new(x.clone(), &vec![x.clone(), -&x]));
    drop(clause);
    assert!(RClause::registry().is_empty());
}

/// As an argument, a result, a weak result and a weak key.
#[test]
fn in_memoized_functions() {
    #[memoize]
    fn size(term: Term) -> usize {
        match &*term {
            RTerm::Add(a, b) => 1 + size(a.clone()) + size(b.clone()),
            RTerm::Neg { of } => 1 + size(of.clone()),
            _ => 1,
        }
    }
    #[memoize]
    fn negated(term: &Term) -> Term {
        -term
    }
    #[memoize(weak)]
    fn doubled(term: &Term) -> Term {
        term.clone() + term.clone()
    }
    let x = RTerm::var("memo");
    let sum = x.clone() + -&x;
    assert_eq!((size(sum.clone()), size(sum)), (4, 4));
    assert_eq!(size::cache_info().misses, 3);
    assert_eq!((negated(&x), negated(&x)), (-&x, -&x));
    assert_eq!(negated::cache_info().misses, 1);
    let double = doubled(&x);
    assert_eq!(doubled(&x), double);
    assert_eq!(doubled::cache_info().misses, 1);
    drop(double);
    assert!(RTerm::get_add(x.clone(), x.clone()).is_none(), "it was held weakly");
    assert_eq!(doubled(&x), x.clone() + x.clone());
    assert_eq!(doubled::cache_info().misses, 2);
}

/// A constructor of one's own ends in values or in handles, of either kind.
#[test]
fn impl_blocks_return_it() {
    #[interned(handle = Date, new = false)]
    #[derive(Debug)]
    pub struct RDate {
        day: u8,
        month: u8,
    }
    #[interned]
    impl RDate {
        pub fn new(day: u8, month: u8) -> Result<Self, String> {
            if day > 31 {
                return Err(format!("{day}"));
            }
            Ok(Self { day, month })
        }
        pub fn first() -> Self {
            Self::new(1, 1).unwrap()
        }
        fn inner(day: u8) -> Option<RDate> {
            Some(Self { day, month: 1 }.intern())
        }
        #[interned(by(day, month))]
        fn load(day: u8, month: u8, made: &mut u8) -> Self {
            *made += 1;
            Self { day, month }
        }
        #[track_caller]
        fn tracked(day: Option<u8>) -> Self {
            match day {
                Some(day) => Self::new(day, 1).unwrap(),
                None => panic!("no day"),
            }
        }
        fn never() -> Self {
            unimplemented!()
        }
        fn month(&self) -> u8 {
            self.month
        }
    }
    let first: Date = RDate::first();
    let same: Result<Date, String> = RDate::new(1, 1);
    assert_eq!((same.as_ref(), RDate::new(32, 1)), (Ok(&first), Err("32".into())));
    assert_eq!((RDate::inner(1), RDate::tracked(Some(1))), (Some(first.clone()), first.clone()));
    let mut made = 0;
    assert_eq!((RDate::load(1, 1, &mut made), made), (first.clone(), 0));
    let other: Date = RDate::load(2, 1, &mut made);
    assert_eq!((other.day, other.month(), made), (2, 1, 1));
    assert!(std::panic::catch_unwind(RDate::never).is_err());
}

#[test]
fn of_a_generic_type() {
    #[interned(handle = List)]
    #[derive(Debug)]
    pub enum RList<T: Clone, const N: usize = 3>
    where
        Option<Self>: Sized,
        [T; N]: Sized,
    {
        Nil,
        Cons([T; N], #[interned(borrow)] List<T, N>),
    }
    let nil = RList::nil();
    let list: List<u8> = RList::cons([1, 2, 3], &nil);
    assert_eq!(list, RList::cons([1, 2, 3], nil.clone()));
    assert_eq!(RList::get_cons([1, 2, 3], nil), Some(list.clone()));
    assert!(matches!(&*list, RList::Cons([1, 2, 3], rest) if matches!(**rest, RList::Nil)));
    assert_eq!(format!("{list:?}"), "Cons([1, 2, 3], Nil)");
    assert_eq!(RList::<u8, 3>::registry().len(), 2);
    let text: List<String, 1> = RList::cons(["x".into()], RList::nil());
    assert_ne!(text, RList::nil());

    #[interned(handle = Cell, new = false)]
    struct RCell<T>(T);
    #[interned]
    impl<T: std::hash::Hash + Eq> RCell<T> {
        fn one(value: T) -> Self {
            Self(value)
        }
        fn two(value: T) -> Option<Self> {
            Some(Self::one(value))
        }
    }
    let cell: Cell<u8> = RCell::one(1);
    assert!(Some(&cell) == RCell::two(1).as_ref() && cell.0 == 1);
}

/// What the value does not have, the handle has not either, and that is no error.
#[test]
fn conditional_traits() {
    #[interned(handle = Plain)]
    struct RPlain(u8);
    #[interned(handle = WithDefault)]
    #[derive(Default, Debug)]
    struct RWithDefault(u8);

    trait Ambiguous<A> {
        fn check() {}
    }
    impl<T> Ambiguous<()> for T {}
    struct IsDebug;
    impl<T: fmt::Debug> Ambiguous<IsDebug> for T {}
    struct IsDefault;
    impl<T: Default> Ambiguous<IsDefault> for T {}
    struct IsOrd;
    impl<T: PartialOrd> Ambiguous<IsOrd> for T {}
    <Plain as Ambiguous<_>>::check();
    <Rc<()> as Ambiguous<IsDebug>>::check();
    assert_eq!(WithDefault::default().0, 0);
    assert!(Plain::from(RPlain(1)) == RPlain::new(1));
}

/// Chains of handles of one's own are dropped one after the other.
#[test]
fn deep_chains_are_dropped_in_constant_stack() {
    #[interned(handle = Chain)]
    struct RChain(u32, Option<Chain>);

    std::thread::Builder::new()
        .stack_size(256 << 10)
        .spawn(|| {
            let chain = (0..200_000).fold(None, |next, n| Some(RChain::new(n, next)));
            assert_eq!(RChain::registry().len(), 200_000);
            drop(chain);
            assert_eq!(RChain::registry().len(), 0);
        })
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn visibility_and_docs_are_those_of_the_type() {
    mod inner {
        use weakcache::interned;

        /// Documented, and seen from one module further out.
        #[interned(handle = Shown)]
        pub(super) struct RShown(pub(super) u8);
    }
    let shown: inner::Shown = inner::RShown::new(1);
    assert_eq!(shown.0, 1);
}

/// Where a part is configured, the type goes by way of a derive.
#[test]
fn of_a_configured_type() {
    #[interned(handle = Configured, numbered)]
    #[derive(Debug)]
    pub struct RConfigured {
        #[cfg(test)]
        kept: u8,
        #[cfg(not(test))]
        dropped: Missing,
    }
    let value: Configured = RConfigured::new(1);
    assert_eq!((value.kept, Interned::number(value.as_ref())), (1, 1));
}

#[test]
fn a_copy_of_it() {
    let x = RTerm::var("copy");
    let copy: InternedRef<'_, RTerm> = Interned::borrow(x.as_ref());
    assert_eq!(Term::from(InternedRef::to_interned(copy)), x);
}

#[cfg(feature = "serde")]
mod with_serde {
    use serde::{Deserialize, Serialize};
    use weakcache::interned;

    #[interned(handle = Symbol)]
    #[derive(Serialize, Deserialize, Debug)]
    pub struct RSymbol {
        name: String,
    }

    #[interned(handle = Tree)]
    #[derive(Serialize, Deserialize, Debug)]
    #[serde(bound(deserialize = "T: Deserialize<'de> + Eq + std::hash::Hash + Send + Sync + 'static"))]
    pub enum RTree<T> {
        Leaf(T),
        Node(Vec<Tree<T>>),
    }

    #[test]
    fn written_as_the_value_and_interned_when_read() {
        let x = RSymbol::new("x");
        let json = serde_json::to_string(&[&x, &x]).unwrap();
        assert_eq!(json, r#"[{"name":"x"},{"name":"x"}]"#);
        let read: Vec<Symbol> = serde_json::from_str(&json).unwrap();
        assert_eq!(read, [x.clone(), x]);

        let tree = RTree::node([RTree::leaf(1), RTree::leaf(2)]);
        let json = serde_json::to_string(&tree).unwrap();
        assert_eq!(json, r#"{"Node":[{"Leaf":1},{"Leaf":2}]}"#);
        assert_eq!(serde_json::from_str::<Tree<i32>>(&json).unwrap(), tree);
        assert!(serde_json::from_str::<Tree<i32>>("[]").is_err());
    }
}
