//! Where the cache of a function is found: the one thing in an expansion that is static.
//!
//! The type of a cache follows from the function by inference (what `key = …` evaluates to, whether an
//! alias is a `Result`), and a static cannot be inferred. So a slot holds a cache of any type; whoever
//! calls knows which, and those who ask for its counters need not.
//!
//! Making a cache runs user code: the expressions of options, and `Default` of the hasher. It runs before the slot
//! is asked for its place, never inside of that, and a call of the function that comes from in there is not cached.
//! Other threads that come meanwhile wait for it, so that the expressions are evaluated once; but not if they may hold
//! somebody up (from within a computation, or another cache's making), and none for longer than [`PATIENCE`]: then they
//! make a cache too, and one of them stays.
#![allow(unsafe_code)] // two casts

use super::cache::{AnyCache, Capacity, NewCache, Options};
use super::info::CacheInfo;
use super::listed;
use super::pending;
use super::request::Unasked;
#[cfg(feature = "store")]
use super::tier::Tier;
use super::waiters::is_inside;
use super::walk::shown_to;
use crate::directory::Directory;
use crate::listed::{Label, Types};
use std::any::{Any, TypeId, type_name};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::LocalKey;
use std::time::Duration;

/// How long a thread waits for another to make a cache.
const PATIENCE: Duration = Duration::from_millis(100);

/// The slots whose caches are being made, by address, and a signal that one is made.
static MAKERS: (Mutex<Vec<usize>>, Condvar) = (Mutex::new(Vec::new()), Condvar::new());

