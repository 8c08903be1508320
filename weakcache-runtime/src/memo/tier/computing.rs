//! The computations whose results are to go to a store.
//!
//! What is invalidated while it is computed is not to be stored; and as a store takes time, its answer may come too late for
//! that: then the result is removed again. As long as that may still be to come, no other computation of the key asks the
//! store. A computation is entered here before it asks anything, and what it may store is looked up after it was stored: so
//! of an invalidation in between one of the two knows.
#![forbid(unsafe_code)]

use crate::hash::DefaultHashBuilder;
use hashbrown::HashTable;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// By the hashes of their keys; of one key there may be several.
pub(super) struct Computing(Mutex<Option<Table>>);

#[derive(Default)]
struct Table {
    all: HashTable<Arc<Computation>>,
    hasher: DefaultHashBuilder,
}

struct Computation {
    key: Vec<u8>,
    hash: u64,
    is_invalidated: AtomicBool,
}

/// That one is entered. Until it is dropped.
pub(super) struct Entered {
    of: &'static Computing,
    computation: Arc<Computation>,
}

impl Table {
    fn of_key(&self, hash: u64, key: &[u8]) -> impl Iterator<Item = &Computation> {
        self.all.iter_hash(hash).map(|computation| &**computation).filter(move |it| it.key == key)
    }
}

impl Computation {
    fn invalidate(&self) {
        self.is_invalidated.store(true, Ordering::Relaxed);
    }

    fn is_invalidated(&self) -> bool {
        self.is_invalidated.load(Ordering::Relaxed)
    }
}

impl Computing {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    fn table(&self) -> MutexGuard<'_, Option<Table>> {
        // No user code runs under it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters one, and says whether there is another that was invalidated, and is not over.
    pub(super) fn enter(&'static self, key: Vec<u8>) -> (Entered, bool) {
        let mut table = self.table();
        let table = table.get_or_insert_default();
        let hash = table.hasher.hash_one(&*key);
        let is_late = table.of_key(hash, &key).any(Computation::is_invalidated);
        let computation = Arc::new(Computation { key, hash, is_invalidated: AtomicBool::new(false) });
        table.all.insert_unique(hash, Arc::clone(&computation), |other| other.hash);
        (Entered { of: self, computation }, is_late)
    }

    /// Invalidates those of a key.
    pub(super) fn invalidate(&self, key: &[u8]) {
        if let Some(table) = &*self.table() {
            table.of_key(table.hasher.hash_one(key), key).for_each(Computation::invalidate);
        }
    }

    /// Invalidates all.
    pub(super) fn invalidate_all(&self) {
        if let Some(table) = &*self.table() {
            table.all.iter().for_each(|computation| computation.invalidate());
        }
    }
}

impl Entered {
    pub(super) fn key(&self) -> &[u8] {
        &self.computation.key
    }

    pub(super) fn is_invalidated(&self) -> bool {
        // Under the lock: who was told that there is no such computation comes after.
        let _table = self.of.table();
        self.computation.is_invalidated()
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let mut table = self.of.table();
        let Some(Table { all, .. }) = &mut *table else { return };
        if let Ok(entry) = all.find_entry(self.computation.hash, |it| Arc::ptr_eq(it, &self.computation)) {
            entry.remove();
        }
        if all.capacity() > 64 && all.len() < all.capacity() / 4 {
            all.shrink_to(all.len() * 2, |other| other.hash);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Computing;

    #[test]
    fn an_invalidation_is_of_what_has_begun() {
        static COMPUTING: Computing = Computing::new();
        COMPUTING.invalidate(b"k");
        let (first, is_late) = COMPUTING.enter(b"k".to_vec());
        assert!(!is_late && !first.is_invalidated());
        let (other, _) = COMPUTING.enter(b"other".to_vec());
        COMPUTING.invalidate(b"k");
        assert!(first.is_invalidated() && !other.is_invalidated());
        let (second, is_late) = COMPUTING.enter(b"k".to_vec());
        assert!(is_late && !second.is_invalidated());
        drop(first);
        let (third, is_late) = COMPUTING.enter(b"k".to_vec());
        assert!(!is_late);
        COMPUTING.invalidate_all();
        assert!([&second, &third, &other].iter().all(|entered| entered.is_invalidated()));
        drop((second, third, other));
        assert!(COMPUTING.table().as_ref().unwrap().all.is_empty());
    }
}
