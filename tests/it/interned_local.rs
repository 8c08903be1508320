//! `#[interned(local)]`: a registry a thread.

use crate::support::alloc::{allocations, live_bytes};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use weakcache::{InternLocal, LocalInterned, LocalRegistry, LocalWeakInterned, interned, memoize};

#[interned(local)]
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Word(Rc<str>);

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[interned(local, numbered, is_new = "{}_is_new", name = "expressions")]
#[derive(Debug)]
enum Expr {
    Num(i64),
    Var(String),
    Add(LocalInterned<Expr>, ::weakcache::LocalInterned<Self>),
    Shared {
        id: u8,
        #[interned(init = RefCell::new(Vec::from([*id])))]
        seen: RefCell<Vec<u8>>,
    },
    Unit,
}

#[test]
fn canonical_prompt_and_weak() {
    let a: LocalInterned<Word> = Word::new("a".into());
    let again = Word::new("a".into());
    assert!(LocalInterned::ptr_eq(&a, &again) && a == again);
    assert_eq!((LocalInterned::strong_count(&a), LocalInterned::weak_count(&a)), (2, 0));
    assert_eq!(Word::get("a".into()), Some(again));
    assert_eq!(Word::registry().len(), 1);
    let weak: LocalWeakInterned<Word> = LocalInterned::downgrade(&a);
    assert_eq!((weak.strong_count(), LocalInterned::weak_count(&a)), (1, 1));
    assert_eq!(weak.upgrade().as_ref(), Some(&a));
    let other = weak.clone();
    drop(a);
    assert!(weak.upgrade().is_none() && Word::get("a".into()).is_none() && Word::registry().is_empty());
    // Not of a later value of that key.
    let later = Word::new("a".into());
    assert!(
        weak.upgrade().is_none() && !weak.ptr_eq(&LocalInterned::downgrade(&later)) && weak.ptr_eq(&other)
    );
    assert_eq!(LocalInterned::hash_of(&later), LocalInterned::hash_of(&Word::new("a".into())));
    assert!(LocalWeakInterned::<Word>::new().upgrade().is_none());
}

#[test]
fn what_a_handle_is_like() {
    assert_eq!(size_of::<LocalInterned<Word>>(), size_of::<usize>());
    assert_eq!(size_of::<Option<LocalInterned<Word>>>(), size_of::<usize>());
    assert_eq!(size_of::<LocalWeakInterned<Word>>(), size_of::<usize>());

    fn like_rc<T: Unpin + UnwindSafe + RefUnwindSafe + Clone + fmt::Pointer>() {}
    like_rc::<LocalInterned<Word>>();
    trait Ambiguous<A> {
        fn check() {}
    }
    impl<T> Ambiguous<()> for T {}
    struct IsSend;
    impl<T: Send> Ambiguous<IsSend> for T {}
    struct IsSync;
    impl<T: Sync> Ambiguous<IsSync> for T {}
    <LocalInterned<u8> as Ambiguous<_>>::check();
    <LocalWeakInterned<u8> as Ambiguous<_>>::check();
    <LocalRegistry<Word> as Ambiguous<_>>::check();

    let words: BTreeSet<_> = ["pear", "apple", "fig"].map(|text| Word::new(text.into())).into();
    assert_eq!(words.iter().map(|word| &*word.0).collect::<Vec<_>>(), ["apple", "fig", "pear"]);
    let word = words.first().unwrap();
    assert_eq!(format!("{word:>6} {word:?}"), format!(" apple {:?}", **word));
    assert_eq!(HashSet::from([word.clone(), Word::new("apple".into())]).len(), 1);
    assert_eq!(HashMap::from([(word.clone(), 1)])[word], 1);
    assert_eq!(LocalInterned::from(Word("apple".into())), *word);
    assert!(std::ptr::eq(LocalInterned::as_ptr(word), &raw const **word));
}

