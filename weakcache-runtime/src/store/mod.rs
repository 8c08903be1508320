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
//!
//! # What reaches a store
//!
//! | what is called | what it reaches |
//! |:--|:--|
//! | `f::invalidate`, `refresh`, `prime` | the entry of one key, here, in the store, and in the first tiers of all processes that have it (if it [tells](Store::subscribe)) |
//! | `f::cache_clear` | all entries of that function and code, in the same places; also before its first call |
//! | [`clear_all`](crate::clear_all) | the same of every function that this process has used by now; what functions have stored that it has not, stays |
//! | [`invalidate_tag`](crate::invalidate_tag) | all entries with the tag, of every function and process that share the store, whatever their code; but a process tells a store of a tag only once it has called or primed a function with that store and a tag of *that type*. One that is only to invalidate, calls one before |
//! | `f::retain`, `peek`, `sweep`, `set_capacity`, [`sweep_all`](crate::sweep_all) | the first tier of this process |
//!
//! A key that cannot be written (its `Serialize` fails, or what is read again is another) is never in a store: calls with it
//! are computed, and counted as failures, and that one is invalidated no other process is told.
//!
//! # What is done late
//!
//! * **Other processes** drop what is invalidated when they hear of it: a message later, or, where the connection was lost,
//!   when that is noticed. Until then they serve it.
//! * **A store that is away** is told what it was to forget when it is back: by calls of the functions that it is of, and by
//!   their controls, a few things each, what is in the way of a call first. That process does not ask for it before; another,
//!   which does not know, may be served it. If the process ends before, the store has it until its time is over. Beyond 1024
//!   keys or tags, all that the functions have is to be forgotten. Of so many tags the store is not told then: what functions
//!   have under them that this process does not use, stays, in the store and with the processes that use them.
//! * **A result** is in the first tier, and with all who wait, before it is in the store. A process that is killed in between
//!   has not stored it.
//! * **An `async fn`** awaits all that; with a store that is no [`AsyncStore`], look-ups and storing block its thread, and the
//!   rest is done by another. What the controls tell, is told before they return.
//!
//! # What is read
//!
//! Bytes that a store has are checked for damage, not for malice. Whatever they are, reading them takes no more memory than they are
//! long, times the size of what they are read as; but one who can write to the store, and makes the checksum fit, can have a list of
//! values that take no bytes, as `Vec<()>`, be counted for ever, and a type that contains itself, as a tree does, be read to a
//! depth that overflows the stack. Keep such a store where only those can write whom you would let run your program.
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
///
/// ```
/// use weakcache::store::{Answer, Entry, Key, Memory, Namespace, Store};
///
/// let store: &dyn Store = &Memory::new();
/// let namespace = Namespace::new("squares", 1);
/// let key = Key::new(&namespace, b"7");
/// let Answer::Missing(claim) = store.get(key, &[])? else { panic!("it is empty") };
/// store.put(key, Entry::new(b"49"), claim)?;
/// assert!(matches!(store.get(key, &[])?, Answer::Found(found) if found.value == b"49"));
/// # Ok::<(), weakcache::store::StoreError>(())
/// ```
pub trait Store: Send + Sync + 'static {
    /// The entry of a key, or the right to make one. `tags` are those that it will have then.
    ///
    /// ```
    /// # use weakcache::store::{Answer, Claim, Entry, Key, Memory, Namespace, Store, StoreError, TagId};
    /// # let store = Memory::new();
    /// # let namespace = Namespace::new("squares", 1);
    /// # let key = Key::new(&namespace, b"7");
    /// match store.get(key, &[])? {
    ///     Answer::Found(found) => println!("{:?}", found.value),
    ///     Answer::Missing(claim) => store.put(key, Entry::new(b"49"), claim)?, // after computing it
    ///     Answer::Held(limit) => store.wait(key, limit)?, // another process computes it
    /// #   _ => {}
    /// }
    /// # Ok::<(), StoreError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Where the store does not answer, or what it has is damaged.
    fn get(&self, key: Key<'_>, tags: &[TagId]) -> Result<Answer, StoreError>;

    /// Stores an entry in the place of an older one, under the claim of its computation, which is used up by that. One that fails
    /// may have used it up or not: the claim is [released](Self::release) then.
    ///
    /// If a tag of the entry was invalidated since the claim was given, the entry is not to be seen. An engine that
    /// processes share does well to see to [`remove`](Self::remove) and [`clear`](Self::clear) too. An entry that it
    /// cannot keep, being too large, is no error: it removes the older one.
    ///
    /// ```
    /// # use weakcache::store::{Answer, Claim, Entry, Key, Memory, Namespace, Store, StoreError, TagId};
    /// # let store = Memory::new();
    /// # let namespace = Namespace::new("squares", 1);
    /// # let key = Key::new(&namespace, b"7");
    /// let claim = store.claim(key, &[])?;
    /// store.put(key, Entry::new(b"49"), claim)?;
    /// assert!(matches!(store.get(key, &[])?, Answer::Found(_)));
    /// # Ok::<(), StoreError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Where it is not known to be stored. The older entry is there as it was, or gone.
    fn put(&self, key: Key<'_>, entry: Entry<'_>, claim: Claim) -> Result<(), StoreError>;

    /// Removes the entry of a key.
    ///
    /// ```
    /// # use weakcache::store::{Answer, Claim, Entry, Key, Memory, Namespace, Store, StoreError, TagId};
    /// # let store = Memory::new();
    /// # let namespace = Namespace::new("squares", 1);
    /// # let key = Key::new(&namespace, b"7");
    /// # let claim = store.claim(key, &[])?;
    /// store.put(key, Entry::new(b"49"), claim)?;
    /// store.remove(key)?;
    /// assert!(matches!(store.get(key, &[])?, Answer::Missing(_)));
    /// # Ok::<(), StoreError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Where it is not known to be gone.
    fn remove(&self, key: Key<'_>) -> Result<(), StoreError>;

    /// Removes all entries of a namespace.
    ///
    /// ```
    /// # use weakcache::store::{Answer, Claim, Entry, Key, Memory, Namespace, Store, StoreError, TagId};
    /// # let store = Memory::new();
    /// # let namespace = Namespace::new("squares", 1);
    /// # let key = Key::new(&namespace, b"7");
    /// # let claim = store.claim(key, &[])?;
    /// store.put(key, Entry::new(b"49"), claim)?;
    /// store.clear(&namespace)?;
    /// assert!(matches!(store.get(key, &[])?, Answer::Missing(_)));
    /// # Ok::<(), StoreError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Where one is not known to be gone.
    fn clear(&self, namespace: &Namespace) -> Result<(), StoreError>;

    /// Makes all entries that have this tag invisible, of whatever namespace, and those that will be stored under the
    /// claims of now. In a time that does not depend on how many there are: an engine keeps a generation for each tag, and
    /// compares.
    ///
    /// ```
    /// # use weakcache::store::{Answer, Claim, Entry, Key, Memory, Namespace, Store, StoreError, TagId};
    /// # let store = Memory::new();
    /// # let namespace = Namespace::new("squares", 1);
    /// # let key = Key::new(&namespace, b"7");
    /// let tags = [TagId::of(&7)];
    /// let claim = store.claim(key, &tags)?;
    /// store.put(key, Entry::new(b"49").tags(&tags), claim)?;
    /// store.invalidate_tag(tags[0])?;
    /// assert!(matches!(store.get(key, &tags)?, Answer::Missing(_)));
    /// # Ok::<(), StoreError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Where it is not known to be done.
    fn invalidate_tag(&self, tag: TagId) -> Result<(), StoreError>;

    /// The right to store an entry, whatever there is and whoever computes it too. `get` gives it as well, where there is
    /// none; this is for a function that computes in any case.
    ///
    /// ```
    /// # use weakcache::store::{Answer, Claim, Entry, Key, Memory, Namespace, Store, StoreError, TagId};
    /// # let store = Memory::new();
    /// # let namespace = Namespace::new("squares", 1);
    /// # let key = Key::new(&namespace, b"7");
    /// let claim = store.claim(key, &[])?; // as `refresh` does, whatever there is
    /// store.put(key, Entry::new(b"49"), claim)?;
    /// # Ok::<(), StoreError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Where the store does not answer.
    fn claim(&self, key: Key<'_>, tags: &[TagId]) -> Result<Claim, StoreError> {
        let _ = (key, tags);
        Ok(Claim::default())
    }

    /// Gives a claim back of which nothing came: the next may compute. It must not block: it is called as a future is
    /// dropped, too. After a `put` that has failed the claim may be used up; then this does nothing, to whoever has the next.
    ///
    /// ```
    /// # use weakcache::store::{Answer, Claim, Entry, Key, Memory, Namespace, Store, StoreError, TagId};
    /// # let store = Memory::new();
    /// # let namespace = Namespace::new("squares", 1);
    /// # let key = Key::new(&namespace, b"7");
    /// let Answer::Missing(claim) = store.get(key, &[])? else { panic!("it is empty") };
    /// store.release(key, claim); // nothing came of it
    /// assert!(matches!(store.get(key, &[])?, Answer::Missing(_)));
    /// # Ok::<(), StoreError>(())
    /// ```
    fn release(&self, key: Key<'_>, claim: Claim) {
        let _ = (key, claim);
    }

    /// Waits until it is worth while to ask again for a key that is [held](Answer::Held), for this long at most. It may
    /// return early.
    ///
    /// ```
    /// # use weakcache::store::{Answer, Claim, Entry, Key, Memory, Namespace, Store, StoreError, TagId};
    /// # let store = Memory::new();
    /// # let namespace = Namespace::new("squares", 1);
    /// # let key = Key::new(&namespace, b"7");
    /// let _claim = store.get(key, &[])?;
    /// if let Answer::Held(_) = store.get(key, &[])? {
    ///     store.wait(key, std::time::Duration::from_millis(1))?; // and then asks again
    /// }
    /// # Ok::<(), StoreError>(())
    /// ```
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
    ///
    /// ```
    /// # use weakcache::store::{Answer, Claim, Entry, Key, Memory, Namespace, Store, StoreError, TagId};
    /// # let store = Memory::new();
    /// # let namespace = Namespace::new("squares", 1);
    /// # let key = Key::new(&namespace, b"7");
    /// use std::sync::Arc;
    ///
    /// store.subscribe(Arc::new(|heard| println!("another process has invalidated {heard:?}")));
    /// ```
    fn subscribe(&self, listener: Listener) {
        let _ = listener;
    }

    /// When the store is to be left alone.
    ///
    /// ```
    /// # use weakcache::store::{Answer, Claim, Entry, Key, Memory, Namespace, Store, StoreError, TagId};
    /// # let store = Memory::new();
    /// # let namespace = Namespace::new("squares", 1);
    /// # let key = Key::new(&namespace, b"7");
    /// let circuit = store.circuit(); // when it is left alone, and for how long
    /// # drop(circuit);
    /// ```
    fn circuit(&self) -> Circuit {
        Circuit::default()
    }

    /// Which store this is: functions whose stores have the same identity share its [`circuit`](Self::circuit), so that of
    /// forty over one dead server one tries at a time. By default it is that of `self`, wherever it is reached from: by an
    /// `Arc`, or a `&'static` to it. An engine whose clones share something gives that of what they share.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use weakcache::store::{Memory, Store};
    ///
    /// let store = Arc::new(Memory::new());
    /// assert_eq!(store.identity(), Arc::clone(&store).identity());
    /// assert_ne!(store.identity(), Memory::new().identity());
    /// ```
    fn identity(&self) -> StoreId {
        StoreId::of(self)
    }
}

/// How often a store is asked that cannot wait.
const POLL: Duration = Duration::from_millis(10);

/// What an [`AsyncStore`] returns.
///
/// ```
/// use weakcache::store::StoreFuture;
///
/// fn ready<T: Send + 'static>(value: T) -> StoreFuture<'static, T> {
///     Box::pin(async { Ok(value) })
/// }
/// # drop(ready(1));
/// ```
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A [`Store`] that blocks no thread in what a call of an `async fn` needs of it. The methods do what those of the same
/// name do; those that have a default block, so an engine that waits for anything has all of them.
///
/// It is a `Store` as well, for the controls of a function (`invalidate`, `prime` and the like), which are not `async`. They
/// block. What a control could not tell a store that was away, a later call does, by `remove_async`, `clear_async` and
/// `invalidate_tag_async`.
///
/// A future may be dropped at any time; then it is not known whether anything was done.
///
/// ```
/// # use std::pin::pin;
/// # use std::task::{Context, Poll, Waker};
/// # use weakcache::store::{Answer, AsyncStore, Entry, Key, Memory, Namespace, Store, StoreError};
/// # let store = Memory::new();
/// # let namespace = Namespace::new("squares", 1);
/// # let key = Key::new(&namespace, b"7");
/// # let mut task = pin!(async {
/// let Answer::Missing(claim) = store.get_async(key, &[]).await? else { panic!("it is empty") };
/// store.put_async(key, Entry::new(b"49"), claim).await?;
/// assert!(matches!(store.get_async(key, &[]).await?, Answer::Found(_)));
/// # Ok::<(), StoreError>(())
/// # });
/// # assert!(matches!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Ok(()))));
/// ```
pub trait AsyncStore: Store {
    /// As [`Store::get`].
    ///
    /// ```
    /// # use std::pin::pin;
    /// # use std::task::{Context, Poll, Waker};
    /// # use weakcache::store::{Answer, AsyncStore, Entry, Key, Memory, Namespace, Store, StoreError};
    /// # let store = Memory::new();
    /// # let namespace = Namespace::new("squares", 1);
    /// # let key = Key::new(&namespace, b"7");
    /// # let mut task = pin!(async {
    /// assert!(matches!(store.get_async(key, &[]).await?, Answer::Missing(_)));
    /// # Ok::<(), StoreError>(())
    /// # });
    /// # assert!(matches!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Ok(()))));
    /// ```
    fn get_async<'a>(&'a self, key: Key<'a>, tags: &'a [TagId]) -> StoreFuture<'a, Answer>;

    /// As [`Store::put`].
    ///
    /// ```
    /// # use std::pin::pin;
    /// # use std::task::{Context, Poll, Waker};
    /// # use weakcache::store::{Answer, AsyncStore, Entry, Key, Memory, Namespace, Store, StoreError};
    /// # let store = Memory::new();
    /// # let namespace = Namespace::new("squares", 1);
    /// # let key = Key::new(&namespace, b"7");
    /// # let mut task = pin!(async {
    /// let claim = store.claim_async(key, &[]).await?;
    /// store.put_async(key, Entry::new(b"49"), claim).await?;
    /// # Ok::<(), StoreError>(())
    /// # });
    /// # assert!(matches!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Ok(()))));
    /// ```
    fn put_async<'a>(&'a self, key: Key<'a>, entry: Entry<'a>, claim: Claim) -> StoreFuture<'a, ()>;

    /// As [`Store::claim`]. By default it is that.
    ///
    /// ```
    /// # use std::pin::pin;
    /// # use std::task::{Context, Poll, Waker};
    /// # use weakcache::store::{Answer, AsyncStore, Entry, Key, Memory, Namespace, Store, StoreError};
    /// # let store = Memory::new();
    /// # let namespace = Namespace::new("squares", 1);
    /// # let key = Key::new(&namespace, b"7");
    /// # let mut task = pin!(async {
    /// let claim = store.claim_async(key, &[]).await?;
    /// store.put_async(key, Entry::new(b"49"), claim).await?;
    /// # Ok::<(), StoreError>(())
    /// # });
    /// # assert!(matches!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Ok(()))));
    /// ```
    fn claim_async<'a>(&'a self, key: Key<'a>, tags: &'a [TagId]) -> StoreFuture<'a, Claim> {
        Box::pin(async move { self.claim(key, tags) })
    }

    /// As [`Store::wait`]. An engine whose keys are never held need not say how.
    ///
    /// ```
    /// # use std::pin::pin;
    /// # use std::task::{Context, Poll, Waker};
    /// # use weakcache::store::{Answer, AsyncStore, Entry, Key, Memory, Namespace, Store, StoreError};
    /// # let store = Memory::new();
    /// # let namespace = Namespace::new("squares", 1);
    /// # let key = Key::new(&namespace, b"7");
    /// # let mut task = pin!(async {
    /// store.wait_async(key, std::time::Duration::ZERO).await?;
    /// # Ok::<(), StoreError>(())
    /// # });
    /// # let mut poll = || task.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    /// # let result = loop {
    /// #     let Poll::Ready(result) = poll() else { continue };
    /// #     break result;
    /// # };
    /// # assert!(result.is_ok());
    /// ```
    fn wait_async<'a>(&'a self, key: Key<'a>, limit: Duration) -> StoreFuture<'a, ()> {
        Box::pin(async move { self.wait(key, limit) })
    }

    /// As [`Store::remove`]. By default it is that.
    ///
    /// ```
    /// # use std::pin::pin;
    /// # use std::task::{Context, Poll, Waker};
    /// # use weakcache::store::{Answer, AsyncStore, Entry, Key, Memory, Namespace, Store, StoreError, TagId};
    /// # let store = Memory::new();
    /// # let namespace = Namespace::new("squares", 1);
    /// # let key = Key::new(&namespace, b"7");
    /// # let mut task = pin!(async {
    /// let claim = store.claim_async(key, &[]).await?;
    /// store.put_async(key, Entry::new(b"49"), claim).await?;
    /// store.remove_async(key).await?;
    /// assert!(matches!(store.get_async(key, &[]).await?, Answer::Missing(_)));
    /// # Ok::<(), StoreError>(())
    /// # });
    /// # assert!(matches!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Ok(()))));
    /// ```
    fn remove_async<'a>(&'a self, key: Key<'a>) -> StoreFuture<'a, ()> {
        Box::pin(async move { self.remove(key) })
    }

    /// As [`Store::clear`]. By default it is that.
    ///
    /// ```
    /// # use std::pin::pin;
    /// # use std::task::{Context, Poll, Waker};
    /// # use weakcache::store::{Answer, AsyncStore, Entry, Key, Memory, Namespace, Store, StoreError, TagId};
    /// # let store = Memory::new();
    /// # let namespace = Namespace::new("squares", 1);
    /// # let key = Key::new(&namespace, b"7");
    /// # let mut task = pin!(async {
    /// let claim = store.claim_async(key, &[]).await?;
    /// store.put_async(key, Entry::new(b"49"), claim).await?;
    /// store.clear_async(&namespace).await?;
    /// assert!(matches!(store.get_async(key, &[]).await?, Answer::Missing(_)));
    /// # Ok::<(), StoreError>(())
    /// # });
    /// # assert!(matches!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Ok(()))));
    /// ```
    fn clear_async<'a>(&'a self, namespace: &'a Namespace) -> StoreFuture<'a, ()> {
        Box::pin(async move { self.clear(namespace) })
    }

    /// As [`Store::invalidate_tag`]. By default it is that.
    ///
    /// ```
    /// # use std::pin::pin;
    /// # use std::task::{Context, Poll, Waker};
    /// # use weakcache::store::{Answer, AsyncStore, Entry, Key, Memory, Namespace, Store, StoreError, TagId};
    /// # let store = Memory::new();
    /// # let namespace = Namespace::new("squares", 1);
    /// # let key = Key::new(&namespace, b"7");
    /// # let mut task = pin!(async {
    /// let tags = [TagId::of(&7)];
    /// let claim = store.claim_async(key, &tags).await?;
    /// store.put_async(key, Entry::new(b"49").tags(&tags), claim).await?;
    /// store.invalidate_tag_async(tags[0]).await?;
    /// assert!(matches!(store.get_async(key, &tags).await?, Answer::Missing(_)));
    /// # Ok::<(), StoreError>(())
    /// # });
    /// # assert!(matches!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Ok(()))));
    /// ```
    fn invalidate_tag_async(&self, tag: TagId) -> StoreFuture<'_, ()> {
        Box::pin(async move { self.invalidate_tag(tag) })
    }

    /// As [`Store::subscribe`]. By default it is that. The listener is the store's once the future was polled, also if that
    /// is dropped before it is ready.
    ///
    /// ```
    /// # use std::pin::pin;
    /// # use std::task::{Context, Poll, Waker};
    /// # use weakcache::store::{Answer, AsyncStore, Entry, Key, Memory, Namespace, Store, StoreError, TagId};
    /// # let store = Memory::new();
    /// # let namespace = Namespace::new("squares", 1);
    /// # let key = Key::new(&namespace, b"7");
    /// # let mut task = pin!(async {
    /// use std::sync::Arc;
    ///
    /// store.subscribe_async(Arc::new(|heard| println!("another process has invalidated {heard:?}"))).await?;
    /// # Ok::<(), StoreError>(())
    /// # });
    /// # assert!(matches!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Ok(()))));
    /// ```
    fn subscribe_async(&self, listener: Listener) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            self.subscribe(listener);
            Ok(())
        })
    }
}

