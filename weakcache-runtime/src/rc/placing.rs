//! Values on their way to a slot: what is the same as they, which slot they take, how they are moved there.

use std::cell::Cell;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use super::Head;
use super::kind::Kind;
use super::slab::{Alone, Slab};
use super::stored::{Parts, Source, Stored, Tail, value};

/// Says whether the value at an address, or in the slot there, has the key that is looked for.
//
// Not a closure: a trait object of one has shims beside it, which a debug build compiles for each type.
pub(super) trait Test {
    fn holds(&self, value: NonNull<()>) -> bool;
}

/// A test of values of `T`.
pub(super) struct Typed<F, T: ?Sized>(pub(super) F, pub(super) PhantomData<fn(&T)>);

impl<T: ?Sized + Stored, F: Fn(&T) -> bool> Test for Typed<F, T> {
    fn holds(&self, value: NonNull<()>) -> bool {
        let value = value!(value, T);
        // SAFETY: the address of a value of `T` that a handle is held on; see `Begun`.
        (self.0)(unsafe { &*value })
    }
}

/// A value that can be moved to a slot.
pub(super) trait Value {
    /// Whether the value at this address, on which a handle is held, or in the slot there, has the same key.
    fn is_same(&self, other: NonNull<()>) -> bool;
    /// A slot for it.
    fn take(&mut self, slab: &mut Slab, owner: NonNull<()>) -> Option<NonNull<Head>>;
    /// Moves it there.
    ///
    /// # Safety
    /// The slot is what `take` gave, and the value is still there.
    unsafe fn fill(self, head: NonNull<Head>);
}

/// A value by its address, until it is moved.
pub(super) struct Whole {
    pub(super) value: NonNull<u8>,
    pub(super) kind: &'static Kind,
}

impl Value for Whole {
    #[inline]
    fn is_same(&self, other: NonNull<()>) -> bool {
        // SAFETY: values of one kind, one of which is ours while a handle is held on the other.
        unsafe { (self.kind.same)(other, self.value.cast()) }
    }

    #[inline]
    fn take(&mut self, slab: &mut Slab, owner: NonNull<()>) -> Option<NonNull<Head>> {
        slab.take(owner)
    }

    #[inline]
    unsafe fn fill(self, head: NonNull<Head>) {
        let Self { value, kind } = *ManuallyDrop::new(self);
        // SAFETY: the value lies in the slot.
        let place = unsafe { head.byte_add(kind.value_at) }.cast();
        // SAFETY: the slot is one for values of this kind, is ours, and nobody reads its value.
        unsafe { value.copy_to_nonoverlapping(place, kind.size) };
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        if let Some(drop) = self.kind.drop {
            // SAFETY: it was not moved, and this is the end of it.
            unsafe { drop(self.value) };
        }
    }
}

/// A value in two parts, which somebody else drops if they are not moved.
pub(super) struct InParts<'a> {
    pub(super) parts: &'a Parts,
    pub(super) test: &'a dyn Test,
    pub(super) moved: &'a mut bool,
}

impl Value for InParts<'_> {
    fn is_same(&self, other: NonNull<()>) -> bool {
        self.test.holds(other)
    }

    #[inline]
    fn take(&mut self, slab: &mut Slab, owner: NonNull<()>) -> Option<NonNull<Head>> {
        slab.take_in(self.parts.kind, owner)
    }

    #[inline]
    unsafe fn fill(self, head: NonNull<Head>) {
        *self.moved = true;
        // SAFETY: passed on.
        unsafe { self.parts.fill(head) };
    }
}

/// One that was copied to its slot already.
pub(super) struct InPlace<'a> {
    alone: Option<Alone>,
    of: InParts<'a>,
    /// It may differ from the copy: comparing may have changed what lies in a cell of it.
    is_stale: Cell<bool>,
}

impl<'a> InPlace<'a> {
    /// Copies it there.
    ///
    /// # Safety
    /// The slot was made for it, and both parts still lie where they did.
    pub(super) unsafe fn new(alone: Alone, of: InParts<'a>) -> Self {
        // SAFETY: nobody else knows the slot; the rest is passed on.
        unsafe { of.parts.fill(alone.head) };
        Self { alone: Some(alone), of, is_stale: Cell::new(false) }
    }
}

impl Value for InPlace<'_> {
    fn is_same(&self, other: NonNull<()>) -> bool {
        self.is_stale.set(true);
        self.of.is_same(other)
    }

    fn take(&mut self, slab: &mut Slab, _: NonNull<()>) -> Option<NonNull<Head>> {
        slab.adopt(self.alone.take()?)
    }

    unsafe fn fill(self, head: NonNull<Head>) {
        if self.is_stale.get() {
            // SAFETY: passed on.
            unsafe { self.of.fill(head) };
        } else {
            *self.of.moved = true;
        }
    }
}

/// The parts of a value until they are moved.
pub(super) struct OwnParts<H, S: Source<E>, E: ?Sized + Tail> {
    pub(super) head: ManuallyDrop<H>,
    pub(super) source: ManuallyDrop<S>,
    pub(super) moved: bool,
    pub(super) of: PhantomData<fn(&E)>,
}

impl<H, S: Source<E>, E: ?Sized + Tail> Drop for OwnParts<H, S, E> {
    fn drop(&mut self) {
        // SAFETY: this is the end of it.
        let source = unsafe { ManuallyDrop::take(&mut self.source) };
        if self.moved {
            source.moved();
        } else {
            // As fields are dropped: the tail after the head, also if that panics.
            // SAFETY: it was not moved, and this is the end of it.
            unsafe { ManuallyDrop::drop(&mut self.head) };
            drop(source);
        }
    }
}