thread_local! {
    /// Those of them that this thread makes.
    static MAKING: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// While this lives, the thread is making the cache of a slot.
pub(super) struct Making {
    slot: usize,
    thread: PhantomData<*const ()>,
}

impl Making {
    /// `None` if it is at it already, or is being torn down.
    pub(super) fn enter<S>(slot: &S) -> Option<Self> {
        let slot = address(slot);
        let enter = |making: &RefCell<Vec<usize>>| {
            let mut making = making.borrow_mut();
            let is_new = !making.contains(&slot);
            let may_wait = making.is_empty() && !is_inside();
            is_new.then(|| {
                making.push(slot);
                may_wait
            })
        };
        let may_wait = MAKING.try_with(enter).ok()??;
        let mut makers = makers();
        if may_wait {
            let is_made = |makers: &mut Vec<usize>| makers.contains(&slot);
            // No user code runs under this lock, so it is not poisoned; and no one is held up who waits here.
            makers = MAKERS
                .1
                .wait_timeout_while(makers, PATIENCE, is_made)
                .map_or_else(|e| e.into_inner().0, |w| w.0);
        }
        makers.push(slot);
        Some(Self { slot, thread: PhantomData })
    }
}

fn makers() -> MutexGuard<'static, Vec<usize>> {
    MAKERS.0.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Making {
    fn drop(&mut self) {
        let _ = MAKING.try_with(|making| making.borrow_mut().pop());
        let mut makers = makers();
        if let Some(at) = makers.iter().position(|&slot| slot == self.slot) {
            makers.swap_remove(at);
        }
        drop(makers);
        MAKERS.1.notify_all();
    }
}

pub(super) fn address<S>(slot: &S) -> usize {
    std::ptr::from_ref(slot).addr()
}

/// The options of a cache that is to be made, with the capacity that was set before.
pub(super) fn options_of<S, X>(slot: &S, options: &dyn Fn() -> Options<X>) -> Options<X> {
    let options = options();
    match (options.capacity, pending::get(address(slot))) {
        (Capacity::Of(_) | Capacity::Asked(_), Some(capacity)) => options.capacity(Capacity::Of(capacity)),
        _ => options,
    }
}

/// What a cache is listed as, of a function or an instantiation.
pub(super) fn label<X>(options: &Options<X>, types: &'static str) -> Label {
    Label { name: options.name, types: Types::OfFunction(types), location: options.location }
}

/// Sets what was set before, if that is another than the cache has.
pub(super) fn set_pending<S>(slot: &S, cache: &dyn AnyCache) {
    if let Some(capacity) = pending::get(address(slot))
        && cache.any_info().capacity != Some(capacity)
    {
        cache.any_set_capacity(capacity);
    }
}

/// The capacity before there is a cache. An expression is evaluated once, and its value remembered.
pub(super) fn pending_capacity<S>(slot: &S, given: Capacity) -> Option<usize> {
    match (given, pending::get(address(slot))) {
        (Capacity::Unbounded, _) => None,
        (_, Some(capacity)) | (Capacity::Of(capacity), None) => Some(capacity),
        (Capacity::Asked(ask), None) => Some(pending::get_or_set(address(slot), ask())),
    }
}

/// What can be done with a cache without knowing its type, through the slot that it is in.
macro_rules! controls {
    ($slot:ident) => {
        impl $slot {
            /// What the cache says about itself; before the first call, what it would say.
            #[must_use]
            pub fn info(&self, capacity: Capacity) -> CacheInfo {
                match self.any() {
                    Some(cache) => cache.any_info(),
                    None => CacheInfo { capacity: pending_capacity(self, capacity), ..CacheInfo::default() },
                }
            }

            /// How many entries there may be.
            #[must_use]
            pub fn capacity(&self, capacity: Capacity) -> Option<usize> {
                self.info(capacity).capacity
            }

            /// Sets that, also before the first call.
            pub fn set_capacity(&self, capacity: usize) {
                // Whoever makes the cache looks there, before and after.
                pending::set(address(self), capacity);
                if let Some(cache) = self.any() {
                    cache.any_set_capacity(capacity);
                }
            }

            /// Empties the cache, if there is one.
            pub fn clear(&self) {
                if let Some(cache) = self.any() {
                    cache.any_clear();
                }
            }

            /// Drops what has expired or died, and says how many entries that were.
            pub fn sweep(&self) -> usize {
                self.any().map_or(0, AnyCache::any_sweep)
            }

            /// Drops the entries that `keep` refuses, and says how many that were.
            pub fn retain<K: 'static, V: 'static>(&self, keep: impl FnMut(&K, &V) -> bool) -> usize {
                self.any().map_or(0, |cache| cache.any_retain(&mut shown_to(keep)))
            }
        }
    };
}
pub(super) use controls;

/// A cache that threads share.
struct Shared {
    id: TypeId,
    cache: &'static (dyn AnyCache + Send + Sync),
}

/// The cache of a function, once it was called.
pub struct Slot {
    cache: OnceLock<Shared>,
    /// The marker, of a generic function.
    types: &'static str,
}

impl Slot {
    /// An empty slot.
    #[must_use]
    pub const fn new() -> Self {
        Self::of("")
    }

    const fn of(types: &'static str) -> Self {
        Self { cache: OnceLock::new(), types }
    }

    /// The cache, made at first use. `None` if this thread is making it: `options` called the function.
    ///
    /// # Panics
    ///
    /// If the slot holds a cache of another type: a slot belongs to one function.
    #[inline]
    pub fn cache<C: NewCache + Send + Sync>(
        &'static self,
        options: impl Fn() -> Options<C::Expiry>,
    ) -> Option<&'static C> {
        let shared = match self.cache.get() {
            Some(shared) => shared,
            None => self.init::<C>(&options)?,
        };
        assert!(shared.id == TypeId::of::<C>(), "a slot belongs to one function");
        // SAFETY: `id` is that of what `cache` points to (`init`), and it is `C`.
        Some(unsafe { &*std::ptr::from_ref(shared.cache).cast::<C>() })
    }

    #[cold]
    fn init<C: NewCache + Send + Sync>(
        &'static self,
        options: &dyn Fn() -> Options<C::Expiry>,
    ) -> Option<&'static Shared> {
        let _making = Making::enter(self)?;
        if let Some(shared) = self.cache.get() {
            return Some(shared); // another thread's, that was waited for
        }
        let options = options_of(self, options);
        let label = label(&options, self.types);
        Some(self.keep(TypeId::of::<C>(), label, Box::new(C::new(options))))
    }

    /// Keeps a cache of this type, unless there is one by now.
    fn keep(&self, id: TypeId, label: Label, cache: Box<dyn AnyCache + Send + Sync>) -> &Shared {
        let shared = self.cache.get_or_init(|| {
            let cache: &'static _ = Box::leak(cache);
            listed::list(label, cache);
            Shared { id, cache }
        });
        // Of two that were made, the first stays, and the capacity may have been set since it was.
        set_pending(self, shared.cache);
        shared
    }

    fn any(&self) -> Option<&dyn AnyCache> {
        self.cache.get().map(|shared| shared.cache as _)
    }

    /// Empties both tiers, the second even if there is no cache yet.
    #[cfg(feature = "store")]
    pub fn clear_both(&self, tier: &Tier) {
        match self.any() {
            Some(cache) => cache.any_clear(),
            None => tier.clear(),
        }
    }
}