/// What a store says to the question for a key.
///
/// ```
/// # use weakcache::store::{Answer, Claim, Entry, Key, Memory, Namespace, Store, StoreError, TagId};
/// # let store = Memory::new();
/// # let namespace = Namespace::new("squares", 1);
/// # let key = Key::new(&namespace, b"7");
/// let Answer::Missing(claim) = store.get(key, &[])? else { panic!("it is empty") };
/// assert!(matches!(store.get(key, &[])?, Answer::Held(_))); // until the claim is used, released, or too old
/// store.put(key, Entry::new(b"49"), claim)?;
/// assert!(matches!(store.get(key, &[])?, Answer::Found(_)));
/// # Ok::<(), StoreError>(())
/// ```
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
///
/// ```
/// # use weakcache::store::{Answer, Claim, Entry, Key, Memory, Namespace, Store, StoreError, TagId};
/// # let store = Memory::new();
/// # let namespace = Namespace::new("squares", 1);
/// # let key = Key::new(&namespace, b"7");
/// # use std::time::Duration;
/// # let claim = store.claim(key, &[])?;
/// store.put(key, Entry::new(b"49").ttl(Some(Duration::from_secs(60))), claim)?;
/// let Answer::Found(found) = store.get(key, &[])? else { panic!("it was stored") };
/// assert_eq!(found.value, b"49");
/// assert!(found.remaining.is_some_and(|left| left <= Duration::from_secs(60)));
/// # Ok::<(), StoreError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// What was stored.
    pub value: Vec<u8>,
    /// How long it has to live; `None` for ever.
    pub remaining: Option<Duration>,
}

