//! Dropping values, one after the other; see the head of the module.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use super::handles::release_weak;
use super::slab::base;
use super::{Head, Owner, Slot, value_of};
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
            // SAFETY: the slot is taken, so its chunk exists; `destroy` is the first field of the header
            // whatever its type.
            let destroy = unsafe { base(current).cast::<unsafe fn(NonNull<Head>)>().read() };
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
