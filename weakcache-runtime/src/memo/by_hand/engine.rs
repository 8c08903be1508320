//! The cache of a memoized function without the function: what is behind a [`Cache`](super::Cache).
//!
//! Which of thirteen it is, is decided when it is built: without a bound, with one and an exact order, or with one and hits that
//! do not queue; without times, with times, or with closures that are shown entries too; and, of those with a bound, with weights,
//! alone or beside all of the others. So one without times asks no clock, and one without weights stores none.

use super::super::access::{Access, Entered};
use super::super::cache::{AnyCache, BoundedCache, Cache, Capacity, CapacityCache, Options, UnboundedCache};
use super::super::call::{Call, Miss, Ticket};
use super::super::cause::Cause;
use super::super::expiry::{Expiry, Idle, Never};
use super::super::future::Entering;
use super::super::hooks::{Closure, Heeded, OwnTtl};
use super::super::index::spread;
use super::super::key::Key;
use super::super::kind::{Any, Held, Of, Storage, Strongly};
use super::super::owned::{Kept, OwnedKey};
use super::super::removed::Removed;
use super::super::scope::{Holds, Value};
use super::super::walk::{entries, retain};
use super::super::weighed::Weighed;
use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

/// How a `V` is kept.
pub(super) type As<V> = Of<Any<V>, Strongly>;
pub(super) type TtlOf<K, V> = Box<dyn Fn(&K, &V) -> Duration + Send + Sync>;
pub(super) type OnEvict<K, V> = Box<dyn Fn(&K, &V, Cause) + Send + Sync>;
pub(super) type OwnTimes<K, V> = OwnTtl<Idle, Closure<K, V, TtlOf<K, V>>>;
/// With times, and closures.
pub(super) type Hooked<K, V> = Heeded<OwnTimes<K, V>, Closure<K, V, OnEvict<K, V>>>;

pub(super) type Weigh<K, V> = Box<dyn Fn(&K, &V) -> usize + Send + Sync>;
/// With weights, alone and beside all of the others.
pub(super) type Heavy<K, V, X = Never> = Weighed<X, Closure<K, V, Weigh<K, V>>>;
pub(super) type HookedHeavy<K, V> = Heavy<K, V, Hooked<K, V>>;

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

type Bounded<K, V, X, S> = Arc<BoundedCache<Kept<K>, As<V>, X, S>>;
type Scaling<K, V, X, S> = Arc<CapacityCache<Kept<K>, As<V>, X, S>>;
type Unbounded<K, V, X, S> = Arc<UnboundedCache<Kept<K>, As<V>, X, S>>;

pub(super) enum Engine<K: Eq + Clone + 'static, V: Clone + 'static, S> {
    Unbounded(Unbounded<K, V, Never, S>),
    UnboundedTimed(Unbounded<K, V, Idle, S>),
    UnboundedHooked(Unbounded<K, V, Hooked<K, V>, S>),
    Lru(Bounded<K, V, Never, S>),
    LruTimed(Bounded<K, V, Idle, S>),
    LruHooked(Bounded<K, V, Hooked<K, V>, S>),
    LruHeavy(Bounded<K, V, Heavy<K, V>, S>),
    LruHookedHeavy(Bounded<K, V, HookedHeavy<K, V>, S>),
    Capacity(Scaling<K, V, Never, S>),
    CapacityTimed(Scaling<K, V, Idle, S>),
    CapacityHooked(Scaling<K, V, Hooked<K, V>, S>),
    CapacityHeavy(Scaling<K, V, Heavy<K, V>, S>),
    CapacityHookedHeavy(Scaling<K, V, HookedHeavy<K, V>, S>),
}

/// The same for whichever it is.
macro_rules! each {
    ($engine:expr, $cache:ident => $work:expr) => {
        match $engine {
            Engine::Unbounded($cache) => $work,
            Engine::UnboundedTimed($cache) => $work,
            Engine::UnboundedHooked($cache) => $work,
            Engine::Lru($cache) => $work,
            Engine::LruTimed($cache) => $work,
            Engine::LruHooked($cache) => $work,
            Engine::LruHeavy($cache) => $work,
            Engine::LruHookedHeavy($cache) => $work,
            Engine::Capacity($cache) => $work,
            Engine::CapacityTimed($cache) => $work,
            Engine::CapacityHooked($cache) => $work,
            Engine::CapacityHeavy($cache) => $work,
            Engine::CapacityHookedHeavy($cache) => $work,
        }
    };
}

