//! What is allocated, measured: the global allocator of the benchmarks, counting on request.
#![allow(unsafe_code)] // a global allocator is

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering::Relaxed};

static COUNTING: AtomicBool = AtomicBool::new(false);
static BYTES: AtomicIsize = AtomicIsize::new(0);

/// The system's allocator; while [`bytes_of`] runs, with a count of the bytes that are allocated.
pub(crate) struct Counting;

fn count(bytes: usize, sign: isize) {
    // A load and a branch where nothing is counted: the same for every contestant.
    if COUNTING.load(Relaxed) {
        BYTES.fetch_add(sign * bytes.cast_signed(), Relaxed);
    }
}

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 1);
        // SAFETY: the caller's contract is that of the callee.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(layout.size(), -1);
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(layout.size(), -1);
        count(size, 1);
        // SAFETY: as above.
        unsafe { System.realloc(block, layout, size) }
    }
}

/// Runs `f` and gives what it returns, and the bytes that stay allocated after it. Allocation only on the
/// calling thread, or the figure is theirs too.
pub(crate) fn bytes_of<R>(f: impl FnOnce() -> R) -> (R, isize) {
    let before = BYTES.load(Relaxed);
    COUNTING.store(true, Relaxed);
    let result = f();
    COUNTING.store(false, Relaxed);
    (result, BYTES.load(Relaxed) - before)
}
