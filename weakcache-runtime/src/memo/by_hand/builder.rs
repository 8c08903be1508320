//! How a [`Cache`] is to be.

use super::super::cause::Cause;
use super::super::expiry::{Idle, Never};
use super::Cache;
use super::engine::{AnyHeavy, Bound, Engine, Heavy, Hooked, Label, Made, OnEvict, OwnTimes, TtlOf, Weigh};
use super::named::Named;
use crate::DefaultHashBuilder;
use crate::sync::OnceLock;
use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::panic::Location;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

/// Makes an engine with times, closures or weights, as `X` has them.
type Make<K, V, X> = fn(Bound, X, Label) -> Made<K, V>;

/// A bound on the weight.
struct Weight<K: Eq + Clone + 'static, V: Clone + 'static> {
    /// What entries may weigh together.
    most: usize,
    weigh: Weigh<K, V>,
    make: Make<K, V, AnyHeavy<K, V>>,
}

/// How a [`Cache`] is to be, from [`Cache::builder`].
///
/// ```
/// use std::time::Duration;
/// use weakcache::Cache;
///
/// let tokens: Cache<String, u64> = Cache::builder()
///     .lru(10_000)
///     .ttl(Duration::from_secs(3600))
///     .ttl_of(|user, seconds| Duration::from_secs(*seconds))
///     .name("tokens")
///     .build();
/// tokens.insert("ann".into(), 60); // for a minute
/// assert_eq!(tokens.get("ann"), Some(60));
/// ```
#[must_use = "it makes nothing before `build`"]
pub struct CacheBuilder<K: Eq + Clone + 'static, V: Clone + 'static, S = DefaultHashBuilder> {
    bound: Bound,
    /// Makes an engine without times, closures and weights, of that bound.
    plain: fn(Bound, Label) -> Made<K, V>,
    /// Makes one with times, where there is any,
    timed: Option<Make<K, V, Idle>>,
    /// one with closures,
    hooked: Option<Make<K, V, Hooked<K, V>>>,
    /// and one with weights.
    weight: Option<Weight<K, V>>,
    ttl: Option<Duration>,
    idle: Option<Duration>,
    ttl_of: Option<TtlOf<K, V>>,
    on_evict: Option<OnEvict<K, V>>,
    name: Option<Box<str>>,
    hasher: S,
}

impl<K, V> CacheBuilder<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(super) fn new() -> Self {
        let hasher = DefaultHashBuilder::default();
        Self {
            bound: Bound::Unbounded,
            plain: Made::unbounded,
            timed: None,
            hooked: None,
            weight: None,
            ttl: None,
            idle: None,
            ttl_of: None,
            on_evict: None,
            name: None,
            hasher,
        }
    }
}

