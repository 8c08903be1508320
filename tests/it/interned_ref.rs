//! `InternedRef`, and parameters that take a handle or a borrow of one.

use std::cell::Cell;
use std::collections::HashSet;
use std::error::Error;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use weakcache::{Interned, InternedRef, interned, memoize};

#[interned]
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Word(String);

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Error for Word {}

#[interned]
#[derive(Debug)]
enum Expr {
    Num(i64),
    Add(Interned<Expr>, Interned<Self>),
    Neg { of: ::weakcache::Interned<Expr> },
    All(Vec<Interned<Expr>>),
}

#[test]
fn one_pointer_wide() {
    assert_eq!(size_of::<InternedRef<'_, Word>>(), size_of::<usize>());
    assert_eq!(size_of::<Option<InternedRef<'_, Word>>>(), size_of::<usize>());
}

#[test]
fn auto_traits_are_those_of_a_reference() {
    fn shared<T: Send + Sync + Copy + Unpin + UnwindSafe + RefUnwindSafe>() {}
    shared::<InternedRef<'static, Word>>();

    // `Send` where `T` is `Send + Sync`, and for no other; `Sync` too.
    trait Ambiguous<A> {
        fn check() {}
    }
    impl<T> Ambiguous<()> for T {}
    struct IsSend;
    impl<T: Send> Ambiguous<IsSend> for T {}
    struct IsSync;
    impl<T: Sync> Ambiguous<IsSync> for T {}
    <InternedRef<'_, std::rc::Rc<u8>> as Ambiguous<_>>::check();
    <InternedRef<'_, Cell<u8>> as Ambiguous<_>>::check();
    // It is `Sync` and not `Send`: a copy could be made an owned handle, and drop it elsewhere.
    <InternedRef<'_, std::sync::MutexGuard<'_, u8>> as Ambiguous<_>>::check();
}

#[test]
fn lifetimes_shrink() {
    fn shorter<'a>(long: InternedRef<'static, Word>, _: &'a u8) -> InternedRef<'a, Word> {
        long
    }
    let leaked = Interned::leak(Word::new("lifetimes"));
    assert_eq!(InternedRef::get(shorter(leaked, &1)).0, "lifetimes");
}

#[test]
fn copies_touch_no_count() {
    let word = Word::new("copies");
    let copies = [Interned::borrow(&word); 8];
    let (a, b) = (copies[0], copies[7]);
    assert!(InternedRef::ptr_eq(a, b));
    assert_eq!(Interned::strong_count(&word), 1);
    assert_eq!(InternedRef::as_ptr(a), Interned::as_ptr(&word));
    assert_eq!(InternedRef::hash_of(a), Interned::hash_of(&word));
    let owned = InternedRef::to_interned(a);
    assert_eq!(Interned::strong_count(&word), 2);
    assert_eq!(owned, word);
    assert_eq!(&owned, InternedRef::as_interned(&b));
    drop(owned);
    let weak = InternedRef::downgrade(a);
    assert_eq!((Interned::strong_count(&word), Interned::weak_count(&word)), (1, 1));
    drop(word);
    assert!(weak.upgrade().is_none());
}

/// What is reached through a copy is borrowed from the handle, not from the copy.
#[test]
fn the_value_is_borrowed_from_the_handle() {
    fn text(word: &Interned<Word>) -> &str {
        let short_lived = Interned::borrow(word);
        &InternedRef::get(short_lived).0
    }
    assert_eq!(text(&Word::new("borrowed")), "borrowed");
}

#[test]
fn equality_and_hash_are_those_of_handles() {
    let (x, y) = (Word::new("eq x"), Word::new("eq y"));
    let (a, b) = (Interned::borrow(&x), InternedRef::from(&y));
    assert!(a == a && a != b);
    let state = std::hash::RandomState::new();
    assert_eq!(state.hash_one(a), state.hash_one(&x));
    assert_eq!(HashSet::from([a, b, a]).len(), 2);
    assert_eq!(Interned::from(a), x);
}

#[test]
fn order_and_text_are_those_of_values() {
    let (pear, fig) = (Word::new("pear"), Word::new("fig"));
    let (pear, fig) = (Interned::borrow(&pear), Interned::borrow(&fig));
    assert!(fig < pear && pear.cmp(&pear).is_eq());
    assert_eq!(
        format!("{fig:>4} {fig:?} {fig:p}"),
        format!(" fig {:?} {:p}", *fig, InternedRef::as_ptr(fig))
    );
    let error: &dyn Error = &fig;
    assert!(error.source().is_none());
    assert_eq!(AsRef::<Word>::as_ref(&fig).0, "fig");
}

#[test]
fn what_is_leaked_stays() {
    #[interned]
    #[derive(Debug)]
    struct Leaked(u32);

    let kept: InternedRef<'static, Leaked> = Interned::leak(Leaked::new(1));
    assert_eq!((kept.0, Leaked::registry().len()), (1, 1));
    let again = Leaked::new(1);
    assert_eq!(Interned::borrow(&again), kept);
    assert_eq!(Interned::strong_count(&again), 2);
    drop(again);
    std::thread::spawn(move || assert_eq!(kept.0, 1)).join().unwrap();
    assert_eq!(Leaked::registry().len(), 1);
}

/// Of an argument nothing is counted on a hit; on a miss, a reference is cloned and a handle moved.
#[test]
fn constructors_count_arguments_on_a_miss_only() {
    let (one, two) = (Expr::num(101), Expr::num(102));
    let (a, b) = (Interned::borrow(&one), Interned::borrow(&two));
    let counts = || (Interned::strong_count(&one), Interned::strong_count(&two));

    let sum = Expr::add(&one, b);
    assert_eq!(counts(), (2, 2));
    let negative = Expr::neg(a);
    assert_eq!(counts(), (3, 2));
    let moved = Expr::add(two.clone(), two.clone());
    assert_eq!(counts(), (3, 4));

    assert_eq!(
        [Expr::add(a, &two), Expr::add(&one, &two), Expr::add(a, b)],
        [sum.clone(), sum.clone(), sum.clone()]
    );
    assert_eq!(Expr::add(one.clone(), two.clone()), sum);
    assert_eq!((Expr::neg(&one), Expr::neg(a)), (negative.clone(), negative));
    assert_eq!(Expr::get_add(a, &two), Some(sum));
    assert_eq!(Expr::get_add(&two, a), None);
    assert_eq!(counts(), (1, 3), "`negative` and `sum` are gone; {moved:?} is not");
}

/// With a count of the arguments at the very moment that the key is compared.
#[test]
fn a_hit_does_not_count_and_uncount() {
    thread_local!(static SEEN: Cell<usize> = const { Cell::new(0) });
    #[derive(Debug)]
    struct Looks(Interned<Word>);
    impl PartialEq for Looks {
        fn eq(&self, other: &Self) -> bool {
            SEEN.set(Interned::strong_count(&self.0));
            self.0 == other.0
        }
    }
    impl Eq for Looks {}
    impl Hash for Looks {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }
    #[interned]
    #[derive(Debug)]
    struct Pair(Interned<Word>, Looks);

    let word = Word::new("a hit");
    let pair = Pair::new(&word, Looks(word.clone()));
    assert_eq!(Interned::strong_count(&word), 3);
    let looks = Looks(word.clone());
    assert_eq!(Pair::new(&word, looks), pair);
    assert_eq!(SEEN.get(), 4, "the word, two in the pair, and the one in the argument");
}

#[test]
fn inference_is_as_before() {
    #[interned]
    #[derive(Debug)]
    enum List<T> {
        Nil,
        Cons(T, Interned<List<T>>),
    }
    #[interned]
    struct Wrapper<T>(Interned<T>);

    let list = List::cons(1_u8, List::nil());
    let longer = List::cons(2, &list);
    assert_eq!(longer, List::cons(2, Interned::borrow(&list)));
    let wrapped = Wrapper::new(list);
    assert!(matches!(*wrapped.0, List::Cons(1, _)));
    let same = Wrapper::new(Interned::borrow(&wrapped.0));
    assert!(Interned::ptr_eq(&wrapped, &same));
    // As function values.
    let negatives: Vec<Interned<Expr>> = [1, 2].into_iter().map(Expr::num).map(Expr::neg).collect();
    assert_eq!(negatives[0], Expr::neg(Expr::num(1)));
    let neg: fn(Interned<Expr>) -> Interned<Expr> = Expr::neg;
    assert_eq!(neg(Expr::num(2)), negatives[1]);
    let borrowed: Vec<_> = negatives.iter().map(Expr::neg).collect();
    assert_eq!(borrowed[1], Expr::neg(&negatives[1]));
    let optional = negatives.last().cloned();
    assert_eq!(optional.map(Expr::neg), Some(Expr::neg(&negatives[1])));
    // A list takes what it took.
    assert_eq!(Expr::all(&negatives), Expr::all(negatives.clone()));
}

#[test]
fn names_are_enough_and_others_are_no_fault() {
    mod own {
        /// No handle of this library.
        #[derive(PartialEq, Eq, Hash, Clone)]
        pub struct Interned<T>(pub T);
    }
    #[interned]
    struct Holder(own::Interned<u8>);

    assert!(Interned::ptr_eq(&Holder::new(own::Interned(1)), &Holder::new(&own::Interned(1))));
}

#[test]
fn init_sees_the_stored_handle() {
    #[interned]
    struct Len {
        of: Interned<Word>,
        #[interned(init = of.0.len())]
        len: usize,
    }
    let word = Word::new("four");
    assert_eq!(Len::new(&word).len, 4);
    assert_eq!(Len::new(Interned::borrow(&word)).len, 4);
}

/// `by` looks up what is borrowed as it is.
#[test]
fn bodies_clone_on_a_miss_only() {
    #[interned(new = false)]
    struct Call {
        callee: Interned<Word>,
        argument: Interned<Word>,
        #[interned(skip)]
        made: usize,
    }
    static MADE: AtomicUsize = AtomicUsize::new(0);

    #[interned]
    impl Call {
        #[interned(by(callee, argument))]
        fn load(callee: &Interned<Word>, argument: InternedRef<'_, Word>) -> Self {
            let argument = InternedRef::to_interned(argument);
            Self { callee: callee.clone(), argument, made: MADE.fetch_add(1, Relaxed) }
        }

        #[interned(by(callee, argument))]
        #[track_caller]
        #[expect(clippy::trivially_copy_pass_by_ref, reason = "that it may be so")]
        #[allow(clippy::unnecessary_wraps, reason = "said of the body, which is a function of its own")]
        fn other(callee: &::weakcache::InternedRef<'_, Word>, argument: Interned<Word>) -> Option<Self> {
            let callee = InternedRef::to_interned(*callee);
            Some(Self { callee, argument, made: MADE.fetch_add(1, Relaxed) })
        }
    }
    let (f, x) = (Word::new("by f"), Word::new("by x"));
    let call = Call::load(&f, Interned::borrow(&x));
    assert_eq!((Interned::strong_count(&f), Interned::strong_count(&x)), (2, 2));
    let again = Call::load(&f, Interned::borrow(&x));
    let other = Call::other(&Interned::borrow(&f), x.clone()).unwrap();
    assert!(Interned::ptr_eq(&call, &again) && Interned::ptr_eq(&call, &other));
    assert_eq!((Interned::strong_count(&f), Interned::strong_count(&x)), (2, 2));
    assert_eq!((call.made, MADE.load(Relaxed)), (0, 1));
    assert!(call.callee.0 != call.argument.0);
}

#[test]
fn borrow_clones_on_a_miss_only() {
    static CLONES: AtomicUsize = AtomicUsize::new(0);
    #[derive(Debug, PartialEq, Eq, Hash)]
    struct Big(u32);
    impl Clone for Big {
        fn clone(&self) -> Self {
            CLONES.fetch_add(1, Relaxed);
            Self(self.0)
        }
    }
    #[interned]
    #[derive(Debug)]
    struct Holder {
        #[interned(borrow)]
        big: Big,
        number: u64,
    }
    #[interned]
    #[derive(Debug)]
    enum Generic<T> {
        One(#[interned(borrow)] T),
        Two {
            #[interned(borrow)]
            both: (T, T),
            #[interned(borrow)]
            text: String,
        },
    }

    let first = Holder::new(&Big(1), 2);
    assert_eq!(CLONES.load(Relaxed), 1);
    assert_eq!(Holder::new(&Big(1), 2), first);
    assert_eq!(Holder::new(Big(1), 2), first);
    assert_eq!(Holder::get(&Big(1), 2), Some(first));
    let second = Holder::new(Big(2), 2);
    assert_eq!((second.big.0, second.number), (2, 2));
    assert_eq!(CLONES.load(Relaxed), 1);

    assert_eq!(Generic::one(1), Generic::one(1));
    assert_eq!(Generic::<Big>::one(&Big(1)), Generic::one(Big(1)));
    let two = Generic::two((1, 2), "text");
    assert_eq!(two, Generic::two(&(1, 2), &String::from("text")));
}

#[test]
fn memo_keys() {
    #[memoize]
    fn len(word: InternedRef<'static, Word>) -> usize {
        word.0.len()
    }
    let word = Interned::leak(Word::new("memo key"));
    assert_eq!((len(word), len(word)), (8, 8));
    assert_eq!(len::cache_info().misses, 1);
}

/// A clone of an argument that panics leaves the registry as if the call had not begun.
#[test]
fn a_clone_that_panics_registers_nothing() {
    #[derive(PartialEq, Eq, Hash, Debug)]
    struct Bad;
    impl Clone for Bad {
        fn clone(&self) -> Self {
            panic!("no clone");
        }
    }
    #[interned]
    struct Holder(#[interned(borrow)] Bad, Interned<Word>);

    let word = Word::new("panics");
    let result = std::panic::catch_unwind(|| Holder::new(&Bad, &word));
    assert!(result.is_err());
    assert_eq!((Holder::registry().len(), Interned::strong_count(&word)), (0, 1));
    let kept = Holder::new(Bad, word.clone());
    assert!(Interned::ptr_eq(&kept, &Holder::new(&Bad, &word)), "a hit clones nothing");
}

/// Copies go to other threads, and are made handles there.
#[test]
fn copies_on_other_threads() {
    let word = Word::new("threads");
    let made = Mutex::new(Vec::new());
    let copy = Interned::borrow(&word);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..100 {
                    made.lock().unwrap().push(InternedRef::to_interned(copy));
                }
            });
        }
    });
    assert_eq!(Interned::strong_count(&word), 401);
    drop(made);
    assert_eq!(Interned::strong_count(&word), 1);
}
