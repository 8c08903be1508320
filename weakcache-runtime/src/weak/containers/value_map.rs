//! Maps that hold their values weakly.
#![forbid(unsafe_code)]

use crate::DefaultHashBuilder;
use crate::sync::Arc;
use crate::weak::containers::built_in;
use crate::weak::containers::held::Held;
use crate::weak::containers::pointer::Pointer;
use crate::weak::containers::snapshot::Snapshot;
use crate::weak::containers::table::{Entry, Owned, Placed};
use crate::weak::death;
use crate::weak::strong::Strong;
use std::borrow::Borrow;
use std::convert::Infallible;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::mem;
use std::panic::Location;
use weakcache_inspect::Kind;

/// A concurrent map that holds its values weakly: an entry is there as long as someone else holds its
/// value.
///
/// See [`ValueMap`] for what it does. The counterpart of Python's `WeakValueDictionary`.
///
/// ```
/// use weakcache::{Strong, WeakValueMap};
///
/// let stock = WeakValueMap::new();
/// let brie = Strong::new("a wheel of Brie".to_string());
/// stock.insert("Brie", &brie);
/// assert_eq!(stock.get("Brie"), Some(brie.clone()));
/// drop(brie);
/// assert!(stock.is_empty());
/// ```
pub type WeakValueMap<K, V, S = DefaultHashBuilder> = ValueMap<K, Strong<V>, S>;

/// [`WeakValueMap`] for values in [`Arc`](std::sync::Arc)s.
///
/// An `Arc` does not tell when its value dies, so the dead are invisible at once, but their keys are
/// dropped only when the map has grown by as much again.
///
/// ```
/// use std::sync::Arc;
/// use weakcache::ArcWeakValueMap;
///
/// let stock = ArcWeakValueMap::new();
/// let brie = Arc::new("a wheel of Brie".to_string());
/// stock.insert("Brie", &brie);
/// assert_eq!(stock.get("Brie"), Some(brie.clone()));
/// drop(brie);
/// assert!(stock.get("Brie").is_none());
/// ```
pub type ArcWeakValueMap<K, V, S = DefaultHashBuilder> = ValueMap<K, Arc<V>, S>;

/// A concurrent map to weakly held values: [`WeakValueMap`] or [`ArcWeakValueMap`].
///
/// `P` is the handle that goes in and comes out, [`Strong<V>`](Strong) or
/// [`Arc<V>`](std::sync::Arc). All methods take `&self`. No user code (`Hash`, `Eq`, `Clone`, `Drop`,
/// closures) runs with a lock held, so each may use the map; if it panics, the map is as it was.
///
/// ```
/// use weakcache::{Strong, WeakValueMap};
///
/// let map = WeakValueMap::new();
/// let one = Strong::new("one".to_owned());
/// map.insert(1, &one);
/// assert_eq!(map.get(&1), Some(one));
/// assert!(map.is_empty()); // the last handle is gone
/// ```
///
/// # Cost
///
/// A look-up hashes the key once and takes one lock of many, for a moment. An insertion allocates a place
/// for the key, unless that is a number, a `bool`, a `char` or a `&'static str`. `len` and what iterates walk
/// the map.
pub struct ValueMap<K, P: Pointer, S = DefaultHashBuilder> {
    table: Owned<Item<K, P>>,
    hasher: S,
}

struct Item<K, P: Pointer> {
    key: Held<K>,
    value: P::Weak,
}

impl<K: Send + Sync + 'static, P: Pointer> Entry for Item<K, P> {
    type Found = (Held<K>, P);

    const HOOKED: bool = P::HOOKED;
    const REFERS: bool = true;

    fn found(&self) -> Option<Self::Found> {
        P::upgrade(&self.value).map(|value| (self.key.share(), value))
    }

    fn is_live(&self) -> bool {
        P::is_live(&self.value)
    }

    fn is(&self, (key, _): &Self::Found) -> bool {
        self.key.is(key)
    }

    fn name(&self) -> usize {
        self.key.name()
    }

    fn name_of((key, _): &Self::Found) -> usize {
        key.name()
    }

    fn exchange(&mut self, other: &mut Self) {
        mem::swap(&mut self.value, &mut other.value);
    }

    fn address(&self) -> *const () {
        P::weak_address(&self.value)
    }

    fn unlink(&self, table: *const (), hash: u64) {
        P::unlink(&self.value, table, hash);
    }

    fn remains(self) -> Option<death::Entry> {
        self.key.remains()
    }
}

