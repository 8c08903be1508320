//! The bodies of constructors mean what they would without the attribute.

use std::convert::Infallible;
use std::panic::Location;
use weakcache::{Interned, interned};

#[interned(new = false)]
#[derive(Debug)]
struct At {
    id: u32,
    list: Vec<u8>,
    #[interned(skip)]
    line: u32,
}

#[interned]
impl At {
    #[track_caller]
    fn new(id: u32) -> Self {
        Self { id, list: Vec::new(), line: Location::caller().line() }
    }

    #[track_caller]
    fn checked<T: Copy + Into<u32>>(
        [first, ..]: [T; 2],
        mut id: u32,
        text: impl AsRef<str>,
    ) -> Result<Self, String> {
        id += first.into();
        if id == 0 {
            return Err(text.as_ref().to_owned());
        }
        Ok(Self { id, list: Vec::new(), line: Location::caller().line() })
    }

    /// Ends in a handle, whose place is this one's caller.
    #[track_caller]
    fn of(id: Option<u32>) -> Option<At> {
        Some(Self::new(id?))
    }

    #[track_caller]
    #[interned(by(list, id))]
    fn load(id: u32, #[cfg(test)] list: &[u8], #[cfg(not(test))] list: u8) -> Self {
        Self { id, list: list.to_vec(), line: Location::caller().line() }
    }

    /// # Safety
    ///
    /// None needed.
    #[cfg_attr(test, track_caller)]
    unsafe fn unchecked() -> Self {
        Self { id: 7, list: Vec::new(), line: Location::caller().line() }
    }
}

#[test]
fn constructors_know_their_callers() {
    let at = At::new(1);
    assert_eq!(at.line, line!() - 1);
    let at = At::checked([1_u8, 1], 1, "").unwrap();
    assert_eq!((at.line, at.id), (line!() - 1, 2));
    assert_eq!(At::checked([0_u8, 0], 0, "zero").unwrap_err(), "zero");
    let at = At::of(Some(3)).unwrap();
    assert_eq!(at.line, line!() - 1);
    assert!(At::of(None).is_none());
    let at = At::load(4, &[4]);
    assert_eq!(at.line, line!() - 1);
    assert!(Interned::ptr_eq(&at, &At::load(4, &[4])));
    // SAFETY: it asks for nothing.
    let at = unsafe { At::unchecked() };
    assert_eq!(at.line, line!() - 1);
}

#[interned(new = false)]
struct Pair<T> {
    left: T,
    right: T,
}

#[interned]
impl<T: Clone> Pair<T> {
    #[track_caller]
    fn twice(value: T) -> Self {
        Self { left: value.clone(), right: value }
    }
    #[track_caller]
    fn nth<U: Into<T>, const N: usize>(values: [U; N]) -> Option<Self> {
        Some(Self::twice(values.into_iter().nth(N / 2)?.into()))
    }
}

#[test]
fn generic_constructors_know_their_callers() {
    assert!(Interned::ptr_eq(&Pair::twice(2), &Pair::nth([1, 2, 3]).unwrap()));
    let pair = Pair::<u32>::nth([5_u8]).unwrap();
    assert_eq!((pair.left, pair.right), (5, 5));
}

#[interned(new = false)]
#[derive(Debug)]
enum Kind {
    Error(u8),
    Other { code: u8 },
}

trait Fallible {
    type Error;
}

impl Fallible for Kind {
    type Error = Infallible;
}

mod glob {
    // What generated code is made of, under other meanings.
    pub(super) struct Interned;
    pub(super) struct Candidate;
    pub(super) const fn find() {}
    pub(super) trait HandleCandidate {
        fn into_interned(self) -> u8;
    }
    impl HandleCandidate for u8 {
        fn into_interned(self) -> u8 {
            3
        }
    }
    pub(super) enum Result {
        Ok,
    }
    pub(super) use Result::*;
}

