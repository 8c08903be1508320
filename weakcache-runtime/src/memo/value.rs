//! Caches that lie in a value of the user's: of each memoized method one.
//!
//! A [`Memo`] is a list of slots, one for each method that was called on its value, in the order in which they were.
//! Slots are added and never taken out, so a look-up is a walk over a few pointers, and takes no lock. Who computes, or
//! waits, counts a reference to the cache: it may outlive its value, whose drop may come from inside of it.
#![allow(unsafe_code)] // one cast

use super::cache::{AnyCache, Capacity, NewCache, Options};
use super::info::CacheInfo;
use super::listed;
use super::pending;
use super::slot::{Making, address, controls, label, options_of, pending_capacity, set_pending};
use super::walk::shown_to;
use crate::listed::Label;
use std::any::{Any, TypeId, type_name};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::{Arc, OnceLock};

/// The caches of a value's memoized methods: a field of it, named in `in(self.memo)`.
///
/// Each value has caches of its own, which are dropped with it; `self` is no part of their keys, so the value need be
/// neither `Hash` nor `Eq`. As a field it is no hindrance to derives: a clone is empty, `Default` too, all are equal, and
/// they hash to nothing.
///
/// ```
/// use weakcache::{Memo, memoize};
///
/// #[derive(Debug, Default, Clone, PartialEq)]
/// struct Prices {
///     factor: f64,
///     memo: Memo,
/// }
///
/// #[memoize]
/// impl Prices {
///     #[memoize(in(self.memo), lru = 1000)]
///     fn of(&self, name: &str) -> f64 {
///         self.factor * name.len() as f64
///     }
/// }
///
/// let prices = Prices { factor: 2.0, ..Prices::default() };
/// assert_eq!((prices.of("pear"), prices.of("pear")), (8.0, 8.0));
/// assert_eq!(prices.of_cache_info().hits, 1);
///
/// let mut dearer = prices.clone();
/// dearer.factor = 3.0;
/// assert_eq!(dearer.of("pear"), 12.0);
/// assert!(prices.of_invalidate("pear"));
/// ```
///
/// What a method reads of its value, and is no argument, must not change while entries live: clear them, as with
/// `of_cache_clear()`, where it does. It takes a pointer and a flag; the first call of a method allocates its cache.
#[derive(Default)]
pub struct Memo(OnceLock<Box<Node>>);

struct Node {
    slot: MemoSlot,
    next: Memo,
}

impl Memo {
    /// Without caches, as each begins.
    ///
    /// ```
    /// const MEMO: weakcache::Memo = weakcache::Memo::new();
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// The slot of the method that `marker` is of: a closure of its own, of another type in each instantiation.
    #[doc(hidden)]
    #[inline]
    pub fn __slot<M: 'static>(&self, _: M) -> &MemoSlot {
        let id = TypeId::of::<M>();
        let mut memo = self;
        loop {
            match memo.0.get() {
                Some(node) if node.slot.method == id => return &node.slot,
                Some(node) => memo = &node.next,
                None => return memo.add(id, type_name::<M>()),
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn add(&self, method: TypeId, types: &'static str) -> &MemoSlot {
        let mut memo = self;
        let slot = MemoSlot { method, cache: OnceLock::new(), types };
        let mut new = Some(Box::new(Node { slot, next: Self::new() }));
        loop {
            // Another thread may have been quicker, with this method or another.
            let node = memo.0.get_or_init(|| new.take().expect("it is put in one place"));
            if node.slot.method == method {
                return &node.slot;
            }
            memo = &node.next;
        }
    }
}

impl Clone for Memo {
    /// An empty one: a clone of the value computes for itself.
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl PartialEq for Memo {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Memo {}

impl PartialOrd for Memo {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Memo {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

impl Hash for Memo {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo").finish_non_exhaustive()
    }
}

// A panic leaves every cache whole.
impl UnwindSafe for Memo {}
impl RefUnwindSafe for Memo {}

/// The cache of a method in one value, once it was called.
pub struct MemoSlot {
    method: TypeId,
    cache: OnceLock<InValue>,
    /// What the marker of the method is called.
    types: &'static str,
}

struct InValue {
    #[expect(dead_code, reason = "for its drop, which comes first")]
    listed: listed::InValue,
    /// Of the cache.
    id: TypeId,
    /// An `Arc` of it.
    typed: Box<dyn Any + Send + Sync>,
    any: Arc<dyn AnyCache + Send + Sync>,
}

impl MemoSlot {
    /// The cache, made at first use. `None` if this thread is making it: `options` called the method.
    ///
    /// # Panics
    ///
    /// If the slot holds a cache of another type: a slot belongs to one method.
    #[inline]
    pub fn cache<C: NewCache + Send + Sync>(
        &self,
        options: impl Fn() -> Options<C::Expiry>,
    ) -> Option<&Arc<C>> {
        let found = match self.cache.get() {
            Some(found) => found,
            None => self.init::<C>(&options)?,
        };
        assert!(found.id == TypeId::of::<C>(), "a slot belongs to one method");
        // SAFETY: `id` is that of what the `Arc` in `typed` points to (`init`), and it is `C`.
        #[expect(clippy::cast_ptr_alignment, reason = "it is an `Arc<C>`")]
        Some(unsafe { &*std::ptr::from_ref(&*found.typed).cast::<Arc<C>>() })
    }

    #[cold]
    fn init<C: NewCache + Send + Sync>(&self, options: &dyn Fn() -> Options<C::Expiry>) -> Option<&InValue> {
        let _making = Making::enter(self)?;
        if let Some(found) = self.cache.get() {
            return Some(found); // another thread's, that was waited for
        }
        let options = options_of(self, options);
        let label = label(&options, self.types);
        let cache = Arc::new(C::new(options));
        Some(self.keep(TypeId::of::<C>(), label, Box::new(cache.clone()), cache))
    }

    /// Keeps a cache of this type, unless there is one by now.
    fn keep(
        &self,
        id: TypeId,
        label: Label,
        typed: Box<dyn Any + Send + Sync>,
        any: Arc<dyn AnyCache + Send + Sync>,
    ) -> &InValue {
        let found = self.cache.get_or_init(|| {
            let listed = listed::InValue::new(self.method, label, Arc::downgrade(&any));
            InValue { listed, id, typed, any }
        });
        set_pending(self, &*found.any);
        found
    }

    fn any(&self) -> Option<&dyn AnyCache> {
        self.cache.get().map(|found| &*found.any as _)
    }
}

controls!(MemoSlot);

impl Drop for MemoSlot {
    fn drop(&mut self) {
        pending::forget(address(self));
    }
}

impl fmt::Debug for MemoSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoSlot").finish_non_exhaustive()
    }
}
