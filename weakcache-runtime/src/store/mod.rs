//! Second tiers: stores that hold results of memoized functions beyond the process, on disk or in a server.
//!
//! `#[memoize(store = EXPR)]` puts one behind the cache of a function. Here is what a store has to do.
//!
//! | what | is |
//! |:--|:--|
//! | [`Store`] | the trait of all stores; it is `dyn`-compatible |
//! | [`AsyncStore`] | what a store can do without blocking a thread, for an `async fn` |
//! | [`Memory`] | a store in memory, and the simplest that keeps the whole contract: for tests |
//! | [`Faulty`] | a store that fails as a test wishes |
//! | [`conformance`] | the tests that every store passes |
//!
//! Stores on disk and in Redis are packages of their own: `weakcache-redb` and `weakcache-redis`.
//!
//! # The contract
//!
//! * **Bytes.** Keys and values are bytes, of any content and length; values of 64 MiB and keys of 1 MiB are to be
//!   expected. What [`get`](Store::get) answers is what [`put`](Store::put) was given, or nothing: who reads it will find
//!   damage, but an engine that knows of some says so by an error.
//! * **Time.** An engine keeps the *deadline* of an entry, by the wall clock, and answers with the time that is left. From
//!   the deadline on it answers as if there was no entry.
//! * **Limits.** No method blocks for long: an engine that waits for anything, a server or a lock, gives up after a time
//!   that it documents, with an error. Callers wait for it.
//! * **Errors.** To whoever called the memoized function, an error is a miss, and a count in
//!   [`CacheInfo::store_failures`](crate::CacheInfo::store_failures). After some in a row the store is left alone for a
//!   while: see [`Circuit`]. A panic is caught, and counts as an error.
//! * **Invalidation.** What a [`get`](Store::get) answers was not removed, cleared or invalidated by a tag before it was
//!   asked. That includes results that were being computed meanwhile: before a computation begins, the engine hands out a
//!   [`Claim`], and `put` is given it back. In it an engine notes what it needs to know then, as the generations of the
//!   entry's tags. (Within one process, memoized functions see to what is removed and cleared by themselves; to tags the
//!   engine has to see.)
//! * **Leases.** An engine that processes share can see to it that one of them computes, and the others wait: `get` hands
//!   out the claim of a missing entry to one, and says [`Answer::Held`] to others, until the claim is used, released, or
//!   too old.
//! * **Threads.** All methods may be called at once, from any thread. No lock of weakcache's is held in them.
//!
//! Within one key, what one thread did is seen by what it does after.
#![forbid(unsafe_code)]

mod circuit;
pub mod conformance;
mod faulty;
mod key;
mod memory;

