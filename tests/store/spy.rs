//! What the modules share: a store that remembers what it is asked for, what one says that is away, and counters.

use std::sync::{Arc, Mutex};
use std::time::Duration;
use weakcache::store::{Answer, Circuit, Claim, Entry, Key, Memory, Namespace, Store, StoreError, TagId};

/// Methods of a store that are those of a part of it.
macro_rules! forward {
    (@ get $part:tt) => {
        fn get(&self, key: weakcache::store::Key<'_>, tags: &[weakcache::store::TagId]) -> Result<weakcache::store::Answer, weakcache::store::StoreError> {
            self.$part.get(key, tags)
        }
    };
    (@ put $part:tt) => {
        fn put(&self, key: weakcache::store::Key<'_>, entry: weakcache::store::Entry<'_>, claim: weakcache::store::Claim) -> Result<(), weakcache::store::StoreError> {
            self.$part.put(key, entry, claim)
        }
    };
    (@ remove $part:tt) => {
        fn remove(&self, key: weakcache::store::Key<'_>) -> Result<(), weakcache::store::StoreError> {
            self.$part.remove(key)
        }
    };
    (@ clear $part:tt) => {
        fn clear(&self, namespace: &weakcache::store::Namespace) -> Result<(), weakcache::store::StoreError> {
            self.$part.clear(namespace)
        }
    };
    (@ invalidate_tag $part:tt) => {
        fn invalidate_tag(&self, tag: weakcache::store::TagId) -> Result<(), weakcache::store::StoreError> {
            self.$part.invalidate_tag(tag)
        }
    };
    (@ claim $part:tt) => {
        fn claim(&self, key: weakcache::store::Key<'_>, tags: &[weakcache::store::TagId]) -> Result<weakcache::store::Claim, weakcache::store::StoreError> {
            self.$part.claim(key, tags)
        }
    };
    (@ release $part:tt) => {
        fn release(&self, key: weakcache::store::Key<'_>, claim: weakcache::store::Claim) {
            self.$part.release(key, claim);
        }
    };
    (@ wait $part:tt) => {
        fn wait(&self, key: weakcache::store::Key<'_>, limit: std::time::Duration) -> Result<(), weakcache::store::StoreError> {
            self.$part.wait(key, limit)
        }
    };
    (@ subscribe $part:tt) => {
        fn subscribe(&self, listener: weakcache::store::Listener) {
            self.$part.subscribe(listener);
        }
    };
    (@ circuit $part:tt) => {
        fn circuit(&self) -> weakcache::store::Circuit {
            self.$part.circuit()
        }
    };
    (@ identity $part:tt) => {
        fn identity(&self) -> weakcache::store::StoreId {
            self.$part.identity()
        }
    };
    ($part:tt: $($method:ident)*) => {
        $($crate::spy::forward!(@ $method $part);)*
    };
}

pub(crate) use forward;

/// A store, and another process that has it.
pub(crate) fn two() -> (Memory, Memory) {
    let memory = Memory::new();
    (memory.clone(), memory)
}

/// Namespaces and keys.
pub(crate) type Asked = Arc<Mutex<Vec<(u128, Vec<u8>)>>>;

/// Remembers what it is asked for.
#[derive(Clone, Default)]
pub(crate) struct Spy {
    pub(crate) memory: Memory,
    pub(crate) keys: Asked,
}

impl Spy {
    /// The key that was asked for last.
    pub(crate) fn last(&self) -> (Namespace, Vec<u8>) {
        let (namespace, key) = self.keys.lock().unwrap().last().unwrap().clone();
        (Namespace::new("of a spy", namespace), key)
    }

    fn asked(&self, key: Key<'_>) {
        self.keys.lock().unwrap().push((key.namespace().id(), key.bytes().to_vec()));
    }
}

impl Store for Spy {
    fn get(&self, key: Key<'_>, tags: &[TagId]) -> Result<Answer, StoreError> {
        self.asked(key);
        self.memory.get(key, tags)
    }

    fn put(&self, key: Key<'_>, entry: Entry<'_>, claim: Claim) -> Result<(), StoreError> {
        self.asked(key);
        self.memory.put(key, entry, claim)
    }

    forward!(memory: remove clear invalidate_tag claim release wait subscribe circuit);
}

/// A store with this is never left alone.
pub(crate) const PATIENT: Circuit = Circuit { failures: u32::MAX, pause: Duration::ZERO };

/// What a store says that is away.
pub(crate) fn away() -> StoreError {
    StoreError::new("the store is away")
}

/// The counters of the three places where a result may be from.
macro_rules! counts {
    ($($controls:ident)::+) => {{
        let info = $($controls::)+cache_info();
        (info.hits, info.store_hits, info.misses)
    }};
}
pub(crate) use counts;
