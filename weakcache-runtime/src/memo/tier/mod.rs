//! The second tier of one cache: its store, and what is to be known of that.
//!
//! From the lowest file up: `fields`, `codec`, `breaker`, `cell`, `given`, `owed`, `computing`; this one; `tag`. What a call does with it is in
//! `ask.rs`, above the cache.
#![forbid(unsafe_code)]

mod breaker;
mod cell;
pub(super) mod codec;
mod computing;
mod fields;
mod given;
mod owed;
pub(super) mod tag;

pub use self::cell::AnyStore;
pub use self::codec::{Codec, FORMAT};
pub use self::given::{IsAsyncStore, IsNoStore, IsStore, assert_store};
pub use self::tag::{StoredTag, StoredTagValue};

use self::breaker::Breaker;
use self::cell::StoreCell;
use self::computing::{Computing, Entered};
use self::owed::{Debt, Owed};
use super::trace::store_failed;
use crate::directory::Directory;
use crate::store::{
    Answer, Circuit, Claim, Entry, Heard, Key, Listener, Namespace, Store, StoreError, StoreFuture, TagId,
};
use crate::unwind::discard;
use std::any::TypeId;
use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

/// The second tier of a cache.
pub struct Tier {
    cell: &'static StoreCell,
    make: fn() -> AnyStore,
    namespace: Namespace,
    breaker: Breaker,
    hits: AtomicU64,
    failures: AtomicU64,
    bytes: AtomicU64,
    computing: Computing,
    owed: Owed,
    /// Whether one has begun to have it hear of other processes, and whether it does.
    subscribes: AtomicBool,
    listens: AtomicBool,
    /// Whether others went on meanwhile.
    is_deaf: AtomicBool,
    /// The types of tags that the store is told of.
    tags: Mutex<Option<HashSet<TypeId>>>,
}

/// The second tiers of a function, one an instantiation, and the store that they share.
pub struct Tiers {
    cell: StoreCell,
    each: Directory,
}

impl Tiers {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { cell: StoreCell::new(), each: Directory::new() }
    }

    /// That of the instantiation that `marker` is of, as `Slots::of` has it.
    pub fn of<M: 'static>(
        &'static self,
        _: M,
        namespace: impl FnOnce() -> Namespace,
        make: fn() -> AnyStore,
    ) -> &'static Tier {
        struct Of<M>(Tier, PhantomData<fn() -> M>);
        &self.each.get_or_init(|| Of::<M>(Tier::new(&self.cell, make, namespace()), PhantomData)).0
    }
}

impl Default for Tiers {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Tiers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tiers").finish_non_exhaustive()
    }
}

impl Tier {
    fn new(cell: &'static StoreCell, make: fn() -> AnyStore, namespace: Namespace) -> Self {
        Self {
            cell,
            make,
            namespace,
            breaker: Breaker::new(),
            hits: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            computing: Computing::new(),
            owed: Owed::new(),
            subscribes: AtomicBool::new(false),
            listens: AtomicBool::new(false),
            is_deaf: AtomicBool::new(false),
            tags: Mutex::new(None),
        }
    }

    pub(super) fn key<'a>(&'a self, bytes: &'a [u8]) -> Key<'a> {
        Key::new(&self.namespace, bytes)
    }

    pub(super) fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// Calls that were answered, what failed, and bytes of results.
    pub(super) fn counts(&self) -> [u64; 3] {
        [&self.hits, &self.failures, &self.bytes].map(|count| count.load(Ordering::Relaxed))
    }

    pub(super) fn reset(&self) {
        for count in [&self.hits, &self.failures, &self.bytes] {
            count.store(0, Ordering::Relaxed);
        }
    }

    pub(super) fn count_hit(&self) {
        self.hits.fetch_add(1, Ordering::Relaxed);
    }

    fn count_bytes(&self, value: &[u8]) {
        self.bytes.fetch_add(value.len() as u64, Ordering::Relaxed);
    }

    /// Counts something that failed of which the store knows nothing: what it has, or was to have, is no value.
    pub(super) fn count_failure(&self, error: &dyn fmt::Display) {
        self.failures.fetch_add(1, Ordering::Relaxed);
        store_failed(self.namespace.name(), error);
    }

    /// Has `tell` run if tags of this type are new to it. Who comes meanwhile waits: what is tagged is not to be stored
    /// before the store is told of the tag.
    fn meet(&self, tag: TypeId, tell: impl FnOnce()) {
        // No user code runs under it.
        let mut tags = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
        if tags.get_or_insert_default().insert(tag) {
            tell();
        }
    }

