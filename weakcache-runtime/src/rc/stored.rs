//! How a value lies in its slot, also one whose size is known of each value alone.
//!
//! A struct that ends in a `str`, a slice or the like is a *head*, of one size, and a *tail*. The length of the
//! tail, in elements, is a byte of the hash of the key: equal keys have equal lengths, so it is still a hash of
//! the key, and tables need not know of it. It is a byte that they hardly look at. Where that byte is 255, the
//! length stands in a word of its own between the counts and the value. There it is always if the value has a
//! destructor, since a dying slot has no hash any more, and of paths, which are equal at different lengths.
//!
//! That the last field lies behind the others, as it does in the head with an empty array in its place, is so for
//! structs with `repr(C)`. Who implements [`Stored`] sees to it.
#![allow(unsafe_code)]
#![expect(clippy::ptr_as_ptr, reason = "`cast` is a function of each type, which a debug build compiles")]

use std::borrow::Cow;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::marker::PhantomData;
use std::mem;
use std::path::{Path, PathBuf};
use std::ptr::{self, NonNull};

use super::Head;
use super::index::LENGTH_AT;
use super::kind::{ALONE, Drop, Kind, SIZED_HEADER, class_of, is_alone};
use crate::sync::Ordering;

/// A type whose values can lie in a slot: every type of one size, and interned structs whose last field has none.
///
/// # Safety
///
/// A type of no fixed size is a struct with `repr(C)` whose last field is a `Tail`. `Head` has the same fields, and in
/// the place of the last one an empty array of its elements, `TAIL_AT` bytes behind its start. `from_tail` changes
/// neither the address nor the length.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no size that is known at compile time\n\
        help: put `#[interned]` on `{Self}`, whose last field may be `str`, `[T]`, `Path`, `OsStr` or `CStr`",
    label = "cannot be interned as it is"
)]
pub unsafe trait Stored {
    /// What comes before the tail.
    type Head;
    /// The last field.
    type Tail: ?Sized + Tail;
    /// Where the tail lies.
    const TAIL_AT: usize;

    /// The address of a value, from that address as one of a tail of the same length.
    fn from_tail(tail: *const Self::Tail) -> *const Self;
    /// Whether the fields of both lie at the same places: of a value with an empty tail, and of a head at its address.
    fn is_alike(value: &Self, head: &Self::Head) -> bool;
}

// SAFETY: it has a size, so there is no tail.
#[diagnostic::do_not_recommend]
unsafe impl<T> Stored for T {
    type Head = T;
    type Tail = Nothing;
    const TAIL_AT: usize = size_of::<T>();

    #[inline]
    fn from_tail(tail: *const Nothing) -> *const T {
        tail.cast()
    }
    #[inline]
    fn is_alike(_: &T, _: &T) -> bool {
        true
    }
}

// SAFETY: it is its own tail, and nothing comes before that.
unsafe impl Stored for str {
    type Head = [u8; 0];
    type Tail = Self;
    const TAIL_AT: usize = 0;

    #[inline]
    fn from_tail(tail: *const Self) -> *const Self {
        tail
    }
    #[inline]
    fn is_alike(_: &Self, _: &[u8; 0]) -> bool {
        true
    }
}

/// What may be the last field.
///
/// # Safety
///
/// A value is so many `Element`s, one after the other, and `from_raw` changes neither the address nor the length.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has the name of a standard type without being it\n\
        help: write the path of your own, as in `self::{Self}`",
    label = "taken for the standard type"
)]
pub unsafe trait Tail {
    /// What it consists of.
    type Element;
    /// What owns one.
    type Owned;
    /// Whether values that are equal have as many elements.
    const EQUAL_LENGTHS: bool = true;
    #[doc(hidden)]
    const IS_NOTHING: bool = false;

    /// The address of one of so many elements.
    fn from_raw(address: *const (), len: usize) -> *const Self;
    /// All of it.
    fn elements(&self) -> &[Self::Element];

    /// What slots with such values are like.
    #[doc(hidden)]
    #[must_use]
    fn kind<T: ?Sized + Keyed<M, Tail = Self>, M: Reach>() -> &'static Kind {
        &Form::<T>::classes::<M>()[0]
    }
}

/// The tail of a type that has one size.
#[derive(Debug)]
pub struct Nothing;

// SAFETY: it has no elements.
unsafe impl Tail for Nothing {
    type Element = ();
    type Owned = ();
    const IS_NOTHING: bool = true;

