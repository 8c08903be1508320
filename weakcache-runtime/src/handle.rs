//! Counted handles, as `#[memoize(weak)]` knows them.
#![forbid(unsafe_code)]

use std::sync::{Arc, Weak};

/// A counted handle, whose weak form a cache with the option `weak` keeps.
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
}

impl<T: ?Sized> Handle for Arc<T> {
    type Weak = Weak<T>;

    #[inline]
    fn downgrade(&self) -> Weak<T> {
        Arc::downgrade(self)
    }

    #[inline]
    fn upgrade(weak: &Weak<T>) -> Option<Self> {
        weak.upgrade()
    }

    #[inline]
    fn is_dead(weak: &Weak<T>) -> bool {
        weak.strong_count() == 0
    }
}
