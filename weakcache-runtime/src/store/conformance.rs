//! What every store has to do, as tests that any can be put to.
//!
//! ```no_run
//! use weakcache::store::{Memory, conformance};
//!
//! let report = conformance::check(Memory::new);
//! assert!(report.leases);
//! ```
//!
//! They use namespaces of their own, which are others each time, so the store may have entries, and may be the same one
//! always. They take some seconds, since there is time in the contract, and 200 MiB of memory, since values may be large.
//! What fails, panics, and says what the contract is.

use super::{Answer, AsyncStore, Claim, Entry, Found, Heard, Key, Namespace, Store, StoreError, TagId};
use std::future::ready;
use std::hash::{BuildHasher, RandomState};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

/// What a store does of which the contract leaves it the choice.
///
/// ```
/// use weakcache::store::conformance::Report;
///
/// let report = Report::default();
/// assert!(!report.leases && !report.tells); // a store that does neither keeps the contract too
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// Whether one computes, and others wait.
    pub leases: bool,
    /// Whether it tells what another process invalidates.
    pub tells: bool,
}

/// Puts a store to the test. `new` makes one, or leads to one that is there.
///
/// ```no_run
/// # use weakcache::store::{Memory, conformance};
/// let report = conformance::check(Memory::new);
/// assert!(report.leases);
/// ```
///
/// # Panics
///
/// If it does not keep the [contract](super#the-contract).
pub fn check<S: Store>(new: impl Fn() -> S) -> Report {
    let store = new();
    let report = at_once(all(&Blocking(&store)));
    threads(&store);
    report
}

/// The same of what a store does without blocking. On any executor: it is no more than a future. [`check`] is for the rest.
///
/// ```no_run
/// # use weakcache::store::{Memory, conformance};
/// # async fn test() {
/// conformance::check_async(Memory::new).await;
/// # }
/// ```
///
/// # Panics
///
/// If it does not keep the [contract](super#the-contract).
pub async fn check_async<S: AsyncStore>(new: impl Fn() -> S) -> Report {
    let store = new();
    all(&Waiting(&store)).await
}

/// Puts a store to the test that is one for two processes: `one` and `other` are what each of them has.
///
/// ```no_run
/// # use weakcache::store::{Memory, conformance};
/// let store = Memory::new();
/// let report = conformance::check_two(&store, &store.clone()); // a clone is as another process has it
/// assert!(report.tells);
/// ```
///
/// # Panics
///
/// If it does not keep the [contract](super#the-contract).
pub fn check_two<S: Store, T: Store>(one: &S, other: &T) -> Report {
    shares(one, other);
    Report { leases: excludes(one, other), tells: tells(one, other) }
}

