//! A cache without a function: what is behind `#[memoize]`, by hand. From the lowest file up: `engine`, `named`, `builder`.
#![forbid(unsafe_code)]

mod builder;
mod engine;
mod named;

pub use self::builder::CacheBuilder;
use self::engine::{Bound, Engine, Label, Made};
use self::named::Named;
use super::call::Call;
use super::info::CacheInfo;
use crate::DefaultHashBuilder;
use crate::sync::OnceLock;
use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::iter::FusedIterator;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::vec;

/// A concurrent cache, by hand: for what is no function of its arguments, as a blacklist or a session.
///
/// It is what is behind [`#[memoize]`](../weakcache/attr.memoize.html), with the same guarantees: exact least-recently-used
/// order, one computation a key, no user code under a lock (but `Eq` of keys, as there), nothing poisoned by a panic.
/// Shared by reference, in a `static`, or in an `Arc`. Values are handed out as clones; one that is dear to clone goes in
/// an `Arc`.
///
/// ```
/// use weakcache::Cache;
///
/// let cache: Cache<String, usize> = Cache::lru(128);
/// cache.insert("pear".to_owned(), 4);
/// assert_eq!(cache.get("pear"), Some(4));
/// assert_eq!(cache.get_or_insert_with("apple", || 5), 5);
/// assert_eq!(cache.remove("pear"), Some(4));
/// assert_eq!((cache.info().hits, cache.info().misses), (1, 1));
/// ```
///
/// In a `static`:
///
/// ```
/// use std::sync::LazyLock;
/// use weakcache::Cache;
///
/// static SEEN: Cache<u64, ()> = Cache::unbounded();
/// static RECENT: LazyLock<Cache<u64, String>> = LazyLock::new(|| Cache::lru(1000));
///
/// SEEN.insert(7, ());
/// RECENT.insert(7, "seven".into());
/// assert!(SEEN.contains_key(&7) && RECENT.contains_key(&7));
/// ```
///
/// [`lru`](Cache::lru) is for small caches and for one thread. For what many threads share there is
/// [`capacity`](CacheBuilder::capacity), and for what is of different sizes [`weight`](CacheBuilder::weight).
///
/// A clone of a value with a destructor runs with no lock held; the value lies behind an `Arc` for that.
#[doc(alias("LruCache", "TtlCache", "moka"))]
pub struct Cache<K: Eq + Clone + 'static, V: Clone + 'static, S = DefaultHashBuilder> {
    /// Where it has a name. Before the engine, so that what is dropped is not listed any more.
    named: Option<Named>,
    /// Made at first use, where that is not at once.
    engine: OnceLock<Engine<K, V, S>>,
    make: fn() -> Engine<K, V, S>,
    /// Of `get`, which is no computation. Where there is a name, it is beside that.
    missed: AtomicU64,
}

impl<K, V> Cache<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// A cache of at most so many entries: one more evicts the least recently used. With 0 nothing is kept.
    ///
    /// ```
    /// let cache = weakcache::Cache::lru(2);
    /// cache.insert("a", 1);
    /// cache.insert("b", 2);
    /// cache.get("a");
    /// cache.insert("c", 3);
    /// assert_eq!((cache.peek("a"), cache.peek("b")), (Some(1), None));
    /// ```
    #[must_use]
    pub fn lru(capacity: usize) -> Self {
        Self::builder().lru(capacity).build()
    }

    /// A cache of any size.
    ///
    /// A hit takes no exclusive lock.
    ///
    /// ```
    /// static WORDS: weakcache::Cache<String, usize> = weakcache::Cache::unbounded();
    /// assert_eq!(WORDS.get_or_insert_with("word", || 4), 4);
    /// ```
    #[must_use]
    pub const fn unbounded() -> Self {
        let make = || {
            let made = Made::unbounded(Bound::Unbounded, Label::Borrowed(""));
            Engine::new(made, DefaultHashBuilder::default())
        };
        Self { named: None, engine: OnceLock::new(), make, missed: AtomicU64::new(0) }
    }

    /// For a cache with times, closures, a hasher or a name.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let cache = weakcache::Cache::builder().lru(100).idle(Duration::from_secs(60)).build();
    /// cache.insert(1, "a");
    /// ```
    pub fn builder() -> CacheBuilder<K, V> {
        CacheBuilder::new()
    }
}

