//! A store in memory.

use super::{
    Answer, AsyncStore, Claim, Entry, Found, Heard, Key, Listener, Namespace, Store, StoreError, StoreFuture,
    TagId,
};
use crate::clock::{self, Tick};
use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

/// A store in memory, for tests: it keeps the whole [contract](super#the-contract), leases and what processes tell each other
/// included, and has no bound.
///
/// Each [clone](Clone) is the store as another process has it: they have the same entries, and tell each other what is
/// invalidated. Its time is that of [`clock`](crate::clock), which tests can turn by hand.
///
/// ```
/// use weakcache::store::Memory;
///
/// let memory = Memory::new();
/// assert!(memory.is_empty());
/// ```
pub struct Memory {
    shared: Arc<Shared>,
    listeners: Arc<Listeners>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Told when a lease ends.
    changed: Condvar,
    /// How long a lease lasts.
    lease: Duration,
}

/// Those of one process.
#[derive(Default)]
struct Listeners(Mutex<Vec<Listener>>);

/// The bytes of a key, in its namespace.
type Name = (u128, Vec<u8>);

#[derive(Default)]
struct State {
    entries: HashMap<Name, Stored>,
    leases: HashMap<Name, Lease>,
    generations: HashMap<TagId, u64>,
    /// When keys were removed last: what was claimed before is not stored.
    removed: HashMap<Name, u64>,
    /// The same of namespaces.
    cleared: HashMap<u128, u64>,
    /// Counts claims and removals.
    now: u64,
    processes: Vec<Weak<Listeners>>,
}

struct Stored {
    value: Vec<u8>,
    deadline: Option<Tick>,
    /// With the generations that hold while it is valid.
    tags: Vec<(TagId, u64)>,
}

struct Lease {
    claimed: u64,
    until: Tick,
}

/// Of this many keys it is known when they were removed; beyond that, of their namespaces.
const REMOVED: usize = 1024;

/// As often a task asks again whether a lease has ended.
const POLL: Duration = Duration::from_millis(5);

impl Memory {
    /// An empty store, whose leases last for 10 seconds.
    ///
    /// ```
    /// # use weakcache::store::Memory;
    /// assert!(Memory::new().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::with_lease(Duration::from_secs(10))
    }

    /// An empty store whose leases last for this long. With zero there are none: many may compute at once.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use weakcache::store::{Answer, Key, Memory, Namespace, Store};
    /// let store = Memory::with_lease(Duration::ZERO); // nobody waits for another
    /// let namespace = Namespace::new("squares", 1);
    /// let key = Key::new(&namespace, b"7");
    /// assert!(matches!(store.get(key, &[])?, Answer::Missing(_)));
    /// assert!(matches!(store.get(key, &[])?, Answer::Missing(_)));
    /// # Ok::<(), weakcache::store::StoreError>(())
    /// ```
    #[must_use]
    pub fn with_lease(lease: Duration) -> Self {
        Self::of(Arc::new(Shared { lease, ..Shared::default() }))
    }

    /// A process that has it.
    fn of(shared: Arc<Shared>) -> Self {
        let listeners = Arc::default();
        let this = Self { shared, listeners };
        this.state().processes.push(Arc::downgrade(&this.listeners));
        this
    }

    /// How many entries there are, those included that are too old or invalidated.
    ///
    /// ```
    /// # use weakcache::store::{Entry, Key, Memory, Namespace, Store};
    /// let store = Memory::new();
    /// let namespace = Namespace::new("squares", 1);
    /// let key = Key::new(&namespace, b"7");
    /// store.put(key, Entry::new(b"49"), store.claim(key, &[])?)?;
    /// assert_eq!(store.len(), 1);
    /// # Ok::<(), weakcache::store::StoreError>(())
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.state().entries.len()
    }

    /// Whether there are none.
    ///
    /// ```
    /// # use weakcache::store::Memory;
    /// assert!(Memory::new().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets all entries, silently.
    #[cfg(test)]
    pub(crate) fn forget(&self) {
        self.state().entries.clear();
    }

    /// Ends the lease of a key, whoever has it.
    #[cfg(test)]
    pub(crate) fn end_lease(&self, key: Key<'_>) {
        self.state().leases.remove(&name(key));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code of others runs under it.
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the other processes.
    fn tell(&self, heard: Heard<'_>) {
        let mut processes = Vec::new();
        self.state().processes.retain(|process| {
            let process = process.upgrade();
            processes.extend(process.clone());
            process.is_some()
        });
        for process in processes.iter().filter(|process| !Arc::ptr_eq(process, &self.listeners)) {
            let listeners = process.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
            for listener in listeners {
                listener(heard);
            }
        }
    }
}

fn name(key: Key<'_>) -> Name {
    (key.namespace().id(), key.bytes().to_vec())
}

impl State {
    fn tick(&mut self) -> u64 {
        self.now += 1;
        self.now
    }

