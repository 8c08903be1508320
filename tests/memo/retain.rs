//! The control `retain`, and what closures are shown.

// Functions as users write them, and small numbers.
#![allow(clippy::unnecessary_wraps, clippy::type_complexity)]
#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]

use crate::support::{Random, on_threads, watched};
use std::cell::Cell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::{Interned, InternedRef, interned, memoize};

#[test]
fn the_key_is_shown_in_the_shape_of_the_call() {
    #[memoize]
    fn none() -> u32 {
        1
    }
    #[memoize]
    fn one(text: &str) -> usize {
        text.len()
    }
    #[memoize]
    fn two(text: &str, by: u32) -> usize {
        text.len() * by as usize
    }
    #[memoize]
    fn tuple((text, by): (&str, u32)) -> usize {
        text.len() * by as usize
    }
    #[memoize]
    fn nested(text: Option<&str>, (rest, by): (&[u8], u32)) -> usize {
        text.map_or(0, str::len) + rest.len() * by as usize
    }
    #[memoize(skip(by))]
    fn skipped(by: u32, text: String) -> usize {
        text.len() * by as usize
    }
    none();
    assert_eq!(none::retain(|(), value| *value != 1), 1);
    one("a");
    one("bb");
    assert_eq!(one::retain(|text: &String, len| text == "a" && *len == 1), 1);
    assert_eq!((one::peek("a"), one::peek("bb")), (Some(1), None));
    two("a", 2);
    two("a", 3);
    assert_eq!(two::retain(|(text, by), _| text == "a" && *by == 3), 1);
    assert_eq!((two::peek("a", 2), two::peek("a", 3)), (None, Some(3)));
    tuple(("a", 2));
    assert_eq!(tuple::retain(|(text, by): &(String, u32), _| !(text == "a" && *by == 2)), 1);
    nested(Some("a"), (b"xy", 2));
    nested(None, (b"xy", 2));
    let keep = |(text, (rest, by)): &(Option<String>, (Vec<u8>, u32)), value: &usize| {
        assert!(rest == b"xy" && *by == 2 && *value >= 4);
        text.is_none()
    };
    assert_eq!(nested::retain(keep), 1);
    skipped(1, "a".into());
    assert_eq!(skipped::retain(|text, _| text != "a"), 1);
}

