//! What the table uses of dashmap, over locks that shuttle schedules; for models alone.
//!
//! As there: shards, each a table behind a lock for readers and writers; which one, the upper bits of a hash say; what
//! is handed out holds the lock of its shard; and who goes through all of them holds one at a time. What a model then
//! sees is how the table is used. It does not see dashmap itself: its locks, its tables, and the unsafe code in it.
#![forbid(unsafe_code)]
#![allow(clippy::trivially_copy_pass_by_ref, reason = "as dashmap's")]

use crate::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::collections::HashMap;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

type Shard<V> = HashMap<u64, V>;

const UNPOISONED: &str = "these locks are not poisoned";
const THERE: &str = "the lock of the shard is held, and it was there";

/// A table in shards. Keys are hashes.
pub(super) struct DashMap<K, V, S> {
    shards: Box<[RwLock<Shard<V>>]>,
    types: PhantomData<fn(K, S)>,
}

impl<V, S> DashMap<u64, V, S> {
    pub(super) fn with_hasher_and_shard_amount(_: S, shards: usize) -> Self {
        assert!(shards > 1 && shards.is_power_of_two());
        let shards = (0..shards).map(|_| RwLock::new(HashMap::new())).collect();
        Self { shards, types: PhantomData }
    }

    /// The upper bits, but for those that tables take.
    fn shard(&self, hash: u64) -> &RwLock<Shard<V>> {
        let number = (hash << 7) >> (u64::BITS - self.shards.len().trailing_zeros());
        &self.shards[usize::try_from(number).expect("a small one")]
    }

    fn read(&self, hash: u64) -> RwLockReadGuard<'_, Shard<V>> {
        self.shard(hash).read().expect(UNPOISONED)
    }

    fn write(&self, hash: u64) -> RwLockWriteGuard<'_, Shard<V>> {
        self.shard(hash).write().expect(UNPOISONED)
    }

    pub(super) fn get(&self, key: &u64) -> Option<Ref<'_, V>> {
        let shard = self.read(*key);
        shard.contains_key(key).then(|| Ref { key: *key, shard: Arc::new(shard) })
    }

    pub(super) fn get_mut(&self, key: &u64) -> Option<RefMut<'_, V>> {
        let shard = self.write(*key);
        shard.contains_key(key).then_some(RefMut { key: *key, shard })
    }

    pub(super) fn entry(&self, key: u64) -> Entry<'_, V> {
        let there = RefMut { key, shard: self.write(key) };
        if there.shard.contains_key(&key) { Entry::Occupied(Occupied(there)) } else { Entry::Vacant(there) }
    }

    pub(super) fn remove(&self, key: &u64) -> Option<(u64, V)> {
        self.write(*key).remove_entry(key)
    }

    pub(super) fn remove_if(&self, key: &u64, picked: impl FnOnce(&u64, &V) -> bool) -> Option<(u64, V)> {
        let mut shard = self.write(*key);
        let (key, value) = shard.get_key_value(key)?;
        let (key, picked) = (*key, picked(key, value));
        picked.then(|| shard.remove_entry(&key)).flatten()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Ref<'_, V>> {
        self.shards.iter().flat_map(|shard| {
            let shard = Arc::new(shard.read().expect(UNPOISONED));
            let keys: Vec<_> = shard.keys().copied().collect();
            keys.into_iter().map(move |key| Ref { key, shard: shard.clone() })
        })
    }

    fn sum(&self, of: impl Fn(&Shard<V>) -> usize) -> usize {
        self.shards.iter().map(|shard| of(&shard.read().expect(UNPOISONED))).sum()
    }

    pub(super) fn len(&self) -> usize {
        self.sum(HashMap::len)
    }

    pub(super) fn capacity(&self) -> usize {
        self.sum(HashMap::capacity)
    }

    pub(super) fn shrink_to_fit(&self) {
        for shard in &self.shards {
            shard.write().expect(UNPOISONED).shrink_to_fit();
        }
    }
}

impl<'a, V, S> IntoIterator for &'a DashMap<u64, V, S> {
    type Item = Ref<'a, V>;
    type IntoIter = Box<dyn Iterator<Item = Self::Item> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

/// Something in a shard that is not written meanwhile.
pub(super) struct Ref<'a, V> {
    key: u64,
    shard: Arc<RwLockReadGuard<'a, Shard<V>>>,
}

impl<V> Ref<'_, V> {
    pub(super) fn key(&self) -> &u64 {
        &self.key
    }
}

impl<V> Deref for Ref<'_, V> {
    type Target = V;

    fn deref(&self) -> &V {
        self.shard.get(&self.key).expect(THERE)
    }
}

/// A place in a shard that nobody else looks at meanwhile.
pub(super) struct RefMut<'a, V> {
    key: u64,
    shard: RwLockWriteGuard<'a, Shard<V>>,
}

impl<V> RefMut<'_, V> {
    /// Of a vacant one.
    pub(super) fn insert(mut self, value: V) {
        self.shard.insert(self.key, value);
    }
}

impl<V> Deref for RefMut<'_, V> {
    type Target = V;

    fn deref(&self) -> &V {
        self.shard.get(&self.key).expect(THERE)
    }
}

impl<V> DerefMut for RefMut<'_, V> {
    fn deref_mut(&mut self) -> &mut V {
        self.shard.get_mut(&self.key).expect(THERE)
    }
}

/// One that is occupied.
pub(super) struct Occupied<'a, V>(RefMut<'a, V>);

impl<V> Occupied<'_, V> {
    pub(super) fn get_mut(&mut self) -> &mut V {
        &mut self.0
    }
}

pub(super) enum Entry<'a, V> {
    Vacant(RefMut<'a, V>),
    Occupied(Occupied<'a, V>),
}
