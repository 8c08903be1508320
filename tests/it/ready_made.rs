//! `Str` and `Value`.
#![allow(clippy::cmp_owned, clippy::comparison_to_empty, reason = "comparisons are what is tested")]

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use weakcache::{Interned, InternedRef, Str, Value, interned, memoize};

use crate::support::alloc::allocations;
use crate::support::{Barrier, Random, on_threads, watched};

#[test]
fn a_text_is_one_handle() {
    let text = Str::new("one handle");
    for same in [
        Str::new(String::from("one handle")),
        Str::new(&String::from("one handle")),
        Str::new(Arc::<str>::from("one handle")),
        Str::new(&text),
        Str::from("one handle"),
        Str::from(String::from("one handle")),
        Str::from(&String::from("one handle")),
        Str::from(Box::<str>::from("one handle")),
        Str::from(Cow::Borrowed("one handle")),
        "one handle".into(),
        "one handle".parse().unwrap(),
        Str::get("one handle").unwrap(),
    ] {
        assert!(same == text && Interned::ptr_eq(Str::as_interned(&same), Str::as_interned(&text)));
    }
    assert_eq!(Interned::strong_count(Str::as_interned(&text)), 1);
    assert!(Str::new("other") != text && Str::get("no handle").is_none());
    assert_eq!((size_of::<Str>(), size_of::<Option<Str>>()), (size_of::<usize>(), size_of::<usize>()));
    let ((), count) = allocations(|| drop((Str::new("one handle"), Str::get("one handle"))));
    assert_eq!(count, 0);
    drop(text);
    assert!(Str::get("one handle").is_none());
}

