//! Who shares a cache: all threads of the process, those that share a value, or one.
//!
//! What is handed to an expansion knows its cache as a trait object. So it can be named, and is compiled
//! once for each type of result. The object does not know even that: a future that holds one is to be
//! `Send` whatever lifetimes stand in the result, and the compiler, which has forgotten by then that these
//! are `'static`, would have to prove that they are.

use super::access::Access;
use super::cache::{Cache, Finish};
use super::expiry::Expiry;
use super::kind::{Kind, SharedKind};
use super::owned::OwnedKey;
use std::hash::BuildHasher;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

/// Who shares a cache.
pub trait Scope: Sized + 'static {
    /// A cache where it lies, for the time of a look-up.
    type Found<'a, C: 'static>: Copy;
    /// A pointer to a cache.
    type Pointer<C: 'static>: Deref<Target = C> + Clone;
    /// The same, of whatever cache.
    type Erased: Deref<Target: Finish> + 'static;

    /// What was found.
    fn get<C: 'static>(found: Self::Found<'_, C>) -> &C;

    /// Keeps what was found.
    fn keep<C: 'static>(found: Self::Found<'_, C>) -> Self::Pointer<C>;

    /// Has a cache hear of other processes, if it can have a store.
    #[cfg(feature = "store")]
    fn listen(_: Self::Erased) {}
}

/// A scope that can have such a cache.
pub trait Holds<K: OwnedKey, O: Kind, X: Expiry, A: Access<K, O, X>, H: BuildHasher + 'static>:
    Scope
{
    /// Forgets the types of a cache.
    fn erase(cache: Self::Pointer<Cache<K, O, X, A, H>>) -> Self::Erased;
}

/// All threads of the process.
#[derive(Debug)]
pub struct Process;

impl Scope for Process {
    type Found<'a, C: 'static> = &'static C;
    type Pointer<C: 'static> = &'static C;
    type Erased = &'static (dyn Finish + Send + Sync);

    #[inline]
    fn get<C: 'static>(found: Self::Found<'_, C>) -> &C {
        found
    }

    #[inline]
    fn keep<C: 'static>(found: &'static C) -> &'static C {
        found
    }

    #[cfg(feature = "store")]
    fn listen(cache: Self::Erased) {
        super::second::listen(cache);
    }
}

impl<K, O, X, A, H> Holds<K, O, X, A, H> for Process
where
    K: OwnedKey + Send + Sync,
    O: SharedKind,
    X: Expiry<Stamp: Send + Sync> + Send + Sync,
    A: Access<K, O, X> + Send + Sync,
    H: BuildHasher + Send + Sync + 'static,
{
    #[inline]
    fn erase(cache: &'static Cache<K, O, X, A, H>) -> Self::Erased {
        cache
    }
}

/// Those who share a value that the cache lies in.
#[derive(Debug)]
pub struct Value;

impl Scope for Value {
    type Found<'a, C: 'static> = &'a Arc<C>;
    type Pointer<C: 'static> = Arc<C>;
    type Erased = Arc<dyn Finish + Send + Sync>;

    #[inline]
    fn get<C: 'static>(found: Self::Found<'_, C>) -> &C {
        found
    }

    #[inline]
    fn keep<C: 'static>(found: &Arc<C>) -> Arc<C> {
        found.clone()
    }
}

impl<K, O, X, A, H> Holds<K, O, X, A, H> for Value
where
    K: OwnedKey + Send + Sync,
    O: SharedKind,
    X: Expiry<Stamp: Send + Sync> + Send + Sync,
    A: Access<K, O, X> + Send + Sync,
    H: BuildHasher + Send + Sync + 'static,
{
    #[inline]
    fn erase(cache: Arc<Cache<K, O, X, A, H>>) -> Self::Erased {
        cache
    }
}

/// One thread.
#[derive(Debug)]
pub struct Thread;

impl Scope for Thread {
    type Found<'a, C: 'static> = &'a Rc<C>;
    type Pointer<C: 'static> = Rc<C>;
    type Erased = Rc<dyn Finish>;

    #[inline]
    fn get<C: 'static>(found: Self::Found<'_, C>) -> &C {
        found
    }

    #[inline]
    fn keep<C: 'static>(found: &Rc<C>) -> Rc<C> {
        found.clone()
    }
}

impl<K, O, X, A, H> Holds<K, O, X, A, H> for Thread
where
    K: OwnedKey,
    O: Kind,
    X: Expiry,
    A: Access<K, O, X>,
    H: BuildHasher + 'static,
{
    #[inline]
    fn erase(cache: Rc<Cache<K, O, X, A, H>>) -> Self::Erased {
        cache
    }
}