impl<K, V, S> Engine<K, V, S>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    S: BuildHasher + Send + Sync + 'static,
{
    pub(super) fn new(bound: Bound, hasher: S) -> Self {
        match bound {
            Bound::Unbounded => Self::Unbounded(cache(None, Never, hasher)),
            Bound::Lru(most) => Self::Lru(cache(Some(most), Never, hasher)),
            Bound::Capacity(most) => Self::Capacity(cache(Some(most), Never, hasher)),
        }
    }

    pub(super) fn timed(bound: Bound, expiry: Idle, hasher: S) -> Self {
        match bound {
            Bound::Unbounded => Self::UnboundedTimed(cache(None, expiry, hasher)),
            Bound::Lru(most) => Self::LruTimed(cache(Some(most), expiry, hasher)),
            Bound::Capacity(most) => Self::CapacityTimed(cache(Some(most), expiry, hasher)),
        }
    }

    pub(super) fn hooked(bound: Bound, expiry: Hooked<K, V>, hasher: S) -> Self {
        match bound {
            Bound::Unbounded => Self::UnboundedHooked(cache(None, expiry, hasher)),
            Bound::Lru(most) => Self::LruHooked(cache(Some(most), expiry, hasher)),
            Bound::Capacity(most) => Self::CapacityHooked(cache(Some(most), expiry, hasher)),
        }
    }

    /// Of a bound on the weight, beside which there may be one on the number.
    pub(super) fn heavy(bound: Bound, expiry: Heavy<K, V>, hasher: S) -> Self {
        match bound {
            Bound::Lru(most) => Self::LruHeavy(cache(Some(most), expiry, hasher)),
            bound => Self::CapacityHeavy(cache(bound.most(), expiry, hasher)),
        }
    }

    pub(super) fn hooked_heavy(bound: Bound, expiry: HookedHeavy<K, V>, hasher: S) -> Self {
        match bound {
            Bound::Lru(most) => Self::LruHookedHeavy(cache(Some(most), expiry, hasher)),
            bound => Self::CapacityHookedHeavy(cache(bound.most(), expiry, hasher)),
        }
    }

    /// Gives it a label in reports, before it is shared.
    pub(super) fn set_name(&mut self, name: &str) {
        each!(self, cache => if let Some(cache) = Arc::get_mut(cache) {
            cache.name = name.to_owned().into();
        });
    }

    pub(super) fn any(&self) -> &dyn AnyCache {
        each!(self, cache => &**cache)
    }

    /// The same, for who does not live as long.
    pub(super) fn shared(&self) -> Arc<dyn AnyCache + Send + Sync> {
        each!(self, cache => cache.clone())
    }

    #[inline]
    pub(super) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        each!(self, cache => cache.get(key))
    }

    pub(super) fn peek<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        each!(self, cache => cache.peek_at(key))
    }

    pub(super) fn remove<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        each!(self, cache => cache.take(key))
    }

    pub(super) fn insert(&self, key: K, value: V) -> Option<V> {
        each!(self, cache => cache.put(key, value))
    }

    /// The value of a key, or the right to compute it.
    #[inline]
    pub(super) fn enter<Q>(&self, key: &Q) -> Call<V, Value>
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        each!(self, cache => match cache.enter(Borrowed(key)) {
            (_, Entered::Found(taken, _)) => Call::Ready(Strongly::value(taken)),
            (_, Entered::Lead(flight)) => Call::Run(Ticket::new(Value::erase(cache.clone()), flight)),
            (hash, Entered::Missed(key)) => Miss::<Value, _, _, _, _, _>::new(cache.clone(), hash, key.into_owned()).wait(),
        })
    }

    /// The same for a task, which may have to wait.
    #[inline]
    pub(super) fn enter_async<Q>(&self, key: &Q) -> Result<V, Entering<V, Value>>
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        each!(self, cache => match cache.enter(Borrowed(key)) {
            (_, Entered::Found(taken, _)) => Ok(Strongly::value(taken)),
            (_, Entered::Lead(flight)) => Err(Entering::lead(Ticket::new(Value::erase(cache.clone()), flight))),
            (hash, Entered::Missed(key)) => Miss::<Value, _, _, _, _, _>::new(cache.clone(), hash, key.into_owned()).wait_async(),
        })
    }

    pub(super) fn retain(&self, mut keep: impl FnMut(&K, &V) -> bool) -> usize {
        each!(self, cache => cache.retain_shown(&mut keep))
    }

    pub(super) fn entries(&self) -> Vec<(K, V)> {
        each!(self, cache => cache.entries())
    }
}

