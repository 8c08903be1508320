//! The cache of a memoized function without the function: what is behind a [`Cache`](super::Cache).
//!
//! Which of thirteen it is, is decided when it is built: without a bound, with one and an exact order, or with one and hits that
//! do not queue; without times, with times, or with closures that are shown entries too; and, of those with a bound, with weights,
//! alone or beside all of the others. So one without times asks no clock, and one without weights stores none.
//!
//! Few of these are compiled. What is no hit goes through a trait object, which a function makes that the builder's method for
//! the option names: where no time is set, nothing computes, stores or evicts in an engine with times. A hit goes without it, and
//! is compiled for all of them.

use super::super::access::Access;
use super::super::cache::{AnyCache, BoundedCache, Cache, Capacity, CapacityCache, Options, UnboundedCache};
use super::super::call::{Call, Miss};
use super::super::cause::Cause;
use super::super::expiry::{Expiry, Idle, Never};
use super::super::future::Entering;
use super::super::hooks::{Closure, Heeded, OwnTtl};
use super::super::index::spread;
use super::super::kind::{Any, Held, Of, Storage, Strongly};
use super::super::owned::{Kept, OwnedKey};
use super::super::removed::Removed;
use super::super::scope::Value;
use super::super::walk::{entries, retain};
use super::super::weighed::Weighed;
use std::borrow::{Borrow, Cow};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

/// How a `V` is kept.
pub(super) type As<V> = Of<Any<V>, Strongly>;
/// The label in reports.
pub(super) type Label = Cow<'static, str>;
pub(super) type TtlOf<K, V> = Box<dyn Fn(&K, &V) -> Duration + Send + Sync>;
pub(super) type OnEvict<K, V> = Box<dyn Fn(&K, &V, Cause) + Send + Sync>;
pub(super) type OwnTimes<K, V> = OwnTtl<Idle, Closure<K, V, TtlOf<K, V>>>;
/// With times, and closures.
pub(super) type Hooked<K, V> = Heeded<OwnTimes<K, V>, Closure<K, V, OnEvict<K, V>>>;

pub(super) type Weigh<K, V> = Box<dyn Fn(&K, &V) -> usize + Send + Sync>;
/// With weights, alone and beside all of the others.
pub(super) type Heavy<K, V, X = Never> = Weighed<X, Closure<K, V, Weigh<K, V>>>;
pub(super) type HookedHeavy<K, V> = Heavy<K, V, Hooked<K, V>>;
/// Either of them.
pub(super) enum AnyHeavy<K: 'static, V: 'static> {
    Alone(Heavy<K, V>),
    Beside(HookedHeavy<K, V>),
}

/// How many entries there may be, and who gives way.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bound {
    Unbounded,
    Lru(usize),
    Capacity(usize),
}

impl Bound {
    fn most(self) -> Option<usize> {
        match self {
            Self::Unbounded => None,
            Self::Lru(most) | Self::Capacity(most) => Some(most),
        }
    }
}

type Bounded<K, V, X = Never> = Arc<BoundedCache<Kept<K>, As<V>, X, Hashed>>;
type Scaling<K, V, X = Never> = Arc<CapacityCache<Kept<K>, As<V>, X, Hashed>>;
type Unbounded<K, V, X = Never> = Arc<UnboundedCache<Kept<K>, As<V>, X, Hashed>>;

/// In the place of a hasher, where hashes come from outside.
type Hashed = BuildHasherDefault<DefaultHasher>;

/// An engine, as it is asked for a hit, and for all else.
pub(super) struct Made<K: Eq + Clone + 'static, V: Clone + 'static> {
    hits: Hits<K, V>,
    cold: Arc<dyn Cold<K, V>>,
}