impl<K, V, S> Cache<K, V, S>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    S: BuildHasher + Send + Sync + 'static,
{
    #[inline]
    fn engine(&self) -> &Engine<K, V, S> {
        match self.engine.get() {
            Some(engine) => engine,
            None => self.init(),
        }
    }

    fn missed(&self) -> &AtomicU64 {
        self.named.as_ref().map_or(&self.missed, |named| &named.name.missed)
    }

    #[cold]
    fn init(&self) -> &Engine<K, V, S> {
        self.engine.get_or_init(self.make)
    }

    /// The value of a key, if there is one that has not expired; as a hit, or else as a miss.
    ///
    /// ```
    /// let cache: weakcache::Cache<String, u32> = weakcache::Cache::lru(10);
    /// assert_eq!(cache.get("a"), None);
    /// cache.insert("a".into(), 1);
    /// assert_eq!(cache.get("a"), Some(1));
    /// assert_eq!((cache.info().hits, cache.info().misses), (1, 1));
    /// ```
    #[inline]
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let value = self.engine().get(key);
        if value.is_none() {
            self.missed().fetch_add(1, Relaxed);
        }
        value
    }

    /// Stores a value, and returns the one that it takes the place of, if that had not expired.
    ///
    /// Who computes a value of the key at the moment, by [`get_or_insert_with`](Self::get_or_insert_with), returns it, and
    /// does not store it. A value that is not to be kept, as one of no time to live, or heavier than the bound, takes out what there was.
    ///
    /// ```
    /// let cache = weakcache::Cache::lru(10);
    /// assert_eq!(cache.insert("a", 1), None);
    /// assert_eq!(cache.insert("a", 2), Some(1));
    /// ```
    #[doc(alias("put", "set", "prime"))]
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        self.engine().insert(key, value)
    }

    /// The value of a key, computed if there is none.
    ///
    /// Of several threads that come with one key, one computes; the others wait for it. `value` runs with no lock held and
    /// may use the cache. If it would come to wait for itself, it computes beside.
    ///
    /// # Panics
    ///
    /// If `value` does; then nothing is stored, and one of those who wait computes in turn.
    ///
    /// ```
    /// let cache: weakcache::Cache<String, usize> = weakcache::Cache::lru(10);
    /// assert_eq!(cache.get_or_insert_with("pear", || 4), 4);
    /// assert_eq!(cache.get_or_insert_with("pear", || unreachable!()), 4);
    /// ```
    #[doc(alias("get_with", "entry"))]
    #[inline]
    pub fn get_or_insert_with<Q>(&self, key: &Q, value: impl FnOnce() -> V) -> V
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        match self.engine().enter(key) {
            Call::Ready(value) => value,
            Call::Run(ticket) => ticket.start().finish(value()),
        }
    }

    /// The same where computing may fail.
    ///
    /// # Errors
    ///
    /// That of `value`; then nothing is stored, and one of those who wait computes in turn.
    ///
    /// # Panics
    ///
    /// As [`get_or_insert_with`](Self::get_or_insert_with).
    ///
    /// ```
    /// let cache: weakcache::Cache<String, u32> = weakcache::Cache::lru(10);
    /// assert!(cache.get_or_try_insert_with("x", || "x".parse()).is_err());
    /// assert_eq!(cache.get_or_try_insert_with("7", || "7".parse()), Ok(7));
    /// assert_eq!(cache.len(), 1);
    /// ```
    #[doc(alias("try_get_with"))]
    #[inline]
    pub fn get_or_try_insert_with<Q, E>(&self, key: &Q, value: impl FnOnce() -> Result<V, E>) -> Result<V, E>
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        match self.engine().enter(key) {
            Call::Ready(value) => Ok(value),
            Call::Run(ticket) => {
                let started = ticket.start();
                match value() {
                    Ok(value) => Ok(started.finish(value)),
                    Err(error) => {
                        drop(started); // while the error is a local: a key whose drop panics would take it along
                        Err(error)
                    }
                }
            }
        }
    }

    /// The value of a key, or that of a future, which is polled only if there is none.
    ///
    /// Of several tasks that come with one key, one polls its future; the others await it, on whatever executor. If that
    /// one is dropped, another polls its own. No lock is held while it waits.
    ///
    /// ```
    /// # async fn download(url: &str) -> String { url.to_uppercase() }
    /// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    /// # let task = std::pin::pin!(async {
    /// let pages: weakcache::Cache<String, String> = weakcache::Cache::lru(100);
    /// let page = pages.get_or_insert_async("a.html", download("a.html")).await;
    /// assert_eq!(pages.get("a.html"), Some(page));
    /// # });
    /// # assert!(task.poll(&mut context).is_ready());
    /// ```
    #[doc(alias("get_with"))]
    pub async fn get_or_insert_async<Q>(&self, key: &Q, value: impl Future<Output = V>) -> V
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        let entering = match self.engine().enter_async(key) {
            Ok(value) => return value,
            Err(entering) => entering,
        };
        match entering.await {
            Call::Ready(value) => value,
            Call::Run(ticket) => {
                let (started, value) = ticket.drive(pin!(Some(value))).await;
                started.finish(value)
            }
        }
    }

    /// Whether there is a value that has not expired. No effect on order, counters or idle time.
    ///
    /// ```
    /// let blocked: weakcache::Cache<String, ()> = weakcache::Cache::unbounded();
    /// blocked.insert("mallory".into(), ());
    /// assert!(blocked.contains_key("mallory"));
    /// ```
    pub fn contains_key<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.engine().peek(key).is_some()
    }

    /// The value of a key, if there is one that has not expired. No effect on order, counters or idle time.
    ///
    /// ```
    /// let cache = weakcache::Cache::lru(10);
    /// cache.insert(1, "a");
    /// assert_eq!(cache.peek(&1), Some("a"));
    /// assert_eq!(cache.info().hits, 0);
    /// ```
    pub fn peek<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.engine().peek(key)
    }

    /// Takes out a value, and returns it if it had not expired. What is computed of the key at the moment is not stored.
    ///
    /// ```
    /// let cache = weakcache::Cache::lru(10);
    /// cache.insert(1, "a");
    /// assert_eq!(cache.remove(&1), Some("a"));
    /// assert_eq!(cache.remove(&1), None);
    /// ```
    #[doc(alias("invalidate", "pop"))]
    pub fn remove<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.engine().remove(key)
    }

    /// Drops the entries of which `keep` says `false`, and says how many those were.
    ///
    /// It is shown what could be served at the beginning, with no lock held, and may use the cache; what is stored
    /// meanwhile stays.
    ///
    /// ```
    /// let cache = weakcache::Cache::lru(10);
    /// for n in 0..6 {
    ///     cache.insert(n, n * n);
    /// }
    /// assert_eq!(cache.retain(|_, square| square % 2 == 0), 3);
    /// ```
    pub fn retain(&self, keep: impl FnMut(&K, &V) -> bool) -> usize {
        self.engine().retain(keep)
    }

    /// Drops all entries and resets the counters. What is computed at the moment is not stored.
    ///
    /// ```
    /// let cache = weakcache::Cache::lru(10);
    /// cache.insert(1, "a");
    /// cache.clear();
    /// assert!(cache.is_empty());
    /// ```
    #[doc(alias("invalidate_all"))]
    pub fn clear(&self) {
        self.missed().store(0, Relaxed);
        self.engine().any().any_clear();
    }

    /// Drops what has expired, gives back memory that is not needed, and says how many entries went.
    ///
    /// A few expired entries go with each insertion in any case.
    ///
    /// ```
    /// # use std::time::Duration;
    /// use weakcache::clock::Mock;
    ///
    /// let clock = Mock::new();
    /// let _installed = clock.install();
    /// let cache = weakcache::Cache::builder().ttl(Duration::from_secs(60)).build();
    /// cache.insert(1, "a");
    /// clock.advance(Duration::from_secs(61));
    /// assert_eq!((cache.len(), cache.sweep(), cache.len()), (1, 1, 0));
    /// ```
    #[doc(alias("run_pending_tasks"))]
    pub fn sweep(&self) -> usize {
        self.engine().any().any_sweep()
    }

    /// Sets how many entries there may be. What is too much is evicted, in the order that the cache was made with; with 0 nothing
    /// is kept, nor anything of what begins to be computed meanwhile, though there may be room again when it ends.
    ///
    /// A cache made without a bound notes no order of use: with one it evicts what was stored first. Beside a
    /// [weight](CacheBuilder::weight), both bounds hold.
    ///
    /// ```
    /// let cache = weakcache::Cache::lru(10);
    /// for n in 0..10 {
    ///     cache.insert(n, n);
    /// }
    /// cache.set_capacity(3);
    /// assert_eq!((cache.len(), cache.info().evictions), (3, 7));
    /// ```
    #[doc(alias("resize"))]
    pub fn set_capacity(&self, capacity: usize) {
        self.engine().any().any_set_capacity(capacity);
    }

    /// The entries that have not expired, as they are now: a snapshot of clones. In no order, and without effect on that
    /// of use.
    ///
    /// ```
    /// let cache = weakcache::Cache::lru(10);
    /// cache.insert(1, "a");
    /// for (key, value) in cache.iter() {
    ///     cache.insert(key + 1, value); // it may be changed meanwhile
    /// }
    /// assert_eq!(cache.len(), 2);
    /// ```
    #[must_use]
    pub fn iter(&self) -> CacheIter<K, V> {
        CacheIter(self.engine().entries().into_iter())
    }

    /// How many entries are stored, expired ones included until they are swept.
    ///
    /// ```
    /// let cache = weakcache::Cache::lru(10);
    /// cache.insert(1, "a");
    /// assert_eq!(cache.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.info().len
    }

    /// Whether nothing is stored.
    ///
    /// ```
    /// assert!(weakcache::Cache::<u8, u8>::unbounded().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A snapshot of the counters.
    ///
    /// ```
    /// let cache: weakcache::Cache<u8, u8> = weakcache::Cache::lru(10);
    /// assert_eq!(cache.info().capacity, Some(10));
    /// ```
    #[must_use]
    pub fn info(&self) -> CacheInfo {
        let info = self.engine().any().any_info();
        CacheInfo { misses: info.misses + self.missed().load(Relaxed), ..info }
    }
}

