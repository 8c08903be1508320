//! Values of no fixed size, in one piece.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::hash::Hash;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use weakcache::{Interned, InternedRef, WeakInterned, interned, memoize};

use crate::support::alloc::{allocations, live_bytes};
use crate::support::{Barrier, Constant, Random, on_threads, watched};

#[interned]
#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(str);

/// A head, a derived field, and a tail of handles.
#[interned]
#[derive(Debug)]
pub struct Call {
    callee: Interned<Symbol>,
    #[interned(init = args.len() + callee.0.len())]
    weight: usize,
    args: [Interned<Symbol>],
}

#[test]
fn equal_keys_are_one_value() {
    let x: Interned<Symbol> = Symbol::new("one value");
    assert!(Interned::ptr_eq(&x, &Symbol::new(String::from("one value"))));
    assert!(Symbol::get("one value") == Some(x.clone()));
    assert!(Symbol::get("one valu").is_none() && Symbol::get("one value ").is_none());
    assert_eq!((&x.0, Interned::strong_count(&x), Interned::weak_count(&x)), ("one value", 1, 0));
    assert_eq!(size_of_val(&x), size_of::<usize>());
    assert_eq!(size_of::<Option<Interned<Symbol>>>(), size_of::<usize>());

    let y = Symbol::new("another");
    let call = Call::new(x.clone(), [y.clone(), y.clone()]);
    assert_eq!((call.weight, call.args.len(), Interned::strong_count(&y)), (11, 2, 3));
    assert!(
        call == Call::new(&x, vec![y.clone(), y.clone()]) && call == Call::new(&x, &[y.clone(), y.clone()])
    );
    assert!(call != Call::new(&x, [y.clone()]) && call != Call::new(&y, [y.clone(), y.clone()]));
    assert!(Call::get(x.clone(), &call.args).is_some_and(|found| found == call));
    assert_eq!(Interned::strong_count(&y), 3);
    drop(call);
    assert_eq!(Interned::strong_count(&y), 1);
}

