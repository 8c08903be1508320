//! The counted handles; see the head of the module.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull};

use super::Head;
use super::dying::destroy_or_defer;
use super::kind::value_at;
use super::shard::{last, release_weak};
use super::slab::{kind_of, number_of};
use super::stored::{Stored, Tail, value};
use crate::sync::Ordering;
#[cfg(any(loom, shuttle))]
use crate::sync::fault::{self, Fault};

/// A counted handle on a live value of whatever type: all of a handle but its type is compiled once.
#[repr(transparent)]
pub(super) struct Raw(NonNull<Head>);

impl Raw {
    /// # Safety
    /// A strong count on the slot is the handle's from now on.
    #[inline]
    pub(super) unsafe fn new(head: NonNull<Head>) -> Self {
        Self(head)
    }

    #[inline]
    fn head(&self) -> &Head {
        // SAFETY: the slot is not vacant while a handle exists, and heads are initialised.
        unsafe { self.0.as_ref() }
    }

    /// Where the value lies, or its slot where values of its kind have no one size.
    pub(super) fn value(&self) -> NonNull<()> {
        // SAFETY: the slot is not vacant while a handle exists.
        let kind = unsafe { kind_of(self.0) };
        // SAFETY: the value lies in the slot.
        unsafe { self.0.byte_add(kind.value_at) }.cast()
    }

    /// Of the slot.
    #[inline]
    pub(super) fn address(&self) -> usize {
        self.0.addr().get()
    }
}

impl Clone for Raw {
    #[inline]
    fn clone(&self) -> Self {
        self.head().counts.clone_strong();
        Self(self.0)
    }
}

impl Drop for Raw {
    #[inline]
    fn drop(&mut self) {
        if !self.head().counts.drop_strong() {
            // SAFETY: the count is ours.
            unsafe { drop_last(self.0) };
        }
    }
}

/// # Safety
/// As for [`last`].
#[cold]
#[inline(never)]
unsafe fn drop_last(head: NonNull<Head>) {
    // SAFETY: passed on.
    if unsafe { last(head) } {
        // SAFETY: the strong count is 0 and we brought it there; the value is intact.
        unsafe { destroy_or_defer(head) };
    }
}

/// A counted handle on a live value.
#[repr(transparent)]
pub(crate) struct Strong<T: ?Sized> {
    raw: Raw,
    value: PhantomData<NonNull<T>>,
}

// SAFETY: a handle shares the value and may be the one to drop it; what it does beyond that happens under a
// lock.
unsafe impl<T: ?Sized + Send + Sync> Send for Strong<T> {}
// SAFETY: as above; through a shared handle others are made.
unsafe impl<T: ?Sized + Send + Sync> Sync for Strong<T> {}

impl<T: ?Sized> Strong<T> {
    /// # Safety
    /// The handle is one on a value of `T`.
    #[inline]
    pub(super) unsafe fn new(raw: Raw) -> Self {
        Self { raw, value: PhantomData }
    }

    pub(crate) fn hash(&self) -> u64 {
        self.raw.head().word.load(Ordering::Relaxed)
    }

    /// The number of the value, if values of this kind have one.
    pub(crate) fn number(&self) -> Option<u64> {
        // SAFETY: the slot is not vacant while a handle exists.
        let number = unsafe { number_of(self.raw.0) }?;
        // SAFETY: it was written before the slot began to be live, and is not written to while it is.
        Some(unsafe { number.read() })
    }

    pub(crate) fn strong_count(&self) -> usize {
        self.raw.head().counts.strong()
    }

    /// Weak handles; the count that the strong ones hold together is not among them.
    pub(crate) fn weak_count(&self) -> usize {
        self.raw.head().counts.weak() - 1
    }

    #[inline]
    pub(crate) fn as_ptr(&self) -> *const T
    where
        T: Stored,
    {
        let at = if <T::Tail as Tail>::IS_NOTHING { const { value_at::<T::Head>() } } else { 0 };
        // SAFETY: the value lies within the chunk; it is a `T` in this slot.
        let address = unsafe { self.raw.0.byte_add(at) };
        value!(address, T)
    }

    /// What names the value: that of the slot.
    #[inline]
    pub(crate) fn address(&self) -> *const () {
        self.raw.0.as_ptr().cast_const().cast()
    }

    /// What the handle hashes by: the address of the value where that has a size, as of any pointer to it; else that
    /// of the slot, as where the value lies depends on its length.
    #[inline]
    pub(crate) fn hashed(&self) -> *const ()
    where
        T: Stored,
    {
        if <T::Tail as Tail>::IS_NOTHING { self.as_ptr().cast() } else { self.address() }
    }