/// A store, in one of its two ways.
trait Ask: Sync {
    fn get(&self, key: Key<'_>, tags: &[TagId]) -> impl Future<Output = Result<Answer, StoreError>> + Send;
    fn put(
        &self,
        key: Key<'_>,
        entry: Entry<'_>,
        claim: Claim,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
    fn claim(&self, key: Key<'_>, tags: &[TagId]) -> impl Future<Output = Result<Claim, StoreError>> + Send;
    fn wait(&self, key: Key<'_>, limit: Duration) -> impl Future<Output = Result<(), StoreError>> + Send;
    fn remove(&self, key: Key<'_>) -> impl Future<Output = Result<(), StoreError>> + Send;
    fn clear(&self, namespace: &Namespace) -> impl Future<Output = Result<(), StoreError>> + Send;
    fn invalidate_tag(&self, tag: TagId) -> impl Future<Output = Result<(), StoreError>> + Send;
    fn store(&self) -> &impl Store;
}

struct Blocking<'a, S>(&'a S);

impl<S: Store> Ask for Blocking<'_, S> {
    fn get(&self, key: Key<'_>, tags: &[TagId]) -> impl Future<Output = Result<Answer, StoreError>> + Send {
        ready(self.0.get(key, tags))
    }

    fn put(
        &self,
        key: Key<'_>,
        entry: Entry<'_>,
        claim: Claim,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        ready(self.0.put(key, entry, claim))
    }

    fn claim(&self, key: Key<'_>, tags: &[TagId]) -> impl Future<Output = Result<Claim, StoreError>> + Send {
        ready(self.0.claim(key, tags))
    }

    fn wait(&self, key: Key<'_>, limit: Duration) -> impl Future<Output = Result<(), StoreError>> + Send {
        ready(self.0.wait(key, limit))
    }

    fn remove(&self, key: Key<'_>) -> impl Future<Output = Result<(), StoreError>> + Send {
        ready(self.0.remove(key))
    }

    fn clear(&self, namespace: &Namespace) -> impl Future<Output = Result<(), StoreError>> + Send {
        ready(self.0.clear(namespace))
    }

    fn invalidate_tag(&self, tag: TagId) -> impl Future<Output = Result<(), StoreError>> + Send {
        ready(self.0.invalidate_tag(tag))
    }

    fn store(&self) -> &impl Store {
        self.0
    }
}

struct Waiting<'a, S>(&'a S);

impl<S: AsyncStore> Ask for Waiting<'_, S> {
    async fn get(&self, key: Key<'_>, tags: &[TagId]) -> Result<Answer, StoreError> {
        self.0.get_async(key, tags).await
    }

    async fn put(&self, key: Key<'_>, entry: Entry<'_>, claim: Claim) -> Result<(), StoreError> {
        self.0.put_async(key, entry, claim).await
    }

    async fn claim(&self, key: Key<'_>, tags: &[TagId]) -> Result<Claim, StoreError> {
        self.0.claim_async(key, tags).await
    }

    async fn wait(&self, key: Key<'_>, limit: Duration) -> Result<(), StoreError> {
        self.0.wait_async(key, limit).await
    }

    async fn remove(&self, key: Key<'_>) -> Result<(), StoreError> {
        self.0.remove_async(key).await
    }

    async fn clear(&self, namespace: &Namespace) -> Result<(), StoreError> {
        self.0.clear_async(namespace).await
    }

    async fn invalidate_tag(&self, tag: TagId) -> Result<(), StoreError> {
        self.0.invalidate_tag_async(tag).await
    }

    fn store(&self) -> &impl Store {
        self.0
    }
}

/// Runs what never waits.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("a method that blocks is ready when it returns"),
    }
}

/// A namespace that no other test has.
fn namespace() -> Namespace {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Relaxed);
    let [upper, lower] = [0, 1].map(|half| RandomState::new().hash_one((half, count)));
    Namespace::new("weakcache::store::conformance", u128::from(upper) << 64 | u128::from(lower))
}

/// A tag that no other test has.
fn tag() -> TagId {
    TagId::from_bits(namespace().id())
}

const WORKS: &str = "a store that is there does what it is asked, without an error";

async fn found(store: &impl Ask, key: Key<'_>) -> Option<Found> {
    match store.get(key, &[]).await.expect(WORKS) {
        Answer::Found(found) => Some(found),
        Answer::Missing(claim) => {
            store.store().release(key, claim);
            None
        }
        Answer::Held(_) => None,
    }
}

async fn value(store: &impl Ask, key: Key<'_>) -> Option<Vec<u8>> {
    found(store, key).await.map(|found| found.value)
}

/// Stores under a claim of now.
async fn put(store: &impl Ask, key: Key<'_>, entry: Entry<'_>) {
    let claim = store.claim(key, entry.tags).await.expect(WORKS);
    store.put(key, entry, claim).await.expect(WORKS);
}

async fn all(store: &impl Ask) -> Report {
    bytes(store).await;
    large(store).await;
    time(store).await;
    removal(store).await;
    clearing(store).await;
    tags(store).await;
    Report { leases: leases(store).await, tells: false }
}

