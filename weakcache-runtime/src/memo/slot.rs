//! Where the cache of a function is found: the one thing in an expansion that is static.
//!
//! The type of a cache follows from the function by inference (what `key = …` evaluates to, whether an
//! alias is a `Result`), and a static cannot be inferred. So a slot holds a cache of any type; whoever
//! calls knows which, and those who ask for its counters need not.

use super::info::CacheInfo;
use super::{Cache, Expiry, Kind, Options, Room};
use crate::directory::Directory;
use std::any::{Any, TypeId};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::hash::BuildHasher;
use std::rc::Rc;
use std::sync::OnceLock;
use std::thread::LocalKey;

/// What can be asked of a cache whose type is not known. By names that nobody would look for among the
/// controls of a function: the compiler would offer this trait for them.
pub trait AnyCache: Any {
    fn any_info(&self) -> CacheInfo;
    fn any_clear(&self);
    /// Drops what has expired or died, and says how many entries that were.
    fn any_sweep(&self) -> usize;
}

struct Shared {
    typed: &'static (dyn Any + Send + Sync),
    any: &'static (dyn AnyCache + Send + Sync),
}

/// A cache of a known type, as a slot makes it. From a function without captures: what makes it is then
/// compiled for each type of cache, and not for each function.
pub trait NewCache: AnyCache {
    type Expiry;
    fn new(options: Options<Self::Expiry>) -> Self;
}

impl<K, O, X, R, H> NewCache for Cache<K, O, X, R, H>
where
    K: Eq + 'static,
    O: Kind,
    X: Expiry,
    R: Room<K, O, X>,
    H: BuildHasher + Default + 'static,
{
    type Expiry = X;

    fn new(options: Options<X>) -> Self {
        Self::new(options)
    }
}

/// The cache of a function, once it was called.
pub struct Slot(OnceLock<Shared>);

impl Slot {
    /// An empty slot.
    #[must_use]
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// The cache, made at first use.
    ///
    /// # Panics
    ///
    /// If the slot holds a cache of another type: a slot belongs to one function.
    #[inline]
    pub fn cache<C: NewCache + Send + Sync>(
        &'static self,
        options: fn() -> Options<C::Expiry>,
    ) -> &'static C {
        let shared = match self.0.get() {
            Some(shared) => shared,
            None => self.init::<C>(options),
        };
        shared.typed.downcast_ref().expect("a slot belongs to one function")
    }

    #[cold]
    fn init<C: NewCache + Send + Sync>(&self, options: fn() -> Options<C::Expiry>) -> &Shared {
        self.0.get_or_init(|| {
            let cache: &'static C = Box::leak(Box::new(C::new(options())));
            Shared { typed: cache, any: cache }
        })
    }

    /// What the cache says about itself; before the first call, what it would say.
    #[must_use]
    pub fn info(&self, capacity: Option<usize>) -> CacheInfo {
        self.0.get().map_or(CacheInfo { capacity, ..CacheInfo::default() }, |shared| shared.any.any_info())
    }

    /// Empties the cache, if there is one.
    pub fn clear(&self) {
        if let Some(shared) = self.0.get() {
            shared.any.any_clear();
        }
    }

    /// Drops what has expired or died, and says how many entries that were.
    pub fn sweep(&self) -> usize {
        self.0.get().map_or(0, |shared| shared.any.any_sweep())
    }
}

impl Default for Slot {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}

/// The slots of a generic function, one an instantiation.
#[derive(Debug, Default)]
pub struct Slots(Directory);

impl Slots {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Directory::new())
    }

    /// The slot of the instantiation that `marker` is of: a closure written in a generic function has
    /// another type in each, whether it uses the parameters or not.
    #[inline]
    pub fn of<M: 'static>(&'static self, _: M) -> &'static Slot {
        struct Of<M>(Slot, std::marker::PhantomData<fn() -> M>);
        &self.0.get_or_init(|| Of::<M>(Slot::new(), std::marker::PhantomData)).0
    }
}

struct InThread {
    typed: Rc<dyn Any>,
    any: Rc<dyn AnyCache>,
}

/// The cache of a `local` function in one thread.
#[derive(Default)]
pub struct LocalSlot(OnceCell<InThread>);

impl LocalSlot {
    /// An empty slot.
    #[must_use]
    pub const fn new() -> Self {
        Self(OnceCell::new())
    }

    /// The cache, made by `init` at first use.
    ///
    /// # Panics
    ///
    /// If the slot holds a cache of another type: a slot belongs to one function.
    #[inline]
    pub fn cache<C: NewCache>(&self, options: fn() -> Options<C::Expiry>) -> Rc<C> {
        let found = self.0.get_or_init(|| {
            let cache = Rc::new(C::new(options()));
            InThread { typed: cache.clone(), any: cache }
        });
        found.typed.clone().downcast().unwrap_or_else(|_| panic!("a slot belongs to one function"))
    }

    /// What the cache says about itself; before the first call, what it would say.
    #[must_use]
    pub fn info(&self, capacity: Option<usize>) -> CacheInfo {
        self.0.get().map_or(CacheInfo { capacity, ..CacheInfo::default() }, |found| found.any.any_info())
    }

    /// Empties the cache, if there is one.
    pub fn clear(&self) {
        if let Some(found) = self.0.get() {
            found.any.any_clear();
        }
    }

    /// Drops what has expired or died, and says how many entries that were.
    pub fn sweep(&self) -> usize {
        self.0.get().map_or(0, |found| found.any.any_sweep())
    }
}

impl fmt::Debug for LocalSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalSlot").finish_non_exhaustive()
    }
}

/// The slots of a generic `local` function in one thread.
#[derive(Debug, Default)]
pub struct LocalSlots(RefCell<Option<HashMap<TypeId, Rc<LocalSlot>>>>);

impl LocalSlots {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(RefCell::new(None))
    }

    /// As [`Slots::of`].
    pub fn of<M: 'static>(&self, _: M) -> Rc<LocalSlot> {
        let mut slots = self.0.borrow_mut();
        slots.get_or_insert_default().entry(TypeId::of::<M>()).or_default().clone()
    }
}

/// Works with what a thread keeps for a `local` function. In a thread that is being torn down, and has
/// lost it, with one that is thrown away.
#[inline]
pub fn in_thread<S: Default, R>(slot: &'static LocalKey<S>, work: impl FnOnce(&S) -> R) -> R {
    if slot.try_with(|_| {}).is_ok() { slot.with(work) } else { work(&S::default()) }
}
