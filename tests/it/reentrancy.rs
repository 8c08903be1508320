//! User code runs with no lock held: each of its calls may intern, look up, iterate and drop.

use std::cell::Cell;
use std::hash::{Hash, Hasher};

use weakcache::{Intern, Interned, interned};

use crate::support::{Constant, watched};

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static VISITS: Cell<usize> = const { Cell::new(0) };
}

/// Uses the registry of `T` in every way, unless it was called from there, or often enough already: a
/// destructor that makes a value, whose destructor makes a value, never ends.
fn visit<T: Intern>(make: impl Fn(u32) -> Interned<T>) {
    if DEPTH.get() > 0 || VISITS.get() > 200 {
        return;
    }
    DEPTH.set(1);
    // Keys of one's own, and key 1, which the test below is interning at this moment.
    let fresh = make(1_000_000 + u32::try_from(VISITS.get()).unwrap());
    drop(make(1));
    let all: Vec<_> = T::registry().iter().collect();
    assert!(all.contains(&fresh));
    drop(all);
    T::registry().reserve(1);
    T::registry().shrink_to_fit();
    assert!(!T::registry().is_empty());
    drop(fresh);
    VISITS.set(VISITS.get() + 1);
    DEPTH.set(0);
}

macro_rules! visitors {
    ($module:ident, $hasher:ty) => {
        mod $module {
            use super::*;

            struct Nosy(u32);

            impl Hash for Nosy {
                fn hash<H: Hasher>(&self, state: &mut H) {
                    visit(|key| Value::new(&[Nosy(key)]));
                    self.0.hash(state);
                }
            }

            impl PartialEq for Nosy {
                fn eq(&self, other: &Self) -> bool {
                    visit(|key| Value::new(&[Nosy(key)]));
                    self.0 == other.0
                }
            }

            impl Eq for Nosy {}

            impl Clone for Nosy {
                fn clone(&self) -> Self {
                    visit(|key| Value::new(&[Nosy(key)]));
                    Self(self.0)
                }
            }

            impl Drop for Nosy {
                fn drop(&mut self) {
                    visit(|key| Value::new(&[Nosy(key)]));
                }
            }

            #[interned(hasher = $hasher)]
            struct Value {
                keys: Box<[Nosy]>,
                #[interned(init = { visit(|key| Value::new(&[Nosy(key)])); keys.len() })]
                len: usize,
            }

            #[test]
            fn each_of_hash_eq_clone_init_and_drop_may_use_the_registry() {
                watched(|| {
                    let before = VISITS.get();
                    let held = Value::new(&[Nosy(1)]);
                    assert!(Value::new(vec![Nosy(1)]) == held);
                    assert!(Value::get(&[Nosy(1)]).is_some_and(|found| found == held));
                    assert!(Value { keys: Box::new([Nosy(1)]), len: 1 }.intern() == held);
                    assert_eq!(held.len, 1);
                    drop(held);
                    assert!(VISITS.get() > before + 8);
                    assert!(Value::get(&[Nosy(1)]).is_none());
                    assert_eq!(Value::registry().len(), 0);
                });
            }
        }
    };
}

visitors!(spread, weakcache::DefaultHashBuilder);
visitors!(colliding, Constant);

/// Building a value builds values of the same type, to any depth.
#[test]
fn init_interns_what_it_is_made_of() {
    #[interned]
    struct Number {
        n: u32,
        #[interned(init = n.checked_sub(1).map(Number::new))]
        before: Option<Interned<Number>>,
    }
    watched(|| {
        let ten = Number::new(10);
        assert_eq!(Number::registry().len(), 11);
        let mut count = 0;
        let mut at = &ten;
        while let Some(before) = &at.before {
            assert_eq!(before.n + 1, at.n);
            at = before;
            count += 1;
        }
        assert_eq!(count, 10);
        drop(ten);
        assert_eq!(Number::registry().len(), 0);
    });
}

/// While `init` runs, it interns the very key that is being built: there is one value in the end.
#[test]
fn init_interns_its_own_key() {
    thread_local! {
        static INNER: Cell<Option<Interned<Value>>> = const { Cell::new(None) };
        static DONE: Cell<bool> = const { Cell::new(false) };
    }
    fn build(key: u32) -> u32 {
        if !DONE.replace(true) {
            INNER.set(Some(Value::new(key)));
        }
        key * 2
    }
    #[interned]
    struct Value {
        key: u32,
        #[interned(init = build(*key))]
        double: u32,
    }
    let outer = Value::new(21);
    assert!(INNER.take().is_some_and(|inner| inner == outer));
    assert_eq!((outer.key, outer.double), (21, 42));
    assert_eq!(Value::registry().len(), 1);
}

/// An `Eq` that interns, among keys that all have one hash: what it leaves behind is gone again.
#[test]
fn every_comparison_interns_another_key_of_the_same_hash() {
    thread_local! {
        static NEXT: Cell<u32> = const { Cell::new(1000) };
        static BUSY: Cell<bool> = const { Cell::new(false) };
    }
    struct Nosy(u32);
    impl Hash for Nosy {
        fn hash<H: Hasher>(&self, _: &mut H) {}
    }
    impl PartialEq for Nosy {
        fn eq(&self, other: &Self) -> bool {
            if !BUSY.replace(true) {
                NEXT.set(NEXT.get() + 1);
                assert_eq!(Value::new(Nosy(NEXT.get())).0.0, NEXT.get());
                BUSY.set(false);
            }
            self.0 == other.0
        }
    }
    impl Eq for Nosy {}
    #[interned]
    struct Value(Nosy);

    watched(|| {
        let held: Vec<_> = (0..20).map(|key| Value::new(Nosy(key))).collect();
        assert_eq!(Value::registry().len(), 20);
        assert!(Value::new(Nosy(7)) == held[7]);
        assert!(NEXT.get() > 1000 + 20);
    });
}