#[test]
fn enums_numbers_news_and_borrows() {
    let one = Expr::num(1);
    let (sum, is_new) = Expr::add_is_new(&one, one.clone());
    assert!(is_new && !Expr::add_is_new(&one, &one).1);
    assert_eq!((LocalInterned::number(&one), LocalInterned::number(&sum)), (1, 2));
    assert_eq!(LocalInterned::strong_count(&one), 3);
    assert_eq!(Expr::get_add(&one, &one), Some(sum));
    assert_eq!(LocalInterned::strong_count(&one), 1);
    assert_eq!(Expr::var("x"), Expr::var(String::from("x")));
    let shared = Expr::shared(7);
    let Expr::Shared { seen, .. } = &*shared else { panic!("it is one") };
    seen.borrow_mut().push(8);
    assert!(matches!(&*Expr::shared(7), Expr::Shared { seen, .. } if *seen.borrow() == [7, 8]));
    assert_eq!(Expr::unit(), Expr::Unit.intern());
    assert_eq!(Expr::registry().name(), "expressions");
    let mut all: Vec<_> = Expr::registry().iter().map(|expr| LocalInterned::number(&expr)).collect();
    all.sort_unstable();
    assert_eq!((all.len(), all[0]), (2, 1));
    assert_eq!(format!("{:?}", Expr::registry()), "LocalRegistry { name: \"expressions\", len: 2, .. }");
}

#[test]
fn each_thread_has_its_own() {
    #[interned(local)]
    struct Value(u32);

    let here = Value::new(1);
    let registry: LocalRegistry<Value> = Value::registry();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                assert!(Value::get(1).is_none());
                let held: Vec<_> = (0..100).map(Value::new).collect();
                assert_eq!(Value::registry().len(), 100);
                drop(held);
            });
        }
    });
    assert_eq!((registry.len(), registry.info().misses, here.0), (1, 1, 1));
    assert_eq!(registry.iter().len(), 1);
    assert_eq!((&registry.clone()).into_iter().count(), 1);
}

#[test]
fn generic_types_have_one_for_each_instantiation() {
    #[interned(local)]
    #[derive(Debug, PartialEq)]
    struct Pair<T>(T, Rc<T>);

    #[interned(local)]
    impl<T: Hash + Eq> Pair<T> {
        fn twice(value: T) -> Self
        where
            T: Clone,
        {
            Self::new(value.clone(), Rc::new(value))
        }
    }

    let numbers = Pair::twice(1);
    let texts = Pair::twice(Rc::<str>::from("x"));
    let chars: Vec<_> = "abc".chars().map(Pair::twice).collect();
    for _ in 0..3 {
        assert_eq!(Pair::twice(1), numbers);
        assert_eq!(Pair::<Rc<str>>::registry().len(), 1);
        assert_eq!((Pair::<char>::registry().len(), Pair::<i32>::registry().len()), (3, 1));
        assert_eq!(Pair::new('a', Rc::new('a')), chars[0]);
    }
    assert_eq!(Pair::<u8>::registry().len(), 0);
    drop(texts);
}

#[test]
fn a_handle_of_ones_own_and_impl_blocks() {
    #[interned(local, handle = Term, new = false)]
    #[derive(Debug)]
    struct RTerm {
        name: Rc<str>,
        arguments: Vec<Term>,
        #[interned(skip)]
        made: u32,
    }
    thread_local!(static MADE: Cell<u32> = const { Cell::new(0) });

    #[interned]
    impl RTerm {
        fn make(name: &str, arguments: &[Term]) -> Result<Self, String> {
            if name.is_empty() {
                return Err("no name".into());
            }
            Ok(Self::load(&name.into(), arguments))
        }
        #[interned(by(name, arguments))]
        fn load(name: &Rc<str>, arguments: &[Term]) -> Self {
            MADE.set(MADE.get() + 1);
            Self { name: name.clone(), arguments: arguments.to_vec(), made: MADE.get() }
        }
    }
    impl std::ops::Mul for &Term {
        type Output = Term;
        fn mul(self, other: Self) -> Term {
            RTerm::load(&"*".into(), &[self.clone(), other.clone()])
        }
    }
    let x: Term = RTerm::make("x", &[]).unwrap();
    assert_eq!((&x * &x, RTerm::make("", &[])), (&x * &x, Err("no name".into())));
    let square = &x * &x;
    assert_eq!(RTerm::make("*", &[x.clone(), x.clone()]), Ok(square.clone()));
    let made = MADE.get();
    assert_eq!((&x * &x).made, square.made);
    assert_eq!(MADE.get(), made);
    assert_eq!(LocalInterned::strong_count(x.as_ref()), 3);
    assert!(square.name.starts_with('*') && square.arguments == [x.clone(), x]);
    let weak = LocalInterned::downgrade(square.as_ref());
    assert_eq!(weak.upgrade().map(Term::from), Some(square));
}

