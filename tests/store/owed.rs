//! What a store that was away is to forget: it is told a few at a time, and no task is blocked by that.

use super::spy::{PATIENT, away, counts, forward};
use crate::tasks::{Task, finish};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::{LazyLock, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;
use weakcache::store::{
    Answer, AsyncStore, Circuit, Claim, Entry, Faulty, Heard, Key, Listener, Memory, Namespace, Operation,
    Store, StoreError, StoreFuture, TagId,
};
use weakcache::{invalidate_tag, memoize};

const FORGETS: [Operation; 3] = [Operation::Remove, Operation::Clear, Operation::InvalidateTag];

#[test]
fn a_call_pays_a_few_debts_and_its_own_first() {
    static AWAY: AtomicBool = AtomicBool::new(false);
    static PAID: AtomicU32 = AtomicU32::new(0);
    static BODIES: AtomicU32 = AtomicU32::new(0);

    fn before(operation: Operation) -> Result<(), StoreError> {
        if FORGETS.contains(&operation) {
            if AWAY.load(Relaxed) {
                return Err(away());
            }
            PAID.fetch_add(1, Relaxed);
        }
        Ok(())
    }

    #[memoize(store = Faulty::new(Memory::new(), before).with_circuit(PATIENT))]
    fn count(_x: u64) -> u32 {
        BODIES.fetch_add(1, Relaxed)
    }

    (0..100).for_each(|x| _ = count(x));
    AWAY.store(true, Relaxed);
    (0..100).for_each(|x| assert!(count::invalidate(x)));
    AWAY.store(false, Relaxed);
    let mut calls = 0;
    for x in (0..100).rev() {
        let before = PAID.load(Relaxed);
        assert!(count(x) >= 100, "what it was to forget is not served");
        let paid = PAID.load(Relaxed) - before;
        assert!(paid <= 8, "{paid} by one call");
        calls += u32::from(paid > 0);
    }
    assert_eq!(PAID.load(Relaxed), 100, "each once");
    assert!((12..100).contains(&calls), "{calls}");
    count::retain(|_, _| false);
    let before = BODIES.load(Relaxed);
    (0..100).for_each(|x| _ = count(x));
    assert_eq!(BODIES.load(Relaxed), before, "all is stored again");
}

/// A process that only invalidates has no misses.
#[test]
fn a_control_that_the_store_has_heard_pays_a_few_debts_too() {
    static AWAY: AtomicBool = AtomicBool::new(false);
    static PAID: AtomicU32 = AtomicU32::new(0);

    fn before(operation: Operation) -> Result<(), StoreError> {
        if FORGETS.contains(&operation) {
            if AWAY.load(Relaxed) {
                return Err(away());
            }
            PAID.fetch_add(1, Relaxed);
        }
        Ok(())
    }

    #[memoize(tags(("of", *x)), store = Faulty::new(Memory::new(), before).with_circuit(PATIENT))]
    fn twice(x: u64) -> u64 {
        x * 2
    }

    let owe = |keys| {
        twice(1);
        AWAY.store(true, Relaxed);
        (0..keys).for_each(|x| _ = twice::invalidate(x));
        AWAY.store(false, Relaxed);
        PAID.store(0, Relaxed);
    };
    owe(20);
    for paid in [9, 18, 23, 24] {
        twice::invalidate(1000);
        assert_eq!(PAID.load(Relaxed), paid);
    }
    let ways: [fn(); 3] = [twice::cache_clear, || invalidate_tag(&("of", 7_u64)), || twice::prime(1000, 7)];
    for (way, told) in ways.into_iter().zip([1, 1, 0]) {
        owe(5);
        way();
        assert_eq!(PAID.load(Relaxed), told + 5);
    }
}

#[test]
fn a_slow_store_is_paid_one_debt_by_a_call() {
    static AWAY: AtomicBool = AtomicBool::new(false);
    static PAID: AtomicU32 = AtomicU32::new(0);
    static CLOCK: LazyLock<weakcache::clock::Mock> = LazyLock::new(weakcache::clock::Mock::new);

    fn before(operation: Operation) -> Result<(), StoreError> {
        if FORGETS.contains(&operation) {
            if AWAY.load(Relaxed) {
                return Err(away());
            }
            CLOCK.advance(Duration::from_secs(2));
            PAID.fetch_add(1, Relaxed);
        }
        Ok(())
    }

    #[memoize(store = Faulty::new(Memory::new(), before).with_circuit(PATIENT))]
    fn twice(x: u64) -> u64 {
        x * 2
    }

    let _installed = CLOCK.install();
    AWAY.store(true, Relaxed);
    (0..10).for_each(|x| _ = twice::invalidate(x));
    AWAY.store(false, Relaxed);
    for paid in 1..=10 {
        twice(100 + u64::from(paid));
        assert_eq!(PAID.load(Relaxed), paid);
    }
}

/// Of too many tags the store is not told one by one: each function has it forget all that it has.
#[test]
fn too_many_tags_are_everything() {
    static AWAY: AtomicBool = AtomicBool::new(false);
    static TOLD: Mutex<Vec<Operation>> = Mutex::new(Vec::new());
    static BODIES: AtomicU32 = AtomicU32::new(0);
    static STORE: LazyLock<Faulty<Memory>> = LazyLock::new(|| {
        let before = |operation| {
            if FORGETS.contains(&operation) {
                if AWAY.load(Relaxed) {
                    return Err(away());
                }
                TOLD.lock().unwrap().push(operation);
            }
            Ok(())
        };
        Faulty::new(Memory::new(), before).with_circuit(PATIENT)
    });
    fn told() -> Vec<Operation> {
        std::mem::take(&mut TOLD.lock().unwrap())
    }

    #[memoize(tags(("of", *x)), store = &*STORE)]
    fn one(x: u64) -> u32 {
        assert!(x < 100_000);
        BODIES.fetch_add(1, Relaxed)
    }

    #[memoize(tags(("of", *x)), store = &*STORE)]
    fn other(x: u64) -> u32 {
        assert!(x < 100_000);
        BODIES.fetch_add(1, Relaxed)
    }

    /// Not called before.
    #[memoize(tags(("of", *x)), store = &*STORE)]
    fn late(x: u64) -> u32 {
        assert!(x < 100_000);
        BODIES.fetch_add(1, Relaxed)
    }

    let (first, second) = (one(1), other(1));
    invalidate_tag(&("of", 7_u64));
    assert_eq!(told(), [Operation::InvalidateTag], "of a tag a store is told once, however many have it");
    AWAY.store(true, Relaxed);
    (0..2000_u64).for_each(|x| invalidate_tag(&("of", x)));
    AWAY.store(false, Relaxed);
    assert!(one(1) > first && other(1) > second);
    late(1);
    while one::cache_info().len < 200 {
        one(one::cache_info().len as u64 + 10_000);
    }
    let told = told();
    assert!(told.len() < 1100, "{}", told.len());
    assert_eq!(told.iter().filter(|&&operation| operation == Operation::Clear).count(), 3);
    let before = BODIES.load(Relaxed);
    for function in [one, other, late] {
        function(1);
    }
    one::retain(|_, _| false);
    other::retain(|_, _| false);
    assert!(one(1) > first && other(1) > second);
    assert_eq!(BODIES.load(Relaxed), before, "they are stored again");
}

/// On which threads a store was asked what blocks.
#[derive(Default)]
struct Blocked {
    memory: Memory,
    on: Mutex<Vec<(Operation, ThreadId)>>,
    subscribed_on: Mutex<Vec<ThreadId>>,
    listeners: Mutex<Vec<Listener>>,
    is_away: AtomicBool,
    /// What is done without blocking.
    tasks: Mutex<Vec<&'static str>>,
}

impl Blocked {
    fn forgets(&self, operation: Operation) -> Result<(), StoreError> {
        self.on.lock().unwrap().push((operation, thread::current().id()));
        if self.is_away.load(Relaxed) { Err(away()) } else { Ok(()) }
    }

    fn task(&self, what: &'static str) {
        self.tasks.lock().unwrap().push(what);
    }

    /// Of what was forgotten since, whether it was done here.
    fn here(&self) -> Vec<(Operation, bool)> {
        let here = thread::current().id();
        self.on.lock().unwrap().drain(..).map(|(operation, on)| (operation, on == here)).collect()
    }
}

impl Store for Blocked {
    forward!(memory: get put);

    fn remove(&self, key: Key<'_>) -> Result<(), StoreError> {
        self.forgets(Operation::Remove)?;
        self.memory.remove(key)
    }

    fn clear(&self, namespace: &Namespace) -> Result<(), StoreError> {
        self.forgets(Operation::Clear)?;
        self.memory.clear(namespace)
    }

    fn invalidate_tag(&self, tag: TagId) -> Result<(), StoreError> {
        self.forgets(Operation::InvalidateTag)?;
        self.memory.invalidate_tag(tag)
    }

    forward!(memory: claim);

    fn subscribe(&self, listener: Listener) {
        self.subscribed_on.lock().unwrap().push(thread::current().id());
        self.listeners.lock().unwrap().push(listener);
    }

    fn circuit(&self) -> Circuit {
        PATIENT
    }
}

impl AsyncStore for Blocked {
    fn get_async<'a>(&'a self, key: Key<'a>, tags: &'a [TagId]) -> StoreFuture<'a, Answer> {
        Box::pin(async move { self.memory.get(key, tags) })
    }

    fn put_async<'a>(&'a self, key: Key<'a>, entry: Entry<'a>, claim: Claim) -> StoreFuture<'a, ()> {
        Box::pin(async move { self.memory.put(key, entry, claim) })
    }

    fn claim_async<'a>(&'a self, key: Key<'a>, tags: &'a [TagId]) -> StoreFuture<'a, Claim> {
        Box::pin(async move { self.memory.claim(key, tags) })
    }

    fn remove_async<'a>(&'a self, key: Key<'a>) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            crate::tasks::yields(1).await;
            self.task("remove");
            self.memory.remove(key)
        })
    }

    fn clear_async<'a>(&'a self, namespace: &'a Namespace) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            crate::tasks::yields(1).await;
            self.task("clear");
            self.memory.clear(namespace)
        })
    }

    fn invalidate_tag_async(&self, tag: TagId) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            crate::tasks::yields(1).await;
            self.task("invalidate");
            self.memory.invalidate_tag(tag)
        })
    }

    fn subscribe_async(&self, listener: Listener) -> StoreFuture<'_, ()> {
        self.listeners.lock().unwrap().push(listener);
        Box::pin(async move {
            crate::tasks::yields(1).await;
            self.task("subscribe");
            Ok(())
        })
    }
}

