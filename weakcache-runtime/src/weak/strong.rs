//! `Strong` and `Weak`: `std`'s `Arc` and `Weak`, plus what happens at death.
//!
//! A handle is an `Arc<Core<T>>`, and death is the drop of the core: then the count is 0 for good, no
//! weak handle upgrades any more, and the value has not been dropped yet. The value stands in a box of its
//! own so that the core can part with it whatever its size: a death inside the drop of another value leaves
//! the box to that one's death (see `death`). The price is an allocation more than an `Arc` takes, and one
//! more pointer to follow; what it buys, besides depth, is that a box of a trait object is a `Strong` of it.
#![forbid(unsafe_code)]

use crate::handle::{AsHandle, Handle};
#[cfg(feature = "weak-containers")]
use crate::sync::Lock;
use crate::sync::{self, Arc, OnceLock};
use crate::weak::callbacks::{Callback, Callbacks};
#[cfg(not(feature = "weak-containers"))]
use crate::weak::death::Remains;
use crate::weak::death::{Death, Task};
#[cfg(feature = "weak-containers")]
use crate::weak::links::{Link, Links};
use std::any::Any;
use std::fmt;
use std::mem;
use std::ops::Deref;

/// A shared handle that keeps a value alive, as [`Arc`](std::sync::Arc) does, and that can be told what
/// to do when the value dies.
///
/// When the last handle is dropped, [`Weak`] handles stop upgrading and the entries of the value leave
/// every weak container; then the callbacks of [`downgrade_with`](Strong::downgrade_with) and
/// [`finalize`](crate::finalize()) run, last registered first; then the value is dropped.
///
/// The callbacks are those registered when the last handle goes: from then on a callback does not go with
/// its weak handle any more. All of it is done when the drop of the last handle returns, except where that
/// drop happens inside the `Drop` of another value: then callbacks and drops follow before the drop around
/// it returns. Inside a callback it is done at once, like anywhere, up to 64 callbacks deep, each begun by a
/// death inside the one before; what dies in the innermost follows when that one has ended. So no chain of
/// values is too long for the stack.
///
/// As on `Arc`, functions that concern the handle are associated functions: `Strong::downgrade(&s)`.
///
/// ```
/// use weakcache::Strong;
///
/// let brie = Strong::new("Brie".to_string());
/// let weak = Strong::downgrade(&brie);
/// assert_eq!(weak.upgrade().as_deref().map(String::len), Some(4));
/// drop(brie);
/// assert!(weak.upgrade().is_none());
/// ```
///
/// # Trait objects and slices
///
/// Only `std` can define a smart pointer that coerces `Strong<Circle>` to `Strong<dyn Shape>`. On stable,
/// coerce a box instead, and make the handle from that:
///
/// ```
/// # use weakcache::Strong;
/// trait Shape { fn corners(&self) -> u32; }
/// struct Square;
/// impl Shape for Square { fn corners(&self) -> u32 { 4 } }
///
/// let shape: Strong<dyn Shape> = Strong::from(Box::new(Square) as Box<dyn Shape>);
/// assert_eq!(shape.corners(), 4);
///
/// let text: Strong<str> = Strong::from("Tilsit");
/// let bytes: Strong<[u8]> = Strong::from(vec![1, 2, 3]);
/// # assert_eq!((text.len(), bytes.len()), (6, 3));
/// ```
///
/// # Panics
///
/// Dropping the last handle panics if a callback or a drop of a value does. All the other callbacks and
/// drops take place nevertheless; the first panic comes out, unless the thread is unwinding already.
///
/// # Cost
///
/// One word. Cloning and dropping cost what they do for an `Arc`; making one takes two allocations
/// instead of one, and reading follows two pointers instead of one. The first callback allocates a list, and
/// so does the second entry in weak containers.
pub struct Strong<T: ?Sized + 'static>(Arc<Core<T>>);

struct Core<T: ?Sized + 'static> {
    /// What containers the value is in. Changes when an entry comes or goes.
    #[cfg(feature = "weak-containers")]
    links: Lock<Links>,
    callbacks: OnceLock<Arc<Callbacks>>,
    /// Makes the value nameless: a function because only who made the box knows whether `T` is sized,
    /// and an unsized value takes another box.
    erase: fn(Box<T>) -> Box<dyn Any>,
    /// `None` once the core has parted with it.
    value: Option<Box<T>>,
}

