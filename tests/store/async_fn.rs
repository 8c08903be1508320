//! Second tiers of `async fn`s.

use super::spy::{Spy, counts, forward};
use crate::tasks::{Gate, Task, finish, yields};
use std::borrow::Cow;
use std::error::Error;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};
use weakcache::clock::Mock;
use weakcache::store::{
    Answer, AsyncStore, Circuit, Claim, Entry, Faulty, Key, Memory, Store, StoreError, StoreFuture, TagId,
};
use weakcache::{invalidate_tag, memoize};

/// A store that makes tasks wait at gates, and panics where a thread would.
#[derive(Clone, Copy)]
struct Slow {
    memory: &'static LazyLock<Memory>,
    get: &'static Gate,
    put: &'static Gate,
}

impl Store for Slow {
    fn get(&self, _: Key<'_>, _: &[TagId]) -> Result<Answer, StoreError> {
        panic!("a task does not block")
    }

    forward!(memory: put remove clear invalidate_tag claim release subscribe);

    fn circuit(&self) -> Circuit {
        Circuit { failures: 2, pause: Duration::from_secs(1) }
    }
}

impl AsyncStore for Slow {
    fn get_async<'a>(&'a self, key: Key<'a>, tags: &'a [TagId]) -> StoreFuture<'a, Answer> {
        Box::pin(async move {
            self.get.pass().await;
            yields(2).await;
            self.memory.get(key, tags)
        })
    }

    fn put_async<'a>(&'a self, key: Key<'a>, entry: Entry<'a>, claim: Claim) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            self.put.pass().await;
            yields(2).await;
            self.memory.put(key, entry, claim)
        })
    }
}

/// A memoized function over a store of its own, and what controls that.
macro_rules! slow {
    (let ($memory:ident, $get:ident, $put:ident) = $store:ident) => {
        static $memory: LazyLock<Memory> = LazyLock::new(Memory::new);
        static $get: Gate = Gate::new();
        static $put: Gate = Gate::new();
        const $store: Slow = Slow { memory: &$memory, get: &$get, put: &$put };
    };
}

#[test]
fn first_tier_then_store_then_body() {
    slow!(let (MEMORY, GET, PUT) = STORE);

    #[memoize(store = STORE)]
    async fn twice(x: u64) -> Result<u64, String> {
        yields(1).await;
        if x == 0 { Err("zero".into()) } else { Ok(x * 2) }
    }

    GET.open();
    PUT.open();
    assert_eq!(finish(twice(1)), Ok(2));
    assert_eq!(finish(twice(1)), Ok(2));
    twice::retain(|_, _| false);
    assert_eq!(finish(twice(1)), Ok(2));
    assert_eq!(counts!(twice), (1, 1, 1));
    assert_eq!(finish(twice(0)), Err("zero".into()));
    assert_eq!(finish(twice::refresh(1)), Ok(2));
    assert_eq!((counts!(twice), MEMORY.len()), ((1, 1, 3), 1));
    twice::prime(3, Ok(7));
    twice::retain(|_, _| false);
    assert_eq!(finish(twice(3)), Ok(7));
    assert!(twice::invalidate(3));
    assert_eq!((finish(twice(3)), twice::cache_info().store_failures), (Ok(6), 0));
}

#[test]
fn those_who_wait_have_the_result_before_the_store() {
    slow!(let (MEMORY, GET, PUT) = STORE);

    #[memoize(store = STORE)]
    async fn twice(x: u64) -> u64 {
        x * 2
    }

    let (mut first, mut second) = (Task::new(twice(1)), Task::new(twice(1)));
    assert!(!first.poll() && !second.poll());
    GET.open();
    while twice::peek(1).is_none() {
        assert!(!first.poll());
    }
    assert!(second.is_awake() && second.poll());
    assert!(!first.poll() && MEMORY.is_empty());
    PUT.open();
    assert_eq!((first.finish(), second.into_output(), MEMORY.len()), (2, Some(2), 1));
}