#[test]
fn what_a_handle_can_do() {
    let (x, y) = (Symbol::new("x of handles"), Symbol::new("y of handles"));
    assert!(x < y && x <= x && format!("{x:?}") == r#"Symbol("x of handles")"#);
    assert!(std::ptr::eq(Interned::as_ptr(&x), &raw const *x));
    assert_eq!(format!("{x:p}"), format!("{:p}", (&raw const *x).cast::<u8>()));
    let weak = Interned::downgrade(&x);
    assert!(weak.upgrade() == Some(x.clone()) && weak.strong_count() == 1);
    assert!(WeakInterned::<Symbol>::new().upgrade().is_none());
    let lent = Interned::borrow(&x);
    assert!(lent.0 == x.0 && InternedRef::to_interned(lent) == x && Interned::strong_count(&x) == 1);
    let map = HashMap::from([(x.clone(), 1), (y.clone(), 2)]);
    assert_eq!((map[&x], map[&y], map.get(&Symbol::new("z of handles"))), (1, 2, None));
    assert!(Symbol::registry().iter().any(|handle| handle == x));
    assert!(weakcache::registry::<Symbol>().name().ends_with("::Symbol"));
    drop(map);
    drop(x);
    assert!(weak.upgrade().is_none() && Symbol::get("x of handles").is_none());
    // The slot is held, and not given to another value.
    let again = Symbol::new("x of handles");
    assert!(!weak.ptr_eq(&Interned::downgrade(&again)));
}

#[test]
fn it_is_what_memoized_functions_take() {
    #[memoize]
    fn length(symbol: &Interned<Symbol>) -> usize {
        symbol.0.len()
    }
    #[memoize(weak_key(symbol))]
    fn first(symbol: &Interned<Symbol>) -> Option<char> {
        symbol.0.chars().next()
    }
    #[memoize(weak)]
    fn doubled(text: &str) -> Interned<Symbol> {
        Symbol::new(text.repeat(2))
    }

    let x = Symbol::new("memoized");
    assert_eq!((length(&x), length(&x), length::cache_info().misses), (8, 8, 1));
    assert_eq!((first(&x), first(&x), first::cache_info().misses), (Some('m'), Some('m'), 1));
    let twice = doubled("memo");
    assert!(twice == doubled("memo") && doubled::cache_info().misses == 1 && &twice.0 == "memomemo");
}

#[interned]
#[derive(Debug)]
struct Bytes([u8]);

/// Around where the length moves out of the hash, and at all sizes of slots and of what has a chunk to itself.
#[test]
fn every_length() {
    let lengths = (0..600).chain((600..5000).step_by(97)).chain([65_535, 65_536, 1 << 20]);
    let texts: Vec<String> = lengths.map(|len| "abcdefghij".chars().cycle().take(len).collect()).collect();
    let held: Vec<_> = texts.iter().map(|text| (Symbol::new(text), Bytes::new(text.as_bytes()))).collect();
    for (text, (symbol, bytes)) in texts.iter().zip(&held) {
        assert!(symbol.0 == **text && bytes.0 == *text.as_bytes());
        assert!(Symbol::new(text.as_str()) == *symbol && Bytes::get(text.as_bytes()).as_ref() == Some(bytes));
    }
    let mut rest: Vec<_> = held.into_iter().zip(texts).collect();
    let mut random = Random(1);
    while !rest.is_empty() {
        let ((symbol, bytes), text) = rest.swap_remove(random.below(rest.len()));
        drop((symbol, bytes));
        assert!(Symbol::get(&text).is_none() && Bytes::get(text.as_bytes()).is_none(), "{}", text.len());
    }
    assert!(Bytes::registry().is_empty());
    Bytes::registry().shrink_to_fit();
    assert_eq!(Bytes::registry().capacity(), 0);
}

#[test]
fn a_slice_of_a_million_elements() {
    #[interned]
    struct Row {
        id: u32,
        cells: [u64],
    }

    let cells: Vec<u64> = (0..1 << 20).collect();
    let row = Row::new(1, &cells);
    assert!(row.cells == *cells && row.id == 1);
    let (again, count) = allocations(|| Row::new(1, &cells));
    assert!(again == row && count == 0);
    let address = cells.as_ptr();
    let other = Row::new(2, cells);
    assert!(other.cells.len() == 1 << 20 && other.cells[..].as_ptr() != address);
    drop((row, again, other));
    assert!(Row::registry().is_empty());
}

macro_rules! tails {
    ($($test:ident: $tail:ty, $value:expr, $other:expr, [$($argument:expr),+ $(,)?];)*) => {$(
        #[test]
        fn $test() {
            #[interned]
            struct Alone($tail);
            #[interned]
            struct Behind {
                id: u16,
                text: String,
                tail: $tail,
            }

            let held = (Alone::new($value), Behind::new(7, "text", $value));
            assert!(held.0.0 == *$value && held.1.tail == *$value && held.1.id == 7 && held.1.text == "text");
            $({
                let (argument, look_up) = ($argument, $argument);
                let (found, count) = allocations(|| (Alone::new(argument), Alone::get(look_up)));
                assert!(found.0 == held.0 && found.1.as_ref() == Some(&held.0));
                assert_eq!(count, 0, "allocations of a hit with {}", stringify!($argument));
                let argument = $argument;
                let (found, count) = allocations(|| Behind::new(7, "text", argument));
                assert!(found == held.1 && count == 0);
                assert!(Behind::get(7, "text", $argument).is_some() && Behind::get(8, "text", $argument).is_none());
                // What the argument is moved or copied from.
                drop((found, Behind::new(9, "text", $argument)));
                let made = Behind::new(9, "text", $argument);
                assert!(made.tail == *$value && made.id == 9 && made.text == "text");
            })+
            assert!(Alone::get($other).is_none() && Alone::new($other) != held.0);
        }
    )*};
}

tails! {
    str_: str, "key", "kex", [
        "key", &"key", String::from("key"), &String::from("key"), Box::<str>::from("key"), &Box::<str>::from("key"),
        Cow::Borrowed("key"), Cow::<str>::Owned("key".into()),
    ];
    path: Path, Path::new("a/b"), Path::new("a/c"), [
        Path::new("a/b"), PathBuf::from("a/b"), &PathBuf::from("a/b"), Box::<Path>::from(Path::new("a/b")),
        Cow::Borrowed(Path::new("a/b")), OsStr::new("a/b"), OsString::from("a/b"), "a/b", String::from("a/b"),
        &String::from("a/b"),
    ];
    os_str: OsStr, OsStr::new("key"), OsStr::new("kex"), [
        OsStr::new("key"), OsString::from("key"), &OsString::from("key"), Box::<OsStr>::from(OsStr::new("key")),
        Cow::Borrowed(OsStr::new("key")), "key", String::from("key"), &String::from("key"),
    ];
    c_str: CStr, c"key", c"kex", [
        c"key", CString::from(c"key"), &CString::from(c"key"), Box::<CStr>::from(c"key"), Cow::Borrowed(c"key"),
    ];
    slice: [u16], &[1, 2, 3], &[1, 2], [
        [1, 2, 3], &[1, 2, 3], &[1, 2, 3][..], vec![1, 2, 3], &vec![1, 2, 3], Box::<[u16]>::from([1, 2, 3]),
        &Box::<[u16]>::from([1, 2, 3]), Cow::Borrowed(&[1, 2, 3][..]), Cow::<[u16]>::Owned(vec![1, 2, 3]),
    ];
}

#[test]
fn paths_are_compared_as_paths() {
    #[interned]
    struct File(Path);

    // Equal, and of different lengths: as much as a hash, the length must not tell them apart.
    let file = File::new("a/b/");
    for same in ["a/b", "a//b", "a/./b", "a/b/."] {
        assert!(File::new(same) == file && File::get(same).is_some(), "{same}");
    }
    assert_eq!(File::registry().len(), 1);
}

#[test]
fn generic_types() {
    #[interned]
    #[derive(Debug)]
    struct List<T: Clone, const N: usize>
    where
        T: Ord,
    {
        head: [u8; N],
        tail: [T],
    }
    // The value is reached without the bounds of interning.
    fn longest<T: Clone + Ord, const N: usize>(lists: &[Interned<List<T, N>>]) -> usize {
        lists.iter().map(|list| list.tail.len()).max().unwrap_or(0)
    }

    let texts = List::new([1], ["a".to_owned(), "b".to_owned()]);
    let numbers = List::new([1, 2], [1_u128]);
    assert!(texts == List::new([1], vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!((texts.head, &texts.tail), ([1], &["a".to_owned(), "b".to_owned()][..]));
    assert_eq!((numbers.head, numbers.tail[0]), ([1, 2], 1));
    assert_eq!((longest(&[texts]), longest(&[numbers])), (2, 1));
    assert_eq!(List::<String, 1>::registry().len(), 0);
}

#[test]
fn fields_under_cfg_and_all_kinds_of_repr() {
    #[interned]
    struct Configured {
        #[cfg(test)]
        id: u8,
        #[cfg(not(test))]
        number: u64,
        #[cfg_attr(test, interned(init = u64::from(*id) + tail.len() as u64))]
        sum: u64,
        tail: [u32],
    }
    let value = Configured::new(1, [2, 3]);
    assert_eq!((value.id, value.sum, &value.tail), (1, 3, &[2, 3][..]));

    #[interned]
    #[repr(transparent)]
    struct Transparent(str);
    #[interned]
    #[repr(C)]
    struct Explicit {
        id: u8,
        tail: [u32],
    }
    #[interned]
    #[repr(align(64))]
    struct Aligned {
        id: u8,
        tail: [u16],
    }
    #[interned]
    #[repr(C, align(128))]
    struct Both(u8, str);
    #[interned]
    #[cfg_attr(test, repr(align(32)))]
    #[cfg_attr(not(test), repr(align(512)))]
    struct Sometimes(u8, [u8]);

    assert_eq!(&Transparent::new("text").0, "text");
    assert_eq!(&Explicit::new(1, [2]).tail, [2]);
    let both = Both::new(3, "text");
    assert_eq!((both.0, &both.1, align_of_val(&*both), size_of_val(&*both)), (3, "text", 128, 128));
    let aligned = Aligned::new(4, [5; 100]);
    assert_eq!((aligned.id, &aligned.tail, align_of_val(&*aligned)), (4, &[5; 100][..], 64));
    let sometimes = Sometimes::new(6, [7; 9]);
    assert_eq!((sometimes.0, &sometimes.1, align_of_val(&*sometimes)), (6, &[7; 9][..], 32));
}

macro_rules! alignments {
    ($($align:literal)*) => {$({
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(align($align))]
        struct Element(u8);
        #[interned]
        struct Elements {
            id: u8,
            tail: [Element],
        }
        #[interned]
        struct Head {
            element: Element,
            tail: str,
        }

        for len in [0, 1, 2, 3, 100, 300] {
            let value = Elements::new(1, vec![Element(2); len]);
            assert!(value.tail.as_ptr().addr().is_multiple_of($align));
            assert!(value.id == 1 && value.tail == *vec![Element(2); len]);
            let text = "t".repeat(len);
            let value = Head::new(Element(3), &text);
            assert!((&raw const value.element).addr().is_multiple_of($align));
            assert!(value.element == Element(3) && value.tail == *text && Head::new(Element(3), text) == value);
        }
        assert!(Elements::registry().is_empty() && Head::registry().is_empty());
    })*};
}

#[test]
fn alignments_of_tail_and_head() {
    alignments!(1 2 4 8 16 64 256 2048 4096 16384);
}

#[test]
fn elements_of_no_size() {
    static DROPPED: AtomicUsize = AtomicUsize::new(0);

    #[derive(Clone, PartialEq, Eq, Hash, Debug)]
    struct Unit;
    #[derive(Clone, PartialEq, Eq, Hash, Debug)]
    struct Dropped;
    impl Drop for Dropped {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Relaxed);
        }
    }
    #[interned]
    struct Units([Unit]);
    #[interned]
    struct Counted([Dropped]);

    let units = [0, 1, 254, 255, 256, 1 << 20].map(|len| Units::new(vec![Unit; len]));
    assert_eq!(units.each_ref().map(|units| units.0.len()), [0, 1, 254, 255, 256, 1 << 20]);
    assert!(units[3] == Units::new(vec![Unit; 255]) && Units::registry().len() == 6);
    let three = Counted::new([Dropped, Dropped, Dropped]);
    assert_eq!(DROPPED.load(Relaxed), 0);
    assert!(Counted::new([const { Dropped }; 2]) != three);
    assert_eq!(DROPPED.load(Relaxed), 2);
    drop(three);
    assert_eq!(DROPPED.load(Relaxed), 5);
}

