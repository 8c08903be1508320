//! What `#[interned]` generates for a struct.

use std::cell::Cell;
use std::collections::HashMap;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use weakcache::{Intern, Interned, interned};

#[interned]
#[derive(Debug)]
pub(crate) struct Date {
    pub year: i32,
    pub month: u8,
    pub day: u8,
}

#[test]
fn equal_keys_are_one_value() {
    let a: Interned<Date> = Date::new(2022, 12, 3);
    let b = Date::new(2022, 12, "3".parse().unwrap());
    assert!(Interned::ptr_eq(&a, &b));
    assert_eq!((a.year, a.month, a.day), (2022, 12, 3));
    assert!(!Interned::ptr_eq(&a, &Date::new(2022, 12, 4)));
    assert!(Interned::ptr_eq(&a, &Date::get(2022, 12, 3).unwrap()));
    assert!(Interned::ptr_eq(&a, &Date { year: 2022, month: 12, day: 3 }.intern()));
    assert!(Date::get(1999, 12, 3).is_none());
    assert_eq!(Date::registry().name(), "it::interned_struct::Date");
    assert!(std::ptr::eq(Date::registry(), weakcache::registry::<Date>()));
}

#[interned]
struct Pair(u32, Option<char>);

#[interned]
struct Single;

#[interned]
struct Empty {}

#[test]
fn tuple_and_unit_structs() {
    let a = Pair::new(1, Some('x'));
    assert!(Interned::ptr_eq(&a, &Pair::new(1, Some('x'))));
    assert!(!Interned::ptr_eq(&a, &Pair::new(1, None)));
    assert_eq!((a.0, a.1), (1, Some('x')));
    assert!(Pair::get(2, None).is_none());

    let single = Single::new();
    assert!(Interned::ptr_eq(&single, &Single::get().unwrap()));
    drop(single);
    assert!(Single::get().is_none());
    assert!(Interned::ptr_eq(&Empty::new(), &Empty::new()) || Empty::registry().is_empty());
}

#[interned]
struct Text {
    string: String,
    boxed: Box<str>,
    shared: Arc<str>,
    path: PathBuf,
    os: OsString,
    c: CString,
    list: Vec<u8>,
    slice: Box<[u16]>,
}

#[test]
fn text_and_lists_are_taken_owned_or_borrowed() {
    let borrowed = Text::new("s", "b", "a", Path::new("p"), OsStr::new("o"), c"c", &[1, 2], &[3]);
    let owned = Text::new(
        String::from("s"),
        Box::from("b"),
        Arc::from("a"),
        PathBuf::from("p"),
        OsString::from("o"),
        CString::from(c"c"),
        vec![1, 2],
        Box::from([3]),
    );
    assert!(Interned::ptr_eq(&borrowed, &owned));
    let Text { string, boxed, shared, path, os, c, list, slice } = &*borrowed;
    let again = Text::get(string, boxed, shared, path, os, c, list, slice).unwrap();
    assert!(Interned::ptr_eq(&again, &owned));
    assert!(
        Text::get("s", "b", "a", "p", "o", CStr::from_bytes_with_nul(b"c\0").unwrap(), vec![1], [3])
            .is_none()
    );
    // What is interned as a value is found by its parts: both hash alike.
    let value = Text {
        string: "v".into(),
        boxed: "v".into(),
        shared: "v".into(),
        path: "v".into(),
        os: "v".into(),
        c: c"v".into(),
        list: vec![0],
        slice: Box::new([0]),
    };
    let value = value.intern();
    assert!(Interned::ptr_eq(&value, &Text::new("v", "v", "v", "v", "v", c"v", [0], [0])));
}

static LOADS: AtomicUsize = AtomicUsize::new(0);

fn load(id: u64) -> Vec<u64> {
    LOADS.fetch_add(1, Relaxed);
    vec![id; 3]
}

#[interned]
struct Picture {
    id: u64,
    #[interned(init = load(*id))]
    pixels: Vec<u64>,
    name: String,
    #[interned(init = name.len() + usize::try_from(*id).unwrap())]
    sum: usize,
}

