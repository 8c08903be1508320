//! Stores that are away are left alone: for how long, and by whom.

use super::spy::{away, forward};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Barrier, LazyLock, Mutex, mpsc};
use std::thread;
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::memoize;
use weakcache::store::{
    Answer, Circuit, Claim, Entry, Faulty, Key, Memory, Operation, Store, StoreError, TagId,
};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn pauses_grow_up_to_the_longest() {
    static ASKED: AtomicU32 = AtomicU32::new(0);

    fn before(_: Operation) -> Result<(), StoreError> {
        ASKED.fetch_add(1, Relaxed);
        Err(away())
    }

    #[memoize(lru = 1, store = Faulty::new(Memory::new(), before))]
    fn twice(x: u64) -> u64 {
        x * 2
    }

    let clock = Mock::new();
    let _installed = clock.install();
    let mut asked = Circuit::default().failures;
    (0..10).for_each(|x| _ = twice(x));
    assert_eq!(ASKED.load(Relaxed), asked);
    for pause in [1, 2, 4, 8, 16, 32, 32, 32] {
        clock.advance((SECOND * pause).saturating_sub(Duration::from_millis(1)));
        assert_eq!((twice(7), twice(8)), (14, 16));
        assert_eq!(ASKED.load(Relaxed), asked, "within {pause} s");
        clock.advance(Duration::from_millis(1));
        (0..10).for_each(|x| _ = twice(x));
        asked += 1;
        assert_eq!(ASKED.load(Relaxed), asked, "after {pause} s one tries");
    }
    assert_eq!(u64::from(asked), twice::cache_info().store_failures);
}

/// A server that answers nobody, of which each step takes as long as its time limit.
#[test]
fn a_store_that_hangs_is_not_asked_for_most_of_the_time() {
    static CLOCK: LazyLock<Mock> = LazyLock::new(Mock::new);
    static HUNG: AtomicU64 = AtomicU64::new(0);
    const STEP: u64 = 20;

    fn before(_: Operation) -> Result<(), StoreError> {
        CLOCK.advance(SECOND * 20);
        HUNG.fetch_add(STEP, Relaxed);
        Err(away())
    }

    #[memoize(lru = 1, store = Faulty::new(Memory::new(), before))]
    fn twice(x: u64) -> u64 {
        x * 2
    }

    let _installed = CLOCK.install();
    (0..5).for_each(|x| _ = twice(x));
    assert_eq!(HUNG.swap(0, Relaxed), 5 * STEP);
    let mut passed = 0;
    for x in 5..1000 {
        CLOCK.advance(SECOND);
        passed += 1;
        twice(x);
    }
    assert!(HUNG.load(Relaxed) <= passed, "{} s of {passed}", HUNG.load(Relaxed));
}

/// A store of which many handles are one.
#[derive(Clone)]
struct Shared(Arc<Faulty<Memory>>);

impl Store for Shared {
    forward!(0: get put remove clear invalidate_tag identity);
}

/// Functions over one store, however they name it.
macro_rules! functions {
    ($($name:ident over $store:expr;)*) => {
        $(
            #[memoize(lru = 1, store = $store)]
            fn $name(x: u64) -> u64 {
                x * 2
            }
        )*
        const FUNCTIONS: &[fn(u64) -> u64] = &[$($name),*];
    };
}

#[test]
fn functions_over_one_store_have_one_circuit() {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    static AWAY: AtomicBool = AtomicBool::new(true);
    static STORE: LazyLock<Arc<Faulty<Memory>>> = LazyLock::new(|| {
        Arc::new(Faulty::new(Memory::new(), |_| {
            ASKED.fetch_add(1, Relaxed);
            if AWAY.load(Relaxed) { Err(away()) } else { Ok(()) }
        }))
    });

    functions! {
        by_arc over STORE.clone();
        by_another_arc over STORE.clone();
        by_reference over &**STORE;
        by_reference_to_an_arc over &*STORE;
        boxed over Box::new(STORE.clone()) as Box<dyn Store>;
        by_a_handle over Shared(STORE.clone());
        by_another_handle over Shared(STORE.clone()).clone();
    }

    #[memoize(lru = 1, store = Faulty::new(Memory::new(), |_| Ok(())))]
    fn of_another(x: u64) -> u64 {
        x * 2
    }

    let clock = Mock::new();
    let _installed = clock.install();
    for function in FUNCTIONS {
        assert_eq!(function(1), 2);
    }
    assert_eq!(ASKED.swap(0, Relaxed), Circuit::default().failures, "after that it is left alone by all");
    clock.advance(SECOND);
    for function in FUNCTIONS {
        assert_eq!(function(2), 4);
    }
    assert_eq!(ASKED.swap(0, Relaxed), 1);
    assert_eq!((of_another(1), of_another(2), of_another(1)), (2, 4, 2));
    assert_eq!(of_another::cache_info().store_hits, 1);
    AWAY.store(false, Relaxed);
    clock.advance(SECOND * 2);
    assert_eq!(FUNCTIONS[0](3), 6);
    for function in FUNCTIONS {
        function(4);
        function(5);
        function(4);
    }
    assert_eq!(by_another_handle::cache_info().store_hits, 1, "what one has found out, all know");
}