#[test]
fn numbers_and_news() {
    #[interned(numbered, is_new = "new_is_new")]
    struct Name {
        id: u8,
        text: str,
    }
    #[interned(numbered)]
    struct Names([Interned<Name>]);

    // Of all lengths: a number has its place in each slot.
    let mut last = 0;
    let held: Vec<_> = (0..3000)
        .step_by(7)
        .map(|len| {
            let text = "n".repeat(len);
            let (name, is_new) = Name::new_is_new(1, &text);
            let (again, is_new_again) = Name::new_is_new(1, text.as_str());
            assert!(is_new && !is_new_again && name == again && name.text == *text);
            last += 1;
            assert_eq!((Interned::number(&name), InternedRef::number(Interned::borrow(&name))), (last, last));
            name
        })
        .collect();
    for len in [0, 1, 2, 3, 500] {
        let names = Names::new(&held[..len.min(held.len())]);
        assert!(Interned::number(&names) > 0 && names.0 == held[..len.min(held.len())]);
    }
    assert!(held.iter().zip(1..).all(|(name, number)| Interned::number(name) == number));
}

#[test]
fn constructors_of_ones_own() {
    #[interned(new = "of", get = "of_old")]
    struct Word(str);

    #[interned]
    impl Word {
        fn new(text: &str) -> Self {
            Self::of(text.trim())
        }
        fn parse(text: &str) -> Result<Self, String> {
            if text.is_empty() {
                return Err("no text".into());
            }
            Ok(Self::new(text))
        }
        fn first(text: &str) -> Option<Self> {
            Some(Word::of(text.split(' ').next()?))
        }
        fn len(&self) -> usize {
            self.0.len()
        }
    }

    #[interned(new = "of")]
    struct Line {
        number: u32,
        words: [Interned<Word>],
    }

    #[interned]
    impl Line {
        #[interned(by(number, words))]
        fn load(number: u32, words: &[Interned<Word>], made: &Cell<u32>) -> Result<Self, String> {
            made.set(made.get() + 1);
            if words.is_empty() { Err("no words".into()) } else { Ok(Self::of(number, words)) }
        }
    }

    let word = Word::new("  word ");
    assert!(&word.0 == "word" && word.len() == 4 && Word::parse(" word").as_ref() == Ok(&word));
    assert!(Word::parse("") == Err("no text".into()) && Word::first("word order") == Some(word.clone()));
    let made = Cell::new(0);
    let line = Line::load(1, std::slice::from_ref(&word), &made).unwrap();
    assert!(Line::load(1, std::slice::from_ref(&word), &made).as_ref() == Ok(&line));
    assert!(Line::load(1, &[], &made).is_err());
    assert_eq!((made.get(), line.number, line.words.len()), (2, 1, 1));
}