async fn bytes(store: &impl Ask) {
    let (one, other) = (&namespace(), &namespace());
    let binary: Vec<u8> = (0..=255).collect();
    let keys: [&[u8]; 8] = [b"", b"\0", b"\0\0", b"a", b"a\0", b"ab", b"A", &binary];
    for bytes in keys {
        assert_eq!(found(store, Key::new(one, bytes)).await, None, "an entry that was never stored");
    }
    for (at, bytes) in (0_u8..).zip(keys) {
        put(store, Key::new(one, bytes), Entry::new(&[at])).await;
    }
    for (at, bytes) in (0_u8..).zip(keys) {
        let value = value(store, Key::new(one, bytes)).await;
        assert_eq!(value.as_deref(), Some(&[at][..]), "key {bytes:?} has the entry of its own, exactly");
        assert_eq!(found(store, Key::new(other, bytes)).await, None, "an entry of another namespace");
    }
    let near = Namespace::new(one.name().to_owned().leak(), one.id() ^ 1);
    assert_eq!(found(store, Key::new(&near, b"a")).await, None, "namespaces are told apart by the id alone");
    let same = Namespace::new("another name", one.id());
    assert_eq!(value(store, Key::new(&same, b"a")).await.as_deref(), Some(&[3][..]), "as above");
    let key = Key::new(one, b"a");
    for bytes in [&b""[..], &binary, b"short", b""] {
        put(store, key, Entry::new(bytes)).await;
        assert_eq!(value(store, key).await.as_deref(), Some(bytes), "the last that was stored, byte by byte");
    }
    let claim = match store.get(Key::new(one, b"new"), &[]).await.expect(WORKS) {
        Answer::Missing(claim) => claim,
        other => panic!("`get` of a key that nobody knows gives a claim, not {other:?}"),
    };
    store.put(Key::new(one, b"new"), Entry::new(b"x"), claim).await.expect(WORKS);
    assert_eq!(
        value(store, Key::new(one, b"new")).await.as_deref(),
        Some(&b"x"[..]),
        "a claim of `get` is one to store"
    );
    store.clear(one).await.expect(WORKS);
}