impl<K: Send + Sync + 'static, P: Pointer> ValueMap<K, P> {
    /// An empty map.
    ///
    /// ```
    /// # use weakcache::WeakValueMap;
    /// let map: WeakValueMap<u32, str> = WeakValueMap::new();
    /// assert!(map.is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<K: Send + Sync + 'static, P: Pointer, S> ValueMap<K, P, S> {
    /// An empty map that hashes with `hasher`.
    ///
    /// ```
    /// # use weakcache::WeakValueMap;
    /// use std::hash::RandomState;
    ///
    /// let map: WeakValueMap<u32, str, _> = WeakValueMap::with_hasher(RandomState::new());
    /// assert!(map.is_empty());
    /// ```
    #[must_use]
    pub fn with_hasher(hasher: S) -> Self {
        Self { table: Owned::new(), hasher }
    }

    /// Gives the map a name: with one it is listed by [`caches`](crate::caches), at the line of this call, until it is dropped.
    ///
    /// ```
    /// use weakcache::WeakValueMap;
    ///
    /// let stock: WeakValueMap<u32, str> = WeakValueMap::new().with_name("stock");
    /// assert!(weakcache::caches().any(|report| report.name == "stock" && report.len == 0));
    /// # drop(stock);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.table.list(Kind::WeakMap, name.into(), Location::caller());
        self
    }

    /// How many values are alive. Walks the map.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakValueMap};
    /// let map = WeakValueMap::new();
    /// let one = Strong::new(1);
    /// map.insert("one", &one);
    /// map.insert("two", &Strong::new(2));
    /// assert_eq!(map.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether no value is alive.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakValueMap};
    /// let map = WeakValueMap::new();
    /// map.insert("two", &Strong::new(2));
    /// assert!(map.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Removes all entries, and frees their memory.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakValueMap};
    /// let map = WeakValueMap::new();
    /// let one = Strong::new(1);
    /// map.insert("one", &one);
    /// map.clear();
    /// assert!(map.is_empty());
    /// ```
    pub fn clear(&self) {
        self.table.clear();
    }

    /// Takes out what belongs to dead values that have not told so, and says how many: with [`Strong`], which tells
    /// at once, 0. Gives back memory if much of it is unused.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use weakcache::ArcWeakValueMap;
    /// let map = ArcWeakValueMap::new();
    /// map.insert("two", &Arc::new(2));
    /// assert_eq!(map.sweep(), 1);
    /// ```
    pub fn sweep(&self) -> usize {
        self.table.sweep()
    }

    /// Gives back the memory that is not needed, after a [`sweep`](Self::sweep).
    ///
    /// Tables shrink by themselves as they empty, to within a small factor.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakValueMap};
    /// let map: WeakValueMap<u32, str> = WeakValueMap::new();
    /// map.shrink_to_fit();
    /// ```
    pub fn shrink_to_fit(&self) {
        self.table.shrink_to_fit();
    }

    /// Keeps the entries that `keep` accepts. It sees those that were there at the call, with no lock
    /// held.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakValueMap};
    /// let [one, two] = [Strong::new(1), Strong::new(2)];
    /// let map: WeakValueMap<_, _> = [("one", &one), ("two", &two)].into_iter().collect();
    /// map.retain(|_, value| **value > 1);
    /// assert!(map.get("one").is_none() && map.get("two").is_some());
    /// ```
    pub fn retain(&self, mut keep: impl FnMut(&K, &P) -> bool) {
        for (hash, (key, value)) in self.table.snapshot() {
            if !keep(&key, &value) {
                let address = P::address(&value);
                let picked = |item: &Item<K, P>| item.key.is(&key) && item.address() == address;
                drop(self.table.remove(hash, picked));
            }
        }
    }

    /// The keys of a snapshot of the map, which keeps the values alive meanwhile.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakValueMap};
    /// let one = Strong::new(1);
    /// let map: WeakValueMap<_, _> = [("one", &one)].into_iter().collect();
    /// assert!(map.keys().eq(["one"]));
    /// ```
    pub fn keys(&self) -> impl ExactSizeIterator<Item = K> + use<K, P, S>
    where
        K: Clone,
    {
        self.iter().map(|(key, value)| {
            drop(value);
            key
        })
    }

    /// The values of a snapshot of the map.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakValueMap};
    /// let one = Strong::new(1);
    /// let map: WeakValueMap<_, _> = [("one", &one)].into_iter().collect();
    /// assert!(map.values().eq([one]));
    /// ```
    pub fn values(&self) -> Snapshot<P> {
        let value = |(_, (key, value)): (u64, (Held<K>, P))| {
            drop(key);
            value
        };
        self.table.snapshot().into_iter().map(value).collect()
    }

    /// The entries of a snapshot of the map, taken shard by shard. The map may be changed meanwhile.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakValueMap};
    /// let one = Strong::new(1);
    /// let map: WeakValueMap<_, _> = [("one", &one)].into_iter().collect();
    /// for (key, _) in &map {
    ///     map.remove(key);
    /// }
    /// assert!(map.is_empty());
    /// ```
    pub fn iter(&self) -> Snapshot<(K, P)>
    where
        K: Clone,
    {
        let clone = |(_, (held, value)): (u64, (Held<K>, P))| {
            let key = K::clone(&held);
            drop(held);
            (key, value)
        };
        self.table.snapshot().into_iter().map(clone).collect()
    }
}

