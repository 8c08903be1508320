//! One idle object, where its thread finds it by one exchange and leaves it by a store.
//!
//! # The protocol
//!
//! A slot has an *owner*, one thread at a time. It is empty or holds a box.
//!
//! * Anybody *takes*: exchanges what is there for nothing. Who got a box by that owns it. Others than the owner
//!   exchange only the very box that they have seen, so they write only where they take. (It may have been out and
//!   in again meanwhile; it is there all the same.)
//! * Only the owner *puts*: where it sees the slot empty, by a plain store. Nobody else makes an empty slot
//!   full, so it is still empty then, and no box is overwritten. A full slot it exchanges, and gets
//!   what was there, unless somebody has taken it meanwhile.
//!
//! A put releases and a take acquires, so who takes an object sees what its last holder did to it. When the
//! ownership passes on, the new owner has seen what the old one did (it has its number through a lock; see
//! `place`), so of the slot, too, it sees nothing older.
#![allow(unsafe_code)] // boxes from and to raw pointers

use crate::sync::{AtomicPtr, AtomicU64, Lock, Ordering};
use std::marker::PhantomData;
use std::ptr;

pub(super) struct Slot<T> {
    /// Null, or a box.
    object: AtomicPtr<T>,
    /// How many objects its owner has taken. Written by the owner only.
    taken: AtomicU64,
    /// A slot hands boxes from thread to thread, as a lock does.
    boxes: PhantomData<Lock<Box<T>>>,
}

impl<T> Slot<T> {
    pub(super) fn new() -> Self {
        Self { object: AtomicPtr::new(ptr::null_mut()), taken: AtomicU64::new(0), boxes: PhantomData }
    }

    /// Takes what is there, and counts that; for the owner.
    #[inline]
    pub(super) fn take_own(&self) -> Option<Box<T>> {
        // An exchange is dear, and the slots of a pool with limits are empty.
        if self.object.load(Ordering::Relaxed).is_null() {
            return None;
        }
        let object = own(self.object.swap(ptr::null_mut(), Ordering::Acquire))?;
        self.taken.store(self.taken.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        Some(object)
    }

    /// Takes what is there; for others.
    pub(super) fn take(&self) -> Option<Box<T>> {
        let object = self.object.load(Ordering::Relaxed);
        if object.is_null() {
            return None;
        }
        let taken =
            self.object.compare_exchange(object, ptr::null_mut(), Ordering::Acquire, Ordering::Relaxed);
        own(taken.unwrap_or(ptr::null_mut()))
    }

    /// Puts an object in and returns the one that was there; for the owner.
    #[inline]
    pub(super) fn put(&self, object: Box<T>) -> Option<Box<T>> {
        let object = Box::into_raw(object);
        if self.object.load(Ordering::Relaxed).is_null() {
            self.object.store(object, Ordering::Release);
            None
        } else {
            own(self.object.swap(object, Ordering::AcqRel))
        }
    }

    pub(super) fn is_full(&self) -> bool {
        !self.object.load(Ordering::Relaxed).is_null()
    }

    pub(super) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }
}

/// What came out of a slot.
#[inline]
fn own<T>(object: *mut T) -> Option<Box<T>> {
    if object.is_null() {
        return None;
    }
    // SAFETY: what is in a slot and not null came from `Box::into_raw`, in `put`, and was exchanged for
    // something else by the caller, so nobody else gets it out; no put overwrites a box, so it is in there
    // once at a time. The acquire of the exchange pairs with the release of that put.
    Some(unsafe { Box::from_raw(object) })
}

impl<T> Drop for Slot<T> {
    fn drop(&mut self) {
        drop(self.take());
    }
}
