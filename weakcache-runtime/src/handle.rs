//! Counted handles, as caches know them: those that hold results or keys weakly.
#![forbid(unsafe_code)]

use std::rc::{self, Rc};
use std::sync::{self, Arc};

/// A counted handle, whose weak form a cache keeps.
///
/// None of it runs user code but the drop of a handle that is the last. A weak form keeps the value's place, so that no
/// other value has its address; its drop gives up memory, and drops no value.
#[diagnostic::on_unimplemented(
    message = "`weak` needs a function that returns a counted handle, not `{Self}`\n\
        help: return `std::sync::Arc<T>`, or leave out `weak`",
    label = "not `Arc<T>`, `Interned<T>` or `Strong<T>`"
)]
pub trait Handle: Sized {
    /// The reference that keeps nothing alive.
    type Weak;

    /// A weak reference to the same value.
    fn downgrade(&self) -> Self::Weak;

    /// The handle again, while the value lives.
    fn upgrade(weak: &Self::Weak) -> Option<Self>;

    /// Whether the value is dead.
    fn is_dead(weak: &Self::Weak) -> bool;

    /// What names the value, living or dead, for as long as there is a handle of either kind.
    fn address(&self) -> *const ();

    /// The same, of a weak reference.
    fn weak_address(weak: &Self::Weak) -> *const ();
}

/// A handle, for threads to share, that tells nobody when its value dies.
#[cfg(all(not(loom), feature = "weak-containers"))]
pub trait Quiet: Handle<Weak: Send + Sync + 'static> {}

#[cfg(all(not(loom), feature = "weak-containers"))]
impl<T: ?Sized + Send + Sync + 'static> Quiet for Arc<T> {}

/// A counted handle, or a loan of one.
pub trait AsHandle {
    /// The handle.
    type Handle: Handle;

    /// The handle.
    fn as_handle(&self) -> &Self::Handle;
}

impl<N: AsHandle> AsHandle for &N {
    type Handle = N::Handle;

    #[inline]
    fn as_handle(&self) -> &N::Handle {
        N::as_handle(self)
    }
}

macro_rules! of_std {
    ($($handle:ident, $weak:path;)*) => {$(
        impl<T: ?Sized> Handle for $handle<T> {
            type Weak = $weak;

            #[inline]
            fn downgrade(&self) -> $weak {
                Self::downgrade(self)
            }

            #[inline]
            fn upgrade(weak: &$weak) -> Option<Self> {
                weak.upgrade()
            }

            #[inline]
            fn is_dead(weak: &$weak) -> bool {
                weak.strong_count() == 0
            }

            #[inline]
            fn address(&self) -> *const () {
                Self::as_ptr(self).cast()
            }

            #[inline]
            fn weak_address(weak: &$weak) -> *const () {
                weak.as_ptr().cast()
            }
        }

        impl<T: ?Sized> AsHandle for $handle<T> {
            type Handle = Self;

            #[inline]
            fn as_handle(&self) -> &Self {
                self
            }
        }
    )*};
}

of_std! {
    Arc, sync::Weak<T>;
    Rc, rc::Weak<T>;
}