    #[inline]
    fn from_raw(address: *const (), _: usize) -> *const Self {
        address.cast()
    }
    fn elements(&self) -> &[()] {
        &[]
    }
    fn kind<T: ?Sized + Keyed<M, Tail = Self>, M: Reach>() -> &'static Kind {
        const {
            let drop: Option<Drop> =
                if mem::needs_drop::<T::Head>() { Some(drop_in_place::<T::Head>) } else { None };
            &Kind::new::<T::Head>(drop, same::<T, M>, T::NUMBERED, M::IS_LOCAL)
        }
    }
}

// SAFETY: by definition.
unsafe impl<E> Tail for [E] {
    type Element = E;
    type Owned = Vec<E>;

    #[inline]
    fn from_raw(address: *const (), len: usize) -> *const Self {
        ptr::slice_from_raw_parts(address.cast(), len)
    }
    #[inline]
    fn elements(&self) -> &[E] {
        self
    }
}

macro_rules! bytes {
    ($($tail:ty: |$this:ident| $elements:expr $(, $equal_lengths:literal)?;)*) => {$(
        // SAFETY: bytes; were the type made of something else, or its length another, the cast would not compile,
        // or the assertion in `Parts::new` not hold.
        unsafe impl Tail for $tail {
            type Element = u8;
            type Owned = <$tail as ToOwned>::Owned;
            $(const EQUAL_LENGTHS: bool = $equal_lengths;)?

            #[inline]
            fn from_raw(address: *const (), len: usize) -> *const Self {
                ptr::slice_from_raw_parts(address.cast::<u8>(), len) as *const Self
            }
            #[inline]
            fn elements(&self) -> &[u8] {
                let $this = self;
                $elements
            }
        }
    )*};
}

bytes! {
    str: |text| text.as_bytes();
    OsStr: |text| text.as_encoded_bytes();
    // `a/b` and `a/b/` are equal.
    Path: |path| path.as_os_str().as_encoded_bytes(), false;
    CStr: |text| text.to_bytes_with_nul();
}

/// Where the parts of a type's values lie.
struct Form<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized + Stored> Form<T> {
    /// Whether the length is never in the hash.
    const IN_FULL: bool = mem::needs_drop::<T>() || !T::Tail::EQUAL_LENGTHS;
    /// Of a slot and all in it, which is that of the value or of a head.
    const ALIGN: usize = if align_of::<T::Head>() > 8 { align_of::<T::Head>() } else { 8 };
    const SHORT_AT: usize = Self::value_at(size_of::<Head>());
    const LONG_AT: usize = Self::value_at(LENGTH_BEHIND + size_of::<usize>());
    /// How far behind its head a value lies that comes after so many bytes.
    const fn value_at(after: usize) -> usize {
        if is_alone(Self::ALIGN) { Self::ALIGN - SIZED_HEADER } else { after.next_multiple_of(Self::ALIGN) }
    }
}

impl<T: ?Sized + Stored> Form<T> {
    const fn classes<M: Reach>() -> &'static [Kind; ALONE]
    where
        T: Keyed<M>,
    {
        const {
            &Kind::classes(
                Self::ALIGN,
                if mem::needs_drop::<T>() { Some(drop_in_slot::<T>) } else { None },
                T::NUMBERED,
                M::IS_LOCAL,
            )
        }
    }
}

/// Where a length lies that is not in the hash.
const LENGTH_BEHIND: usize = size_of::<Head>();
/// What is in the hash of a longer one.
const LONG: u64 = 255;

/// The hash of a key whose tail has so many elements, as tables have it.
#[inline]
pub(crate) fn hash_with<T: ?Sized + Stored>(hash: u64, len: usize) -> u64 {
    if T::Tail::IS_NOTHING || Form::<T>::IN_FULL {
        return hash;
    }
    hash & !(LONG << LENGTH_AT) | (len as u64).min(LONG) << LENGTH_AT
}

/// How far values reach: all threads, or one.
pub trait Reach {
    #[doc(hidden)]
    const IS_LOCAL: bool;
}

/// Of values that all threads share.
#[derive(Debug)]
pub enum Shared {}

impl Reach for Shared {
    const IS_LOCAL: bool = false;
}

/// Of values that one thread has.
#[cfg(not(loom))]
#[derive(Debug)]
pub enum Local {}

#[cfg(not(loom))]
impl Reach for Local {
    const IS_LOCAL: bool = true;
}

/// What entries that reach so far ask of the type of their values.
pub trait Keyed<M: Reach>: Stored {
    /// Whether each value gets a number.
    const NUMBERED: bool;