async fn large(store: &impl Ask) {
    let namespace = &namespace();
    // Blocks that differ in their first word alone: whole ones are copied fast, unoptimised too.
    let words = (0..1_u64 << 17).map(|word| word.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let block: Vec<u8> = words.flat_map(u64::to_le_bytes).collect();
    let pattern = |blocks: u64| -> Vec<u8> {
        let mut bytes = Vec::new();
        for number in 0..blocks {
            bytes.extend_from_slice(&number.to_le_bytes());
            bytes.extend_from_slice(&block[8..]);
        }
        bytes
    };
    let mut bytes = pattern(1);
    for last in [1, 2] {
        // A difference in the last byte alone.
        bytes.push(last);
        put(store, Key::new(namespace, &bytes), Entry::new(&[last])).await;
        bytes.pop();
    }
    for last in [1, 2] {
        bytes.push(last);
        let value = value(store, Key::new(namespace, &bytes)).await;
        assert_eq!(value.as_deref(), Some(&[last][..]), "a key of 1 MiB is one as any other");
        bytes.pop();
    }
    // In the tests of this module, which are many, less of it.
    let (key, bytes) = (Key::new(namespace, b"large"), pattern(if cfg!(test) { 4 } else { 64 }));
    put(store, key, Entry::new(&bytes)).await;
    let is_there = value(store, key).await.is_some_and(|value| value == bytes);
    assert!(is_there, "a value of 64 MiB is stored, and comes back as it was");
    store.remove(key).await.expect(WORKS);
    store.clear(namespace).await.expect(WORKS);
}

async fn time(store: &impl Ask) {
    const SHORT: Duration = Duration::from_millis(400);
    const LONG: Duration = Duration::from_hours(1);
    let namespace = &namespace();
    let [for_ever, short, renewed, freed, long, longest] =
        [b"a", b"b", b"c", b"d", b"e", b"f"].map(|bytes| Key::new(namespace, bytes));
    put(store, for_ever, Entry::new(b"x")).await;
    assert_eq!(
        found(store, for_ever).await.map(|found| found.remaining),
        Some(None),
        "an entry without a ttl lives for ever"
    );
    put(store, long, Entry::new(b"x").ttl(Some(LONG))).await;
    let remaining = found(store, long).await.and_then(|found| found.remaining);
    let is_right = |remaining: Duration| LONG < remaining + Duration::from_secs(30) && remaining <= LONG;
    assert!(
        remaining.is_some_and(is_right),
        "the time that is left of {LONG:?} is less than that, not {remaining:?}"
    );
    put(store, longest, Entry::new(b"x").ttl(Some(Duration::MAX))).await;
    let remaining = found(store, longest).await.map(|found| found.remaining);
    let is_long = |remaining: Option<Duration>| remaining.is_none_or(|remaining| remaining > LONG * 24 * 365);
    assert!(
        remaining.is_some_and(is_long),
        "a ttl too long to be told from for ever is that, not {remaining:?}"
    );
    let begin = Instant::now();
    for key in [renewed, freed, short] {
        put(store, key, Entry::new(b"x").ttl(Some(SHORT))).await;
    }
    put(store, renewed, Entry::new(b"y").ttl(Some(LONG))).await;
    put(store, freed, Entry::new(b"y")).await;
    let stored = Instant::now();
    loop {
        let asked = Instant::now();
        let Some(found) = found(store, short).await else {
            assert!(
                begin.elapsed() >= SHORT * 9 / 10,
                "an entry lives for its ttl, not for {:?}",
                begin.elapsed()
            );
            break;
        };
        let remaining = found.remaining.expect("an entry with a ttl says what is left of it");
        assert!(remaining <= SHORT && !remaining.is_zero(), "what is left of {SHORT:?} is not {remaining:?}");
        assert!(asked.duration_since(stored) < SHORT, "an entry is not served past its ttl");
        thread::sleep(Duration::from_millis(10));
    }
    for key in [renewed, freed] {
        assert_eq!(
            value(store, key).await.as_deref(),
            Some(&b"y"[..]),
            "an entry has the ttl that it was stored with last"
        );
    }
    store.clear(namespace).await.expect(WORKS);
}

async fn removal(store: &impl Ask) {
    let namespace = &namespace();
    let [key, other] = [b"a", b"b"].map(|bytes| Key::new(namespace, bytes));
    store.remove(key).await.expect("to remove what is not there is no error");
    put(store, key, Entry::new(b"x")).await;
    put(store, other, Entry::new(b"y")).await;
    store.remove(key).await.expect(WORKS);
    assert_eq!(found(store, key).await, None, "what was removed is gone");
    assert!(found(store, other).await.is_some(), "what was not removed is there");
    put(store, key, Entry::new(b"z")).await;
    assert_eq!(
        value(store, key).await.as_deref(),
        Some(&b"z"[..]),
        "what is stored after a removal is there"
    );
    store.clear(namespace).await.expect(WORKS);
}

async fn clearing(store: &impl Ask) {
    let (one, other) = (&namespace(), &namespace());
    store.clear(one).await.expect("to clear what is empty is no error");
    for x in 0..300_u32 {
        let bytes = x.to_le_bytes();
        put(store, Key::new(one, &bytes), Entry::new(&bytes)).await;
        if x % 10 == 0 {
            put(store, Key::new(other, &bytes), Entry::new(&bytes)).await;
        }
    }
    store.clear(one).await.expect(WORKS);
    for x in 0..300_u32 {
        let bytes = x.to_le_bytes();
        assert_eq!(found(store, Key::new(one, &bytes)).await, None, "what was cleared is gone");
        if x % 10 == 0 {
            let value = value(store, Key::new(other, &bytes)).await;
            assert_eq!(value.as_deref(), Some(&bytes[..]), "other namespaces are not cleared");
        }
    }
    let key = Key::new(one, b"a");
    put(store, key, Entry::new(b"x")).await;
    assert!(found(store, key).await.is_some(), "what is stored after a clear is there");
    store.clear(one).await.expect(WORKS);
    store.clear(other).await.expect(WORKS);
}

async fn tags(store: &impl Ask) {
    let (one, other) = (&namespace(), &namespace());
    let [a, b, c] = [(); 3].map(|()| tag());
    let entries = [
        (Key::new(one, b"none"), vec![]),
        (Key::new(one, b"a"), vec![a]),
        (Key::new(one, b"b"), vec![b]),
        (Key::new(one, b"ab"), vec![a, b]),
        (Key::new(other, b"ba"), vec![b, a]),
    ];
    store.invalidate_tag(c).await.expect("to invalidate what nothing has is no error");
    for round in [1, 2] {
        for (key, tags) in &entries {
            put(store, *key, Entry::new(&[round]).tags(tags)).await;
        }
        for (key, tags) in &entries {
            assert_eq!(
                value(store, *key).await.as_deref(),
                Some(&[round][..]),
                "an entry with tags {tags:?} is there"
            );
        }
        store.invalidate_tag(a).await.expect(WORKS);
        for (key, tags) in &entries {
            let is_there = found(store, *key).await.is_some();
            assert_eq!(
                is_there,
                !tags.contains(&a),
                "a tag is of all that has it: {tags:?} with {a:?} invalidated"
            );
        }
    }
    // What was claimed before is as old.
    let key = Key::new(one, b"old");
    for by_get in [true, false] {
        let claim = match by_get {
            true => match store.get(key, &[b, a]).await.expect(WORKS) {
                Answer::Missing(claim) => claim,
                other => panic!("`get` of a key that is neither there nor held gives a claim, not {other:?}"),
            },
            false => store.claim(key, &[b, a]).await.expect(WORKS),
        };
        store.invalidate_tag(a).await.expect(WORKS);
        store.put(key, Entry::new(b"old").tags(&[b, a]), claim).await.expect(WORKS);
        assert_eq!(
            found(store, key).await,
            None,
            "what was claimed before one of its tags was invalidated is not seen once it is stored"
        );
    }
    put(store, key, Entry::new(b"new").tags(&[b, a])).await;
    assert_eq!(value(store, key).await.as_deref(), Some(&b"new"[..]), "what was claimed after that is");
    store.clear(one).await.expect(WORKS);
    store.clear(other).await.expect(WORKS);
}

/// Says whether there are any.
async fn leases(store: &impl Ask) -> bool {
    let namespace = &namespace();
    let [key, other] = [b"a", b"b"].map(|bytes| Key::new(namespace, bytes));
    let missing = async |key| match store.get(key, &[]).await.expect(WORKS) {
        Answer::Missing(claim) => claim,
        other => panic!(
            "the first that asks for a key, and the first after a release, gets the claim, not {other:?}"
        ),
    };
    let claim = missing(key).await;
    let limit = match store.get(key, &[]).await.expect(WORKS) {
        Answer::Held(limit) => limit,
        Answer::Missing(again) => {
            store.store().release(key, again);
            store.store().release(key, claim);
            return false;
        }
        Answer::Found(found) => panic!("{found:?} was never stored"),
    };
    assert!(!limit.is_zero(), "what is held is held for some time");
    let beside = store.claim(key, &[]).await.expect(WORKS);
    store.store().release(key, beside);
    let held = |answer| matches!(answer, Answer::Held(_));
    assert!(
        held(store.get(key, &[]).await.expect(WORKS)),
        "a claim that was none to hold the key ends nothing"
    );
    store.store().release(other, missing(other).await);
    store.wait(key, Duration::from_millis(1)).await.expect(WORKS);
    store.store().release(key, claim);
    let claim = released(store, key).await;
    store.put(key, Entry::new(b"x"), claim.clone()).await.expect(WORKS);
    assert_eq!(
        value(store, key).await.as_deref(),
        Some(&b"x"[..]),
        "what was stored is there for those who waited"
    );
    store.remove(key).await.expect(WORKS);
    let next = released(store, key).await;
    store.store().release(key, claim);
    assert!(held(store.get(key, &[]).await.expect(WORKS)), "a claim that was used ends no other's");
    if limit <= Duration::from_secs(2) {
        let begin = Instant::now();
        while held(store.get(key, &[]).await.expect(WORKS)) {
            assert!(
                begin.elapsed() < limit * 2 + Duration::from_secs(2),
                "what nobody releases is held for {limit:?}"
            );
            store.wait(key, Duration::from_millis(50)).await.expect(WORKS);
        }
    }
    store.store().release(key, next);
    store.clear(namespace).await.expect(WORKS);
    true
}

/// The claim of a key that was released. That may have been sent off without waiting.
async fn released(store: &impl Ask, key: Key<'_>) -> Claim {
    let begin = Instant::now();
    loop {
        match store.get(key, &[]).await.expect(WORKS) {
            Answer::Missing(claim) => return claim,
            Answer::Held(_) => {}
            Answer::Found(found) => panic!("{found:?} is not there any more"),
        }
        assert!(begin.elapsed() < Duration::from_secs(2), "who releases a claim lets the next have it");
        thread::sleep(Duration::from_millis(2));
    }
}

/// Threads that all read and write a few keys: what is read is what one of them has written.
fn threads(store: &impl Store) {
    const THREADS: u8 = 4;
    let namespace = &namespace();
    let tag = tag();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                for round in 0..100_u8 {
                    let of_key = (thread ^ round) % 3;
                    let bytes = [of_key];
                    let key = Key::new(namespace, &bytes);
                    // The key, and then as many bytes as they say.
                    let mut value = vec![round; usize::from(round) * 40 + 1];
                    value[0] = of_key;
                    let claim = store.claim(key, &[tag]).expect(WORKS);
                    store.put(key, Entry::new(&value).tags(&[tag]), claim).expect(WORKS);
                    match round % 25 {
                        7 => store.remove(key).expect(WORKS),
                        13 => store.invalidate_tag(tag).expect(WORKS),
                        19 => store.clear(namespace).expect(WORKS),
                        _ => {}
                    }
                    let claim = match store.get(key, &[tag]).expect(WORKS) {
                        Answer::Found(Found { value, .. }) => {
                            let (first, rest) =
                                value.split_first().expect("no value that was written is empty");
                            let len = rest.first().map_or(0, |&round| usize::from(round) * 40);
                            let is_whole =
                                rest.len() == len && rest.windows(2).all(|pair| pair[0] == pair[1]);
                            assert!(
                                *first == of_key && is_whole,
                                "what is read was written at once, for this key"
                            );
                            continue;
                        }
                        Answer::Missing(claim) => claim,
                        Answer::Held(_) => continue,
                    };
                    store.release(key, claim);
                }
            });
        }
    });
    store.clear(namespace).expect(WORKS);
}