#[test]
fn handles_of_ones_own() {
    #[interned(handle = Name, numbered, is_new = "is_new")]
    #[derive(Debug)]
    struct NameText(str);
    #[interned(handle = Term)]
    #[derive(Debug)]
    struct TermNode<T: Clone> {
        name: Name,
        mark: T,
        args: [Term<T>],
    }
    #[interned]
    impl<T: Clone + Hash + Eq> TermNode<T> {
        fn leaf(name: &str, mark: T) -> Self {
            Self::new(NameText::new(name), mark, [])
        }
    }

    let name: Name = NameText::new("f");
    assert!(NameText::get("f") == Some(name.clone()) && &name.0 == "f" && !NameText::is_new("f").1);
    let leaf: Term<u8> = TermNode::leaf("f", 1);
    let term = TermNode::new(name.clone(), 2, [leaf.clone(), leaf.clone()]);
    assert!(term.args[1] == leaf && leaf.name == name && TermNode::get(name, 2, &term.args) == Some(term));
}

/// An argument that hits is dropped, one that misses is moved, a borrow is cloned; nothing is lost or doubled.
#[test]
fn what_becomes_of_the_elements() {
    static LIVE: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static CLONES: Cell<usize> = const { Cell::new(0) });

    #[derive(PartialEq, Eq, Hash, Debug)]
    struct Tracked(u32);
    impl Tracked {
        fn new(number: u32) -> Self {
            LIVE.fetch_add(1, Relaxed);
            Self(number)
        }
    }
    impl Clone for Tracked {
        fn clone(&self) -> Self {
            CLONES.set(CLONES.get() + 1);
            Self::new(self.0)
        }
    }
    impl Drop for Tracked {
        fn drop(&mut self) {
            LIVE.fetch_sub(1, Relaxed);
        }
    }
    #[interned]
    struct Tail {
        head: Tracked,
        tail: [Tracked],
    }

    let some = |numbers: std::ops::Range<u32>| numbers.map(Tracked::new).collect::<Vec<_>>();
    let live = || LIVE.load(Relaxed);
    let held = Tail::new(Tracked::new(0), some(1..4));
    assert_eq!((live(), CLONES.get()), (4, 0));
    for hit in [some(1..4).into_boxed_slice(), some(1..4).into()] {
        assert!(Tail::new(Tracked::new(0), hit) == held);
    }
    assert!(Tail::new(Tracked::new(0), [1, 2, 3].map(Tracked::new)) == held);
    assert!(Tail::new(Tracked::new(0), &held.tail) == held);
    assert_eq!((live(), CLONES.get()), (4, 0));
    let array = Tail::new(Tracked::new(1), [1, 2].map(Tracked::new));
    assert_eq!((live(), CLONES.get()), (7, 0));
    let borrowed = Tail::new(Tracked::new(2), &held.tail);
    assert_eq!((live(), CLONES.get()), (11, 3));
    let cow = Tail::new(Tracked::new(3), Cow::<[Tracked]>::Owned(some(0..2)));
    assert_eq!((live(), CLONES.get()), (14, 3));
    drop((held, array, borrowed, cow));
    assert_eq!((live(), Tail::registry().len()), (0, 0));
}

