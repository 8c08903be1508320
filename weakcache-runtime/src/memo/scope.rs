//! Who shares a cache: all threads of the process, or one.
//!
//! What is handed to an expansion knows its cache as a trait object. So it can be named, and is compiled
//! once for each type of result. The object does not know even that: a future that holds one is to be
//! `Send` whatever lifetimes stand in the result, and the compiler, which has forgotten by then that these
//! are `'static`, would have to prove that they are.

use super::call::Finish;
use super::kind::{Kind, SharedKind};
use super::room::Room;
use super::task::{Pending, Wait};
use super::{Cache, Expiry};
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

/// Who shares a cache.
pub trait Scope: Sized + 'static {
    /// A pointer to a cache.
    type Pointer<C: 'static>: Deref<Target = C> + Clone;
    /// The same, of whatever cache.
    type Erased: Deref<Target: Finish>;
    /// An asynchronous call that waits, of a function that returns `T`.
    type Waiting<T>: DerefMut<Target: Wait<T, Self>>;
}

/// A scope that can have such a cache.
pub trait Holds<K: Eq + 'static, O: Kind, X: Expiry, R: Room<K, O, X>, H: 'static>: Scope {
    /// Forgets the types of a cache.
    fn erase(cache: Self::Pointer<Cache<K, O, X, R, H>>) -> Self::Erased;

    /// Forgets the types of a call that waits.
    fn pend(pending: Pending<Self, K, O, X, R, H>) -> Self::Waiting<O::Output>;
}

/// All threads of the process.
#[derive(Debug)]
pub struct Process;

impl Scope for Process {
    type Pointer<C: 'static> = &'static C;
    type Erased = &'static (dyn Finish + Send + Sync);
    type Waiting<T> = Box<dyn Wait<T, Self> + Send + Sync>;
}

impl<K, O, X, R, H> Holds<K, O, X, R, H> for Process
where
    K: Eq + Send + Sync + 'static,
    O: SharedKind,
    X: Expiry<Stamp: Send + Sync> + Send + Sync,
    R: Room<K, O, X> + Send + Sync,
    H: Send + Sync + 'static,
{
    #[inline]
    fn erase(cache: &'static Cache<K, O, X, R, H>) -> Self::Erased {
        cache
    }

    fn pend(pending: Pending<Self, K, O, X, R, H>) -> Self::Waiting<O::Output> {
        Box::new(pending)
    }
}

/// One thread.
#[derive(Debug)]
pub struct Thread;

impl Scope for Thread {
    type Pointer<C: 'static> = Rc<C>;
    type Erased = Rc<dyn Finish>;
    type Waiting<T> = Box<dyn Wait<T, Self>>;
}

impl<K, O, X, R, H> Holds<K, O, X, R, H> for Thread
where
    K: Eq + 'static,
    O: Kind,
    X: Expiry,
    R: Room<K, O, X>,
    H: 'static,
{
    #[inline]
    fn erase(cache: Rc<Cache<K, O, X, R, H>>) -> Self::Erased {
        cache
    }

    fn pend(pending: Pending<Self, K, O, X, R, H>) -> Self::Waiting<O::Output> {
        Box::new(pending)
    }
}