fn shares(one: &dyn Store, other: &dyn Store) {
    let namespace = &namespace();
    let (key, tag) = (Key::new(namespace, b"a"), tag());
    for [from, to] in [[one, other], [other, one]] {
        let put = |value: &[u8]| {
            let claim = from.claim(key, &[tag]).expect(WORKS);
            from.put(key, Entry::new(value).tags(&[tag]), claim).expect(WORKS);
        };
        let value = |store: &dyn Store| match store.get(key, &[tag]).expect(WORKS) {
            Answer::Found(found) => Some(found.value),
            Answer::Missing(claim) => {
                store.release(key, claim);
                None
            }
            Answer::Held(_) => None,
        };
        put(b"x");
        assert_eq!(value(to).as_deref(), Some(&b"x"[..]), "what one process stores, the other finds");
        to.invalidate_tag(tag).expect(WORKS);
        assert_eq!(value(from), None, "a tag that one process invalidates is invalid in the other");
        put(b"y");
        to.remove(key).expect(WORKS);
        assert_eq!(value(from), None, "what one process removes is gone in the other");
        put(b"z");
        to.clear(namespace).expect(WORKS);
        assert_eq!(value(from), None, "what one process clears is gone in the other");
    }
}

/// Whether one process computes, and the other waits.
fn excludes(one: &dyn Store, other: &dyn Store) -> bool {
    let namespace = &namespace();
    let key = Key::new(namespace, b"a");
    let Ok(Answer::Missing(claim)) = one.get(key, &[]) else { panic!("nothing is there, and nobody has it") };
    let Answer::Held(limit) = other.get(key, &[]).expect(WORKS) else { return false };
    thread::scope(|scope| {
        let waits = scope.spawn(move || {
            let begin = Instant::now();
            loop {
                match other.get(key, &[]).expect(WORKS) {
                    Answer::Found(found) => return found.value,
                    Answer::Held(_) => other.wait(key, limit).expect(WORKS),
                    Answer::Missing(_) => panic!("the result is there when the key is held no longer"),
                }
                assert!(
                    begin.elapsed() < Duration::from_secs(30),
                    "who waits is told that the result is there"
                );
            }
        });
        thread::sleep(Duration::from_millis(50));
        one.put(key, Entry::new(b"x"), claim).expect(WORKS);
        assert_eq!(waits.join().expect("panicked as above"), b"x");
    });
    one.clear(namespace).expect(WORKS);
    true
}

