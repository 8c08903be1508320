//! References whose type is found again by a comparison, where `dyn Any` asks by a virtual call.
#![allow(unsafe_code)] // one cast

use std::any::TypeId;
use std::marker::PhantomData;
use std::ptr::NonNull;

/// A reference to a value of any type, with that type's identity.
#[derive(Clone, Copy)]
pub struct Erased<'a> {
    id: TypeId,
    value: NonNull<()>,
    lifetime: PhantomData<&'a ()>,
}

impl<'a> Erased<'a> {
    #[inline]
    pub(super) fn new<T: 'static>(value: &'a T) -> Self {
        Self { id: TypeId::of::<T>(), value: NonNull::from(value).cast(), lifetime: PhantomData }
    }

    /// The reference, if it is one to a `T`.
    #[inline]
    pub(super) fn downcast<T: 'static>(self) -> Option<&'a T> {
        // SAFETY: `id` is that of what `value` points to, which is borrowed for `'a` (`new`).
        (self.id == TypeId::of::<T>()).then(|| unsafe { self.value.cast().as_ref() })
    }
}