#[test]
fn a_task_is_not_blocked_by_what_is_owed_nor_by_subscribing() {
    static STORE: LazyLock<Blocked> = LazyLock::new(Blocked::default);
    static BODIES: AtomicU32 = AtomicU32::new(0);

    #[memoize(tags("a tag of tasks"), store = &*STORE)]
    async fn count(_x: u64) -> u32 {
        BODIES.fetch_add(1, Relaxed)
    }

    assert_eq!(finish(count(1)), 0);
    assert_eq!(*STORE.tasks.lock().unwrap(), ["subscribe"]);
    let ways: [(fn(), &str); 3] = [
        (|| assert!(count::invalidate(1)), "remove"),
        (count::cache_clear, "clear"),
        (|| invalidate_tag(&"a tag of tasks"), "invalidate"),
    ];
    for (number, (way, what)) in (1..).zip(ways) {
        STORE.is_away.store(true, Relaxed);
        way();
        assert_eq!(STORE.here().len(), 1, "a control blocks");
        STORE.is_away.store(false, Relaxed);
        assert_eq!(finish(count(1)), number);
        assert_eq!(STORE.tasks.lock().unwrap().last(), Some(&what));
        assert_eq!(STORE.here(), [], "{what}");
        count::retain(|_, _| false);
        assert_eq!(finish(count(1)), number, "it is stored again");
    }
    // What is invalidated while it is stored is taken out again, by the task as well.
    assert!(STORE.subscribed_on.lock().unwrap().is_empty());
}