thread_local! {
    /// How many clones and drops there are until one panics.
    static CLONES_LEFT: Cell<Option<usize>> = const { Cell::new(None) };
    static DROPS_LEFT: Cell<Option<usize>> = const { Cell::new(None) };
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

fn burn(fuse: &'static thread::LocalKey<Cell<Option<usize>>>, what: &str) {
    match fuse.get() {
        Some(0) => {
            fuse.set(None);
            panic!("injected into {what}");
        }
        left => fuse.set(left.map(|left| left - 1)),
    }
}

#[derive(PartialEq, Eq, Hash, Debug)]
struct Fragile(u32);

impl Fragile {
    fn new(number: u32) -> Self {
        LIVE.set(LIVE.get() + 1);
        Self(number)
    }
}

impl Clone for Fragile {
    fn clone(&self) -> Self {
        burn(&CLONES_LEFT, "clone");
        Self::new(self.0)
    }
}

impl Drop for Fragile {
    fn drop(&mut self) {
        LIVE.set(LIVE.get() - 1);
        burn(&DROPS_LEFT, "drop");
    }
}

fn injected<R>(f: impl FnOnce() -> R) -> bool {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(_) => false,
        Err(panic) => panic.downcast::<String>().is_ok_and(|message| message.starts_with("injected")),
    }
}