#[test]
fn a_text_is_as_a_str() {
    let (a, b) = (Str::new("a text"), Str::new("b text"));
    assert_eq!((a.len(), a.chars().next(), &a[2..], a.as_str()), (6, Some('a'), "text", "a text"));
    assert!(a == "a text" && a == *"a text" && a == String::from("a text") && a != "b text");
    assert!("a text" == a && *"a text" == a && String::from("a text") == a && Cow::Borrowed("a text") == a);
    assert!(a < b && a.max(b.clone()) == b && b.cmp(&b).is_eq());
    assert_eq!(
        (format!("{b}"), format!("{b:?}"), format!("{b:>8}")),
        ("b text".into(), r#""b text""#.into(), "  b text".into())
    );
    assert!(AsRef::<str>::as_ref(&b) == "b text" && String::from(b.clone()) == "b text");
    assert_eq!(format!("{b:p}"), format!("{:p}", b.as_ptr()));
    assert!(Str::default().is_empty() && Str::default() == "");
    assert!(
        Str::registry().name() == "weakcache::Str" && Str::registry().iter().any(|text| Str::from(text) == b)
    );
    let sorted: BTreeSet<Str> = ["c", "b", "a"].map(Str::new).into();
    assert!(sorted.iter().eq(["a", "b", "c"]));
}

#[test]
fn a_text_hashes_by_address() {
    let text = Str::new("hashed");
    let hasher = RandomState::new();
    let by_address = |text: &Str| hasher.hash_one(text);
    assert_eq!(by_address(&text), by_address(&Str::new("hashed")));
    let addresses: HashSet<u64> = (0..100)
        .map(|number| {
            #[derive(Default)]
            struct Words(u64);
            impl Hasher for Words {
                fn finish(&self) -> u64 {
                    self.0
                }
                fn write(&mut self, _: &[u8]) {
                    unreachable!("an address is a number");
                }
                fn write_usize(&mut self, address: usize) {
                    self.0 = address as u64;
                }
            }
            let text = Str::new(format!("hashed {number}"));
            let mut words = Words::default();
            text.hash(&mut words);
            std::mem::forget(text);
            words.finish()
        })
        .collect();
    assert_eq!(addresses.len(), 100);
}

#[test]
fn it_is_a_field_a_key_and_an_argument() {
    #[interned]
    struct Pair(Str, #[interned(borrow)] Value<u64>);
    #[memoize]
    fn count(text: &Str, of: char) -> usize {
        text.matches(of).count()
    }
    #[memoize(weak_key(text))]
    fn shout(text: &Str) -> String {
        text.to_uppercase()
    }
    #[memoize(weak)]
    fn twice(text: &str) -> Str {
        Str::new(text.repeat(2))
    }
    #[memoize]
    fn double(value: Value<u64>) -> u64 {
        2 * *value
    }

    let (text, number) = (Str::new("field and key"), Value::new(21));
    let pair = Pair::new(text.clone(), &number);
    assert!(pair == Pair::new(Str::new("field and key"), Value::new(21)) && pair.0 == text && pair.1 == 21);
    assert_eq!((count(&text, 'e'), count(&text, 'e'), count::cache_info().misses), (2, 2, 1));
    assert_eq!(
        (shout(&text), shout(&text), shout::cache_info().misses),
        ("FIELD AND KEY".into(), "FIELD AND KEY".into(), 1)
    );
    let doubled = twice("ab");
    assert!(doubled == "abab" && doubled == twice("ab") && twice::cache_info().misses == 1);
    assert_eq!((double(number.clone()), double(number), double::cache_info().misses), (42, 42, 1));
    let map = HashMap::from([(text.clone(), 1)]);
    assert_eq!(
        (map.get(&text), Str::get("field and key").and_then(|text| map.get(&text).copied())),
        (Some(&1), Some(1))
    );
    let lent: InternedRef<'_, str> = Interned::borrow(Str::as_interned(&text));
    assert!(&*lent == "field and key");
    let weak = Interned::downgrade(Str::as_interned(&text));
    assert!(weak.upgrade().map(Str::from) == Some(text));
}

#[test]
fn a_value_of_another_crates_type() {
    let address: Value<IpAddr> = Value::new("10.0.0.1".parse().unwrap());
    assert!(address == Value::from(IpAddr::from([10, 0, 0, 1])) && address.is_ipv4());
    assert!(address == IpAddr::from([10, 0, 0, 1]) && *address.as_ref() == *address);
    assert_eq!(Value::get(&IpAddr::from([10, 0, 0, 1])), Some(address.clone()));
    assert_eq!(Value::get(&IpAddr::from([10, 0, 0, 2])), None);
    assert_eq!((format!("{address}"), format!("{address:?}")), ("10.0.0.1".into(), "10.0.0.1".into()));
    assert!(address < Value::new(IpAddr::from([10, 0, 0, 2])) && Value::<String>::default().is_empty());
    assert_eq!(size_of::<Option<Value<[u64; 8]>>>(), size_of::<usize>());
    assert_eq!(
        (Value::<IpAddr>::registry().len(), Interned::strong_count(Value::as_interned(&address))),
        (1, 1)
    );
    let inner = Interned::from(address);
    assert!(inner.0.is_ipv4());
    drop(inner);
    assert!(Value::<IpAddr>::registry().is_empty());
    assert!(Value::<IpAddr>::registry().name().contains("IpAddr"));
}

#[test]
fn values_of_values() {
    #[derive(PartialEq, Eq, Hash, Debug)]
    enum List {
        Nil,
        Cons(u32, Value<List>),
    }

    let list = |numbers: &[u32]| {
        numbers.iter().rfold(Value::new(List::Nil), |rest, &number| Value::new(List::Cons(number, rest)))
    };
    let (one, two) = (list(&[1, 2, 3]), list(&[2, 3]));
    assert!(matches!(&*one, List::Cons(1, rest) if *rest == two) && one == list(&[1, 2, 3]));
    let chain = (0..200_000).fold(Value::new(List::Nil), |rest, number| Value::new(List::Cons(number, rest)));
    drop((one, two, chain));
    assert_eq!(Value::<List>::registry().len(), 0);
}

/// What a handle asks of a type is little: the rest is asked where a value is made.
#[test]
fn handles_have_no_bounds() {
    struct Holder<T>(Option<Value<T>>);
    impl<T> Clone for Holder<T> {
        fn clone(&self) -> Self {
            Self(self.0.clone())
        }
    }
    fn shared<T: Send + Sync>(_: &T) {}

    let holder = Holder(Some(Value::new(1_u8)));
    assert!(holder.clone().0 == holder.0);
    shared(&holder.0);
    shared(&Str::default());
}

#[test]
fn a_panic_as_a_text_is_given_away() {
    struct Text;
    impl AsRef<str> for Text {
        fn as_ref(&self) -> &'static str {
            "given away"
        }
    }
    impl Drop for Text {
        fn drop(&mut self) {
            panic!("injected");
        }
    }

    assert!(catch_unwind(AssertUnwindSafe(|| Str::new(Text))).is_err());
    assert!(Str::get("given away").is_none(), "the handle is not lost");
    let held = Str::new("given away");
    assert!(catch_unwind(AssertUnwindSafe(|| Str::new(Text))).is_err());
    assert!(catch_unwind(AssertUnwindSafe(|| Str::get(Text))).is_err());
    assert_eq!(Interned::strong_count(Str::as_interned(&held)), 1);
}

#[test]
fn threads_on_texts() {
    watched(|| {
        const THREADS: usize = 4;
        let barrier = Barrier::new(THREADS);
        on_threads(THREADS, |thread| {
            let mut random = Random(thread as u64);
            barrier.wait();
            for _ in 0..if cfg!(debug_assertions) { 10_000 } else { 100_000 } {
                let number = random.below(16);
                let expected = format!("text {number} {}", "x".repeat(number * number * 2));
                let text = Str::new(&expected);
                assert!(text == expected && text == Str::new(expected.as_str()));
            }
        });
        assert!(Str::registry().iter().all(|text| !text.starts_with("text ")));
    });
}