    /// The store, if there is one by now.
    fn store(&self) -> Option<&'static AnyStore> {
        self.cell.get(self.make)
    }

    /// Tells the store who listens, once. Who goes on without, since another is at it or there is no store yet, may be told
    /// too late: then all that there is by now is forgotten.
    pub(super) fn listen(&self, listener: impl FnOnce() -> Listener) {
        if self.listens.load(Ordering::SeqCst) {
            return;
        }
        let store = self.store();
        let Some(store) = store.filter(|_| !self.subscribes.swap(true, Ordering::SeqCst)) else {
            // Before it asks anything: so either it is subscribed by now, or who subscribes knows.
            self.is_deaf.store(true, Ordering::SeqCst);
            return;
        };
        let listener = listener();
        let subscribe = || store.blocking().subscribe(listener.clone());
        if let Err(payload) = catch_unwind(AssertUnwindSafe(subscribe)) {
            discard(payload);
            self.count_failure(&PANICKED);
        }
        self.listens.store(true, Ordering::SeqCst);
        if self.is_deaf.swap(false, Ordering::SeqCst) {
            listener(Heard::Everything);
        }
    }

    /// Asks the store, unless it is to be left alone. `None` if it is, or did not answer.
    async fn ask<'a, T>(
        &self,
        store: &'a AnyStore,
        ask: impl FnOnce(&'a AnyStore) -> StoreFuture<'a, T>,
    ) -> Option<T> {
        let circuit = circuit(store);
        if !self.breaker.may_ask(circuit) {
            return None;
        }
        let asked = match catch_unwind(AssertUnwindSafe(|| ask(store))) {
            Ok(future) => Caught(future).await,
            Err(payload) => panicked(payload),
        };
        self.told(circuit, asked)
    }

    /// The same of what may block.
    fn ask_blocking<T>(
        &self,
        store: &AnyStore,
        ask: impl FnOnce(&dyn Store) -> Result<T, StoreError>,
    ) -> Option<T> {
        let circuit = circuit(store);
        if !self.breaker.may_ask(circuit) {
            return None;
        }
        let asked = catch_unwind(AssertUnwindSafe(|| ask(store.blocking()))).unwrap_or_else(panicked);
        self.told(circuit, asked)
    }

    fn told<T>(&self, circuit: Circuit, answer: Result<T, StoreError>) -> Option<T> {
        match answer {
            Ok(answer) => {
                self.breaker.succeeded();
                Some(answer)
            }
            Err(error) => {
                self.breaker.failed(circuit);
                self.count_failure(&error);
                None
            }
        }
    }

    /// Has the store forget something. What it does not, it owes.
    fn forget(&self, debt: Debt) {
        if !self.store().is_some_and(|store| self.has_forgotten(store, &debt)) {
            self.owed.add(debt);
        }
    }

    fn has_forgotten(&self, store: &AnyStore, debt: &Debt) -> bool {
        let forget = |store: &dyn Store| match debt {
            Debt::All => store.clear(&self.namespace),
            Debt::Key(bytes) => store.remove(self.key(bytes)),
            Debt::Tag(tag) => store.invalidate_tag(*tag),
        };
        self.ask_blocking(store, forget).is_some()
    }

    /// Has it forget what it owes.
    fn settle(&self, store: &AnyStore) {
        while let Some((debt, count)) = self.owed.first()
            && self.has_forgotten(store, &debt)
        {
            self.owed.paid(&debt, count);
        }
    }

    /// Removes the entry of a key. What is computed of it now will not be stored.
    pub(super) fn remove(&self, bytes: Vec<u8>) {
        self.computing.invalidate(&bytes);
        self.forget(Debt::Key(bytes));
    }

    /// Removes all entries, in the same way.
    pub(super) fn clear(&self) {
        self.computing.invalidate_all();
        self.forget(Debt::All);
    }

    fn invalidate_tag(&self, tag: TagId) {
        self.forget(Debt::Tag(tag));
    }

    /// The entry of a key was removed by another process, or all were.
    pub(super) fn hear(&self, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => self.computing.invalidate(bytes),
            None => self.computing.invalidate_all(),
        }
    }

    /// Stores a value that no call has computed.
    pub(super) fn prime(&'static self, bytes: &[u8], value: &[u8], ttl: Option<Duration>, tags: &[TagId]) {
        // Older than this one.
        self.computing.invalidate(bytes);
        let (entered, _) = self.computing.enter(bytes);
        let entry = Entry::new(value).ttl(ttl).tags(tags);
        let put = |store: &dyn Store| {
            let key = self.key(bytes);
            store.put(key, entry, store.claim(key, tags)?)
        };
        let is_stored = self.store().is_some_and(|store| self.ask_blocking(store, put).is_some());
        if is_stored {
            self.count_bytes(value);
        }
        if !is_stored || entered.is_invalidated() {
            self.forget(Debt::Key(bytes.into()));
        }
    }
}

fn circuit(store: &AnyStore) -> Circuit {
    catch_unwind(AssertUnwindSafe(|| store.blocking().circuit())).unwrap_or_default()
}

const PANICKED: &str = "the store panicked";
/// What failed of which the store knows nothing.
pub(super) const NO_KEY: &str = "the key cannot be written, or is another when it is read";
pub(super) const NO_VALUE: &str = "the value cannot be written, or is another when it is read";

fn panicked<T>(payload: Box<dyn std::any::Any + Send>) -> Result<T, StoreError> {
    discard(payload);
    Err(StoreError::new(PANICKED))
}