impl<K: Hash + Eq + Send + Sync + 'static, P: Pointer, S: BuildHasher> ValueMap<K, P, S> {
    /// Enters `value` under `key` and returns the live value that was there, if any.
    ///
    /// As in a `HashMap`, an equal key that is there stays.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakValueMap};
    /// let [one, uno] = [Strong::new("one"), Strong::new("uno")];
    /// let map = WeakValueMap::new();
    /// assert_eq!(map.insert(1, &one), None);
    /// assert_eq!(map.insert(1, &uno), Some(one));
    /// ```
    pub fn insert(&self, key: K, value: &P) -> Option<P> {
        match self.place(key, value, true) {
            Placed::Replaced(old) => {
                let value = P::upgrade(&old.value);
                // Here and below: what may panic is dropped while the result is still a local. One that is
                // already returned would be leaked.
                drop(old);
                value
            }
            Placed::Added | Placed::Kept(..) => None,
        }
    }

    /// The value under `key`, if it is alive.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakValueMap};
    /// let one = Strong::new(1);
    /// let map: WeakValueMap<_, _> = [("one".to_string(), &one)].into_iter().collect();
    /// assert_eq!(map.get("one"), Some(one));
    /// ```
    #[must_use]
    pub fn get<Q: ?Sized + Hash + Eq>(&self, key: &Q) -> Option<P>
    where
        K: Borrow<Q>,
    {
        let hash = self.hasher.hash_one(key);
        if built_in::compares::<K, Q>() {
            let found = |item: &Item<K, P>| {
                if K::borrow(&item.key) == key { P::upgrade(&item.value) } else { None }
            };
            return self.table.pick(hash, found);
        }
        let (held, value) = self.table.find(hash, |(held, _)| K::borrow(held) == key)?;
        drop(held);
        Some(value)
    }

    /// The live value under `key`, or else what `make` makes, which is entered.
    ///
    /// `make` runs with no lock held. Threads that come at once may each run it: the first to enter its
    /// value wins, and all get that one.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakValueMap};
    /// let map: WeakValueMap<&str, String> = WeakValueMap::new();
    /// let one = map.get_or_insert_with("one", || "1".to_string());
    /// let same = map.get_or_insert_with("one", || -> Strong<String> { unreachable!() });
    /// assert!(Strong::ptr_eq(&one, &same));
    /// ```
    pub fn get_or_insert_with<R: Into<P>>(&self, key: K, make: impl FnOnce() -> R) -> P {
        match self.try_get_or_insert_with(key, || Ok::<R, Infallible>(make())) {
            Ok(value) => value,
        }
    }

    /// As [`get_or_insert_with`](Self::get_or_insert_with), for a `make` that may fail: then nothing is
    /// entered.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakValueMap};
    /// let map: WeakValueMap<&str, u32> = WeakValueMap::new();
    /// assert!(map.try_get_or_insert_with("one", || "one".parse::<u32>()).is_err());
    /// let one = map.try_get_or_insert_with("one", || "1".parse::<u32>()).unwrap();
    /// assert_eq!(map.get("one"), Some(one));
    /// ```
    ///
    /// # Errors
    ///
    /// That of `make`.
    pub fn try_get_or_insert_with<R: Into<P>, E>(
        &self,
        key: K,
        make: impl FnOnce() -> Result<R, E>,
    ) -> Result<P, E> {
        if let Some(found) = self.get(&key) {
            drop((key, make));
            return Ok(found);
        }
        let value = match make() {
            Ok(value) => value.into(),
            Err(error) => {
                drop(key);
                return Err(error);
            }
        };
        match self.place(key, &value, false) {
            Placed::Kept((held, earlier), new) => {
                drop((held, new, value));
                Ok(earlier)
            }
            Placed::Added | Placed::Replaced(_) => Ok(value),
        }
    }

    /// Whether there is a live value under `key`.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakValueMap};
    /// let one = Strong::new(1);
    /// let map: WeakValueMap<_, _> = [("one", &one)].into_iter().collect();
    /// assert!(map.contains_key("one") && !map.contains_key("two"));
    /// ```
    #[must_use]
    pub fn contains_key<Q: ?Sized + Hash + Eq>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }

    /// Removes the entry of `key` and returns its value, if it is alive.
    ///
    /// ```
    /// # use weakcache::{Strong, WeakValueMap};
    /// let one = Strong::new(1);
    /// let map: WeakValueMap<_, _> = [("one", &one)].into_iter().collect();
    /// assert_eq!(map.remove("one"), Some(one));
    /// assert_eq!(map.remove("one"), None);
    /// ```
    pub fn remove<Q: ?Sized + Hash + Eq>(&self, key: &Q) -> Option<P>
    where
        K: Borrow<Q>,
    {
        let hash = self.hasher.hash_one(key);
        // Where another thread was quicker, look again: its value may be followed by another one.
        loop {
            let item = if built_in::compares::<K, Q>() {
                let equal = |item: &Item<K, P>| K::borrow(&item.key) == key && item.is_live();
                Some(self.table.remove(hash, equal)?)
            } else {
                let (found, value) = self.table.find(hash, |(held, _)| K::borrow(held) == key)?;
                let item = self.table.remove(hash, |item| item.key.is(&found));
                drop((found, value));
                item
            };
            let value = item.as_ref().and_then(|item| P::upgrade(&item.value));
            drop(item);
            if value.is_some() {
                return value;
            }
        }
    }

    fn place(&self, key: K, value: &P, replace: bool) -> Placed<Item<K, P>> {
        let hash = self.hasher.hash_one(&key);
        let item = Item { key: Held::new(key), value: P::downgrade(value) };
        let link = || P::link(value, self.table.shared(), hash);
        if built_in::compares::<K, K>() {
            let same = |old: &Item<K, P>, new: &Item<K, P>| *old.key == *new.key;
            self.table.place_in_lock(hash, item, same, replace, link)
        } else {
            self.table.place(hash, item, |(held, _), new| **held == *new.key, replace, link)
        }
    }
}

impl<K: Send + Sync + 'static, P: Pointer, S: Default> Default for ValueMap<K, P, S> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K, P, S> fmt::Debug for ValueMap<K, P, S>
where
    K: fmt::Debug + Send + Sync + 'static,
    P: Pointer + fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (_, (key, value)) in self.table.snapshot() {
            map.entry(&*key, &value);
        }
        map.finish()
    }
}

impl<'a, K, P, S> Extend<(K, &'a P)> for ValueMap<K, P, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    P: Pointer,
    S: BuildHasher,
{
    fn extend<I: IntoIterator<Item = (K, &'a P)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<'a, K, P, S> FromIterator<(K, &'a P)> for ValueMap<K, P, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    P: Pointer,
    S: BuildHasher + Default,
{
    fn from_iter<I: IntoIterator<Item = (K, &'a P)>>(entries: I) -> Self {
        let mut map = Self::default();
        map.extend(entries);
        map
    }
}

impl<K: Clone + Send + Sync + 'static, P: Pointer, S> IntoIterator for &ValueMap<K, P, S> {
    type Item = (K, P);
    type IntoIter = Snapshot<(K, P)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
