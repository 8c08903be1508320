//! The two kinds of handles that containers hold weakly.
#![forbid(unsafe_code)]

use crate::sync::{self, Arc};
use crate::weak::hooks::{Hooks, Watch};
use crate::weak::table::{Entry, Table};
use crate::weak::{Strong, strong};
use std::ops::Deref;

/// A counted handle with a weak counterpart: [`Strong`] or [`Arc`].
///
/// It is what the containers are generic over, and is implemented for these two alone.
pub trait Pointer: Deref + Clone + Send + Sync + Raw + 'static {}

impl<T: ?Sized + Send + Sync + 'static> Pointer for Strong<T> {}
impl<T: ?Sized + Send + Sync + 'static> Pointer for Arc<T> {}

/// What a container needs of a handle. None of it runs user code.
pub trait Raw: Sized {
    type Weak: Send + Sync + 'static;
    /// What removes an entry when its referent dies.
    type Watch: Send + Sync + 'static;

    /// Whether death removes entries. If not, the container sweeps.
    const HOOKED: bool;

    fn downgrade(this: &Self) -> Self::Weak;
    fn upgrade(weak: &Self::Weak) -> Option<Self>;
    fn is_live(weak: &Self::Weak) -> bool;
    fn address(this: &Self) -> *const ();
    fn points_to(weak: &Self::Weak, this: &Self) -> bool;
    fn watch<E: Entry>(this: &Self, table: &Arc<Table<E>>, hash: u64) -> Self::Watch;
    fn is_watch(watch: &Self::Watch, hooks: &Arc<Hooks>, id: u64) -> bool;
}

impl<T: ?Sized + Send + Sync + 'static> Raw for Strong<T> {
    type Weak = strong::Weak<T>;
    type Watch = Watch;

    const HOOKED: bool = true;

    fn downgrade(this: &Self) -> Self::Weak {
        Self::downgrade(this)
    }

    fn upgrade(weak: &Self::Weak) -> Option<Self> {
        weak.upgrade()
    }

    fn is_live(weak: &Self::Weak) -> bool {
        weak.strong_count() > 0
    }

    fn address(this: &Self) -> *const () {
        this.address()
    }

    fn points_to(weak: &Self::Weak, this: &Self) -> bool {
        weak.address() == this.address()
    }

    fn watch<E: Entry>(this: &Self, table: &Arc<Table<E>>, hash: u64) -> Watch {
        let table: sync::Weak<Table<E>> = Arc::downgrade(table);
        Watch::new(Arc::clone(this.hooks()), table, hash)
    }

    fn is_watch(watch: &Watch, hooks: &Arc<Hooks>, id: u64) -> bool {
        watch.is(hooks, id)
    }
}

impl<T: ?Sized + Send + Sync + 'static> Raw for Arc<T> {
    type Weak = sync::Weak<T>;
    type Watch = ();

    const HOOKED: bool = false;

    fn downgrade(this: &Self) -> Self::Weak {
        Self::downgrade(this)
    }

    fn upgrade(weak: &Self::Weak) -> Option<Self> {
        weak.upgrade()
    }

    fn is_live(weak: &Self::Weak) -> bool {
        weak.strong_count() > 0
    }

    fn address(this: &Self) -> *const () {
        Self::as_ptr(this).cast()
    }

    fn points_to(weak: &Self::Weak, this: &Self) -> bool {
        weak.as_ptr().cast() == Self::address(this)
    }

    fn watch<E: Entry>(_this: &Self, _table: &Arc<Table<E>>, _hash: u64) {}

    fn is_watch((): &(), _hooks: &Arc<Hooks>, _id: u64) -> bool {
        false
    }
}
