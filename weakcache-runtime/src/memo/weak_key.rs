//! Arguments that a key holds weakly, by address.
//!
//! # What makes a later value another key
//!
//! Memory is used again: registries hand out the slots of dead values, the allocator the blocks. A later value may
//! thus come to lie where an earlier one lay, while there is still an entry of that. It is never taken for it, since
//! the entry's weak handle holds the *place*: a slot with a weak count is not vacant, and a block with one is not freed.
//! So, of the values that an address ever names, one is the present one for as long as there is a weak handle, and
//! whoever comes with a living handle of that address comes with that very value. Two weak handles of one address, as
//! when keys in flight are compared, hold the place both, and so hold the same value's.
//!
//! Address and stored hash decide, and on a hit nothing is counted: the caller keeps the value alive, so an entry that
//! has its address is of a value that lives. That the value of an entry is dead matters to nobody who calls: no one has
//! its address. It matters to those who clean up, who ask [`OwnedKey::is_dead`]: a few entries each time that another
//! comes in, all of them in a `sweep`, and before a bound evicts what lives (`state.rs`).
//!
//! # What it costs
//!
//! An entry keeps the place of its dead value until it is swept: the value is dropped, its slot not given out again. As
//! a round of the sweep takes half as many insertions as there are entries, that is about once more what lives, at worst.
//! A generation number in each slot would be the other way: the place would be free at once, and an entry would hold an
//! address and a number. But to look at the number, of which a sweep could not do without, the slot's chunk would have to
//! be there for ever; each slot of every type would be eight bytes larger, used or not; and the blocks of `Arc` have no
//! such number. What a count costs is one increment by the miss, and one decrement by the sweep.
//!
//! A key in flight is the same: its node may die before the body ends, if that was given the last handle. Then the
//! result goes to its caller and is not stored.
#![forbid(unsafe_code)]

use super::fits::{LocalReceiver, LocalReferent, LocalValue, Receiver, Referent, Type, Value};
use super::key::Part;
use super::owned::OwnedKey;
use crate::handle::{AsHandle, Handle};
#[cfg(any(loom, shuttle))]
use crate::sync::fault::{self, Fault};
use std::hash::{Hash, Hasher};

/// A handle as a key holds it: weakly, and by address.
pub struct WeakKey<H: Handle>(H::Weak);

impl<H: Handle> PartialEq for WeakKey<H> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        H::weak_address(&self.0) == H::weak_address(&other.0)
    }
}

impl<H: Handle> Eq for WeakKey<H> {}

impl<H: Handle<Weak: 'static> + 'static> OwnedKey for WeakKey<H> {
    type Shown = H;
    type Copy = H;
    type Partial = Option<H>;
    const MORTAL: bool = true;

    #[inline]
    fn is_dead(&self) -> bool {
        #[cfg(any(loom, shuttle))]
        if fault::is(Fault::SweepUnasked) {
            return true;
        }
        H::is_dead(&self.0)
    }

    fn copy_to(&self, partial: &mut Option<H>) {
        *partial = H::upgrade(&self.0);
    }

    fn copied(partial: Option<H>) -> Option<H> {
        partial
    }

    fn into_copy(self) -> H {
        unreachable!("nobody is shown what has left a cache with weak keys: it may be dead")
    }
}

/// A handle, or what stands for one, is stored as a [`WeakKey`].
#[derive(Clone, Copy, Debug)]
pub struct AsWeak;

impl<N: AsHandle<Handle: Handle<Weak: 'static> + 'static>> Part<N> for AsWeak {
    type Owned = WeakKey<N::Handle>;
    const PLAIN: bool = true;
    // It counts, and may give back memory.
    const COPIED: bool = true;

    #[inline]
    fn hash<H: Hasher>(argument: &N, hasher: &mut H) {
        argument.as_handle().address().addr().hash(hasher);
    }

    #[inline]
    fn is(argument: &N, stored: &WeakKey<N::Handle>) -> bool {
        argument.as_handle().address() == N::Handle::weak_address(&stored.0)
    }

    #[inline]
    fn to_owned(argument: &N) -> WeakKey<N::Handle> {
        WeakKey(argument.as_handle().downgrade())
    }
}