impl<T> Strong<T> {
    /// Makes a handle, the first of a new value.
    ///
    /// ```
    /// use weakcache::Strong;
    ///
    /// let five = Strong::new(5);
    /// assert_eq!(*five, 5);
    /// ```
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(Arc::new(Core::sized(value)))
    }

    /// Makes a value that holds a weak handle to itself.
    ///
    /// The handle does not upgrade before this function has returned.
    ///
    /// ```
    /// use weakcache::{Strong, Weak};
    ///
    /// struct Node { parent: Weak<Node>, name: &'static str }
    ///
    /// let root = Strong::new_cyclic(|root| Node { parent: root.clone(), name: "root" });
    /// assert_eq!(root.parent.upgrade().unwrap().name, "root");
    /// ```
    ///
    /// # Panics
    ///
    /// If `make` does; the weak handle then never upgrades.
    #[must_use]
    pub fn new_cyclic(make: impl FnOnce(&Weak<T>) -> T) -> Self {
        Self(Arc::new_cyclic(|core| {
            let weak = Weak { core: core.clone(), callback: None };
            Core::sized(make(&weak))
        }))
    }

    /// Takes the value out if this is its only handle.
    ///
    /// That is a death: callbacks run and entries leave their containers, before this function returns.
    ///
    /// ```
    /// use weakcache::Strong;
    ///
    /// let one = Strong::new(7);
    /// let two = one.clone();
    /// let two = Strong::try_unwrap(two).unwrap_err();
    /// drop(one);
    /// assert_eq!(Strong::try_unwrap(two), Ok(7));
    /// ```
    ///
    /// # Errors
    ///
    /// The handle, if there are others.
    ///
    /// # Panics
    ///
    /// If a callback does; the value is dropped then.
    pub fn try_unwrap(this: Self) -> Result<T, Self> {
        // While it is held, no other value is known by the address of this one.
        let address = Arc::downgrade(&this.0);
        let mut core = Arc::try_unwrap(this.0).map_err(Self)?;
        let value = *core.value.take().expect(WHOLE);
        // Not left to a death around this: the caller may drop the value as soon as it has it.
        let death = core.part(address.as_ptr().cast(), Death::begin_here);
        drop((core, address));
        if let Some(death) = death {
            death.finish();
        }
        Ok(value)
    }
}

impl<T: ?Sized> Strong<T> {
    /// Makes a weak handle.
    ///
    /// ```
    /// use weakcache::Strong;
    ///
    /// let five = Strong::new(5);
    /// let weak = Strong::downgrade(&five);
    /// assert_eq!(weak.upgrade(), Some(five));
    /// ```
    #[must_use]
    pub fn downgrade(this: &Self) -> Weak<T> {
        Weak { core: Arc::downgrade(&this.0), callback: None }
    }

    /// Makes a weak handle that runs `callback`, once, when the value dies.
    ///
    /// If the handle and all its clones are dropped before, the callback is dropped with the last of
    /// them and does not run; [`finalize`](crate::finalize) registers one that needs no handle.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use weakcache::Strong;
    ///
    /// let (sender, deaths) = mpsc::channel();
    /// let brie = Strong::new("Brie");
    /// let weak = Strong::downgrade_with(&brie, move || sender.send("gone").unwrap());
    /// drop(brie);
    /// assert_eq!(deaths.try_recv(), Ok("gone"));
    /// assert!(weak.upgrade().is_none());
    /// ```
    #[must_use = "the callback does not run if the handle is dropped before the value"]
    pub fn downgrade_with(this: &Self, callback: impl FnOnce() + Send + 'static) -> Weak<T> {
        let callback = Callback::new(Arc::clone(this.callbacks()), Box::new(callback));
        Weak { core: Arc::downgrade(&this.0), callback: Some(Arc::new(callback)) }
    }

    /// Whether two handles are of one value.
    ///
    /// ```
    /// use weakcache::Strong;
    ///
    /// let five = Strong::new(5);
    /// assert!(Strong::ptr_eq(&five, &five.clone()));
    /// assert!(!Strong::ptr_eq(&five, &Strong::new(5)));
    /// ```
    #[must_use]
    pub fn ptr_eq(this: &Self, other: &Self) -> bool {
        Arc::ptr_eq(&this.0, &other.0)
    }

    /// How many `Strong` handles the value has, at some moment during the call.
    ///
    /// ```
    /// use weakcache::Strong;
    ///
    /// let five = Strong::new(5);
    /// let _six = five.clone();
    /// assert_eq!(Strong::strong_count(&five), 2);
    /// ```
    #[must_use]
    pub fn strong_count(this: &Self) -> usize {
        Arc::strong_count(&this.0)
    }