#[test]
fn where_a_store_has_no_tasks_a_thread_does_it() {
    /// The same, and no `AsyncStore`.
    struct Plain(&'static Blocked);

    impl Store for Plain {
        forward!(0: get put remove clear invalidate_tag claim subscribe);

        fn circuit(&self) -> Circuit {
            PATIENT
        }
    }

    static STORE: LazyLock<Blocked> = LazyLock::new(Blocked::default);
    static BODIES: AtomicU32 = AtomicU32::new(0);

    #[memoize(store = Plain(&STORE))]
    async fn count(_x: u64) -> u32 {
        BODIES.fetch_add(1, Relaxed)
    }

    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let run = |x| runtime.block_on(count(x));
    assert_eq!((run(1), run(2), run(1)), (0, 1, 0));
    assert_ne!(*STORE.subscribed_on.lock().unwrap(), [thread::current().id()]);
    STORE.is_away.store(true, Relaxed);
    assert!(count::invalidate(1));
    assert_eq!(STORE.here(), [(Operation::Remove, true)], "a control blocks");
    STORE.is_away.store(false, Relaxed);
    assert_eq!(run(1), 2);
    assert_eq!(STORE.here(), [(Operation::Remove, false)]);
    count::retain(|_, _| false);
    assert_eq!((run(1), counts!(count)), (2, (1, 1, 3)));
}

#[test]
fn a_task_that_is_dropped_while_it_subscribes_leaves_the_others_hearing() {
    static STORE: LazyLock<Blocked> = LazyLock::new(Blocked::default);

    #[memoize(store = &*STORE)]
    async fn twice(x: u64) -> u64 {
        x * 2
    }

    let mut first = Task::new(twice(1));
    assert!(!first.poll());
    assert_eq!((finish(twice(7)), twice::peek(7)), (14, Some(14)), "nobody waits for it");
    drop(first);
    assert_eq!(twice::peek(7), None, "it may be older than what was told meanwhile");
    assert_eq!((finish(twice(8)), twice::peek(8)), (16, Some(16)));
    let listeners = STORE.listeners.lock().unwrap().clone();
    assert_eq!(listeners.len(), 1);
    listeners[0](Heard::Everything);
    assert_eq!(twice::peek(8), None);
}