impl<K: Eq + Clone + 'static, V: Clone + 'static, S> Cache<K, V, S> {
    /// Its name, if it was [given](CacheBuilder::name) one.
    ///
    /// ```
    /// assert_eq!(weakcache::Cache::<u8, u8>::unbounded().name(), None);
    /// ```
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.named.as_ref().map(|named| &*named.name.text)
    }
}

impl<K, V> Default for Cache<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Without a bound.
    fn default() -> Self {
        Self::unbounded()
    }
}

// Whole, whatever panics in it: a computation that did leaves nothing behind.
impl<K: Eq + Clone + 'static, V: Clone + 'static, S> UnwindSafe for Cache<K, V, S> {}
impl<K: Eq + Clone + 'static, V: Clone + 'static, S> RefUnwindSafe for Cache<K, V, S> {}

impl<K, V, S> fmt::Debug for Cache<K, V, S>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    S: BuildHasher + Send + Sync + 'static,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CacheInfo { len, capacity, .. } = self.info();
        let mut cache = f.debug_struct("Cache");
        if let Some(name) = self.name() {
            cache.field("name", &name);
        }
        cache.field("len", &len).field("capacity", &capacity).finish_non_exhaustive()
    }
}

impl<K, V, S> IntoIterator for &Cache<K, V, S>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    S: BuildHasher + Send + Sync + 'static,
{
    type Item = (K, V);
    type IntoIter = CacheIter<K, V>;

    fn into_iter(self) -> CacheIter<K, V> {
        self.iter()
    }
}

/// The entries of a [`Cache`], from [`Cache::iter`].
///
/// ```
/// # use weakcache::Cache;
/// let cache = Cache::lru(10);
/// cache.insert(1, "one");
/// cache.insert(2, "two");
/// let mut entries: Vec<_> = cache.iter().collect(); // a snapshot
/// entries.sort();
/// assert_eq!(entries, [(1, "one"), (2, "two")]);
/// ```
pub struct CacheIter<K, V>(vec::IntoIter<(K, V)>);

impl<K, V> Iterator for CacheIter<K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<K, V> ExactSizeIterator for CacheIter<K, V> {}
impl<K, V> FusedIterator for CacheIter<K, V> {}

impl<K, V> fmt::Debug for CacheIter<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheIter").field("len", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
