//! Weak sets.
#![forbid(unsafe_code)]

use crate::DefaultHashBuilder;
use crate::weak::containers::keys::{ByAddress, Keying, Keys, Lookup};
use crate::weak::containers::pointer::Pointer;
use crate::weak::containers::snapshot::Snapshot;
use crate::weak::strong::Strong;
use std::fmt;
use std::hash::BuildHasher;
use std::panic::Location;
use weakcache_inspect::Kind;

/// A concurrent set that holds its elements weakly: an element is there as long as someone else holds
/// it.
///
/// See [`Set`] for what it does. The counterpart of Python's `WeakSet`.
///
/// ```
/// use weakcache::{Strong, WeakSet};
///
/// let names = WeakSet::new();
/// let ada: Strong<str> = Strong::from("Ada");
/// names.insert(&ada);
/// assert!(names.contains("Ada"));
/// drop(ada);
/// assert!(names.is_empty());
/// ```
pub type WeakSet<T, S = DefaultHashBuilder> = Set<Strong<T>, S>;

/// [`WeakSet`] for elements in [`Arc`](std::sync::Arc)s.
///
/// An `Arc` does not tell when its value dies, so the dead are invisible at once, but their places are
/// freed only when the set has grown by as much again.
///
/// ```
/// use std::sync::Arc;
/// use weakcache::ArcWeakSet;
///
/// let names = ArcWeakSet::new();
/// let ada: Arc<str> = Arc::from("Ada");
/// names.insert(&ada);
/// assert!(names.contains("Ada"));
/// drop(ada);
/// assert!(!names.contains("Ada"));
/// ```
pub type ArcWeakSet<T, S = DefaultHashBuilder> = Set<std::sync::Arc<T>, S>;

/// A concurrent set of weakly held elements: [`WeakSet`], [`ArcWeakSet`] or
/// [`InternedWeakSet`](crate::InternedWeakSet).
///
/// `P` is the handle that goes in and comes out, [`Strong<T>`](Strong), [`Arc<T>`](std::sync::Arc),
/// [`Interned<T>`](crate::Interned), or one of your own on an interned value.
/// Elements are compared by value or [by identity](Set::by_identity). All methods take `&self`. No user
/// code (`Hash`, `Eq`, `Drop`, closures) runs with a lock held, so each may use the set; if it panics,
/// the set is as it was.
///
/// ```
/// use weakcache::{Strong, WeakSet};
///
/// let set = WeakSet::new();
/// let one = Strong::new("one".to_owned());
/// set.insert(&one);
/// assert!(set.contains("one"));
/// drop(one);
/// assert!(set.is_empty());
/// ```
///
/// # Cost
///
/// A look-up hashes once and takes one lock of many, for a moment. `len` and what iterates walk the set.
pub struct Set<P: Pointer, S = DefaultHashBuilder>(Keys<P, (), S>);

impl<P: Pointer> Set<P> {
    /// An empty set that compares its elements by value.
    ///
    /// ```
    /// # use weakcache::WeakSet;
    /// let set: WeakSet<str> = WeakSet::new();
    /// assert!(set.is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<P: Pointer> Set<P, ByAddress> {
    /// An empty set that compares its elements by address. They need be neither `Hash` nor `Eq`, and
    /// look-ups take a handle.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakSet};
    /// let set = WeakSet::by_identity();
    /// let [half, other] = [Strong::new(0.5), Strong::new(0.5)];
    /// assert!(set.insert(&half));
    /// assert!(set.contains(&half) && !set.contains(&other));
    /// ```
    #[must_use]
    pub fn by_identity() -> Self {
        Self::default()
    }
}

impl<P: Pointer, S> Set<P, S> {
    /// An empty set that hashes with `hasher`.
    ///
    /// ```
    /// # use weakcache::WeakSet;
    /// use std::hash::RandomState;
    ///
    /// let set: WeakSet<str, _> = WeakSet::with_hasher(RandomState::new());
    /// assert!(set.is_empty());
    /// ```
    #[must_use]
    pub fn with_hasher(hasher: S) -> Self
    where
        S: BuildHasher,
    {
        Self(Keys::new(hasher))
    }