#[interned]
struct Squared(u64, #[interned(init = (*_0).pow(2) + u64::from(*_2))] u64, u8);

#[test]
fn init_runs_on_a_miss_only() {
    let a = Picture::new(7, "x");
    let b = Picture::new(7, String::from("x"));
    assert!(Interned::ptr_eq(&a, &b));
    assert_eq!((&a.pixels, a.sum), (&vec![7; 3], 8));
    assert_eq!(LOADS.load(Relaxed), 1);
    assert!(Picture::get(8, "x").is_none());
    assert_eq!(LOADS.load(Relaxed), 1);
    assert_eq!(Squared::new(3, 1).1, 10);
}

#[interned(new = "of", get = "find", name = "the years", shards = 2, hasher = BuildHasherDefault<DefaultHasher>)]
struct Year(u16);

#[interned(new = false, get = false)]
struct Raw(u16);

#[interned(new = false)]
struct Skipping {
    id: u8,
    #[interned(skip)]
    extra: Cell2,
}

/// Neither `Hash` nor `Eq`.
#[derive(Default)]
struct Cell2(std::sync::Mutex<Cell<u8>>);

impl Raw {
    fn new(n: u16) -> Self {
        Self(n)
    }
    fn get() -> &'static str {
        "my own"
    }
}

#[test]
fn options() {
    let year = Year::of(2024);
    assert!(Interned::ptr_eq(&year, &Year::find(2024).unwrap()));
    assert_eq!(Year::registry().name(), "the years");
    assert_eq!((Raw::new(3).intern().0, Raw::get()), (3, "my own"));
    let kept = Skipping { id: 1, extra: Cell2::default() }.intern();
    assert!(Interned::ptr_eq(&kept, &Skipping::get(1).unwrap()));
    assert_eq!(kept.extra.0.lock().unwrap().get(), 0);
}

#[interned]
#[derive(Debug)]
struct Generic<T, U = u8, const N: usize = 2>
where
    T: Clone,
{
    first: T,
    rest: [U; N],
    list: Vec<T>,
}

#[interned]
struct Tagged<Tag: ?Sized, T: Iterator>
where
    T::Item: Into<u64>,
{
    item: <T as Iterator>::Item,
    #[interned(init = PhantomData)]
    tag: PhantomData<Tag>,
}

#[test]
fn each_instantiation_has_a_registry() {
    let a = Generic::new(1u8, [true, false], [1, 2]);
    let b = Generic::new(1u8, [true, false], vec![1, 2]);
    assert!(Interned::ptr_eq(&a, &b));
    let c = Generic::<u16, bool, 2>::new(1, [true, false], &[1, 2]);
    assert_eq!(c.first, 1);
    assert_eq!(Generic::<u8, bool, 2>::registry().len(), 1);
    assert_eq!(Generic::<u16, bool, 2>::registry().len(), 1);
    assert!(Generic::<u16, bool, 2>::registry().name().contains("Generic<u16, bool>"));
    assert!(Generic::<u8, u8>::get(1, [1, 1], []).is_none());

    let tagged = Tagged::<str, std::vec::IntoIter<u32>>::new(3);
    assert!(Interned::ptr_eq(&tagged, &Tagged::get(3).unwrap()));
    assert_eq!(tagged.item, 3);
    assert_eq!(tagged.tag, PhantomData);
}

#[interned]
struct Node {
    value: u32,
    next: Option<Interned<Self>>,
    children: Vec<Interned<Node>>,
    boxed: Option<Box<Interned<Self>>>,
}

#[interned]
struct List<T>(T, Option<Interned<List<T>>>);

#[test]
fn values_may_hold_handles_of_their_own_type() {
    let leaf = Node::new(1, None, [], None);
    let node = Node::new(2, Some(leaf.clone()), [leaf.clone(), leaf.clone()], Some(Box::new(leaf.clone())));
    let same = Node::new(2, Some(leaf.clone()), vec![leaf.clone(), leaf.clone()], Some(Box::new(leaf)));
    assert!(Interned::ptr_eq(&node, &same));
    assert_eq!(node.next.as_ref().map_or(0, |next| next.value + node.value), 3);
    assert_eq!(node.children.len() + usize::from(node.boxed.is_some()), 3);
    let list = List::new('a', Some(List::new('b', None)));
    assert!(Interned::ptr_eq(&list, &List::new('a', Some(List::new('b', None)))));
    assert_eq!(list.1.as_ref().unwrap().0, 'b');
}