/// Whether one process tells what the other invalidates; if so, all of it.
fn tells(one: &dyn Store, other: &dyn Store) -> bool {
    #[derive(PartialEq, Debug)]
    enum Told {
        Removed(u128, Vec<u8>),
        Cleared(u128),
        Invalidated(TagId),
        Everything,
    }

    let (namespace, tag) = (&namespace(), tag());
    let told: Arc<Mutex<Vec<Told>>> = Arc::default();
    let heard = told.clone();
    other.subscribe(Arc::new(move |what| {
        let what = match what {
            Heard::Removed { namespace, key } => Told::Removed(namespace, key.to_vec()),
            Heard::Cleared { namespace } => Told::Cleared(namespace),
            Heard::Invalidated(tag) => Told::Invalidated(tag),
            Heard::Everything => Told::Everything,
        };
        heard.lock().expect("no panic above").push(what);
    }));
    let is_told = |what: &Told, limit: Duration| {
        let begin = Instant::now();
        loop {
            if told.lock().expect("no panic above").contains(what) {
                return true;
            }
            if begin.elapsed() >= limit {
                return false;
            }
            thread::sleep(Duration::from_millis(5));
        }
    };
    // Until the subscription is there: nothing says when that is.
    let begin = Instant::now();
    let key = Key::new(namespace, b"\0key");
    loop {
        one.remove(key).expect(WORKS);
        if is_told(&Told::Removed(namespace.id(), b"\0key".to_vec()), Duration::from_millis(100)) {
            break;
        }
        if begin.elapsed() > Duration::from_secs(2) {
            return false;
        }
    }
    // The tests of this module wait in vain for this long.
    let limit = Duration::from_secs(if cfg!(test) { 1 } else { 5 });
    one.clear(namespace).expect(WORKS);
    assert!(
        is_told(&Told::Cleared(namespace.id()), limit),
        "who tells of removals, tells of what is cleared"
    );
    one.invalidate_tag(tag).expect(WORKS);
    assert!(is_told(&Told::Invalidated(tag), limit), "who tells of removals, tells of tags");
    told.lock().expect("no panic above").clear();
    other.remove(key).expect(WORKS);
    assert!(
        !is_told(&Told::Removed(namespace.id(), b"\0key".to_vec()), Duration::from_millis(100)),
        "who invalidates is not told so"
    );
    true
}

#[cfg(test)]
mod tests;