    fn generation(&self, tag: TagId) -> u64 {
        self.generations.get(&tag).copied().unwrap_or(0)
    }

    /// What is known now: the time, and the generations of the tags.
    fn claim(&mut self, tags: &[TagId]) -> (u64, Claim) {
        let now = self.tick();
        let generations = tags.iter().map(|&tag| self.generation(tag));
        let words = [now].into_iter().chain(generations);
        (now, Claim::new(words.flat_map(u64::to_le_bytes).collect()))
    }

    fn found(&mut self, name: &Name, now: Tick) -> Option<Found> {
        let stored = self.entries.get(name)?;
        let remaining = stored.deadline.map(|deadline| deadline.saturating_sub(now));
        let is_valid = stored.tags.iter().all(|&(tag, generation)| self.generation(tag) == generation);
        if !is_valid || remaining == Some(0) {
            self.entries.remove(name);
            return None;
        }
        Some(Found { value: stored.value.clone(), remaining: remaining.map(Duration::from_nanos) })
    }

    /// Ends the lease of a claim, if that has it still.
    fn end(&mut self, name: &Name, claimed: u64) {
        if self.leases.get(name).is_some_and(|lease| lease.claimed == claimed) {
            self.leases.remove(name);
        }
    }
}

/// The words of a claim of ours: when it was given, and the generations of the tags.
fn words(claim: &Claim) -> impl Iterator<Item = u64> {
    let (words, _) = claim.as_bytes().as_chunks();
    words.iter().map(|word| u64::from_le_bytes(*word))
}

impl Store for Memory {
    fn get(&self, key: Key<'_>, tags: &[TagId]) -> Result<Answer, StoreError> {
        let (name, now) = (name(key), clock::exact());
        let mut state = self.state();
        if let Some(found) = state.found(&name, now) {
            return Ok(Answer::Found(found));
        }
        if let Some(lease) = state.leases.get(&name).filter(|lease| now < lease.until) {
            return Ok(Answer::Held(Duration::from_nanos(lease.until - now)));
        }
        let (claimed, claim) = state.claim(tags);
        if !self.shared.lease.is_zero() {
            let until = now.saturating_add(clock::nanos(self.shared.lease));
            state.leases.insert(name, Lease { claimed, until });
        }
        Ok(Answer::Missing(claim))
    }

    fn put(&self, key: Key<'_>, entry: Entry<'_>, claim: Claim) -> Result<(), StoreError> {
        let name = name(key);
        let mut words = words(&claim);
        let claimed = words.next().ok_or_else(|| StoreError::new("a claim that this store has not given"))?;
        let tags = entry.tags.iter().copied().zip(words).collect();
        let deadline = entry.ttl.map(|ttl| clock::exact().saturating_add(clock::nanos(ttl)));
        let mut state = self.state();
        state.end(&name, claimed);
        let removed = state.removed.get(&name).into_iter().chain(state.cleared.get(&name.0)).max();
        if removed.is_none_or(|removed| *removed < claimed) {
            state.entries.insert(name, Stored { value: entry.value.to_vec(), deadline, tags });
        }
        drop(state);
        self.shared.changed.notify_all();
        Ok(())
    }

    fn remove(&self, key: Key<'_>) -> Result<(), StoreError> {
        let name = name(key);
        let mut state = self.state();
        let now = state.tick();
        state.entries.remove(&name);
        state.leases.remove(&name);
        if state.removed.len() >= REMOVED {
            let spaces: Vec<_> = state.removed.drain().map(|((namespace, _), _)| (namespace, now)).collect();
            state.cleared.extend(spaces);
        }
        state.removed.insert(name, now);
        drop(state);
        self.shared.changed.notify_all();
        self.tell(Heard::Removed { namespace: key.namespace().id(), key: key.bytes() });
        Ok(())
    }

    fn clear(&self, namespace: &Namespace) -> Result<(), StoreError> {
        let id = namespace.id();
        let mut state = self.state();
        let now = state.tick();
        state.entries.retain(|(namespace, _), _| *namespace != id);
        state.leases.retain(|(namespace, _), _| *namespace != id);
        state.cleared.insert(id, now);
        drop(state);
        self.shared.changed.notify_all();
        self.tell(Heard::Cleared { namespace: id });
        Ok(())
    }

    fn invalidate_tag(&self, tag: TagId) -> Result<(), StoreError> {
        *self.state().generations.entry(tag).or_default() += 1;
        self.tell(Heard::Invalidated(tag));
        Ok(())
    }

    fn claim(&self, _: Key<'_>, tags: &[TagId]) -> Result<Claim, StoreError> {
        Ok(self.state().claim(tags).1)
    }

    fn release(&self, key: Key<'_>, claim: Claim) {
        if let Some(claimed) = words(&claim).next() {
            self.state().end(&name(key), claimed);
            self.shared.changed.notify_all();
        }
    }

