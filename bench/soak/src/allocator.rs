//! The system's allocator, with a count of the bytes that are allocated.
#![allow(unsafe_code)] // a global allocator is

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, Ordering::Relaxed};

pub(crate) struct Counting;

/// A line for each of the threads that are at work, so that counting is no meeting of them all.
#[repr(align(128))]
struct Line(AtomicIsize);

const LINES: usize = 16;
static BYTES: [Line; LINES] = [const { Line(AtomicIsize::new(0)) }; LINES];

thread_local! {
    // Without a destructor, so it can be asked at any time; its address tells threads apart.
    static HERE: u8 = const { 0 };
}

fn count(bytes: isize) {
    let thread = HERE.with(|here| std::ptr::from_ref(here).addr());
    BYTES[(thread >> 12).wrapping_mul(0x9E37_79B9) >> 8 & (LINES - 1)].0.fetch_add(bytes, Relaxed);
}

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        // SAFETY: the caller's contract is that of the callee.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(-layout.size().cast_signed());
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size.cast_signed() - layout.size().cast_signed());
        // SAFETY: as above.
        unsafe { System.realloc(block, layout, size) }
    }
}

/// How many bytes are allocated and not freed. Exact while nobody allocates.
pub(crate) fn live() -> usize {
    BYTES.iter().map(|line| line.0.load(Relaxed)).sum::<isize>().try_into().unwrap_or(0)
}
