//! Maps that hold their values weakly.
#![forbid(unsafe_code)]

use crate::DefaultHashBuilder;
use crate::sync::Arc;
use crate::weak::hooks::Hooks;
use crate::weak::table::{Entry, Placed, Table};
use crate::weak::{Pointer, Snapshot, Strong};
use std::any::Any;
use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::mem;

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
/// # Cost
///
/// A look-up hashes the key once and takes one lock of many, for a moment. An insertion allocates a
/// place for the key, and for a value's first container a list. `len` and what iterates walk the map.
pub struct ValueMap<K, P: Pointer, S = DefaultHashBuilder> {
    table: Arc<Table<Item<K, P>>>,
    hasher: S,
}

struct Item<K, P: Pointer> {
    key: Arc<K>,
    value: P::Weak,
    watch: P::Watch,
}

impl<K: Send + Sync + 'static, P: Pointer> Entry for Item<K, P> {
    type Found = (Arc<K>, P);

    const HOOKED: bool = P::HOOKED;

    fn found(&self) -> Option<Self::Found> {
        P::upgrade(&self.value).map(|value| (Arc::clone(&self.key), value))
    }

    fn is_live(&self) -> bool {
        P::is_live(&self.value)
    }

    fn is(&self, (key, _): &Self::Found) -> bool {
        Arc::ptr_eq(&self.key, key)
    }

    fn exchange(&mut self, other: &mut Self) {
        mem::swap(&mut self.value, &mut other.value);
        mem::swap(&mut self.watch, &mut other.watch);
    }

    fn is_watched_by(&self, hooks: &Arc<Hooks>, id: u64) -> bool {
        P::is_watch(&self.watch, hooks, id)
    }

    fn remains(self) -> Option<Arc<dyn Any>> {
        mem::needs_drop::<K>().then_some(self.key)
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
        Self { table: Arc::new(Table::new()), hasher }
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

    /// Removes all entries.
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
                let picked =
                    |item: &Item<K, P>| Arc::ptr_eq(&item.key, &key) && P::points_to(&item.value, &value);
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
        self.iter().map(|(key, _)| key)
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
        self.table.snapshot().into_iter().map(|(_, (_, value))| value).collect()
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
        let clone = |(_, (key, value)): (u64, (Arc<K>, P))| (K::clone(&key), value);
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
            Placed::Replaced(old) => P::upgrade(&old.value),
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
        self.find(key).map(|(_, value)| value)
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
        if let Some(found) = self.get(&key) {
            return found;
        }
        let value = make().into();
        match self.place(key, &value, false) {
            Placed::Kept((_, earlier), _) => earlier,
            Placed::Added | Placed::Replaced(_) => value,
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
        self.find(key).is_some()
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
            let (found, _) = self.table.find(hash, |(held, _)| K::borrow(held) == key)?;
            if let Some(item) = self.table.remove(hash, |item| Arc::ptr_eq(&item.key, &found))
                && let Some(value) = P::upgrade(&item.value)
            {
                return Some(value);
            }
        }
    }

    fn find<Q: ?Sized + Hash + Eq>(&self, key: &Q) -> Option<(Arc<K>, P)>
    where
        K: Borrow<Q>,
    {
        self.table.find(self.hasher.hash_one(key), |(held, _)| K::borrow(held) == key)
    }

    fn place(&self, key: K, value: &P, replace: bool) -> Placed<Item<K, P>> {
        let hash = self.hasher.hash_one(&key);
        let watch = P::watch(value, &self.table, hash);
        let item = Item { key: Arc::new(key), value: P::downgrade(value), watch };
        self.table.place(hash, item, |(held, _), new| *held == new.key, replace)
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
        f.debug_map().entries(self.table.snapshot().into_iter().map(|(_, pair)| pair)).finish()
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
