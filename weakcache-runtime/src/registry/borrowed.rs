//! Handles that are copied.
#![allow(unsafe_code)] // for one cast

use std::cmp::Ordering;
use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::ptr;

use super::{Interned, Numbered, WeakInterned};
use crate::handle::AsHandle;
use crate::plain::Plain;
use crate::rc::{Lent, Stored, Strong};

/// An [`Interned`] handle that another one keeps alive: a copy of it, which touches no count.
///
/// Made by [`Interned::borrow`], for as long as that handle is borrowed, or by [`Interned::leak`], for ever. It is one
/// pointer wide, compares and hashes by address, and is ordered by value, all as [`Interned`] is. A constructor takes
/// one where it takes the handle:
///
/// ```
/// use weakcache::{Interned, InternedRef, interned};
///
/// #[interned]
/// enum Expr { Num(i64), Add(Interned<Expr>, Interned<Expr>) }
///
/// fn double(e: InternedRef<'_, Expr>) -> Interned<Expr> {
///     Expr::add(e, e) // counts `e` twice where the sum is new, and not at all where it is not
/// }
///
/// let one = Expr::num(1);
/// let two = double(Interned::borrow(&one));
/// let again = double(Interned::borrow(&one));
/// assert!(two == again);
/// assert_eq!(Interned::strong_count(&one), 3); // `one` itself, and twice in the sum
/// ```
///
/// The value is reached for as long as the borrow lasts, not only for as long as the copy does:
///
/// ```
/// # use weakcache::{Interned, InternedRef, interned};
/// # #[interned] struct Symbol(String);
/// fn text(symbol: InternedRef<'_, Symbol>) -> &str {
///     &InternedRef::get(symbol).0
/// }
/// ```
///
/// It cannot outlive the handle:
///
/// ```compile_fail,E0505
/// # use weakcache::{Interned, interned};
/// # #[interned] struct Symbol(String);
/// let x = Symbol::new("x");
/// let borrowed = Interned::borrow(&x);
/// drop(x);
/// assert_eq!(borrowed.0, "x");
/// ```
#[repr(transparent)]
pub struct InternedRef<'a, T: ?Sized>(Lent<'a, T>);

impl<'a, T: ?Sized> InternedRef<'a, T> {
    #[inline]
    pub(super) fn new(strong: &'a Strong<T>) -> Self {
        Self(Lent::new(strong))
    }

    pub(super) fn leak(strong: Strong<T>) -> Self
    where
        T: 'a,
    {
        Self(Lent::leak(strong))
    }

    /// The value.
    ///
    /// ```
    /// # use weakcache::{Interned, InternedRef, interned};
    /// # #[interned] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// let lent = Interned::borrow(&x);
    /// let text: &str = &InternedRef::get(lent).0; // for as long as `x` is borrowed
    /// assert_eq!(text, "x");
    /// ```
    #[inline]
    #[must_use]
    pub fn get(this: Self) -> &'a T
    where
        T: Stored,
    {
        this.0.get()
    }

    /// A handle that keeps the value alive: one increment.
    ///
    /// ```
    /// # use weakcache::{Interned, InternedRef, interned};
    /// # #[interned] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// let lent = Interned::borrow(&x);
    /// let held: Interned<Symbol> = InternedRef::to_interned(lent); // counts
    /// assert_eq!(Interned::strong_count(&held), 2);
    /// ```
    #[inline]
    #[must_use]
    pub fn to_interned(this: Self) -> Interned<T> {
        Self::as_interned(&this).clone()
    }

    /// The same as a reference to a handle, for what takes one: no count is touched.
    ///
    /// ```
    /// # use std::collections::HashMap;
    /// # use weakcache::{Interned, InternedRef, interned};
    /// # #[interned] struct Symbol(String);
    /// fn look_up(map: &HashMap<Interned<Symbol>, u32>, symbol: InternedRef<'_, Symbol>) -> Option<u32> {
    ///     map.get(InternedRef::as_interned(&symbol)).copied()
    /// }
    /// # let x = Symbol::new("x");
    /// # assert_eq!(look_up(&HashMap::from([(x.clone(), 1)]), Interned::borrow(&x)), Some(1));
    /// ```
    #[inline]
    #[must_use]
    pub fn as_interned(this: &Self) -> &Interned<T> {
        // SAFETY: an `Interned` is a `Strong` and nothing else.
        unsafe { &*ptr::from_ref(this.0.as_strong()).cast() }
    }

    /// Whether two handles lead to one value. The same as `==`.
    ///
    /// ```
    /// # use weakcache::{Interned, InternedRef, interned};
    /// # #[interned] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// let lent = Interned::borrow(&x);
    /// assert!(InternedRef::ptr_eq(lent, Interned::borrow(&Symbol::new("x"))));
    /// ```
    #[inline]
    #[must_use]
    pub fn ptr_eq(this: Self, other: Self) -> bool {
        Interned::ptr_eq(Self::as_interned(&this), Self::as_interned(&other))
    }