#[test]
fn a_panic_in_the_clone_of_an_element() {
    #[interned]
    struct Value {
        head: Fragile,
        tail: [Fragile],
    }

    let source: Vec<_> = (0..5).map(Fragile::new).collect();
    for at in 0..5 {
        for by_array in [false, true] {
            CLONES_LEFT.set(Some(at));
            let array: &[Fragile; 5] = source.as_slice().try_into().unwrap();
            let panicked = injected(|| {
                if by_array {
                    Value::new(Fragile::new(9), array)
                } else {
                    Value::new(Fragile::new(9), &source)
                }
            });
            assert!(panicked, "at {at}");
            assert_eq!((LIVE.get(), Value::registry().len()), (5, 0), "at {at}");
        }
    }
    let value = Value::new(Fragile::new(9), &source);
    assert_eq!((LIVE.get(), value.tail.len()), (11, 5));
    drop((value, source));
    assert_eq!(LIVE.get(), 0);
}

#[test]
fn a_panic_in_the_drop_of_an_element() {
    #[interned]
    struct Value {
        head: Fragile,
        tail: [Fragile],
    }

    let make = || Value::new(Fragile::new(9), (0..5).map(Fragile::new).collect::<Vec<_>>());
    for at in 0..6 {
        // Of the value itself.
        let value = make();
        DROPS_LEFT.set(Some(at));
        assert!(injected(|| drop(value)), "at {at}");
        assert_eq!((LIVE.get(), Value::registry().len()), (0, 0), "at {at}");
        // Of what was given where it is not needed.
        let held = make();
        DROPS_LEFT.set(Some(at));
        assert!(injected(make), "at {at}");
        assert_eq!((LIVE.get(), Interned::strong_count(&held)), (6, 1), "at {at}");
        drop(held);
    }
    assert_eq!(LIVE.get(), 0);
}