pub use self::circuit::{Circuit, StoreId};
pub use self::faulty::{Faulty, Operation};
pub use self::key::{Key, Namespace, TagId};
pub use self::memory::Memory;

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// A second tier, of which each memoized function has a [`Namespace`].
///
/// The [module](self#the-contract) tells what is asked of it, and [`conformance`] tests that.
/// `Arc<S>`, `Box<S>` and `&'static S` are stores where `S` is.
pub trait Store: Send + Sync + 'static {
    /// The entry of a key, or the right to make one. `tags` are those that it will have then.
    ///
    /// # Errors
    ///
    /// Where the store does not answer, or what it has is damaged.
    fn get(&self, key: Key<'_>, tags: &[TagId]) -> Result<Answer, StoreError>;

    /// Stores an entry in the place of an older one, under the claim of its computation, which is used up by that.
    ///
    /// If a tag of the entry was invalidated since the claim was given, the entry is not to be seen. An engine that
    /// processes share does well to see to [`remove`](Self::remove) and [`clear`](Self::clear) too. An entry that it
    /// cannot keep, being too large, is no error: it removes the older one.
    ///
    /// # Errors
    ///
    /// Where it is not known to be stored. The older entry is there as it was, or gone.
    fn put(&self, key: Key<'_>, entry: Entry<'_>, claim: Claim) -> Result<(), StoreError>;

    /// Removes the entry of a key.
    ///
    /// # Errors
    ///
    /// Where it is not known to be gone.
    fn remove(&self, key: Key<'_>) -> Result<(), StoreError>;

    /// Removes all entries of a namespace.
    ///
    /// # Errors
    ///
    /// Where one is not known to be gone.
    fn clear(&self, namespace: &Namespace) -> Result<(), StoreError>;

    /// Makes all entries that have this tag invisible, of whatever namespace, and those that will be stored under the
    /// claims of now. In a time that does not depend on how many there are: an engine keeps a generation for each tag, and
    /// compares.
    ///
    /// # Errors
    ///
    /// Where it is not known to be done.
    fn invalidate_tag(&self, tag: TagId) -> Result<(), StoreError>;

    /// The right to store an entry, whatever there is and whoever computes it too. `get` gives it as well, where there is
    /// none; this is for a function that computes in any case.
    ///
    /// # Errors
    ///
    /// Where the store does not answer.
    fn claim(&self, key: Key<'_>, tags: &[TagId]) -> Result<Claim, StoreError> {
        let _ = (key, tags);
        Ok(Claim::default())
    }

    /// Gives a claim back of which nothing came: the next may compute. It must not block: it is called as a future is
    /// dropped, too.
    fn release(&self, key: Key<'_>, claim: Claim) {
        let _ = (key, claim);
    }

    /// Waits until it is worth while to ask again for a key that is [held](Answer::Held), for this long at most. It may
    /// return early.
    ///
    /// # Errors
    ///
    /// Where that will never be known.
    fn wait(&self, key: Key<'_>, limit: Duration) -> Result<(), StoreError> {
        let _ = key;
        std::thread::sleep(limit.min(POLL));
        Ok(())
    }

    /// From now on, tells what *other* processes invalidate, for as long as there is the store: what the first tiers of
    /// this process hold of it is then too old. [`Heard::Everything`] is for what was missed, as when a connection was lost.
    fn subscribe(&self, listener: Listener) {
        let _ = listener;
    }

    /// When the store is to be left alone.
    fn circuit(&self) -> Circuit {
        Circuit::default()
    }

    /// Which store this is: functions whose stores have the same identity share its [`circuit`](Self::circuit), so that of
    /// forty over one dead server one tries at a time. By default it is that of `self`, wherever it is reached from: by an
    /// `Arc`, or a `&'static` to it. An engine whose clones share something gives that of what they share.
    fn identity(&self) -> StoreId {
        StoreId::of(self)
    }
}

/// How often a store is asked that cannot wait.
const POLL: Duration = Duration::from_millis(10);

/// What an [`AsyncStore`] returns.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A [`Store`] that blocks no thread in what a call of an `async fn` needs of it. The methods do what those of the same
/// name do; those that have a default block, so an engine that waits for anything has all of them.
///
/// It is a `Store` as well, for the controls of a function (`invalidate`, `prime` and the like), which are not `async`. They
/// block. What a control could not tell a store that was away, a later call does, by `remove_async`, `clear_async` and
/// `invalidate_tag_async`.
///
/// A future may be dropped at any time; then it is not known whether anything was done.
pub trait AsyncStore: Store {
    /// As [`Store::get`].
    fn get_async<'a>(&'a self, key: Key<'a>, tags: &'a [TagId]) -> StoreFuture<'a, Answer>;

    /// As [`Store::put`].
    fn put_async<'a>(&'a self, key: Key<'a>, entry: Entry<'a>, claim: Claim) -> StoreFuture<'a, ()>;

    /// As [`Store::claim`]. By default it is that.
    fn claim_async<'a>(&'a self, key: Key<'a>, tags: &'a [TagId]) -> StoreFuture<'a, Claim> {
        Box::pin(async move { self.claim(key, tags) })
    }

    /// As [`Store::wait`]. An engine whose keys are never held need not say how.
    fn wait_async<'a>(&'a self, key: Key<'a>, limit: Duration) -> StoreFuture<'a, ()> {
        Box::pin(async move { self.wait(key, limit) })
    }

    /// As [`Store::remove`]. By default it is that.
    fn remove_async<'a>(&'a self, key: Key<'a>) -> StoreFuture<'a, ()> {
        Box::pin(async move { self.remove(key) })
    }

    /// As [`Store::clear`]. By default it is that.
    fn clear_async<'a>(&'a self, namespace: &'a Namespace) -> StoreFuture<'a, ()> {
        Box::pin(async move { self.clear(namespace) })
    }

    /// As [`Store::invalidate_tag`]. By default it is that.
    fn invalidate_tag_async(&self, tag: TagId) -> StoreFuture<'_, ()> {
        Box::pin(async move { self.invalidate_tag(tag) })
    }

    /// As [`Store::subscribe`]. By default it is that. The listener is the store's once the future was polled, also if that
    /// is dropped before it is ready.
    fn subscribe_async(&self, listener: Listener) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            self.subscribe(listener);
            Ok(())
        })
    }
}

/// What a store says to the question for a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// There is an entry.
    Found(Found),
    /// There is none, and whoever asked may compute one.
    Missing(Claim),
    /// There is none, and another computes it. Who has waited for this long, from when it was first told so, may compute
    /// too, with a claim from [`Store::claim`].
    Held(Duration),
}

/// An entry, as it is found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// What was stored.
    pub value: Vec<u8>,
    /// How long it has to live; `None` for ever.
    pub remaining: Option<Duration>,
}

/// An entry, as it is stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Entry<'a> {
    /// What to store.
    pub value: &'a [u8],
    /// How long it has to live; `None` for ever.
    pub ttl: Option<Duration>,
    /// What it can be invalidated by.
    pub tags: &'a [TagId],
}

