//! Dropping values, one after the other; see the head of the module.

use std::cell::Cell;
use std::ptr::{self, NonNull};

use super::Head;
#[cfg(not(loom))]
use super::local::core;
use super::shard::release_weak;
use super::slab::kind_of;
use crate::sync::{Ordering, thread_local_const};
use crate::unwind::Panics;

/// Drops the value of a dying slot and gives up the weak count of its strong handles.
///
/// # Safety
/// The slot is a dying one whose value has a destructor, and this is called once.
unsafe fn destroy(head: NonNull<Head>) {
    struct Release(NonNull<Head>);
    impl Drop for Release {
        fn drop(&mut self) {
            // SAFETY: a dying slot is taken.
            #[cfg(not(loom))]
            if unsafe { kind_of(self.0) }.is_local {
                // SAFETY: as below, and this is the thread of it.
                unsafe { core::release_weak(self.0) };
                return;
            }
            // SAFETY: the weak count of the strong handles, given up here and nowhere else.
            unsafe { release_weak(self.0) };
        }
    }
    let _release = Release(head);
    // SAFETY: a dying slot is taken.
    let kind = unsafe { kind_of(head) };
    if let Some(drop) = kind.drop {
        // SAFETY: it lies in the slot.
        let value = unsafe { head.byte_add(kind.value_at) }.cast();
        // SAFETY: the strong count is 0, so no handle and no reference reaches the value, and by the
        // contract of this function it has not been dropped.
        unsafe { drop(value) };
    }
}

thread_local_const! {
    /// Whether this thread is inside [`destroy_or_defer`], and the slots whose turn comes after.
    static DYING: (Cell<bool>, Cell<Option<NonNull<Head>>>) = (Cell::new(false), Cell::new(None));
}

/// Drops the value of a dying slot now, or after the value whose drop is under way on this thread.
///
/// # Panics
///
/// With the first panic of a value's `Drop`, after all have run; not while the thread is unwinding.
///
/// # Safety
/// The slot is dying, out of its table, and passed here once; its value has a destructor.
pub(super) unsafe fn destroy_or_defer(head: NonNull<Head>) {
    let mut panics = Panics::default();
    DYING.with(|(busy, waiting)| {
        if busy.replace(true) {
            let next = waiting.replace(Some(head)).map_or(0, |next| next.as_ptr().expose_provenance());
            // SAFETY: dying slots keep their head.
            unsafe { head.as_ref() }.word.store(next as u64, Ordering::Relaxed);
            return;
        }
        let mut current = head;
        loop {
            // SAFETY: a slot comes here once.
            panics.catch(|| unsafe { destroy(current) });
            let Some(next) = waiting.take() else { break };
            current = next;
            // SAFETY: as above.
            let rest = unsafe { next.as_ref() }.word.load(Ordering::Relaxed);
            #[expect(clippy::cast_possible_truncation, reason = "an address was stored there")]
            waiting.set(NonNull::new(ptr::with_exposed_provenance_mut(rest as usize)));
        }
        busy.set(false);
    });
    panics.resume();
}
