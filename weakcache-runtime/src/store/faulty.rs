//! A store that fails as a test wishes.

use super::{
    Answer, AsyncStore, Circuit, Claim, Entry, Found, Key, Listener, Namespace, Store, StoreError,
    StoreFuture, TagId,
};
use std::fmt;
use std::time::Duration;

/// What is asked of a [`Store`], as [`Faulty`] is told.
///
/// ```
/// use weakcache::store::{Faulty, Memory, Operation, StoreError};
///
/// // A store that can be read, and not written to.
/// let store = Faulty::new(Memory::new(), |operation| match operation {
///     Operation::Put => Err(StoreError::new("read-only")),
///     _ => Ok(()),
/// });
/// # drop(store);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Operation {
    /// [`Store::get`].
    Get,
    /// [`Store::put`].
    Put,
    /// [`Store::remove`].
    Remove,
    /// [`Store::clear`].
    Clear,
    /// [`Store::invalidate_tag`].
    InvalidateTag,
    /// [`Store::claim`].
    Claim,
    /// [`Store::release`], of which an error is not heard.
    Release,
    /// [`Store::wait`].
    Wait,
}

/// What is done to what is found.
type Damage = Box<dyn Fn(&mut Vec<u8>) + Send + Sync>;

/// A store that fails as a test wishes: before each operation a closure says whether it does. It may also wait, panic or
/// count, and what is found may be damaged.
///
/// ```
/// use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
/// use weakcache::store::{Answer, Faulty, Key, Memory, Namespace, Store, StoreError};
///
/// static IS_AWAY: AtomicBool = AtomicBool::new(false);
///
/// let store = Faulty::new(Memory::new(), |_operation| match IS_AWAY.load(Relaxed) {
///     true => Err(StoreError::new("the server is away")),
///     false => Ok(()),
/// });
/// let (namespace, tags) = (Namespace::new("n", 1), &[]);
/// let key = Key::new(&namespace, b"key");
/// assert!(matches!(store.get(key, tags), Ok(Answer::Missing(_))));
/// IS_AWAY.store(true, Relaxed);
/// assert!(store.get(key, tags).is_err());
/// ```
pub struct Faulty<S> {
    store: S,
    before: Box<dyn Fn(Operation) -> Result<(), StoreError> + Send + Sync>,
    damage: Damage,
    circuit: Circuit,
}

impl<S: Store> Faulty<S> {
    /// This store, where `before` says that it does not fail.
    ///
    /// ```
    /// # use weakcache::store::{Faulty, Key, Memory, Namespace, Store, StoreError};
    /// let store = Faulty::new(Memory::new(), |_| Err(StoreError::new("the server is away")));
    /// assert!(store.get(Key::new(&Namespace::new("n", 1), b"key"), &[]).is_err());
    /// ```
    pub fn new(
        store: S,
        before: impl Fn(Operation) -> Result<(), StoreError> + Send + Sync + 'static,
    ) -> Self {
        let circuit = store.circuit();
        Self { store, before: Box::new(before), damage: Box::new(|_| {}), circuit }
    }

    /// With this done to what is found.
    ///
    /// ```
    /// # use weakcache::store::{Faulty, Memory};
    /// let store = Faulty::new(Memory::new(), |_| Ok(())).damage(|value| value.reverse());
    /// # drop(store);
    /// ```
    #[must_use]
    pub fn damage(self, damage: impl Fn(&mut Vec<u8>) + Send + Sync + 'static) -> Self {
        Self { damage: Box::new(damage), ..self }
    }

    /// To be left alone at other times.
    ///
    /// ```
    /// # use weakcache::store::{Circuit, Faulty, Memory, Store};
    /// let store = Faulty::new(Memory::new(), |_| Ok(())).with_circuit(Circuit::default());
    /// assert_eq!(store.circuit(), Circuit::default());
    /// ```
    #[must_use]
    pub fn with_circuit(self, circuit: Circuit) -> Self {
        Self { circuit, ..self }
    }