impl<'a> Entry<'a> {
    /// An entry that lives for ever, without tags.
    ///
    /// ```
    /// use std::time::Duration;
    /// use weakcache::store::{Entry, TagId};
    ///
    /// let entry = Entry::new(b"bytes").ttl(Some(Duration::from_secs(60))).tags(&[]);
    /// assert_eq!(entry.value, b"bytes");
    /// ```
    #[must_use]
    pub const fn new(value: &'a [u8]) -> Self {
        Self { value, ttl: None, tags: &[] }
    }

    /// With this time to live.
    #[must_use]
    pub const fn ttl(self, ttl: Option<Duration>) -> Self {
        Self { ttl, ..self }
    }

    /// With these tags.
    #[must_use]
    pub const fn tags(self, tags: &'a [TagId]) -> Self {
        Self { tags, ..self }
    }
}

/// The right to store a result, from before it was computed. What is in it is the engine's.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Claim(Vec<u8>);

impl Claim {
    /// One with these bytes in it.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// What is in it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What other processes have invalidated. Namespaces by their [ids](Namespace::id).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Heard<'a> {
    /// The entry of a key.
    Removed {
        /// Of which function.
        namespace: u128,
        /// The [bytes](Key::bytes) of the key.
        key: &'a [u8],
    },
    /// All entries of a namespace.
    Cleared {
        /// Of which function.
        namespace: u128,
    },
    /// All entries with a tag.
    Invalidated(TagId),
    /// Perhaps all of that: it is not known.
    Everything,
}

/// Who is told what other processes have invalidated. It drops entries of first tiers, and so may run code of users; it does
/// not panic.
pub type Listener = Arc<dyn Fn(Heard<'_>) + Send + Sync>;

/// Why a store did not do what it was asked.
#[derive(Debug)]
pub struct StoreError(Box<dyn Error + Send + Sync>);

impl StoreError {
    /// An error with this reason.
    ///
    /// ```
    /// use weakcache::store::StoreError;
    ///
    /// let error = StoreError::new("the server is away");
    /// assert_eq!(error.to_string(), "the server is away");
    /// ```
    pub fn new(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

macro_rules! forward {
    ($($(#[$attr:meta])* <$S:ident> for $pointer:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$S: Store + ?Sized> Store for $pointer {
            fn get(&self, key: Key<'_>, tags: &[TagId]) -> Result<Answer, StoreError> {
                (**self).get(key, tags)
            }

            fn put(&self, key: Key<'_>, entry: Entry<'_>, claim: Claim) -> Result<(), StoreError> {
                (**self).put(key, entry, claim)
            }

            fn remove(&self, key: Key<'_>) -> Result<(), StoreError> {
                (**self).remove(key)
            }

            fn clear(&self, namespace: &Namespace) -> Result<(), StoreError> {
                (**self).clear(namespace)
            }

            fn invalidate_tag(&self, tag: TagId) -> Result<(), StoreError> {
                (**self).invalidate_tag(tag)
            }

            fn claim(&self, key: Key<'_>, tags: &[TagId]) -> Result<Claim, StoreError> {
                (**self).claim(key, tags)
            }

            fn release(&self, key: Key<'_>, claim: Claim) {
                (**self).release(key, claim);
            }

            fn wait(&self, key: Key<'_>, limit: Duration) -> Result<(), StoreError> {
                (**self).wait(key, limit)
            }

            fn subscribe(&self, listener: Listener) {
                (**self).subscribe(listener);
            }

            fn circuit(&self) -> Circuit {
                (**self).circuit()
            }

            fn identity(&self) -> StoreId {
                (**self).identity()
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$S: AsyncStore + ?Sized> AsyncStore for $pointer {
            fn get_async<'a>(&'a self, key: Key<'a>, tags: &'a [TagId]) -> StoreFuture<'a, Answer> {
                (**self).get_async(key, tags)
            }

            fn put_async<'a>(&'a self, key: Key<'a>, entry: Entry<'a>, claim: Claim) -> StoreFuture<'a, ()> {
                (**self).put_async(key, entry, claim)
            }

            fn claim_async<'a>(&'a self, key: Key<'a>, tags: &'a [TagId]) -> StoreFuture<'a, Claim> {
                (**self).claim_async(key, tags)
            }

            fn wait_async<'a>(&'a self, key: Key<'a>, limit: Duration) -> StoreFuture<'a, ()> {
                (**self).wait_async(key, limit)
            }

            fn remove_async<'a>(&'a self, key: Key<'a>) -> StoreFuture<'a, ()> {
                (**self).remove_async(key)
            }

            fn clear_async<'a>(&'a self, namespace: &'a Namespace) -> StoreFuture<'a, ()> {
                (**self).clear_async(namespace)
            }

            fn invalidate_tag_async(&self, tag: TagId) -> StoreFuture<'_, ()> {
                (**self).invalidate_tag_async(tag)
            }

            fn subscribe_async(&self, listener: Listener) -> StoreFuture<'_, ()> {
                (**self).subscribe_async(listener)
            }
        }
    )*};
}

forward! {
    <S> for Arc<S>;
    <S> for &'static S;
    <S> for Box<S>;
}