#[test]
fn a_panic_in_init_and_eq_and_hash() {
    thread_local!(static FUSE: Cell<&'static str> = const { Cell::new("") });
    fn step(here: &str) {
        assert_ne!(FUSE.get(), here, "injected");
    }
    #[derive(Debug)]
    struct Fussy(Fragile);
    impl Hash for Fussy {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            step("hash");
            self.0.hash(state);
        }
    }
    impl PartialEq for Fussy {
        fn eq(&self, other: &Self) -> bool {
            step("eq");
            self.0 == other.0
        }
    }
    impl Eq for Fussy {}
    #[interned(hasher = Constant)]
    struct Value {
        #[interned(init = step("init"))]
        made: (),
        tail: [Fussy],
    }

    let make = |numbers: &[u32]| {
        Value::new(numbers.iter().map(|&number| Fussy(Fragile::new(number))).collect::<Vec<_>>())
    };
    let held = make(&[1, 2]);
    for (place, numbers) in [("hash", &[1, 2]), ("eq", &[1, 3]), ("eq", &[1, 2]), ("init", &[2, 2])] {
        FUSE.set(place);
        let panic = catch_unwind(AssertUnwindSafe(|| make(numbers)));
        FUSE.set("");
        assert!(panic.is_err(), "{place}");
        assert_eq!(
            (LIVE.get(), Interned::strong_count(&held), Value::registry().len()),
            (2, 1, 1),
            "{place}"
        );
    }
    assert!(make(&[1, 2]) == held);
    drop(held);
    assert_eq!(LIVE.get(), 0);
}

/// With one hash, and many lengths: what the length is to tell apart is told apart by it, and the rest by the key.
#[test]
fn one_hash_for_all() {
    #[interned(hasher = Constant)]
    struct Word(str);
    #[interned(hasher = Constant)]
    struct Words([Interned<Word>]);

    let texts: Vec<String> = (0..300).map(|i| format!("{}{}", "w".repeat(i % 20), i % 50)).collect();
    let held: Vec<_> = texts.iter().map(Word::new).collect();
    for (text, word) in texts.iter().zip(&held) {
        assert!(Word::new(text) == *word && word.0 == **text);
    }
    let lists: Vec<_> = (0..40).map(|len| Words::new(&held[len..2 * len])).collect();
    assert!(
        lists.iter().enumerate().all(|(len, list)| Words::get(&held[len..2 * len]).as_ref() == Some(list))
    );
    drop((lists, held));
    assert!(Word::registry().is_empty() && Words::registry().is_empty());
}

#[test]
fn drops_that_intern_and_look_up() {
    #[interned]
    struct Note(str);

    struct Busy(u32);
    impl Drop for Busy {
        fn drop(&mut self) {
            // Of the same type, in the middle of a drop, of the same and of other lengths.
            let note = Note::new(format!("note {}", self.0));
            assert!(Note::get("note").is_none() && Note::registry().iter().any(|other| other == note));
        }
    }
    #[interned]
    struct Value {
        #[interned(init = Busy(*id))]
        busy: Busy,
        id: u32,
        tail: [Interned<Note>],
    }

    let value = Value::new(1, [Note::new("note 1"), Note::new("note 22")]);
    assert_eq!(value.busy.0, value.id);
    drop(value);
    assert_eq!((Value::registry().len(), Note::registry().len()), (0, 0));
}

#[test]
fn a_chain_through_tails() {
    #[interned]
    struct Node {
        number: u32,
        children: [Interned<Self>],
    }

    const LINKS: u32 = if cfg!(debug_assertions) { 300_000 } else { 10_000_000 };
    let run = || {
        let mut chain = Node::new(0, []);
        for number in 1..LINKS {
            // Now and then with the length of a long one, and with a chunk of its own.
            chain = match number % 100_000 {
                0 => Node::new(number, vec![chain; 300]),
                _ => Node::new(number, [chain]),
            };
        }
        assert_eq!(Node::registry().len(), LINKS as usize);
        drop(chain);
        assert_eq!(Node::registry().len(), 0);
    };
    thread::Builder::new().stack_size(256 << 10).spawn(run).unwrap().join().unwrap();
}

#[test]
fn threads_on_few_keys() {
    #[interned]
    struct Word(str);
    #[interned]
    struct Phrase {
        first: Interned<Word>,
        rest: [Interned<Word>],
    }

    watched(|| {
        const THREADS: usize = 4;
        let barrier = Barrier::new(THREADS);
        let word = |number: usize| Word::new("word".repeat(number % 7 * number % 11) + &number.to_string());
        on_threads(THREADS, |thread| {
            let mut random = Random(thread as u64);
            barrier.wait();
            for _ in 0..if cfg!(debug_assertions) { 4000 } else { 40_000 } {
                let words: Vec<_> = (0..=random.below(4)).map(|_| word(random.below(12))).collect();
                let phrase = Phrase::new(&words[0], &words[1..]);
                assert!(phrase.first == words[0] && phrase.rest == words[1..]);
                let weak = Interned::downgrade(&phrase);
                assert!(Phrase::get(&words[0], &words[1..]).is_some_and(|found| found == phrase));
                drop(phrase);
                if let Some(again) = weak.upgrade() {
                    assert!(again.rest == words[1..]);
                }
            }
        });
        assert_eq!((Phrase::registry().len(), Word::registry().len()), (0, 0));
    });
}

