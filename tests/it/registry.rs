//! `Registry` and what it tells.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use weakcache::{Intern, Interned, interned};

#[test]
fn the_date_of_the_contract() {
    #[interned]
    #[derive(Debug)]
    pub struct Date {
        pub year: i32,
        pub month: u8,
        pub day: u8,
    }

    let a: Interned<Date> = Date::new(2022, 12, 3);
    let b = Date::new(2022, 12, 3);
    assert!(Interned::ptr_eq(&a, &b));
    assert_eq!(Interned::strong_count(&a), 2);
    assert!(Date::get(2022, 12, 3).is_some());
    assert_eq!((a.year, a.month, a.day), (2022, 12, 3));
    drop((a, b));
    assert_eq!(Date::registry().len(), 0);
    assert!(Date::get(2022, 12, 3).is_none());
}

#[test]
fn info_counts_look_ups() {
    #[interned]
    struct Name(String);

    let info = || {
        let info = Name::registry().info();
        (info.hits, info.misses, info.live)
    };
    assert_eq!(info(), (0, 0, 0));
    let a = Name::new("a");
    assert_eq!(info(), (0, 1, 1));
    let again = Name::new(String::from("a"));
    assert_eq!(info(), (1, 1, 1));
    assert!(Name::get("b").is_none());
    assert_eq!(info(), (1, 2, 1));
    assert!(Name::get("a").is_some());
    assert_eq!(info(), (2, 2, 1));
    assert!(Name(String::from("a")).intern() == a);
    assert_eq!(info(), (3, 2, 1));
    drop((a, again));
    assert_eq!(info(), (3, 2, 0));
}

#[test]
fn collisions_are_counted_by_outcome() {
    #[interned(hasher = crate::support::Constant)]
    struct Name(String);

    let held = [Name::new("a"), Name::new("b"), Name(String::from("c")).intern()];
    assert!(Name::get("d").is_none());
    assert!(Name::get("b").is_some_and(|b| b == held[1]));
    assert!(Name(String::from("c")).intern() == held[2]);
    let info = Name::registry().info();
    assert_eq!((info.hits, info.misses, info.live), (2, 4, 3));
}

#[test]
fn names() {
    #[interned]
    struct Plain(u8);
    #[interned(name = "fruit")]
    struct Named(u8);
    #[interned]
    struct Generic<T>(T);

    assert_eq!((Plain::new(1).0, Named::new(1).0, Generic::new(1_u8).0), (1, 1, 1));
    assert!(Plain::registry().name().ends_with("Plain"), "{}", Plain::registry().name());
    assert!(Plain::registry().name().starts_with(module_path!()));
    assert_eq!(Named::registry().name(), "fruit");
    assert!(Generic::<u8>::registry().name().contains("Generic<u8>"));
}

#[test]
fn iteration_is_a_snapshot_that_holds_what_it_yields() {
    #[interned(shards = 1)]
    struct Number(u32);

    let mut held: Vec<_> = (0..100).map(Number::new).collect();
    let mut numbers = Number::registry().iter();
    let first = numbers.next().unwrap();
    // The shard was visited: what is dropped now is yielded all the same.
    held.clear();
    assert_eq!(Number::registry().len(), 100);
    let rest: HashSet<u32> = numbers.by_ref().map(|number| number.0).collect();
    assert_eq!(rest.len(), 99);
    assert!(!rest.contains(&first.0));
    assert!(numbers.next().is_none() && numbers.next().is_none());
    drop(first);
    assert_eq!(Number::registry().len(), 0);
    assert_eq!(Number::registry().into_iter().count(), 0);
    assert!(format!("{:?}", Number::registry()).contains("len: 0"));
}

#[test]
fn an_empty_registry_gives_everything_back() {
    #[interned]
    struct Number(u64);

    assert_eq!(Number::registry().capacity(), 0);
    let held: Vec<_> = (0..100_000).map(Number::new).collect();
    assert!(Number::registry().capacity() >= 100_000);
    assert_eq!(held.iter().map(|number| number.0).sum::<u64>(), 4_999_950_000);
    drop(held);
    assert!(Number::registry().is_empty());
    let kept = Number::registry().capacity();
    assert!(kept < 20_000, "tables shrink as they empty, but {kept} are left");
    Number::registry().shrink_to_fit();
    assert_eq!(Number::registry().capacity(), 0);
    assert_eq!(Number::new(1).0, 1, "and it can be used again");
}

#[test]
fn shrinking_keeps_what_lives() {
    #[interned]
    struct Number(u64);

    let held: Vec<_> = (0..10_000).map(Number::new).collect();
    let few: Vec<_> = held.iter().step_by(100).cloned().collect();
    drop(held);
    Number::registry().shrink_to_fit();
    assert_eq!(Number::registry().len(), 100);
    assert!(Number::registry().capacity() < 2000);
    for number in &few {
        assert!(Number::get(number.0).as_ref() == Some(number));
    }
}

#[test]
fn reserve_makes_room() {
    #[interned(shards = 4)]
    struct Number(u64);

    Number::registry().reserve(10_000);
    let capacity = Number::registry().capacity();
    assert!(capacity >= 10_000);
    let held: Vec<_> = (0..5000).map(Number::new).collect();
    assert_eq!(Number::registry().capacity(), capacity);
    assert_eq!(held[7].0, 7);
}

#[test]
fn what_was_reserved_stays_until_it_is_given_back() {
    #[interned(shards = 1)]
    struct Number(u64);

    Number::registry().reserve(10_000);
    let capacity = Number::registry().capacity();
    drop(Number::new(1));
    assert_eq!(Number::registry().capacity(), capacity);
    assert_eq!(Number::new(2).0, 2);
    Number::registry().shrink_to_fit();
    assert_eq!(Number::registry().capacity(), 0);
}

