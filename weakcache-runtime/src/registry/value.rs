//! One value of any type, ready made.
#![forbid(unsafe_code)]

use std::cmp::Ordering;
use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use super::table::{Ask, find, find_or_make};
use super::{HasherOf, Intern, Interned, Registry};
use crate::directory::Directory;
use crate::hash::DefaultHashBuilder;

/// A value that exists once: a handle on an interned `T`, which may be a type of another crate.
///
/// It is one pointer wide, and dereferences to the value. With another `Value` it is compared by address, and hashed so,
/// which is O(1) and means the same. Order, where `T` has one, is that of the values. Types of one's own are better
/// interned by [`#[interned]`](https://docs.rs/weakcache/latest/weakcache/attr.interned.html), which makes constructors by
/// fields that a hit need not build a value for; text by [`Str`](super::Str).
///
/// ```
/// use std::net::IpAddr;
/// use weakcache::Value;
///
/// let address: Value<IpAddr> = Value::new("10.0.0.1".parse().unwrap());
/// let again = Value::new(IpAddr::from([10, 0, 0, 1]));
/// assert!(address == again);
/// assert!(address.is_ipv4());
///
/// drop((address, again));
/// assert_eq!(Value::<IpAddr>::registry().len(), 0);
/// ```
pub struct Value<T> {
    __weakcache_inner: Interned<Wrapped<T>>,
}

/// What a [`Value<T>`] is a handle on: a `T`, which is its whole key.
///
/// ```
/// use weakcache::{Interned, Value, Wrapped};
///
/// let seven = Value::new(7);
/// let inner: &Interned<Wrapped<i32>> = Value::as_interned(&seven);
/// assert_eq!(inner.0, 7);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Wrapped<T>(pub T);

impl<T: Hash + Eq + Send + Sync + 'static> Value<T> {
    /// The handle on this value. Where there was one, `value` is dropped.
    ///
    /// ```
    /// # use weakcache::Value;
    /// let pair = Value::new((1, "one"));
    /// assert!(pair == Value::new((1, "one")) && pair.0 == 1);
    /// ```
    #[must_use]
    #[inline]
    pub fn new(value: T) -> Self {
        Self { __weakcache_inner: find_or_make(Wrapped(value)) }
    }

    /// The handle on this value, if there is one already.
    ///
    /// ```
    /// # use weakcache::Value;
    /// let held = Value::new(7_u64);
    /// assert_eq!(Value::get(&7), Some(held));
    /// assert_eq!(Value::get(&8_u64), None);
    /// ```
    #[must_use]
    #[inline]
    pub fn get(value: &T) -> Option<Self> {
        Some(Self { __weakcache_inner: find(&Asked(value))? })
    }

    /// The registry of all values of `T`.
    ///
    /// ```
    /// # use weakcache::Value;
    /// let seven = Value::new(7_u16);
    /// assert_eq!(Value::<u16>::registry().len(), 1);
    /// # drop(seven);
    /// ```
    #[must_use]
    #[inline]
    pub fn registry() -> &'static Registry<Wrapped<T>> {
        Wrapped::registry()
    }

    /// The handle in it, for what is about handles: counts, weak ones, borrowed ones.
    ///
    /// ```
    /// use weakcache::{Interned, Value};
    ///
    /// let value = Value::new('x');
    /// assert_eq!(Interned::strong_count(Value::as_interned(&value)), 1);
    /// ```
    #[must_use]
    #[inline]
    pub fn as_interned(this: &Self) -> &Interned<Wrapped<T>> {
        &this.__weakcache_inner
    }
}

crate::__weakcache_newtype! {
    [T] Value<T>, Interned<Wrapped<T>>, []
}

/// The values of [`Value<T>`].
impl<T: Hash + Eq + Send + Sync + 'static> Intern for Wrapped<T> {
    type Hasher = DefaultHashBuilder;

    #[inline]
    fn registry() -> &'static Registry<Self> {
        static DIRECTORY: Directory = Directory::new();
        DIRECTORY.get_or_init(|| Registry::new(std::any::type_name::<Value<T>>()))
    }

    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }

    #[inline]
    fn eq_key(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

/// A value that is looked up.
struct Asked<'a, T>(&'a T);

impl<T: Hash + Eq + Send + Sync + 'static> Ask<Wrapped<T>> for Asked<'_, T> {
    #[inline]
    fn hash(&self, state: &mut HasherOf<Wrapped<T>>) {
        self.0.hash(state);
    }

    #[inline]
    fn eq(&self, value: &Wrapped<T>) -> bool {
        *self.0 == value.0
    }
}

impl<T> Deref for Value<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        let Wrapped(value) = &*self.__weakcache_inner;
        value
    }
}

impl<T> AsRef<T> for Value<T> {
    #[inline]
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T: PartialEq> PartialEq<T> for Value<T> {
    /// By value.
    #[inline]
    fn eq(&self, other: &T) -> bool {
        **self == *other
    }
}

impl<T: PartialOrd> PartialOrd for Value<T> {
    /// By value; one and the same is equal without a look at it.
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.__weakcache_inner.partial_cmp(&other.__weakcache_inner)
    }
}

impl<T: Ord> Ord for Value<T> {
    /// By value; one and the same is equal without a look at it.
    fn cmp(&self, other: &Self) -> Ordering {
        self.__weakcache_inner.cmp(&other.__weakcache_inner)
    }
}

impl<T: fmt::Debug> fmt::Debug for Value<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: fmt::Display> fmt::Display for Value<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Error> Error for Value<T> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        (**self).source()
    }
}

impl<T: Hash + Eq + Send + Sync + Default + 'static> Default for Value<T> {
    /// The default of `T`, interned.
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: Hash + Eq + Send + Sync + 'static> From<T> for Value<T> {
    /// Interns the value.
    #[inline]
    fn from(value: T) -> Self {
        Self::new(value)
    }
}
