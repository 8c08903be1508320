//! What functions have in common whose stores are one.
#![forbid(unsafe_code)]

use super::breaker::Breaker;
use super::owed::{Debt, Owed};
use crate::store::{StoreId, TagId};
use std::any::TypeId;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Of one store.
pub(super) struct Common {
    pub(super) breaker: Breaker,
    /// The tags that it is to forget.
    tags: Owed,
    /// How often these were too many.
    lost: AtomicU64,
    pub(super) met: Met,
}

/// The types of tags of which a store is told.
pub(super) struct Met(Mutex<Option<HashSet<TypeId>>>);

impl Common {
    /// That of a store, which is there for ever.
    pub(super) fn of(store: StoreId) -> &'static Self {
        static ALL: Mutex<Option<HashMap<StoreId, &'static Common>>> = Mutex::new(None);
        let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        all.get_or_insert_default().entry(store).or_insert_with(|| {
            Box::leak(Box::new(Self {
                breaker: Breaker::new(),
                tags: Owed::new(),
                lost: AtomicU64::new(0),
                met: Met::new(),
            }))
        })
    }

    /// The store is to forget a tag. Of too many each function forgets all that it has: see [`lost`](Self::lost).
    pub(super) fn owe(&self, tag: TagId) {
        self.tags.add(Debt::Tag(tag), || {
            self.lost.fetch_add(1, Ordering::Release);
            None
        });
    }

    pub(super) fn tags(&self) -> &Owed {
        &self.tags
    }

    /// Changes when tags were too many. Asked after [`tags`](Self::tags), it knows of those that are not there any more.
    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Acquire)
    }
}

impl Met {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Has `tell` run if tags of this type are new to it. Who comes meanwhile waits: what is tagged is not to be stored
    /// before the store is told of the tag.
    pub(super) fn meet(&self, tag: TypeId, tell: impl FnOnce()) {
        // No user code runs under it.
        let mut tags = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tags.get_or_insert_default().insert(tag) {
            tell();
        }
    }
}
