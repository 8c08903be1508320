//! Memory is given back at once: all look-ups are under the lock of who gives it back.

#[cfg(not(loom))]
use std::alloc::dealloc;

use super::super::Memory;

/// How many bits of an address tables store: none, but chunks may lie anywhere.
pub(in crate::rc) const ADDRESS_BITS: u32 = 64;

/// # Safety
/// The block is one of the allocator with this layout, and nothing leads into it.
pub(in crate::rc) unsafe fn give_back(memory: &Memory) {
    // SAFETY: it lies in the block; a model frees nothing.
    #[cfg(loom)]
    unsafe { memory.trace.as_ref() }.free();
    #[cfg(loom)]
    let _ = (memory.base, memory.layout);
    // SAFETY: by the contract of this function.
    #[cfg(not(loom))]
    unsafe {
        dealloc(memory.base.as_ptr(), memory.layout)
    };
}

/// Nothing waits.
#[inline]
pub(in crate::rc) fn collect_if_due(_: bool) {}

/// Nothing waits.
pub(in crate::rc) fn collect() {}
