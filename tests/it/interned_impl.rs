//! Constructors of one's own: `#[interned]` on an impl block.

use std::cell::Cell;
use std::error::Error;
use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use weakcache::{Interned, interned};

#[interned(new = false)]
#[derive(Debug)]
struct Date {
    year: i32,
    month: u8,
    day: u8,
}

#[derive(Debug, PartialEq)]
struct BadDate<'a>(&'a str);

#[interned]
impl Date {
    const MONTHS: u8 = 12;

    /// Checks the month and the day.
    #[inline]
    pub(crate) fn new(year: i32, month: u8, day: u8) -> Result<Self, BadDate<'static>> {
        if !(1..=Self::MONTHS).contains(&month) {
            return Err(BadDate("month"));
        }
        if day > 31 { Err(BadDate("day")) } else { Ok(Self { year, month, day }) }
    }

    /// Ends in handles.
    fn parse(text: &str) -> Result<Self, BadDate<'_>> {
        let mut parts = text.split('-').map(|part| part.parse::<u16>().map_err(|_| BadDate(text)));
        let mut part = || parts.next().unwrap_or(Err(BadDate(text)));
        let (year, month, day) = (part()?, part()?, part()?);
        let narrow = |part: u16| u8::try_from(part).map_err(|_| BadDate(text));
        Self::new(year.into(), narrow(month)?, narrow(day)?)
    }

    fn epoch() -> Self {
        Self { year: 1970, month: 1, day: 1 }
    }

    fn new_year(year: i32) -> Date {
        Self::new(year, 1, 1).unwrap()
    }

    fn checked(year: i32, month: u8, day: u8) -> Option<Date> {
        let (0..=9999, day) = (year, day.checked_sub(1)?) else { return None };
        Some(Self { year, month, day: day + 1 })
    }

    fn display(from: impl Display) -> Result<Self, impl Error> {
        let year = from.to_string().parse::<i32>()?;
        if year < 0 {
            return "?".parse::<i32>().map(|_| unreachable!());
        }
        Ok::<_, std::num::ParseIntError>(Self { year, month: 1, day: 1 })
    }

    fn from_parts((year, month): (i32, u8), [day, ..]: [u8; 2], mut times: u8) -> Date {
        times += day;
        Self { year, month, day: times }
    }

    /// # Safety
    ///
    /// None needed.
    unsafe fn unchecked(year: i32) -> Self {
        Self { year, month: 0, day: 0 }
    }

    fn unfinished() -> Self {
        todo!("later")
    }

    fn unfinished_result(fail: bool) -> Result<Self, BadDate<'static>> {
        if fail {
            return Err(BadDate("always"));
        }
        panic!("never")
    }

    fn never() -> Option<Self> {
        None
    }

    #[cfg(not(test))]
    fn absent() -> Self {
        no_such_function()
    }

    #[allow(clippy::needless_return)]
    fn with_attributes(#[allow(unused_variables)] year: i32) -> Self {
        #![allow(unused_must_use)]
        Some(1).ok_or(2);
        return Self { year: 1, month: 1, day: 1 };
    }

    #[interned(skip)]
    fn plain() -> Self {
        Self { year: 1, month: 2, day: 3 }
    }

    fn is_leap(&self) -> bool {
        self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0)
    }

    fn same(self) -> Self {
        self
    }
}

// A second block for the same type, and the generated look-up beside both.
#[interned]
impl Date {
    fn next_year(from: &Date) -> Self {
        Self { year: from.year + 1, ..*from }
    }
}

