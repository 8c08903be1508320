//! The handles.
#![forbid(unsafe_code)]

use std::cmp::Ordering;
use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use super::{Intern, InternedRef, Numbered};
use crate::handle::{AsHandle, Handle};
use crate::plain::Plain;
use crate::rc::{Stored, Strong, Weak};

/// A handle on a value that exists once: as long as a handle lives, the same key gives the same value.
///
/// Like an [`Arc`](std::sync::Arc) it is one pointer wide, counts, and dereferences to the value. Unlike
/// an `Arc` it compares and hashes by address, which for values that exist once says the same as comparing
/// keys: O(1), whatever the size of the value. Order, where `T` has one, is that of the values.
///
/// There is no `Borrow<T>`: a handle hashes otherwise than the value.
///
/// ```
/// use weakcache::{Interned, interned};
///
/// #[interned]
/// #[derive(Debug)]
/// pub struct Date { pub year: i32, pub month: u8, pub day: u8 }
///
/// let a: Interned<Date> = Date::new(2022, 12, 3);
/// let b = Date::new(2022, 12, 3);
/// assert!(Interned::ptr_eq(&a, &b));
/// assert_eq!(a, b);
/// assert_eq!(Interned::strong_count(&a), 2);
/// assert_eq!(a.year, 2022);
///
/// drop((a, b));
/// assert_eq!(Date::registry().len(), 0);
/// ```
///
/// # Dropping
///
/// The last handle takes the value out of the registry and drops it before it returns. Where that
/// happens inside the drop of another interned value, the value is out of the registry at once, and its
/// own drop comes before the outermost one returns: chains of any length drop in constant stack.
///
/// # Panics
///
/// A panic in the `Drop` of `T` comes out of the drop of the last handle, unless that thread is unwinding
/// already. More than `i32::MAX` handles on one value abort the process.
#[repr(transparent)] // for `InternedRef`
pub struct Interned<T: ?Sized>(pub(super) Strong<T>);

impl<T: ?Sized> Interned<T> {
    /// Whether two handles lead to one value. The same as `==`.
    ///
    /// ```
    /// # use weakcache::{Interned, interned};
    /// # #[interned] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// assert!(Interned::ptr_eq(&x, &Symbol::new("x")));
    /// ```
    #[inline]
    #[must_use]
    pub fn ptr_eq(this: &Self, other: &Self) -> bool {
        this.0.address() == other.0.address()
    }

    /// How many handles there are on this value. Other threads may change that at any time.
    ///
    /// ```
    /// # use weakcache::{Interned, interned};
    /// # #[interned] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// let same = Symbol::new("x");
    /// assert_eq!(Interned::strong_count(&x), 2);
    /// # drop(same);
    /// ```
    #[must_use]
    pub fn strong_count(this: &Self) -> usize {
        this.0.strong_count()
    }

    /// How many weak handles there are on this value.
    ///
    /// ```
    /// # use weakcache::{Interned, interned};
    /// # #[interned] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// let weak = Interned::downgrade(&x);
    /// assert_eq!(Interned::weak_count(&x), 1);
    /// # drop(weak);
    /// ```
    #[must_use]
    pub fn weak_count(this: &Self) -> usize {
        this.0.weak_count()
    }

    /// The address of the value, valid as long as a handle lives.
    ///
    /// ```
    /// # use weakcache::{Interned, interned};
    /// # #[interned] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// assert!(std::ptr::eq(Interned::as_ptr(&x), &*x));
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
    /// # use weakcache::{interned, Interned};
    /// # #[interned] pub struct Symbol(String);
    /// let x = Symbol::new("x");
    /// let weak = Interned::downgrade(&x);
    /// assert!(weak.upgrade().is_some());
    /// drop(x);
    /// assert!(weak.upgrade().is_none());
    /// ```
    #[must_use]
    pub fn downgrade(this: &Self) -> WeakInterned<T> {
        WeakInterned(this.0.downgrade())
    }

