//! The handles on values of one thread.
#![forbid(unsafe_code)]

use std::cmp::Ordering;
use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use super::super::Numbered;
use super::InternLocal;
use crate::handle::{AsHandle, Handle};
use crate::plain::Plain;
use crate::rc::{LocalStrong, LocalWeak, Stored};

/// A handle on a value that exists once on its thread: an [`Interned`](crate::Interned) that never leaves it, for values
/// that need be neither `Send` nor `Sync`.
///
/// It counts without an atomic instruction, and looks up without a fence or a lock. All that is said of `Interned` holds
/// of it, within the thread. It has no borrowed form.
///
/// ```
/// use std::rc::Rc;
/// use weakcache::{LocalInterned, interned};
///
/// #[interned(local)]
/// #[derive(Debug)]
/// pub enum Expr { Var(Rc<str>), Add(LocalInterned<Expr>, LocalInterned<Expr>) }
///
/// let x = Expr::var("x".into());
/// let sum = Expr::add(&x, x.clone());
/// assert_eq!(sum, Expr::add(x.clone(), &x));
/// assert_eq!(LocalInterned::strong_count(&x), 3);
/// ```
///
/// ```compile_fail,E0277
/// # use weakcache::interned;
/// # #[interned(local)] pub struct Symbol(String);
/// let x = Symbol::new("x");
/// std::thread::spawn(move || drop(x));
/// ```
pub struct LocalInterned<T: ?Sized>(pub(super) LocalStrong<T>);

impl<T: ?Sized> LocalInterned<T> {
    /// Whether two handles lead to one value. The same as `==`.
    ///
    /// ```
    /// # use weakcache::{LocalInterned, interned};
    /// # #[interned(local)] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// assert!(LocalInterned::ptr_eq(&x, &Symbol::new("x")));
    /// ```
    #[inline]
    #[must_use]
    pub fn ptr_eq(this: &Self, other: &Self) -> bool {
        this.0.address() == other.0.address()
    }

    /// How many handles there are on this value.
    ///
    /// ```
    /// # use weakcache::{LocalInterned, interned};
    /// # #[interned(local)] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// let same = Symbol::new("x");
    /// assert_eq!(LocalInterned::strong_count(&x), 2);
    /// # drop(same);
    /// ```
    #[must_use]
    pub fn strong_count(this: &Self) -> usize {
        this.0.strong_count()
    }

    /// How many weak handles there are on this value.
    ///
    /// ```
    /// # use weakcache::{LocalInterned, interned};
    /// # #[interned(local)] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// let weak = LocalInterned::downgrade(&x);
    /// assert_eq!(LocalInterned::weak_count(&x), 1);
    /// # drop(weak);
    /// ```
    #[must_use]
    pub fn weak_count(this: &Self) -> usize {
        this.0.weak_count()
    }

    /// The address of the value, valid as long as a handle lives.
    ///
    /// ```
    /// # use weakcache::{LocalInterned, interned};
    /// # #[interned(local)] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// assert!(std::ptr::eq(LocalInterned::as_ptr(&x), &*x));
    /// ```
    #[inline]
    #[must_use]
    pub fn as_ptr(this: &Self) -> *const T
    where
        T: Stored,
    {
        this.0.as_ptr()
    }

    /// A handle that does not keep the value alive.
    ///
    /// ```
    /// # use weakcache::{interned, LocalInterned};
    /// # #[interned(local)] pub struct Symbol(String);
    /// let x = Symbol::new("x");
    /// let weak = LocalInterned::downgrade(&x);
    /// assert!(weak.upgrade().is_some());
    /// drop(x);
    /// assert!(weak.upgrade().is_none());
    /// ```
    #[must_use]
    pub fn downgrade(this: &Self) -> LocalWeakInterned<T> {
        LocalWeakInterned(this.0.downgrade())
    }

    /// The number of the value: values are counted up from 1 as they are registered, all of one registry. A number is
    /// never given twice while the thread runs. (As it ends its registry goes, once no value is left; if the destructor of
    /// a thread-local makes a value after that, its registry counts from 1 again.)
    ///
    /// See [`LocalInterned::number`](crate::Interned::number).
    ///
    /// ```
    /// # use weakcache::{LocalInterned, interned};
    /// #[interned(local, numbered)]
    /// struct Symbol(String);
    ///
    /// let (x, y) = (Symbol::new("x"), Symbol::new("y"));
    /// assert!(LocalInterned::number(&x) < LocalInterned::number(&y));
    /// ```
    #[inline]
    #[must_use]
    pub fn number(this: &Self) -> u64
    where
        T: Numbered,
    {
        match this.0.number() {
            Some(number) => number,
            None => unreachable!("the attribute implements `Numbered`"),
        }
    }

    /// The hash of the value's key, as the registry stores it.
    ///
    /// Of the key alone, equal for equal keys in one process, not from one run to the next.
    ///
    /// ```
    /// # use weakcache::{LocalInterned, interned};
    /// # #[interned(local)] struct Symbol(String);
    /// let (x, same) = (Symbol::new("x"), Symbol::new("x"));
    /// assert_eq!(LocalInterned::hash_of(&x), LocalInterned::hash_of(&same));
    /// ```
    #[inline]
    #[must_use]
    pub fn hash_of(this: &Self) -> u64 {
        this.0.hash()
    }
}

