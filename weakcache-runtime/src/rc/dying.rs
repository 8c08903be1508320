//! Dropping values, one after the other; see the head of the module.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use super::slab::{destroy_of, owner_of};
use super::{Head, Owner, Slot, WEAK, value_of, weak};
use crate::sync::{Ordering, thread_local_const};
use crate::unwind::Panics;

/// What the chunk header holds for [`destroy_or_defer`].
///
/// # Safety
/// The slot is a dying one of a chunk of `T` and `O`, and this is called once.
pub(super) unsafe fn destroy<T, O: Owner<T>>(head: NonNull<Head>) {
    struct Release<T, O: Owner<T>>(NonNull<Slot<T>>, PhantomData<O>);
    impl<T, O: Owner<T>> Drop for Release<T, O> {
        fn drop(&mut self) {
            // SAFETY: the weak count of the strong handles, given up here and nowhere else.
            unsafe { release_weak::<T, O>(self.0) };
        }
    }
    let slot = head.cast::<Slot<T>>();
    let _release = Release::<T, O>(slot, PhantomData);
    // SAFETY: the strong count is 0, so no handle and no reference reaches the value, and by the contract
    // of this function it has not been dropped.
    unsafe { value_of(slot).drop_in_place() };
}

/// Gives up a weak count, and the slot if it was the last.
///
/// # Safety
/// The caller holds a weak count on the slot and does not use it afterwards.
pub(super) unsafe fn release_weak<T, O: Owner<T>>(slot: NonNull<Slot<T>>) {
    // SAFETY: the count keeps the slot taken. Read first: after the decrement others may free it.
    let owner = unsafe { owner_of::<T, O>(slot) };
    // SAFETY: as long as it is ours, it keeps the slot in being.
    let counts = unsafe { &slot.cast::<Head>().as_ref().counts };
    // Where ours is the only count of either kind, no other can come into being, and it need not be taken
    // off: the slot is made vacant under the lock.
    if counts.load(Ordering::Acquire) == WEAK || weak(counts.fetch_sub(WEAK, Ordering::AcqRel)) == 1 {
        // SAFETY: that was the last count of either kind, so the value is gone, and it was ours: nobody
        // else vacates the slot.
        owner.locked(move |slab, _| unsafe { slab.vacate(slot) });
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
/// The slot is dying, out of its index, and passed here once.
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
            // SAFETY: a dying slot is taken.
            let destroy = unsafe { destroy_of(current) };
            // SAFETY: it fits the slots of its chunk, and a slot comes here once.
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