    /// The same handle as a copy that counts for nothing, for as long as this one is borrowed.
    ///
    /// ```
    /// # use weakcache::{interned, Interned};
    /// # #[interned] pub struct Symbol(String);
    /// let x = Symbol::new("x");
    /// let (a, b) = (Interned::borrow(&x), Interned::borrow(&x));
    /// assert!(a == b);
    /// assert_eq!(Interned::strong_count(&x), 1);
    /// ```
    #[inline]
    #[must_use]
    pub fn borrow(this: &Self) -> InternedRef<'_, T> {
        InternedRef::new(&this.0)
    }

    /// Gives the handle up without letting go of the value: it lives from now on as long as the process.
    ///
    /// For values that are never to be given back, such as keywords: what comes of it is `Copy`, and no count is
    /// touched any more. Handles on the same value stay what they are.
    ///
    /// ```
    /// # use weakcache::{interned, Interned, InternedRef};
    /// # #[interned] pub struct Symbol(String);
    /// let keyword: InternedRef<'static, Symbol> = Interned::leak(Symbol::new("while"));
    /// assert!(keyword == Interned::borrow(&Symbol::new("while")));
    /// ```
    #[must_use = "the value is kept for ever"]
    pub fn leak(this: Self) -> InternedRef<'static, T>
    where
        T: 'static,
    {
        InternedRef::leak(this.0)
    }

    /// The number of the value: values are counted up from 1 as they are registered, all of one registry. A number is
    /// never given twice.
    ///
    /// An order by creation, that is one by age: what a value was made of has a lower number. It costs eight bytes an
    /// entry, for the types that ask for it.
    ///
    /// ```
    /// use weakcache::{Interned, interned};
    ///
    /// #[interned(numbered)]
    /// enum Expr { Num(i64), Neg(Interned<Expr>) }
    ///
    /// let one = Expr::num(1);
    /// let minus_one = Expr::neg(&one);
    /// assert_eq!((Interned::number(&one), Interned::number(&minus_one)), (1, 2));
    /// assert_eq!(Interned::number(&Expr::num(1)), 1);
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
    /// # use weakcache::{Interned, interned};
    /// # #[interned] struct Symbol(String);
    /// let (x, same) = (Symbol::new("x"), Symbol::new("x"));
    /// assert_eq!(Interned::hash_of(&x), Interned::hash_of(&same));
    /// ```
    #[inline]
    #[must_use]
    pub fn hash_of(this: &Self) -> u64 {
        this.0.hash()
    }
}

impl<T: ?Sized> Clone for Interned<T> {
    /// Another handle on the same value: one increment.
    #[inline]
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: ?Sized + Stored> Deref for Interned<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: ?Sized + Stored> AsRef<T> for Interned<T> {
    #[inline]
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T: ?Sized> PartialEq for Interned<T> {
    /// By address, O(1).
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        Self::ptr_eq(self, other)
    }
}

impl<T: ?Sized> Eq for Interned<T> {}

// By address.
impl<T: ?Sized> Plain for Interned<T> {}

impl<T: ?Sized + Stored> Hash for Interned<T> {
    /// By address, O(1).
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hashed().hash(state);
    }
}

impl<T: ?Sized + Stored + PartialOrd> PartialOrd for Interned<T> {
    /// By value; one and the same value is equal without a look at it.
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        if self == other { Some(Ordering::Equal) } else { (**self).partial_cmp(&**other) }
    }
}

impl<T: ?Sized + Stored + Ord> Ord for Interned<T> {
    /// By value; one and the same value is equal without a look at it.
    fn cmp(&self, other: &Self) -> Ordering {
        if self == other { Ordering::Equal } else { (**self).cmp(&**other) }
    }
}

impl<T: ?Sized + Stored + fmt::Debug> fmt::Debug for Interned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + Stored + fmt::Display> fmt::Display for Interned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + Stored> fmt::Pointer for Interned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&self.0.as_ptr().cast::<()>(), f)
    }
}

impl<T: ?Sized + Stored + Error> Error for Interned<T> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        (**self).source()
    }
}