    /// Whether the keys of two values are equal. May panic, and may do anything.
    fn same(&self, other: &Self) -> bool;
}

/// The address of a `T`, from that of a value which has one size, or else of its slot: what a [`Kind`] knows of it.
///
/// Not a function: of what a debug build compiles for each type there is to be little.
macro_rules! value {
    ($address:expr, $t:ty) => {{
        let address = $address;
        if <<$t as $crate::rc::Stored>::Tail as $crate::rc::Tail>::IS_NOTHING {
            union Cast<T: ?Sized> {
                narrow: *const u8,
                wide: *const T,
            }
            let cast: Cast<$t> = Cast { narrow: address.as_ptr() as *const u8 };
            // SAFETY: of a type that has a size an address is all there is.
            unsafe { cast.wide }
        } else {
            // SAFETY: by what is said of `address`, this is the slot.
            unsafe { $crate::rc::stored::in_slot::<$t>(address.cast()) }
        }
    }};
}
pub(super) use value;

/// The value in a slot, whose size is known of each value alone.
///
/// # Safety
/// The slot holds a value of `T`, which is live, or dying and has a destructor.
#[inline]
pub(super) unsafe fn in_slot<T: ?Sized + Stored>(slot: NonNull<()>) -> *const T {
    let short = if Form::<T>::IN_FULL {
        None
    } else {
        // SAFETY: the slot is taken.
        let hash = unsafe { slot.cast::<Head>().as_ref() }.word.load(Ordering::Relaxed);
        let len = hash >> LENGTH_AT & LONG;
        (len != LONG).then_some(len)
    };
    let (at, len) = match short {
        #[expect(clippy::cast_possible_truncation, reason = "below 255")]
        Some(len) => (Form::<T>::SHORT_AT, len as usize),
        None => {
            // SAFETY: a slot of such a value has a length there.
            let len = unsafe { slot.byte_add(LENGTH_BEHIND) }.cast::<usize>();
            // SAFETY: as above.
            (Form::<T>::LONG_AT, unsafe { len.read() })
        }
    };
    // SAFETY: the value lies in the slot.
    let value = unsafe { slot.byte_add(at) };
    T::from_tail(T::Tail::from_raw(value.as_ptr(), len))
}

/// # Safety
/// As [`ptr::drop_in_place`], for the value of this type in the slot.
unsafe fn drop_in_slot<T: ?Sized + Stored>(slot: NonNull<u8>) {
    // SAFETY: passed on.
    let value = unsafe { in_slot::<T>(slot.cast()) };
    // SAFETY: passed on.
    unsafe { ptr::drop_in_place(value.cast_mut()) };
}

/// # Safety
/// As [`ptr::drop_in_place`], for a value of this type.
unsafe fn drop_in_place<T>(value: NonNull<u8>) {
    // SAFETY: passed on.
    unsafe { ptr::drop_in_place(value.as_ptr() as *mut T) };
}

/// # Safety
/// The addresses of two values of this type, which has a size, and which live meanwhile.
unsafe fn same<T: ?Sized + Keyed<M>, M: Reach>(one: NonNull<()>, other: NonNull<()>) -> bool {
    let (one, other) = (value!(one, T), value!(other, T));
    // SAFETY: passed on.
    let one = unsafe { &*one };
    // SAFETY: passed on.
    let other = unsafe { &*other };
    one.same(other)
}

/// Something that the elements of a tail are moved out of.
///
/// # Safety
///
/// Elements that were moved out of what `tail` is, bit by bit, are not used by `moved`.
pub unsafe trait Source<T: ?Sized + Tail> {
    /// Its elements, as a tail. The same ones until they are `moved`.
    fn tail(&self) -> &T;
    /// All are moved out of it.
    fn moved(self);
}

// SAFETY: it has no elements left then.
unsafe impl<E> Source<[E]> for Vec<E> {
    #[inline]
    fn tail(&self) -> &[E] {
        self
    }
    #[inline]
    fn moved(mut self) {
        // SAFETY: there are no fewer, and by the contract of the trait those are no more used.
        unsafe { self.set_len(0) };
    }
}

// SAFETY: it is forgotten.
unsafe impl<E, const N: usize> Source<[E]> for [E; N] {
    #[inline]
    fn tail(&self) -> &[E] {
        self
    }
    #[inline]
    fn moved(self) {
        mem::forget(self);
    }
}