/// All of them, by their types.
enum Hits<K: Eq + Clone + 'static, V: Clone + 'static> {
    Unbounded(Unbounded<K, V>),
    UnboundedTimed(Unbounded<K, V, Idle>),
    Lru(Bounded<K, V>),
    LruTimed(Bounded<K, V, Idle>),
    Capacity(Scaling<K, V>),
    CapacityTimed(Scaling<K, V, Idle>),
    UnboundedHooked(Unbounded<K, V, Hooked<K, V>>),
    LruHooked(Bounded<K, V, Hooked<K, V>>),
    CapacityHooked(Scaling<K, V, Hooked<K, V>>),
    LruHeavy(Bounded<K, V, Heavy<K, V>>),
    CapacityHeavy(Scaling<K, V, Heavy<K, V>>),
    LruHookedHeavy(Bounded<K, V, HookedHeavy<K, V>>),
    CapacityHookedHeavy(Scaling<K, V, HookedHeavy<K, V>>),
}

/// The engines, each in a function of its own: whoever names one has it compiled.
impl<K, V> Made<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    fn new<X, A>(
        capacity: Option<usize>,
        expiry: X,
        name: Label,
        hits: impl FnOnce(Arc<Cache<Kept<K>, As<V>, X, A, Hashed>>) -> Hits<K, V>,
    ) -> Self
    where
        X: Expiry<Stamp: Send + Sync> + Send + Sync,
        A: Access<Kept<K>, As<V>, X> + Send + Sync,
    {
        let capacity = capacity.map_or(Capacity::Unbounded, Capacity::Of);
        let mut cache = Cache::with_hasher(Options::new("", expiry).capacity(capacity), Hashed::default());
        cache.name = name;
        let cache = Arc::new(cache);
        Self { cold: cache.clone(), hits: hits(cache) }
    }

    pub(super) fn unbounded(_: Bound, name: Label) -> Self {
        Self::new(None, Never, name, Hits::Unbounded)
    }

    pub(super) fn lru(bound: Bound, name: Label) -> Self {
        Self::new(bound.most(), Never, name, Hits::Lru)
    }

    pub(super) fn capacity(bound: Bound, name: Label) -> Self {
        Self::new(bound.most(), Never, name, Hits::Capacity)
    }

    pub(super) fn timed(bound: Bound, expiry: Idle, name: Label) -> Self {
        match bound {
            Bound::Unbounded => Self::new(None, expiry, name, Hits::UnboundedTimed),
            Bound::Lru(most) => Self::new(Some(most), expiry, name, Hits::LruTimed),
            Bound::Capacity(most) => Self::new(Some(most), expiry, name, Hits::CapacityTimed),
        }
    }

    pub(super) fn hooked(bound: Bound, expiry: Hooked<K, V>, name: Label) -> Self {
        match bound {
            Bound::Unbounded => Self::new(None, expiry, name, Hits::UnboundedHooked),
            Bound::Lru(most) => Self::new(Some(most), expiry, name, Hits::LruHooked),
            Bound::Capacity(most) => Self::new(Some(most), expiry, name, Hits::CapacityHooked),
        }
    }

    /// Of a bound on the weight, beside which there may be one on the number.
    pub(super) fn heavy(bound: Bound, expiry: AnyHeavy<K, V>, name: Label) -> Self {
        let most = bound.most();
        match (expiry, bound) {
            (AnyHeavy::Alone(expiry), Bound::Lru(_)) => Self::new(most, expiry, name, Hits::LruHeavy),
            (AnyHeavy::Alone(expiry), _) => Self::new(most, expiry, name, Hits::CapacityHeavy),
            (AnyHeavy::Beside(expiry), Bound::Lru(_)) => Self::new(most, expiry, name, Hits::LruHookedHeavy),
            (AnyHeavy::Beside(expiry), _) => Self::new(most, expiry, name, Hits::CapacityHookedHeavy),
        }
    }
}

pub(super) struct Engine<K: Eq + Clone + 'static, V: Clone + 'static, S> {
    made: Made<K, V>,
    hasher: S,
}

impl<K, V, S> Engine<K, V, S>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    S: BuildHasher + Send + Sync + 'static,
{
    pub(super) fn new(made: Made<K, V>, hasher: S) -> Self {
        Self { made, hasher }
    }

