//! One computation a key: in this process, and with a store that has leases in all of them.

use super::spy::{Spy, counts};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Barrier, LazyLock, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};
use weakcache::memoize;
use weakcache::store::{Answer, Claim, Entry, Faulty, Key, Memory, Operation, Store, StoreError};

static UNSTORED: LazyLock<Memory> = LazyLock::new(Memory::new);

#[test]
fn what_could_not_be_stored_is_not_waited_for() {
    #[memoize(store = Faulty::new(&*UNSTORED, |operation| match operation {
        Operation::Put => Err(StoreError::new("the store is full")),
        _ => Ok(()),
    }), name = "not stored")]
    fn twice(x: u64) -> u64 {
        x * 2
    }

    /// Another process.
    mod other {
        #[weakcache::memoize(store = &*super::UNSTORED, name = "not stored")]
        pub(super) fn twice(x: u64) -> u64 {
            x * 2
        }
    }

    assert_eq!(twice(1), 2);
    let begin = Instant::now();
    assert_eq!(other::twice(1), 2);
    assert!(begin.elapsed() < Duration::from_secs(5), "the lease is given back");
}

#[test]
fn one_call_of_many_asks() {
    static ASKED: AtomicU32 = AtomicU32::new(0);

    #[memoize(store = Faulty::new(Memory::new(), |operation| {
        if operation == Operation::Get {
            ASKED.fetch_add(1, Relaxed);
            thread::sleep(Duration::from_millis(30));
        }
        Ok(())
    }))]
    fn twice(x: u64) -> u64 {
        thread::sleep(Duration::from_millis(30));
        x * 2
    }

    let call = || {
        let barrier = Barrier::new(8);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    barrier.wait();
                    assert_eq!(twice(1), 2);
                });
            }
        });
    };
    call();
    assert_eq!((ASKED.load(Relaxed), counts!(twice)), (1, (7, 0, 1)));
    twice::retain(|_, _| false);
    call();
    assert_eq!((ASKED.load(Relaxed), counts!(twice)), (2, (14, 1, 1)), "they share what the store answered");
}

#[test]
fn a_key_of_each_thread() {
    #[memoize(lru = 3, store = Memory::new())]
    fn twice(x: u64) -> u64 {
        x * 2
    }

    thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                for round in 0..500 {
                    let x = (thread + round) % 9;
                    assert_eq!(twice(x), x * 2);
                    match round % 50 {
                        7 => _ = twice::invalidate(x),
                        23 => twice::prime(x, x * 2),
                        31 => _ = twice::refresh(x),
                        44 => twice::cache_clear(),
                        _ => {}
                    }
                }
            });
        }
    });
}

/// What another process does with the key that was asked for last.
struct Other {
    memory: Memory,
    namespace: weakcache::store::Namespace,
    bytes: Vec<u8>,
}

impl Other {
    fn of(spy: &Spy) -> Self {
        let (namespace, bytes) = spy.last();
        Self { memory: spy.memory.clone(), namespace, bytes }
    }

    fn key(&self) -> Key<'_> {
        Key::new(&self.namespace, &self.bytes)
    }

    /// Begins to compute.
    fn lead(&self) -> Claim {
        self.memory.remove(self.key()).unwrap();
        match self.memory.get(self.key(), &[]).unwrap() {
            Answer::Missing(claim) => claim,
            other => panic!("{other:?}"),
        }
    }

    fn value(&self) -> Option<Vec<u8>> {
        match self.memory.get(self.key(), &[]).unwrap() {
            Answer::Found(found) => Some(found.value),
            _ => None,
        }
    }
}

#[test]
fn who_is_second_waits_for_the_result_of_another_process() {
    static SPY: LazyLock<Spy> = LazyLock::new(Spy::default);
    static BODIES: AtomicU32 = AtomicU32::new(0);

    #[memoize(store = &*SPY)]
    fn count(_x: u64) -> u32 {
        BODIES.fetch_add(1, Relaxed)
    }

    assert_eq!(count(1), 0);
    let other = Other::of(&SPY);
    let value = other.value().unwrap();
    let claim = other.lead();
    let waits = thread::spawn(|| count(1));
    thread::sleep(Duration::from_millis(50));
    assert!(!waits.is_finished());
    other.memory.put(other.key(), Entry::new(&value), claim).unwrap();
    assert_eq!(waits.join().unwrap(), 0);
    assert_eq!(counts!(count), (0, 1, 1));
    // Or computes, where nothing came of it.
    let claim = other.lead();
    let waits = thread::spawn(|| count(1));
    thread::sleep(Duration::from_millis(50));
    other.memory.release(other.key(), claim);
    assert_eq!(waits.join().unwrap(), 1);
}