    fn found(&self, answer: Answer) -> Answer {
        match answer {
            Answer::Found(Found { mut value, remaining }) => {
                (self.damage)(&mut value);
                Answer::Found(Found { value, remaining })
            }
            other => other,
        }
    }
}

impl<S: Store> Store for Faulty<S> {
    fn get(&self, key: Key<'_>, tags: &[TagId]) -> Result<Answer, StoreError> {
        (self.before)(Operation::Get)?;
        self.store.get(key, tags).map(|answer| self.found(answer))
    }

    fn put(&self, key: Key<'_>, entry: Entry<'_>, claim: Claim) -> Result<(), StoreError> {
        (self.before)(Operation::Put)?;
        self.store.put(key, entry, claim)
    }

    fn remove(&self, key: Key<'_>) -> Result<(), StoreError> {
        (self.before)(Operation::Remove)?;
        self.store.remove(key)
    }

    fn clear(&self, namespace: &Namespace) -> Result<(), StoreError> {
        (self.before)(Operation::Clear)?;
        self.store.clear(namespace)
    }

    fn invalidate_tag(&self, tag: TagId) -> Result<(), StoreError> {
        (self.before)(Operation::InvalidateTag)?;
        self.store.invalidate_tag(tag)
    }

    fn claim(&self, key: Key<'_>, tags: &[TagId]) -> Result<Claim, StoreError> {
        (self.before)(Operation::Claim)?;
        self.store.claim(key, tags)
    }

    fn release(&self, key: Key<'_>, claim: Claim) {
        if (self.before)(Operation::Release).is_ok() {
            self.store.release(key, claim);
        }
    }

    fn wait(&self, key: Key<'_>, limit: Duration) -> Result<(), StoreError> {
        (self.before)(Operation::Wait)?;
        self.store.wait(key, limit)
    }

    fn subscribe(&self, listener: Listener) {
        self.store.subscribe(listener);
    }

    fn circuit(&self) -> Circuit {
        self.circuit
    }
}

impl<S: AsyncStore> AsyncStore for Faulty<S> {
    fn get_async<'a>(&'a self, key: Key<'a>, tags: &'a [TagId]) -> StoreFuture<'a, Answer> {
        Box::pin(async move {
            (self.before)(Operation::Get)?;
            self.store.get_async(key, tags).await.map(|answer| self.found(answer))
        })
    }

    fn put_async<'a>(&'a self, key: Key<'a>, entry: Entry<'a>, claim: Claim) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            (self.before)(Operation::Put)?;
            self.store.put_async(key, entry, claim).await
        })
    }

    fn claim_async<'a>(&'a self, key: Key<'a>, tags: &'a [TagId]) -> StoreFuture<'a, Claim> {
        Box::pin(async move {
            (self.before)(Operation::Claim)?;
            self.store.claim_async(key, tags).await
        })
    }

    fn wait_async<'a>(&'a self, key: Key<'a>, limit: Duration) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            (self.before)(Operation::Wait)?;
            self.store.wait_async(key, limit).await
        })
    }

    fn remove_async<'a>(&'a self, key: Key<'a>) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            (self.before)(Operation::Remove)?;
            self.store.remove_async(key).await
        })
    }

    fn clear_async<'a>(&'a self, namespace: &'a Namespace) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            (self.before)(Operation::Clear)?;
            self.store.clear_async(namespace).await
        })
    }

    fn invalidate_tag_async(&self, tag: TagId) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            (self.before)(Operation::InvalidateTag)?;
            self.store.invalidate_tag_async(tag).await
        })
    }

    fn subscribe_async(&self, listener: Listener) -> StoreFuture<'_, ()> {
        self.store.subscribe_async(listener)
    }
}

impl<S: fmt::Debug> fmt::Debug for Faulty<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faulty").field("store", &self.store).finish_non_exhaustive()
    }
}