    fn cold(&self) -> &dyn Cold<K, V> {
        &*self.made.cold
    }

    pub(super) fn any(&self) -> &dyn AnyCache {
        self.cold()
    }

    /// The same, for who does not live as long.
    pub(super) fn shared(&self) -> Arc<dyn AnyCache + Send + Sync> {
        self.made.cold.clone()
    }

    #[expect(clippy::manual_hash_one, reason = "in the way of a key of a function")]
    #[inline]
    fn hash_of<Q: Hash + ?Sized>(&self, key: &Q) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        key.hash(&mut hasher);
        spread(hasher.finish())
    }

    #[inline]
    pub(super) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.hit(self.hash_of(key), key)
    }

    // One way through it for each engine, of which a cache takes always the same.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn hit<Q: Eq + ?Sized>(&self, hash: u64, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        match &self.made.hits {
            Hits::Unbounded(cache) => cache.get(hash, |stored| stored.borrow() == key),
            Hits::UnboundedTimed(cache) => cache.get(hash, |stored| stored.borrow() == key),
            Hits::UnboundedHooked(cache) => cache.get(hash, |stored| stored.borrow() == key),
            Hits::Lru(cache) => cache.get(hash, |stored| stored.borrow() == key),
            Hits::LruTimed(cache) => cache.get(hash, |stored| stored.borrow() == key),
            Hits::LruHooked(cache) => cache.get(hash, |stored| stored.borrow() == key),
            Hits::LruHeavy(cache) => cache.get(hash, |stored| stored.borrow() == key),
            Hits::LruHookedHeavy(cache) => cache.get(hash, |stored| stored.borrow() == key),
            Hits::Capacity(cache) => cache.get(hash, |stored| stored.borrow() == key),
            Hits::CapacityTimed(cache) => cache.get(hash, |stored| stored.borrow() == key),
            Hits::CapacityHooked(cache) => cache.get(hash, |stored| stored.borrow() == key),
            Hits::CapacityHeavy(cache) => cache.get(hash, |stored| stored.borrow() == key),
            Hits::CapacityHookedHeavy(cache) => cache.get(hash, |stored| stored.borrow() == key),
        }
    }

    pub(super) fn peek<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.cold().peek_at(self.hash_of(key), &|stored| stored.borrow() == key)
    }

    pub(super) fn remove<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.cold().take(self.hash_of(key), &|stored| stored.borrow() == key)
    }

    pub(super) fn insert(&self, key: K, value: V) -> Option<V> {
        self.cold().put(self.hash_of(&key), key, value)
    }

    /// The value of a key, or the right to compute it.
    #[inline]
    pub(super) fn enter<Q>(&self, key: &Q) -> Call<V, Value>
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        let hash = self.hash_of(key);
        match self.hit(hash, key) {
            Some(value) => Call::Ready(value),
            None => self.made.cold.clone().miss(hash, key.to_owned()),
        }
    }

    /// The same for a task, which may have to wait.
    #[inline]
    pub(super) fn enter_async<Q>(&self, key: &Q) -> Result<V, Entering<V, Value>>
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        let hash = self.hash_of(key);
        match self.hit(hash, key) {
            Some(value) => Ok(value),
            None => self.made.cold.clone().miss_async(hash, key.to_owned()),
        }
    }

    pub(super) fn retain(&self, mut keep: impl FnMut(&K, &V) -> bool) -> usize {
        self.cold().retain_shown(&mut keep)
    }

    pub(super) fn entries(&self) -> Vec<(K, V)> {
        self.cold().entries()
    }
}

impl<K, V, X, A> Cache<Kept<K>, As<V>, X, A, Hashed>
where
    K: Hash + Eq + Clone + 'static,
    V: Clone + 'static,
    X: Expiry,
    A: Access<Kept<K>, As<V>, X>,
{
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn get(&self, hash: u64, is: impl Fn(&K) -> bool) -> Option<V> {
        self.access.hit(false, hash, |stored| is(&stored.0), &self.expiry).map(Self::output)
    }
}