#[test]
fn who_is_dropped_hands_over_wherever_it_is() {
    slow!(let (MEMORY, GET, PUT) = STORE);
    static BODY: Gate = Gate::new();
    static BEGUN: AtomicU32 = AtomicU32::new(0);

    #[memoize(store = STORE)]
    async fn twice(x: u64) -> u64 {
        BEGUN.fetch_add(1, Relaxed);
        BODY.pass().await;
        x * 2
    }

    // In the store's look-up.
    let (mut first, mut second) = (Task::new(twice(1)), Task::new(twice(1)));
    assert!(!first.poll() && !second.poll());
    first.cancel();
    assert!(second.is_awake() && !second.poll());
    assert_eq!(counts!(twice), (0, 0, 0), "no body has begun");
    GET.open();
    // In the body: what the store was told to hold is released.
    while BEGUN.load(Relaxed) == 0 {
        assert!(!second.poll());
    }
    let mut third = Task::new(twice(1));
    assert!(!third.poll());
    second.cancel();
    assert!(third.is_awake());
    while BEGUN.load(Relaxed) == 1 {
        assert!(!third.poll());
    }
    // On the way to the store: the first tier has it.
    BODY.open();
    while twice::peek(1).is_none() {
        assert!(!third.poll());
    }
    third.cancel();
    assert_eq!((finish(twice(1)), counts!(twice)), (2, (1, 0, 2)));
    assert!(MEMORY.is_empty());
}

#[test]
fn what_is_invalidated_on_its_way_is_in_neither() {
    slow!(let (MEMORY, GET, PUT) = STORE);
    static BODIES: AtomicU32 = AtomicU32::new(0);

    #[memoize(store = STORE)]
    async fn count(x: u64) -> u32 {
        let _ = x;
        BODIES.fetch_add(1, Relaxed)
    }

    GET.open();
    let mut first = Task::new(count(1));
    while count::peek(1).is_none() {
        assert!(!first.poll());
    }
    assert!(count::invalidate(1));
    // The first may be stored yet, so the second does not ask for it.
    let mut second = Task::new(count(1));
    while count::peek(1).is_none() {
        assert!(!second.poll());
    }
    PUT.open();
    assert_eq!((first.finish(), second.finish()), (0, 1));
    count::retain(|_, _| false);
    assert_ne!(finish(count(1)), 0);
    assert!(MEMORY.len() <= 1);
}

/// What the first tier had last, or something newer: the store never brings back what a refresh has replaced.
#[test]
fn a_refresh_that_is_dropped_anywhere_leaves_nothing_older() {
    slow!(let (MEMORY, GET, PUT) = STORE);
    static BODIES: AtomicU32 = AtomicU32::new(0);

    #[memoize(store = STORE)]
    async fn count(x: u64) -> u32 {
        let _ = x;
        yields(1).await;
        BODIES.fetch_add(1, Relaxed)
    }

    GET.open();
    PUT.open();
    finish(count(1));
    let mut replaced = 0;
    for polls in 0.. {
        let mut refresh = Task::new(count::refresh(1));
        let before = count::peek(1).unwrap();
        let is_done = (0..polls).any(|_| refresh.poll());
        let last = count::peek(1).unwrap();
        refresh.cancel();
        count::retain(|_, _| false);
        assert!(finish(count(1)) >= last, "dropped after {polls} polls");
        if is_done {
            break;
        }
        replaced += u32::from(last > before);
    }
    assert!(replaced > 1, "dropped before its put, and in it");
    // Nor does it keep others from computing, or a first computation.
    let begin = Instant::now();
    for (x, polls) in (2..).zip(0..) {
        let mut call = Task::new(count(x));
        let is_done = (0..polls).any(|_| call.poll());
        call.cancel();
        count::retain(|_, _| false);
        finish(count(x));
        if is_done {
            break;
        }
    }
    assert!(begin.elapsed() < Duration::from_secs(5), "a lease lasts for ten: {:?}", begin.elapsed());
}

/// A store that blocks is one for an `async fn` too.
#[test]
fn a_store_that_blocks() {
    static SPY: LazyLock<Spy> = LazyLock::new(Spy::default);

    #[memoize(ttl = "60s", tags(("blocks", *x)), store = &*SPY)]
    async fn twice(x: u64) -> u64 {
        x * 2
    }

    let clock = Mock::new();
    let _installed = clock.install();
    assert_eq!((finish(twice(1)), finish(twice(2))), (2, 4));
    twice::retain(|_, _| false);
    clock.advance(Duration::from_secs(59));
    assert_eq!((finish(twice(1)), counts!(twice)), (2, (0, 1, 2)));
    invalidate_tag(&("blocks", 2_u64));
    assert_eq!((finish(twice(2)), counts!(twice)), (4, (0, 1, 3)));
    clock.advance(Duration::from_secs(1));
    assert_eq!((finish(twice(1)), counts!(twice)), (2, (0, 1, 4)));
}

