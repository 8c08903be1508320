//! What the modules share: a store that remembers what it is asked for, and counters.

use std::sync::{Arc, Mutex};
use std::time::Duration;
use weakcache::store::{
    Answer, Circuit, Claim, Entry, Key, Listener, Memory, Namespace, Store, StoreError, TagId,
};

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

    fn remove(&self, key: Key<'_>) -> Result<(), StoreError> {
        self.memory.remove(key)
    }

    fn clear(&self, namespace: &Namespace) -> Result<(), StoreError> {
        self.memory.clear(namespace)
    }

    fn invalidate_tag(&self, tag: TagId) -> Result<(), StoreError> {
        self.memory.invalidate_tag(tag)
    }

    fn claim(&self, key: Key<'_>, tags: &[TagId]) -> Result<Claim, StoreError> {
        self.memory.claim(key, tags)
    }

    fn release(&self, key: Key<'_>, claim: Claim) {
        self.memory.release(key, claim);
    }

    fn wait(&self, key: Key<'_>, limit: Duration) -> Result<(), StoreError> {
        self.memory.wait(key, limit)
    }

    fn subscribe(&self, listener: Listener) {
        self.memory.subscribe(listener);
    }

    fn circuit(&self) -> Circuit {
        self.memory.circuit()
    }
}

/// The counters of the three places where a result may be from.
macro_rules! counts {
    ($($controls:ident)::+) => {{
        let info = $($controls::)+cache_info();
        (info.hits, info.store_hits, info.misses)
    }};
}
pub(crate) use counts;