// What names an engine has it compiled (`engine.rs`): each method those that it leads to, and `build` none.
impl<K, V, S> CacheBuilder<K, V, S>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// At most so many entries: one more evicts the least recently used. With 0 nothing is kept.
    ///
    /// ```
    /// let cache: weakcache::Cache<u8, u8> = weakcache::Cache::builder().lru(1).build();
    /// cache.insert(1, 1);
    /// cache.insert(2, 2);
    /// assert_eq!(cache.len(), 1);
    /// ```
    pub fn lru(self, capacity: usize) -> Self {
        Self { bound: Bound::Lru(capacity), plain: Made::lru, ..self }
    }

    /// At most so many entries, by a policy whose hits do not wait for each other: S3-FIFO. With 0 nothing is kept.
    ///
    /// A hit takes no exclusive lock, and writes to its entry no more than three times before room is needed: for what many
    /// threads share, and where a scan is not to drive out what is in use. What gives way was not asked for again; which of
    /// such entries that is, is not to be relied on. For the exact order of use, for a few dozens of entries, or one thread,
    /// take [`lru`](Self::lru) instead: the last of both that is called holds. [`memoize`](../weakcache/attr.memoize.html#bounds)
    /// tells more of the two.
    ///
    /// ```
    /// let cache: weakcache::Cache<u32, u32> = weakcache::Cache::builder().capacity(100).build();
    /// for key in 0..1000 {
    ///     cache.insert(key, key);
    ///     assert!(cache.len() <= 100);
    /// }
    /// ```
    pub fn capacity(self, capacity: usize) -> Self {
        Self { bound: Bound::Capacity(capacity), plain: Made::capacity, ..self }
    }

    /// At most so many bytes, or whatever it is that `weigh` says of an entry; alone, or beside a number of entries.
    ///
    /// What is heavier than all that there may be is not kept; what weighs nothing is bounded by a number of entries alone.
    /// Who gives way is decided as of [`capacity`](Self::capacity), but beside [`lru`](Self::lru). `weigh` runs once for each value that
    /// is to be stored, before it is, with no lock held, and may use the cache. If it panics, nothing is kept. An entry
    /// takes 8 bytes more.
    ///
    /// ```
    /// let pages: weakcache::Cache<String, Vec<u8>> = weakcache::Cache::builder()
    ///     .weight(64 << 20, |url: &String, page: &Vec<u8>| url.len() + page.len())
    ///     .build();
    /// pages.insert("/".into(), vec![b' '; 1000]);
    /// assert_eq!(pages.info().weight, 1001);
    /// pages.insert("/huge".into(), vec![b' '; 65 << 20]);
    /// assert_eq!(pages.get("/huge"), None);
    /// ```
    #[doc(alias("weigher", "max_capacity"))]
    pub fn weight(self, most: usize, weigh: impl Fn(&K, &V) -> usize + Send + Sync + 'static) -> Self {
        Self { weight: Some(Weight { most, weigh: Box::new(weigh), make: Made::heavy }), ..self }
    }

    /// An entry is served for so long after it was stored. Zero keeps nothing.
    ///
    /// ```
    /// # use std::time::Duration;
    /// use weakcache::clock::Mock;
    ///
    /// let clock = Mock::new();
    /// let _installed = clock.install();
    /// let cache: weakcache::Cache<u8, u8> = weakcache::Cache::builder().ttl(Duration::from_secs(60)).build();
    /// cache.insert(1, 1);
    /// clock.advance(Duration::from_secs(60));
    /// assert_eq!(cache.get(&1), None);
    /// ```
    pub fn ttl(self, ttl: Duration) -> Self {
        Self { ttl: Some(ttl), timed: Some(Made::timed), ..self }
    }

    /// An entry that was not read for so long is dropped. Zero keeps nothing.
    ///
    /// ```
    /// # use std::time::Duration;
    /// use weakcache::clock::Mock;
    ///
    /// let clock = Mock::new();
    /// let _installed = clock.install();
    /// let cache: weakcache::Cache<u8, u8> = weakcache::Cache::builder().idle(Duration::from_secs(60)).build();
    /// cache.insert(1, 1);
    /// clock.advance(Duration::from_secs(40));
    /// assert_eq!(cache.get(&1), Some(1));
    /// clock.advance(Duration::from_secs(40));
    /// assert_eq!(cache.get(&1), Some(1));
    /// ```
    pub fn idle(self, idle: Duration) -> Self {
        Self { idle: Some(idle), timed: Some(Made::timed), ..self }
    }

    /// Asks `of` how long an entry is to live, at most as long as [`ttl`](Self::ttl) says. Zero keeps nothing.
    ///
    /// It runs with no lock held and may use the cache. If it panics, nothing is kept.
    ///
    /// ```
    /// # use std::time::Duration;
    /// let tokens: weakcache::Cache<String, (String, u64)> = weakcache::Cache::builder()
    ///     .ttl_of(|_, (_, expires_in)| Duration::from_secs(*expires_in))
    ///     .build();
    /// tokens.insert("ann".into(), ("secret".into(), 0));
    /// assert!(!tokens.contains_key("ann"));
    /// ```
    pub fn ttl_of(self, of: impl Fn(&K, &V) -> Duration + Send + Sync + 'static) -> Self {
        Self { ttl_of: Some(Box::new(of)), hooked: Some(Made::hooked), ..self }
    }

    /// Tells `tell` what has left, and why; not when the cache is itself dropped.
    ///
    /// It runs with no lock held and may use the cache. If it panics, the panic comes out of the call that evicted; the
    /// cache is whole.
    ///
    /// ```
    /// use std::sync::mpsc::channel;
    /// use weakcache::{Cache, Cause};
    ///
    /// let (sender, evicted) = channel();
    /// let cache = Cache::builder().lru(1).on_evict(move |key, _, cause| drop(sender.send((*key, cause)))).build();
    /// cache.insert(1, "a");
    /// cache.insert(2, "b");
    /// assert_eq!(evicted.try_recv(), Ok((1, Cause::Capacity)));
    /// cache.remove(&2);
    /// assert_eq!(evicted.try_recv(), Ok((2, Cause::Invalidated)));
    /// ```
    pub fn on_evict(self, tell: impl Fn(&K, &V, Cause) + Send + Sync + 'static) -> Self {
        Self { on_evict: Some(Box::new(tell)), hooked: Some(Made::hooked), ..self }
    }

    /// The hasher of keys; [`DefaultHashBuilder`] otherwise.
    ///
    /// ```
    /// use std::hash::RandomState;
    ///
    /// let cache = weakcache::Cache::builder().hasher(RandomState::new()).build();
    /// cache.insert("key", 1);
    /// ```
    pub fn hasher<T>(self, hasher: T) -> CacheBuilder<K, V, T> {
        let Self { bound, plain, timed, hooked, weight, ttl, idle, ttl_of, on_evict, name, hasher: _ } = self;
        CacheBuilder { bound, plain, timed, hooked, weight, ttl, idle, ttl_of, on_evict, name, hasher }
    }

    /// The cache's name: with one it is listed by [`caches`](crate::caches), at the line where it is built, and emptied by
    /// [`clear_all`](crate::clear_all).
    ///
    /// ```
    /// let cache: weakcache::Cache<u8, u8> = weakcache::Cache::builder().name("bytes").build();
    /// assert_eq!(cache.name(), Some("bytes"));
    /// assert!(weakcache::caches().any(|report| report.name == "bytes"));
    /// ```
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into().into_boxed_str()), ..self }
    }

    /// Makes the cache.
    ///
    /// ```
    /// let cache: weakcache::Cache<u8, u8> = weakcache::Cache::builder().build();
    /// assert!(cache.is_empty());
    /// ```
    #[track_caller]
    pub fn build(self) -> Cache<K, V, S>
    where
        S: BuildHasher + Send + Sync + 'static,
    {
        let Self { bound, plain, timed, hooked, weight, ttl, idle, ttl_of, on_evict, name, hasher } = self;
        // Without an idle time one that nothing reaches, and without a time of its own all that there is.
        let times = || Idle::new(idle.unwrap_or(Duration::MAX), ttl, None);
        let has_more = timed.is_some() || hooked.is_some();
        let closures = || {
            let of = ttl_of.unwrap_or_else(|| Box::new(|_, _| Duration::MAX));
            let tell = on_evict.unwrap_or_else(|| Box::new(|_, _, _| {}));
            Hooked::<K, V>::new(OwnTimes::<K, V>::new(times(), of), tell)
        };
        let label: Label = name.as_deref().map_or(Cow::Borrowed(""), |name| Cow::Owned(name.to_owned()));
        let parts = match (weight, hooked, timed) {
            (Some(Weight { most, weigh, make }), ..) if has_more => {
                make(bound, AnyHeavy::Beside(Heavy::<K, V, _>::new(closures(), most, weigh)), label)
            }
            (Some(Weight { most, weigh, make }), ..) => {
                make(bound, AnyHeavy::Alone(Heavy::<K, V, _>::new(Never, most, weigh)), label)
            }
            (None, Some(make), _) => make(bound, closures(), label),
            (None, None, Some(make)) => make(bound, times(), label),
            (None, None, None) => plain(bound, label),
        };
        let engine = Engine::new(parts, hasher);
        let make = || unreachable!("it is made");
        let location = Location::caller();
        let named = name.map(|name| Named::new(name, location, &engine.shared()));
        Cache { named, engine: OnceLock::from(engine), make, missed: AtomicU64::new(0) }
    }
}

impl<K: Eq + Clone + 'static, V: Clone + 'static, S> fmt::Debug for CacheBuilder<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bound, weight, ttl, idle, name, .. } = self;
        f.debug_struct("CacheBuilder")
            .field("bound", bound)
            .field("weight", &weight.as_ref().map(|weight| weight.most))
            .field("ttl", ttl)
            .field("idle", idle)
            .field("name", name)
            .finish_non_exhaustive()
    }
}
