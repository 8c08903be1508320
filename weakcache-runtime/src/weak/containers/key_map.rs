//! Maps that hold their keys weakly.
//!
//! A value is lent to closures and cloned with no lock held, so it is shared while that lasts. Who takes it
//! out of the map is to own the value, and does not wait for the end of that: the others may be waiting for
//! something that this thread holds. What is shared is dropped by the last who uses it.
#![forbid(unsafe_code)]

use crate::DefaultHashBuilder;
use crate::sync::Arc;
use crate::weak::containers::held::Held;
use crate::weak::containers::keys::{ByAddress, Keying, Keys, Lookup};
use crate::weak::containers::pointer::Pointer;
use crate::weak::containers::snapshot::Snapshot;
use crate::weak::strong::Strong;
use std::convert::Infallible;
use std::fmt;
use std::hash::BuildHasher;
use std::panic::Location;
use weakcache_inspect::Kind;

/// A concurrent map that holds its keys weakly: an entry is there as long as someone else holds its
/// key.
///
/// See [`KeyMap`] for what it does. The counterpart of Python's `WeakKeyDictionary`.
///
/// ```
/// use weakcache::{Strong, WeakKeyMap};
///
/// let ages = WeakKeyMap::new();
/// let ada: Strong<str> = Strong::from("Ada");
/// ages.insert(&ada, 36);
/// assert_eq!(ages.get("Ada"), Some(36));
/// drop(ada);
/// assert!(ages.is_empty());
/// ```
pub type WeakKeyMap<K, V, S = DefaultHashBuilder> = KeyMap<Strong<K>, V, S>;

/// [`WeakKeyMap`] for keys in [`Arc`](std::sync::Arc)s.
///
/// An `Arc` does not tell when its value dies, so the dead are invisible at once, but what was stored
/// under them is dropped only when the map has grown by as much again.
///
/// ```
/// use std::sync::Arc;
/// use weakcache::ArcWeakKeyMap;
///
/// let ages = ArcWeakKeyMap::new();
/// let ada: Arc<str> = Arc::from("Ada");
/// ages.insert(&ada, 36);
/// assert_eq!(ages.get("Ada"), Some(36));
/// drop(ada);
/// assert_eq!(ages.get("Ada"), None);
/// ```
pub type ArcWeakKeyMap<K, V, S = DefaultHashBuilder> = KeyMap<Arc<K>, V, S>;

/// A concurrent map from weakly held keys: [`WeakKeyMap`], [`ArcWeakKeyMap`] or
/// [`InternedWeakKeyMap`](crate::InternedWeakKeyMap).
///
/// `P` is the handle of a key, [`Strong<K>`](Strong), [`Arc<K>`](std::sync::Arc),
/// [`Interned<K>`](crate::Interned), or one of your own on an interned value. Keys are compared by value or [by identity](KeyMap::by_identity). All methods take `&self`. No user code (`Hash`, `Eq`,
/// `Clone`, `Drop`, closures) runs with a lock held, so each may use the map; if it panics, the map is as
/// it was.
///
/// A value that holds a handle of its own key keeps it alive, and itself.
///
/// ```
/// use weakcache::{Strong, WeakKeyMap};
///
/// let map = WeakKeyMap::new();
/// let key = Strong::new("key".to_owned());
/// map.insert(&key, 1);
/// assert_eq!(map.get("key"), Some(1));
/// drop(key);
/// assert!(map.is_empty());
/// ```
///
/// # Values in use
///
/// [`insert`](KeyMap::insert) and [`remove`](KeyMap::remove) hand the old value over, unless it is in use at
/// that moment, by this thread or another: in [`with`](KeyMap::with), or while a look-up or an iterator
/// clones it. They do not wait for the end of that, which may depend on something that the caller holds. They
/// take the entry out, return `None`, and the value is dropped when its last use ends. A value is not in use
/// while a key is compared. Numbers, `bool`, `char` and `&'static str` are copied out before they are used:
/// they are handed over always.
///
/// # Cost
///
/// A look-up hashes the key once and takes one lock of many, for a moment; a second time for the value, if
/// the comparison of the keys is the user's. An insertion allocates a place for the value, unless it is one of
/// those that are copied. `len` and what iterates walk the map.
pub struct KeyMap<P: Pointer, V, S = DefaultHashBuilder>(Keys<P, Held<V>, S>)
where
    V: Send + Sync + 'static;

