//! The second tier of one cache: its store, and what is to be known of that.
//!
//! From the lowest file up: `fields`, `codec`, `breaker`, `owed`, `common`, `cell`, `given`, `elsewhere`, `computing`,
//! `shared`; this one; `tag`, `work`. What a call does with it is in `ask.rs`, above the cache.
#![forbid(unsafe_code)]

mod breaker;
mod cell;
pub(super) mod codec;
mod common;
mod computing;
mod elsewhere;
mod fields;
mod given;
mod owed;
mod shared;
pub(super) mod tag;
mod work;

pub use self::cell::AnyStore;
pub use self::codec::{Codec, FORMAT};
pub use self::given::{IsAsyncStore, IsNoStore, IsStore, assert_store};
pub use self::tag::{StoredTag, StoredTagValue};

pub(super) use self::elsewhere::at_once;
pub(super) use self::work::{Told, Work};

use self::breaker::Asking;
use self::cell::{Made, StoreCell};
use self::common::Met;
use self::computing::Computing;
use self::elsewhere::elsewhere;
use self::owed::{Debt, Due, Owed};
use self::shared::{Owner, Shared};
use super::trace::store_failed;
use crate::clock;
use crate::directory::Directory;
use crate::store::{Circuit, Entry, Heard, Key, Listener, Namespace, Store, StoreError, StoreFuture, TagId};
use crate::unwind::discard;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

/// The second tier of a cache.
pub struct Tier {
    cell: &'static StoreCell,
    make: fn() -> AnyStore,
    namespace: Namespace,
    hits: AtomicU64,
    failures: AtomicU64,
    bytes: AtomicU64,
    computing: Computing,
    owed: Owed,
    /// What it knows of the tags that were [lost](self::common::Common::lost).
    lost: AtomicU64,
    /// Whether its namespace is that of another function too, and there is no store for either.
    is_shared: Shared,
    /// Whether one has begun to have it hear of other processes, and whether it does.
    subscribes: AtomicBool,
    listens: AtomicBool,
    /// Whether others went on meanwhile.
    is_deaf: AtomicBool,
    /// Before there is a store.
    met: Met,
}

/// The second tiers of a function, one an instantiation, and the store that they share.
pub struct Tiers {
    cell: StoreCell,
    each: Directory,
    /// Whether the user has named the function.
    is_named: bool,
}

