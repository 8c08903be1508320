//! The two kinds of handles that containers hold weakly: those that tell of a death, and those that do not.
#![forbid(unsafe_code)]

use crate::handle::Quiet;
use crate::sync::Arc;
use crate::weak::links::{Link, Unlink};
use crate::weak::strong::{Entered, Strong};
use std::ops::Deref;

/// A counted handle with a weak counterpart: [`Strong`], [`Arc`], or a handle on an interned value.
///
/// It is what the containers are generic over, and is implemented for these alone.
///
/// ```
/// use std::sync::Arc;
/// use weakcache::Strong;
/// use weakcache::weak::Pointer;
///
/// fn shared<P: Pointer>(handle: &P) -> P {
///     handle.clone()
/// }
///
/// assert_eq!((*shared(&Strong::new(1)), *shared(&Arc::new(2))), (1, 2));
/// ```
pub trait Pointer: Deref + Clone + Send + Sync + Raw + 'static {}

impl<T: ?Sized + Send + Sync + 'static> Pointer for Strong<T> {}
impl<H: Quiet + Deref + Clone + Send + Sync + 'static> Pointer for H {}

/// What a container needs of a handle. None of it runs user code, but what drops a handle may.
pub trait Raw: Sized {
    type Weak: Send + Sync + 'static;

    /// Whether death removes entries. If not, the container sweeps.
    const HOOKED: bool;

    fn downgrade(this: &Self) -> Self::Weak;
    fn upgrade(weak: &Self::Weak) -> Option<Self>;
    fn is_live(weak: &Self::Weak) -> bool;
    /// What names the referent while it has a handle of either kind.
    fn address(this: &Self) -> *const ();
    fn weak_address(weak: &Self::Weak) -> *const ();
    /// Before an entry goes in.
    fn link<U: Unlink + 'static>(this: &Self, table: &Arc<U>, hash: u64);
    /// After an entry has come out. May be what drops the last handle.
    fn unlink(weak: &Self::Weak, table: *const (), hash: u64);
}

impl<T: ?Sized + Send + Sync + 'static> Raw for Strong<T> {
    type Weak = Entered<T>;

    const HOOKED: bool = true;

    fn downgrade(this: &Self) -> Self::Weak {
        Entered::new(this)
    }

    #[inline]
    fn upgrade(weak: &Self::Weak) -> Option<Self> {
        weak.upgrade()
    }

    #[inline]
    fn is_live(weak: &Self::Weak) -> bool {
        weak.is_live()
    }

    fn address(this: &Self) -> *const () {
        this.address()
    }

    fn weak_address(weak: &Self::Weak) -> *const () {
        weak.address()
    }

    fn link<U: Unlink + 'static>(this: &Self, table: &Arc<U>, hash: u64) {
        let table = Arc::clone(table);
        this.link(Link::new(table, hash));
    }

    fn unlink(weak: &Self::Weak, table: *const (), hash: u64) {
        weak.unlink(table, hash);
    }
}

impl<H: Quiet> Raw for H {
    type Weak = H::Weak;

    const HOOKED: bool = false;

    #[inline]
    fn downgrade(this: &Self) -> H::Weak {
        this.downgrade()
    }

    #[inline]
    fn upgrade(weak: &H::Weak) -> Option<Self> {
        H::upgrade(weak)
    }

    #[inline]
    fn is_live(weak: &H::Weak) -> bool {
        !H::is_dead(weak)
    }

    #[inline]
    fn address(this: &Self) -> *const () {
        this.address()
    }

    #[inline]
    fn weak_address(weak: &H::Weak) -> *const () {
        H::weak_address(weak)
    }

    fn link<U: Unlink + 'static>(_this: &Self, _table: &Arc<U>, _hash: u64) {}

    fn unlink(_weak: &Self::Weak, _table: *const (), _hash: u64) {}
}