impl<P: Pointer, V: Send + Sync + 'static> KeyMap<P, V> {
    /// An empty map that compares its keys by value.
    ///
    /// ```
    /// # use weakcache::WeakKeyMap;
    /// let map: WeakKeyMap<str, u32> = WeakKeyMap::new();
    /// assert!(map.is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<P: Pointer, V: Send + Sync + 'static> KeyMap<P, V, ByAddress> {
    /// An empty map that compares its keys by address. They need be neither `Hash` nor `Eq`, and
    /// look-ups take a handle.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakKeyMap};
    /// let map = WeakKeyMap::by_identity();
    /// let [half, other] = [Strong::new(0.5), Strong::new(0.5)];
    /// map.insert(&half, "half");
    /// assert_eq!(map.get(&half), Some("half"));
    /// assert_eq!(map.get(&other), None);
    /// ```
    #[must_use]
    pub fn by_identity() -> Self {
        Self::default()
    }
}

impl<P: Pointer, V: Send + Sync + 'static, S> KeyMap<P, V, S> {
    /// An empty map that hashes with `hasher`.
    ///
    /// ```
    /// # use weakcache::WeakKeyMap;
    /// use std::hash::RandomState;
    ///
    /// let map: WeakKeyMap<str, u32, _> = WeakKeyMap::with_hasher(RandomState::new());
    /// assert!(map.is_empty());
    /// ```
    #[must_use]
    pub fn with_hasher(hasher: S) -> Self
    where
        S: BuildHasher,
    {
        Self(Keys::new(hasher))
    }

    /// Gives the map a name: with one it is listed by [`caches`](crate::caches), at the line of this call, until it is dropped.
    ///
    /// ```
    /// use weakcache::WeakKeyMap;
    ///
    /// let notes: WeakKeyMap<str, u32> = WeakKeyMap::new().with_name("notes");
    /// assert!(weakcache::caches().any(|report| report.name == "notes" && report.len == 0));
    /// # drop(notes);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.0.list(Kind::WeakMap, name.into(), Location::caller());
        self
    }

    /// How many keys are alive. Walks the map.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakKeyMap};
    /// let map = WeakKeyMap::new();
    /// let one = Strong::new(1);
    /// map.insert(&one, "one");
    /// map.insert(&Strong::new(2), "two");
    /// assert_eq!(map.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.table().len()
    }

    /// Whether no key is alive.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakKeyMap};
    /// let map = WeakKeyMap::new();
    /// map.insert(&Strong::new(2), "two");
    /// assert!(map.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.table().is_empty()
    }

    /// Removes all entries, and frees their memory.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakKeyMap};
    /// let map = WeakKeyMap::new();
    /// let one = Strong::new(1);
    /// map.insert(&one, "one");
    /// map.clear();
    /// assert!(map.is_empty());
    /// ```
    pub fn clear(&self) {
        self.0.table().clear();
    }

    /// Takes out what belongs to dead keys that have not told so, and says how many: with [`Strong`], which tells
    /// at once, 0. Gives back memory if much of it is unused.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use weakcache::ArcWeakKeyMap;
    /// let map = ArcWeakKeyMap::new();
    /// map.insert(&Arc::new(2), "two");
    /// assert_eq!(map.sweep(), 1);
    /// ```
    pub fn sweep(&self) -> usize {
        self.0.table().sweep()
    }

    /// Gives back the memory that is not needed, after a [`sweep`](Self::sweep).
    ///
    /// Tables shrink by themselves as they empty, to within a small factor.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakKeyMap};
    /// let map: WeakKeyMap<str, u32> = WeakKeyMap::new();
    /// map.shrink_to_fit();
    /// ```
    pub fn shrink_to_fit(&self) {
        self.0.table().shrink_to_fit();
    }

    /// Keeps the entries that `keep` accepts. It sees those that were there at the call, with no lock
    /// held.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakKeyMap};
    /// let [one, two] = [Strong::new(1), Strong::new(2)];
    /// let map: WeakKeyMap<_, _> = [(&one, "one"), (&two, "two")].into_iter().collect();
    /// map.retain(|_, name| name.starts_with('t'));
    /// assert!(map.keys().eq([two]));
    /// ```
    pub fn retain(&self, mut keep: impl FnMut(&P, &V) -> bool) {
        for (hash, key, value) in self.entries() {
            if !keep(&key, &value) {
                drop(self.0.remove_if(hash, &key, |held| held.is(&value)));
            }
        }
    }

    /// The keys of a snapshot of the map, taken shard by shard. The map may be changed meanwhile.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakKeyMap};
    /// let one = Strong::new(1);
    /// let map: WeakKeyMap<_, _> = [(&one, "one")].into_iter().collect();
    /// assert!(map.keys().eq([one]));
    /// ```
    pub fn keys(&self) -> Snapshot<P> {
        self.0.table().snapshot().into_iter().map(|(_, key)| key).collect()
    }

    /// The values of a snapshot of the map, which keeps the keys alive meanwhile.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakKeyMap};
    /// let one = Strong::new(1);
    /// let map: WeakKeyMap<_, _> = [(&one, "one")].into_iter().collect();
    /// assert!(map.values().eq(["one"]));
    /// ```
    pub fn values(&self) -> impl ExactSizeIterator<Item = V> + use<P, V, S>
    where
        V: Clone,
    {
        self.iter().map(|(key, value)| {
            drop(key);
            value
        })
    }

    /// The entries of a snapshot of the map.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakKeyMap};
    /// let one = Strong::new(1);
    /// let map: WeakKeyMap<_, _> = [(&one, "one")].into_iter().collect();
    /// assert!(map.iter().eq([(one, "one")]));
    /// ```
    pub fn iter(&self) -> Snapshot<(P, V)>
    where
        V: Clone,
    {
        let clone = |(_, key, held): (u64, P, Held<V>)| {
            let value = V::clone(&held);
            // Here and below: what may panic is dropped while the result is still a local. One that is
            // already returned would be leaked.
            drop(held);
            (key, value)
        };
        self.entries().map(clone).collect()
    }

    /// Enters `value` under `key` and returns the value that was there, if any.
    ///
    /// As in a `HashMap`, an equal key that is there stays. Returns `None` also if the old value
    /// [is in use](KeyMap#values-in-use).
    ///
    /// ```
    /// # use weakcache::{Strong, WeakKeyMap};
    /// let map = WeakKeyMap::new();
    /// let one = Strong::new(1);
    /// assert_eq!(map.insert(&one, "one"), None);
    /// assert_eq!(map.insert(&one, "uno"), Some("one"));
    /// ```
    pub fn insert(&self, key: &P, value: V) -> Option<V>
    where
        S: Keying<P>,
    {
        self.0.insert(key, Held::new(value)).and_then(Held::into_inner)
    }

    /// A clone of the value under `key`, if that is alive.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakKeyMap};
    /// let map = WeakKeyMap::new();
    /// let one = Strong::new("one".to_string());
    /// map.insert(&one, 1);
    /// assert_eq!(map.get("one"), Some(1));
    /// ```
    #[must_use]
    pub fn get<Q: ?Sized>(&self, key: &Q) -> Option<V>
    where
        S: Lookup<P, Q>,
        V: Clone,
    {
        self.with(key, V::clone)
    }

    /// What `look` makes of the value under `key`, if that is alive. Runs it with no lock held.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakKeyMap};
    /// use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    ///
    /// let visits = WeakKeyMap::new();
    /// let page = Strong::new("index");
    /// visits.insert(&page, AtomicU32::new(0));
    /// assert_eq!(visits.with(&"index", |count| count.fetch_add(1, Relaxed) + 1), Some(1));
    /// ```
    pub fn with<Q: ?Sized, R>(&self, key: &Q, look: impl FnOnce(&V) -> R) -> Option<R>
    where
        S: Lookup<P, Q>,
    {
        let Some((key, value)) = self.0.get(key) else {
            drop(look);
            return None;
        };
        let result = look(&value);
        drop((value, key));
        Some(result)
    }

    /// A clone of the value under `key`, or else of what `make` makes, which is entered.
    ///
    /// `make` runs with no lock held. Threads that come at once may each run it: the first to enter its
    /// value wins, and all get that one.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakKeyMap};
    /// let map = WeakKeyMap::new();
    /// let one = Strong::new(1);
    /// assert_eq!(map.get_or_insert_with(&one, || "one"), "one");
    /// assert_eq!(map.get_or_insert_with(&one, || unreachable!()), "one");
    /// ```
    pub fn get_or_insert_with(&self, key: &P, make: impl FnOnce() -> V) -> V
    where
        S: Keying<P>,
        V: Clone,
    {
        match self.try_get_or_insert_with(key, || Ok::<V, Infallible>(make())) {
            Ok(value) => value,
        }
    }

    /// As [`get_or_insert_with`](Self::get_or_insert_with), for a `make` that may fail: then nothing is
    /// entered.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakKeyMap};
    /// let map: WeakKeyMap<str, u32> = WeakKeyMap::new();
    /// let [one, word] = ["1", "one"].map(Strong::<str>::from);
    /// assert!(map.try_get_or_insert_with(&word, || word.parse::<u32>()).is_err());
    /// assert_eq!(map.try_get_or_insert_with(&one, || one.parse::<u32>()), Ok(1));
    /// assert_eq!(map.len(), 1);
    /// ```
    ///
    /// # Errors
    ///
    /// That of `make`.
    pub fn try_get_or_insert_with<E>(&self, key: &P, make: impl FnOnce() -> Result<V, E>) -> Result<V, E>
    where
        S: Keying<P>,
        V: Clone,
    {
        let clone = |(key, held): (P, Held<V>)| {
            let value = V::clone(&held);
            drop((held, key));
            value
        };
        if let Some(found) = self.0.get_key(key) {
            let value = clone(found);
            drop(make);
            return Ok(value);
        }
        let new = Held::new(make()?);
        loop {
            if self.0.insert_if_absent(key, new.share()) {
                let value = V::clone(&new);
                drop(new);
                return Ok(value);
            }
            // Where the first to enter its value has already lost it again, this one's turn comes.
            if let Some(found) = self.0.get_key(key) {
                let value = clone(found);
                drop(new);
                return Ok(value);
            }
        }
    }

    /// Whether the key is there and alive.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakKeyMap};
    /// let map = WeakKeyMap::new();
    /// let one = Strong::new(1);
    /// map.insert(&one, "one");
    /// assert!(map.contains_key(&1) && !map.contains_key(&2));
    /// ```
    #[must_use]
    pub fn contains_key<Q: ?Sized>(&self, key: &Q) -> bool
    where
        S: Lookup<P, Q>,
    {
        self.0.find(key).is_some()
    }

    /// Removes the entry of `key` and returns its value.
    ///
    /// Returns `None` also if the value [is in use](KeyMap#values-in-use); the entry is gone all the same.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakKeyMap};
    /// let map = WeakKeyMap::new();
    /// let one = Strong::new(1);
    /// map.insert(&one, "one");
    /// assert_eq!(map.remove(&1), Some("one"));
    /// assert_eq!(map.remove(&1), None);
    /// ```
    pub fn remove<Q: ?Sized>(&self, key: &Q) -> Option<V>
    where
        S: Lookup<P, Q>,
    {
        self.0.remove(key).and_then(Held::into_inner)
    }

    /// A snapshot whose values are shared one at a time, so that they are in use only then. What has left the
    /// map since is left out.
    fn entries(&self) -> impl Iterator<Item = (u64, P, Held<V>)> {
        let keys = self.0.table().snapshot().into_iter();
        keys.filter_map(|(hash, key)| {
            let value = self.0.get_held(hash, &key)?;
            Some((hash, key, value))
        })
    }
}

