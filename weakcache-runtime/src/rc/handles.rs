//! The counted handles; see the head of the module.

use std::marker::PhantomData;
use std::mem::needs_drop;
use std::process::abort;
use std::ptr::NonNull;

use super::dying::destroy_or_defer;
use super::slab::Chunk;
use super::{Head, MAX, Owner, STRONG, Slot, WEAK, increment, strong, value_of, weak};
use crate::sync::Ordering;
#[cfg(loom)]
use crate::sync::fault::{self, Fault};

/// A counted handle on a live value.
pub(crate) struct Strong<T, O: Owner<T>> {
    pub(super) slot: NonNull<Slot<T>>,
    // Neither owns nor borrows one as far as auto traits are concerned.
    pub(super) owner: PhantomData<fn() -> O>,
}

// SAFETY: a handle shares the value and may be the one to drop it; what it does with the owner happens
// under the owner's lock.
unsafe impl<T: Send + Sync, O: Owner<T> + Sync> Send for Strong<T, O> {}
// SAFETY: as above; through a shared handle others are made.
unsafe impl<T: Send + Sync, O: Owner<T> + Sync> Sync for Strong<T, O> {}

impl<T, O: Owner<T>> Strong<T, O> {
    #[inline]
    fn head(&self) -> &Head {
        // SAFETY: the slot is not vacant while a handle exists, and heads are initialised.
        unsafe { self.slot.cast::<Head>().as_ref() }
    }

    pub(crate) fn hash(&self) -> u64 {
        self.head().word.load(Ordering::Relaxed)
    }

    pub(crate) fn strong_count(&self) -> usize {
        strong(self.head().counts.load(Ordering::Relaxed)) as usize
    }

    /// Weak handles; the count that the strong ones hold together is not among them.
    pub(crate) fn weak_count(&self) -> usize {
        weak(self.head().counts.load(Ordering::Relaxed)) as usize - 1
    }

    #[inline]
    pub(crate) fn as_ptr(&self) -> *const T {
        value_of(self.slot).as_ptr()
    }

    pub(crate) fn downgrade(&self) -> Weak<T, O> {
        if weak(self.head().counts.fetch_add(WEAK, Ordering::Relaxed)) > MAX {
            abort();
        }
        Weak { slot: Some(self.slot), owner: PhantomData }
    }

    /// The handle reads as the only one: finds out under the lock, and takes the entry out if so.
    ///
    /// `counted` says whether this handle's count is off already.
    #[inline(never)]
    fn last(&self, counted: bool) {
        let chunk = Chunk::<T, O>::of(self.slot);
        // SAFETY: our count, or the weak count of the strong handles, keeps the slot taken and so the
        // chunk in being.
        let chunk = unsafe { chunk.as_ref() };
        // SAFETY: `reserve` took a `&'static`.
        let owner = unsafe { chunk.owner.as_ref() };
        let drop_value = owner.locked(|slab, index| {
            let counts = &self.head().counts;
            let mut alone = false;
            if !counted {
                if counts.load(Ordering::Acquire) == STRONG + WEAK {
                    alone = true;
                    counts.store(WEAK, Ordering::Relaxed);
                } else if strong(counts.fetch_sub(STRONG, Ordering::AcqRel)) > 1 {
                    return false;
                }
            }
            // SAFETY: under the lock the state does not change.
            let number = unsafe { (*chunk.state.get()).number };
            let place = Chunk::<T, O>::place(self.slot, number);
            O::unregister(index, slab, self.hash(), place);
            if needs_drop::<T>() {
                return true;
            }
            if alone || weak(counts.fetch_sub(WEAK, Ordering::AcqRel)) == 1 {
                // SAFETY: the value needs no drop, and no count is left.
                unsafe { slab.vacate(self.slot) };
            }
            false
        });
        if drop_value {
            // SAFETY: the strong count is 0 and we brought it there; the value is intact.
            unsafe { destroy_or_defer(self.slot.cast()) };
        }
    }
}

impl<T, O: Owner<T>> std::ops::Deref for Strong<T, O> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the value is initialised and not dropped while a strong count is held, and never
        // written to.
        unsafe { &*self.as_ptr() }
    }
}

impl<T, O: Owner<T>> Clone for Strong<T, O> {
    #[inline]
    fn clone(&self) -> Self {
        // Relaxed: the new handle is passed on by something that synchronises.
        if strong(self.head().counts.fetch_add(STRONG, Ordering::Relaxed)) > MAX {
            abort();
        }
        Self { ..*self }
    }
}

impl<T, O: Owner<T>> Drop for Strong<T, O> {
    #[inline]
    fn drop(&mut self) {
        let counts = &self.head().counts;
        let mut counted = false;
        if strong(counts.load(Ordering::Relaxed)) > 1 {
            let before = strong(counts.fetch_sub(STRONG, Ordering::Release));
            #[cfg(loom)]
            let before = if fault::is(Fault::CheckFirst) { 2 } else { before };
            if before > 1 {
                return;
            }
            // Against the `Release` of the others. A load and not a fence, which the thread sanitizer
            // does not know.
            counts.load(Ordering::Acquire);
            counted = true;
        }
        self.last(counted);
    }
}

/// A counted handle on a slot, or on nothing.
pub(crate) struct Weak<T, O: Owner<T>> {
    slot: Option<NonNull<Slot<T>>>,
    pub(super) owner: PhantomData<fn() -> O>,
}

// SAFETY: as for `Strong`, which it turns into.
unsafe impl<T: Send + Sync, O: Owner<T> + Sync> Send for Weak<T, O> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync, O: Owner<T> + Sync> Sync for Weak<T, O> {}