type Made<K, V, X, A, S> = Arc<Cache<Kept<K>, As<V>, X, A, S>>;

fn cache<K, V, X, A, S>(capacity: Option<usize>, expiry: X, hasher: S) -> Made<K, V, X, A, S>
where
    K: Eq + Clone + 'static,
    V: Clone + 'static,
    X: Expiry,
    A: Access<Kept<K>, As<V>, X>,
{
    let capacity = capacity.map_or(Capacity::Unbounded, Capacity::Of);
    Arc::new(Cache::with_hasher(Options::new("", expiry).capacity(capacity), hasher))
}

/// What the cache of a function is not asked.
impl<K, V, X, A, S> Cache<Kept<K>, As<V>, X, A, S>
where
    K: Hash + Eq + Clone + 'static,
    V: Clone + 'static,
    X: Expiry,
    A: Access<Kept<K>, As<V>, X>,
    S: BuildHasher,
{
    #[expect(clippy::manual_hash_one, reason = "in the way of a key that is entered")]
    #[inline]
    fn hash_of<Q: Hash + ?Sized>(&self, key: &Q) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        key.hash(&mut hasher);
        spread(hasher.finish())
    }

    #[inline]
    fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let hash = self.hash_of(key);
        self.access.hit(false, hash, |stored| stored.0.borrow() == key, &self.expiry).map(Self::output)
    }

    fn peek_at<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let hash = self.hash_of(key);
        self.access.peek(hash, |stored| stored.0.borrow() == key, &self.expiry).map(Self::output)
    }

    fn take<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (hash, now) = (self.hash_of(key), self.expiry.now());
        let mut removed = Removed::new();
        let is = |stored: &Kept<K>| stored.0.borrow() == key;
        let taken = self.access.with(|state| {
            let taken = state.peek(hash, is, &self.expiry, now);
            state.invalidate(hash, is, &self.expiry, now, &mut removed);
            taken
        });
        self.release(removed);
        taken.flatten().map(Self::output)
    }

    fn put(&self, key: K, value: V) -> Option<V> {
        let hash = self.hash_of(&key);
        let key = Kept(key);
        let stamp = self.own(&value, || key.copy()).and_then(|own| self.expiry.stamp_own(false, own));
        // What is not to be kept takes the place of what was.
        let Some(stamp) = stamp else {
            let old = self.take(&key.0);
            // While `old` is ours: if one of these panics, what was to be returned already would be leaked.
            drop((key, value));
            return old;
        };
        let stored = Held::new(value);
        let now = self.expiry.now();
        let (mut removed, mut old) = (Removed::new(), None);
        self.access.with(|state| {
            old = state.peek(hash, |other| *other == key, &self.expiry, now);
            state.prime((hash, key), (stored, stamp), &self.expiry, now, &mut removed);
        });
        self.release(removed);
        old.map(Self::output)
    }

    fn retain_shown(&self, mut keep: impl FnMut(&K, &V) -> bool) -> usize {
        retain(&self.access, &self.expiry, |key: &K, taken| keep(key, Strongly::lend(taken)))
    }

    fn entries(&self) -> Vec<(K, V)> {
        let entries = entries(&self.access, &self.expiry);
        entries.into_iter().map(|(key, taken)| (key, Self::output(taken))).collect()
    }
}

/// A borrowed key that can be made an owned one.
struct Borrowed<'a, Q: ?Sized>(&'a Q);

impl<Q> Key for Borrowed<'_, Q>
where
    Q: Hash + Eq + ToOwned<Owned: Eq + Clone + 'static> + ?Sized,
{
    type Owned = Kept<Q::Owned>;
    // What `Q` is, is not known.
    const PLAIN: bool = false;
    const COPIED: bool = false;

    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.hash(hasher);
    }

    #[inline]
    fn is(&self, stored: &Self::Owned) -> bool {
        self.0 == stored.0.borrow()
    }

    fn into_owned(self) -> Self::Owned {
        Kept(self.0.to_owned())
    }
}