controls!(Slot);

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
        struct Of<M>(Slot, PhantomData<fn() -> M>);
        &self.0.get_or_init(|| Of::<M>(Slot::of(type_name::<M>()), PhantomData)).0
    }
}

struct InThread {
    #[expect(dead_code, reason = "for its drop, which comes first")]
    listed: listed::InThread,
    /// Of the cache.
    id: TypeId,
    /// An `Rc` of it.
    typed: Box<dyn Any>,
    any: Rc<dyn AnyCache>,
}

/// The cache of a `local` function in one thread.
#[derive(Default)]
pub struct LocalSlot {
    cache: OnceCell<InThread>,
    /// Of the marker, and what it is called, of a generic function.
    marker: Option<(TypeId, &'static str)>,
}

impl LocalSlot {
    /// An empty slot.
    #[must_use]
    pub const fn new() -> Self {
        Self { cache: OnceCell::new(), marker: None }
    }

    /// The cache, made at first use. `None` while it is being made: `options` called the function.
    ///
    /// # Panics
    ///
    /// If the slot holds a cache of another type: a slot belongs to one function.
    #[inline]
    pub fn cache<C: NewCache>(&self, options: impl Fn() -> Options<C::Expiry>) -> Option<&Rc<C>> {
        let found = match self.cache.get() {
            Some(found) => found,
            None => self.init::<C>(&options)?,
        };
        assert!(found.id == TypeId::of::<C>(), "a slot belongs to one function");
        // SAFETY: `id` is that of what the `Rc` in `typed` points to (`init`), and it is `C`.
        #[expect(clippy::cast_ptr_alignment, reason = "it is an `Rc<C>`")]
        Some(unsafe { &*std::ptr::from_ref(&*found.typed).cast::<Rc<C>>() })
    }

    #[cold]
    fn init<C: NewCache>(&self, options: &dyn Fn() -> Options<C::Expiry>) -> Option<&InThread> {
        let _making = Making::enter(self)?;
        let options = options_of(self, options);
        let (of, types) = self.marker.unwrap_or((TypeId::of::<C>(), ""));
        let label = label(&options, types);
        let cache = Rc::new(C::new(options));
        Some(self.keep((TypeId::of::<C>(), of), label, Box::new(cache.clone()), cache))
    }

    /// As that of a [`Slot`], where `of` is what it is listed under.
    fn keep(
        &self,
        (id, of): (TypeId, TypeId),
        label: Label,
        typed: Box<dyn Any>,
        any: Rc<dyn AnyCache>,
    ) -> &InThread {
        self.cache.get_or_init(|| {
            let listed = listed::InThread::new(of, label, Rc::downgrade(&any));
            InThread { listed, id, typed, any }
        })
    }

    fn any(&self) -> Option<&dyn AnyCache> {
        self.cache.get().map(|found| &*found.any)
    }
}

controls!(LocalSlot);

impl Drop for LocalSlot {
    fn drop(&mut self) {
        pending::forget(address(self));
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
        let marker = TypeId::of::<M>();
        let of = (marker, type_name::<M>());
        let new = || Rc::new(LocalSlot { cache: OnceCell::new(), marker: Some(of) });
        slots.get_or_insert_default().entry(marker).or_insert_with(new).clone()
    }
}

/// Works with what a thread keeps for a `local` function, if it still does.
#[inline]
pub fn in_thread<S, R: Unasked>(slot: &'static LocalKey<S>, work: impl FnOnce(&S) -> R) -> R {
    slot.try_with(work).unwrap_or_else(|_| R::unasked())
}

impl Unasked for CacheInfo {
    fn unasked() -> Self {
        Self::default()
    }
}

impl Unasked for usize {
    fn unasked() -> Self {
        0
    }
}

impl Unasked for Rc<LocalSlot> {
    fn unasked() -> Self {
        Self::default()
    }
}
