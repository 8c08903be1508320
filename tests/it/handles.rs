//! `Interned` and `WeakInterned` as values.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashSet};
use std::error::Error;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use weakcache::{Interned, WeakInterned, interned};

#[interned]
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Word(String);

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Error for Word {}

#[test]
fn a_handle_is_one_pointer_wide() {
    assert_eq!(size_of::<Interned<Word>>(), size_of::<usize>());
    assert_eq!(size_of::<Option<Interned<Word>>>(), size_of::<usize>());
    assert_eq!(size_of::<WeakInterned<Word>>(), size_of::<usize>());
}

/// Has a `check` for types that are not `Send`; for others, which of two is meant is not clear.
trait Ambiguous<A> {
    fn check() {}
}
impl<T> Ambiguous<()> for T {}
struct IsSend;
impl<T: Send> Ambiguous<IsSend> for T {}

#[test]
fn auto_traits_are_those_of_arc() {
    fn shared<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}
    shared::<Interned<Word>>();
    shared::<WeakInterned<Word>>();

    // `Interned<T>` is `Send` where `T` is `Send + Sync`, and for no other.
    <Interned<std::rc::Rc<u8>> as Ambiguous<_>>::check();
    <Interned<std::cell::Cell<u8>> as Ambiguous<_>>::check();
}

#[test]
fn equality_and_hash_are_by_address() {
    let (a, b) = (Word::new("address"), Word::new("other address"));
    let again = Word::new("address");
    assert_eq!(a, again);
    assert_ne!(a, b);
    let state = std::hash::RandomState::new();
    assert_eq!(state.hash_one(&a), state.hash_one(&again));
    assert_eq!(state.hash_one(&a), state.hash_one(Interned::as_ptr(&a)));
    assert_eq!(HashSet::from([a.clone(), again, b]).len(), 2);
}

/// Comparing handles never looks at the values.
#[test]
fn equality_does_not_call_eq() {
    static COMPARED: AtomicUsize = AtomicUsize::new(0);

    struct Field(u8);
    impl PartialEq for Field {
        fn eq(&self, other: &Self) -> bool {
            COMPARED.fetch_add(1, Relaxed);
            self.0 == other.0
        }
    }
    impl Eq for Field {}
    impl Hash for Field {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }
    #[interned]
    struct Value(Field);

    let (a, b, c) = (Value::new(Field(1)), Value::new(Field(1)), Value::new(Field(2)));
    let so_far = COMPARED.load(Relaxed);
    assert_eq!(so_far, 1, "a hit compares once, a miss not at all");
    assert!(a == b && a != c);
    assert_eq!(COMPARED.load(Relaxed), so_far);
}

#[test]
fn order_is_by_value() {
    let words: BTreeSet<_> = ["pear", "apple", "fig", "apple"].map(Word::new).into();
    assert_eq!(words.iter().map(|word| &*word.0).collect::<Vec<_>>(), ["apple", "fig", "pear"]);
    assert_eq!(Word::new("a").cmp(&Word::new("a")), Ordering::Equal);
    assert_eq!(Word::new("a").partial_cmp(&Word::new("b")), Some(Ordering::Less));
}

/// One value equals itself, whatever its order says, since `==` of handles says so too.
#[test]
fn partial_order_is_that_of_the_value() {
    #[interned]
    #[derive(PartialEq)]
    struct Bits(u64);
    impl PartialOrd for Bits {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            f64::from_bits(self.0).partial_cmp(&f64::from_bits(other.0))
        }
    }
    let nan = Bits::new(f64::NAN.to_bits());
    assert_eq!(nan.partial_cmp(&nan), Some(Ordering::Equal));
    assert_eq!(nan.partial_cmp(&Bits::new(1.0_f64.to_bits())), None);
    assert!(Bits::new(1.0_f64.to_bits()) < Bits::new(2.0_f64.to_bits()));
}