/// An entry, as it is stored.
///
/// ```
/// use std::time::Duration;
/// use weakcache::store::Entry;
///
/// let entry = Entry::new(b"49").ttl(Some(Duration::from_secs(60)));
/// assert_eq!(entry.value, b"49");
/// assert!(entry.tags.is_empty());
/// ```
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
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use weakcache::store::Entry;
    /// let minute = Some(Duration::from_secs(60));
    /// assert_eq!(Entry::new(b"49").ttl(minute).ttl, minute);
    /// ```
    #[must_use]
    pub const fn ttl(self, ttl: Option<Duration>) -> Self {
        Self { ttl, ..self }
    }

    /// With these tags.
    ///
    /// ```
    /// # use weakcache::store::{Entry, TagId};
    /// let tags = [TagId::of(&7)];
    /// assert_eq!(Entry::new(b"49").tags(&tags).tags, &tags);
    /// ```
    #[must_use]
    pub const fn tags(self, tags: &'a [TagId]) -> Self {
        Self { tags, ..self }
    }
}

/// The right to store a result, from before it was computed. What is in it is the engine's.
///
/// ```
/// use weakcache::store::Claim;
///
/// // What an engine notes as a computation begins, as the generations of tags.
/// let claim = Claim::new(vec![1, 2, 3]);
/// assert_eq!(claim.as_bytes(), [1, 2, 3]);
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Claim(Vec<u8>);