/// A future of a store, of which a panic is an error.
struct Caught<'a, T>(StoreFuture<'a, T>);

impl<T> Future for Caught<'_, T> {
    type Output = Result<T, StoreError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(cx)))
            .unwrap_or_else(|payload| Poll::Ready(panicked(payload)))
    }
}

/// A computation whose result is to go to the store.
pub(super) struct Work {
    tier: &'static Tier,
    store: &'static AnyStore,
    entered: Entered,
    tags: Vec<TagId>,
    /// Whether one that was invalidated may have stored something since.
    is_late: bool,
    /// Whether there may be an older entry, which is not to stay.
    replaces: bool,
    /// Whether there is a newer one elsewhere, and the store may not have it.
    is_behind: bool,
    /// Whether it was asked to store the result, and has not answered.
    is_putting: bool,
    claim: Option<Claim>,
}

/// What the store says to a call.
pub(super) enum Told {
    Found(Vec<u8>, Option<Duration>),
    /// Compute.
    Nothing,
}

impl Work {
    /// Begins a computation; `None` if there is no store yet.
    pub(super) fn begin(tier: &'static Tier, bytes: &[u8], tags: Vec<TagId>) -> Option<Self> {
        let store = tier.store()?;
        tier.settle(store);
        let (entered, is_late) = tier.computing.enter(bytes);
        Some(Self {
            tier,
            store,
            entered,
            tags,
            is_late,
            replaces: false,
            is_behind: false,
            is_putting: false,
            claim: None,
        })
    }

    pub(super) fn key(&self) -> Key<'_> {
        self.tier.key(self.entered.key())
    }

    /// Looks for an entry, and waits for the process that computes one, for no longer than it says, nor than the `limit`.
    pub(super) async fn look(&mut self, limit: Option<Duration>) -> Told {
        if self.is_late || self.tier.owed.is_owed(self.entered.key(), &self.tags) {
            self.claim().await;
            return Told::Nothing;
        }
        let Self { tier, store, entered, tags, .. } = &*self;
        let key = tier.key(entered.key());
        let mut until = None;
        let claim = loop {
            match tier.ask(store, |store| store.get(key, tags)).await {
                Some(Answer::Found(found)) if found.remaining != Some(Duration::ZERO) => {
                    tier.count_bytes(&found.value);
                    return Told::Found(found.value, found.remaining);
                }
                Some(Answer::Found(_)) => break None,
                Some(Answer::Missing(claim)) => break Some(claim),
                Some(Answer::Held(most)) => {
                    let now = crate::clock::exact();
                    let most = limit.map_or(most, |limit| limit.min(most));
                    let until = *until.get_or_insert(now.saturating_add(crate::clock::nanos(most)));
                    let left = Duration::from_nanos(until.saturating_sub(now));
                    if left.is_zero() || tier.ask(store, |store| store.wait(key, left)).await.is_none() {
                        break None;
                    }
                }
                None => return Told::Nothing,
            }
        };
        match claim {
            Some(claim) => self.claim = Some(claim),
            None => self.claim().await,
        }
        Told::Nothing
    }

    /// Takes the right to store what is computed in any case.
    pub(super) async fn claim(&mut self) {
        self.replaces = true;
        if self.tier.owed.is_owed(self.entered.key(), &self.tags) {
            return;
        }
        let Self { tier, store, entered, tags, .. } = &*self;
        let key = tier.key(entered.key());
        self.claim = tier.ask(store, |store| store.claim(key, tags)).await;
    }

    /// The first tier has the result. An older one does not stay from here on, whatever comes of `put`.
    pub(super) fn has_result(&mut self) {
        self.is_behind = true;
    }

    /// Stores the result. It is not stored where nobody knows what was invalidated since the computation began.
    pub(super) async fn put(mut self, value: &[u8], ttl: Option<Duration>) {
        if self.entered.is_invalidated() {
            self.is_behind = false;
            return;
        }
        let Some(claim) = self.claim.clone() else { return };
        // Of a future that is dropped nobody knows whether it has stored something.
        self.is_putting = true;
        let Self { tier, store, entered, tags, .. } = &self;
        let (key, entry) = (tier.key(entered.key()), Entry::new(value).ttl(ttl).tags(tags));
        let is_stored = tier.ask(store, |store| store.put(key, entry, claim)).await.is_some();
        self.is_putting = false;
        self.claim = None;
        if is_stored {
            self.is_behind = false;
            self.tier.count_bytes(value);
        }
        if self.entered.is_invalidated() {
            self.is_behind = false;
            self.tier.forget(Debt::Key(self.entered.key().into()));
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let is_older_there = self.is_behind && self.replaces;
        if is_older_there || self.is_putting && self.entered.is_invalidated() {
            self.tier.owed.add(Debt::Key(self.entered.key().into()));
        }
        if let Some(claim) = self.claim.take() {
            let release = || self.store.blocking().release(self.key(), claim);
            if let Err(payload) = catch_unwind(AssertUnwindSafe(release)) {
                discard(payload);
                self.tier.count_failure(&PANICKED);
            }
        }
    }
}