#[interned]
impl Kind {
    fn of(code: u8) -> Self {
        let make = if code == 0 { Self::Error } else { |code| Self::Other { code } };
        make(code)
    }

    fn try_of(code: u8) -> Result<Self, <Self as Fallible>::Error> {
        [code].map(Self::Error).into_iter().next().map_or_else(|| unreachable!(), Ok)
    }

    /// Its names are its own.
    fn under_globs(code: u8) -> Self {
        use glob::*;
        let (_, _, _) = (Interned, Candidate, Ok);
        find();
        Self::Error(code + 1_u8.into_interned())
    }

    fn with_items(code: u8) -> Self {
        struct Interned(u8);
        const FIVE: Interned = Interned(5);
        fn add(code: u8) -> u8 {
            code + FIVE.0
        }
        return Self::Other { code: add(code) };
    }
}

#[test]
fn names_in_bodies_are_the_users() {
    assert!(matches!(*Kind::of(0), Kind::Error(0)) && matches!(*Kind::of(1), Kind::Other { code: 1 }));
    assert!(Interned::ptr_eq(&Kind::of(0), &Kind::try_of(0).unwrap()));
    assert!(matches!(*Kind::under_globs(1), Kind::Error(4)));
    assert!(matches!(*Kind::with_items(1), Kind::Other { code: 6 }));
}

#[interned(new = false)]
struct Page {
    id: u32,
    #[cfg(test)]
    side: u8,
    #[cfg(not(test))]
    never: u8,
    #[interned(skip)]
    text: String,
}

#[interned]
impl Page {
    #[cfg_attr(test, inline, interned(by(id, side)))]
    #[cfg_attr(not(test), interned(skip))]
    fn load(id: u32, #[cfg(test)] side: u8, text: &str) -> Self {
        Self { id, side, text: text.to_owned() }
    }

    #[cfg_attr(not(test), interned(by(id, never)))]
    fn always(id: u32, side: u8, text: &str) -> Option<Self> {
        (id > 0).then(|| Self { id, side, text: text.to_owned() })
    }

    #[cfg_attr(all(test, not(test)), interned(by(id, side)))]
    #[cfg_attr(test, cfg_attr(test, interned(skip)))]
    fn plain(id: u32) -> Self {
        Self { id, side: 0, text: "plain".to_owned() }
    }

    #[interned(by(id, side))]
    fn any_case(#[cfg(test)] id: u32, #[cfg(not(test))] id: u64, side: u8) -> Self {
        Self { id, side, text: "any".to_owned() }
    }
}

#[test]
fn attributes_may_be_configured() {
    let one = Page::load(1, 2, "one");
    assert_eq!(Page::load(1, 2, "two").text, "one");
    assert_eq!(Page::registry().info().hits, 1);
    assert!(Page::always(1, 2, "three").is_some_and(|page| Interned::ptr_eq(&page, &one)));
    assert!(Page::always(0, 2, "three").is_none());
    let plain: Page = Page::plain(1);
    assert_eq!((&*plain.text, plain.id, plain.side), ("plain", 1, 0));
    assert!(Interned::ptr_eq(&Page::any_case(1, 2), &one));
}

#[interned]
struct Configured {
    #[cfg_attr(test, doc = "The first.", allow(dead_code))]
    id: u32,
    #[cfg_attr(test, interned(init = id + 1))]
    next: u32,
    #[cfg_attr(not(test), interned(init = id + 1))]
    key: u32,
}

#[interned]
enum Variants {
    #[cfg_attr(test, interned(new = "one"))]
    #[cfg_attr(not(test), interned(new = "two"))]
    Renamed(u8, #[cfg_attr(test, interned(init = *_0))] u8),
}

#[test]
fn attributes_of_fields_and_variants_may_be_configured() {
    let value = Configured::new(1, 5);
    assert_eq!((value.id, value.next, value.key), (1, 2, 5));
    assert!(matches!(*Variants::one(3), Variants::Renamed(3, 3)));
}