#[test]
#[allow(clippy::too_many_arguments)]
fn many_arguments_are_a_tuple_behind_the_first() {
    #[memoize]
    fn twelve(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8, j: u8, k: u8, l: u8) -> u8 {
        a + b + c + d + e + f + g + h + i + j + k + l
    }
    #[memoize]
    fn more(
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
        m: &str,
    ) -> u8 {
        a + b + c + d + e + f + g + h + i + j + k + l + m.len() as u8
    }
    twelve(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    assert_eq!(twelve::retain(|key, _| *key != (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)), 1);
    more(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, "m");
    let last =
        |(_, _, _, _, _, _, _, _, _, _, _, m): &(u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, String)| {
            m == "m"
        };
    assert_eq!(more::retain(|(a, rest), _| !(*a == 1 && last(rest))), 1);
}

#[test]
fn a_whole_key_is_what_it_gives() {
    #[derive(PartialEq, Eq, Hash)]
    struct NotClone(u64);
    #[memoize(key = *x)]
    fn copied(x: u64) -> u64 {
        x
    }
    #[memoize(key = text.to_lowercase())]
    fn lower(text: &str) -> usize {
        text.len()
    }
    #[memoize(key = (x.to_bits(), text.trim().to_owned(), *y as u8))]
    fn several(x: f64, text: &str, y: u32) -> f64 {
        x + text.len() as f64 + f64::from(y)
    }
    #[memoize(key = NotClone(*x))]
    fn not_clone(x: u64) -> u64 {
        x
    }
    copied(1);
    assert_eq!(copied::retain(|key, _| *key != 1), 1);
    lower("A");
    assert_eq!(lower::retain(|key, _| key != "a"), 1);
    several(1.0, " a ", 2);
    assert_eq!(several::retain(|(x, text, y), _| !(*x == 1f64.to_bits() && text == "a" && *y == 2)), 1);
    // Whose type cannot be seen, the closure says.
    not_clone(1);
    not_clone(2);
    assert_eq!(not_clone::retain(|key: &NotClone, value| key.0 == 2 && *value == 2), 1);
    let wrong = catch_unwind(|| not_clone::retain(|_: &u8, _| true));
    assert!(wrong.is_err(), "another type");
    assert_eq!((not_clone(2), not_clone::cache_info().hits), (2, 1));
}

#[test]
fn the_value_is_the_kept_part() {
    type Alias = Result<u32, String>;
    #[memoize]
    fn ok(x: u32) -> Result<u32, String> {
        Ok(x)
    }
    #[memoize]
    fn io(x: u32) -> std::io::Result<String> {
        Ok(x.to_string())
    }
    #[memoize]
    fn alias(x: u32) -> Alias {
        Ok(x)
    }
    #[memoize(cache_errors)]
    fn whole(x: u32) -> Result<u32, String> {
        if x == 1 { Ok(x) } else { Err("no".into()) }
    }
    #[memoize(err_ttl = "1m")]
    fn brief(x: u32) -> Result<u32, String> {
        if x == 1 { Ok(x) } else { Err("no".into()) }
    }
    #[memoize(weak)]
    fn weak(x: u32) -> Arc<u32> {
        Arc::new(x)
    }
    ok(1).unwrap();
    assert_eq!(ok::retain(|_, value| *value != 1), 1);
    io(1).unwrap();
    assert_eq!(io::retain(|_, value| value != "1"), 1);
    alias(1).unwrap();
    assert_eq!(alias::retain(|_, value| *value != Ok(1)), 1, "nobody sees that it is one");
    whole(1).unwrap();
    whole(2).unwrap_err();
    assert_eq!(whole::retain(|_, value| value.is_ok()), 1);
    brief(1).unwrap();
    brief(2).unwrap_err();
    assert_eq!(brief::retain(|key, value| *key == 2 && *value == 2), 1, "an error is not shown");
    assert_eq!((brief::peek(1), brief::peek(2)), (None, Some(Err("no".into()))));
    let (one, two) = (weak(1), weak(2));
    weak(3);
    assert_eq!(weak::retain(|key, value| **value == *key && *key == 2), 1, "the dead are not shown");
    assert_eq!((weak::peek(1), weak::peek(2)), (None, Some(two)));
    drop(one);
}

#[test]
fn a_weak_key_is_shown_as_a_live_handle() {
    #[interned]
    struct Node {
        number: u32,
    }
    #[memoize(weak_key(node))]
    fn named(node: &Interned<Node>, by: u32) -> u32 {
        node.number + by
    }
    #[memoize(weak_key)]
    fn all(node: InternedRef<'_, Node>, text: &str, other: &Arc<str>) -> usize {
        node.number as usize + text.len() + other.len()
    }
    let (one, two) = (Node::new(1), Node::new(2));
    let text: Arc<str> = "text".into();
    named(&one, 1);
    named(&two, 1);
    all(Interned::borrow(&one), "a", &text);
    drop(one);
    let mut shown = 0;
    assert_eq!(
        named::retain(|(node, by), value| {
            shown += 1;
            Interned::ptr_eq(node, &two) && node.number + by != *value
        }),
        1
    );
    assert_eq!(shown, 1, "the dead are not shown");
    assert_eq!(Interned::strong_count(&two), 1);
    all(Interned::borrow(&two), "a", &text);
    assert_eq!(
        all::retain(|(node, word, other): &(Interned<Node>, String, Arc<str>), _| {
            !(Interned::ptr_eq(node, &two) && word == "a" && Arc::ptr_eq(other, &text))
        }),
        1
    );
}

/// What it says is called `Result`, and is none: only `retain` is missing.
#[test]
fn another_type_called_result() {
    mod other {
        #[derive(Clone, PartialEq, Debug)]
        pub(super) struct Result(pub(super) u32);
    }
    #[memoize]
    fn f(x: u32) -> other::Result {
        other::Result(x)
    }
    assert_eq!((f(1), f(1)), (other::Result(1), other::Result(1)));
    assert_eq!(f::cache_info().hits, 1);
}

#[test]
fn of_generic_functions_and_methods() {
    #[memoize]
    fn generic<T: Clone + std::hash::Hash + Eq + Send + Sync + 'static>(
        x: T,
        text: &str,
    ) -> Result<T, String> {
        if text.is_empty() { Err(String::new()) } else { Ok(x) }
    }
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Id(u32);
    #[memoize]
    impl Id {
        #[memoize]
        fn plus(&self, by: u32) -> u32 {
            self.0 + by
        }
        #[memoize(key = self.0)]
        fn keyed(&self) -> u32 {
            self.0
        }
    }
    generic(1u8, "a").unwrap();
    assert_eq!(generic::retain::<u8>(|(x, text), value| !(x == value && text == "a")), 1);
    assert_eq!(generic::retain::<u16>(|_, _| false), 0);
    Id(1).plus(2);
    assert_eq!(Id::plus_retain(|(id, by), sum| id.0 + by != *sum), 1);
    Id(1).keyed();
    assert_eq!(Id::keyed_retain(|key: &u32, _| *key != 1), 1);
}