    /// The address of the value.
    ///
    /// ```
    /// # use weakcache::{Interned, InternedRef, interned};
    /// # #[interned] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// let lent = Interned::borrow(&x);
    /// assert_eq!(InternedRef::as_ptr(lent), Interned::as_ptr(&x));
    /// ```
    #[inline]
    #[must_use]
    pub fn as_ptr(this: Self) -> *const T
    where
        T: Stored,
    {
        Interned::as_ptr(Self::as_interned(&this))
    }

    /// A handle that does not keep the value alive, and may outlive it.
    ///
    /// ```
    /// # use weakcache::{Interned, InternedRef, interned};
    /// # #[interned] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// let lent = Interned::borrow(&x);
    /// let weak = InternedRef::downgrade(lent);
    /// drop(x);
    /// assert!(weak.upgrade().is_none());
    /// ```
    #[must_use]
    pub fn downgrade(this: Self) -> WeakInterned<T> {
        Interned::downgrade(Self::as_interned(&this))
    }

    /// The number of the value; see [`Interned::number`].
    ///
    /// ```
    /// # use weakcache::{Interned, InternedRef, interned};
    /// #[interned(numbered)]
    /// struct Symbol(String);
    ///
    /// let x = Symbol::new("x");
    /// assert_eq!(InternedRef::number(Interned::borrow(&x)), Interned::number(&x));
    /// ```
    #[inline]
    #[must_use]
    pub fn number(this: Self) -> u64
    where
        T: Numbered,
    {
        Interned::number(Self::as_interned(&this))
    }

    /// The hash of the value's key; see [`Interned::hash_of`].
    ///
    /// ```
    /// # use weakcache::{Interned, InternedRef, interned};
    /// # #[interned] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// let lent = Interned::borrow(&x);
    /// assert_eq!(InternedRef::hash_of(lent), Interned::hash_of(&x));
    /// ```
    #[inline]
    #[must_use]
    pub fn hash_of(this: Self) -> u64 {
        Interned::hash_of(Self::as_interned(&this))
    }
}

impl<T: ?Sized> Copy for InternedRef<'_, T> {}

impl<T: ?Sized> Clone for InternedRef<'_, T> {
    /// A copy: no count is touched.
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized + Stored> Deref for InternedRef<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.0.get()
    }
}

impl<T: ?Sized + Stored> AsRef<T> for InternedRef<'_, T> {
    #[inline]
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T: ?Sized> PartialEq for InternedRef<'_, T> {
    /// By address, O(1).
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        Self::ptr_eq(*self, *other)
    }
}

impl<T: ?Sized> Eq for InternedRef<'_, T> {}

// By address.
impl<T: ?Sized> Plain for InternedRef<'_, T> {}

impl<T: ?Sized + Stored> Hash for InternedRef<'_, T> {
    /// By address, O(1), and as the [`Interned`] does.
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        Self::as_interned(self).hash(state);
    }
}

impl<T: ?Sized + Stored + PartialOrd> PartialOrd for InternedRef<'_, T> {
    /// By value; one and the same value is equal without a look at it.
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Self::as_interned(self).partial_cmp(Self::as_interned(other))
    }
}

impl<T: ?Sized + Stored + Ord> Ord for InternedRef<'_, T> {
    /// By value; one and the same value is equal without a look at it.
    fn cmp(&self, other: &Self) -> Ordering {
        Self::as_interned(self).cmp(Self::as_interned(other))
    }
}

impl<T: ?Sized + Stored + fmt::Debug> fmt::Debug for InternedRef<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + Stored + fmt::Display> fmt::Display for InternedRef<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + Stored> fmt::Pointer for InternedRef<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&Self::as_ptr(*self), f)
    }
}

impl<T: ?Sized + Stored + Error> Error for InternedRef<'_, T> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        (**self).source()
    }
}

impl<'a, T: ?Sized> From<&'a Interned<T>> for InternedRef<'a, T> {
    /// [`Interned::borrow`].
    #[inline]
    fn from(handle: &'a Interned<T>) -> Self {
        Interned::borrow(handle)
    }
}

impl<T: ?Sized> From<InternedRef<'_, T>> for Interned<T> {
    /// [`InternedRef::to_interned`].
    #[inline]
    fn from(borrowed: InternedRef<'_, T>) -> Self {
        InternedRef::to_interned(borrowed)
    }
}

/// For `#[memoize(weak_key)]`.
impl<T: ?Sized> AsHandle for InternedRef<'_, T> {
    type Handle = Interned<T>;

    #[inline]
    fn as_handle(&self) -> &Interned<T> {
        Self::as_interned(self)
    }
}