impl<T: Intern> From<T> for Interned<T> {
    /// Interns the value; see [`Intern::intern`].
    fn from(value: T) -> Self {
        value.intern()
    }
}

impl<T: Intern + Default> Default for Interned<T> {
    /// The default of `T`, interned.
    fn default() -> Self {
        T::default().intern()
    }
}

/// A handle on a value that exists once, which does not keep it alive.
///
/// Made by [`Interned::downgrade`]. It keeps the memory of the entry in use, never the value.
///
/// ```
/// use weakcache::{Interned, WeakInterned, interned};
///
/// #[interned]
/// struct Symbol(String);
///
/// let x = Symbol::new("x");
/// let weak: WeakInterned<Symbol> = Interned::downgrade(&x);
/// assert!(weak.upgrade().is_some());
/// drop(x);
/// assert!(weak.upgrade().is_none());
/// ```
pub struct WeakInterned<T: ?Sized>(Weak<T>);

impl<T: ?Sized> WeakInterned<T> {
    /// A handle on nothing: [`upgrade`](Self::upgrade) gives `None`. The same as `default()`.
    ///
    /// ```
    /// assert!(weakcache::WeakInterned::<String>::new().upgrade().is_none());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self(Weak::dangling())
    }

    /// A handle that keeps the value alive, unless it is gone.
    ///
    /// A value that is gone does not come back: that the same key was interned anew since makes another
    /// value, to which this handle does not lead.
    ///
    /// ```
    /// # use weakcache::{Interned, interned};
    /// # #[interned] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// let weak = Interned::downgrade(&x);
    /// assert_eq!(weak.upgrade().as_ref().map(|symbol| &*symbol.0), Some("x"));
    /// ```
    #[must_use]
    pub fn upgrade(&self) -> Option<Interned<T>> {
        self.0.upgrade().map(Interned)
    }

    /// Whether two handles lead to one value, living or gone, or both to nothing.
    ///
    /// ```
    /// # use weakcache::{Interned, interned};
    /// # #[interned] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// assert!(Interned::downgrade(&x).ptr_eq(&Interned::downgrade(&x)));
    /// ```
    #[must_use]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        self.0.ptr_eq(&other.0)
    }

    /// How many [`Interned`] handles there are on the value; 0 if it is gone.
    ///
    /// ```
    /// # use weakcache::{Interned, interned};
    /// # #[interned] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// let weak = Interned::downgrade(&x);
    /// assert_eq!(weak.strong_count(), 1);
    /// drop(x);
    /// assert_eq!(weak.strong_count(), 0);
    /// ```
    #[must_use]
    pub fn strong_count(&self) -> usize {
        self.0.strong_count()
    }
}

impl<T: ?Sized> Clone for WeakInterned<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: ?Sized> Default for WeakInterned<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: ?Sized> fmt::Debug for WeakInterned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(WeakInterned)")
    }
}

/// For `#[memoize(weak)]` and `#[memoize(weak_key)]`.
impl<T: ?Sized> Handle for Interned<T> {
    type Weak = WeakInterned<T>;

    fn downgrade(&self) -> WeakInterned<T> {
        Self::downgrade(self)
    }

    fn upgrade(weak: &WeakInterned<T>) -> Option<Self> {
        weak.upgrade()
    }

    fn is_dead(weak: &WeakInterned<T>) -> bool {
        weak.strong_count() == 0
    }

    #[inline]
    fn address(&self) -> *const () {
        self.0.address()
    }

    #[inline]
    fn weak_address(weak: &WeakInterned<T>) -> *const () {
        weak.0.address()
    }
}

/// For weak containers.
#[cfg(all(not(loom), feature = "weak-containers"))]
impl<T: ?Sized + Send + Sync + 'static> crate::handle::Quiet for Interned<T> {}

impl<T: ?Sized> AsHandle for Interned<T> {
    type Handle = Self;

    #[inline]
    fn as_handle(&self) -> &Self {
        self
    }
}