    /// Gives the set a name: with one it is listed by [`caches`](crate::caches), at the line of this call, until it is dropped.
    ///
    /// ```
    /// use weakcache::WeakSet;
    ///
    /// let seen: WeakSet<str> = WeakSet::new().with_name("seen");
    /// assert!(weakcache::caches().any(|report| report.name == "seen" && report.len == 0));
    /// # drop(seen);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.0.list(Kind::WeakSet, name.into(), Location::caller());
        self
    }

    /// How many elements are alive. Walks the set.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakSet};
    /// let one = Strong::new(1);
    /// let set: WeakSet<_> = [&one, &Strong::new(2)].into_iter().collect();
    /// assert_eq!(set.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.table().len()
    }

    /// Whether no element is alive.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakSet};
    /// let set = WeakSet::new();
    /// set.insert(&Strong::new(2));
    /// assert!(set.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.table().is_empty()
    }

    /// Removes all elements, and frees their memory.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakSet};
    /// let one = Strong::new(1);
    /// let set: WeakSet<_> = [&one].into_iter().collect();
    /// set.clear();
    /// assert!(set.is_empty());
    /// ```
    pub fn clear(&self) {
        self.0.table().clear();
    }

    /// Takes out what belongs to dead elements that have not told so, and says how many: with [`Strong`], which tells
    /// at once, 0. Gives back memory if much of it is unused.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use weakcache::ArcWeakSet;
    /// let set = ArcWeakSet::new();
    /// set.insert(&Arc::new(2));
    /// assert_eq!(set.sweep(), 1);
    /// ```
    pub fn sweep(&self) -> usize {
        self.0.table().sweep()
    }

    /// Gives back the memory that is not needed, after a [`sweep`](Self::sweep).
    ///
    /// Tables shrink by themselves as they empty, to within a small factor.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakSet};
    /// let set: WeakSet<str> = WeakSet::new();
    /// set.shrink_to_fit();
    /// ```
    pub fn shrink_to_fit(&self) {
        self.0.table().shrink_to_fit();
    }

    /// Keeps the elements that `keep` accepts. It sees those that were there at the call, with no lock
    /// held.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakSet};
    /// let [one, two] = [Strong::new(1), Strong::new(2)];
    /// let set: WeakSet<_> = [&one, &two].into_iter().collect();
    /// set.retain(|element| **element > 1);
    /// assert!(set.iter().eq([two]));
    /// ```
    pub fn retain(&self, mut keep: impl FnMut(&P) -> bool) {
        for (hash, element) in self.0.table().snapshot() {
            if !keep(&element) {
                self.0.remove_if(hash, &element, |()| true);
            }
        }
    }

    /// The elements of a snapshot of the set, taken shard by shard. The set may be changed meanwhile.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakSet};
    /// let one = Strong::new(1);
    /// let set: WeakSet<_> = [&one].into_iter().collect();
    /// assert!(set.iter().eq([one]));
    /// ```
    pub fn iter(&self) -> Snapshot<P> {
        self.0.table().snapshot().into_iter().map(|(_, element)| element).collect()
    }

    /// Adds `element`; says whether there was no equal one, which would stay.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakSet};
    /// let set = WeakSet::new();
    /// let one = Strong::new(1);
    /// assert!(set.insert(&one));
    /// assert!(!set.insert(&Strong::new(1)));
    /// ```
    pub fn insert(&self, element: &P) -> bool
    where
        S: Keying<P>,
    {
        self.0.insert_if_absent(element, ())
    }

    /// Whether the element is there and alive.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakSet};
    /// let one = Strong::new(1);
    /// let set: WeakSet<_> = [&one].into_iter().collect();
    /// assert!(set.contains(&1) && !set.contains(&2));
    /// ```
    #[must_use]
    pub fn contains<Q: ?Sized>(&self, element: &Q) -> bool
    where
        S: Lookup<P, Q>,
    {
        self.0.find(element).is_some()
    }

    /// The element that is there, if it is alive.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakSet};
    /// let one = Strong::new(1);
    /// let set: WeakSet<_> = [&one].into_iter().collect();
    /// assert!(Strong::ptr_eq(&set.get(&1).unwrap(), &one));
    /// ```
    #[must_use]
    pub fn get<Q: ?Sized>(&self, element: &Q) -> Option<P>
    where
        S: Lookup<P, Q>,
    {
        self.0.find(element)
    }

    /// Removes the element and says whether it was there, alive.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakSet};
    /// let one = Strong::new(1);
    /// let set: WeakSet<_> = [&one].into_iter().collect();
    /// assert!(set.remove(&1));
    /// assert!(!set.remove(&1));
    /// ```
    pub fn remove<Q: ?Sized>(&self, element: &Q) -> bool
    where
        S: Lookup<P, Q>,
    {
        self.0.remove(element).is_some()
    }
}

impl<P: Pointer, S: Default> Default for Set<P, S> {
    fn default() -> Self {
        Self(Keys::new(S::default()))
    }
}

impl<P: Pointer + fmt::Debug, S> fmt::Debug for Set<P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<'a, P: Pointer, S: Keying<P>> Extend<&'a P> for Set<P, S> {
    fn extend<I: IntoIterator<Item = &'a P>>(&mut self, elements: I) {
        for element in elements {
            self.insert(element);
        }
    }
}

impl<'a, P: Pointer, S: Keying<P> + Default> FromIterator<&'a P> for Set<P, S> {
    fn from_iter<I: IntoIterator<Item = &'a P>>(elements: I) -> Self {
        let mut set = Self::default();
        set.extend(elements);
        set
    }
}

impl<P: Pointer, S> IntoIterator for &Set<P, S> {
    type Item = P;
    type IntoIter = Snapshot<P>;

    fn into_iter(self) -> Snapshot<P> {
        self.iter()
    }
}
