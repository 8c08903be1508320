//! What the slots of one type of value are like: all that chunks, tables and drops need to know of it.

use std::mem::{MaybeUninit, offset_of};
use std::ptr::NonNull;

use super::{ALIGN, Head};

/// Less than `ALIGN` by the header of a common allocator, so that chunks pack without gaps.
const BYTES: usize = ALIGN - 16;
/// Of a chunk, in bytes.
pub(super) const HEADER: usize = if cfg!(loom) { 192 } else { 32 };
/// The same, of a chunk whose values differ in size: behind the header it says how many bytes it has.
pub(super) const SIZED_HEADER: usize = HEADER + size_of::<usize>().next_multiple_of(8);

/// From one slot to the next, in chunks of values that differ in size: up to 128 bytes every multiple of eight, from
/// there four to a doubling, and above 512 bytes so many equal parts of a chunk, down to two. No slot has more than a
/// third to spare.
#[rustfmt::skip]
const STRIDES: [usize; 28] = [
    16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120, 128,
    160, 192, 224, 256, 320, 384, 448, 512, 640, 800, 1008, 1344, 2016,
];
/// Slots of one size each, counted from 1: 0 is for types whose values have one size.
pub(super) const CLASSES: usize = STRIDES.len();
/// The class of values that have a chunk to themselves, as large as they need it.
pub(super) const ALONE: usize = CLASSES + 1;

/// One a type of value, or a class of its sizes.
#[derive(Debug)]
pub struct Kind {
    /// Of a chunk.
    pub(super) align: usize,
    /// Where the first slot begins in a chunk.
    pub(super) slots_at: usize,
    /// From one slot to the next.
    pub(super) stride: usize,
    /// How many slots a chunk of full size has.
    pub(super) slots: usize,
    /// 0 for types whose values have one size.
    pub(super) class: usize,
    /// How far behind its head a value lies. Of values that differ in size only the slot is known: then it is 0, and
    /// what `drop` is given is the address of the slot.
    pub(super) value_at: usize,
    /// Of a value.
    pub(super) size: usize,
    /// Drops the value, where it has a destructor.
    pub(super) drop: Option<Drop>,
    /// Whether two values have equal keys. Not of those that differ in size.
    pub(super) same: Same,
    /// Whether the last eight bytes of a slot are the number of its value.
    pub(super) is_numbered: bool,
    /// Whether all of it happens on one thread.
    pub(super) is_local: bool,
}

/// By the address of a value.
pub(super) type Drop = unsafe fn(NonNull<u8>);
/// By the addresses of two.
pub(super) type Same = unsafe fn(NonNull<()>, NonNull<()>) -> bool;

#[repr(C)]
struct Slot<T> {
    head: Head,
    value: MaybeUninit<T>,
}

/// Whether a slot, aligned as its value, could not begin within the first `ALIGN` bytes of a chunk. It is then
/// alone in its chunk: the head right after the header, the value at the first multiple of its alignment.
pub(super) const fn is_alone(align: usize) -> bool {
    align > ALIGN / 2
}

/// How far behind its head a value lies.
pub(super) const fn value_at<T>() -> usize {
    let align = align_of::<T>();
    if is_alone(align) { align - HEADER } else { offset_of!(Slot<T>, value) }
}

impl Kind {
    /// Of a type whose values have one size.
    pub(super) const fn new<T>(drop: Option<Drop>, same: Same, is_numbered: bool, is_local: bool) -> Self {
        let alone = is_alone(align_of::<T>());
        let mut stride = value_at::<T>() + size_of::<T>();
        if is_numbered {
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
            class: 0,
            value_at: value_at::<T>(),
            size: size_of::<T>(),
            drop,
            same,
            is_numbered,
            is_local,
        }
    }

    /// One for each class, by number less one, of a type whose values differ in size.
    pub(super) const fn classes(
        align: usize,
        drop: Option<Drop>,
        is_numbered: bool,
        is_local: bool,
    ) -> [Self; ALONE] {
        let mut kinds = [const { Self::new::<()>(None, never_same, false, false) }; ALONE];
        let alone = is_alone(align);
        let slots_at = if alone { SIZED_HEADER } else { SIZED_HEADER.next_multiple_of(align) };
        let mut number = 0;
        while number < ALONE {
            let stride = if number < CLASSES { STRIDES[number].next_multiple_of(align) } else { 0 };
            let fitting = if alone || stride == 0 { 1 } else { (BYTES - slots_at) / stride };
            kinds[number] = Self {
                align: if alone { align } else { ALIGN },
                slots_at,
                stride,
                slots: if fitting == 0 || cfg!(weakcache_one_slot) { 1 } else { fitting },
                class: number + 1,
                value_at: 0,
                size: 0,
                drop,
                same: never_same,
                is_numbered,
                is_local,
            };
            number += 1;
        }
        kinds
    }
}

/// In the place of a comparison that is made otherwise.
fn never_same(_: NonNull<()>, _: NonNull<()>) -> bool {
    unreachable!("values that differ in size are compared in parts")
}

/// The class of a slot of so many bytes, a multiple of its alignment.
pub(super) fn class_of(bytes: usize, align: usize) -> usize {
    if is_alone(align) {
        return ALONE;
    }
    match bytes {
        0..=128 => bytes.saturating_sub(STRIDES[0]).div_ceil(8) + 1,
        _ => STRIDES.partition_point(|&stride| stride < bytes) + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_of_the_smallest_class_that_it_fits() {
        for align in [8, 16, 64, 512, 2048] {
            let kinds = Kind::classes(align, None, false, false);
            for bytes in (align.max(16)..=3000).step_by(align) {
                let class = class_of(bytes, align);
                let kind = &kinds[class - 1];
                assert!(
                    kind.class == class && (class == ALONE || kind.stride >= bytes),
                    "{bytes} in {class}"
                );
                let smaller = kinds[..class - 1].iter().all(|smaller| smaller.stride <= bytes);
                assert!(smaller, "{bytes} in {class}");
                let spare = kind.stride.saturating_sub(bytes);
                assert!(
                    align > 8 || spare == 0 || bytes > 128 && spare * 3 < kind.stride,
                    "{bytes} in {class}"
                );
            }
        }
        assert_eq!((class_of(16, 8), class_of(2017, 8), class_of(4096, 4096)), (1, ALONE, ALONE));
    }

    #[test]
    fn slots_begin_within_the_first_bytes_of_their_chunk() {
        for align in [8, 16, 64, 512, 2048, 4096, 1 << 16] {
            for kind in Kind::classes(align, None, false, false) {
                assert!(kind.slots_at + (kind.slots - 1) * kind.stride < ALIGN);
                assert!(is_alone(align) || kind.slots_at % align == 0 && kind.stride % align == 0);
            }
        }
    }
}
