//! `#[interned(is_new = "…")]`: constructors that say whether they registered.

use crate::support::on_threads;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use weakcache::{Interned, interned};

#[interned(is_new = "{}_is_new")]
#[derive(Debug)]
enum Expr {
    Num(i64),
    Neg(Interned<Expr>),
    If {
        cond: Interned<Expr>,
    },
    Text(String),
    #[interned(new = "unknown")]
    Optional(Option<u8>),
    #[interned(new = false)]
    #[expect(dead_code, reason = "made by nobody")]
    Hidden,
    Unit,
}

#[test]
fn says_whether_this_call_registered() {
    let (one, is_new) = Expr::num_is_new(1);
    assert!(is_new && matches!(*one, Expr::Num(1)));
    assert_eq!(Expr::num_is_new(1), (one.clone(), false));
    assert_eq!(Expr::num(1), one);

    let (neg, is_new) = Expr::neg_is_new(&one);
    assert!(is_new);
    assert_eq!(Expr::neg_is_new(Interned::borrow(&one)), (neg.clone(), false));
    assert_eq!(
        Expr::if_is_new(neg),
        (Expr::get_if(&one).unwrap_or_else(|| Expr::if_(Expr::neg(&one))), true)
    );
    assert!(Expr::text_is_new("x").1 && Expr::text_is_new(String::from("x")).1, "gone in between");
    assert!(Expr::unknown_is_new(None).1 && Expr::unit_is_new().1);
    let unit = Expr::unit();
    assert_eq!(Expr::unit_is_new(), (unit, false));
}

#[test]
fn of_structs() {
    #[interned(is_new = "intern", new = false)]
    struct Symbol {
        text: String,
        #[interned(init = text.len())]
        len: usize,
    }
    #[interned(is_new = "new_is_new")]
    struct Unit;
    #[interned(is_new = "new_is_new")]
    struct Pair<T>(T, #[interned(borrow)] T);

    let (symbol, is_new) = Symbol::intern("abc");
    assert_eq!((symbol.len, is_new), (3, true));
    let (again, is_new) = Symbol::intern(&symbol.text);
    assert!(Interned::ptr_eq(&symbol, &again) && !is_new);
    let (unit, is_new) = Unit::new_is_new();
    assert!(is_new && !Unit::new_is_new().1);
    drop(unit);
    let (pair, is_new) = Pair::new_is_new(1, &2);
    assert!(is_new && !Pair::new_is_new(1, 2).1 && Pair::new_is_new("a", "b").1);
    drop(pair);
}

/// Hits and misses count as with any constructor.
#[test]
fn it_is_counted() {
    #[interned(is_new = "news")]
    struct Value(u8);

    let held = Value::news(1).0;
    assert!(!Value::news(1).1);
    let info = Value::registry().info();
    assert_eq!((info.hits, info.misses, info.live), (1, 1, 1));
    drop(held);
}

/// Of all threads that make one value at once, one is told so.
#[test]
fn of_those_who_race_one_is_told() {
    #[interned(is_new = "news")]
    struct Value(usize);

    static NEWS: AtomicUsize = AtomicUsize::new(0);
    let held: Vec<_> = (0..4).map(|_| std::sync::Mutex::new(Vec::new())).collect();
    on_threads(4, |thread| {
        for key in 0..2000 {
            let (value, is_new) = Value::news(key);
            NEWS.fetch_add(usize::from(is_new), Relaxed);
            held[thread].lock().unwrap().push(value);
        }
    });
    assert_eq!((NEWS.load(Relaxed), Value::registry().len()), (2000, 2000));
}

#[test]
fn with_equal_hashes() {
    #[derive(Default)]
    struct Constant;
    impl std::hash::BuildHasher for Constant {
        type Hasher = Zero;
        fn build_hasher(&self) -> Zero {
            Zero
        }
    }
    struct Zero;
    impl Hasher for Zero {
        fn finish(&self) -> u64 {
            0
        }
        fn write(&mut self, _: &[u8]) {}
    }
    #[interned(is_new = "news", hasher = Constant, numbered)]
    struct Value(u32);

    let held: Vec<_> = (0..50).map(Value::news).collect();
    assert!(held.iter().all(|(_, is_new)| *is_new));
    assert!((0..50).all(|key| !Value::news(key).1));
    let mut numbers: Vec<_> = held.iter().map(|(value, _)| Interned::number(value)).collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(1..=50));
}

#[test]
fn a_panic_registers_nothing() {
    #[interned(is_new = "news", hasher = BuildHasherDefault<DefaultHasher>)]
    struct Value {
        key: u8,
        #[interned(init = assert_ne!(*key, 7))]
        checked: (),
    }
    struct Bad;
    impl PartialEq for Bad {
        fn eq(&self, _: &Self) -> bool {
            panic!("no eq")
        }
    }
    impl Eq for Bad {}
    impl Hash for Bad {
        fn hash<H: Hasher>(&self, _: &mut H) {}
    }
    #[interned(is_new = "news")]
    struct Held(Bad);

    assert!(catch_unwind(|| Value::news(7)).is_err());
    assert_eq!((Value::registry().len(), Value::news(8).0.checked), (0, ()));
    let held = Held::news(Bad);
    assert!(held.1);
    assert!(catch_unwind(AssertUnwindSafe(|| Held::news(Bad))).is_err());
    assert_eq!((Interned::strong_count(&held.0), Held::registry().info().hits), (1, 0));
    assert!(matches!(held.0.0, Bad));
}