macro_rules! sources_of_bytes {
    ($($tail:ty, $($source:ty)*;)*) => {$($(
        // SAFETY: bytes are copied.
        unsafe impl Source<$tail> for $source {
            #[inline]
            fn tail(&self) -> &$tail {
                self
            }
            #[inline]
            fn moved(self) {}
        }
    )*)*};
}

sources_of_bytes! {
    str, &str String Cow<'_, str>;
    OsStr, &OsStr OsString Cow<'_, OsStr>;
    Path, &Path PathBuf Cow<'_, Path>;
    CStr, &CStr CString Cow<'_, CStr>;
}

/// A value in two parts, which are to be moved to a slot.
pub(super) struct Parts {
    pub(super) kind: &'static Kind,
    /// Of the slot.
    pub(super) bytes: usize,
    /// Where it is not in the hash.
    length: Option<usize>,
    /// How far behind its head the value lies.
    value_at: usize,
    /// Where it comes from, and how many bytes that are.
    head: (NonNull<u8>, usize),
    tail: (NonNull<u8>, usize),
    /// How far behind the start of the value the tail lies.
    tail_at: usize,
}

impl Parts {
    /// # Panics
    ///
    /// If there can be no memory for it, or it is not laid out as [`Stored`] says.
    pub(super) fn new<T: ?Sized + Keyed<M>, M: Reach>(head: &T::Head, tail: &T::Tail) -> Self {
        let elements = tail.elements();
        let (len, size) = (elements.len(), size_of_val(elements));
        let long = Form::<T>::IN_FULL || len as u64 >= LONG;
        let value_at = if long { Form::<T>::LONG_AT } else { Form::<T>::SHORT_AT };
        let end = T::TAIL_AT
            .checked_add(size)
            .and_then(|size| size.checked_next_multiple_of(align_of::<T::Head>()))
            .and_then(|size| size.checked_add(value_at));
        let number = |end: usize| end.checked_next_multiple_of(8)?.checked_add(size_of::<u64>());
        let end = if T::NUMBERED { end.and_then(number) } else { end };
        let bytes = end.and_then(|end| end.checked_next_multiple_of(Form::<T>::ALIGN));
        let bytes = bytes.expect("capacity overflow");
        // That types of std are what they are taken for, and some of what was promised. For what keeps its promises
        // nothing is left of this.
        const {
            let align = align_of::<<T::Tail as Tail>::Element>();
            assert!(
                align <= align_of::<T::Head>() && T::TAIL_AT.is_multiple_of(align),
                "the tail lies elsewhere"
            );
        }
        let empty = T::from_tail(T::Tail::from_raw(ptr::from_ref(head).cast(), 0));
        // SAFETY: a head is laid out as a value with an empty tail; what follows reads neither, but where they lie.
        let empty = unsafe { &*empty };
        assert!(
            size_of_val(tail) == size
                && size_of_val(empty) == size_of::<T::Head>()
                && align_of_val(empty) == align_of::<T::Head>()
                && T::is_alike(empty, head),
            "another attribute changed the layout of a struct that is interned"
        );
        Self {
            kind: &Form::<T>::classes::<M>()[class_of(bytes, Form::<T>::ALIGN) - 1],
            bytes,
            length: long.then_some(len),
            value_at,
            head: (NonNull::from(head).cast(), size_of::<T::Head>()),
            tail: (NonNull::from(elements).cast(), size),
            tail_at: T::TAIL_AT,
        }
    }

    /// Moves them to where a slot was taken for them.
    ///
    /// # Safety
    /// It is one of `kind` and of so many bytes, nobody else uses its value, and both parts still lie where they did.
    pub(super) unsafe fn fill(&self, slot: NonNull<Head>) {
        let Self { length, value_at, head, tail, tail_at, .. } = *self;
        if let Some(length) = length {
            // SAFETY: here and below, it lies in the slot.
            let place = unsafe { slot.byte_add(LENGTH_BEHIND) }.cast::<usize>();
            // SAFETY: which is ours.
            unsafe { place.write(length) };
        }
        // SAFETY: as above.
        let value = unsafe { slot.byte_add(value_at) }.cast();
        // SAFETY: as above. The head, as aligned as the value, is not larger than that.
        unsafe { head.0.copy_to_nonoverlapping(value, head.1) };
        // SAFETY: as above.
        let place = unsafe { value.byte_add(tail_at) };
        // SAFETY: as above.
        unsafe { tail.0.copy_to_nonoverlapping(place, tail.1) };
    }
}