impl Tiers {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { cell: StoreCell::new(), each: Directory::new(), is_named: false }
    }

    /// The same of a function with a `name`: others that have it and the same code are meant to be one with it.
    #[must_use]
    pub const fn named() -> Self {
        Self { cell: StoreCell::new(), each: Directory::new(), is_named: true }
    }

    /// That of the instantiation that `marker` is of, as `Slots::of` has it.
    pub fn of<M: 'static>(
        &'static self,
        _: M,
        namespace: impl FnOnce() -> Namespace,
        make: fn() -> AnyStore,
    ) -> &'static Tier {
        struct Of<M>(Tier, PhantomData<fn() -> M>);
        let new = || {
            let namespace = namespace();
            let owner = Owner::new::<M>(ptr::from_ref(self).addr(), self.is_named);
            Tier::new(&self.cell, make, Shared::meet(namespace.id(), owner), namespace)
        };
        &self.each.get_or_init(|| Of::<M>(new(), PhantomData)).0
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
    fn new(
        cell: &'static StoreCell,
        make: fn() -> AnyStore,
        is_shared: Shared,
        namespace: Namespace,
    ) -> Self {
        Self {
            cell,
            make,
            namespace,
            hits: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            computing: Computing::new(),
            owed: Owed::new(),
            lost: AtomicU64::new(0),
            is_shared,
            subscribes: AtomicBool::new(false),
            listens: AtomicBool::new(false),
            is_deaf: AtomicBool::new(false),
            met: Met::new(),
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

    /// The types of tags that its store is told of.
    fn met(&'static self) -> &'static Met {
        match self.made() {
            Some(made) => &made.common().met,
            None => &self.met,
        }
    }

    /// The store, if there is one by now, and it is to have anything.
    fn store(&self) -> Option<&'static Made> {
        if self.is_shared.get() { None } else { self.made() }
    }

    /// The store, if there is one by now.
    fn made(&self) -> Option<&'static Made> {
        self.cell.get(self.make)
    }

    /// Tells the store who listens, once. Who goes on without, since another is at it or there is no store yet, may be told
    /// too late: then all that there is by now is forgotten.
    fn begin_to_listen(
        &'static self,
        listener: impl FnOnce() -> Listener,
    ) -> Option<(&'static Made, Listening)> {
        if self.listens.load(Ordering::SeqCst) {
            return None;
        }
        let made = self.store().filter(|_| !self.subscribes.swap(true, Ordering::SeqCst));
        if made.is_none() {
            // Before it asks anything: so either it is subscribed by now, or who subscribes knows.
            self.is_deaf.store(true, Ordering::SeqCst);
        }
        Some((made?, Listening { tier: self, listener: listener() }))
    }

    /// The same for a thread.
    pub(super) fn listen(&'static self, listener: impl FnOnce() -> Listener) {
        if let Some((made, listening)) = self.begin_to_listen(listener) {
            let subscribe = || made.store.blocking().subscribe(listening.listener.clone());
            self.subscribed(catch_unwind(AssertUnwindSafe(subscribe)).or_else(panicked));
        }
    }

    /// And for who may be a task.
    pub(super) async fn listen_async(&'static self, listener: impl FnOnce() -> Listener) {
        let Some((made, listening)) = self.begin_to_listen(listener) else { return };
        let subscribe = {
            let listener = listening.listener.clone();
            move |store: &'static AnyStore| store.subscribe(listener)
        };
        match &made.store {
            AnyStore::Beside(_) => {
                elsewhere(move || {
                    let _listening = listening;
                    self.subscribed(at_once(caught(&made.store, subscribe)));
                })
                .await;
            }
            AnyStore::Blocking(_) | AnyStore::Async(_) => {
                self.subscribed(caught(&made.store, subscribe).await);
            }
        }
    }

    fn subscribed(&self, outcome: Result<(), StoreError>) {
        if let Err(error) = outcome {
            self.count_failure(&error);
        }
    }

    /// Asks the store, unless it is to be left alone. `None` if it is, or did not answer.
    async fn ask<'a, T>(
        &self,
        made: &'static Made,
        ask: impl FnOnce(&'static AnyStore) -> StoreFuture<'a, T>,
    ) -> Option<T> {
        let asking = made.common().breaker.may_ask(circuit(&made.store))?;
        self.told(asking, caught(&made.store, ask).await, false)
    }

    /// The same of a store that is to wait for another process.
    async fn wait(&self, made: &'static Made, key: Key<'_>, limit: Duration) -> Option<()> {
        let asking = made.common().breaker.may_ask(circuit(&made.store))?;
        self.told(asking, caught(&made.store, |store| store.wait(key, limit)).await, true)
    }

    /// The same of what may block.
    fn ask_blocking<T>(
        &self,
        made: &'static Made,
        ask: impl FnOnce(&dyn Store) -> Result<T, StoreError>,
    ) -> Option<T> {
        let asking = made.common().breaker.may_ask(circuit(&made.store))?;
        let asked = catch_unwind(AssertUnwindSafe(|| ask(made.store.blocking()))).unwrap_or_else(panicked);
        self.told(asking, asked, false)
    }

    fn told<T>(&self, asking: Asking<'_>, answer: Result<T, StoreError>, waited: bool) -> Option<T> {
        match answer {
            Ok(answer) => {
                asking.succeeded();
                Some(answer)
            }
            Err(error) => {
                asking.failed(waited);
                self.count_failure(&error);
                None
            }
        }
    }

    /// The store was to forget this, and did not.
    fn owe(&self, debt: Debt) {
        match (&debt, self.made()) {
            (Debt::Tag(tag), Some(made)) => made.common().owe(*tag),
            _ => self.owed.add(debt, || Some(Debt::All)),
        }
    }

    /// Whether what the store has for a key may be what it was to forget.
    fn is_owed(&self, made: &'static Made, key: &[u8], tags: &[TagId]) -> bool {
        // In this order: see `lost`.
        made.common().tags().is_owed(key, tags) || {
            self.catch_up(made);
            self.owed.is_owed(key, tags)
        }
    }

    /// Owes everything where there were too many tags.
    fn catch_up(&self, made: &'static Made) {
        let lost = made.common().lost();
        if self.lost.load(Ordering::Acquire) < lost {
            // In this order: who finds that it is known, finds the debt.
            self.owed.add(Debt::All, || Some(Debt::All));
            self.lost.fetch_max(lost, Ordering::AcqRel);
        }
    }

    /// Has the store forget some of what it owes, what is in the way of a call first. It takes little longer than a step.
    async fn settle(&'static self, made: &'static Made, key: &[u8], tags: &[TagId]) {
        self.catch_up(made);
        if !self.owed.is_any() && !made.common().tags().is_any() {
            return;
        }
        let mut mine = vec![Debt::All, Debt::Key(key.into())];
        mine.extend(tags.iter().map(|tag| Debt::Tag(*tag)));
        match &made.store {
            AnyStore::Beside(_) => elsewhere(move || at_once(self.pay(made, &mine))).await,
            AnyStore::Blocking(_) | AnyStore::Async(_) => self.pay(made, &mine).await,
        }
    }

    async fn pay(&self, made: &'static Made, mine: &[Debt]) {
        for due in self.few(made, mine) {
            if !self.has_forgotten(made, due.debt()).await {
                return;
            }
            due.paid();
        }
    }

    /// The same of what may block, after the store has heard something: who calls nothing but controls is to pay too.
    fn pay_blocking(&self, made: &'static Made) {
        self.catch_up(made);
        for due in self.few(made, &[]) {
            let tell = |store: &dyn Store| due.debt().tell(store, &self.namespace);
            if self.ask_blocking(made, tell).is_none() {
                return;
            }
            due.paid();
        }
    }

    /// Some of what is owed, of `mine` first, until that takes long.
    fn few(&self, made: &'static Made, mine: &[Debt]) -> impl Iterator<Item = Due<'_>> {
        let begin = clock::exact();
        let mut due = self.owed.some(mine, FEW);
        due.extend(made.common().tags().some(mine, FEW - due.len()));
        due.into_iter().take_while(move |_| clock::exact().saturating_sub(begin) <= clock::nanos(LITTLE))
    }

    async fn has_forgotten(&self, made: &'static Made, debt: &Debt) -> bool {
        self.ask(made, |store| store.forget(&self.namespace, debt)).await.is_some()
    }

    /// Has the store forget something. What it does not, it owes.
    fn forget(&self, debt: Debt) {
        let tell = |made| self.ask_blocking(made, |store| debt.tell(store, &self.namespace));
        // A tag is of all functions with this store, whether or not it is to have anything of this one.
        let made = if let Debt::Tag(_) = debt { self.made() } else { self.store() };
        match made.filter(|made| tell(made).is_some()) {
            Some(made) => self.pay_blocking(made),
            None => self.owe(debt),
        }
    }

    /// The same for a task.
    async fn forget_async(&'static self, made: &'static Made, debt: Debt) {
        match &made.store {
            AnyStore::Beside(_) => elsewhere(move || self.forget(debt)).await,
            AnyStore::Blocking(_) | AnyStore::Async(_) => {
                // Owed from before, as the task may be dropped.
                self.owe(debt.clone());
                let mut due = self.owed.some(&[debt], 1);
                if let Some(due) = due.pop()
                    && self.has_forgotten(made, due.debt()).await
                {
                    due.paid();
                }
            }
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
    pub(super) fn prime(&'static self, bytes: Vec<u8>, value: &[u8], ttl: Option<Duration>, tags: &[TagId]) {
        // Older than this one.
        self.computing.invalidate(&bytes);
        let (entered, _) = self.computing.enter(bytes.clone());
        let entry = Entry::new(value).ttl(ttl).tags(tags);
        let put = |store: &dyn Store| {
            let key = self.key(&bytes);
            store.put(key, entry, store.claim(key, tags)?)
        };
        let stored = self.store().filter(|made| self.ask_blocking(made, put).is_some());
        if stored.is_some() {
            self.count_bytes(value);
        }
        match stored.filter(|_| !entered.is_invalidated()) {
            Some(made) => self.pay_blocking(made),
            None => self.forget(Debt::Key(bytes)),
        }
    }
}

fn circuit(store: &AnyStore) -> Circuit {
    catch_unwind(AssertUnwindSafe(|| store.blocking().circuit())).unwrap_or_default()
}

/// How much of what it owes is paid by one call, and for how long it begins to.
const FEW: usize = 8;
const LITTLE: Duration = Duration::from_millis(100);

const PANICKED: &str = "the store panicked";
/// What failed of which the store knows nothing.
pub(super) const NO_KEY: &str = "the key cannot be written, or is another when it is read";
pub(super) const NO_VALUE: &str = "the value cannot be written, or is another when it is read";

fn panicked<T>(payload: Box<dyn std::any::Any + Send>) -> Result<T, StoreError> {
    discard(payload);
    Err(StoreError::new(PANICKED))
}

/// Asks a store, of which a panic is an error.
async fn caught<'a, T>(
    store: &'static AnyStore,
    ask: impl FnOnce(&'static AnyStore) -> StoreFuture<'a, T>,
) -> Result<T, StoreError> {
    match catch_unwind(AssertUnwindSafe(|| ask(store))) {
        Ok(future) => Caught(future).await,
        Err(payload) => panicked(payload),
    }
}

/// One who listens, and has heard nothing before this is dropped.
struct Listening {
    tier: &'static Tier,
    listener: Listener,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.tier.listens.store(true, Ordering::SeqCst);
        if self.tier.is_deaf.swap(false, Ordering::SeqCst) {
            // It drops entries, and so runs code of users.
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| (self.listener)(Heard::Everything))) {
                discard(payload);
            }
        }
    }
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
