//! `#[interned(numbered)]`: an order by creation.

use crate::support::on_threads;
use std::collections::HashSet;
use std::sync::Mutex;
use weakcache::{Intern, Interned, InternedRef, Numbered, interned};

#[interned(numbered)]
#[derive(Debug)]
enum Expr {
    Num(i64),
    Add(Interned<Expr>, Interned<Expr>),
}

#[test]
fn numbers_count_from_one_as_values_are_registered() {
    let one = Expr::num(1);
    let sum = Expr::add(&one, &one);
    assert_eq!((Interned::number(&one), Interned::number(&sum)), (1, 2));
    assert_eq!(Interned::number(&Expr::num(1)), 1);
    assert_eq!(InternedRef::number(Interned::borrow(&sum)), 2);
    // Not that of one that is gone, nor of one that was not registered.
    drop(Expr::num(2));
    assert!(Expr::get_num(3).is_none());
    assert_eq!(Interned::number(&Expr::Num(1).intern()), 1);
    assert_eq!(Interned::number(&Expr::num(2)), 4);
    Expr::registry().shrink_to_fit();
    assert_eq!(Interned::number(&Expr::num(2)), 5);
}

#[test]
fn each_type_has_its_own() {
    #[interned(numbered)]
    struct Pair<T>(T, T);
    #[interned(numbered)]
    struct Unit;

    fn first<T: Numbered + Intern>(value: T) -> u64 {
        Interned::number(&value.intern())
    }
    let numbers = [first(Pair(1, 1)), first(Pair(1, 2)), first(Pair("a", "b"))];
    assert_eq!(numbers, [1, 2, 1]);
    assert_eq!(Interned::number(&Unit::new()), 1);
    assert_eq!(first(Unit), 2);
}

/// The number has a place of its own, whatever the value is like.
#[test]
fn values_of_all_sizes_and_alignments() {
    #[derive(PartialEq, Eq, Hash, Clone, Copy, Debug)]
    #[repr(align(16))]
    struct Wide(u8);
    #[derive(PartialEq, Eq, Hash, Clone, Copy, Debug)]
    #[repr(align(4096))]
    struct Page(u8);

    macro_rules! check {
        ($($name:ident: $ty:ty = $value:expr;)*) => {$({
            #[interned(numbered)]
            struct $name(u16, $ty);

            let all: Vec<_> = (0..300).map(|n| $name::new(n, $value)).collect();
            for (n, value) in (0..).zip(&all) {
                assert_eq!((value.0, value.1 == $value, Interned::number(value)), (n, true, u64::from(n) + 1));
            }
            drop(all);
            assert_eq!(Interned::number(&$name::new(0, $value)), 301);
        })*};
    }
    check! {
        Nothing: () = ();
        Byte: u8 = 255;
        Word: u64 = u64::MAX;
        Sixteen: Wide = Wide(255);
        Both: (Wide, u64) = (Wide(255), u64::MAX);
        Large: [u64; 1000] = [u64::MAX; 1000];
        Aligned: Page = Page(255);
    }
}

#[test]
fn a_number_is_given_once() {
    #[interned(numbered)]
    struct Value(usize);

    let seen = Mutex::new(HashSet::new());
    on_threads(4, |thread| {
        for round in 0..1000 {
            // Some of them all threads make.
            let key = if round % 2 == 0 { round } else { round * 4 + thread };
            let value = Value::new(key);
            let number = Interned::number(&value);
            assert_eq!(Interned::number(&Value::new(key)), number);
            assert!(number > 0);
            if round % 2 == 1 {
                assert!(seen.lock().unwrap().insert(number), "{number} is given twice");
            }
        }
    });
}

/// What a value was made of has a lower number, on whatever thread.
#[test]
fn numbers_are_in_the_order_of_creation() {
    #[interned(numbered)]
    struct Node(u32, Option<Interned<Node>>);

    let tip = Mutex::new(Node::new(0, None));
    on_threads(4, |_| {
        for _ in 0..500 {
            let mut tip = tip.lock().unwrap();
            let next = Node::new(tip.0 + 1, Some(tip.clone()));
            assert!(Interned::number(&next) > Interned::number(&tip));
            *tip = next;
        }
    });
}

/// Eight bytes an entry, and none for those who do not ask.
#[cfg(not(weakcache_one_slot))]
#[test]
fn what_it_costs() {
    #[interned]
    struct Plain(u64);
    #[interned(numbered)]
    struct WithNumber(u64);

    /// From the address of one value to that of the next.
    fn stride<T>(all: &[Interned<T>]) -> usize {
        let mut addresses: Vec<_> = all.iter().map(|value| Interned::as_ptr(value).addr()).collect();
        addresses.sort_unstable();
        addresses.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap()
    }
    let plain: Vec<_> = (0..1000).map(Plain::new).collect();
    let numbered: Vec<_> = (0..1000).map(WithNumber::new).collect();
    assert_eq!((stride(&plain), stride(&numbered)), (24, 32));
}
