//! Where the store of a function is.
#![forbid(unsafe_code)]

use crate::store::{Answer, AsyncStore, Claim, Entry, Key, Store, StoreFuture, TagId};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

/// A store, of whatever type, and whether it can be asked without blocking.
pub enum AnyStore {
    /// It cannot.
    Blocking(Box<dyn Store>),
    /// It can.
    Async(Box<dyn AsyncStore>),
}

impl AnyStore {
    /// For what is asked by those who may block.
    pub(super) fn blocking(&self) -> &dyn Store {
        match self {
            Self::Blocking(store) => &**store,
            Self::Async(store) => &**store,
        }
    }

    pub(super) fn get<'a>(&'a self, key: Key<'a>, tags: &'a [TagId]) -> StoreFuture<'a, Answer> {
        match self {
            Self::Blocking(store) => Box::pin(async move { store.get(key, tags) }),
            Self::Async(store) => store.get_async(key, tags),
        }
    }

    pub(super) fn put<'a>(&'a self, key: Key<'a>, entry: Entry<'a>, claim: Claim) -> StoreFuture<'a, ()> {
        match self {
            Self::Blocking(store) => Box::pin(async move { store.put(key, entry, claim) }),
            Self::Async(store) => store.put_async(key, entry, claim),
        }
    }

    pub(super) fn claim<'a>(&'a self, key: Key<'a>, tags: &'a [TagId]) -> StoreFuture<'a, Claim> {
        match self {
            Self::Blocking(store) => Box::pin(async move { store.claim(key, tags) }),
            Self::Async(store) => store.claim_async(key, tags),
        }
    }

    pub(super) fn wait<'a>(&'a self, key: Key<'a>, limit: Duration) -> StoreFuture<'a, ()> {
        match self {
            Self::Blocking(store) => Box::pin(async move { store.wait(key, limit) }),
            Self::Async(store) => store.wait_async(key, limit),
        }
    }
}

/// How long a thread waits for another to make a store. It goes on without one then, as the other might wait for it.
const PATIENCE: Duration = Duration::from_secs(1);

/// A store that is made at first use, by one thread.
pub(super) struct StoreCell {
    store: OnceLock<AnyStore>,
    maker: Mutex<Option<ThreadId>>,
    made: Condvar,
}

impl StoreCell {
    pub(super) const fn new() -> Self {
        Self { store: OnceLock::new(), maker: Mutex::new(None), made: Condvar::new() }
    }

    /// The store. `None` while it is being made: by this thread, which came back here from in there, or by one that takes
    /// long. If `make` panics, the next makes it.
    pub(super) fn get(&'static self, make: fn() -> AnyStore) -> Option<&'static AnyStore> {
        if let Some(store) = self.store.get() {
            return Some(store);
        }
        let mut maker = self.maker();
        if *maker == Some(thread::current().id()) {
            return None;
        }
        let is_made = |maker: &mut Option<ThreadId>| maker.is_some();
        maker =
            self.made.wait_timeout_while(maker, PATIENCE, is_made).unwrap_or_else(PoisonError::into_inner).0;
        if let Some(store) = self.store.get() {
            return Some(store);
        }
        if maker.is_some() {
            return None;
        }
        *maker = Some(thread::current().id());
        drop(maker);
        let _making = Making(self);
        let store = make();
        Some(self.store.get_or_init(|| store))
    }

    fn maker(&self) -> MutexGuard<'_, Option<ThreadId>> {
        // No user code runs under it.
        self.maker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Making<'a>(&'a StoreCell);

impl Drop for Making<'_> {
    fn drop(&mut self) {
        *self.0.maker() = None;
        self.0.made.notify_all();
    }
}