#[test]
fn nobody_waits_for_longer_than_a_lease_lasts() {
    static SPY: LazyLock<Spy> =
        LazyLock::new(|| Spy { memory: Memory::with_lease(Duration::from_millis(200)), ..Spy::default() });

    #[memoize(store = &*SPY)]
    fn twice(x: u64) -> u64 {
        x * 2
    }

    #[memoize(single_flight = false, store = &*SPY)]
    fn beside(x: u64) -> u64 {
        x * 2
    }

    #[memoize(single_flight = "20ms", store = &*SPY)]
    fn impatient(x: u64) -> u64 {
        x * 2
    }

    let wait = |call: fn(u64) -> u64| {
        call(1);
        let other = Other::of(&SPY);
        let _killed = other.lead();
        let begin = Instant::now();
        assert_eq!(call(1), 2);
        assert!(other.value().is_some(), "whoever computes stores");
        begin.elapsed()
    };
    let waited = wait(twice);
    assert!((Duration::from_millis(150)..Duration::from_secs(5)).contains(&waited), "{waited:?}");
    assert!(wait(impatient) < Duration::from_millis(150));
    assert!(wait(beside) < Duration::from_millis(150));
}

#[test]
fn who_computes_nothing_lets_the_next() {
    static SPY: LazyLock<Spy> = LazyLock::new(Spy::default);
    static PANICS: AtomicU32 = AtomicU32::new(0);

    #[memoize(cache_if = |x| x.is_ok_and(|x| x != 13), store = &*SPY)]
    fn twice(x: u64) -> Result<u64, u64> {
        assert!(PANICS.load(Relaxed) == 0, "as it was told");
        if x == 0 { Err(0) } else { Ok(x) }
    }

    let is_free = || {
        let other = Other::of(&SPY);
        match other.memory.get(other.key(), &[]).unwrap() {
            Answer::Missing(claim) => {
                other.memory.release(other.key(), claim);
                true
            }
            _ => false,
        }
    };
    assert_eq!(twice(0), Err(0));
    assert!(is_free(), "an error");
    assert_eq!(twice(13), Ok(13));
    assert!(is_free(), "what is not kept");
    PANICS.store(1, Relaxed);
    assert!(thread::spawn(|| twice(2)).join().is_err());
    assert!(is_free(), "a panic");
    PANICS.store(0, Relaxed);
    assert_eq!(twice(2), Ok(2));
    assert!(!is_free());
}

/// One that fails is followed by one of those who wait, which must not wait for what the first one holds in the store.
#[test]
fn who_waited_computes_at_once_after_a_panic() {
    static GATE: Mutex<Option<mpsc::Receiver<()>>> = Mutex::new(None);
    static BEGUN: AtomicU32 = AtomicU32::new(0);

    #[memoize(store = Memory::with_lease(Duration::from_mins(1)))]
    fn twice(x: u64) -> u64 {
        BEGUN.fetch_add(1, Relaxed);
        let gate = GATE.lock().unwrap().take();
        if let Some(go) = gate {
            go.recv().unwrap();
            panic!("as it was told");
        }
        x * 2
    }

    let (go, may_go) = mpsc::channel();
    *GATE.lock().unwrap() = Some(may_go);
    let first = thread::spawn(|| twice(1));
    while BEGUN.load(Relaxed) == 0 {
        thread::yield_now();
    }
    let second = thread::spawn(|| twice(1));
    thread::sleep(Duration::from_millis(30));
    let begin = Instant::now();
    go.send(()).unwrap();
    assert!(first.join().is_err());
    assert_eq!(second.join().unwrap(), 2);
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}

#[test]
fn recursion_asks_at_each_step() {
    #[memoize(store = Memory::new())]
    fn fibonacci(n: u64) -> u64 {
        if n < 2 { n } else { fibonacci(n - 1) + fibonacci(n - 2) }
    }

    assert_eq!(fibonacci(50), 12_586_269_025);
    fibonacci::retain(|_, _| false);
    assert_eq!(fibonacci(50), 12_586_269_025);
    assert_eq!(counts!(fibonacci), (48, 1, 51));
}