    #[inline]
    pub(super) fn into_raw(self) -> Raw {
        self.raw
    }

    #[cfg(all(test, not(loom)))]
    pub(super) fn counts(&self) -> &super::Counts {
        &self.raw.head().counts
    }

    pub(crate) fn downgrade(&self) -> Weak<T> {
        self.raw.head().counts.clone_weak();
        Weak { head: Some(self.raw.0), value: PhantomData }
    }
}

impl<T: ?Sized + Stored> std::ops::Deref for Strong<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the value is initialised and not dropped while a strong count is held, and never
        // written to.
        unsafe { &*self.as_ptr() }
    }
}

impl<T: ?Sized> Clone for Strong<T> {
    #[inline]
    fn clone(&self) -> Self {
        Self { raw: self.raw.clone(), value: PhantomData }
    }
}

/// A handle on a live value that counts for nothing: another's count keeps the value alive for `'a`.
///
/// To the memory it is as a [`Strong`].
#[repr(transparent)]
pub(crate) struct Lent<'a, T: ?Sized> {
    head: NonNull<Head>,
    value: PhantomData<&'a T>,
}

// SAFETY: as for `Strong`, of which it is as good as a reference.
unsafe impl<T: ?Sized + Send + Sync> Send for Lent<'_, T> {}
// SAFETY: as above.
unsafe impl<T: ?Sized + Send + Sync> Sync for Lent<'_, T> {}

impl<T: ?Sized> Copy for Lent<'_, T> {}

impl<T: ?Sized> Clone for Lent<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<'a, T: ?Sized> Lent<'a, T> {
    #[inline]
    pub(crate) fn new(strong: &'a Strong<T>) -> Self {
        Self { head: strong.raw.0, value: PhantomData }
    }

    /// For ever: the count is never given up.
    pub(crate) fn leak(strong: Strong<T>) -> Self
    where
        T: 'a,
    {
        let strong = ManuallyDrop::new(strong);
        Self { head: strong.raw.0, value: PhantomData }
    }

    #[inline]
    pub(crate) fn as_strong(&self) -> &Strong<T> {
        // SAFETY: both are the address of a head, and nothing else; a reference to the result may be used as long as
        // the slot is live, which outlives this one, and does not give up a count.
        unsafe { &*ptr::from_ref(self).cast() }
    }

    #[inline]
    pub(crate) fn get(self) -> &'a T
    where
        T: Stored,
    {
        // SAFETY: for `'a` the value is initialised, not dropped, and never written to.
        unsafe { &*self.as_strong().as_ptr() }
    }
}

/// A counted handle on a slot, or on nothing.
pub(crate) struct Weak<T: ?Sized> {
    head: Option<NonNull<Head>>,
    value: PhantomData<NonNull<T>>,
}

// SAFETY: as for `Strong`, which it turns into.
unsafe impl<T: ?Sized + Send + Sync> Send for Weak<T> {}
// SAFETY: as above.
unsafe impl<T: ?Sized + Send + Sync> Sync for Weak<T> {}

impl<T: ?Sized> Weak<T> {
    pub(crate) const fn dangling() -> Self {
        Self { head: None, value: PhantomData }
    }

    fn head(&self) -> Option<&Head> {
        // SAFETY: our count keeps the slot taken.
        self.head.map(|head| unsafe { head.as_ref() })
    }

    pub(crate) fn upgrade(&self) -> Option<Strong<T>> {
        if self.head()?.counts.upgrade() {
            let raw = Raw(self.head?);
            Some(Strong { raw, value: PhantomData })
        } else {
            None
        }
    }

    pub(crate) fn strong_count(&self) -> usize {
        self.head().map_or(0, |head| head.counts.strong())
    }

    pub(crate) fn ptr_eq(&self, other: &Self) -> bool {
        self.head == other.head
    }

    /// As [`Strong::address`]; null for a handle on nothing.
    #[inline]
    pub(crate) fn address(&self) -> *const () {
        self.head.map_or(ptr::null(), |head| head.as_ptr().cast_const().cast())
    }
}

impl<T: ?Sized> Clone for Weak<T> {
    fn clone(&self) -> Self {
        if let Some(head) = self.head() {
            head.counts.clone_weak();
        }
        Self { ..*self }
    }
}

impl<T: ?Sized> Drop for Weak<T> {
    fn drop(&mut self) {
        #[cfg(any(loom, shuttle))]
        if fault::is(Fault::HoldNoPlace) {
            return;
        }
        if let Some(head) = self.head {
            // SAFETY: the count is ours to give up.
            unsafe { release_weak(head) };
        }
    }
}