/// Against a plain map, with keys of all sizes of slots.
#[test]
fn an_oracle() {
    #[interned]
    struct Word(str);

    let mut random = Random(7);
    let mut held: HashMap<String, Vec<Interned<Word>>> = HashMap::new();
    for round in 0..30_000 {
        let number = random.below(400);
        let text = format!("{}{number}", "x".repeat(number * number % 3001));
        match random.below(3) {
            0 => assert_eq!(Word::get(&text).is_some(), held.contains_key(&text)),
            1 => held.entry(text.clone()).or_default().push(Word::new(text)),
            _ => {
                if let Some(mut handles) = held.remove(&text) {
                    handles.pop();
                    if !handles.is_empty() {
                        held.insert(text, handles);
                    }
                }
            }
        }
        if round % 1000 == 0 {
            assert_eq!(Word::registry().len(), held.len());
            assert!(held.iter().all(|(text, words)| words.iter().all(|word| word.0 == **text)));
        }
    }
    drop(held);
    assert!(Word::registry().is_empty());
}

/// Runs `f`, which is the test of this name, in a process of its own: other threads would free what it made, and keep
/// what it gives back.
fn alone(test: &str, f: impl FnOnce()) {
    const CHILD: &str = "WEAKCACHE_ALONE";
    if std::env::var_os(CHILD).is_some() {
        f();
        return;
    }
    let exe = std::env::current_exe().expect("a test binary has a path");
    let test = format!("interned_unsized::{test}");
    let output = Command::new(exe).args(["--exact", &test, "--nocapture"]).env(CHILD, "1").output();
    let output = output.expect("it runs");
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn memory_is_given_back() {
    alone("memory_is_given_back", given_back);
}

fn given_back() {
    #[interned(shards = 1)]
    struct Word(str);

    let live = || {
        drop(Word::new("first"));
        Word::registry().shrink_to_fit();
        live_bytes()
    };
    let before = live();
    for round in 0..3 {
        let words: Vec<_> = (0..20_000)
            .map(|i| Word::new(format!("{i} {}", "w".repeat(i * 7 % (1 + round * 700)))))
            .collect();
        drop(words);
        // What look-ups might be reading waits for so much more of it, or until the last entry goes.
        let kept = live() - before;
        assert!(kept < 20 << 10, "{kept} bytes are kept after round {round}");
    }
}

#[test]
fn an_entry_that_comes_and_goes_allocates_nothing() {
    #[interned(shards = 1)]
    struct Word(str);

    for i in 0..10_000 {
        let text = ["short", "a text of another length", "x"][i % 3];
        let ((), count) = allocations(|| drop(Word::new(text)));
        if i >= 1000 {
            assert_eq!(count, 0, "the chunk of the last entry of each size is kept for the next one");
        }
    }
}

#[test]
fn bytes_an_entry() {
    alone("bytes_an_entry", few_bytes);
}

fn few_bytes() {
    #[interned(shards = 4)]
    struct Text([u8; 0], str);

    const ENTRIES: usize = 100_000;
    let mut held = Vec::with_capacity(ENTRIES);
    drop(Text::new([], "the first one"));
    let before = live_bytes();
    held.extend((0..ENTRIES).map(|i| Text::new([], &*format!("text {i:>11}"))));
    let bytes = (live_bytes() - before).cast_unsigned();
    assert_eq!(held[0].1.len(), 16);
    let (each, limit) = (bytes / ENTRIES, 46);
    assert!(each <= limit || cfg!(any(weakcache_locked, weakcache_one_slot)), "{each} bytes an entry");
}