impl<P: Pointer, V: Send + Sync + 'static, S: Default> Default for KeyMap<P, V, S> {
    fn default() -> Self {
        Self(Keys::new(S::default()))
    }
}

impl<P: Pointer + fmt::Debug, V: fmt::Debug + Send + Sync + 'static, S> fmt::Debug for KeyMap<P, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (_, key, value) in self.entries() {
            map.entry(&key, &*value);
        }
        map.finish()
    }
}

impl<'a, P, V, S> Extend<(&'a P, V)> for KeyMap<P, V, S>
where
    P: Pointer,
    V: Send + Sync + 'static,
    S: Keying<P>,
{
    fn extend<I: IntoIterator<Item = (&'a P, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<'a, P, V, S> FromIterator<(&'a P, V)> for KeyMap<P, V, S>
where
    P: Pointer,
    V: Send + Sync + 'static,
    S: Keying<P> + Default,
{
    fn from_iter<I: IntoIterator<Item = (&'a P, V)>>(entries: I) -> Self {
        let mut map = Self::default();
        map.extend(entries);
        map
    }
}

impl<P: Pointer, V: Clone + Send + Sync + 'static, S> IntoIterator for &KeyMap<P, V, S> {
    type Item = (P, V);
    type IntoIter = Snapshot<(P, V)>;

    fn into_iter(self) -> Snapshot<(P, V)> {
        self.iter()
    }
}