#[test]
fn generic_code_reaches_the_registry() {
    #[interned]
    struct Pair<T>(T, T);

    fn live<T: Intern>() -> usize {
        weakcache::registry::<T>().len()
    }
    fn keep<T: Intern>(value: T) -> Interned<T> {
        value.intern()
    }

    let a = keep(Pair(1_u8, 2));
    let b = keep(Pair('x', 'y'));
    assert_eq!((live::<Pair<u8>>(), live::<Pair<char>>(), live::<Pair<bool>>()), (1, 1, 0));
    assert!(std::ptr::eq(Pair::<u8>::registry(), weakcache::registry::<Pair<u8>>()));
    assert_eq!((a.1, b.1), (2, 'y'));
}

#[test]
fn large_values_and_large_alignments() {
    #[derive(PartialEq, Eq, Hash, Clone)]
    #[repr(align(1024))]
    struct Aligned(u8);
    #[interned]
    struct Large {
        bytes: [u8; 10_000],
    }
    #[interned]
    struct Block {
        bytes: [u8; 1500],
        aligned: Aligned,
    }
    #[interned]
    struct Unit;

    let large: Vec<_> = (0..20).map(|i| Large::new([i; 10_000])).collect();
    let blocks: Vec<_> = (0..20).map(|i| Block::new([i; 1500], Aligned(i))).collect();
    for (i, (large, block)) in (0..).zip(large.iter().zip(&blocks)) {
        assert_eq!((large.bytes[9999], block.bytes[1499], block.aligned.0), (i, i, i));
        assert!((&raw const block.aligned).addr().is_multiple_of(1024));
        assert!(Large::new([i; 10_000]) == *large);
    }
    drop((large, blocks));
    assert!(Large::registry().is_empty() && Block::registry().is_empty());
    assert!(Unit::new() == Unit::new());
}

#[test]
fn any_alignment() {
    macro_rules! aligned {
        ($($name:ident: $align:literal, $size:literal;)*) => {$({
            #[derive(PartialEq, Eq, Hash, Clone)]
            #[repr(align($align))]
            struct Aligned([u8; $size]);
            #[interned]
            struct $name {
                number: u8,
                aligned: Aligned,
                #[interned(init = Box::new(*number))]
                heap: Box<u8>,
            }

            let made: Vec<_> = (0..20).map(|i| $name::new(i, Aligned([i; $size]))).collect();
            for (i, value) in (0..).zip(&made) {
                assert!(std::ptr::from_ref(&**value).addr().is_multiple_of($align));
                assert_eq!((value.number, value.aligned.0, *value.heap), (i, [i; $size], i));
                assert!($name::new(i, Aligned([i; $size])) == *value);
            }
            let weak = Interned::downgrade(&made[7]);
            assert_eq!($name::registry().len(), 20);
            drop(made);
            assert_eq!($name::registry().len(), 0);
            assert!(weak.upgrade().is_none());
            assert_eq!(*$name::new(7, Aligned([7; $size])).heap, 7);
        })*};
    }
    aligned! {
        Small: 16, 1;
        Half: 2048, 3;
        Page: 4096, 1;
        Pages: 4096, 5000;
        FourPages: 16384, 1;
    }
}

/// Each thread counts for the first registries by itself; nobody sees which those are.
#[test]
fn each_of_many_registries_counts_for_itself() {
    #[interned]
    struct Tagged<const N: u8>(u8);

    macro_rules! all {
        ($($n:literal)*) => {
            $(let held = Tagged::<$n>::new(1);
            for _ in 0..$n {
                assert!(Tagged::<$n>::new(1) == held);
            }
            assert!(Tagged::<$n>::get(2).is_none());
            drop(held);)*
            $({
                let info = Tagged::<$n>::registry().info();
                assert_eq!((info.hits, info.misses, info.live), ($n, 2, 0));
            })*
        };
    }
    all!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38
        39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71);
}

/// Hashers that leave most bits alone, or all of them.
#[test]
fn poor_hashers() {
    #[derive(Default)]
    struct Identity(u64);
    impl Hasher for Identity {
        fn finish(&self) -> u64 {
            self.0
        }
        fn write(&mut self, bytes: &[u8]) {
            for &byte in bytes {
                self.0 = (self.0 << 8) | u64::from(byte);
            }
        }
        fn write_u64(&mut self, number: u64) {
            self.0 = number;
        }
    }
    #[interned(hasher = BuildHasherDefault<Identity>, shards = 1)]
    struct Number(u64);
    #[interned(hasher = crate::support::Constant, shards = 1)]
    struct Alike(u64);

    for step in [1, 64, 1 << 20, 1 << 32, 1 << 47] {
        let many: Vec<_> = (0..20_000).map(|i| Number::new(i * step)).collect();
        assert_eq!(Number::registry().len(), 20_000);
        for (number, i) in many.iter().zip(0..) {
            assert!(Number::get(i * step).as_ref() == Some(number));
        }
        assert!(Number::get(20_000 * step).is_none());
    }
    let mut many: Vec<_> = (0..600).map(Alike::new).collect();
    for i in (0..600).rev().step_by(2) {
        drop(many.remove(i));
    }
    for number in &many {
        assert!(Alike::get(number.0).as_ref() == Some(number));
        assert!(Alike::get(number.0 + 1).is_none());
    }
    many.extend((600..900).map(Alike::new));
    assert_eq!(Alike::registry().len(), 600);
    drop(many);
    Alike::registry().shrink_to_fit();
    assert_eq!(Alike::registry().capacity(), 0);
}
