//! The computations whose results are to go to a store.
//!
//! What is invalidated while it is computed is not to be stored; and as a store takes time, its answer may come too late for
//! that: then the result is removed again. As long as that may still be to come, no other computation of the key asks the
//! store. A computation is entered here before it asks anything, and what it may store is looked up after it was stored: so
//! of an invalidation in between one of the two knows.
#![forbid(unsafe_code)]

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// By the bytes of their keys.
pub(super) struct Computing(Mutex<Option<Entries>>);

type Entries = HashMap<Arc<[u8]>, Vec<Arc<AtomicBool>>>;

/// That one is entered. Until it is dropped.
pub(super) struct Entered {
    of: &'static Computing,
    key: Arc<[u8]>,
    invalidated: Arc<AtomicBool>,
}

impl Computing {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    fn entries(&self) -> MutexGuard<'_, Option<Entries>> {
        // No user code runs under it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters one, and says whether there is another that was invalidated, and is not over.
    pub(super) fn enter(&'static self, key: &[u8]) -> (Entered, bool) {
        let invalidated = Arc::new(AtomicBool::new(false));
        let mut entries = self.entries();
        let entries = entries.get_or_insert_default();
        let key = entries.get_key_value(key).map_or_else(|| key.into(), |(key, _)| key.clone());
        let all = entries.entry(key.clone()).or_default();
        let is_late = all.iter().any(|other| other.load(Ordering::Relaxed));
        all.push(invalidated.clone());
        (Entered { of: self, key, invalidated }, is_late)
    }

    /// Invalidates those of a key.
    pub(super) fn invalidate(&self, key: &[u8]) {
        for invalidated in self.entries().iter().filter_map(|entries| entries.get(key)).flatten() {
            invalidated.store(true, Ordering::Relaxed);
        }
    }

    /// Invalidates all.
    pub(super) fn invalidate_all(&self) {
        for invalidated in self.entries().iter().flat_map(HashMap::values).flatten() {
            invalidated.store(true, Ordering::Relaxed);
        }
    }
}

impl Entered {
    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }

    pub(super) fn is_invalidated(&self) -> bool {
        // Under the lock: who was told that there is no such computation comes after.
        let _entries = self.of.entries();
        self.invalidated.load(Ordering::Relaxed)
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let mut entries = self.of.entries();
        let Some(entries) = &mut *entries else { return };
        if let Entry::Occupied(mut all) = entries.entry(self.key.clone()) {
            all.get_mut().retain(|other| !Arc::ptr_eq(other, &self.invalidated));
            if all.get().is_empty() {
                all.remove();
            }
        }
        if entries.capacity() > 64 && entries.len() < entries.capacity() / 4 {
            entries.shrink_to(entries.len() * 2);
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
        let (first, is_late) = COMPUTING.enter(b"k");
        assert!(!is_late && !first.is_invalidated());
        let (other, _) = COMPUTING.enter(b"other");
        COMPUTING.invalidate(b"k");
        assert!(first.is_invalidated() && !other.is_invalidated());
        let (second, is_late) = COMPUTING.enter(b"k");
        assert!(is_late && !second.is_invalidated());
        drop(first);
        let (third, is_late) = COMPUTING.enter(b"k");
        assert!(!is_late);
        COMPUTING.invalidate_all();
        assert!([&second, &third, &other].iter().all(|entered| entered.is_invalidated()));
        drop((second, third, other));
        assert!(COMPUTING.entries().as_ref().unwrap().is_empty());
    }
}