    fn wait(&self, key: Key<'_>, limit: Duration) -> Result<(), StoreError> {
        let name = name(key);
        let is_held =
            |state: &mut State| state.leases.get(&name).is_some_and(|lease| clock::exact() < lease.until);
        // Not for longer: of a clock that is turned by hand nobody tells.
        drop(self.shared.changed.wait_timeout_while(self.state(), limit.min(POLL), is_held));
        Ok(())
    }

    fn subscribe(&self, listener: Listener) {
        self.listeners.0.lock().unwrap_or_else(PoisonError::into_inner).push(listener);
    }
}

/// It blocks for no longer than its lock is held.
impl AsyncStore for Memory {
    fn get_async<'a>(&'a self, key: Key<'a>, tags: &'a [TagId]) -> StoreFuture<'a, Answer> {
        Box::pin(async move { self.get(key, tags) })
    }

    fn put_async<'a>(&'a self, key: Key<'a>, entry: Entry<'a>, claim: Claim) -> StoreFuture<'a, ()> {
        Box::pin(async move { self.put(key, entry, claim) })
    }

    fn wait_async<'a>(&'a self, _: Key<'a>, limit: Duration) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            Timer::of(limit.min(POLL)).await;
            Ok(())
        })
    }
}

/// Ready after a time. A thread for each: this is for tests.
#[derive(Clone, Default)]
struct Timer(Arc<Mutex<(bool, Option<Waker>)>>);

impl Timer {
    fn of(time: Duration) -> Self {
        let timer = Self::default();
        let alarm = timer.clone();
        thread::spawn(move || {
            thread::sleep(time);
            let waker = {
                let mut state = alarm.0.lock().unwrap_or_else(PoisonError::into_inner);
                state.0 = true;
                state.1.take()
            };
            if let Some(waker) = waker {
                waker.wake();
            }
        });
        timer
    }
}

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.0 {
            return Poll::Ready(());
        }
        state.1 = Some(cx.waker().clone());
        Poll::Pending
    }
}

/// The store as another process has it.
impl Clone for Memory {
    fn clone(&self) -> Self {
        Self::of(self.shared.clone())
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("len", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Memory;
    use crate::clock::Mock;
    use crate::store::{Answer, Entry, Key, Namespace, Store, conformance};
    use std::time::Duration;

    #[test]
    fn keeps_the_contract() {
        let report = conformance::check(Memory::new);
        assert!(report.leases);
        assert!(!conformance::check(|| Memory::with_lease(Duration::ZERO)).leases);
        conformance::check(|| Memory::with_lease(Duration::from_millis(300)));
    }

    #[test]
    fn keeps_it_between_processes() {
        let memory = Memory::new();
        let report = conformance::check_two(&memory.clone(), &memory);
        assert!(report.leases && report.tells);
    }

    #[test]
    fn a_removal_beats_what_was_claimed_before_and_nothing_else() {
        let (store, namespace) = (Memory::new(), Namespace::new("n", 1));
        let key = |bytes| Key::new(&namespace, bytes);
        let old = store.claim(key(b"a"), &[]).unwrap();
        let other = store.claim(key(b"b"), &[]).unwrap();
        store.remove(key(b"a")).unwrap();
        let new = store.claim(key(b"a"), &[]).unwrap();
        store.put(key(b"a"), Entry::new(b"old"), old.clone()).unwrap();
        store.put(key(b"b"), Entry::new(b"other"), other).unwrap();
        assert_eq!(store.len(), 1);
        store.put(key(b"a"), Entry::new(b"new"), new).unwrap();
        assert_eq!(store.len(), 2);
        for x in 0..5000_u32 {
            store.remove(Key::new(&namespace, &x.to_le_bytes())).unwrap();
        }
        store.put(key(b"a"), Entry::new(b"old"), old).unwrap();
        assert!(matches!(store.get(key(b"a"), &[]), Ok(Answer::Found(found)) if found.value == b"new"));
        assert!(store.state().removed.len() <= super::REMOVED);
    }

    #[test]
    fn its_time_can_be_turned() {
        let clock = Mock::new();
        let _installed = clock.install();
        let (store, namespace) = (Memory::new(), Namespace::new("n", 1));
        let key = Key::new(&namespace, b"k");
        let claim = store.claim(key, &[]).unwrap();
        store.put(key, Entry::new(b"v").ttl(Some(Duration::from_mins(1))), claim).unwrap();
        clock.advance(Duration::from_secs(59));
        let Ok(Answer::Found(found)) = store.get(key, &[]) else { panic!() };
        assert_eq!(found.remaining, Some(Duration::from_secs(1)));
        clock.advance(Duration::from_secs(1));
        assert!(matches!(store.get(key, &[]), Ok(Answer::Missing(_))));
        assert!(matches!(store.get(key, &[]), Ok(Answer::Held(_))));
        clock.advance(Duration::from_secs(10));
        assert!(matches!(store.get(key, &[]), Ok(Answer::Missing(_))));
    }
}
