//! Where the store of a function is.
#![forbid(unsafe_code)]

use super::common::Common;
use super::owed::Debt;
use crate::store::{
    Answer, AsyncStore, Claim, Entry, Key, Listener, Namespace, Store, StoreFuture, StoreId, TagId,
};
use crate::unwind::discard;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

/// A store, of whatever type, and whether it can be asked without blocking.
pub enum AnyStore {
    /// It cannot, nor need it.
    Blocking(Box<dyn Store>),
    /// It cannot, and is that of an `async fn`, which it blocks for what the result depends on, and for nothing else.
    Beside(Box<dyn Store>),
    /// It can.
    Async(Box<dyn AsyncStore>),
}

impl AnyStore {
    /// For what is asked by those who may block.
    pub(super) fn blocking(&self) -> &dyn Store {
        match self {
            Self::Blocking(store) | Self::Beside(store) => &**store,
            Self::Async(store) => &**store,
        }
    }

    pub(super) fn get<'a>(&'a self, key: Key<'a>, tags: &'a [TagId]) -> StoreFuture<'a, Answer> {
        match self {
            Self::Blocking(store) | Self::Beside(store) => Box::pin(async move { store.get(key, tags) }),
            Self::Async(store) => store.get_async(key, tags),
        }
    }

    pub(super) fn put<'a>(&'a self, key: Key<'a>, entry: Entry<'a>, claim: Claim) -> StoreFuture<'a, ()> {
        match self {
            Self::Blocking(store) | Self::Beside(store) => {
                Box::pin(async move { store.put(key, entry, claim) })
            }
            Self::Async(store) => store.put_async(key, entry, claim),
        }
    }

    pub(super) fn claim<'a>(&'a self, key: Key<'a>, tags: &'a [TagId]) -> StoreFuture<'a, Claim> {
        match self {
            Self::Blocking(store) | Self::Beside(store) => Box::pin(async move { store.claim(key, tags) }),
            Self::Async(store) => store.claim_async(key, tags),
        }
    }

    pub(super) fn wait<'a>(&'a self, key: Key<'a>, limit: Duration) -> StoreFuture<'a, ()> {
        match self {
            Self::Blocking(store) | Self::Beside(store) => Box::pin(async move { store.wait(key, limit) }),
            Self::Async(store) => store.wait_async(key, limit),
        }
    }

    pub(super) fn subscribe(&self, listener: Listener) -> StoreFuture<'_, ()> {
        match self {
            Self::Blocking(store) | Self::Beside(store) => Box::pin(async move {
                store.subscribe(listener);
                Ok(())
            }),
            Self::Async(store) => store.subscribe_async(listener),
        }
    }

    pub(super) fn forget<'a>(&'a self, namespace: &'a Namespace, debt: &'a Debt) -> StoreFuture<'a, ()> {
        match (self, debt) {
            (Self::Blocking(store) | Self::Beside(store), _) => {
                Box::pin(async move { debt.tell(&**store, namespace) })
            }
            (Self::Async(store), Debt::All) => store.clear_async(namespace),
            (Self::Async(store), Debt::Key(bytes)) => store.remove_async(Key::new(namespace, bytes)),
            (Self::Async(store), Debt::Tag(tag)) => store.invalidate_tag_async(*tag),
        }
    }
}

/// A store, and what functions that have it know of it.
pub(super) struct Made {
    pub(super) store: AnyStore,
    common: OnceLock<&'static Common>,
}

impl Made {
    fn new(store: AnyStore) -> Self {
        Self { store, common: OnceLock::new() }
    }

    /// From when it is where it stays.
    pub(super) fn common(&'static self) -> &'static Common {
        self.common.get_or_init(|| {
            let store = self.store.blocking();
            let identity = catch_unwind(AssertUnwindSafe(|| store.identity()));
            Common::of(identity.unwrap_or_else(|payload| {
                discard(payload);
                StoreId::of(self)
            }))
        })
    }
}

/// How long a thread waits for another to make a store. It goes on without one then, as the other might wait for it.
const PATIENCE: Duration = Duration::from_secs(1);

/// A store that is made at first use, by one thread.
pub(super) struct StoreCell {
    store: OnceLock<Made>,
    maker: Mutex<Option<ThreadId>>,
    made: Condvar,
}

impl StoreCell {
    pub(super) const fn new() -> Self {
        Self { store: OnceLock::new(), maker: Mutex::new(None), made: Condvar::new() }
    }

    /// The store. `None` while it is being made: by this thread, which came back here from in there, or by one that takes
    /// long. If `make` panics, the next makes it.
    pub(super) fn get(&'static self, make: fn() -> AnyStore) -> Option<&'static Made> {
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
        Some(self.store.get_or_init(|| Made::new(store)))
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