/// The names that the expansion might use for itself.
#[interned]
struct Names {
    state: u8,
    that: u8,
    other: u8,
    hash: u8,
    eq: u8,
    make: u8,
    key: u8,
    fields: u8,
    args: u8,
    r#type: u8,
    value: String,
    #[interned(init = u32::from(*state) + u32::from(*r#type) + u32::from(value == "v"))]
    this: u32,
}

#[test]
fn fields_may_have_any_name() {
    let a = Names::new(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, "v");
    let b = Names::new(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, String::from("v"));
    assert!(Interned::ptr_eq(&a, &b));
    assert_eq!(a.this, 12);
    assert!(Names::get(1, 2, 3, 4, 5, 6, 7, 8, 9, 11, "v").is_none());
    let sum = a.that + a.other + a.hash + a.eq + a.make + a.key + a.fields + a.args;
    assert_eq!(sum, 44);
}

#[interned(new = "of")]
struct Configured {
    #[cfg(not(test))]
    never: NoSuchType,
    #[cfg(test)]
    always: u8,
    #[cfg_attr(test, interned(init = *always + 1))]
    next: u8,
    #[interned(init = *always + 2)]
    after: u8,
}

#[interned]
struct ConfiguredTuple(#[cfg(not(test))] NoSuchType, u8, #[cfg(test)] u16);

#[interned]
#[cfg(not(test))]
struct Absent(NoSuchType);

#[test]
fn fields_may_be_configured() {
    let value = Configured::of(1);
    assert!(Interned::ptr_eq(&value, &Configured::get(1).unwrap()));
    assert_eq!((value.always, value.next, value.after), (1, 2, 3));
    let tuple = ConfiguredTuple::new(1, 2);
    assert_eq!((tuple.0, tuple.1), (1, 2));
}

#[test]
fn items_in_functions() {
    #[interned]
    struct Local(u8);
    #[interned]
    struct LocalGeneric<T> {
        value: T,
    }
    assert_eq!(Local::new(1).0, 1);
    assert_eq!(LocalGeneric::new(1).value, 1);
}

#[test]
fn handles_are_keys() {
    let mut days = HashMap::new();
    days.insert(Date::new(2024, 2, 29), "leap");
    assert_eq!(days[&Date::new(2024, 2, 29)], "leap");
}

/// A value is made on a miss only: on a hit there is none whose `Drop` could run.
#[test]
fn drop_runs_once_a_registered_value() {
    macro_rules! counted {
        ($name:ident, $ty:ty, $arg:expr, $hasher:ty) => {{
            static DROPS: AtomicUsize = AtomicUsize::new(0);
            #[interned(hasher = $hasher)]
            struct $name($ty);
            impl Drop for $name {
                fn drop(&mut self) {
                    DROPS.fetch_add(1, Relaxed);
                }
            }
            let others: Vec<_> = (0..3).map(|i| $name::new($arg(i))).collect();
            let held = $name::new($arg(3));
            assert!($name::new($arg(3)) == held && $name::get($arg(3)).is_some());
            assert_eq!(DROPS.load(Relaxed), 0);
            drop(held);
            assert_eq!(DROPS.load(Relaxed), 1);
            drop(others);
            assert_eq!(DROPS.load(Relaxed), 4);
        }};
    }
    counted!(Plain, u32, |i| i, weakcache::DefaultHashBuilder);
    counted!(PlainColliding, u32, |i| i, crate::support::Constant);
    counted!(Borrowed, String, |i: u32| i.to_string(), weakcache::DefaultHashBuilder);
    counted!(BorrowedColliding, String, |i: u32| i.to_string(), crate::support::Constant);
}