#[test]
fn results_are_interned() {
    let a: Interned<Date> = Date::new(2024, 2, 29).unwrap();
    let b: Result<Interned<Date>, BadDate<'_>> = Date::parse("2024-2-29");
    assert!(Interned::ptr_eq(&a, &b.unwrap()));
    assert!(Interned::ptr_eq(&a, &Date::get(2024, 2, 29).unwrap()));
    assert!(Interned::ptr_eq(&a, &Date::checked(2024, 2, 29).unwrap()));
    assert!(Interned::ptr_eq(&a, &Date::from_parts((2024, 2), [28, 0], 1)));
    assert!(a.is_leap() && Date::plain().same().is_leap() != a.is_leap());

    let epoch: Interned<Date> = Date::epoch();
    assert!(Interned::ptr_eq(&epoch, &Date::new_year(1970)));
    assert!(Interned::ptr_eq(&epoch, &Date::display("1970").unwrap()));
    assert!(Date::display(-1).is_err() && Date::display("x").is_err());
    assert_eq!(Date::next_year(&epoch).year, 1971);
    // SAFETY: it asks for nothing.
    assert_eq!(unsafe { Date::unchecked(5) }.year, 5);
    assert_eq!(Date::with_attributes(7).year, 1);
    let plain: Date = Date::plain();
    assert_eq!((plain.year, plain.month, plain.day), (1, 2, 3));
}

#[interned(new = false)]
struct Even(u32);

#[interned]
impl Even {
    fn new(n: u32) -> Result<Self, u32> {
        if n.is_multiple_of(2) { Ok(Self(n)) } else { Err(n) }
    }
    fn non_zero(n: u32) -> Option<Self> {
        if n == 0 { None } else { Self::new(n).ok() }
    }
}

#[test]
fn an_error_registers_nothing() {
    assert_eq!(Even::new(3).map(|_| ()), Err(3));
    assert!(Even::non_zero(0).is_none() && Even::non_zero(5).is_none());
    assert_eq!(Even::registry().len(), 0);
    assert_eq!(Even::registry().info().misses, 0);
    let two = Even::non_zero(2);
    assert_eq!(Even::registry().len(), 1);
    assert_eq!(two.unwrap().0, 2);
}

#[test]
fn bodies_that_do_not_end_compile() {
    assert!(std::panic::catch_unwind(Date::unfinished).is_err());
    assert_eq!(Date::unfinished_result(true).unwrap_err(), BadDate("always"));
    assert!(std::panic::catch_unwind(|| Date::unfinished_result(false)).is_err());
    assert!(Date::never().is_none());
}

#[interned(new = false)]
struct File {
    id: u64,
    path: PathBuf,
    parts: Vec<u8>,
    #[interned(skip)]
    content: String,
}

struct Disk {
    reads: Cell<usize>,
}

#[interned]
impl File {
    #[interned(by(parts, id, path))]
    fn load(id: u64, path: &Path, disk: &Disk, parts: &[u8]) -> io::Result<Self> {
        disk.reads.set(disk.reads.get() + 1);
        if id == 0 {
            return Err(io::Error::other("no such file"));
        }
        Ok(Self { id, path: path.into(), parts: parts.to_vec(), content: format!("content of {id}") })
    }

    /// Looks up one key and makes another.
    #[interned(by(id, path, parts))]
    fn alias(id: u64, path: PathBuf, parts: Vec<u8>) -> Self {
        Self { id: id + 1, path, parts, content: "alias".into() }
    }

    #[interned(by(id, path, parts))]
    fn some(id: u64, path: &PathBuf, parts: [u8; 1]) -> Option<File> {
        Some(File { id, path: path.clone(), parts: parts.into(), content: String::new() })
    }
}

#[test]
fn by_counts_one_look_up() {
    #[interned(new = false)]
    struct Square {
        side: u32,
        #[interned(skip)]
        area: u32,
    }

    #[interned]
    impl Square {
        #[interned(by(side))]
        fn new(side: u32) -> Option<Self> {
            Some(Self { side, area: side.checked_mul(side)? })
        }

        /// Looks up one key and makes another, whose look-up is not counted.
        #[interned(by(side))]
        fn next(side: u32) -> Self {
            Self { side: side + 1, area: 0 }
        }

        /// The handle that the body ends in was looked up as well.
        #[interned(by(side))]
        fn again(side: u32) -> Option<Self> {
            Self::new(side)
        }
    }

    let info = || {
        let info = Square::registry().info();
        (info.hits, info.misses, info.live)
    };
    let two = Square::new(2).unwrap();
    assert_eq!(info(), (0, 1, 1));
    assert!(Square::new(2).is_some_and(|again| again == two));
    assert_eq!(info(), (1, 1, 1));
    assert!(Square::new(u32::MAX).is_none());
    assert_eq!(info(), (1, 2, 1));
    assert!(Square::next(1) == two && two.area == 4);
    assert_eq!(info(), (1, 3, 1));
    let three = Square::again(3);
    assert_eq!(info(), (1, 5, 2));
    drop((two, three));
    assert_eq!(info(), (1, 5, 0));
}