#[test]
fn only_what_could_be_served_is_shown() {
    #[memoize(ttl = "1m")]
    fn f(x: u32) -> u32 {
        x
    }
    let clock = Mock::new();
    let _installed = clock.install();
    f(1);
    clock.advance(Duration::from_mins(1));
    f(2);
    let mut seen = Vec::new();
    assert_eq!(
        f::retain(|x, _| {
            seen.push(*x);
            true
        }),
        0
    );
    assert_eq!(seen, [2]);
    // It reads nothing.
    assert_eq!((f::cache_info().hits, f::cache_info().misses), (0, 2));
}

#[test]
fn the_closure_may_call_the_function_and_its_controls() {
    #[memoize(lru = 200)]
    fn f(x: u32) -> u32 {
        x
    }
    watched(|| {
        (0..70).for_each(|x| {
            f(x);
        });
        // What is stored meanwhile is not shown, though more and more of it comes.
        let mut shown = 0;
        let dropped = f::retain(|x, _| {
            shown += 1;
            f(1000 + *x);
            f(*x);
            x % 2 == 0
        });
        assert_eq!((shown, dropped), (70, 35));
        assert!((1..70).step_by(2).all(|x| f::peek(x).is_none()));
        assert_eq!(f::cache_info().len, 105);
        // In the middle of itself, and over a clear.
        f::cache_clear();
        (0..70).for_each(|x| {
            f(x);
        });
        let mut inner = 0;
        assert_eq!(
            f::retain(|x, _| {
                inner += f::retain(|y, _| y != x);
                true
            }),
            0
        );
        assert_eq!((inner, f::cache_info().len), (70, 0), "each shown once, gone by then");
        (0..70).for_each(|x| {
            f(x);
        });
        let mut shown = 0;
        f::retain(|_, _| {
            shown += 1;
            f::cache_clear();
            f(3);
            false
        });
        assert!(shown <= 32, "{shown}: after that there is nothing of it left");
        assert_eq!(f::peek(3), Some(3), "a newer value");
    });
}

#[test]
fn a_newer_value_is_spared() {
    thread_local!(static VALUE: Cell<u32> = const { Cell::new(0) });
    #[memoize]
    fn f(x: u32) -> u32 {
        x + VALUE.get()
    }
    (0..3).for_each(|x| {
        f(x);
    });
    VALUE.set(10);
    let dropped = f::retain(|x, value| {
        match x {
            0 => f::prime(0, 100),
            1 => assert_eq!(f::refresh(1), 11),
            // Into the very place of the old one, and an equal value.
            _ => {
                assert!(f::invalidate(2));
                f::prime(2, *value);
            }
        }
        false
    });
    assert_eq!(dropped, 0);
    assert_eq!([0, 1, 2].map(f::peek), [Some(100), Some(11), Some(2)]);
    assert_eq!(f::retain(|_, _| false), 3, "and these are old by now");
}

#[test]
fn a_panic_leaves_the_rest() {
    #[memoize]
    fn f(x: u32) -> String {
        x.to_string()
    }
    (0..10).for_each(|x| {
        f(x);
    });
    let mut left = 3;
    let result = catch_unwind(AssertUnwindSafe(|| {
        f::retain(|_, _| {
            left -= 1;
            assert!(left > 0, "on purpose");
            false
        })
    }));
    assert!(result.is_err());
    assert_eq!(f::cache_info().len, 8);
    assert_eq!(f::retain(|_, _| false), 8);
}