impl<T, O: Owner<T>> Weak<T, O> {
    pub(crate) const fn dangling() -> Self {
        Self { slot: None, owner: PhantomData }
    }

    fn head(&self) -> Option<&Head> {
        // SAFETY: our count keeps the slot taken.
        self.slot.map(|slot| unsafe { slot.cast::<Head>().as_ref() })
    }

    pub(crate) fn upgrade(&self) -> Option<Strong<T, O>> {
        let slot = self.slot?;
        increment(&self.head()?.counts).then(|| Strong { slot, owner: PhantomData })
    }

    pub(crate) fn strong_count(&self) -> usize {
        self.head().map_or(0, |head| strong(head.counts.load(Ordering::Relaxed)) as usize)
    }

    pub(crate) fn ptr_eq(&self, other: &Self) -> bool {
        self.slot == other.slot
    }
}

impl<T, O: Owner<T>> Clone for Weak<T, O> {
    fn clone(&self) -> Self {
        if let Some(head) = self.head()
            && weak(head.counts.fetch_add(WEAK, Ordering::Relaxed)) > MAX
        {
            abort();
        }
        Self { ..*self }
    }
}

impl<T, O: Owner<T>> Drop for Weak<T, O> {
    fn drop(&mut self) {
        if let Some(slot) = self.slot {
            // SAFETY: the count is ours to give up.
            unsafe { release_weak::<T, O>(slot) };
        }
    }
}

/// # Safety
/// The caller holds a weak count on the slot and does not use it afterwards.
pub(super) unsafe fn release_weak<T, O: Owner<T>>(slot: NonNull<Slot<T>>) {
    // SAFETY: the count keeps the slot taken.
    let head = unsafe { slot.cast::<Head>().as_ref() };
    // SAFETY: so does it the chunk. Read first: after the decrement others may free it.
    let owner = unsafe { Chunk::<T, O>::of(slot).as_ref() }.owner;
    if weak(head.counts.fetch_sub(WEAK, Ordering::AcqRel)) == 1 {
        // SAFETY: `reserve` took a `&'static`.
        let owner = unsafe { owner.as_ref() };
        // SAFETY: that was the last count of either kind, so the value is gone, and it was ours: nobody
        // else vacates the slot.
        owner.locked(|slab, _| unsafe { slab.vacate(slot) });
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::rc::{Place, Slab, strong};
    use crate::sync::Lock;
    use std::process::Command;

    /// A slab with nothing to look up.
    struct Alone(Lock<Slab<u8, Self>>);

    impl Owner<u8> for Alone {
        type Index = ();

        fn locked<R>(&self, f: impl FnOnce(&mut Slab<u8, Self>, &mut ()) -> R) -> R {
            f(&mut self.0.lock(), &mut ())
        }

        fn unregister((): &mut (), _: &Slab<u8, Self>, _: u64, _: Place) {}
    }

    fn handle() -> (&'static Alone, Place, Strong<u8, Alone>) {
        let owner: &'static Alone = Box::leak(Box::new(Alone(Lock::new(Slab::new()))));
        let mut slab = owner.0.lock();
        slab.reserve(owner);
        let (place, strong) = slab.insert(7, 1);
        drop(slab);
        (owner, place, strong)
    }

    /// Runs `f`, which is the test of this name, in a process of its own, and expects it to abort.
    fn aborts(test: &str, f: impl FnOnce()) {
        const CHILD: &str = "WEAKCACHE_ABORT";
        if std::env::var_os(CHILD).is_some() {
            f();
            return;
        }
        let exe = std::env::current_exe().expect("a test binary has a path");
        let status = Command::new(exe).args(["--exact", test, "--nocapture"]).env(CHILD, "1").output();
        let status = status.expect("it runs").status;
        assert_eq!(status.code(), None, "ended by a signal, not by {status}");
    }

    #[test]
    fn too_many_strong_handles_abort() {
        aborts("rc::handles::tests::too_many_strong_handles_abort", || {
            let (_, _, handle) = handle();
            handle.head().counts.fetch_add(u64::from(MAX), Ordering::Relaxed);
            drop(handle.clone());
        });
    }

    #[test]
    fn too_many_look_ups_abort() {
        aborts("rc::handles::tests::too_many_look_ups_abort", || {
            let (owner, place, handle) = handle();
            handle.head().counts.fetch_add(u64::from(MAX) - 1, Ordering::Relaxed);
            owner.0.lock().acquire(place);
        });
    }

    #[test]
    fn too_many_weak_handles_abort() {
        aborts("rc::handles::tests::too_many_weak_handles_abort", || {
            let (_, _, handle) = handle();
            handle.head().counts.fetch_add(u64::from(MAX) * WEAK, Ordering::Relaxed);
            drop(handle.downgrade());
        });
    }

    #[test]
    fn the_most_handles_that_there_can_be() {
        let (owner, place, handle) = handle();
        let counts = &handle.head().counts;
        counts.fetch_add(u64::from(MAX) - 2, Ordering::Relaxed);
        let last = owner.0.lock().acquire(place).expect("alive");
        assert_eq!(strong(counts.load(Ordering::Relaxed)), MAX);
        drop(last);
        counts.fetch_sub(u64::from(MAX) - 2, Ordering::Relaxed);
        assert_eq!((handle.strong_count(), handle.weak_count()), (1, 0));
    }

    #[test]
    fn a_stale_place_gives_nothing() {
        let (owner, place, handle) = handle();
        drop(handle);
        assert!(owner.0.lock().acquire(place).is_none(), "vacant");
        owner.0.lock().shrink_to_fit();
        assert!(owner.0.lock().acquire(place).is_none(), "without a chunk");
    }
}