impl Claim {
    /// One with these bytes in it.
    ///
    /// ```
    /// # use weakcache::store::Claim;
    /// assert_eq!(Claim::new(Vec::new()), Claim::default());
    /// ```
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// What is in it.
    ///
    /// ```
    /// # use weakcache::store::Claim;
    /// assert_eq!(Claim::new(vec![7]).as_bytes(), [7]);
    /// ```
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What other processes have invalidated. Namespaces by their [ids](Namespace::id).
///
/// ```
/// use weakcache::store::Heard;
///
/// fn tell(heard: Heard<'_>) -> &'static str {
///     match heard {
///         Heard::Removed { .. } => "an entry",
///         Heard::Cleared { .. } => "the entries of a function",
///         Heard::Invalidated(_) => "what has a tag",
///         Heard::Everything => "it is not known what",
///     }
/// }
///
/// assert_eq!(tell(Heard::Everything), "it is not known what");
/// ```
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
///
/// ```
/// use std::sync::Arc;
/// use weakcache::store::{Heard, Listener};
///
/// let listener: Listener = Arc::new(|heard| println!("{heard:?}"));
/// listener(Heard::Everything);
/// ```
pub type Listener = Arc<dyn Fn(Heard<'_>) + Send + Sync>;

/// Why a store did not do what it was asked.
///
/// ```
/// use std::io;
/// use weakcache::store::StoreError;
///
/// let error = StoreError::new(io::Error::from(io::ErrorKind::TimedOut));
/// assert_eq!(error.to_string(), "timed out");
/// ```
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