/// What is shared is compared once: by the size of the graph, not of the tree.
#[test]
fn comparing_a_dag_with_itself_does_not_walk_it() {
    #[interned]
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    struct Node(u32, Vec<Interned<Node>>);

    let double = |root, number| Node::new(number, vec![root; 2]);
    let (a, b) = ((1..60).fold(Node::new(0, vec![]), double), (1..60).fold(Node::new(0, vec![]), double));
    assert_eq!(a.partial_cmp(&b), Some(Ordering::Equal));
    assert_eq!(a.cmp(&b), Ordering::Equal);
    assert!(Node::new(1, vec![a.clone()]) < Node::new(1, vec![b, a]));
}

#[test]
fn formatting_passes_through() {
    let word = Word::new("shown");
    assert_eq!(format!("{word}"), "shown");
    assert_eq!(format!("{word:>8}"), "   shown");
    assert_eq!(format!("{word:?}"), "Word(\"shown\")");
    assert_eq!(format!("{word:p}"), format!("{:p}", Interned::as_ptr(&word)));
    assert_eq!(format!("{:?}", Interned::downgrade(&word)), "(WeakInterned)");
    let error: Box<dyn Error> = Box::new(word);
    assert_eq!(error.to_string(), "shown");
    assert!(error.source().is_none());
}

#[test]
fn a_handle_derefs_to_the_value() {
    let word = Word::new("deref");
    assert_eq!(word.0, "deref");
    assert!(std::ptr::eq(&raw const *word, Interned::as_ptr(&word)));
    assert!(std::ptr::eq::<Word>(word.as_ref(), Interned::as_ptr(&word)));
}

#[test]
fn counts() {
    let word = Word::new("counted");
    assert_eq!((Interned::strong_count(&word), Interned::weak_count(&word)), (1, 0));
    let other = word.clone();
    let weak = Interned::downgrade(&word);
    let weak_too = weak.clone();
    assert_eq!((Interned::strong_count(&word), Interned::weak_count(&word)), (2, 2));
    assert_eq!(weak.strong_count(), 2);
    drop((other, weak));
    assert_eq!((Interned::strong_count(&word), Interned::weak_count(&word)), (1, 1));
    drop(word);
    assert_eq!(weak_too.strong_count(), 0);
}

#[test]
fn a_weak_handle_does_not_come_back_to_life() {
    let word = Word::new("phoenix");
    let weak = Interned::downgrade(&word);
    assert!(weak.upgrade().is_some_and(|upgraded| upgraded == word));
    drop(word);
    assert!(weak.upgrade().is_none());
    // The same key makes another value, to which the old handle does not lead.
    let word = Word::new("phoenix");
    assert!(weak.upgrade().is_none());
    assert!(!weak.ptr_eq(&Interned::downgrade(&word)));
    assert!(weak.ptr_eq(&weak.clone()));
}

#[test]
fn a_dangling_weak_handle() {
    let weak = WeakInterned::<Word>::default();
    assert!(weak.upgrade().is_none());
    assert_eq!(weak.strong_count(), 0);
    assert!(weak.ptr_eq(&WeakInterned::new()));
    assert!(!weak.ptr_eq(&Interned::downgrade(&Word::new("dangling"))));
    drop(weak.clone());
}

#[test]
fn hash_of_is_the_hash_of_the_key() {
    let (a, b) = (Word::new("hash a"), Word::new("hash b"));
    assert_eq!(Interned::hash_of(&a), Interned::hash_of(&Word::new("hash a")));
    assert_ne!(Interned::hash_of(&a), Interned::hash_of(&b));
    let hash = Interned::hash_of(&a);
    drop(a);
    assert_eq!(Interned::hash_of(&Word::new("hash a")), hash, "the hasher is that of the registry");
}

#[test]
fn from_and_default_intern() {
    #[interned]
    #[derive(Default)]
    struct Point(i32, i32);
    let origin = Interned::<Point>::default();
    assert!(origin == Point(0, 0).into());
    assert_eq!((origin.0, origin.1), (0, 0));
}