#[test]
fn in_memoized_functions_of_a_thread() {
    #[memoize(local)]
    fn len(word: LocalInterned<Word>) -> usize {
        word.0.len()
    }
    #[memoize(local, weak)]
    fn twice(word: &LocalInterned<Word>) -> LocalInterned<Word> {
        Word::new(word.0.repeat(2).into())
    }
    #[memoize(local, weak_key(word))]
    fn upper(word: &LocalInterned<Word>) -> String {
        word.0.to_uppercase()
    }
    let word = Word::new("memo".into());
    assert_eq!((len(word.clone()), len(word.clone())), (4, 4));
    assert_eq!(twice(&word), twice(&word));
    assert_eq!((upper(&word), upper(&word)), ("MEMO".into(), "MEMO".into()));
    assert_eq!((len::cache_info().misses, upper::cache_info().misses), (1, 1));
    len::cache_clear();
    twice::cache_clear();
    assert_eq!(LocalInterned::strong_count(&word), 1, "a weak key holds nothing");
}

/// `Hash`, `Eq`, `Drop` and `init` intern, look up, iterate and drop.
#[test]
fn user_code_comes_back() {
    thread_local!(static BUSY: Cell<bool> = const { Cell::new(false) });
    fn meddle() {
        if BUSY.replace(true) {
            return;
        }
        let held: Vec<_> = (100..110).map(|n| Value::new(Field(n))).collect();
        assert!(Value::get(Field(1)).is_none_or(|value| value.0.0 == 1));
        assert!(Value::registry().iter().count() >= held.len());
        Value::registry().shrink_to_fit();
        drop(held);
        BUSY.set(false);
    }
    #[derive(Debug)]
    struct Field(u32);
    impl PartialEq for Field {
        fn eq(&self, other: &Self) -> bool {
            meddle();
            self.0 == other.0
        }
    }
    impl Eq for Field {}
    impl Hash for Field {
        fn hash<H: Hasher>(&self, state: &mut H) {
            meddle();
            (self.0 % 4).hash(state); // collisions, too
        }
    }
    #[interned(local)]
    #[derive(Debug)]
    struct Value(Field, #[interned(init = meddle())] ());
    impl Drop for Value {
        fn drop(&mut self) {
            // Those made in there are dropped after this.
            if self.0.0 < 100 {
                meddle();
            }
        }
    }

    let mut held = Vec::new();
    for n in 0..20 {
        held.push(Value::new(Field(n % 10)));
    }
    assert!((0..10).all(|n| held[n] == held[n + 10]));
    assert_eq!(Value::registry().len(), 10);
    drop(held);
    assert_eq!(Value::registry().len(), 0);
}

/// A candidate whose key was registered while it was made is dropped.
#[test]
fn made_meanwhile() {
    #[interned(local, is_new = "news")]
    struct Value {
        key: u32,
        #[interned(init = if *key == 1 && !DEPTH.replace(true) { Some(Value::new(1)) } else { None })]
        inner: Option<LocalInterned<Value>>,
    }
    thread_local!(static DEPTH: Cell<bool> = const { Cell::new(false) });

    let (value, is_new) = Value::news(1);
    // The inner one was first, and the outer one, which held it, is gone.
    assert!(!is_new && value.inner.is_none());
    assert_eq!((LocalInterned::strong_count(&value), Value::registry().len()), (1, 1));
}

#[test]
fn panics_leave_nothing_behind() {
    #[derive(Debug)]
    struct Bad(&'static str);
    impl PartialEq for Bad {
        fn eq(&self, other: &Self) -> bool {
            assert_ne!(other.0, "eq");
            self.0 == other.0
        }
    }
    impl Eq for Bad {}
    impl Hash for Bad {
        fn hash<H: Hasher>(&self, state: &mut H) {
            assert_ne!(self.0, "hash");
            state.write_u8(1);
        }
    }
    #[interned(local)]
    #[derive(Debug)]
    struct Value(Bad, #[interned(init = assert_ne!(_0.0, "init"))] ());
    impl Drop for Value {
        fn drop(&mut self) {
            assert_ne!(self.0.0, "drop");
        }
    }
    let eq = Value::new(Bad("eq"));
    assert!(catch_unwind(|| Value::new(Bad("hash"))).is_err());
    assert!(catch_unwind(|| Value::new(Bad("other"))).is_err(), "compared with what panics");
    assert_eq!((Value::registry().len(), LocalInterned::strong_count(&eq)), (1, 1));
    assert_eq!((Value::registry().info().hits, Value::registry().info().misses), (0, 1));
    drop(eq);
    assert!(catch_unwind(|| Value::new(Bad("init"))).is_err());
    assert!(Value::registry().is_empty());
    let drop_panics = Value::new(Bad("drop"));
    assert!(catch_unwind(AssertUnwindSafe(|| drop(drop_panics))).is_err());
    assert!(Value::registry().is_empty());
    assert_eq!(Value::new(Bad("fine")).0.0, "fine");
}

#[test]
fn with_a_constant_hash() {
    #[derive(Default)]
    struct Constant;
    impl BuildHasher for Constant {
        type Hasher = crate::support::ConstantHasher;
        fn build_hasher(&self) -> Self::Hasher {
            crate::support::ConstantHasher
        }
    }
    #[interned(local, hasher = Constant, is_new = "news")]
    struct Value(u32);

    let held: Vec<_> = (0..300).map(Value::new).collect();
    assert!((0..300).all(|n| !Value::news(n).1 && Value::get(n).is_some()));
    assert!(Value::get(300).is_none());
    assert_eq!(Value::registry().len(), 300);
    drop(held);
    assert!(Value::registry().is_empty());
}

#[test]
fn a_hit_allocates_nothing_and_what_is_gone_is_given_back() {
    #[interned(local)]
    struct Value(u64, [u64; 6]);

    let first = Value::new(0, [0; 6]);
    let (again, count) = allocations(|| Value::new(0, [0; 6]));
    assert_eq!(count, 0);
    drop((first, again));
    let before = live_bytes();
    let held: Vec<_> = (0..10_000).map(|n| Value::new(n, [n; 6])).collect();
    assert!(live_bytes() - before > 10_000 * 64);
    assert!(Value::registry().capacity() >= 10_000);
    drop(held);
    Value::registry().shrink_to_fit();
    assert_eq!(Value::registry().capacity(), 0);
    assert!(live_bytes() - before < 64, "{}", live_bytes() - before);
    Value::registry().reserve(100);
    assert!(Value::registry().capacity() >= 100);
}

#[test]
fn deep_chains_of_both_kinds() {
    #[interned(local)]
    struct Link(u32, Option<LocalInterned<Link>>);
    #[interned]
    struct Shared(u32, #[interned(init = ())] ());
    #[interned(local)]
    struct Mixed {
        number: u32,
        next: Option<Box<LocalInterned<Mixed>>>,
        shared: weakcache::Interned<Shared>,
    }
    thread::Builder::new()
        .stack_size(256 << 10)
        .spawn(|| {
            let chain = (0..100_000).fold(None, |next, n| Some(Link::new(n, next)));
            assert_eq!(Link::registry().len(), 100_000);
            drop(chain);
            assert_eq!(Link::registry().len(), 0);
            let chain = (0..100_000)
                .fold(None, |next, number| Some(Box::new(Mixed::new(number, next, Shared::new(number)))));
            assert_eq!(chain.as_ref().map(|last| last.number), Some(99_999));
            drop(chain);
            assert_eq!((Mixed::registry().len(), Shared::registry().len()), (0, 0));
        })
        .unwrap()
        .join()
        .unwrap();
}

/// Says how many registries are gone: each has one.
struct Counted<const N: usize>;
static GONE: [AtomicUsize; 3] = [const { AtomicUsize::new(0) }; 3];

impl<const N: usize> Default for Counted<N> {
    fn default() -> Self {
        Self
    }
}

impl<const N: usize> Drop for Counted<N> {
    fn drop(&mut self) {
        GONE[N].fetch_add(1, Relaxed);
    }
}

impl<const N: usize> BuildHasher for Counted<N> {
    type Hasher = std::hash::DefaultHasher;
    fn build_hasher(&self) -> Self::Hasher {
        std::hash::DefaultHasher::new()
    }
}

/// A registry goes with its thread, and takes its memory along.
#[test]
fn threads_leave_nothing_behind() {
    #[interned(local, hasher = Counted<0>)]
    struct Value(u64, [u64; 8]);
    /// Made first, and so dropped behind the registry.
    struct Measure(isize);
    impl Drop for Measure {
        fn drop(&mut self) {
            if self.0 != 0 {
                LEFT.fetch_max(usize::try_from(live_bytes() - self.0).unwrap_or(0), Relaxed);
            }
        }
    }
    static LEFT: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static MEASURE: RefCell<Measure> = const { RefCell::new(Measure(0)) });

    for _ in 0..50 {
        thread::spawn(|| {
            MEASURE.with_borrow_mut(|measure| measure.0 = live_bytes());
            let held: Vec<_> = (0..1000).map(|n| Value::new(n, [n; 8])).collect();
            assert_eq!(Value::registry().len(), 1000);
            drop(held);
        })
        .join()
        .unwrap();
    }
    assert_eq!(GONE[0].load(Relaxed), 50);
    if cfg!(target_os = "linux") {
        let left = LEFT.load(Relaxed);
        assert!(left < 512, "{left} bytes");
    }
}

/// Whichever thread-local goes first: handles stay valid, and their values are still found.
#[test]
fn handles_outlive_the_registry_of_their_thread() {
    #[interned(local, hasher = Counted<1>)]
    #[derive(Debug)]
    struct Value(u32, String);
    /// Of values numbered from here.
    struct Holder<const FROM: u32>(RefCell<Vec<LocalInterned<Value>>>);
    impl<const FROM: u32> Holder<FROM> {
        fn fill(&self) {
            self.0.replace((FROM..FROM + 3).map(|n| Value::new(n, n.to_string())).collect());
        }
    }
    impl<const FROM: u32> Drop for Holder<FROM> {
        fn drop(&mut self) {
            let held = self.0.take();
            if held.is_empty() {
                return;
            }
            assert!(held.iter().zip(FROM..).all(|(value, n)| value.0 == n && value.1 == n.to_string()));
            // Still found, as long as it lives; and others can be made.
            assert_eq!(Value::new(FROM + 1, (FROM + 1).to_string()), held[1]);
            let new = Value::new(FROM + 7, "new");
            assert_eq!(Value::get(FROM + 7, "new").as_ref(), Some(&new));
            let live = Value::registry().len();
            let weak = LocalInterned::downgrade(&held[0]);
            drop(held);
            assert!(weak.upgrade().is_none());
            assert_eq!(Value::registry().len(), live - 3);
            ENDED.fetch_add(1, Relaxed);
        }
    }
    static ENDED: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static BEFORE: Holder<10> = const { Holder(RefCell::new(Vec::new())) };
        static AFTER: Holder<20> = const { Holder(RefCell::new(Vec::new())) };
    }
    for round in 0..20 {
        thread::spawn(move || {
            // Registered for destruction before the registry, after it, or both.
            if round % 3 != 0 {
                BEFORE.with(|_| {});
            }
            let first = Value::new(0, "0");
            if round % 3 != 1 {
                AFTER.with(Holder::fill);
            }
            if round % 3 != 0 {
                BEFORE.with(Holder::fill);
            }
            drop(first);
        })
        .join()
        .unwrap();
    }
    let threads_with_two = (0..20).filter(|round| round % 3 == 2).count();
    assert_eq!(ENDED.load(Relaxed), 20 + threads_with_two);
    assert!(GONE[1].load(Relaxed) >= 20, "{}", GONE[1].load(Relaxed));
}

/// A look-up in the destructors of a thread whose own `Eq` drops the last value of the registry.
#[test]
fn a_late_call_holds_its_registry() {
    thread_local!(static LAST: RefCell<Option<LocalInterned<Value>>> = const { RefCell::new(None) });
    #[derive(Debug)]
    struct Field(u32);
    impl PartialEq for Field {
        fn eq(&self, other: &Self) -> bool {
            let _ = LAST.try_with(RefCell::take);
            self.0 == other.0
        }
    }
    impl Eq for Field {}
    impl Hash for Field {
        fn hash<H: Hasher>(&self, state: &mut H) {
            if self.0 == 2 {
                let _ = LAST.try_with(RefCell::take);
            }
            state.write_u8(1);
        }
    }
    #[interned(local, hasher = Counted<2>)]
    #[derive(Debug)]
    struct Value(Field);
    struct Late;
    impl Drop for Late {
        fn drop(&mut self) {
            for key in [1, 2, 3] {
                let _ = LAST.try_with(|last| last.replace(Some(Value::new(Field(1)))));
                assert_eq!(Value::new(Field(key)).0.0, key);
            }
            let _ = LAST.try_with(RefCell::take);
            DONE.fetch_add(1, Relaxed);
        }
    }
    static DONE: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static LATE: Late = const { Late });

    thread::spawn(|| {
        // Before the guard of the registry, and so destroyed after it.
        LATE.with(|_| {});
        LAST.with(|_| {});
        drop(Value::new(Field(0)));
    })
    .join()
    .unwrap();
    assert_eq!(DONE.load(Relaxed), 1);
    assert!(GONE[2].load(Relaxed) >= 1);
}

#[test]
fn overflow_is_not_reached_by_many_handles() {
    let word = Word::new("many".into());
    let many = vec![word.clone(); 100_000];
    assert_eq!(LocalInterned::strong_count(&word), 100_001);
    drop(many);
    assert_eq!(LocalInterned::strong_count(&word), 1);
}

/// The same steps as on a model of them.
#[test]
fn oracle() {
    #[interned(local, hasher = std::hash::BuildHasherDefault<Few>)]
    #[derive(Debug)]
    struct Value(u64);
    /// Four bits of hash: some collide, most do not.
    #[derive(Default)]
    struct Few(u64);
    impl Hasher for Few {
        fn finish(&self) -> u64 {
            self.0 % 16
        }
        fn write(&mut self, _: &[u8]) {}
        fn write_u64(&mut self, n: u64) {
            self.0 = n;
        }
    }
    let mut random = crate::support::Random(7);
    let mut held: HashMap<u64, Vec<LocalInterned<Value>>> = HashMap::new();
    let mut weak: Vec<(u64, LocalWeakInterned<Value>, u64)> = Vec::new();
    let mut births: HashMap<u64, u64> = HashMap::new();
    for step in 0..50_000 {
        let key = random.next() % 64;
        match random.below(6) {
            0..=2 => {
                let handles = held.entry(key).or_default();
                if handles.is_empty() {
                    births.insert(key, step);
                }
                let value = Value::new(key);
                assert!(value.0 == key && handles.iter().all(|other| *other == value));
                handles.push(value);
            }
            3 => {
                let handles = held.entry(key).or_default();
                handles.truncate(handles.len() / 2);
            }
            4 => {
                let lives = held.get(&key).is_some_and(|handles| !handles.is_empty());
                assert_eq!(Value::get(key).is_some(), lives);
                if let Some(handle) = held.get(&key).and_then(|handles| handles.first()) {
                    assert_eq!(LocalInterned::strong_count(handle), held[&key].len());
                    weak.push((key, LocalInterned::downgrade(handle), births[&key]));
                }
            }
            _ => {
                if weak.len() > 50 {
                    weak.truncate(10);
                }
                for (key, weak, birth) in &weak {
                    let lives =
                        held.get(key).is_some_and(|handles| !handles.is_empty()) && births[key] == *birth;
                    assert_eq!(weak.upgrade().map(|value| value.0), lives.then_some(*key));
                }
            }
        }
        let live = held.values().filter(|handles| !handles.is_empty()).count();
        assert_eq!(Value::registry().len(), live);
    }
}

#[cfg(feature = "serde")]
#[test]
fn serde_round_trip() {
    use serde::{Deserialize, Serialize};

    #[interned(local, handle = Symbol)]
    #[derive(Serialize, Deserialize, Debug)]
    struct RSymbol {
        name: String,
    }
    #[interned(local)]
    #[derive(Serialize, Deserialize, Debug)]
    struct Pair(Symbol, u8);

    #[interned(local)]
    #[derive(Serialize, Debug)]
    struct List(u8, [Symbol]);

    let list = List::new(1, [RSymbol::new("x")]);
    let json = serde_json::to_string(&list).unwrap();
    assert_eq!(json, r#"[1,[{"name":"x"}]]"#);
    assert_eq!(serde_json::from_str::<LocalInterned<List>>(&json).unwrap(), list);

    let pair = Pair::new(RSymbol::new("x"), 1);
    let json = serde_json::to_string(&[&pair, &pair]).unwrap();
    assert_eq!(json, r#"[[{"name":"x"},1],[{"name":"x"},1]]"#);
    let read: Vec<LocalInterned<Pair>> = serde_json::from_str(&json).unwrap();
    assert_eq!(read, [pair.clone(), pair]);
}

/// Values of no fixed size: of all classes of size, and of a chunk to themselves.
#[test]
fn of_no_fixed_size() {
    #[interned(local, is_new = "news", numbered)]
    #[derive(Debug)]
    struct Text(str);
    #[interned(local, handle = Call)]
    #[derive(Debug)]
    struct RCall {
        callee: Rc<str>,
        #[interned(init = arguments.len())]
        count: usize,
        arguments: [LocalInterned<Text>],
    }

    let x = Text::new("x");
    assert_eq!((&x.0, Text::get(String::from("x")), Text::news("x").1), ("x", Some(x.clone()), false));
    let texts: Vec<_> = (0..3000).step_by(7).map(|n| Text::new("y".repeat(n))).collect();
    assert!(texts.iter().zip((0..).step_by(7)).all(|(text, n)| text.0.len() == n));
    assert_eq!(texts[50], Text::new("y".repeat(350)));
    let long = Text::new("z".repeat(1 << 20));
    assert_eq!((long.0.len(), LocalInterned::number(&long)), (1 << 20, texts.len() as u64 + 2));
    assert_eq!(Text::registry().len(), texts.len() + 2);

    let call: Call = RCall::new(Rc::from("f"), [x.clone(), long.clone()]);
    assert_eq!(call, RCall::new(Rc::from("f"), &[x.clone(), long.clone()]));
    assert_eq!((call.count, &call.arguments[0], LocalInterned::strong_count(&x)), (2, &x, 2));
    drop((call, texts, x, long));
    assert_eq!((Text::registry().len(), RCall::registry().len()), (0, 0));
}

/// By hand, without the attribute.
#[test]
fn by_hand() {
    struct Name(Rc<str>);
    impl InternLocal for Name {
        type Hasher = weakcache::DefaultHashBuilder;
        fn slot() -> &'static thread::LocalKey<weakcache::ThreadSlot> {
            thread_local!(static SLOT: weakcache::ThreadSlot = const { weakcache::ThreadSlot::new() });
            &SLOT
        }
        fn hash_key<H: Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
        fn eq_key(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }
    let name = Name("x".into()).intern();
    assert!(LocalInterned::ptr_eq(&name, &Name("x".into()).intern()));
    assert!(Name::registry().name().ends_with("Name") && Name::registry().len() == 1);
}