impl<T: ?Sized> Clone for LocalInterned<T> {
    /// Another handle on the same value: one increment.
    #[inline]
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: ?Sized + Stored> Deref for LocalInterned<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: ?Sized + Stored> AsRef<T> for LocalInterned<T> {
    #[inline]
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T: ?Sized> PartialEq for LocalInterned<T> {
    /// By address, O(1).
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        Self::ptr_eq(self, other)
    }
}

impl<T: ?Sized> Eq for LocalInterned<T> {}

// By address.
impl<T: ?Sized> Plain for LocalInterned<T> {}

impl<T: ?Sized> Hash for LocalInterned<T> {
    /// By address, O(1).
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.address().hash(state);
    }
}

impl<T: ?Sized + Stored + PartialOrd> PartialOrd for LocalInterned<T> {
    /// By value; one and the same value is equal without a look at it.
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        if self == other { Some(Ordering::Equal) } else { (**self).partial_cmp(&**other) }
    }
}

impl<T: ?Sized + Stored + Ord> Ord for LocalInterned<T> {
    /// By value; one and the same value is equal without a look at it.
    fn cmp(&self, other: &Self) -> Ordering {
        if self == other { Ordering::Equal } else { (**self).cmp(&**other) }
    }
}

impl<T: ?Sized + Stored + fmt::Debug> fmt::Debug for LocalInterned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + Stored + fmt::Display> fmt::Display for LocalInterned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + Stored> fmt::Pointer for LocalInterned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&self.0.as_ptr(), f)
    }
}

impl<T: ?Sized + Stored + Error> Error for LocalInterned<T> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        (**self).source()
    }
}

impl<T: InternLocal> From<T> for LocalInterned<T> {
    /// Interns the value; see [`InternLocal::intern`].
    fn from(value: T) -> Self {
        value.intern()
    }
}

impl<T: InternLocal + Default> Default for LocalInterned<T> {
    /// The default of `T`, interned.
    fn default() -> Self {
        T::default().intern()
    }
}

/// A handle on a value that exists once, which does not keep it alive.
///
/// Made by [`LocalInterned::downgrade`]. It keeps the memory of the entry in use, never the value.
///
/// ```
/// use weakcache::{LocalInterned, LocalWeakInterned, interned};
///
/// #[interned(local)]
/// struct Symbol(String);
///
/// let x = Symbol::new("x");
/// let weak: LocalWeakInterned<Symbol> = LocalInterned::downgrade(&x);
/// assert!(weak.upgrade().is_some());
/// drop(x);
/// assert!(weak.upgrade().is_none());
/// ```
pub struct LocalWeakInterned<T: ?Sized>(LocalWeak<T>);

impl<T: ?Sized> LocalWeakInterned<T> {
    /// A handle on nothing: [`upgrade`](Self::upgrade) gives `None`. The same as `default()`.
    ///
    /// ```
    /// assert!(weakcache::LocalWeakInterned::<String>::new().upgrade().is_none());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self(LocalWeak::dangling())
    }

    /// A handle that keeps the value alive, unless it is gone.
    ///
    /// A value that is gone does not come back: that the same key was interned anew since makes another
    /// value, to which this handle does not lead.
    ///
    /// ```
    /// # use weakcache::{LocalInterned, interned};
    /// # #[interned(local)] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// let weak = LocalInterned::downgrade(&x);
    /// assert_eq!(weak.upgrade().as_ref().map(|symbol| &*symbol.0), Some("x"));
    /// ```
    #[must_use]
    pub fn upgrade(&self) -> Option<LocalInterned<T>> {
        self.0.upgrade().map(LocalInterned)
    }

    /// Whether two handles lead to one value, living or gone, or both to nothing.
    ///
    /// ```
    /// # use weakcache::{LocalInterned, interned};
    /// # #[interned(local)] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// assert!(LocalInterned::downgrade(&x).ptr_eq(&LocalInterned::downgrade(&x)));
    /// ```
    #[must_use]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        self.0.ptr_eq(&other.0)
    }

    /// How many [`LocalInterned`] handles there are on the value; 0 if it is gone.
    ///
    /// ```
    /// # use weakcache::{LocalInterned, interned};
    /// # #[interned(local)] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// let weak = LocalInterned::downgrade(&x);
    /// assert_eq!(weak.strong_count(), 1);
    /// drop(x);
    /// assert_eq!(weak.strong_count(), 0);
    /// ```
    #[must_use]
    pub fn strong_count(&self) -> usize {
        self.0.strong_count()
    }
}

impl<T: ?Sized> Clone for LocalWeakInterned<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: ?Sized> Default for LocalWeakInterned<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: ?Sized> fmt::Debug for LocalWeakInterned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(LocalWeakInterned)")
    }
}

/// For `#[memoize(local, weak)]` and `#[memoize(local, weak_key)]`.
impl<T: ?Sized> Handle for LocalInterned<T> {
    type Weak = LocalWeakInterned<T>;

    fn downgrade(&self) -> LocalWeakInterned<T> {
        Self::downgrade(self)
    }

    fn upgrade(weak: &LocalWeakInterned<T>) -> Option<Self> {
        weak.upgrade()
    }

    fn is_dead(weak: &LocalWeakInterned<T>) -> bool {
        weak.strong_count() == 0
    }

    #[inline]
    fn address(&self) -> *const () {
        self.0.address()
    }

    #[inline]
    fn weak_address(weak: &LocalWeakInterned<T>) -> *const () {
        weak.0.address()
    }
}

impl<T: ?Sized> AsHandle for LocalInterned<T> {
    type Handle = Self;

    #[inline]
    fn as_handle(&self) -> &Self {
        self
    }
}