#[test]
fn a_store_that_fails_or_panics() {
    static AWAY: AtomicBool = AtomicBool::new(true);
    static PANICS: AtomicBool = AtomicBool::new(false);

    fn before(_: weakcache::store::Operation) -> Result<(), StoreError> {
        assert!(!PANICS.load(Relaxed), "it does");
        if AWAY.load(Relaxed) { Err(StoreError::new("away")) } else { Ok(()) }
    }

    #[memoize(lru = 1, store = Faulty::new(Memory::new(), before))]
    async fn twice(x: u64) -> u64 {
        yields(1).await;
        x * 2
    }

    let clock = Mock::new();
    let _installed = clock.install();
    let circuit = Circuit::default();
    for panics in [false, true] {
        PANICS.store(panics, Relaxed);
        for x in 0..10 {
            assert_eq!(finish(twice(x)), x * 2);
        }
        clock.advance(circuit.longest());
    }
    assert_eq!(twice::cache_info().store_failures, u64::from(circuit.failures) + 1);
    PANICS.store(false, Relaxed);
    AWAY.store(false, Relaxed);
    assert_eq!([1, 2, 1].map(|x| finish(twice(x))), [2, 4, 2]);
    assert_eq!(twice::cache_info().store_hits, 1);
}

#[test]
fn a_refresh_in_the_background_is_told_to_the_store() {
    type Background = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;
    static SPAWNED: Mutex<Vec<Background>> = Mutex::new(Vec::new());
    static BODIES: AtomicU32 = AtomicU32::new(0);
    static MEMORY: LazyLock<Memory> = LazyLock::new(Memory::new);

    #[memoize(
        ttl = "60s",
        refresh_after = "50s",
        spawn = |future| SPAWNED.lock().unwrap().push(Box::pin(future)),
        tags((*text).to_owned()),
        store = &*MEMORY
    )]
    async fn count(text: &str) -> Result<u32, String> {
        yields(1).await;
        if text.is_empty() { Err("empty".into()) } else { Ok(BODIES.fetch_add(1, Relaxed)) }
    }

    let clock = Mock::new();
    let _installed = clock.install();
    let spawned = || SPAWNED.lock().unwrap().pop();
    assert_eq!(finish(count("x")), Ok(0));
    clock.advance(Duration::from_secs(55));
    assert_eq!(finish(count("x")), Ok(0));
    finish(spawned().unwrap());
    clock.advance(Duration::from_secs(20));
    count::retain(|_, _| false);
    assert_eq!(finish(count("x")), Ok(1), "from the store");
    assert_eq!((count::cache_info().store_hits, BODIES.load(Relaxed)), (1, 2));
    // What is loaded and due is served at once, too.
    clock.advance(Duration::from_secs(35));
    count::retain(|_, _| false);
    assert_eq!(finish(count("x")), Ok(1));
    finish(spawned().unwrap());
    assert_eq!((finish(count("x")), BODIES.load(Relaxed)), (Ok(2), 3));
    assert_eq!(finish(count("")), Err("empty".into()));
}

#[test]
fn the_future_is_send_whatever_the_types() {
    fn send<F: Future + Send>(future: F) -> F {
        future
    }

    #[memoize(store = Memory::new())]
    async fn parse(text: &str) -> Result<u32, Box<dyn Error>> {
        yields(1).await;
        Ok(text.parse()?)
    }

    #[memoize(cache_errors, store = Memory::new())]
    async fn borrowed(text: Cow<'static, str>, f: Option<&str>) -> Result<String, &'static str> {
        yields(1).await;
        f.map(|f| format!("{text}{f}")).ok_or("none")
    }

    #[memoize(store = Memory::new())]
    async fn generic<T>(x: T) -> Vec<T>
    where
        T: Clone
            + Eq
            + std::hash::Hash
            + Send
            + Sync
            + serde::Serialize
            + serde::de::DeserializeOwned
            + 'static,
    {
        vec![x]
    }

    let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
    tokio.block_on(async {
        assert!(tokio::spawn(async { parse("x").await.is_err() }).await.unwrap());
        assert!(tokio::spawn(async { parse("7").await.is_ok() }).await.unwrap());
        assert!(tokio::spawn(async { parse::refresh("7").await.is_ok() }).await.unwrap());
        assert_eq!(tokio::spawn(borrowed("a".into(), Some("b"))).await.unwrap(), Ok("ab".into()));
        assert_eq!(tokio::spawn(generic("a".to_owned())).await.unwrap(), ["a"]);
        assert_eq!(send(generic(1)).await, [1]);
    });
}