#[test]
fn while_one_tries_the_others_pass_by() {
    static HANGS: AtomicBool = AtomicBool::new(false);
    static GATE: Mutex<Option<(mpsc::Sender<()>, mpsc::Receiver<()>)>> = Mutex::new(None);
    static STORE: LazyLock<Faulty<Memory>> = LazyLock::new(|| {
        Faulty::new(Memory::new(), |_| {
            if HANGS.load(Relaxed) {
                let (begun, go) = GATE.lock().unwrap().take().expect("one at a time");
                begun.send(()).unwrap();
                go.recv().unwrap();
            }
            Err(away())
        })
    });

    functions! {
        a over &*STORE;
        b over &*STORE;
        c over &*STORE;
    }

    let clock = Mock::new();
    let _installed = clock.install();
    (0..9).for_each(|x| _ = FUNCTIONS[0](x));
    clock.advance(SECOND);
    let ((begun, has_begun), (go, may_go)) = (mpsc::channel(), mpsc::channel());
    *GATE.lock().unwrap() = Some((begun, may_go));
    HANGS.store(true, Relaxed);
    let tries = {
        let clock = clock.clone();
        thread::spawn(move || {
            let _installed = clock.install();
            FUNCTIONS[0](100)
        })
    };
    has_begun.recv().unwrap();
    // Were one of these to ask, it would find that another is at it, and panic.
    let (start, all) = (Barrier::new(3), [(0, 0), (1, 1000), (2, 2000)]);
    thread::scope(|scope| {
        for (number, first) in all {
            let (start, clock) = (&start, &clock);
            scope.spawn(move || {
                let _installed = clock.install();
                start.wait();
                for x in 0..10 {
                    assert_eq!(FUNCTIONS[number](x + first), (x + first) * 2);
                }
            });
        }
    });
    go.send(()).unwrap();
    assert_eq!(tries.join().unwrap(), 200);
    assert_eq!(b::cache_info().store_failures + c::cache_info().store_failures, 0);
}

#[test]
fn a_try_that_was_given_up_is_followed_by_another() {
    use crate::tasks::{Gate, Task, finish};
    use weakcache::store::{AsyncStore, StoreFuture};

    static GATE: Gate = Gate::new();
    static AWAY: AtomicBool = AtomicBool::new(true);
    static TRIED: AtomicU32 = AtomicU32::new(0);

    struct Hangs(Memory);

    impl Store for Hangs {
        fn get(&self, _: Key<'_>, _: &[TagId]) -> Result<Answer, StoreError> {
            unreachable!("a task does not block")
        }

        forward!(0: put remove clear invalidate_tag);
    }

    impl AsyncStore for Hangs {
        fn get_async<'a>(&'a self, key: Key<'a>, tags: &'a [TagId]) -> StoreFuture<'a, Answer> {
            Box::pin(async move {
                TRIED.fetch_add(1, Relaxed);
                if AWAY.load(Relaxed) {
                    return Err(away());
                }
                GATE.pass().await;
                self.0.get(key, tags)
            })
        }

        fn put_async<'a>(&'a self, key: Key<'a>, entry: Entry<'a>, claim: Claim) -> StoreFuture<'a, ()> {
            Box::pin(async move { self.0.put(key, entry, claim) })
        }
    }

    #[memoize(lru = 1, store = Hangs(Memory::new()))]
    async fn twice(x: u64) -> u64 {
        x * 2
    }

    let clock = Mock::new();
    let _installed = clock.install();
    for x in 0..9 {
        assert_eq!(finish(twice(x)), x * 2);
    }
    assert_eq!(TRIED.swap(0, Relaxed), 5);
    AWAY.store(false, Relaxed);
    for _ in 0..3 {
        clock.advance(SECOND);
        let mut tries = Task::new(twice(100));
        assert!(!tries.poll());
        assert_eq!(finish(twice(1)), 2, "it passes by");
        drop(tries);
        assert_eq!(finish(twice(2)), 4, "the pause is the same again");
    }
    assert_eq!(TRIED.load(Relaxed), 3);
    GATE.open();
    clock.advance(SECOND);
    assert_eq!((finish(twice(1)), finish(twice(2)), finish(twice(1))), (2, 4, 2));
    assert_eq!(twice::cache_info().store_hits, 1);
}