    /// How many `Weak` handles the value has, at some moment during the call. Every entry in a weak
    /// container holds one.
    ///
    /// ```
    /// use weakcache::Strong;
    ///
    /// let five = Strong::new(5);
    /// let _weak = Strong::downgrade(&five);
    /// assert_eq!(Strong::weak_count(&five), 1);
    /// ```
    #[must_use]
    pub fn weak_count(this: &Self) -> usize {
        Arc::weak_count(&this.0)
    }

    /// The value, to be changed, if this is its only handle, weak ones included.
    ///
    /// A value in a weak container is never lent: the container relies on its hash. Finalizers do not
    /// matter.
    ///
    /// ```
    /// use weakcache::Strong;
    ///
    /// let mut five = Strong::new(5);
    /// *Strong::get_mut(&mut five).unwrap() += 1;
    /// let weak = Strong::downgrade(&five);
    /// assert!(Strong::get_mut(&mut five).is_none());
    /// # drop(weak);
    /// ```
    #[must_use]
    pub fn get_mut(this: &mut Self) -> Option<&mut T> {
        Arc::get_mut(&mut this.0).and_then(|core| core.value.as_deref_mut())
    }

    /// The address of the value.
    ///
    /// ```
    /// use weakcache::Strong;
    ///
    /// let five = Strong::new(5);
    /// assert!(std::ptr::eq(Strong::as_ptr(&five), &*five));
    /// ```
    #[must_use]
    pub fn as_ptr(this: &Self) -> *const T {
        &raw const **this
    }

    /// The callbacks of the value, which has none before the first call.
    pub(super) fn callbacks(&self) -> &Arc<Callbacks> {
        self.0.callbacks.get_or_init(Arc::default)
    }

    /// A container is about to enter the value.
    #[cfg(feature = "weak-containers")]
    pub(super) fn link(&self, link: Link) {
        self.0.links.lock().push(link);
    }

    /// What names the value while it has a handle of either kind. The address of the value will not do:
    /// values of size 0 share one.
    #[cfg(feature = "weak-containers")]
    pub(super) fn address(&self) -> *const () {
        Arc::as_ptr(&self.0).cast()
    }
}

const WHOLE: &str = "the core parts with its value when its last handle goes";

impl<T> Core<T> {
    fn sized(value: T) -> Self {
        Self::new(Box::new(value), |value| value)
    }
}

impl<T: ?Sized> Core<T> {
    fn new(value: Box<T>, erase: fn(Box<T>) -> Box<dyn Any>) -> Self {
        Self {
            #[cfg(feature = "weak-containers")]
            links: Lock::new(Links::None),
            callbacks: OnceLock::new(),
            erase,
            value: Some(value),
        }
    }

    /// The first part of a death, before the value is dropped: takes the entries out of their containers
    /// and runs the callbacks. A death in which no user code runs is not begun.
    #[inline]
    fn part(&mut self, address: *const (), begin: fn() -> Death) -> Option<Death> {
        let callbacks = self.callbacks.take();
        if let Some(callbacks) = &callbacks {
            callbacks.claim();
        }
        #[cfg(feature = "weak-containers")]
        let entries = mem::take(self.links.get_mut()).unlink(address);
        #[cfg(not(feature = "weak-containers"))]
        let entries: Option<Remains> = {
            let _ = address;
            None
        };
        if entries.is_none() && callbacks.is_none() {
            return None;
        }
        let mut death = begin();
        if let Some(entries) = entries {
            entries.for_each(|entry| death.add(Task::Entry(entry)));
        }
        if let Some(callbacks) = callbacks {
            death.add(Task::Callbacks(callbacks));
        }
        Some(death)
    }
}

impl<T: ?Sized> Drop for Core<T> {
    fn drop(&mut self) {
        let Some(value) = self.value.take() else { return };
        let address: *const Self = self;
        let death = self.part(address.cast(), Death::begin);
        if death.is_none() && !mem::needs_drop::<T>() {
            return;
        }
        let mut death = death.unwrap_or_else(Death::begin);
        death.add(Task::Value((self.erase)(value)));
        death.finish();
    }
}

impl<T: ?Sized> Deref for Strong<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.0.value.as_deref().expect(WHOLE)
    }
}