#[test]
fn by_looks_up_first() {
    let (disk, path) = (Disk { reads: Cell::new(0) }, Path::new("a"));
    let a = File::load(1, path, &disk, &[1]).unwrap();
    let b = File::load(1, path, &disk, &[1]).unwrap();
    assert!(Interned::ptr_eq(&a, &b));
    assert_eq!((disk.reads.get(), &*a.content), (1, "content of 1"));
    assert!(File::load(0, path, &disk, &[1]).is_err());
    assert!(File::load(0, path, &disk, &[1]).is_err());
    assert_eq!((disk.reads.get(), File::registry().len()), (3, 1));

    // A value of another key than looked up is interned by its own.
    let alias = File::alias(1, "z".into(), vec![]);
    assert_eq!((alias.id, &*alias.content), (2, "alias"));
    assert!(Interned::ptr_eq(&alias, &File::get(2, "z", []).unwrap()));
    assert!(Interned::ptr_eq(&alias, &File::alias(2, "z".into(), vec![])));
    assert!(Interned::ptr_eq(&a, &File::some(1, &a.path, [1]).unwrap()));
}

static BODIES: AtomicUsize = AtomicUsize::new(0);

#[interned(new = false)]
struct Pair<T, U, const N: usize>
where
    T: Clone,
{
    id: T,
    list: Vec<T>,
    #[interned(skip)]
    value: U,
    #[interned(init = [0; N])]
    array: [u8; N],
}

// No more bounds than the struct has: what interning takes is added.
#[interned]
impl<T: Clone, U, const N: usize> Pair<T, U, N> {
    #[interned(by(id, list))]
    fn of(id: T, list: &[T], value: U) -> Self {
        BODIES.fetch_add(1, Relaxed);
        Self { id, list: list.to_vec(), value, array: [0; N] }
    }

    fn try_of<V>(id: T, value: V) -> Result<Pair<T, U, N>, V>
    where
        V: TryInto<U> + Clone,
    {
        let converted = value.clone().try_into().map_err(|_| value)?;
        Ok(Self::of(id, &[], converted))
    }
}

#[interned]
impl Pair<u8, u8, 1> {
    fn zero() -> Self {
        Self { id: 0, list: vec![], value: 0, array: [0] }
    }
}

#[test]
fn generic_impls() {
    let a = Pair::<u8, u16, 2>::of(1, &[1], 300);
    let b = Pair::<u8, u16, 2>::of(1, &[1], 400);
    assert!(Interned::ptr_eq(&a, &b));
    assert_eq!((a.value, BODIES.load(Relaxed)), (300, 1));
    assert_eq!(a.array, [0; 2]);
    assert!(Pair::<u8, u8, 1>::try_of(1, 300).is_err());
    let zero = Pair::zero();
    assert!(Interned::ptr_eq(&zero, &Pair::<u8, u8, 1>::try_of(0, 0u16).unwrap()));
}

#[interned(new = false)]
enum Shape {
    Square(u32),
    Rect(u32, u32),
}

#[interned]
impl Shape {
    fn new(a: u32, b: u32) -> Self {
        if a == b { Self::Square(a) } else { Shape::Rect(a.min(b), a.max(b)) }
    }
}

#[test]
fn constructors_of_an_enum() {
    assert!(Interned::ptr_eq(&Shape::new(1, 2), &Shape::get_rect(1, 2).unwrap_or_else(|| Shape::new(2, 1))));
    let square = Shape::new(2, 2);
    assert!(matches!(*square, Shape::Square(2)));
    assert!(Interned::ptr_eq(&square, &Shape::get_square(2).unwrap()));
    let rect = Shape::new(2, 1);
    assert!(matches!(*rect, Shape::Rect(1, 2)));
}