/// The handle that an argument is, or is a loan of, to be kept for a while.
pub fn handle_of<N: AsHandle<Handle: Clone>>(argument: &N) -> N::Handle {
    argument.as_handle().clone()
}

/// What may be an argument that is a weak key.
#[diagnostic::on_unimplemented(
    message = "an argument of type `{Self}` cannot be a weak key\n\
        help: take a counted handle, as `&Interned<T>` or `&Arc<T>`; or leave the argument out of `weak_key(…)`",
    label = "not an `Interned<T>`, `Arc<T>` or `Strong<T>` that threads may share"
)]
pub trait WeakArgument: AsHandle<Handle: Handle<Weak: Send + Sync + 'static> + 'static> {}

#[diagnostic::do_not_recommend]
impl<N: ?Sized + AsHandle<Handle: Handle<Weak: Send + Sync + 'static> + 'static>> WeakArgument for N {}

/// As [`WeakArgument`], in one thread.
#[diagnostic::on_unimplemented(
    message = "an argument of type `{Self}` cannot be a weak key\n\
        help: take a counted handle, as `&Interned<T>` or `&Rc<T>`; or leave the argument out of `weak_key(…)`",
    label = "not an `Interned<T>`, `Rc<T>`, `Arc<T>` or `Strong<T>`"
)]
pub trait LocalWeakArgument: AsHandle<Handle: Handle<Weak: 'static> + 'static> {}

#[diagnostic::do_not_recommend]
impl<N: ?Sized + AsHandle<Handle: Handle<Weak: 'static> + 'static>> LocalWeakArgument for N {}

#[inline]
pub const fn assert_weak_key<N: ?Sized + WeakArgument>() {}

#[inline]
pub const fn assert_local_weak_key<N: ?Sized + LocalWeakArgument>() {}

// As for other parts of a key, the part is found by method look-up, and so is what is asked of an argument where
// `weak_key` names none.

/// A type, for look-up of whether a handle is of it.
pub trait FitsWeakKey {
    #[inline]
    fn __weakcache_weak_or<P>(&self, _: P) -> AsWeak {
        AsWeak
    }

    #[inline]
    fn __weakcache_assert_value(&self) {}

    #[inline]
    fn __weakcache_assert_referent(&self) {}

    #[inline]
    fn __weakcache_assert_receiver(&self) {}
}

impl<N: WeakArgument> FitsWeakKey for &Type<N> {}

/// As [`FitsWeakKey`], in one thread.
pub trait FitsLocalWeakKey {
    #[inline]
    fn __weakcache_local_weak_or<P>(&self, _: P) -> AsWeak {
        AsWeak
    }

    #[inline]
    fn __weakcache_assert_local_value(&self) {}

    #[inline]
    fn __weakcache_assert_local_referent(&self) {}

    #[inline]
    fn __weakcache_assert_local_receiver(&self) {}
}

impl<N: LocalWeakArgument> FitsLocalWeakKey for &Type<N> {}

/// What is no handle is the part that it would be otherwise.
pub trait FitsNoWeakKey<T: ?Sized> {
    #[inline]
    fn __weakcache_weak_or<P>(&self, other: P) -> P {
        other
    }

    #[inline]
    fn __weakcache_local_weak_or<P>(&self, other: P) -> P {
        other
    }

    #[inline]
    fn __weakcache_assert_value(&self)
    where
        T: Value,
    {
    }

    #[inline]
    fn __weakcache_assert_referent(&self)
    where
        T: Referent,
    {
    }

    #[inline]
    fn __weakcache_assert_receiver(&self)
    where
        T: Receiver,
    {
    }

    #[inline]
    fn __weakcache_assert_local_value(&self)
    where
        T: LocalValue,
    {
    }

    #[inline]
    fn __weakcache_assert_local_referent(&self)
    where
        T: LocalReferent,
    {
    }

    #[inline]
    fn __weakcache_assert_local_receiver(&self)
    where
        T: LocalReceiver,
    {
    }
}

impl<T: ?Sized> FitsNoWeakKey<T> for Type<T> {}