impl<T: ?Sized> Clone for Strong<T> {
    /// Makes another handle of the same value.
    #[inline]
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> From<T> for Strong<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: ?Sized> From<Box<T>> for Strong<T> {
    /// Makes a handle of what is in the box, which is kept: a `Box<dyn Trait>` makes a
    /// `Strong<dyn Trait>`.
    fn from(value: Box<T>) -> Self {
        Self(Arc::new(Core::new(value, |value| Box::new(value))))
    }
}

/// A handle that does not keep its value alive.
///
/// Made by [`Strong::downgrade`] and [`Strong::downgrade_with`]. It keeps some words of memory, never
/// the value.
///
/// ```
/// use weakcache::{Strong, Weak};
///
/// let five = Strong::new(5);
/// let weak: Weak<i32> = Strong::downgrade(&five);
/// assert_eq!(weak.strong_count(), 1);
/// drop(five);
/// assert_eq!(weak.strong_count(), 0);
/// ```
pub struct Weak<T: ?Sized + 'static> {
    core: sync::Weak<Core<T>>,
    callback: Option<Arc<Callback>>,
}

impl<T: ?Sized> Weak<T> {
    /// Makes a handle of nothing, which never upgrades. Allocates nothing.
    ///
    /// ```
    /// use weakcache::Weak;
    ///
    /// assert!(Weak::<str>::new().upgrade().is_none());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { core: sync::Weak::new(), callback: None }
    }

    /// A handle that keeps the value alive, unless it has died.
    ///
    /// ```
    /// use weakcache::Strong;
    ///
    /// let five = Strong::new(5);
    /// let weak = Strong::downgrade(&five);
    /// assert!(Strong::ptr_eq(&weak.upgrade().unwrap(), &five));
    /// ```
    #[must_use = "the handle may be the last one when it is dropped"]
    #[inline]
    pub fn upgrade(&self) -> Option<Strong<T>> {
        self.core.upgrade().map(Strong)
    }

    /// Whether two handles are of one value, or both of none.
    ///
    /// ```
    /// use weakcache::{Strong, Weak};
    ///
    /// let five = Strong::new(5);
    /// assert!(Strong::downgrade(&five).ptr_eq(&Strong::downgrade(&five)));
    /// assert!(!Strong::downgrade(&five).ptr_eq(&Weak::new()));
    /// ```
    #[must_use]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        self.core.ptr_eq(&other.core)
    }

    /// How many [`Strong`] handles the value has, at some moment during the call. 0 is final.
    ///
    /// ```
    /// use weakcache::Strong;
    ///
    /// let five = Strong::new(5);
    /// let weak = Strong::downgrade(&five);
    /// assert_eq!(weak.strong_count(), 1);
    /// ```
    #[must_use]
    pub fn strong_count(&self) -> usize {
        self.core.strong_count()
    }
}

impl<T: ?Sized> Clone for Weak<T> {
    /// Makes another handle, which shares the callback if there is one.
    fn clone(&self) -> Self {
        Self { core: self.core.clone(), callback: self.callback.clone() }
    }
}

impl<T: ?Sized> Default for Weak<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: ?Sized> fmt::Debug for Weak<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(Weak)")
    }
}

/// What an entry in a container holds of its referent: a weak handle without a callback.
#[cfg(feature = "weak-containers")]
pub struct Entered<T: ?Sized + 'static>(sync::Weak<Core<T>>);

#[cfg(feature = "weak-containers")]
impl<T: ?Sized> Entered<T> {
    pub(super) fn new(strong: &Strong<T>) -> Self {
        Self(Arc::downgrade(&strong.0))
    }

    #[inline]
    pub(super) fn upgrade(&self) -> Option<Strong<T>> {
        self.0.upgrade().map(Strong)
    }

    #[inline]
    pub(super) fn is_live(&self) -> bool {
        self.0.strong_count() > 0
    }

    pub(super) fn address(&self) -> *const () {
        self.0.as_ptr().cast()
    }

    /// The entry has left the table `table`.
    pub(super) fn unlink(&self, table: *const (), hash: u64) {
        // What dies has parted with its links already.
        if let Some(core) = self.0.upgrade() {
            core.links.lock().remove(table, hash);
        }
    }
}

/// For `#[memoize(weak)]` and `#[memoize(weak_key)]`.
impl<T: ?Sized> Handle for Strong<T> {
    type Weak = Weak<T>;

    fn downgrade(&self) -> Weak<T> {
        Self::downgrade(self)
    }

    fn upgrade(weak: &Weak<T>) -> Option<Self> {
        weak.upgrade()
    }

    fn is_dead(weak: &Weak<T>) -> bool {
        weak.strong_count() == 0
    }

    #[inline]
    fn address(&self) -> *const () {
        Arc::as_ptr(&self.0).cast()
    }

    #[inline]
    fn weak_address(weak: &Weak<T>) -> *const () {
        weak.core.as_ptr().cast()
    }
}

impl<T: ?Sized> AsHandle for Strong<T> {
    type Handle = Self;

    #[inline]
    fn as_handle(&self) -> &Self {
        self
    }
}