/// A `Clone` of the key that panics, or calls the function, while it is copied.
#[test]
fn a_clone_of_the_key_that_does_things() {
    thread_local!(static CLONES: Cell<Option<u32>> = const { Cell::new(None) });
    #[derive(PartialEq, Eq, Hash, Debug)]
    struct Odd(u32);
    impl Clone for Odd {
        fn clone(&self) -> Self {
            match CLONES.get() {
                Some(0) => panic!("on purpose"),
                Some(left) => {
                    CLONES.set(None);
                    assert_eq!(f(&Self(77)), "77", "it is answered");
                    assert_eq!(f::retain(|_, _| false), 0, "it looks empty");
                    CLONES.set(Some(left - 1));
                }
                None => {}
            }
            Self(self.0)
        }
    }
    #[memoize]
    fn f(x: &Odd) -> String {
        x.0.to_string()
    }
    watched(|| {
        (0..3).for_each(|x| {
            f(&Odd(x));
        });
        CLONES.set(Some(2));
        assert!(catch_unwind(|| f::retain(|_, _| true)).is_err());
        CLONES.set(Some(9));
        let mut keys = Vec::new();
        assert_eq!(
            f::retain(|key, _| {
                keys.push(key.0);
                true
            }),
            0
        );
        assert_eq!(keys, [0, 1, 2]);
        CLONES.set(None);
    });
}

#[test]
fn agrees_with_a_map() {
    #[memoize(lru = 64)]
    fn f(x: u64) -> u64 {
        x * 3
    }
    let mut random = Random(7);
    let mut model = HashMap::new();
    for _ in 0..200 {
        for _ in 0..random.below(20) {
            let x = random.below(60) as u64;
            f(x);
            model.insert(x, x * 3);
        }
        let (modulus, rest) = (1 + random.below(7) as u64, random.below(3) as u64);
        let before = model.len();
        model.retain(|x, _| x % modulus != rest);
        assert_eq!(f::retain(|x, y| *y == x * 3 && x % modulus != rest), before - model.len());
        assert_eq!(f::cache_info().len, model.len());
        assert!((0..60).all(|x| f::peek(x) == model.get(&x).copied()));
    }
}

#[test]
fn threads_that_compute_and_retain() {
    #[memoize(lru = 200)]
    fn f(x: u64) -> String {
        x.to_string()
    }
    watched(|| {
        on_threads(4, |thread| {
            let mut random = Random(thread as u64 + 1);
            for _ in 0..2000 {
                let x = random.below(300) as u64;
                match random.below(20) {
                    0 => {
                        f::retain(|x, y| {
                            assert_eq!(*y, x.to_string());
                            x % 3 != 0
                        });
                    }
                    1 => f::cache_clear(),
                    2 => {
                        f::invalidate(x);
                    }
                    3 => f::set_capacity(50 + random.below(200)),
                    _ => assert_eq!(f(x), x.to_string()),
                }
            }
        });
        f::set_capacity(10);
        assert!(f::cache_info().len <= 10);
        f::retain(|_, _| false);
        assert_eq!(f::cache_info().len, 0);
    });
}

/// The bounds of `retain` have a lifetime, which is none that the block or the function has.
#[allow(clippy::elidable_lifetime_names)]
mod lifetimes {
    use std::fmt::Debug;
    use weakcache::{Memo, memoize};

    struct Repo<'a, 'shown> {
        note: &'a str,
        mark: &'shown str,
        memo: Memo,
    }