/// What an engine is asked that is no hit: by hash and comparison, so that it is compiled once for all types that a key is
/// looked up by.
trait Cold<K, V>: AnyCache + Send + Sync {
    fn peek_at(&self, hash: u64, is: &dyn Fn(&K) -> bool) -> Option<V>;
    fn take(&self, hash: u64, is: &dyn Fn(&K) -> bool) -> Option<V>;
    fn put(&self, hash: u64, key: K, value: V) -> Option<V>;
    fn miss(self: Arc<Self>, hash: u64, key: K) -> Call<V, Value>;
    fn miss_async(self: Arc<Self>, hash: u64, key: K) -> Result<V, Entering<V, Value>>;
    fn retain_shown(&self, keep: &mut dyn FnMut(&K, &V) -> bool) -> usize;
    fn entries(&self) -> Vec<(K, V)>;
}

impl<K, V, X, A> Cold<K, V> for Cache<Kept<K>, As<V>, X, A, Hashed>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    X: Expiry<Stamp: Send + Sync> + Send + Sync,
    A: Access<Kept<K>, As<V>, X> + Send + Sync,
{
    fn peek_at(&self, hash: u64, is: &dyn Fn(&K) -> bool) -> Option<V> {
        self.access.peek(hash, |stored| is(&stored.0), &self.expiry).map(Self::output)
    }

    fn take(&self, hash: u64, is: &dyn Fn(&K) -> bool) -> Option<V> {
        let now = self.expiry.now();
        let is = |stored: &Kept<K>| is(&stored.0);
        let mut removed = Removed::new();
        let mut taken = None;
        if let Some(mut state) = self.access.lock() {
            taken = state.peek(hash, is, &self.expiry, now);
            state.invalidate(hash, is, &self.expiry, now, &mut removed);
        }
        self.release(removed);
        taken.map(Self::output)
    }

    fn put(&self, hash: u64, key: K, value: V) -> Option<V> {
        let key = Kept(key);
        let stamp = self.own(&value, || key.copy()).and_then(|own| self.expiry.stamp_own(false, own));
        // What is not to be kept takes the place of what was.
        let Some(stamp) = stamp else {
            let old = self.take(hash, &|stored| *stored == key.0);
            // While `old` is ours: if one of these panics, what was to be returned already would be leaked.
            drop((key, value));
            return old;
        };
        let now = self.expiry.now();
        let (mut removed, mut old) = (Removed::new(), None);
        // Taken once they are compared: if that panics, they are dropped after the unlock.
        let mut new = Some((key, Held::new(value)));
        if let Some(mut state) = self.access.lock() {
            let is = |other: &Kept<K>| new.as_ref().is_some_and(|(key, _)| other == key);
            old = state.peek(hash, is, &self.expiry, now);
            if let Some((key, stored)) = new.take() {
                state.prime((hash, key), (stored, stamp), &self.expiry, now, &mut removed);
            }
        }
        self.release(removed);
        old.map(Self::output)
    }

    fn miss(self: Arc<Self>, hash: u64, key: K) -> Call<V, Value> {
        Miss::<Value, _, _, _, _, _>::new(self, hash, Kept(key)).wait()
    }

    fn miss_async(self: Arc<Self>, hash: u64, key: K) -> Result<V, Entering<V, Value>> {
        Miss::<Value, _, _, _, _, _>::new(self, hash, Kept(key)).wait_async()
    }

    fn retain_shown(&self, keep: &mut dyn FnMut(&K, &V) -> bool) -> usize {
        retain(&self.access, &self.expiry, &self.name, |key: &K, taken| keep(key, Strongly::lend(taken)))
    }

    fn entries(&self) -> Vec<(K, V)> {
        let entries = entries(&self.access, &self.expiry);
        entries.into_iter().map(|(key, taken)| (key, Self::output(taken))).collect()
    }
}
