//! The counted handles on values of one thread.

use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::rc::Rc;

use super::super::Head;
use super::super::dying::destroy_or_defer;
use super::super::kind::value_at;
use super::super::slab::{kind_of, number_of};
use super::super::stored::{Stored, Tail, value};
use super::core::{last, release_weak};
use crate::sync::Ordering;

/// A counted handle on a live value of whatever type.
#[repr(transparent)]
pub(super) struct Raw(NonNull<Head>);

impl Raw {
    /// # Safety
    /// A strong count on the slot, which is this thread's, is the handle's from now on.
    #[inline]
    pub(super) unsafe fn new(head: NonNull<Head>) -> Self {
        Self(head)
    }

    /// # Safety
    /// The slot is this thread's, and live.
    #[inline]
    pub(super) unsafe fn raise(head: NonNull<Head>) -> Self {
        // SAFETY: a live slot is taken.
        unsafe { head.as_ref() }.counts.clone_strong_local();
        Self(head)
    }

    #[inline]
    fn head(&self) -> &Head {
        // SAFETY: the slot is not vacant while a handle exists.
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
    pub(super) fn address(&self) -> usize {
        self.0.addr().get()
    }
}

impl Clone for Raw {
    #[inline]
    fn clone(&self) -> Self {
        self.head().counts.clone_strong_local();
        Self(self.0)
    }
}

impl Drop for Raw {
    #[inline]
    fn drop(&mut self) {
        if !self.head().counts.drop_strong_local() {
            // SAFETY: the one that is left is ours.
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
        // SAFETY: the slot is dying, out of its table, and its value is intact.
        unsafe { destroy_or_defer(head) };
    }
}

/// A counted handle on a live value.
pub(crate) struct LocalStrong<T: ?Sized> {
    raw: Raw,
    value: PhantomData<NonNull<T>>,
}

// SAFETY: here and below: never so. It is said in words, so that an error is about a type that users know.
unsafe impl<T: ?Sized> Send for LocalStrong<T> where Rc<T>: Send {}
// SAFETY: as above.
unsafe impl<T: ?Sized> Sync for LocalStrong<T> where Rc<T>: Sync {}

impl<T: ?Sized> LocalStrong<T> {
    /// # Safety
    /// The handle is one on a value of `T`.
    #[inline]
    pub(super) unsafe fn new(raw: Raw) -> Self {
        Self { raw, value: PhantomData }
    }

    pub(super) fn raw(&self) -> &Raw {
        &self.raw
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

    pub(crate) fn downgrade(&self) -> LocalWeak<T> {
        self.raw.head().counts.clone_weak_local();
        LocalWeak { head: Some(self.raw.0), value: PhantomData }
    }
}

impl<T: ?Sized + Stored> std::ops::Deref for LocalStrong<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the value is initialised and not dropped while a strong count is held, and never written to.
        unsafe { &*self.as_ptr() }
    }
}

impl<T: ?Sized> Clone for LocalStrong<T> {
    #[inline]
    fn clone(&self) -> Self {
        Self { raw: self.raw.clone(), value: PhantomData }
    }
}

/// A counted handle on a slot, or on nothing.
pub(crate) struct LocalWeak<T: ?Sized> {
    head: Option<NonNull<Head>>,
    value: PhantomData<NonNull<T>>,
}

// SAFETY: as above.
unsafe impl<T: ?Sized> Send for LocalWeak<T> where Rc<T>: Send {}
// SAFETY: as above.
unsafe impl<T: ?Sized> Sync for LocalWeak<T> where Rc<T>: Sync {}

impl<T: ?Sized> LocalWeak<T> {
    pub(crate) const fn dangling() -> Self {
        Self { head: None, value: PhantomData }
    }

    fn head(&self) -> Option<&Head> {
        // SAFETY: our count keeps the slot taken.
        self.head.map(|head| unsafe { head.as_ref() })
    }

    pub(crate) fn upgrade(&self) -> Option<LocalStrong<T>> {
        if self.head()?.counts.upgrade_local() {
            Some(LocalStrong { raw: Raw(self.head?), value: PhantomData })
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

    /// As [`LocalStrong::address`]; null for a handle on nothing.
    #[inline]
    pub(crate) fn address(&self) -> *const () {
        self.head.map_or(ptr::null(), |head| head.as_ptr().cast_const().cast())
    }
}

impl<T: ?Sized> Clone for LocalWeak<T> {
    fn clone(&self) -> Self {
        if let Some(head) = self.head() {
            head.counts.clone_weak_local();
        }
        Self { ..*self }
    }
}

impl<T: ?Sized> Drop for LocalWeak<T> {
    fn drop(&mut self) {
        if let Some(head) = self.head {
            // SAFETY: the count is ours to give up.
            unsafe { release_weak(head) };
        }
    }
}
