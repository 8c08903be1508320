//! What the slots of one type of value are like: all that chunks, tables and drops need to know of it.
#![allow(unsafe_code)] // to drop and compare values of a type that is known no more
#![expect(clippy::ptr_as_ptr, reason = "`cast` is a function of each type, which a debug build compiles")]

use std::mem::{MaybeUninit, needs_drop, offset_of};
use std::ptr::NonNull;

use super::{ALIGN, Head};

/// Less than `ALIGN` by the header of a common allocator, so that chunks pack without gaps.
const BYTES: usize = ALIGN - 16;
/// Of a chunk, in bytes.
pub(super) const HEADER: usize = if cfg!(loom) { 192 } else { 32 };

/// One a type of value.
#[derive(Debug)]
pub(super) struct Kind {
    /// Of a chunk.
    pub(super) align: usize,
    /// Where the first slot begins in a chunk.
    pub(super) slots_at: usize,
    /// From one slot to the next.
    pub(super) stride: usize,
    /// How many slots a chunk of full size has.
    pub(super) slots: usize,
    /// How far behind its head a value lies.
    pub(super) value_at: usize,
    /// Of a value.
    pub(super) size: usize,
    /// Drops the value, where it has a destructor.
    pub(super) drop: Option<unsafe fn(NonNull<u8>)>,
    /// Whether two values have equal keys.
    pub(super) same: unsafe fn(NonNull<()>, NonNull<()>) -> bool,
    /// Whether the last eight bytes of a slot are the number of its value.
    pub(super) is_numbered: bool,
}

/// What entries ask of the type of their values.
pub(crate) trait Keyed {
    /// Whether each value gets a number.
    const NUMBERED: bool;

    /// Whether the keys of two values are equal. May panic, and may do anything.
    fn same(&self, other: &Self) -> bool;
}

#[repr(C)]
struct Slot<T> {
    head: Head,
    value: MaybeUninit<T>,
}

/// Whether a slot, aligned as its value, could not begin within the first `ALIGN` bytes of a chunk. It is then
/// alone in its chunk: the head right after the header, the value at the first multiple of its alignment.
const fn is_alone<T>() -> bool {
    align_of::<T>() > ALIGN / 2
}

/// How far behind its head a value lies.
pub(super) const fn value_at<T>() -> usize {
    if is_alone::<T>() { align_of::<T>() - HEADER } else { offset_of!(Slot<T>, value) }
}

impl Kind {
    pub(super) const fn of<T: Keyed>() -> &'static Self {
        const { &Self::new::<T>() }
    }

    const fn new<T: Keyed>() -> Self {
        let alone = is_alone::<T>();
        let mut stride = value_at::<T>() + size_of::<T>();
        if T::NUMBERED {
            stride = stride.next_multiple_of(8) + size_of::<u64>();
        }
        if !alone {
            stride = stride.next_multiple_of(align_of::<Slot<T>>());
        }
        let slots_at = if alone { HEADER } else { HEADER.next_multiple_of(align_of::<Slot<T>>()) };
        let fitting = (BYTES - slots_at) / stride;
        Self {
            align: if alone { align_of::<T>() } else { ALIGN },
            slots_at,
            stride,
            // One a chunk lets the address sanitizer see each entry come and go.
            slots: if fitting == 0 || alone || cfg!(weakcache_one_slot) { 1 } else { fitting },
            value_at: value_at::<T>(),
            size: size_of::<T>(),
            drop: if needs_drop::<T>() { Some(drop_in_place::<T>) } else { None },
            same: same::<T>,
            is_numbered: T::NUMBERED,
        }
    }
}

impl Kind {
    /// Where the number of the value in a slot lies, if values are numbered.
    ///
    /// # Safety
    /// The slot is one of this kind, in a chunk that exists.
    pub(super) unsafe fn number_of(&self, head: NonNull<Head>) -> NonNull<u64> {
        debug_assert!(self.is_numbered, "or the value lies there");
        // SAFETY: within the slot, by the contract of this function.
        unsafe { head.byte_add(self.stride - size_of::<u64>()) }.cast()
    }
}

/// # Safety
/// As [`std::ptr::drop_in_place`], for a value of this type.
unsafe fn drop_in_place<T>(value: NonNull<u8>) {
    // SAFETY: passed on.
    unsafe { std::ptr::drop_in_place(value.as_ptr() as *mut T) };
}

/// # Safety
/// The addresses of two values of this type, which live meanwhile.
unsafe fn same<T: Keyed>(one: NonNull<()>, other: NonNull<()>) -> bool {
    // SAFETY: passed on.
    let one = unsafe { &*(one.as_ptr() as *const T) };
    // SAFETY: passed on.
    let other = unsafe { &*(other.as_ptr() as *const T) };
    one.same(other)
}
