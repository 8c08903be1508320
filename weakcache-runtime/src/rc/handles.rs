//! The counted handles; see the head of the module.

use std::marker::PhantomData;
use std::mem::needs_drop;
use std::process::abort;
use std::ptr::NonNull;

use super::dying::{destroy, destroy_or_defer, release_weak};
use super::slab::owner_of;
use super::{Head, MAX, Owner, Place, STRONG, Slab, Slot, WEAK, increment, strong, value_of, weak};
use crate::sync::Ordering;
#[cfg(loom)]
use crate::sync::fault::{self, Fault};

/// A counted handle on a live value.
pub(crate) struct Strong<T, O: Owner<T>> {
    slot: NonNull<Slot<T>>,
    // Neither owns nor borrows one as far as auto traits are concerned.
    owner: PhantomData<fn() -> O>,
}

// SAFETY: a handle shares the value and may be the one to drop it; what it does with the owner happens
// under the owner's lock.
unsafe impl<T: Send + Sync, O: Owner<T> + Sync> Send for Strong<T, O> {}
// SAFETY: as above; through a shared handle others are made.
unsafe impl<T: Send + Sync, O: Owner<T> + Sync> Sync for Strong<T, O> {}

impl<T, O: Owner<T>> Slab<T, O> {
    /// A handle on the value at `place` if it lives: what is dying, dead or vacant has a count of 0.
    #[inline]
    pub(crate) fn acquire(&self, place: Place) -> Option<Strong<T, O>> {
        let slot = self.slot(place)?;
        // SAFETY: heads are initialised as long as their chunk exists, which is as long as the slab is
        // borrowed: chunks are freed through `&mut self`.
        let head = unsafe { slot.cast::<Head>().as_ref() };
        increment(&head.counts).then(|| Strong { slot, owner: PhantomData })
    }
}

impl<T, O: Owner<T>> Strong<T, O> {
    /// See [`Slab::reserve`].
    pub(crate) fn reserve(slab: &mut Slab<T, O>, owner: &'static O) -> bool {
        slab.reserve(owner, destroy::<T, O>)
    }

    /// Puts a value into the slab, where [`reserve`](Self::reserve) made room.
    ///
    /// # Panics
    ///
    /// Without `reserve` since the last one.
    pub(crate) fn insert(slab: &mut Slab<T, O>, hash: u64, value: T) -> (Place, Self)
    where
        T: Send + Sync,
    {
        let (place, slot) = slab.insert(hash, value);
        (place, Self { slot, owner: PhantomData })
    }

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
        let slot = self.slot;
        // SAFETY: our count, or the weak count of the strong handles, keeps the slot taken.
        let owner = unsafe { owner_of::<T, O>(slot) };
        let drop_value = owner.locked(move |slab, index| {
            // SAFETY: as above, until it is given up.
            let Head { counts, word } = unsafe { slot.cast::<Head>().as_ref() };
            let mut alone = false;
            if !counted {
                if counts.load(Ordering::Acquire) == STRONG + WEAK {
                    alone = true;
                    counts.store(WEAK, Ordering::Relaxed);
                } else if strong(counts.fetch_sub(STRONG, Ordering::AcqRel)) > 1 {
                    return false;
                }
            }
            // SAFETY: the weak count of the strong handles keeps it taken, and this is under the lock.
            let place = unsafe { Slab::<T, O>::place(slot) };
            O::unregister(index, slab, word.load(Ordering::Relaxed), place);
            if needs_drop::<T>() {
                return true;
            }
            if alone || weak(counts.fetch_sub(WEAK, Ordering::AcqRel)) == 1 {
                // SAFETY: the value needs no drop, and no count is left.
                unsafe { slab.vacate(slot) };
            }
            false
        });
        if drop_value {
            // SAFETY: the strong count is 0 and we brought it there; the value is intact.
            unsafe { destroy_or_defer(slot.cast()) };
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
    owner: PhantomData<fn() -> O>,
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

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::rc::{Place, Slab, strong};
    use crate::sync::Lock;
    use std::process::Command;

    /// A slab with nothing to look up.
    struct Alone(Lock<Slab<u8, Self>>);

    // SAFETY: a lock excludes, and there is one slab in it.
    unsafe impl Owner<u8> for Alone {
        type Index = ();

        fn locked<R>(&self, f: impl FnOnce(&mut Slab<u8, Self>, &mut ()) -> R) -> R {
            f(&mut self.0.lock(), &mut ())
        }

        fn unregister((): &mut (), _: &Slab<u8, Self>, _: u64, _: Place) {}
    }

    fn handle() -> (&'static Alone, Place, Strong<u8, Alone>) {
        let owner: &'static Alone = Box::leak(Box::new(Alone(Lock::new(Slab::new()))));
        let mut slab = owner.0.lock();
        assert!(Strong::reserve(&mut slab, owner));
        let (place, strong) = Strong::insert(&mut slab, 7, 1);
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