    #[memoize]
    #[allow(clippy::elidable_lifetime_names, reason = "the names are what is tested")]
    impl<'a, 'shown> Repo<'a, 'shown> {
        #[memoize(in(self.memo))]
        fn note(&self, id: u8) -> Result<String, String> {
            if id == 0 { Err("zero".into()) } else { Ok(format!("{}{}{id}", self.note, self.mark)) }
        }
        #[memoize(in(self.memo))]
        fn named(&self, name: &str) -> Result<usize, u8> {
            Ok(self.note.len() + name.len())
        }
        #[memoize(in(self.memo), skip(by))]
        fn other<'b, 'c: 'b>(&self, name: &str, by: &'b &'c str) -> Result<usize, u8> {
            Ok(self.note.len() + name.len() + by.len())
        }
    }

    trait Area {
        fn area<'a>(&'a self, name: &'a str) -> Result<u32, String>;
    }

    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Square(u32);

    #[memoize]
    impl Area for Square {
        #[memoize]
        fn area<'a>(&'a self, name: &'a str) -> Result<u32, String> {
            Ok(self.0 * self.0 + name.len() as u32)
        }
    }

    type Shown = fn(&u8) -> u8;

    #[memoize(skip(text))]
    fn spelt<'a>(name: &str, text: &'a (dyn Debug + 'a)) -> Result<for<'b> fn(&'b u8) -> u8, Shown> {
        let _ = (name, text);
        Ok(|byte| *byte)
    }

    #[test]
    fn of_the_users_do_not_meet_those_of_the_controls() {
        let repo = Repo { note: "n", mark: "m", memo: Memo::new() };
        assert_eq!(repo.note(1).as_deref(), Ok("nm1"));
        assert_eq!(repo.note(2).as_deref(), Ok("nm2"));
        assert_eq!(repo.note_retain(|id, value| *id == 1 && value == "nm1"), 1);
        assert_eq!(repo.named("xy"), Ok(3));
        assert_eq!(repo.named_retain(|name, len| name != "xy" && *len == 3), 1);
        assert_eq!(repo.other("xy", &"z"), Ok(4));
        assert_eq!(repo.other_retain(|name, _| name == "xy"), 0);
        assert_eq!(Square(2).area("a"), Ok(5));
        assert_eq!(Square::area_retain(|(_, name), area| name == "a" && *area == 5), 0);
        assert!(spelt("a", &1).is_ok());
        assert_eq!(spelt::retain(|name, id| name != "a" && id(&1) == 1), 1);
    }
}

#[test]
fn what_would_be_served_in_the_place_of_an_error_is_shown() {
    thread_local!(static DOWN: Cell<bool> = const { Cell::new(false) });
    #[memoize(ttl = "10s", stale_if_error = "1m")]
    fn f(id: u32) -> Result<u32, &'static str> {
        if DOWN.get() { Err("down") } else { Ok(id * 10) }
    }
    let clock = Mock::new();
    let _installed = clock.install();
    assert_eq!((f(1), f(2)), (Ok(10), Ok(20)));
    clock.advance(Duration::from_secs(20));
    DOWN.set(true);
    assert_eq!(f(1), Ok(10));
    assert_eq!(f::retain(|id, value| *value != id * 10 || *id == 2), 1);
    assert_eq!((f(1), f(2), f::peek(2)), (Err("down"), Ok(20), None));
    // Until it would be served no more.
    clock.advance(Duration::from_secs(50));
    assert_eq!(f::retain(|_, _| unreachable!()), 0);
    assert_eq!((f(2), f::sweep()), (Err("down"), 0));
}

/// What is lent or cloned for a closure is dropped with no lock held, whatever dies or panics meanwhile.
mod partial_copies {
    use super::{Arc, AssertUnwindSafe, Cell, catch_unwind, memoize};

    thread_local! {
        static HELD: Cell<Option<Arc<Node>>> = const { Cell::new(None) };
        static PANICS: Cell<bool> = const { Cell::new(false) };
        static SEEN: Cell<Option<usize>> = const { Cell::new(None) };
    }

    #[derive(Debug)]
    struct Node;

    impl Drop for Node {
        fn drop(&mut self) {
            // Under a lock, all caches look empty.
            let seen = [weak::cache_info(), weakly_keyed::cache_info()];
            SEEN.set(Some(seen.iter().map(|info| info.len).sum()));
        }
    }

    #[derive(PartialEq, Eq, Hash, Debug)]
    struct Key(u32);

    impl Clone for Key {
        fn clone(&self) -> Self {
            drop(HELD.take());
            assert!(!PANICS.get(), "as planned");
            Self(self.0)
        }
    }

    #[memoize(weak)]
    fn weak(key: Key) -> Arc<Node> {
        let _ = key;
        Arc::new(Node)
    }

    #[memoize(weak_key(node))]
    fn weakly_keyed(node: &Arc<Node>, key: Key) -> u32 {
        let _ = node;
        key.0
    }

    fn retain(retain: impl Fn() -> usize) {
        PANICS.set(true);
        assert!(catch_unwind(AssertUnwindSafe(retain)).is_err());
        PANICS.set(false);
        assert!(SEEN.take().is_some_and(|entries| entries > 0), "the last handle went under the lock");
    }

    #[test]
    fn are_dropped_after_the_unlock() {
        HELD.set(Some(weak(Key(1))));
        retain(|| weak::retain(|_, _| true));
        let node = Arc::new(Node);
        weakly_keyed(&node, Key(1));
        HELD.set(Some(node));
        retain(|| weakly_keyed::retain(|_, _| true));
    }
}
